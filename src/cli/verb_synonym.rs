//! Names that other tools have for the verbs of this command line.

use super::args::Cli;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

/// A verb, and the names that others have for it.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("run", &["train", "fit", "start", "exec", "execute", "learn", "launch"]),
    ("new", &["init", "create", "generate", "scaffold", "template"]),
    ("lint", &["check", "validate", "analyze"]),
    ("eval", &["test", "evaluate", "score", "metrics", "measure"]),
    ("predict", &["infer", "inference", "apply", "forward", "classify"]),
    ("trust", &["attribute", "attribution", "shap", "interpret", "confidence"]),
    ("report", &["page", "html", "dashboard", "view"]),
    ("serve", &["deploy", "host", "endpoint", "api"]),
    ("export", &["convert", "onnx", "save", "package"]),
    ("fmt", &["format", "tidy", "prettify"]),
    ("plan", &["show", "summary", "describe", "info", "inspect", "model"]),
    ("graph", &["draw", "plot", "visualize", "diagram", "picture", "svg"]),
    ("runs", &["list", "ls", "history", "experiments"]),
    ("sweep", &["search", "grid", "tune", "hyperopt", "optimize"]),
    ("compare", &["versus", "vs", "ablation", "contrast"]),
    ("diff", &["changes", "difference"]),
    ("stress", &["robustness", "corrupt", "perturb", "attack"]),
    ("verify", &["reproduce", "audit", "replay"]),
    ("bench", &["benchmark", "profile", "time", "speed"]),
    ("explain", &["doc", "docs", "why", "what"]),
    ("completions", &["completion", "complete"]),
    ("man", &["manual", "manpage"]),
    ("lsp", &["language-server", "server"]),
];

/// An error of the command line, with the verb that an unknown one means.
pub(super) fn with_verb(mut error: Error) -> Error {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return error;
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    let word = word.to_lowercase();
    if let Some((verb, _)) = SYNONYMS.iter().find(|(_, others)| others.contains(&word.as_str())) {
        let known = ContextValue::Strings(vec![(*verb).to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, known);
    } else if error.get(ContextKind::SuggestedSubcommand).is_none() {
        let verbs = Cli::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect::<Vec<_>>();
        let list = format!("the subcommands are {}", verbs.join(", "));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![list.into()]));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_about_a_verb_and_no_verb_is_a_synonym() {
        let command = Cli::command();
        let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        for (verb, others) in SYNONYMS {
            assert!(verbs.contains(verb), "{verb}");
            assert!(!others.iter().any(|other| verbs.contains(other)), "{verb}: {others:?}");
        }
        assert_eq!(SYNONYMS.len(), verbs.len());
    }
}
