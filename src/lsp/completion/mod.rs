//! What could be written at a place: only what would be analyzed there.

mod names;
mod candidate;
mod settings;
mod snippets;
mod strings;

use super::dispatch::View;
use crate::sema::{ExprValue, Topic};
use crate::spec::Metric;
use crate::syntax::{Around, Before, Cursor, Inside, cursor};
use gen_lsp_types::{CompletionItemKind, CompletionList, CompletionOptions};
use names::Names;
use candidate::{Offer, of_topic, of_topics};

pub(super) fn options() -> CompletionOptions {
    // A stage, a field and a string begin where nobody types a letter.
    let triggers = [".", ">", "\"", "/", "(", " "];
    CompletionOptions { trigger_characters: Some(triggers.map(str::to_owned).to_vec()), ..CompletionOptions::default() }
}

/// The offers for a place, in the order they are to be shown.
pub(super) fn complete(view: &View<'_>, offset: usize) -> CompletionList {
    let place = cursor(&view.document.text, offset);
    let (span, offers) = match place.inside {
        Inside::Comment => (place.word, vec![]),
        Inside::Text(span) => strings::offers(view, &place, span, offset),
        Inside::Code => (
            place.word,
            Place { view, place: &place, names: Names { view, offset, own: place.name.as_deref() } }.offers(),
        ),
    };
    let range = view.document.lines.range(&view.document.text, span.range(), view.server.encoding);
    let items = offers.into_iter().enumerate().map(|(at, offer)| offer.item(at, range, view.server.snippets));
    CompletionList { is_incomplete: false, items: items.collect(), ..CompletionList::default() }
}

/// A place in code.
struct Place<'v> {
    view: &'v View<'v>,
    place: &'v Cursor,
    names: Names<'v>,
}

impl Place<'_> {
    fn offers(&self) -> Vec<Offer> {
        match (&self.place.before, self.place.declaration.as_deref()) {
            (Before::Dot(path), declaration) => self.fields(path, declaration),
            // Behind a value only an operator could follow.
            (Before::Operand, _) => vec![],
            (_, None) => snippets::declarations(),
            (_, Some(declaration)) => self.within(declaration, &self.place.around),
        }
    }

    /// What a place inside of a declaration takes; `around` are the brackets around it, innermost first.
    fn within(&self, declaration: &str, around: &[Around]) -> Vec<Offer> {
        let Some((inner, outer)) = around.split_first() else { return vec![] };
        let piped = inner.piped && self.place.before == Before::Pipe;
        match (inner.bracket, inner.callee.as_deref()) {
            (' ', _) => self.header(declaration, inner, piped),
            _ if piped => self.names.stages(),
            ('(', Some(callee)) => settings::of_call(self, declaration, callee, inner),
            ('[', Some(_)) => self.names.params(),
            ('{', _) if declaration != "fn" => settings::of_block(self, declaration, inner, outer),
            ('{', _) => self.names.values(),
            // A list or a group is for whatever takes it.
            _ => match outer.is_empty() {
                true => self.names.values(),
                false => self.within(declaration, outer),
            },
        }
    }

    /// Outside of all brackets of a declaration.
    fn header(&self, declaration: &str, header: &Around, piped: bool) -> Vec<Offer> {
        match (declaration, header.key.as_deref()) {
            ("modality", Some(":")) => {
                of_topic(Topic::Type).into_iter().filter(|offer| offer.label != "class").collect()
            }
            ("label", Some(":")) => of_topic(Topic::Type).into_iter().filter(|offer| offer.label == "class").collect(),
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

    /// What stands after a dot.
    fn fields(&self, path: &[String], declaration: Option<&str>) -> Vec<Offer> {
        let Some((base, inner)) = path.split_first() else { return vec![] };
        if base == "valid" && matches!(declaration, Some("train" | "sweep")) {
            let metrics =
                Metric::ALL.into_iter().map(|metric| Offer::new(metric.as_str(), CompletionItemKind::EnumMember));
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
        let offers = fields.iter().map(|(name, known)| {
            Offer::new(name, CompletionItemKind::Field).detail(super::markdown::known(&self.view.analysis, known))
        });
        offers.collect()
    }

    /// Everything that could be called where a setting wants something of these topics.
    fn topics(topics: &[Topic]) -> Vec<Offer> {
        of_topics(topics)
    }
}
