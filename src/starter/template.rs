//! Starter pipelines without a table.

/// A starter pipeline.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// The pipeline.
    pub text: &'static str,
}

impl Template {
    /// Its description, one sentence: its doc comment.
    pub fn about(&self) -> &'static str {
        self.text.lines().next().and_then(|line| line.strip_prefix("## ")).unwrap_or_default()
    }
}

/// Every template.
pub const TEMPLATES: &[Template] = &[
    Template { name: "quickstart", text: include_str!("../../pipelines/quickstart.mmc") },
    Template { name: "tabular", text: include_str!("templates/tabular.mmc") },
    Template { name: "embeddings", text: include_str!("templates/embeddings.mmc") },
    Template { name: "text_and_table", text: include_str!("templates/text_and_table.mmc") },
    Template { name: "images", text: include_str!("templates/images.mmc") },
];
