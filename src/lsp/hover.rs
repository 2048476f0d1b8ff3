//! Hover: description of the name or expression under the pointer.

use super::analysis::Analysis;
use super::markdown;
use super::view::View;
use crate::diag::Span;
use crate::ops::Signature;
use crate::sema::{EvaluatedExpr, Symbol, Topic, signatures};
use crate::spec::Metric;
use crate::syntax::{LexemeKind, lexemes};
use gen_lsp_types::{Contents, Hover, MarkupContent, MarkupKind};

/// Description of a place, with the span it is about.
pub(super) fn hover(view: &View<'_>, offset: usize) -> Option<Hover> {
    let analysis = &*view.analysis;
    let (span, value) =
        named(analysis, offset).or_else(|| keyword(analysis, offset)).or_else(|| computed(analysis, offset))?;
    let contents = Contents::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(analysis.range(span)) })
}

/// Description of the referent of a name, with its value at this place.
fn named(analysis: &Analysis, offset: usize) -> Option<(Span, String)> {
    let (span, target) = analysis.reference_at(offset)?;
    let name = analysis.sources.snippet(span);
    let mut words = match target {
        Symbol::Declaration(place) => markdown::definition(analysis, analysis.definition(place)?),
        Symbol::Callable(signature) => markdown::signature(signature),
        Symbol::Argument(signature, param) => markdown::parameter(signature, param),
        Symbol::Metric => metric(name)?,
        Symbol::Word => word(name)?,
        Symbol::Type => markdown::signature(described(name, |topic| topic == Topic::Type)?),
        Symbol::Setting | Symbol::BuiltIn => markdown::signature(described(name, |_| true)?),
    };
    // A stage of a pipe shows its output.
    let declares = matches!(target, Symbol::Declaration(place) if place == span);
    if let Some(evaluation) = evaluation_at(analysis, span).filter(|_| !declares) {
        words = format!("{}\n---\n\n{words}", markdown::evaluation(analysis, evaluation));
    }
    Some((span, words))
}

/// The value of the stage or call that begins with a name, else of the name itself.
fn evaluation_at(analysis: &Analysis, name: Span) -> Option<&EvaluatedExpr> {
    let evaluated = &analysis.analyzed.symbols.evaluated;
    let first = Span { end: name.end, ..name };
    let last = Span { end: u32::MAX, ..name };
    let text = |span: &Span| analysis.sources.snippet(*span);
    let is_call = |span: &Span| {
        text(span)
            .get(text(&name).len()..)
            .is_some_and(|rest| rest.trim_start().starts_with('(') && rest.ends_with(')') && balanced(rest))
    };
    let call = evaluated.range(first..=last).find(|(span, _)| is_call(span));
    call.map(|(_, evaluation)| evaluation).or_else(|| evaluated.get(&name))
}

/// Whether the first bracket closes with the last letter.
fn balanced(text: &str) -> bool {
    let mut depth = 0usize;
    let text = text.trim_start();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1 == text.len();
        }
    }
    false
}

/// The keyword of a declaration.
fn keyword(analysis: &Analysis, offset: usize) -> Option<(Span, String)> {
    let found = lexemes(analysis.file, analysis.text());
    let lexeme = found.iter().find(|lexeme| lexeme.span.range().contains(&offset))?;
    if lexeme.kind != LexemeKind::Word || !lexeme.first {
        return None;
    }
    let signature = described(analysis.sources.snippet(lexeme.span), |topic| topic == Topic::Declaration)?;
    Some((lexeme.span, markdown::signature(signature)))
}

/// The value of the smallest expression around a place.
fn computed(analysis: &Analysis, offset: usize) -> Option<(Span, String)> {
    let at = u32::try_from(offset).ok()?;
    let around = |span: &Span| span.file == analysis.file && span.start <= at && at < span.end;
    let evaluated = analysis.analyzed.symbols.evaluated.iter().filter(|(span, _)| around(span));
    let (span, evaluation) = evaluated.min_by_key(|(span, _)| span.end - span.start)?;
    Some((*span, markdown::evaluation(analysis, evaluation)))
}

fn described(name: &str, topic: impl Fn(Topic) -> bool) -> Option<&'static Signature> {
    signatures().into_iter().find(|(of, known)| topic(*of) && known.name == name).map(|(_, known)| known)
}

fn metric(name: &str) -> Option<String> {
    if name == "valid" {
        return Some("the validation rows, which models are selected on\n".into());
    }
    let metric = Metric::ALL.into_iter().find(|known| known.as_str() == name)?;
    let better = if metric.higher_is_better() { "more" } else { "less" };
    Some(format!("```mmc\nvalid.{name}\n```\n\nA metric of the validation rows: {better} is better.\n"))
}

/// A word of a choice, by the arguments that take it.
fn word(name: &str) -> Option<String> {
    let takes = |signature: &'static Signature| {
        let kind = |kind: &crate::ops::Kind| matches!(kind, crate::ops::Kind::Choice(words) if words.contains(&name));
        signature.params.iter().find(|param| kind(&param.kind)).map(|param| (signature, param))
    };
    let (signature, param) = signatures().into_iter().find_map(|(_, signature)| takes(signature))?;
    Some(markdown::parameter(signature, param))
}
