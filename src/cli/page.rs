//! The command line as a page of the reference, generated from the definitions for clap.

use super::args::Cli;
use crate::reference::GENERATED;
use clap::{Arg, ArgAction, Command, CommandFactory};
use std::fmt::Write;

/// The page `docs/reference/command_line.md`.
pub fn page() -> String {
    let mut command = Cli::command();
    command.build();
    let mut text = format!("# Command line\n\n{GENERATED}\n\n");
    let _ = writeln!(text, "{}\n", sentence(&command));
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        let mut sub = sub.clone();
        let _ = writeln!(text, "## `mmc {}`\n\n{}\n", sub.get_name(), sentence(&sub));
        let usage = sub.render_usage().to_string();
        let _ = writeln!(text, "```text\n{}\n```\n", usage.trim_start_matches("Usage: "));
        text += &arguments(&sub, |arg| !arg.is_global_set());
    }
    let _ = writeln!(text, "## Options of every command\n");
    text += &arguments(&command, |arg| !arg.is_positional());
    text.trim_end().to_owned() + "\n"
}

fn sentence(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    if about.ends_with('.') { about } else { about + "." }
}

fn arguments(command: &Command, wanted: impl Fn(&Arg) -> bool) -> String {
    let mut rows = String::new();
    for arg in command.get_arguments().filter(|arg| wanted(arg) && !arg.is_hide_set()) {
        if matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong) {
            continue;
        }
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let choices: Vec<String> = if arg.get_action().takes_values() {
            arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect()
        } else {
            vec![]
        };
        let choices = if choices.is_empty() { String::new() } else { format!(": {}", choices.join(", ")) };
        let defaults: Vec<String> =
            arg.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
        let defaults = if defaults.is_empty() || !arg.get_action().takes_values() {
            String::new()
        } else {
            format!(" ({} unless given)", defaults.join(", "))
        };
        let _ = writeln!(rows, "| {} | {} |", written(arg), (help + &choices + &defaults).replace('|', "\\|"));
    }
    if rows.is_empty() { rows } else { format!("| | |\n|---|---|\n{rows}\n") }
}

/// `-q`, `--quiet`; `--out DIR`; `FILE`
fn written(arg: &Arg) -> String {
    let value = || {
        let names = arg.get_value_names().unwrap_or_default();
        names.iter().map(|name| name.to_string()).collect::<Vec<_>>().join(" ")
    };
    let mut forms = vec![];
    if let Some(short) = arg.get_short() {
        forms.push(format!("`-{short}`"));
    }
    if let Some(long) = arg.get_long() {
        let value = if arg.get_action().takes_values() { format!(" {}", value()) } else { String::new() };
        forms.push(format!("`--{long}{value}`"));
    }
    if forms.is_empty() {
        forms.push(format!("`{}`", value()));
    }
    forms.join(", ").replace('|', "\\|")
}
