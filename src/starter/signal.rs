//! The declarations of modalities, with comments that explain them.

use super::group::ColumnGroup;
use super::role::Role;
use super::writer::{Writer, counted};
use crate::diag::string_literal;
use crate::spec::DatePart;

/// The width that most encoders end with, so that mixtures can be summed.
pub(super) const WIDTH: usize = 64;

/// Mean number of times that a word of the vocabulary is in the texts, at least.
const TIMES_OF_A_WORD: usize = 8;

/// Smallest mean number of rows of a word of a category whose rare words are not grouped.
const ROWS_OF_A_WORD: usize = 10;

/// The kinds of signal that one encoder reads together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignalKind {
    /// Words out of a fixed number.
    Category,
    /// Texts read by letters.
    Letters,
    /// Parts of dates.
    Date,
    /// Measured numbers.
    Numbers,
    /// Texts read by words.
    Words,
    /// Any other.
    Other,
}

/// A modality that is declared, and the layers that encode it.
pub(super) struct StarterSignal {
    /// Its name.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: SignalKind,
    /// Whether rows may lack it.
    pub(super) optional: bool,
    /// The layers.
    pub(super) layers: String,
}

impl Writer<'_> {
    /// A group of columns of numbers.
    pub(super) fn numbers(&mut self, group: &ColumnGroup, roles: &[Role]) -> StarterSignal {
        let width = group.columns.len();
        let name = match (group.columns.as_slice(), group.prefix.as_str()) {
            ([one], "") => self.name_of(*one),
            (_, "") => self.name("numbers"),
            (_, prefix) => self.name(prefix),
        };
        let (mut stand_ins, mut missing): (Vec<String>, usize) = (vec![], 0);
        for at in &group.columns {
            let column = &self.survey.columns[*at];
            let Role::Numbers { stand_in, words } = &roles[*at] else { continue };
            missing += usize::from(column.empty + column.not_available() > 0);
            // Empty in any case are `NA` and `NaN`, which need no mark.
            let usual = |word: &&String| word.eq_ignore_ascii_case("na") || word.eq_ignore_ascii_case("nan");
            let marks = column.marks.keys().filter(|word| !usual(word));
            let found =
                marks.chain(words).map(|word| string_literal(word)).chain(stand_in.map(|number| number.to_string()));
            for marker in found {
                if !stand_ins.contains(&marker) {
                    stand_ins.push(marker);
                }
            }
        }
        let mut transforms = String::new();
        self.text.push('\n');
        if !stand_ins.is_empty() {
            let marks = if stand_ins.len() == 1 { "probably marks" } else { "probably mark" };
            self.lines(&format!("# {} {marks} an empty cell.", stand_ins.join(" and ")));
            transforms.push_str(&format!(" |> missing(values: [{}])", stand_ins.join(", ")));
        }
        if missing > 0 {
            let (what, have) = if missing == 1 { ("column", "has") } else { ("columns", "have") };
            self.lines(&format!(
                "# {missing} {what} {have} empty cells: the median of the training rows replaces them."
            ));
        }
        if missing > 0 || !stand_ins.is_empty() {
            transforms.push_str(" |> impute(median)");
        }
        let columns = self.columns(group);
        self.lines(&format!("modality {name}: dense[{width}] = {columns}{transforms} |> standardize"));
        let hidden = (2 * width).next_power_of_two().clamp(32, 128);
        let layers = format!("mlp([{hidden}, {WIDTH}])");
        StarterSignal { name, kind: SignalKind::Numbers, optional: false, layers }
    }

    /// The column at a position, by its role; nothing for numbers, which are grouped, and what is left out.
    pub(super) fn signal(&mut self, at: usize, role: &Role) -> Option<StarterSignal> {
        match role {
            Role::Category(values) => Some(self.category(at, *values)),
            Role::Date(form, parts) => Some(self.date(at, form, parts)),
            Role::Words(longest) => Some(self.words(at, *longest)),
            Role::Letters(longest) => Some(self.letters(at, *longest)),
            Role::Vector(width, varies) => Some(self.vector(at, *width, *varies)),
            Role::Steps(shape, varies) => Some(self.steps(at, *shape, *varies)),
            Role::Image(shape, resized) => Some(self.image(at, *shape, *resized)),
            Role::Numbers { .. } | Role::Left(_) => None,
        }
    }

    fn category(&mut self, at: usize, values: usize) -> StarterSignal {
        let name = self.name_of(at);
        let column = &self.survey.columns[at];
        let missing = column.empty;
        let what = if column.numeric == column.filled { "codes: their order means nothing" } else { "words" };
        // Of a table that was not read to its end there may be more.
        let rare = !self.survey.whole || values * ROWS_OF_A_WORD > column.filled;
        self.lines(&format!("\n# One of {values} {what}."));
        let (mut size, mut transforms) = (values, String::new());
        if missing > 0 {
            self.lines(&format!("# Empty on {}, which is a value too.", counted(missing)));
            transforms.push_str(" |> keep_missing");
            size += 1;
        }
        if rare {
            self.lines("# Words on few rows are one value.");
            transforms.push_str(" |> group_rare(min_count: 3)");
            size += 1;
        }
        self.lines(&format!("modality {name}: category[{size}] = column({}){transforms}", self.column(at)));
        let layers = format!("embedding({})", size.div_ceil(2).clamp(4, 32));
        StarterSignal { name, kind: SignalKind::Category, optional: false, layers }
    }

    fn date(&mut self, at: usize, form: &str, parts: &[DatePart]) -> StarterSignal {
        let name = self.name_of(at);
        let missing = self.survey.columns[at].empty + self.survey.columns[at].not_available();
        let width: usize = parts.iter().map(DatePart::width).sum();
        let mut arguments: Vec<String> = parts.iter().map(DatePart::to_string).collect();
        if !form.is_empty() {
            arguments.push(format!("format: {}", string_literal(form)));
        }
        self.lines("\n# Dates: days since 1970, and where it lies in the year and in the week.");
        let mut transforms = format!(" |> date({})", arguments.join(", "));
        if missing > 0 {
            self.lines(&format!("# Empty on {}: the medians of the training rows replace them.", counted(missing)));
            transforms.push_str(" |> impute(median)");
        }
        self.lines(&format!(
            "modality {name}: dense[{width}] = column({}){transforms} |> standardize",
            self.column(at)
        ));
        StarterSignal { name, kind: SignalKind::Date, optional: false, layers: format!("mlp([32, {WIDTH}])") }
    }

    fn words(&mut self, at: usize, longest: usize) -> StarterSignal {
        let name = self.name_of(at);
        let column = &self.survey.columns[at];
        let vocab = rounded((column.words / TIMES_OF_A_WORD).clamp(100, 20_000));
        self.lines(&format!("\n# A text, read word by word: the {vocab} most frequent words of the training rows."));
        let optional = self.optional(at);
        let mark = if optional { "?" } else { "" };
        self.lines(&format!(
            "modality {name}{mark}: text[{longest}] = column({}) |> lowercase |> words(max: {longest}, vocab: {vocab})",
            self.column(at)
        ));
        let layers = format!("embedding({WIDTH}) |> mean_pool");
        StarterSignal { name, kind: SignalKind::Words, optional, layers }
    }

    fn letters(&mut self, at: usize, longest: usize) -> StarterSignal {
        let name = self.name_of(at);
        self.lines("\n# A short text, read letter by letter.");
        let optional = self.optional(at);
        let mark = if optional { "?" } else { "" };
        self.lines(&format!(
            "modality {name}{mark}: text[{longest}] = column({}) |> lowercase |> chars(max: {longest})",
            self.column(at)
        ));
        let layers = "char_cnn(embed: 16, channels: 32)".to_owned();
        StarterSignal { name, kind: SignalKind::Letters, optional, layers }
    }

    fn vector(&mut self, at: usize, width: usize, varies: bool) -> StarterSignal {
        let name = self.name_of(at);
        let missing = self.survey.columns[at].empty;
        self.lines(&format!("\n# {width} numbers in each cell."));
        let mut transforms = String::new();
        if missing > 0 {
            self.lines(&format!("# Empty on {}: the means of the training rows replace them.", counted(missing)));
            transforms.push_str(" |> impute(mean)");
        }
        if varies {
            transforms.push_str(" |> standardize");
        } else {
            self.lines("# Some of them are the same on every row, so that they are not standardized.");
        }
        self.lines(&format!("modality {name}: dense[{width}] = column({}){transforms}", self.column(at)));
        let hidden = (2 * width).next_power_of_two().clamp(32, 128);
        StarterSignal { name, kind: SignalKind::Other, optional: false, layers: format!("mlp([{hidden}, {WIDTH}])") }
    }

    fn steps(&mut self, at: usize, [steps, width]: [usize; 2], varies: bool) -> StarterSignal {
        let name = self.name_of(at);
        self.lines(&format!("\n# Up to {steps} steps of {width} numbers in each cell."));
        let optional = self.optional(at);
        let mark = if optional { "?" } else { "" };
        let transforms = if varies { " |> standardize" } else { "" };
        self.lines(&format!(
            "modality {name}{mark}: sequence[{steps}, {width}] = column({}){transforms}",
            self.column(at)
        ));
        StarterSignal { name, kind: SignalKind::Other, optional, layers: format!("lstm({WIDTH})") }
    }

    fn image(&mut self, at: usize, [channels, height, width]: [usize; 3], resized: bool) -> StarterSignal {
        let name = self.name_of(at);
        let bytes = self.survey.columns[at].array.as_ref().is_none_or(|array| array.bytes);
        let scaled = if bytes { "normalize_pixels |> subtract_mean" } else { "standardize" };
        let mut transforms = String::new();
        self.lines(&format!("\n# Images: {channels} x {height} x {width}."));
        if resized {
            self.lines("# All are brought to this size, which is small so that the first training is fast.");
            transforms.push_str(&format!(" |> resize({height}, {width})"));
        }
        let optional = self.optional(at);
        let mark = if optional { "?" } else { "" };
        self.lines(&format!(
            "modality {name}{mark}: image[{channels}, {height}, {width}] = column({}){transforms} |> {scaled}",
            self.column(at)
        ));
        let (mut layers, mut side, mut filters) = (vec![], height.min(width), 16);
        while side >= 8 && filters <= 64 {
            layers.push(format!("conv2d({filters}) |> relu |> max_pool(2)"));
            (side, filters) = (side / 2, 2 * filters);
        }
        layers.push(format!("flatten |> linear({WIDTH}) |> relu"));
        StarterSignal { name, kind: SignalKind::Other, optional, layers: layers.join(" |> ") }
    }

    /// Whether rows may lack the column at a position, with a comment about it.
    fn optional(&mut self, at: usize) -> bool {
        let missing = self.survey.columns[at].empty;
        if missing > 0 {
            let read = if self.survey.whole { "" } else { " of those that were read" };
            let rows = counted(missing);
            self.lines(&format!("# `?`: it is empty on {rows}{read}, and left out of the decision there."));
        }
        missing > 0
    }
}

/// A number with one digit that is not zero, or two.
fn rounded(number: usize) -> usize {
    let scale = 10usize.pow(number.checked_ilog10().unwrap_or(0).saturating_sub(1));
    number / scale * scale
}
