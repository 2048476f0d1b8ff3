//! The report of a panic, which is a defect of mmc itself.

use super::output::Output;
use crate::data::is_contained;
use std::panic::{self, PanicHookInfo};

/// Installs the hook that reports a panic as a defect.
pub(super) fn install(output: Output) {
    panic::set_hook(Box::new(move |info| {
        // A decoder that fails on damaged data is reported as an error of the data.
        if !is_contained() {
            output.err.show(&words(info));
        }
    }));
}

fn words(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("no message");
    // The standard library panics where the system refuses a thread.
    if let Some((_, cause)) = message.split_once("failed to spawn thread: ") {
        return format!(
            "error: the system starts no more threads ({cause}); allow more processes, as by `ulimit -u`, or use fewer \
             with `--threads`\n"
        );
    }
    let place = info.location().map_or("an unknown place".to_owned(), |place| {
        format!("{}:{}:{}", within_package(place.file()), place.line(), place.column())
    });
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "\nerror[MMC0699]: {message}\n  at {place}, mmc {version}\n\n\
         This is a defect in mmc, not in your pipeline. Please report it with the pipeline, the command\n\
         and the lines above.\n"
    )
}

/// The path of a source file from its package on, without where the packages lay when the program was built.
fn within_package(path: &str) -> &str {
    // `.../registry/src/INDEX/PACKAGE-VERSION/src/lib.rs`, or of the standard library `/rustc/HASH/library/...`
    for (folder, folders_below) in [("registry/src/", 1), ("git/checkouts/", 0), ("/rustc/", 1)] {
        if let Some((_, rest)) = path.replace('\\', "/").split_once(folder) {
            let cut = rest.split('/').take(folders_below).map(|name| name.len() + 1).sum::<usize>();
            return path.get(path.len() - rest.len() + cut..).unwrap_or(path);
        }
    }
    // Of a package that was built elsewhere, such as one in a folder of its own.
    match path.starts_with('/') || path.get(1..2) == Some(":") {
        true => path.rfind("/src/").map_or("an unknown file", |at| &path[at + 1..]),
        false => path,
    }
}

#[cfg(test)]
mod tests {
    use super::within_package;

    #[test]
    fn a_place_is_shown_without_the_machine_that_built_it() {
        for (path, shown) in [
            ("src/sema/names.rs", "src/sema/names.rs"),
            ("/cargo/registry/src/index.crates.io-1949cf8c6b5b557f/gemm-0.19.0/src/gemm.rs", "gemm-0.19.0/src/gemm.rs"),
            ("C:\\cargo\\registry\\src\\index\\csv-1.4.0\\src\\lib.rs", "csv-1.4.0\\src\\lib.rs"),
            ("/rustc/59807616e1fa/library/std/src/thread/functions.rs", "library/std/src/thread/functions.rs"),
            ("/build/elsewhere/mmc/src/cli/mod.rs", "src/cli/mod.rs"),
        ] {
            assert_eq!(within_package(path), shown, "{path}");
        }
    }
}
