//! Code actions: the fixes of problems.

use super::data_problems::data_problems;
use super::diagnostics::{diagnostic, place};
use super::view::View;
use crate::diag::{Edit, Problem};
use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, Position, Range, TextEdit, WorkspaceEdit,
};
use std::collections::HashMap;

/// Quick fixes for the problems in a range, and one action for all safe fixes.
pub(super) fn actions(view: &View<'_>, params: &CodeActionParams) -> Vec<CodeActionResponse> {
    let of_data = data_problems(&view.analysis, &view.document.uri);
    let problems = || view.analysis.analyzed.checked.problems.iter().chain(of_data.iter());
    let wants = |kind: &CodeActionKind| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| {
            only.iter().any(|wanted| within(&String::from(kind.clone()), &String::from(wanted.clone())))
        })
    };
    let mut actions = vec![];
    if wants(&CodeActionKind::QuickFix) {
        let here = problems().filter(|problem| {
            place(&view.analysis, problem).is_some_and(|span| touch(view.analysis.range(span), params.range))
        });
        actions.extend(here.filter_map(|problem| quick_fix(view, problem)));
    }
    let safe = safe_edits(view);
    if wants(&CodeActionKind::SourceFixAll) && !safe.is_empty() {
        actions.push(CodeAction {
            title: format!("fix all that can be fixed safely ({})", safe.len()),
            kind: Some(CodeActionKind::SourceFixAll),
            edit: Some(workspace_edit(view, &safe)),
            ..CodeAction::default()
        });
    }
    actions.into_iter().map(CodeActionResponse::CodeAction).collect()
}

/// Whether a kind is the wanted one or below it: `source.fixAll` is a `source`.
fn within(kind: &str, wanted: &str) -> bool {
    kind.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn touch(a: Range, b: Range) -> bool {
    let key = |position: Position| (position.line, position.character);
    key(a.start) <= key(b.end) && key(b.start) <= key(a.end)
}

/// All edits of one problem, which belong together.
fn quick_fix(view: &View<'_>, problem: &Problem) -> Option<CodeAction> {
    let edits: Vec<&Edit> = problem.edits.iter().collect();
    if edits.is_empty() || edits.iter().any(|edit| edit.span.file != view.analysis.file) {
        return None;
    }
    Some(CodeAction {
        title: title(view, problem),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic(&view.analysis, &view.workspace.bundled, problem)]),
        is_preferred: edits.iter().all(|edit| edit.safe).then_some(true),
        edit: Some(workspace_edit(view, &edits)),
        ..CodeAction::default()
    })
}

/// Title of the action.
fn title(view: &View<'_>, problem: &Problem) -> String {
    const LONGEST: usize = 40;
    let [edit] = problem.edits.as_slice() else {
        return problem.help.clone().unwrap_or_else(|| format!("fix: {}", problem.message));
    };
    let short = |text: &str| {
        let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.chars().count() > LONGEST {
            true => format!("`{}..`", line.chars().take(LONGEST).collect::<String>()),
            false => format!("`{line}`"),
        }
    };
    let (before, after) = (view.analysis.sources.snippet(edit.span), edit.replacement.as_str());
    match (before.trim().is_empty(), after.trim().is_empty()) {
        (true, true) => problem.help.clone().unwrap_or_else(|| "fix the layout".into()),
        (true, false) => format!("insert {}", short(after)),
        (false, true) => format!("remove {}", short(before)),
        (false, false) => format!("replace {} by {}", short(before), short(after)),
    }
}

/// Every safe edit of the text, those that overlap another left out.
fn safe_edits<'v>(view: &'v View<'_>) -> Vec<&'v Edit> {
    let problems = &view.analysis.analyzed.checked.problems;
    let mut edits: Vec<&Edit> = vec![];
    for problem in problems.iter() {
        let own = &problem.edits;
        let fits = own.iter().all(|edit| {
            let free = edits.iter().all(|other| edit.span.end <= other.span.start || other.span.end <= edit.span.start);
            edit.safe
                && edit.span.file == view.analysis.file
                && free
                && !edits.iter().any(|other| other.span == edit.span)
        });
        if fits {
            edits.extend(own);
        }
    }
    edits
}

fn workspace_edit(view: &View<'_>, edits: &[&Edit]) -> WorkspaceEdit {
    let edits = edits
        .iter()
        .map(|edit| TextEdit { range: view.analysis.range(edit.span), new_text: edit.replacement.clone() })
        .collect();
    WorkspaceEdit { changes: Some(HashMap::from([(view.document.uri.clone(), edits)])), ..WorkspaceEdit::default() }
}
