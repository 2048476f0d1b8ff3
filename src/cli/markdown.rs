//! Markdown as a terminal shows it: headings, paragraphs as wide as the screen, code indented, tables drawn.

use super::table::{Align, table};
use crate::diag::Style;
use owo_colors::{OwoColorize, Style as Ink};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use textwrap::{Options as Wrap, wrap};

/// Largest width of a paragraph, for legibility.
const READABLE: usize = 100;

/// Draws `markdown`.
pub(super) fn show(markdown: &str, style: Style) -> String {
    let mut page = MarkdownPage { style, width: style.width.min(READABLE), ..MarkdownPage::default() };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.take(event);
    }
    page.text
}

#[derive(Default)]
struct MarkdownPage {
    style: Style,
    width: usize,
    text: String,
    /// The words of the current block.
    words: String,
    /// The lines of the current code block, if there is one, and whether it is a pipeline.
    code: Option<String>,
    /// The numbers or bullets of the open lists.
    lists: Vec<Option<u64>>,
    /// The current table: the cells of its rows, the header first.
    rows: Vec<Vec<String>>,
}

impl MarkdownPage {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                self.flush();
                self.code = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) => {
                let code = self.code.take().unwrap_or_default();
                self.gap();
                for line in code.lines() {
                    let line = format!("    {line}");
                    self.text += &self.inked(line.trim_end(), Ink::new().cyan());
                    self.text.push('\n');
                }
            }
            Event::Start(Tag::List(first)) => {
                self.flush();
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
            }
            Event::End(TagEnd::Heading(level)) => self.heading(level),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => self.flush(),
            Event::Start(Tag::Table(_)) => self.rows.clear(),
            Event::Start(Tag::TableHead | Tag::TableRow) => self.rows.push(vec![]),
            Event::End(TagEnd::TableCell) => {
                let cell = std::mem::take(&mut self.words);
                self.rows.last_mut().into_iter().for_each(|row| row.push(cell.clone()));
            }
            Event::End(TagEnd::Table) => self.table(),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.words += &text,
            },
            Event::Code(code) => {
                let plain = self.rows.is_empty() && self.style.color;
                self.words += &if plain { code.style(Ink::new().cyan()).to_string() } else { format!("`{code}`") };
            }
            Event::SoftBreak | Event::HardBreak => self.words.push(' '),
            _ => {}
        }
    }

    fn inked(&self, text: &str, ink: Ink) -> String {
        if self.style.color { text.style(ink).to_string() } else { text.to_owned() }
    }

    /// A blank line between blocks.
    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        let title = std::mem::take(&mut self.words).replace('`', "");
        self.gap();
        // Without colour a heading is underlined instead.
        let width = textwrap::core::display_width(&title);
        self.text += &self.inked(&title, Ink::new().bold());
        self.text.push('\n');
        if !self.style.color || level == HeadingLevel::H1 {
            let line = if self.style.unicode { "─" } else { "-" };
            self.text += &line.repeat(width.min(self.width));
            self.text.push('\n');
        }
    }

    /// Ends a paragraph or an item of a list.
    fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        if words.trim().is_empty() {
            return;
        }
        let (first, rest) = match self.lists.last_mut() {
            None => (String::new(), String::new()),
            Some(number) => {
                let bullet = match number {
                    Some(number) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    None => if self.style.unicode { "• " } else { "- " }.to_owned(),
                };
                let rest = " ".repeat(bullet.chars().count());
                (bullet, rest)
            }
        };
        // No blank line between the items of a list.
        if self.lists.is_empty() || !self.in_list() {
            self.gap();
        }
        let wrapping = Wrap::new(self.width).initial_indent(&first).subsequent_indent(&rest).break_words(false);
        for line in wrap(words.trim(), wrapping) {
            self.text += line.trim_end();
            self.text.push('\n');
        }
    }

    /// Whether the last line belongs to a list.
    fn in_list(&self) -> bool {
        let last = self.text.lines().last().unwrap_or_default();
        last.starts_with("• ") || last.starts_with("- ") || last.starts_with("  ") && !last.starts_with("    ")
    }

    fn table(&mut self) {
        let mut rows = std::mem::take(&mut self.rows).into_iter();
        let header = rows.next().unwrap_or_default();
        let header: Vec<(&str, Align)> = header.iter().map(|name| (name.as_str(), Align::Left)).collect();
        self.gap();
        self.text += &table(&header, rows.collect(), Style { width: self.width, ..self.style });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { color: false, unicode: true, width: 40 };

    #[test]
    fn paragraphs_are_as_wide_as_the_screen_and_code_is_not_touched() {
        let shown = show(
            "# `relu`\n\nKeeps what is positive and makes the rest 0, element by element.\n\n```text\na  b   c\n```\n",
            PLAIN,
        );
        let expected =
            "relu\n────\n\nKeeps what is positive and makes the\nrest 0, element by element.\n\n    a  b   c\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn lists_and_tables_are_drawn() {
        let shown =
            show("- one that is longer than a line of the screen\n- two\n\n| a | b |\n|---|---|\n| `x` | 1 |\n", PLAIN);
        assert_eq!(shown, "• one that is longer than a line of the\n  screen\n• two\n\na    b\n───────\n`x`  1\n");
    }

    #[test]
    fn colour_takes_the_place_of_marks() {
        let shown = show("## A title\n\nsee `relu`\n", Style { color: true, ..PLAIN });
        assert!(shown.contains("\u{1b}[1mA title") && !shown.contains('`') && !shown.contains('─'), "{shown:?}");
    }
}
