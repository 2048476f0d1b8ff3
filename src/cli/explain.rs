//! `mmc explain`: what a code means.

use super::args::Explain;
use super::output::Output;
use super::status::ExitStatus;
use crate::diag::Code;

pub(super) fn explain(args: &Explain, output: &Output) -> ExitStatus {
    match args.code {
        Some(code) => output.out.write(&format!("{code}: {}\n\n{}", code.title(), code.explanation())),
        None => {
            let list: String = Code::ALL.iter().map(|code| format!("{code}  {}\n", code.title())).collect();
            output.out.write(&list);
        }
    }
    ExitStatus::Done
}
