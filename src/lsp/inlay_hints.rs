//! Inlay hints: output shapes of encoders and of the stages of a pipe, number of components of a combine.

use super::view::View;
use crate::diag::Span;
use crate::sema::ExprValue;
use crate::syntax::ast::{Expr, ExprKind, ItemKind};
use gen_lsp_types::{InlayHint, InlayHintKind, Label, Position, Range, Tooltip};

/// The hints within a range, in order.
pub(super) fn hints(view: &View<'_>, range: Range) -> Vec<InlayHint> {
    let mut found = vec![];
    for item in &view.analysis.analyzed.ast.items {
        match &item.kind {
            ItemKind::Encoder(binding) => {
                found.extend(of_value(view, binding.name.span, binding.name.span, ": "));
                stages(view, &binding.value, &mut found);
            }
            ItemKind::Combine(combine) => {
                if let ExprKind::Call(_, args) = &combine.strategy.kind {
                    args.iter().for_each(|arg| stages(view, &arg.value, &mut found));
                }
                let known = view.analysis.analyzed.symbols.combines.iter();
                let components = known.filter(|known| known.name == combine.name.text).map(|known| &known.components);
                found.extend(components.take(1).map(|components| {
                    let names: Vec<&str> = components.iter().map(|component| component.name.as_str()).collect();
                    let count = match names.len() {
                        1 => "1 component".to_owned(),
                        several => format!("{several} components"),
                    };
                    hint(view, combine.strategy.span, format!(" {count}"), names.join(", "))
                }));
            }
            // A function body has one shape for each call; the hint is shown if there is only one.
            ItemKind::Fn(function) => {
                let values = function.lets.iter().map(|binding| &binding.value).chain([&function.body]);
                values.for_each(|value| stages(view, value, &mut found));
            }
            _ => {}
        }
    }
    let key = |position: Position| (position.line, position.character);
    found.retain(|hint| key(range.start) <= key(hint.position) && key(hint.position) <= key(range.end));
    found.sort_by_key(|hint| key(hint.position));
    found
}

/// A hint after every stage of a pipe.
fn stages(view: &View<'_>, expr: &Expr, found: &mut Vec<InlayHint>) {
    let mut expr = expr;
    while let ExprKind::Pipe(input, stage) = &expr.kind {
        found.extend(of_value(view, stage.span, stage.span, " "));
        expr = input;
    }
}

fn of_value(view: &View<'_>, value: Span, after: Span, before: &str) -> Option<InlayHint> {
    let symbols = &view.analysis.analyzed.symbols;
    let evaluation = symbols.evaluated.get(&value).filter(|evaluation| evaluation.times == 1)?;
    let shape = |id: usize| symbols.values.get(id).map(|value| value.shape.to_string());
    let (label, tooltip) = match &evaluation.value {
        ExprValue::Tensor(id) => (shape(*id)?, "the shape of one row".to_owned()),
        ExprValue::Record(fields) => {
            let fields = fields.iter().filter_map(|(name, known)| match known {
                ExprValue::Tensor(id) => Some(format!("{name}: {}", shape(*id)?)),
                _ => None,
            });
            (format!("{{ {} }}", fields.collect::<Vec<_>>().join(", ")), "the fields and their shapes".to_owned())
        }
        ExprValue::Constant(_) | ExprValue::Block(_) => return None,
    };
    Some(hint(view, after, format!("{before}{label}"), tooltip))
}

fn hint(view: &View<'_>, after: Span, label: String, tooltip: String) -> InlayHint {
    InlayHint {
        position: view.analysis.range(after).end,
        label: Label::String(label),
        kind: Some(InlayHintKind::Type),
        text_edits: None,
        tooltip: (!tooltip.is_empty()).then_some(Tooltip::String(tooltip)),
        padding_left: None,
        padding_right: None,
        data: None,
    }
}
