//! `first_steps.csv`: the loss of the first steps of a training, by which a replay is compared bit by bit.

use crate::train::Event;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The name of the file.
pub const FIRST_STEPS: &str = "first_steps.csv";

/// Steps that are kept at most.
pub const KEPT_STEPS: usize = 100;

/// The mean loss of the rows of each of the first steps, in order; of `late` those of the first components.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FirstSteps {
    /// A loss for each step. Each is of the weights before its step, so that equal losses mean equal steps before.
    pub losses: Vec<f64>,
}

impl FirstSteps {
    /// Keeps the loss of a step, if it is one of the first.
    pub fn observe(&mut self, event: &Event<'_>) {
        if let Event::Stepped { step_loss, .. } = event
            && self.losses.len() < KEPT_STEPS
        {
            self.losses.push(*step_loss);
        }
    }

    /// Writes a line for each step: its number, counted from 1, and the shortest decimal that reads back as its loss.
    ///
    /// # Errors
    /// Of the system.
    pub fn write(&self, file: &mut dyn Write) -> io::Result<()> {
        writeln!(file, "step,loss")?;
        self.losses.iter().zip(1..).try_for_each(|(loss, step)| writeln!(file, "{step},{loss}"))
    }

    /// Reads the steps of the run in `folder`; `None` where it has kept none.
    ///
    /// # Errors
    /// Of the system; `InvalidData` for a file of another form.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        let text = match fs::read_to_string(folder.join(FIRST_STEPS)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let lines = text.strip_prefix("step,loss\n").map(str::lines);
        let losses = lines.and_then(|lines| {
            lines
                .zip(1..)
                .map(|(line, step): (&str, usize)| {
                    let (number, loss) = line.split_once(',')?;
                    (number.parse() == Ok(step)).then(|| loss.parse().ok())?
                })
                .collect()
        });
        let losses = losses.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a line that is not a step"))?;
        Ok(Some(Self { losses }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_read_back_as_the_same_bits() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(FirstSteps::read(folder.path()).unwrap(), None);
        let steps = FirstSteps { losses: vec![0.1 + 0.2, 1.0 / 3.0, 1e-300, 12345.678] };
        let mut text = vec![];
        steps.write(&mut text).unwrap();
        fs::write(folder.path().join(FIRST_STEPS), text).unwrap();
        assert_eq!(FirstSteps::read(folder.path()).unwrap(), Some(steps));
        for damaged in ["", "step,loss\n2,0.5\n", "step,loss\n1;0.5\n", "step,loss\n1,half\n"] {
            fs::write(folder.path().join(FIRST_STEPS), damaged).unwrap();
            assert!(FirstSteps::read(folder.path()).is_err(), "{damaged:?}");
        }
    }
}
