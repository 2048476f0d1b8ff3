//! `mmc serve`: the models of runs over HTTP.

use super::args::ServeArgs;
use super::output::Output;
use super::status::ExitStatus;

/// Serves the runs until a signal ends it.
#[cfg(feature = "serve")]
pub(super) fn serve(args: &ServeArgs, output: &Output) -> ExitStatus {
    use super::interrupt::Interrupt;
    use crate::diag::{Code, Problem, Problems, SourceMap};
    use crate::serve::{ServeFailure, ServeLimits, ServeOptions, serve};
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Duration;

    let interrupt = Interrupt::listen(output);
    // A signal asks the server to end, and a second one ends the process.
    interrupt.training_begins();
    let models = match models(args) {
        Ok(models) => models,
        Err(error) => return output.error(&error),
    };
    let body = args.max_body << 20;
    let limits = ServeLimits {
        body,
        bodies: 8 * body,
        rows: args.max_rows,
        queue: args.queue,
        batch: args.batch,
        wait: Duration::from_millis(args.wait),
        connections: args.connections,
        request: Duration::from_secs(args.timeout),
        drain: Duration::from_secs(args.drain),
        ..ServeLimits::default()
    };
    let names: Vec<String> = models.iter().map(|model| model.name.clone()).collect();
    let (out, err) = (output.out, output.err);
    let options = ServeOptions {
        address: SocketAddr::new(args.host, args.port),
        limits,
        stop: Arc::clone(interrupt.flag()),
        log: Arc::new(move |line: &str| err.document(line)),
        log_requests: !args.quiet,
    };
    let failed = |code: Code, message: String, help: &str| {
        output.problems(&Problems::from(Problem::error(code, message).help(help)), &SourceMap::new());
        ExitStatus::CouldNotRun
    };
    match serve(models, options, |address| out.line(&format!("serving {} at http://{address}", names.join(", ")))) {
        Ok(()) => ExitStatus::Done,
        Err(ServeFailure::Address(error)) => {
            let address = SocketAddr::new(args.host, args.port);
            let help = "choose another port with `--port`, or any that is free with `--port 0`";
            failed(Code::NoAddress, format!("the server cannot listen at {address}: {error}"), help)
        }
        Err(ServeFailure::Failed(message)) => {
            failed(Code::Internal, message, "report it with the runs that are served")
        }
    }
}

/// The models of the runs, under names that differ.
#[cfg(feature = "serve")]
fn models(args: &ServeArgs) -> Result<Vec<crate::serve::ServedModel>, crate::experiment::Error> {
    use crate::experiment::{Error, ErrorKind, Model, OnlineModel, TrainOptions, find_run, system_cache};
    use crate::serve::ServedModel;
    use std::sync::Arc;

    let options = TrainOptions { threads: args.threads.map(usize::from), cache: system_cache(), ..Default::default() };
    let mut models: Vec<ServedModel> = vec![];
    for given in &args.runs {
        let folder = find_run(&given.run)?;
        let of_folder = || folder.canonicalize().ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = given.name.clone().or_else(of_folder).unwrap_or_else(|| "model".into());
        if models.iter().any(|other| other.name == name) {
            let message = format!(
                "error: two runs are served as `{name}`; give one of them another name: `NAME={}`",
                folder.display()
            );
            return Err(Error::message(ErrorKind::CannotRun, message));
        }
        let model = Model::load(&folder)?;
        let abstain = match args.abstain {
            Some(target) => Some(model.fit_abstention(target.0, args.confidence, &options)?.1.uncertainty),
            None => None,
        };
        models.push(ServedModel {
            name,
            model: Arc::new(OnlineModel::new(model, abstain, args.coverage, options.clone())),
        });
    }
    Ok(models)
}

/// Reports that this build does not serve.
#[cfg(not(feature = "serve"))]
pub(super) fn serve(args: &ServeArgs, output: &Output) -> ExitStatus {
    use crate::diag::{Code, Problem, Problems, SourceMap};

    let runs = args.runs.len();
    let message = format!("this build of `mmc` has no server for {}", if runs == 1 { "a run" } else { "runs" });
    let help = "build it with the server: `cargo install --path . --features serve`";
    output.problems(&Problems::from(Problem::error(Code::FeatureMissing, message).help(help)), &SourceMap::new());
    ExitStatus::CouldNotRun
}
