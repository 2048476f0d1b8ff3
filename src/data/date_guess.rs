//! The form that the dates of a column are written in, guessed from its cells.

use crate::spec::{DateField, DateForms, DatePart};

/// Forms that dates are often written in; the empty one is ISO 8601. `%B` reads short names of months too.
const COMMON: &[&str] = &[
    "",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%B-%Y",
    "%d-%B-%y",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%Y/%m/%d %H:%M:%S",
    "%a, %d %B %Y %H:%M:%S %z",
    "%a %B %d %H:%M:%S %Y",
];

/// What [`DatePart::usual`] is made of, to see which of it varies.
const USUAL: [DatePart; 2] = [DatePart::Field(DateField::Yearday), DatePart::Field(DateField::Weekday)];

/// The forms that read every cell so far.
#[derive(Clone, Debug, PartialEq)]
pub struct DateGuess {
    forms: Vec<Candidate>,
}

/// A form that reads every cell so far.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    form: &'static str,
    /// The numbers of the first date: days, day of the year, day of the week.
    first: Option<[f64; 3]>,
    /// Which of them are others on another date.
    varies: [bool; 3],
}

impl Default for DateGuess {
    /// Before the first cell, any form may be the one.
    fn default() -> Self {
        let candidate = |form: &&'static str| Candidate { form, first: None, varies: [false; 3] };
        Self { forms: COMMON.iter().map(candidate).collect() }
    }
}

impl Candidate {
    /// Adds a cell; `false` where the form does not read it.
    fn read(&mut self, cell: &str) -> bool {
        let declared = if self.form.is_empty() { vec![] } else { vec![self.form.to_owned()] };
        // ISO 8601 is a form of its own here.
        let iso = DateForms::default().read(cell);
        let date = if self.form.is_empty() { iso } else { DateForms { declared }.read(cell).filter(|_| iso.is_none()) };
        let Some(date) = date else { return false };
        let mut numbers = vec![];
        DatePart::usual().iter().take(1).chain(&USUAL).for_each(|part| part.extend(&date, &mut numbers));
        let found = [numbers[0], numbers[1], numbers[2]];
        let first = *self.first.get_or_insert(found);
        self.varies.iter_mut().zip(first.iter().zip(found)).for_each(|(varies, (a, b))| *varies |= *a != b);
        true
    }
}

impl DateGuess {
    /// Adds a cell that is not empty; forms that do not read it are out.
    pub fn add(&mut self, cell: &str) {
        self.forms.retain_mut(|form| form.read(cell));
    }

    /// Adds a cell, unless no form reads it: it is a mistake then, and says nothing of the form.
    pub(crate) fn add_unless_none(&mut self, cell: &str) {
        let mut added = self.clone();
        added.add(cell);
        if !added.forms.is_empty() {
            *self = added;
        }
    }

    /// The forms that read every cell; the empty one is ISO 8601.
    pub fn forms(&self) -> Vec<&'static str> {
        self.forms.iter().map(|candidate| candidate.form).collect()
    }

    /// The usual parts of a date that are not the same on every row, where one form is left.
    pub fn varying_parts(&self) -> Vec<DatePart> {
        let [Candidate { varies, .. }] = self.forms.as_slice() else { return vec![] };
        DatePart::usual().into_iter().zip(varies).filter(|(_, varies)| **varies).map(|(part, _)| part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(cells: &[&str]) -> DateGuess {
        let mut guess = DateGuess::default();
        cells.iter().for_each(|cell| guess.add(cell));
        guess
    }

    #[test]
    fn the_forms_that_read_every_cell_are_left() {
        assert_eq!(guess(&["2001-02-03", "2001-02-03 10:00"]).forms(), [""]);
        assert_eq!(guess(&["01/02/2003"]).forms(), ["%d/%m/%Y", "%m/%d/%Y"]);
        assert_eq!(guess(&["01/02/2003", "13/02/2003"]).forms(), ["%d/%m/%Y"]);
        assert_eq!(guess(&["3 Feb 2001", "14 Jul 1999"]).forms(), ["%d %B %Y"]);
        assert!(guess(&["2001-02-03", "soon"]).forms().is_empty());
        let mut forgiving = guess(&["01/02/2003"]);
        forgiving.add_unless_none("soon");
        forgiving.add_unless_none("13/02/2003");
        assert_eq!(forgiving.forms(), ["%d/%m/%Y"]);
    }

    #[test]
    fn parts_that_never_vary_are_left_out() {
        let parts = |cells: &[&str]| guess(cells).varying_parts().iter().map(DatePart::to_string).collect::<Vec<_>>();
        assert_eq!(parts(&["2001-02-03", "2001-02-04"]), ["days", "cycle(yearday)", "cycle(weekday)"]);
        assert_eq!(parts(&["2001-02-03", "2001-02-10"]), ["days", "cycle(yearday)"]);
        assert_eq!(parts(&["2001-02-03T10:00", "2001-02-03T11:00"]), ["days"]);
        assert!(parts(&["01/02/2003"]).is_empty());
    }
}
