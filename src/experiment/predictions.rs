//! Predictions of a model for new rows.

/// The classes of new rows, with the probability of every class, in the order of the rows.
///
/// ```no_run
/// let predictions = mmc::Model::load("runs/x")?.predict(mmc::Source::csv("new.csv"))?;
/// println!("{} rows, classes {:?}", predictions.len(), predictions.classes());
/// for prediction in &predictions {
///     println!("row {}: {} {:?}", prediction.row, prediction.label, prediction.probabilities);
/// }
/// # Ok::<(), mmc::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictions {
    pub(crate) classes: Vec<String>,
    /// The row of the table that the first of them is for.
    pub(crate) first: usize,
    /// The class of each row.
    pub(crate) predicted: Vec<u32>,
    /// The probabilities, rows x classes.
    pub(crate) probabilities: Vec<f64>,
    pub(crate) notes: Vec<String>,
}

/// The prediction for one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction<'a> {
    /// The row in its table, counted from 0 without the header.
    pub row: usize,
    /// The name of the predicted class.
    pub label: &'a str,
    /// The probability of every class, in the order of [`Predictions::classes`].
    pub probabilities: &'a [f64],
}

impl Predictions {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.predicted.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.predicted.is_empty()
    }

    /// The names of the classes, in the order of the probabilities.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Sentences about the rows for the user, such as an optional column that is absent.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The prediction for a row of the table; `None` for one that is not among these.
    pub fn get(&self, row: usize) -> Option<Prediction<'_>> {
        let at = row.checked_sub(self.first)?;
        let class = *self.predicted.get(at)? as usize;
        let width = self.classes.len();
        let probabilities = self.probabilities.get(at * width..(at + 1) * width)?;
        Some(Prediction { row, label: self.classes.get(class)?, probabilities })
    }

    /// The predictions in the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = Prediction<'_>> {
        (self.first..self.first + self.len()).filter_map(|row| self.get(row))
    }
}

impl<'a> IntoIterator for &'a Predictions {
    type Item = Prediction<'a>;
    type IntoIter = Box<dyn Iterator<Item = Prediction<'a>> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}
