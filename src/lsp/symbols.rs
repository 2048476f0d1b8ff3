//! Document symbols: declarations and their parts.

use super::view::View;
use crate::diag::Span;
use crate::syntax::ast::{Block, Item, ItemKind, Name};
use gen_lsp_types::{DocumentSymbol, SymbolKind};

/// Every declaration, in order.
pub(super) fn symbols(view: &View<'_>) -> Vec<DocumentSymbol> {
    view.analysis.analyzed.ast.items.iter().filter_map(|item| symbol(view, item)).collect()
}

fn symbol(view: &View<'_>, item: &Item) -> Option<DocumentSymbol> {
    let named = |name: &Name, keyword: &str, kind: SymbolKind, children: Vec<DocumentSymbol>| {
        Some(one(view, &name.text, keyword, kind, item.span, name.span, children))
    };
    let settings = |block: &Block| {
        let entries = block.entries.iter();
        let setting = |key: &Name, value: Span| {
            one(view, &key.text, "", SymbolKind::Property, key.span.to(value), key.span, vec![])
        };
        entries.map(|entry| setting(&entry.key, entry.value.span)).collect::<Vec<_>>()
    };
    let block = |keyword: &str, block: &Block| {
        let name = Span { end: item.span.start + u32::try_from(keyword.len()).unwrap_or(0), ..item.span };
        Some(one(view, keyword, "", SymbolKind::Object, item.span, name, settings(block)))
    };
    match &item.kind {
        ItemKind::Pipeline(name) => named(name, "pipeline", SymbolKind::Module, vec![]),
        ItemKind::Use(_) => None,
        ItemKind::Param(param) => named(&param.name, "param", SymbolKind::Constant, vec![]),
        ItemKind::Fn(function) => {
            let lets = function.lets.iter().map(|binding| {
                let whole = binding.name.span.to(binding.value.span);
                one(view, &binding.name.text, "let", SymbolKind::Variable, whole, binding.name.span, vec![])
            });
            named(&function.name, "fn", SymbolKind::Function, lets.collect())
        }
        ItemKind::Label(typed) => named(&typed.name, "label", SymbolKind::Enum, vec![]),
        ItemKind::Modality(typed) => named(&typed.name, "modality", SymbolKind::Field, vec![]),
        ItemKind::Shared(binding) => named(&binding.name, "shared", SymbolKind::Variable, vec![]),
        ItemKind::Encoder(binding) => named(&binding.name, "encoder", SymbolKind::Variable, vec![]),
        ItemKind::Combine(combine) => {
            let children = combine.settings.as_ref().map(settings).unwrap_or_default();
            named(&combine.name, "combine", SymbolKind::Class, children)
        }
        ItemKind::Sweep(name, entries) => named(name, "sweep", SymbolKind::Object, settings(entries)),
        ItemKind::Data(entries) => block("data", entries),
        ItemKind::Train(entries) => block("train", entries),
    }
}

#[allow(deprecated, reason = "the type of the protocol has a field that is no longer used")]
fn one(
    view: &View<'_>,
    name: &str,
    detail: &str,
    kind: SymbolKind,
    whole: Span,
    selection: Span,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    DocumentSymbol {
        name: name.to_owned(),
        detail: (!detail.is_empty()).then(|| detail.to_owned()),
        kind,
        tags: None,
        deprecated: None,
        range: view.analysis.range(whole),
        selection_range: view.analysis.range(selection),
        children: (!children.is_empty()).then_some(children),
    }
}
