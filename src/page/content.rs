//! What a page holds: sections of plots, tables and texts.

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WebPage {
    /// Its title.
    pub title: String,
    /// One line below the title.
    pub about: String,
    /// The verdict: a few sentences.
    pub verdict: Vec<String>,
    /// The sections, in order.
    pub sections: Vec<PageSection>,
}

/// A section of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageSection {
    /// Its name in addresses: lower-case letters.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What it holds.
    pub blocks: Vec<PageBlock>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum PageBlock {
    /// A paragraph.
    Text(String),
    /// A plot.
    Plot(Plot),
    /// A table.
    Table(PageTable),
    /// A drawing that is wider than a plot, with its sentence.
    Drawing {
        /// The SVG element.
        svg: String,
        /// How to read it.
        reading: String,
    },
    /// A text whose lines are kept.
    Source(String),
}

/// A plot with its sentence and its numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// Its name as a file: lower-case letters and dashes.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// The SVG element.
    pub svg: String,
    /// One sentence that reads it.
    pub reading: String,
    /// Its numbers.
    pub numbers: PageTable,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageTable {
    /// What it lists, for its summary line and screen readers.
    pub caption: String,
    /// The headings of its columns, and whether each holds numbers.
    pub columns: Vec<(String, bool)>,
    /// Its cells, row by row.
    pub rows: Vec<Vec<String>>,
    /// Whether it is folded until it is opened.
    pub folded: bool,
}

impl PageTable {
    /// A table without rows. A column whose heading begins with `#` holds numbers.
    pub fn new(caption: impl Into<String>, columns: &[&str]) -> Self {
        let heading = |column: &&str| match column.strip_prefix('#') {
            Some(name) => (name.to_owned(), true),
            None => ((*column).to_owned(), false),
        };
        let columns = columns.iter().map(heading).collect();
        Self { caption: caption.into(), columns, rows: vec![], folded: false }
    }

    /// Folded until it is opened.
    pub fn folded(self) -> Self {
        Self { folded: true, ..self }
    }

    /// With a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl WebPage {
    /// The plots, in order.
    pub fn plots(&self) -> impl Iterator<Item = &Plot> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            PageBlock::Plot(plot) => Some(plot),
            _ => None,
        })
    }
}
