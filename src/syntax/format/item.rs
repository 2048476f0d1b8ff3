//! Declarations and settings: their heads, their blocks, and the columns of neighbouring ones.

use super::expr::{Brackets, Element, stages};
use super::formatter::{Formatter, STEP, WIDTH, end_column, spaces};
use super::lines::FormattedItem;
use crate::syntax::ast::{Block, Entry, Expr, ExprKind, Fn, Item, ItemKind, Name, Type, Typed};
use crate::syntax::docs::docs_before;
use crate::syntax::lexer::{Bracket, TokenKind};
use crate::syntax::parser::DeclarationText;

/// A declaration that fits on one line, in the pieces that are aligned with neighbours.
struct Row {
    /// `modality low:`, `encoder low_net`
    head: String,
    /// `dense[21]`; empty where the declaration has no type.
    ty: String,
    /// The value, cut at its pipes.
    value: Vec<String>,
    /// The text after the value: bounds, a block.
    tail: String,
}

impl Row {
    fn alone(&self) -> String {
        let ty = if self.ty.is_empty() { String::new() } else { format!(" {}", self.ty) };
        format!("{}{ty} = {}{}", self.head, self.value.join(" |> "), self.tail)
    }
}

/// Texts of one column, padded to the widest.
fn column(texts: &[&str]) -> Vec<String> {
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    texts.iter().map(|text| format!("{text:<width$}")).collect()
}

/// Rows in columns: names, types, `=`, and the pipes where all rows have as many.
fn align(rows: &[Row]) -> Vec<String> {
    let fits = |lines: &Vec<String>| lines.iter().all(|line| line.chars().count() <= WIDTH);
    let stages = rows.first().map_or(0, |row| row.value.len());
    let same = stages > 1 && rows.iter().all(|row| row.value.len() == stages);
    if same {
        let lines = columns(rows, true);
        if fits(&lines) {
            return lines;
        }
    }
    let lines = columns(rows, false);
    if fits(&lines) { lines } else { rows.iter().map(Row::alone).collect() }
}

fn columns(rows: &[Row], pipes: bool) -> Vec<String> {
    let heads = column(&rows.iter().map(|row| row.head.as_str()).collect::<Vec<_>>());
    let types = column(&rows.iter().map(|row| row.ty.as_str()).collect::<Vec<_>>());
    let mut lines: Vec<String> = heads
        .iter()
        .zip(&types)
        .map(|(head, ty)| if ty.is_empty() { format!("{head} = ") } else { format!("{head} {ty} = ") })
        .collect();
    if !pipes {
        for (line, row) in lines.iter_mut().zip(rows) {
            *line += &row.value.join(" |> ");
        }
    } else {
        let count = rows.first().map_or(0, |row| row.value.len());
        for stage in 0..count {
            let texts: Vec<&str> = rows.iter().filter_map(|row| row.value.get(stage).map(String::as_str)).collect();
            let last = stage + 1 == count;
            for (line, text) in lines.iter_mut().zip(if last {
                texts.iter().map(|t| (*t).to_owned()).collect()
            } else {
                column(&texts)
            }) {
                *line += &text;
                if !last {
                    *line += " |> ";
                }
            }
        }
    }
    lines.into_iter().zip(rows).map(|(line, row)| line + &row.tail).collect()
}

impl Formatter<'_> {
    /// The texts of the declarations that were read.
    pub(super) fn items(&mut self, pieces: &[DeclarationText]) -> Vec<Option<String>> {
        let ast = self.ast;
        let items: Vec<Option<&Item>> =
            pieces.iter().map(|piece| piece.item.and_then(|item| ast.items.get(item))).collect();
        let rows: Vec<Option<Row>> = items.iter().map(|item| item.and_then(|item| self.row(item))).collect();
        let mut texts = vec![];
        let mut rows = rows.into_iter().peekable();
        let mut at = 0;
        while at < items.len() {
            let mut run: Vec<Row> = rows.next().flatten().into_iter().collect();
            while !run.is_empty() && self.next_to(pieces, &items, at + run.len()) {
                let Some(Some(row)) = rows.next_if(Option::is_some) else { break };
                run.push(row);
            }
            if run.is_empty() {
                texts.push(items.get(at).copied().flatten().map(|item| self.item(item)));
                at += 1;
            } else {
                at += run.len();
                texts.extend(align(&run).into_iter().map(Some));
            }
        }
        texts
    }

    /// Whether a declaration is of the kind of the one before it and directly below it.
    fn next_to(&self, pieces: &[DeclarationText], items: &[Option<&Item>], at: usize) -> bool {
        let (Some(Some(before)), Some(Some(item))) = (items.get(at.wrapping_sub(1)), items.get(at)) else {
            return false;
        };
        let (Some(above), Some(piece)) = (pieces.get(at - 1), pieces.get(at)) else { return false };
        std::mem::discriminant(&before.kind) == std::mem::discriminant(&item.kind)
            && !self.has_blank_line(above.end, piece.start)
    }

    /// The declaration in pieces for columns, if it is one that has columns and fits on one line.
    fn row(&self, item: &Item) -> Option<Row> {
        let value = |expr: &Expr| -> Option<Vec<String>> {
            (!self.forced(expr)).then(|| stages(expr).into_iter().map(|stage| self.flat(stage)).collect())
        };
        let named = |keyword: &str, name: &Name| format!("{keyword} {}", name.text);
        let plain = |head, expr| Some(Row { head, ty: String::new(), value: value(expr)?, tail: String::new() });
        let row = match &item.kind {
            ItemKind::Param(param) => {
                let row = plain(named("param", &param.name), &param.value)?;
                let tail = match &param.bounds {
                    Some(bounds) if self.forced(bounds) => return None,
                    Some(bounds) => format!(" in {}", self.flat(bounds)),
                    None => String::new(),
                };
                Row { tail, ..row }
            }
            ItemKind::Shared(binding) => plain(named("shared", &binding.name), &binding.value)?,
            ItemKind::Encoder(binding) => plain(named("encoder", &binding.name), &binding.value)?,
            ItemKind::Label(typed) | ItemKind::Modality(typed) => {
                let keyword = if matches!(item.kind, ItemKind::Label(_)) { "label" } else { "modality" };
                let brackets = self.type_brackets(&typed.ty);
                if brackets.as_ref().is_some_and(|brackets| self.forced_brackets(brackets)) {
                    return None;
                }
                let args = brackets.map(|brackets| self.flat_brackets(&brackets)).unwrap_or_default();
                let ty = format!("{}{args}", typed.ty.name.text);
                Row { ty, ..plain(self.typed_head(keyword, typed), &typed.value)? }
            }
            ItemKind::Combine(combine) => {
                let row = plain(named("combine", &combine.name), &combine.strategy)?;
                let tail = match &combine.settings {
                    Some(block) => format!(" {}", self.flat_block(block)?),
                    None => String::new(),
                };
                Row { tail, ..row }
            }
            _ => return None,
        };
        (row.alone().chars().count() <= WIDTH).then_some(row)
    }

    fn typed_head(&self, keyword: &str, typed: &Typed) -> String {
        let mark = if typed.optional.is_some() { "?" } else { "" };
        format!("{keyword} {}{mark}:", typed.name.text)
    }

    fn type_brackets<'e>(&self, ty: &'e Type) -> Option<Brackets<'e>> {
        let name = ty.name.span.range().end;
        let range = ty.span.range();
        let gap = self.text.get(name..range.end).and_then(|rest| rest.find('['))?;
        if ty.args.is_empty() && !self.comments.any(name, range.end) {
            return None;
        }
        Some(Brackets {
            open: "[",
            close: "]",
            inside: (name + gap + 1, range.end.saturating_sub(1)),
            separator: ",",
            trailing: true,
            elements: ty.args.iter().map(Element::Expr).collect(),
        })
    }

    /// A declaration that has no columns, or does not fit on one line.
    fn item(&mut self, item: &Item) -> String {
        match &item.kind {
            ItemKind::Pipeline(name) => format!("pipeline {}", name.text),
            ItemKind::Use(path) => format!("use {}", self.written(path.span)),
            ItemKind::Param(param) => {
                let head = format!("param {} = ", param.name.text);
                let width = param.bounds.as_ref().map_or(0, |bounds| 4 + self.flat(bounds).chars().count());
                let mut text = self.value(head, &param.value, width);
                if let Some(bounds) = &param.bounds {
                    text += " in ";
                    let column = end_column(&text, 0);
                    text += &self.expr(bounds, 0, column, 0);
                }
                text
            }
            ItemKind::Fn(function) => self.function(item, function),
            ItemKind::Data(block) => format!("data {}", self.block(block, 5)),
            ItemKind::Train(block) => format!("train {}", self.block(block, 6)),
            ItemKind::Sweep(name, block) => {
                let head = format!("sweep {} ", name.text);
                let block = self.block(block, end_column(&head, 0));
                head + &block
            }
            ItemKind::Label(typed) => self.typed("label", typed),
            ItemKind::Modality(typed) => self.typed("modality", typed),
            ItemKind::Shared(binding) => self.value(format!("shared {} = ", binding.name.text), &binding.value, 0),
            ItemKind::Encoder(binding) => self.value(format!("encoder {} = ", binding.name.text), &binding.value, 0),
            ItemKind::Combine(combine) => {
                let head = format!("combine {} = ", combine.name.text);
                let text = self.value(head, &combine.strategy, if combine.settings.is_some() { 2 } else { 0 });
                match &combine.settings {
                    Some(block) => {
                        let column = end_column(&text, 0) + 1;
                        format!("{text} {}", self.block(block, column))
                    }
                    None => text,
                }
            }
        }
    }

    fn value(&mut self, head: String, value: &Expr, tail: usize) -> String {
        let column = end_column(&head, 0);
        head + &self.expr(value, 0, column, tail)
    }

    fn typed(&mut self, keyword: &str, typed: &Typed) -> String {
        let mut head = format!("{} {}", self.typed_head(keyword, typed), typed.ty.name.text);
        if let Some(brackets) = self.type_brackets(&typed.ty) {
            let column = end_column(&head, 0);
            head += &self.bracketed(&brackets, 0, column, 2);
        }
        self.value(head + " = ", &typed.value, 0)
    }

    fn function(&mut self, item: &Item, function: &Fn) -> String {
        let mut text = format!("fn {}", function.name.text);
        let (open, close, brace) = self.function_brackets(item, function);
        let brackets = Brackets {
            open: "(",
            close: ")",
            inside: (open + 1, close),
            separator: ",",
            trailing: true,
            elements: function.args.iter().map(Element::Parameter).collect(),
        };
        let column = end_column(&text, 0);
        text += &self.bracketed(&brackets, 0, column, 2);
        if !function.braced {
            return self.value(text + " = ", &function.body, 0);
        }
        let end = item.span.range().end.saturating_sub(1);
        let first = function.lets.first().map_or(function.body.span, |binding| binding.name.span).range().start;
        let forced = function.lets.iter().any(|binding| self.forced(&binding.value)) || self.forced(&function.body);
        if !self.has_newline(brace, first) && !self.comments.any(brace, end) && !forced {
            let mut line = text.clone() + " { ";
            for binding in &function.lets {
                line += &format!("let {} = {}; ", binding.name.text, self.flat(&binding.value));
            }
            line += &format!("{} }}", self.flat(&function.body));
            if end_column(&line, 0) <= WIDTH {
                return line;
            }
        }
        let mut slots = vec![];
        for binding in &function.lets {
            let head = format!("let {} = ", binding.name.text);
            let column = STEP + head.chars().count();
            let text = head + &self.expr(&binding.value, STEP, column, 0);
            slots.push(FormattedItem {
                start: self.word_before(binding.name.span.range().start),
                end: binding.value.span.range().end,
                docs: vec![],
                text,
            });
        }
        let body = function.body.span.range();
        let result = self.expr(&function.body, STEP, STEP, 0);
        // A line that begins with `-` would continue the one before.
        if result.starts_with('-')
            && let Some(before) = slots.last_mut()
        {
            before.text.push(';');
        }
        slots.push(FormattedItem { start: body.start, end: body.end, docs: vec![], text: result });
        self.braced(text + " {", brace + 1, end, slots, 0)
    }

    /// Where the argument list opens and closes, and where the body's brace is.
    fn function_brackets(&self, item: &Item, function: &Fn) -> (usize, usize, usize) {
        let from = self.tokens.partition_point(|token| token.start < function.name.span.range().end);
        let mut depth = 0_usize;
        let (mut open, mut close) = (None, None);
        for token in self.tokens.iter().skip(from) {
            match token.kind {
                TokenKind::Open(Bracket::Brace) if depth == 0 => {
                    return (open.unwrap_or(token.start), close.unwrap_or(token.start), token.start);
                }
                TokenKind::Open(_) => {
                    open = open.or(Some(token.start));
                    depth += 1;
                }
                TokenKind::Close(_) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        close = close.or(Some(token.start));
                    }
                }
                TokenKind::Assign if depth == 0 => break,
                _ => {}
            }
        }
        let end = item.span.range().end;
        (open.unwrap_or(end), close.unwrap_or(end), end)
    }

    /// Where the token before a place begins.
    fn word_before(&self, place: usize) -> usize {
        let at = self.tokens.partition_point(|token| token.start < place);
        at.checked_sub(1).and_then(|before| self.tokens.get(before)).map_or(place, |token| token.start)
    }

    /// Lines in braces. A comment on the line of the opening brace is kept there.
    fn braced(&mut self, head: String, from: usize, to: usize, slots: Vec<FormattedItem>, indent: usize) -> String {
        let first = slots.first().map_or(to, |slot| slot.start);
        let line_end =
            self.text.get(from..first).and_then(|gap| gap.find('\n')).map_or(first, |newline| from + newline);
        let mut out = head;
        for comment in self.comments.take(from, line_end) {
            out += &format!("  {}", self.comments.show(&comment));
        }
        for line in self.lines(from, to, slots, indent + STEP) {
            out.push('\n');
            out += &line;
        }
        format!("{out}\n{}}}", spaces(indent))
    }

    /// The block on one line, if it was written so and can be.
    fn flat_block(&self, block: &Block) -> Option<String> {
        let range = block.span.range();
        let first = block.entries.first().map_or(range.end, |entry| entry.key.span.range().start);
        let split = !block.entries.is_empty() && self.has_newline(range.start, first);
        if split || self.comments.any(range.start, range.end) {
            return None;
        }
        let mut settings = vec![];
        for entry in &block.entries {
            if !entry.doc.is_empty() || self.forced(&entry.value) {
                return None;
            }
            settings.push(format!("{} = {}", entry.key.text, self.flat(&entry.value)));
        }
        Some(if settings.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", settings.join(", ")) })
    }

    /// A block whose opening brace is at `head`.
    fn block(&mut self, block: &Block, head: usize) -> String {
        if let Some(flat) = self.flat_block(block)
            && head + flat.chars().count() <= WIDTH
        {
            return flat;
        }
        let range = block.span.range();
        let starts: Vec<usize> = block.entries.iter().map(|entry| self.documented_start(entry)).collect();
        let mut slots = vec![];
        let mut rest = block.entries.as_slice();
        let mut number = 0;
        while !rest.is_empty() {
            let apart = |at: usize| {
                let (before, start) = (block.entries.get(number + at - 1), starts.get(number + at));
                before
                    .zip(start)
                    .is_some_and(|(before, start)| self.has_blank_line(before.value.span.range().end, *start))
            };
            let count = (1..rest.len()).find(|at| apart(*at)).unwrap_or(rest.len());
            let (group, others) = rest.split_at(count);
            let texts = self.settings(group);
            for (at, (entry, text)) in group.iter().zip(texts).enumerate() {
                let start = starts.get(number + at).copied().unwrap_or(0);
                slots.push(FormattedItem { start, end: entry.value.span.range().end, docs: entry.doc.clone(), text });
            }
            number += count;
            rest = others;
        }
        self.braced("{".to_owned(), range.start + 1, range.end.saturating_sub(1), slots, 0)
    }

    /// Where a setting begins with its documentation, which is marked as written.
    fn documented_start(&mut self, entry: &Entry) -> usize {
        let start = entry.key.span.range().start;
        if entry.doc.is_empty() {
            return start;
        }
        let docs = docs_before(self.text, self.comments.all(), start);
        let first = self.comments.start(docs.start).unwrap_or(start);
        self.comments.forget(docs);
        first
    }

    /// Settings without blank lines between them: `=` in one column, and the arguments of like calls in columns too.
    fn settings(&mut self, entries: &[Entry]) -> Vec<String> {
        let keys = column(&entries.iter().map(|entry| entry.key.text.as_str()).collect::<Vec<_>>());
        let start = STEP + keys.first().map_or(0, |key| key.chars().count()) + 3;
        let mut texts: Vec<String> = vec![];
        let mut at = 0;
        while let Some(entry) = entries.get(at) {
            let rest = entries.get(at..).unwrap_or(&[]);
            let alike = rest.iter().take_while(|other| like_calls(&entry.value, &other.value)).count();
            let run = rest.get(..alike).unwrap_or(&[]);
            let values = if alike > 1 { self.like_calls(run, start) } else { None };
            match values {
                Some(values) => texts.extend(values),
                None => {
                    let run = if alike > 1 { run } else { rest.get(..1).unwrap_or(&[]) };
                    for entry in run {
                        let value = self.expr(&entry.value, STEP, start, 0);
                        texts.push(value);
                    }
                }
            }
            at = texts.len();
        }
        keys.into_iter().zip(texts).map(|(key, text)| format!("{key} = {text}")).collect()
    }

    /// Calls with their arguments in columns, if all of them fit.
    fn like_calls(&self, entries: &[Entry], start: usize) -> Option<Vec<String>> {
        let mut calls = vec![];
        for entry in entries {
            let ExprKind::Call(callee, args) = &entry.value.kind else { return None };
            if self.forced(&entry.value) {
                return None;
            }
            let args: Vec<String> = args.iter().map(|arg| self.flat_element(Element::Arg(arg))).collect();
            calls.push((self.flat(callee), args));
        }
        let count = calls.first().map_or(0, |(_, args)| args.len());
        let mut lines: Vec<String> = calls.iter().map(|(callee, _)| format!("{callee}(")).collect();
        for number in 0..count {
            let last = number + 1 == count;
            let cells: Vec<String> = calls
                .iter()
                .filter_map(|(_, args)| {
                    args.get(number).map(|arg| if last { format!("{arg})") } else { format!("{arg},") })
                })
                .collect();
            let cells = if last { cells } else { column(&cells.iter().map(String::as_str).collect::<Vec<_>>()) };
            for (line, cell) in lines.iter_mut().zip(cells) {
                *line += &cell;
                if !last {
                    line.push(' ');
                }
            }
        }
        lines.iter().all(|line| start + line.chars().count() <= WIDTH).then_some(lines)
    }
}

/// Whether two values are calls of the same function with arguments of the same names, at least two.
fn like_calls(a: &Expr, b: &Expr) -> bool {
    let (ExprKind::Call(f, left), ExprKind::Call(g, right)) = (&a.kind, &b.kind) else { return false };
    let (ExprKind::Name(f), ExprKind::Name(g)) = (&f.kind, &g.kind) else { return false };
    let name = |arg: &crate::syntax::ast::Arg| arg.name.as_ref().map(|name| name.text.clone());
    f == g && left.len() == right.len() && left.len() > 1 && left.iter().map(name).eq(right.iter().map(name))
}
