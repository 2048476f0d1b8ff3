//! The report of a panic, which is a defect of mmc itself.

use super::output::Output;
use crate::data::is_contained;
use std::panic::{self, PanicHookInfo};

/// Installs the hook that reports a panic as a defect.
pub(super) fn install(output: Output) {
    panic::set_hook(Box::new(move |info| {
        // A decoder that fails on damaged data is reported as an error of the data.
        if !is_contained() {
            output.err.write(&words(info));
        }
    }));
}

fn words(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map_or("an unknown place".to_owned(), ToString::to_string);
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "\nerror[MMC0699]: {message}\n  at {place}, mmc {version}\n\n\
         This is a defect in mmc, not in your pipeline. Please report it with the pipeline, the command\n\
         and the lines above.\n"
    )
}
