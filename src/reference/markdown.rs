//! Entries as Markdown, for pages, hovers and the terminal.

use super::{Function, ReferenceEntry, SettingEntry};
use crate::diag::Code;
use crate::fusion::strategy;
use crate::lint::LintRule;
use crate::ops::{DefaultValue, Parameter, Signature, one_of};
use crate::sema::Topic;
use crate::spec::Metric;
use std::fmt::Write;

/// An entry as Markdown, below a heading of this depth.
pub fn markdown(entry: &ReferenceEntry, depth: usize) -> String {
    let heading = |title: &str| format!("{} {title}\n\n", "#".repeat(depth));
    match entry {
        // Explanations of codes are written as Markdown.
        ReferenceEntry::Code(code) => heading(&format!("{code}: {}", code.title())) + &lint(*code) + code.explanation(),
        ReferenceEntry::Named(topic, signature) => {
            heading(&format!("`{}`", signature.name)) + &named(*topic, signature)
        }
        ReferenceEntry::Function(function) => heading(&format!("`{}`", function.name)) + &of_library(function),
        ReferenceEntry::Metric(metric) => heading(&format!("`{}`", metric.as_str())) + &measured(*metric),
        ReferenceEntry::Setting(setting) => heading(&format!("`{}`", setting.name)) + &set(setting),
    }
}

/// The lint that reports a code, and its level.
fn lint(code: Code) -> String {
    let Some(lint) = LintRule::by_code(code) else { return String::new() };
    let (name, level) = (lint.name, lint.level.as_str());
    format!("The lint `{name}`, by default `{level}`; the comment `# mmc: allow({name})` suppresses it.\n\n")
}

fn named(topic: Topic, signature: &Signature) -> String {
    let mut text = format!("{} {}.\n\n", paragraph(topic.title()), signature.doc);
    let _ = writeln!(text, "```text\n{}\n```\n", usage(topic, signature));
    if !signature.shapes.is_empty() && topic != Topic::Declaration {
        let _ = writeln!(text, "Makes: {}.\n", code(signature.shapes));
    }
    if !signature.equation.is_empty() {
        let _ = writeln!(text, "```text\n{}\n```\n", signature.equation);
    }
    text += &arguments(topic, signature.params);
    if !signature.example.is_empty() {
        let _ = writeln!(text, "```mmc\n{}\n```", signature.example);
    }
    text
}

/// A shape or form as Markdown code, so that brackets and stars are not markup.
fn code(shapes: &str) -> String {
    format!("`{shapes}`")
}

fn paragraph(kind: &str) -> String {
    let mut letters = kind.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}:", letters.as_str())
}

/// The form of a call or declaration: `linear(width, bias: true)`, `combine NAME = mulmix(a, b, ..) { SETTING = VALUE }`.
pub fn usage(topic: Topic, signature: &Signature) -> String {
    let name = signature.name;
    match topic {
        Topic::Declaration if !signature.shapes.is_empty() => signature.shapes.replace(", or ", "\nor  "),
        Topic::Declaration if signature.params.is_empty() => format!("{name} NAME"),
        Topic::Declaration => format!("{name} {{ SETTING = VALUE }}"),
        Topic::Strategy => {
            let inputs = if strategy(name).is_some_and(|strategy| strategy.most == 1) { "x" } else { "a, b, .." };
            format!("combine NAME = {name}({inputs}) {{ SETTING = VALUE }}")
        }
        Topic::Type => format!("{name}[{}]", signature.names().join(", ")),
        Topic::Split if signature.name == "split" => "split = { PART: ROWS, .. }".into(),
        _ if signature.params.is_empty() => name.into(),
        _ => {
            let params: Vec<String> = (signature.params.iter())
                .map(|param| match param.default {
                    None => param.name.to_owned(),
                    Some(DefaultValue::Nothing) => format!("{}: ..", param.name),
                    Some(default) => format!("{}: {default}", param.name),
                })
                .collect();
            format!("{name}({})", params.join(", "))
        }
    }
}

/// The table of arguments, settings or sizes; empty without any.
fn arguments(topic: Topic, params: &[Parameter]) -> String {
    if params.is_empty() {
        return String::new();
    }
    let what = match topic {
        Topic::Declaration | Topic::Strategy => "setting",
        Topic::Type => "size",
        _ => "argument",
    };
    let mut text = format!("| {what} | takes | unless given | what it decides |\n|---|---|---|---|\n");
    for param in params {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            param.name,
            cell(&param.kind.describe()),
            cell(&otherwise(param)),
            cell(param.doc)
        );
    }
    text.push('\n');
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The default of an argument.
fn otherwise(param: &Parameter) -> String {
    let paper = if param.of_paper { ", as in the paper" } else { "" };
    match param.default {
        None => "must be given".into(),
        Some(DefaultValue::Nothing) => format!("left out{paper}"),
        Some(default) => format!("`{default}`{paper}"),
    }
}

fn of_library(function: &Function) -> String {
    format!(
        "Function of the library: {}\n\n```text\n{}\n```\n\nIt is written in the language itself:\n\n```mmc\n{}\n```\n",
        function.doc.join("\n"),
        function.usage,
        function.source
    )
}

fn measured(metric: Metric) -> String {
    let better = if metric.higher_is_better() { "More is better" } else { "Less is better" };
    format!(
        "Metric: {}. {better}.\n\n```text\n{}\n```\n\nAs `valid.{name}` it is what `stop = patience(10, on: valid.{name})` \
         watches and models are selected by.\n",
        metric.doc(),
        metric.equation(),
        name = metric.as_str()
    )
}

fn set(setting: &SettingEntry) -> String {
    let mut text = String::new();
    for holder in &setting.holders {
        let of: Vec<&str> = holder.of.iter().map(|(_, signature)| signature.name).collect();
        let of = one_of(&of).replace(" or ", " and ");
        let what = match holder.of.first() {
            Some((Topic::Declaration | Topic::Strategy | Topic::Split, _)) => "Setting",
            _ => "Argument",
        };
        let name = holder.param.name;
        // A word of a choice is explained by the setting that it is for.
        let whose = if name == setting.name { format!("{what} of {of}") } else { format!("Word for `{name}` of {of}") };
        let _ = writeln!(text, "{whose}: {}.\n", holder.param.doc);
        let _ = writeln!(text, "- takes {}", holder.param.kind.describe());
        let _ = writeln!(text, "- unless given: {}\n", otherwise(holder.param));
        let shown = holder.of.iter().find(|(_, signature)| signature.example.contains(&setting.name));
        if let Some((_, signature)) = shown {
            let _ = writeln!(text, "```mmc\n{}\n```\n", signature.example);
        }
    }
    text.trim_end().to_owned() + "\n"
}
