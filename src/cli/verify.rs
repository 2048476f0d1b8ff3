//! `mmc verify`: whether the files of a run agree, and whether its results can be computed again.

use super::args::VerifyArgs;
use super::output::Output;
use super::status::ExitStatus;
use crate::diag::{Code, Problem, Problems, SourceMap};
use crate::experiment::{CheckStatus, Verification, VerificationCheck, verify_run};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub(super) fn verify(args: &VerifyArgs, output: &Output) -> ExitStatus {
    let options = args.compute.options(Arc::new(AtomicBool::new(false)));
    let found = match verify_run(&args.run, &options, usize::from(args.steps)) {
        Ok(found) => found,
        Err(error) => return output.error(&error),
    };
    match args.json {
        // Texts always have a JSON form.
        true => output.out.document(&serde_json::to_string_pretty(&found).unwrap_or_default()),
        false => found.checks.iter().for_each(|check| output.out.line(&line(check))),
    }
    if found.agrees {
        return ExitStatus::Done;
    }
    output.problems(&Problems::from(problem(&found)), &SourceMap::new());
    ExitStatus::Problems
}

/// `agrees   predictions  200 test rows have the same bits`
fn line(check: &VerificationCheck) -> String {
    let status = match check.status {
        CheckStatus::Agrees => "agrees",
        CheckStatus::Differs => "DIFFERS",
        CheckStatus::Skipped => "skipped",
    };
    format!("{status:<8} {:<12} {}", check.name.replace('_', " "), check.detail)
}

fn problem(found: &Verification) -> Problem {
    let differing = found.checks.iter().filter(|check| check.status == CheckStatus::Differs);
    let names: Vec<String> = differing.map(|check| check.name.replace('_', " ")).collect();
    let message = format!("`{}` does not agree: {}", found.run.display(), names.join(", "));
    let help = match found.environment.as_slice() {
        [] => "restore the files of the run or its data, or train it again".into(),
        environment => format!("other bits may come from another machine: {}", environment.join("; ")),
    };
    Problem::error(Code::RunDisagrees, message).help(help)
}
