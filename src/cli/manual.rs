//! `mmc man`: the manual page.

use super::args::Cli;
use super::output::Output;
use super::status::ExitStatus;
use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

pub(super) fn manual(output: &Output) -> ExitStatus {
    let mut page = vec![];
    match write(&mut page) {
        Ok(()) => {
            output.out.write(&String::from_utf8_lossy(&page));
            ExitStatus::Done
        }
        Err(error) => {
            output.err.line(&format!("error: the manual page cannot be written: {error}"));
            ExitStatus::CouldNotRun
        }
    }
}

/// A single page: every command with its options, and the exit codes.
fn write(page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = Cli::command();
    command.build();
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    let mut commands = Roff::new();
    commands.control("SH", ["COMMANDS"]);
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set()) {
        let usage = sub.clone().render_usage().to_string();
        commands.control("SS", [usage.trim_start_matches("Usage: ")]);
        commands.text([roman(sub.get_about().map(ToString::to_string).unwrap_or_default())]);
        for arg in
            sub.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help" && !arg.is_hide_set())
        {
            commands.control("TP", []);
            commands.text([bold(arg.to_string())]);
            commands.text([roman(arg.get_help().map(ToString::to_string).unwrap_or_default())]);
        }
    }
    commands.control("SH", ["EXIT STATUS"]);
    for (status, meaning) in [
        ("0", "done"),
        ("1", "problems, which are printed: in the file, in the data, in training, in writing the results"),
        ("2", "it could not run: bad arguments, no such device, or a defect in mmc"),
        ("130", "interrupted before there was anything to keep"),
    ] {
        commands.control("TP", []);
        commands.text([bold(status)]);
        commands.text([roman(meaning)]);
    }
    commands.to_writer(page)?;
    man.render_version_section(page)
}
