//! The command line of `mmc`.

fn main() -> std::process::ExitCode {
    mmc::cli::main()
}
