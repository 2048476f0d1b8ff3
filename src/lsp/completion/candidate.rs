//! Completion candidates and their form in the protocol.

use crate::lsp::markdown;
use crate::ops::{Parameter, Signature};
use crate::sema::{Topic, signatures};
use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, Documentation, InsertTextFormat, MarkupContent,
    MarkupKind, Range, TextEdit,
};

/// One completion candidate.
#[derive(Clone, Debug)]
pub(super) struct CompletionCandidate {
    pub(super) label: String,
    kind: CompletionItemKind,
    detail: Option<String>,
    documentation: Option<String>,
    /// Inserted snippet, if it is not the label; `$1` is the cursor.
    template: Option<String>,
    /// Inserted text, if it is neither.
    text: Option<String>,
}

impl CompletionCandidate {
    pub(super) fn new(label: impl Into<String>, kind: CompletionItemKind) -> Self {
        Self { label: label.into(), kind, detail: None, documentation: None, template: None, text: None }
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(super) fn documentation(self, words: impl Into<String>) -> Self {
        Self { documentation: Some(words.into()), ..self }
    }

    pub(super) fn template(self, template: impl Into<String>) -> Self {
        Self { template: Some(template.into()), ..self }
    }

    pub(super) fn text(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }

    /// In the form of the protocol; `at` is its place among the others.
    pub(super) fn item(self, at: usize, range: Range, snippets: bool) -> CompletionItem {
        let (new_text, snippet) = match self.template {
            Some(template) if snippets => (template, true),
            Some(template) => (plain(&template), false),
            None => (self.text.unwrap_or_else(|| self.label.clone()), false),
        };
        let markdown = |value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
        CompletionItem {
            filter_text: None,
            sort_text: Some(format!("{at:04}")),
            label: self.label,
            kind: Some(self.kind),
            detail: self.detail,
            documentation: self.documentation.map(markdown),
            insert_text_format: snippet.then_some(InsertTextFormat::Snippet),
            text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit { range, new_text })),
            ..CompletionItem::default()
        }
    }
}

/// A template up to its first gap, without marks.
fn plain(template: &str) -> String {
    template.split('$').next().unwrap_or_default().to_owned()
}

/// Everything described under a topic.
pub(super) fn of_topic(topic: Topic) -> Vec<CompletionCandidate> {
    of_topics(&[topic])
}

/// Everything described under several topics.
pub(super) fn of_topics(topics: &[Topic]) -> Vec<CompletionCandidate> {
    let found = signatures().into_iter().filter(|(topic, _)| topics.contains(topic));
    found.map(|(topic, signature)| of_signature(topic, signature)).collect()
}

fn of_signature(topic: Topic, signature: &'static Signature) -> CompletionCandidate {
    let name = signature.name;
    let must_be_given = signature.params.iter().any(|param| param.default.is_none());
    let template = match topic {
        Topic::Type => Some(format!("{name}[$1]")),
        Topic::Strategy | Topic::Builtin => Some(format!("{name}($1)")),
        Topic::Columns | Topic::Source if must_be_given => Some(format!("{name}(\"$1\")")),
        _ if must_be_given => Some(format!("{name}($1)")),
        _ => None,
    };
    let kind = match topic {
        Topic::Type => CompletionItemKind::Class,
        _ => CompletionItemKind::Function,
    };
    let candidate =
        CompletionCandidate::new(name, kind).detail(signature.doc).documentation(markdown::signature(signature));
    template.into_iter().fold(candidate, CompletionCandidate::template)
}

/// The name of an argument or a setting; `mark` separates it from its value.
pub(super) fn of_param(of: &Signature, param: &Parameter, mark: &str) -> CompletionCandidate {
    CompletionCandidate::new(param.name, CompletionItemKind::Property)
        .detail(markdown::short(param))
        .documentation(markdown::parameter(of, param))
        .template(format!("{}{mark}$1", param.name))
}

/// A word of a choice.
pub(super) fn of_word(word: &str) -> CompletionCandidate {
    CompletionCandidate::new(word, CompletionItemKind::EnumMember)
}
