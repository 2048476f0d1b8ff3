//! Standard output and standard error with their capabilities. The only module that writes to either.

use super::args::{OutputArgs, When};
use super::status::ExitStatus;
use super::terminal_writer::TerminalWriter;
use crate::diag::{Problem, Problems, Severity, SourceMap, Style, render, visible_lines};
use crate::experiment::Error;
use std::env;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Width of reports without a terminal.
const WIDTH: usize = 100;

/// Width of what is not fitted to a terminal: more than any line has.
const UNLIMITED: usize = 10_000;

/// Whether standard output could not be written, and that was reported.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Whether standard output could not be written for another reason than that its reader closed it.
pub(super) fn failed() -> bool {
    FAILED.load(Ordering::Relaxed)
}

/// Both streams. Writing never fails from the caller's view: a closed pipe is not an error, and any other failure is
/// reported once and decides the exit code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// For results.
    pub(super) out: Stream,
    /// For problems, progress and notes.
    pub(super) err: Stream,
}

/// One stream and its capabilities.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    target: Target,
    /// Whether it is a terminal.
    pub(super) terminal: bool,
    /// Colour, characters and width.
    pub(super) style: Style,
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Out,
    Err,
}

impl Output {
    pub(super) fn new(look: OutputArgs) -> Self {
        Self { out: Stream::new(Target::Out, look), err: Stream::new(Target::Err, look) }
    }

    /// Prints `problems` on standard error, and their number.
    pub(super) fn problems(&self, problems: &Problems, sources: &SourceMap) {
        if !problems.is_empty() {
            self.err.show(&render(problems, sources, self.err.style));
            self.err.line(&count(problems));
        }
    }

    /// Prints a problem without a text on standard error, and returns the exit status for it.
    pub(super) fn problem(&self, problem: Problem) -> ExitStatus {
        self.error(&Error::of(problem, &SourceMap::new()))
    }

    /// Prints an error on standard error, and returns the exit status for it.
    pub(super) fn error(&self, error: &Error) -> ExitStatus {
        match error.text() {
            Some(text) => self.err.line(text),
            None => self.problems(error.problems(), error.sources()),
        }
        error.kind().into()
    }
}

impl Stream {
    fn new(target: Target, look: OutputArgs) -> Self {
        let terminal = match target {
            Target::Out => io::stdout().is_terminal(),
            Target::Err => io::stderr().is_terminal(),
        };
        let width = match target {
            Target::Out => terminal_size::terminal_size_of(io::stdout()),
            Target::Err => terminal_size::terminal_size_of(io::stderr()),
        };
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match look.color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && !dumb && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let unicode = !(look.ascii || terminal && dumb);
        let width = width.map_or(WIDTH, |(width, _)| usize::from(width.0));
        let width = if look.wide { UNLIMITED } else { width };
        Self { target, terminal, style: Style { color, unicode, width } }
    }

    /// Writes a text for people to read, in the colours that it has. Names in it cannot act on the terminal.
    pub(super) fn show(&self, text: &str) {
        self.write(&visible_lines(text, self.style.color));
    }

    /// Writes a document as it is.
    pub(super) fn write(&self, text: &str) {
        match self.target {
            Target::Out => match put(io::stdout().lock(), text) {
                Ok(()) => {}
                // The reader has seen enough, as in `mmc plan x.mmc | head`.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => {
                    if !FAILED.swap(true, Ordering::Relaxed) {
                        let _ =
                            put(io::stderr().lock(), &format!("error: standard output cannot be written: {error}\n"));
                    }
                }
            },
            // A failure of the error stream cannot be reported.
            Target::Err => drop(put(io::stderr().lock(), text)),
        }
    }

    /// The stream for what is too long for a text. Unlike the other methods it reports errors.
    pub(super) fn writer(&self) -> Box<dyn Write + Send> {
        match self.target {
            Target::Out if self.terminal => Box::new(TerminalWriter::new(io::BufWriter::new(io::stdout()))),
            Target::Out => Box::new(io::BufWriter::with_capacity(1 << 16, io::stdout())),
            Target::Err => Box::new(io::stderr()),
        }
    }

    /// Writes a document of one line, or of several of which the last is not ended.
    pub(super) fn document(&self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    /// Shows `text`, which has no colours, and ends the line.
    pub(super) fn line(&self, text: &str) {
        self.write(&format!("{}\n", visible_lines(text, false)));
    }
}

fn put(mut stream: impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// `2 errors, 1 warning`
pub(super) fn count(problems: &Problems) -> String {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    let some = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    };
    let parts: Vec<String> = [some(errors, "error"), some(warnings, "warning")].into_iter().flatten().collect();
    parts.join(", ")
}
