//! Pages of the reference, made from the catalog of the language, the metrics and the codes of problems.

use super::{ReferenceEntry, functions, markdown};
use crate::diag::Code;
use crate::sema::Topic;
use crate::spec::Metric;

/// A page of the reference.
#[derive(Clone, Copy, Debug)]
pub struct ReferencePage {
    /// Path of its file below `docs/reference`.
    pub file: &'static str,
    /// Title.
    pub title: &'static str,
    /// Introduction, one paragraph.
    pub about: &'static str,
    sections: fn() -> Vec<Section>,
}

/// A section of a page.
struct Section {
    title: &'static str,
    entries: Vec<ReferenceEntry>,
}

/// The pages in reading order, without that of the command line.
pub const PAGES: &[ReferencePage] = &[
    ReferencePage {
        file: "declarations.md",
        title: "Declarations",
        about: "A file is a list of declarations, in any order after the first. They refer to each other by name.",
        sections: || topics(&[Topic::Declaration]),
    },
    ReferencePage {
        file: "sources.md",
        title: "Sources and splits",
        about: "Where rows come from, how they are divided into training, validation and test, and which columns are \
                selected. A relative path is looked up from the folder of the pipeline file; `.gz` and `.zst` are \
                opened by their ending.",
        sections: || topics(&[Topic::Source, Topic::Split, Topic::Columns]),
    },
    ReferencePage {
        file: "transforms.md",
        title: "Types and transforms",
        about: "The type of a modality says what a row of it is, and transforms make that of its columns, in the order \
                written. Whatever a transform learns from data it learns from the training rows only.",
        sections: || topics(&[Topic::Type, Topic::Transform]),
    },
    ReferencePage {
        file: "layers.md",
        title: "Layers",
        about: "A layer takes a value and makes another: `low |> linear(64)`. Called without its input it is a block that \
                waits for one: `linear(64) |> relu`. Shapes are those of one row. Every application has weights of its \
                own.",
        sections: || {
            let mut sections = topics(&[Topic::Layer, Topic::Builtin]);
            let library = functions().into_iter().map(ReferenceEntry::Function).collect();
            sections.insert(1, Section { title: "Functions of the library", entries: library });
            sections
        },
    },
    ReferencePage {
        file: "strategies.md",
        title: "Strategies",
        about: "How the inputs of a `combine` decide together. In formulas `i` and `j` are components, `k` is a class and \
                `y` that of the label, `p` are probabilities, `l` class losses and `w` weights; `M` is the number of \
                inputs and `C` that of components. With one component every strategy is plain cross-entropy.",
        sections: || topics(&[Topic::Strategy, Topic::StrategyValue]),
    },
    ReferencePage {
        file: "training.md",
        title: "Training",
        about: "What the `train` block is made of, and what is measured. In formulas `g` is the gradient, `w` a weight and \
                `t` the step.",
        sections: || {
            let mut sections = topics(&[Topic::Optimizer, Topic::Schedule, Topic::Stop, Topic::Balance]);
            let metrics = Metric::ALL.into_iter().map(ReferenceEntry::Metric).collect();
            sections.push(Section { title: "Metrics", entries: metrics });
            sections
        },
    },
    ReferencePage {
        file: "diagnostics.md",
        title: "Diagnostics",
        about: "Every problem has a code that never changes its meaning. `mmc explain CODE` shows the same text.",
        sections: || {
            let of = |prefix: &'static str| {
                Code::ALL
                    .iter()
                    .filter(move |code| code.as_str().starts_with(prefix))
                    .map(|code| ReferenceEntry::Code(*code))
            };
            let families = Code::FAMILIES.iter();
            families.map(|(prefix, title)| Section { title, entries: of(prefix).collect() }).collect()
        },
    },
];

fn topics(topics: &[Topic]) -> Vec<Section> {
    let entries =
        |topic: &Topic| topic.signatures().into_iter().map(|one| ReferenceEntry::Named(*topic, one)).collect();
    topics.iter().map(|topic| Section { title: topic.plural(), entries: entries(topic) }).collect()
}

impl ReferencePage {
    /// The page as Markdown.
    pub fn text(&self) -> String {
        let mut text = format!("# {}\n\n{GENERATED}\n\n{}\n", self.title, self.about);
        let sections = (self.sections)();
        let several = sections.len() > 1;
        for section in sections {
            if several {
                text += &format!("\n## {}\n", section.title);
            }
            for entry in &section.entries {
                text.push('\n');
                text += markdown(entry, if several { 3 } else { 2 }).trim_end();
                text.push('\n');
            }
        }
        text
    }
}

/// First line of every page.
pub const GENERATED: &str =
    "<!-- Made from the descriptions in the source by `MMC_UPDATE=1 cargo test --test mmc reference`. -->";
