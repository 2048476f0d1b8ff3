//! Completion: the candidates that are valid at a position.

mod candidate;
mod context;
mod names;
mod settings;
mod snippets;
mod strings;

use super::view::View;
use crate::sema::{ExprValue, Topic};
use crate::spec::Metric;
use crate::syntax::{Around, Before, Inside, cursor};
use candidate::{CompletionCandidate, of_topic, of_topics};
use context::Completion;
use gen_lsp_types::{CompletionItemKind, CompletionList, CompletionOptions};
use names::Names;

pub(super) fn options() -> CompletionOptions {
    // Characters other than letters that begin a stage, a field or a string.
    let triggers = [".", ">", "\"", "/", "(", " "];
    CompletionOptions { trigger_characters: Some(triggers.map(str::to_owned).to_vec()), ..CompletionOptions::default() }
}

/// The candidates for a place, in the order they are to be shown.
pub(super) fn complete(view: &View<'_>, offset: usize) -> CompletionList {
    let at = cursor(&view.document.text, offset);
    let (span, candidates) = match at.inside {
        Inside::Comment => (at.word, vec![]),
        Inside::Text(span) => strings::candidates(view, &at, span, offset),
        Inside::Code => (
            at.word,
            Completion { view, cursor: &at, names: Names { view, offset, own: at.name.as_deref() } }.candidates(),
        ),
    };
    let range = view.range(span.range());
    let items =
        candidates.into_iter().enumerate().map(|(at, candidate)| candidate.item(at, range, view.workspace.snippets));
    let items: Vec<_> = items.collect();
    // Where some were left out, the editor asks again for what is written then.
    CompletionList { is_incomplete: items.len() >= strings::MOST, items, ..CompletionList::default() }
}

impl Completion<'_> {
    fn candidates(&self) -> Vec<CompletionCandidate> {
        match (&self.cursor.before, self.cursor.declaration.as_deref()) {
            (Before::Dot(path), declaration) => self.fields(path, declaration),
            // Behind a value only an operator could follow.
            (Before::Operand, _) => vec![],
            (_, None) => snippets::declarations(),
            (_, Some(declaration)) => self.within(declaration, &self.cursor.around),
        }
    }

    /// The candidates for a place inside of a declaration; `around` are the brackets around it, innermost first.
    fn within(&self, declaration: &str, around: &[Around]) -> Vec<CompletionCandidate> {
        let Some((inner, outer)) = around.split_first() else { return vec![] };
        let piped = inner.piped && self.cursor.before == Before::Pipe;
        match (inner.bracket, inner.callee.as_deref()) {
            (' ', _) => self.header(declaration, inner, piped),
            _ if piped => self.names.stages(),
            ('(', Some(callee)) => settings::of_call(self, declaration, callee, inner),
            ('[', Some(_)) => self.names.params(),
            ('{', _) if declaration != "fn" => settings::of_block(self, declaration, inner, outer),
            ('{', _) => self.names.values(),
            // A list or a group takes the candidates of its context.
            _ => match outer.is_empty() {
                true => self.names.values(),
                false => self.within(declaration, outer),
            },
        }
    }

    /// Outside of all brackets of a declaration.
    fn header(&self, declaration: &str, header: &Around, piped: bool) -> Vec<CompletionCandidate> {
        match (declaration, header.key.as_deref()) {
            ("modality", Some(":")) => {
                of_topic(Topic::Type).into_iter().filter(|candidate| candidate.label != "class").collect()
            }
            ("label", Some(":")) => {
                of_topic(Topic::Type).into_iter().filter(|candidate| candidate.label == "class").collect()
            }
            ("modality", Some("=")) if piped => of_topic(Topic::Transform),
            ("modality" | "label", Some("=")) => of_topic(Topic::Columns),
            ("combine", Some("=")) => of_topic(Topic::Strategy),
            ("param", Some("=")) => self.names.params(),
            ("encoder" | "shared" | "fn", Some("=")) if piped => self.names.stages(),
            ("shared", Some("=")) => self.names.stages(),
            ("encoder" | "fn", Some("=")) => self.names.values(),
            _ => vec![],
        }
    }

    /// Fields after a dot.
    fn fields(&self, path: &[String], declaration: Option<&str>) -> Vec<CompletionCandidate> {
        let Some((base, inner)) = path.split_first() else { return vec![] };
        if base == "valid" && matches!(declaration, Some("train" | "sweep")) {
            let metrics = Metric::ALL
                .into_iter()
                .map(|metric| CompletionCandidate::new(metric.as_str(), CompletionItemKind::EnumMember));
            return metrics.collect();
        }
        let mut known = self.names.known(base);
        for field in inner {
            known = match known {
                Some(ExprValue::Record(fields)) => {
                    fields.iter().find(|(name, _)| name == field).map(|(_, known)| known)
                }
                _ => None,
            };
        }
        let Some(ExprValue::Record(fields)) = known else { return vec![] };
        let candidates = fields.iter().map(|(name, known)| {
            CompletionCandidate::new(name, CompletionItemKind::Field)
                .detail(super::markdown::known(&self.view.analysis, known))
        });
        candidates.collect()
    }

    /// Everything that can be called as the value of a setting of these topics.
    fn topics(topics: &[Topic]) -> Vec<CompletionCandidate> {
        of_topics(topics)
    }
}
