//! Comments that suppress lints by name or code: `# mmc: allow(beta_zero)`.
//!
//! At the end of a line it covers that line, and within a declaration or setting of several lines all of it; on a separate
//! line the declaration or setting that begins on the next one; above the first declaration the whole file.

use super::rule::LintRule;
use super::rules::RULES;
use crate::diag::{Code, FileId, Problem, Problems, Span, nearest};
use crate::syntax::ast::{Ast, Block, Comment, ItemKind};

/// The suppressing comments of a file.
#[derive(Clone, Debug)]
pub struct Suppressions {
    file: FileId,
    suppressions: Vec<Suppression>,
    /// Problems of the comments themselves.
    unknown: Problems,
}

#[derive(Clone, Debug)]
struct Suppression {
    rule: &'static str,
    /// The name in the comment.
    span: Span,
    comment: Span,
    /// The span of the whole comment if it names nothing else, to remove it.
    alone: bool,
    /// The bytes in which the lint is suppressed.
    covers: std::ops::Range<u32>,
    used: bool,
}

impl Suppressions {
    /// Reads the comments of a file. `text` is what `ast` was read from.
    pub fn of(ast: &Ast, text: &str) -> Self {
        let mut found = Self { file: ast.file, suppressions: vec![], unknown: Problems::new() };
        for comment in &ast.comments {
            let Some(names) = directive(comment) else { continue };
            let names = match names {
                Ok(names) => names,
                Err(problem) => {
                    found.unknown.push(*problem);
                    continue;
                }
            };
            let mut covers = covered(ast, text, comment);
            if let Some(around) = around(ast, comment) {
                covers = covers.start.min(around.start)..covers.end.max(around.end);
            }
            let alone = names.len() == 1;
            for (name, span) in names {
                match LintRule::by_name(name) {
                    Some(rule) => found.suppressions.push(Suppression {
                        rule: rule.name,
                        span,
                        comment: comment.span,
                        alone,
                        covers: covers.clone(),
                        used: false,
                    }),
                    None => found.unknown.push(unknown(name, span)),
                }
            }
        }
        found
    }

    /// Removes the problems that a comment allows, and records which comments took effect.
    pub(super) fn filter(&mut self, problems: Problems) -> Problems {
        problems.into_iter().filter(|problem| !self.suppresses(problem)).collect()
    }

    fn suppresses(&mut self, problem: &Problem) -> bool {
        let Some(rule) = LintRule::by_code(problem.code) else { return false };
        // A problem inside of the library is allowed at its call.
        let place = problem.place().filter(|span| span.file == self.file);
        let Some(place) = place.or(problem.labels.iter().map(|label| label.span).find(|span| span.file == self.file))
        else {
            return false;
        };
        let mut allowed = false;
        for suppression in self.suppressions.iter_mut().filter(|suppression| suppression.rule == rule.name) {
            if suppression.covers.contains(&place.start) || suppression.covers.start == place.start {
                suppression.used = true;
                allowed = true;
            }
        }
        allowed
    }

    /// The problems of the comments themselves.
    pub(super) fn unknown(&self) -> Problems {
        self.unknown.clone()
    }

    /// Comments about these rules that had no effect.
    pub(super) fn unused(&self, of_rule: impl Fn(&LintRule) -> bool) -> Problems {
        let asked =
            |suppression: &&Suppression| RULES.iter().any(|rule| rule.name == suppression.rule && of_rule(rule));
        let unused =
            self.suppressions.iter().filter(|suppression| !suppression.used && suppression.rule != "unused_allow");
        unused.filter(asked).map(useless).collect()
    }
}

fn useless(suppression: &Suppression) -> Problem {
    let problem =
        Problem::warning(Code::UnusedAllow, format!("`{}` is allowed here but not reported", suppression.rule))
            .at(suppression.span, "has no effect")
            .help("remove it, so that the lint is reported when it applies again");
    if suppression.alone { problem.edit(suppression.comment, "", true) } else { problem }
}

fn unknown(name: &str, span: Span) -> Problem {
    let problem = Problem::warning(Code::UnknownLint, format!("there is no lint `{name}`")).at(span, "has no effect");
    match nearest(name, RULES.iter().map(|rule| rule.name)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")).edit(span, near, false),
        None => problem.help("`mmc explain` lists every lint with its name"),
    }
}

/// The names in a comment, each with its place, or the error of the comment.
type Named<'a> = Result<Vec<(&'a str, Span)>, Box<Problem>>;

/// The names in a comment with an `mmc:` directive; `None` for other comments.
fn directive(comment: &Comment) -> Option<Named<'_>> {
    let text = comment.text.as_str();
    let words = text.trim_start_matches('#').trim_start().strip_prefix("mmc:")?;
    let inner = words.trim().strip_prefix("allow").map(str::trim_start);
    let Some(inner) = inner.and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')')) else {
        let problem = Problem::warning(Code::UnknownLint, "unknown directive in a comment to `mmc`")
            .at(comment.span, "has no effect")
            .help("write `# mmc: allow(NAME)` with the name of a lint");
        return Some(Err(Box::new(problem)));
    };
    let names = inner.split(',').map(str::trim).filter(|name| !name.is_empty()).map(|name| {
        let at = comment.span.start as usize + (name.as_ptr() as usize - text.as_ptr() as usize);
        (name, Span::new(comment.span.file, at, at + name.len()))
    });
    Some(Ok(names.collect()))
}

/// The bytes that a comment covers.
fn covered(ast: &Ast, text: &str, comment: &Comment) -> std::ops::Range<u32> {
    let start = comment.span.start as usize;
    if ast.items.first().is_none_or(|first| comment.span.start < first.span.start) {
        return 0..u32::MAX;
    }
    let line = text.get(..start).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
    let ends = |from: usize| text.get(from..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| from + at);
    let range = |start: usize, end: usize| start as u32..end as u32;
    if text.get(line..start).is_some_and(|before| !before.trim().is_empty()) {
        return range(line, ends(start));
    }
    // The next line that is neither blank nor a comment.
    let mut next = ends(start) + 1;
    while let Some(rest) = text.get(next..).filter(|rest| !rest.is_empty()) {
        let written = rest.lines().next().unwrap_or_default().trim_start();
        if !written.is_empty() && !written.starts_with('#') {
            let end = ends(next);
            return range(next, end.max(beginning_in(ast, next, end)));
        }
        next = ends(next) + 1;
    }
    range(text.len(), text.len())
}

/// The setting that a comment stands within, else the declaration, up to its settings: between its lines, a comment may stand
/// on another of them after formatting.
fn around(ast: &Ast, comment: &Comment) -> Option<std::ops::Range<u32>> {
    let within = |span: Span| (span.start < comment.span.start && comment.span.start < span.end).then_some(span);
    let item = ast.items.iter().find(|item| within(item.span).is_some())?;
    let block = match &item.kind {
        ItemKind::Data(block) | ItemKind::Train(block) | ItemKind::Sweep(_, block) => Some(block),
        ItemKind::Combine(combine) => combine.settings.as_ref(),
        _ => None,
    };
    let Some(block) = block.filter(|block| within(block.span).is_some()) else {
        let end = block.map_or(item.span.end, |block| block.span.start);
        return Some(item.span.start..end);
    };
    let entry = block.entries.iter().map(|entry| entry.key.span.to(entry.value.span)).find_map(within)?;
    Some(entry.start..entry.end)
}

/// Where the declarations and settings end that begin on this line.
fn beginning_in(ast: &Ast, line: usize, end: usize) -> usize {
    let on_line = |span: Span| (line..=end).contains(&(span.start as usize));
    let mut last = 0;
    for item in &ast.items {
        if on_line(item.span) {
            last = last.max(item.span.end as usize);
        }
        let entries = match &item.kind {
            ItemKind::Data(block) | ItemKind::Train(block) | ItemKind::Sweep(_, block) => &block.entries,
            ItemKind::Combine(combine) => match &combine.settings {
                Some(Block { entries, .. }) => entries,
                None => continue,
            },
            _ => continue,
        };
        for entry in entries.iter().filter(|entry| on_line(entry.key.span)) {
            last = last.max(entry.value.span.end as usize);
        }
    }
    last
}
