//! A page as HTML. Nothing in it is loaded from elsewhere, and nothing runs.

use super::content::{PageBlock, PageSection, PageTable, Plot, WebPage};
use crate::chart::palette_style;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");

/// What a browser is told that the page may do: show itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

impl WebPage {
    /// The page as the text of an HTML file.
    pub fn html(&self) -> String {
        let style = palette_style(":root") + STYLE;
        let markup = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content=(concat!("mmc ", env!("CARGO_PKG_VERSION")));
                    title { (self.title) }
                    style { (PreEscaped(style)) }
                }
                body {
                    a.skip href="#content" { "Skip to the content" }
                    header {
                        h1 { (self.title) }
                        p.about { (self.about) }
                    }
                    main #content {
                        section.verdict aria-label="Verdict" { @for sentence in &self.verdict { p { (sentence) } } }
                        nav aria-label="Sections" {
                            ul { @for of in &self.sections { li { a href=(format!("#{}", of.id)) { (of.title) } } } }
                        }
                        @for of in &self.sections { (section(of)) }
                    }
                    footer { "Made by mmc " (env!("CARGO_PKG_VERSION")) " from the files in this folder." }
                }
            }
        };
        markup.into_string()
    }
}

fn section(of: &PageSection) -> Markup {
    // Plots that follow each other share a row where there is room.
    let groups = of.blocks.chunk_by(|a, b| matches!((a, b), (PageBlock::Plot(_), PageBlock::Plot(_))));
    html! {
        section id=(of.id) aria-labelledby=(format!("{}-title", of.id)) {
            h2 id=(format!("{}-title", of.id)) { (of.title) }
            @for group in groups {
                @match group {
                    [PageBlock::Plot(_), ..] => div.plots { @for block in group { (block_markup(block)) } },
                    group => @for block in group { (block_markup(block)) },
                }
            }
        }
    }
}

fn block_markup(block: &PageBlock) -> Markup {
    match block {
        PageBlock::Text(text) => html! { p { (text) } },
        PageBlock::Plot(plot) => plot_markup(plot),
        PageBlock::Table(of) if of.folded => folded(of),
        PageBlock::Table(of) => table(of),
        PageBlock::Drawing { svg, reading } => html! {
            figure {
                div.wide tabindex="0" role="region" aria-label=(reading) { (PreEscaped(svg)) }
                figcaption { (reading) }
            }
        },
        PageBlock::Source(text) => html! { pre tabindex="0" { (text) } },
    }
}

fn plot_markup(plot: &Plot) -> Markup {
    html! {
        figure id=(format!("plot-{}", plot.name)) {
            h3 { (plot.title) }
            (PreEscaped(&plot.svg))
            figcaption { (plot.reading) }
            @if !plot.numbers.rows.is_empty() { (folded(&plot.numbers)) }
        }
    }
}

fn folded(of: &PageTable) -> Markup {
    html! { details { summary { (of.caption) } (table(of)) } }
}

fn table(of: &PageTable) -> Markup {
    let class = |number: bool| number.then_some("number");
    html! {
        div.wide tabindex="0" role="region" aria-label=(of.caption) {
            table {
                thead { tr { @for (name, number) in &of.columns { th scope="col" class=[class(*number)] { (name) } } } }
                tbody {
                    @for row in &of.rows {
                        tr {
                            @for (cell, (_, number)) in row.iter().zip(&of.columns) {
                                td class=[class(*number)] { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}
