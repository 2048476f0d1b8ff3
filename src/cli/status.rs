//! Exit codes.

use crate::experiment::ErrorKind;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// Done.
    Done,
    /// Problems in the file, the data, training or writing, which are printed.
    Problems,
    /// It could not run: bad arguments, no such device, a defect.
    CouldNotRun,
    /// Interrupted without a checkpoint to continue from.
    Interrupted,
    /// Interrupted with a checkpoint: `mmc run --resume` continues.
    Resumable,
}

/// The exit code of a process that was interrupted without a checkpoint.
pub(super) const INTERRUPTED: u8 = 130;

/// The exit code of a process that was interrupted with a checkpoint: `EX_TEMPFAIL` of `sysexits.h`, by which batch
/// systems and scripts know that the same command is to be tried again.
pub(super) const RESUMABLE: u8 = 75;

impl ExitStatus {
    /// The combined status of two: a file that cannot be read outweighs one with problems.
    pub(super) fn worst(self, other: ExitStatus) -> ExitStatus {
        match (self, other) {
            (ExitStatus::Done, other) => other,
            (_, ExitStatus::CouldNotRun) => ExitStatus::CouldNotRun,
            (first, _) => first,
        }
    }
}

impl From<ErrorKind> for ExitStatus {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Invalid => ExitStatus::Problems,
            ErrorKind::CannotRun => ExitStatus::CouldNotRun,
            ErrorKind::Interrupted => ExitStatus::Interrupted,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(match status {
            ExitStatus::Done => 0,
            ExitStatus::Problems => 1,
            ExitStatus::CouldNotRun => 2,
            ExitStatus::Interrupted => INTERRUPTED,
            ExitStatus::Resumable => RESUMABLE,
        })
    }
}
