//! The text of a starter pipeline, with comments that explain the choices.

use super::group::{ColumnGroup, groups};
use super::label::{NoLabel, Proposal, label};
use super::role::{Role, role};
use crate::data::Survey;
use crate::diag::{string_literal, visible};
use crate::ops;
use crate::spec::{DatePart, escaped_name};
use crate::syntax::{RESERVED, format};
use crate::thousands::grouped;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A table with its path and the name of the pipeline.
#[derive(Clone, Debug)]
pub struct TableFile<'a> {
    /// Its path in the pipeline.
    pub path: &'a str,
    /// The name of the pipeline, in any form.
    pub name: &'a str,
    /// Its survey.
    pub survey: &'a Survey,
}

/// The width that every encoder ends with, so that mixtures can be summed.
const WIDTH: usize = 64;

/// Number of modalities from which on only pairs are mixed.
const MANY: usize = 5;

/// A starter pipeline that has no problems and runs.
///
/// # Errors
/// If no column can be the label.
pub fn starter(table: &TableFile<'_>, named: Option<&str>) -> Result<String, NoLabel> {
    let survey = table.survey;
    let label = label(survey, named)?;
    let mut roles: Vec<Role> = survey.columns.iter().map(|column| executed(role(column, survey))).collect();
    roles[label.column] = Role::Left(String::new());
    leave_out_telling(&mut roles, survey, label.column);
    let mut writer = Writer { survey, taken: BTreeSet::new(), text: String::new() };
    writer.head(table, &label);
    let modalities = writer.modalities(&roles);
    writer.left_out(&roles, label.column);
    writer.model(&modalities);
    Ok(format(&writer.text).text)
}

/// Leaves out the columns that alone tell the label, unless nothing else is left.
fn leave_out_telling(roles: &mut [Role], survey: &Survey, label: usize) {
    let mut telling = survey.telling(label);
    telling.retain(|(at, _)| !matches!(roles[*at], Role::Left(_)));
    let used = roles.iter().filter(|role| !matches!(role, Role::Left(_))).count();
    if telling.len() < used {
        for (at, score) in telling {
            roles[at] = Role::Left(format!(
                "alone it tells the label (score {score:.3}): add it if it was not made from the label and is known before it"
            ));
        }
    }
}

/// The role, if this version executes the layers that it needs.
fn executed(role: Role) -> Role {
    let later = |layer: &str| ops::layer(layer).is_none();
    match role {
        Role::Category(_) if later("embedding") => Role::Left("one of several words, which are not read yet".into()),
        Role::Text(_) if later("lstm") || later("embedding") => Role::Left("a text, which is not read yet".into()),
        role => role,
    }
}

struct Writer<'a> {
    survey: &'a Survey,
    /// Names that are declared.
    taken: BTreeSet<String>,
    text: String,
}

/// A modality and the layers that encode it.
struct Modality {
    name: String,
    layers: String,
}

impl Writer<'_> {
    fn head(&mut self, table: &TableFile<'_>, label: &Proposal) {
        let survey = self.survey;
        let (rows, columns) = (grouped(survey.rows as u64), survey.columns.len());
        let over = if survey.whole { "" } else { " from all over it" };
        let kind = survey.reader;
        let arguments = survey.format.arguments();
        let pipeline = self.name(table.name);
        let column = &survey.columns[label.column];
        let name = self.name(if survey.header { &column.name } else { "target" });
        let path = string_literal(table.path);
        let file = one_line(table.path.rsplit(['/', '\\']).next().unwrap_or_default());
        self.lines(&format!(
            "## Made from {rows} rows{over} and {columns} columns of {file}: change what is not what you mean.\n\
             pipeline {pipeline}\n\n\
             data {{\n\
             source = {kind}({path}{arguments})\n\
             # The test rows are looked at once, at the end; the model is chosen on the validation rows.\n\
             split = {{ test: fraction(20%), valid: fraction(10%), stratify: {name}, seed: 1 }}\n\
             }}\n\n\
             # The label: {}.\n\
             label {name}: class[{}] = column({})\n",
            one_line(&label.reason),
            classes(
                column.values.as_ref().map(|values| values.keys().map(String::as_str).collect()).unwrap_or_default()
            ),
            self.column(label.column),
        ));
    }

    fn modalities(&mut self, roles: &[Role]) -> Vec<Modality> {
        let mut modalities = vec![];
        for group in groups(self.survey, roles) {
            modalities.push(self.numbers(&group, roles));
        }
        for (at, role) in roles.iter().enumerate() {
            match role {
                Role::Category(values) => modalities.push(self.category(at, *values)),
                Role::Date(form, parts) => modalities.push(self.date(at, form, parts)),
                Role::Text(longest) => modalities.push(self.letters(at, *longest)),
                Role::Vector(width, varies) => modalities.push(self.vector(at, *width, *varies)),
                Role::Sequence(shape, varies) => modalities.push(self.sequence(at, *shape, *varies)),
                Role::Image(shape) => modalities.push(self.image(at, *shape)),
                Role::Numbers { .. } | Role::Left(_) => {}
            }
        }
        modalities
    }

    fn numbers(&mut self, group: &ColumnGroup, roles: &[Role]) -> Modality {
        let width = group.columns.len();
        let name = self.name(if group.prefix.is_empty() { "numbers" } else { &group.prefix });
        let missing = group.columns.iter().filter(|at| self.survey.columns[**at].missing > 0).count();
        let mut stand_ins: Vec<String> = vec![];
        for at in &group.columns {
            if let Role::Numbers { stand_in: Some(number) } = roles[*at]
                && !stand_ins.contains(&number.to_string())
            {
                stand_ins.push(number.to_string());
            }
        }
        let mut transforms = String::new();
        self.text.push('\n');
        if !stand_ins.is_empty() {
            self.lines(&format!("# {} probably marks an empty cell.", stand_ins.join(" and ")));
            let _ = write!(transforms, " |> missing(values: [{}])", stand_ins.join(", "));
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
        let hidden = (2 * width).next_power_of_two().clamp(16, 128);
        Modality { name, layers: format!("mlp([{hidden}, {WIDTH}])") }
    }

    fn category(&mut self, at: usize, values: usize) -> Modality {
        let name = self.name(&self.survey.columns[at].name.clone());
        self.lines(&format!("\n# One of {values} words."));
        let mark = self.mark(at);
        self.lines(&format!("modality {name}{mark}: category[{values}] = column({})", self.column(at)));
        Modality { name, layers: format!("embedding({})", (values / 2).clamp(2, 32)) }
    }

    fn date(&mut self, at: usize, form: &str, parts: &[DatePart]) -> Modality {
        let column = &self.survey.columns[at];
        let missing = column.missing;
        let name = self.name(&column.name.clone());
        let width: usize = parts.iter().map(DatePart::width).sum();
        let mut arguments: Vec<String> = parts.iter().map(DatePart::to_string).collect();
        if !form.is_empty() {
            arguments.push(format!("format: {}", string_literal(form)));
        }
        self.lines("\n# Dates: days since 1970, and where it lies in the year and in the week.");
        let mut transforms = format!(" |> date({})", arguments.join(", "));
        if missing > 0 {
            self.lines(&format!("# Empty on {missing} rows: the medians of the training rows replace them."));
            transforms.push_str(" |> impute(median)");
        }
        self.lines(&format!(
            "modality {name}: dense[{width}] = column({}){transforms} |> standardize",
            self.column(at)
        ));
        Modality { name, layers: format!("mlp([16, {WIDTH}])") }
    }

    fn letters(&mut self, at: usize, longest: usize) -> Modality {
        let name = self.name(&self.survey.columns[at].name.clone());
        let column = self.column(at);
        let length = longest.clamp(2, 32);
        self.lines("\n# A text, read letter by letter.");
        let mark = self.mark(at);
        self.lines(&format!(
            "modality {name}{mark}: text[{length}] = column({column}) |> lowercase |> chars(max: {length})"
        ));
        Modality { name, layers: "char_lstm(embed: 16, hidden: 64)".into() }
    }

    fn vector(&mut self, at: usize, width: usize, varies: bool) -> Modality {
        let column = &self.survey.columns[at];
        let missing = column.missing;
        let name = self.name(&column.name.clone());
        self.lines(&format!("\n# {width} numbers in each cell."));
        let mut transforms = String::new();
        if missing > 0 {
            self.lines(&format!("# Empty on {missing} rows: the means of the training rows replace them."));
            transforms.push_str(" |> impute(mean)");
        }
        if varies {
            transforms.push_str(" |> standardize");
        } else {
            self.lines("# Some of them are the same on every row, so that they are not standardized.");
        }
        self.lines(&format!("modality {name}: dense[{width}] = column({}){transforms}", self.column(at)));
        let hidden = (2 * width).next_power_of_two().clamp(16, 128);
        Modality { name, layers: format!("mlp([{hidden}, {WIDTH}])") }
    }

    fn sequence(&mut self, at: usize, [steps, width]: [usize; 2], varies: bool) -> Modality {
        let name = self.name(&self.survey.columns[at].name.clone());
        self.lines(&format!("\n# Up to {steps} steps of {width} numbers each."));
        let mark = self.mark(at);
        let transforms = if varies { " |> standardize" } else { "" };
        self.lines(&format!(
            "modality {name}{mark}: sequence[{steps}, {width}] = column({}){transforms}",
            self.column(at)
        ));
        Modality { name, layers: format!("lstm({WIDTH})") }
    }

    fn image(&mut self, at: usize, [channels, rows, columns]: [usize; 3]) -> Modality {
        let name = self.name(&self.survey.columns[at].name.clone());
        self.lines(&format!(
            "\n# Images: {channels} x {rows} x {columns}, the mean image of the training rows subtracted.\n\
             modality {name}: image[{channels}, {rows}, {columns}] = column({}) |> subtract_mean",
            self.column(at)
        ));
        let layers = "conv2d(16) |> batch_norm |> relu |> max_pool(2) \
                      |> conv2d(32) |> batch_norm |> relu |> global_avg_pool";
        Modality { name, layers: layers.into() }
    }

    /// The mark of a modality that rows may lack, and a comment about it.
    fn mark(&mut self, at: usize) -> &'static str {
        let missing = self.survey.columns[at].missing;
        if missing == 0 {
            return "";
        }
        let rows = if self.survey.whole { "rows" } else { "of the rows that were looked at" };
        self.lines(&format!("# `?`: it is empty on {missing} {rows}, and left out of the decision there."));
        "?"
    }

    fn left_out(&mut self, roles: &[Role], label: usize) {
        let mut reasons: Vec<(&str, Vec<&str>)> = vec![];
        for (at, role) in roles.iter().enumerate() {
            if let Role::Left(why) = role
                && at != label
            {
                let name = self.survey.columns[at].name.as_str();
                match reasons.iter_mut().find(|(reason, _)| *reason == why) {
                    Some((_, names)) => names.push(name),
                    None => reasons.push((why, vec![name])),
                }
            }
        }
        if !reasons.is_empty() {
            self.text.push('\n');
        }
        for (why, names) in reasons {
            let few: Vec<String> = names.iter().take(6).map(|name| format!("`{}`", one_line(name))).collect();
            let more =
                if names.len() > few.len() { format!(" and {} more", names.len() - few.len()) } else { String::new() };
            self.lines(&format!("# Left out: {}{more}, {why}.", few.join(", ")));
        }
    }

    fn model(&mut self, modalities: &[Modality]) {
        self.text.push('\n');
        let mut inputs = vec![];
        for modality in modalities {
            let encoder = self.name(&format!("{}_net", modality.name));
            self.lines(&format!("encoder {encoder} = {} |> {}", modality.name, modality.layers));
            inputs.push(encoder);
        }
        let inputs = inputs.join(", ");
        let of_one_width = modalities.iter().all(|modality| modality.layers.starts_with("mlp"));
        self.text.push('\n');
        if modalities.len() < 2 {
            self.lines(&format!("combine model = single({inputs})\n"));
        } else {
            let project = if of_one_width { String::new() } else { format!("project = linear({WIDTH}) |> relu\n") };
            let mixtures = if modalities.len() >= MANY { "mixtures = up_to(2)\n" } else { "" };
            self.lines(&format!(
                "# Every signal decides on its own and together with others; 0 would be an average, 1 the full effect.\n\
                 combine model = mulmix({inputs}) {{\nbeta = 0.5\n{project}{mixtures}head = mlp([{WIDTH}])\n}}\n"
            ));
        }
        self.lines(
            "train {\n\
             optimizer = adam(lr: 1e-3)\n\
             batch_size = 64\n\
             epochs = 30\n\
             stop = patience(5, on: valid.error)\n\
             seed = 1\n\
             }",
        );
    }

    fn lines(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A name of the language that is not taken, made from any text.
    fn name(&mut self, from: &str) -> String {
        let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
        let mut base: String = from.chars().map(letter).collect();
        base = base.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
        if base.is_empty() || base.starts_with(|first: char| first.is_ascii_digit()) {
            base.insert_str(0, "x_");
            base = base.trim_end_matches('_').to_owned();
        }
        if RESERVED.contains(&base.as_str()) {
            base.push_str("_of_rows");
        }
        let mut name = base.clone();
        let mut again = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{base}_{again}");
            again += 1;
        }
        name
    }

    /// A column as the pipeline names it.
    fn column(&self, at: usize) -> String {
        let name = &self.survey.columns[at].name;
        let once = self.survey.columns.iter().filter(|column| column.name == *name).count() == 1;
        if self.survey.header && once { string_literal(name) } else { at.to_string() }
    }

    /// The columns of a group: by a pattern that matches them and no others, by ranges of positions, or one by one.
    fn columns(&self, group: &ColumnGroup) -> String {
        if !self.survey.header {
            return format!("columns({})", ranges(&group.columns));
        }
        let names = || group.columns.iter().map(|at| self.survey.columns[*at].name.as_str());
        let after = |name: &str| name[group.prefix.len()..].chars().next();
        let separator = names().next().and_then(after).filter(|first| !first.is_ascii_digit());
        let beginning = format!("{}{}", group.prefix, separator.map(String::from).unwrap_or_default());
        let matching = self.survey.columns.iter().filter(|column| column.name.starts_with(&beginning)).count();
        if !group.prefix.is_empty()
            && matching == group.columns.len()
            && names().all(|name| name.starts_with(&beginning))
            && escaped_name(&beginning) == beginning
        {
            return format!("columns({})", string_literal(&format!("{beginning}*")));
        }
        match group.columns.as_slice() {
            [one] => format!("column({})", self.column(*one)),
            several => {
                // In a list a name may be a pattern.
                let columns = several.iter().map(|at| match self.column(*at) {
                    position if position.parse::<usize>().is_ok() => position,
                    _ => string_literal(&escaped_name(&self.survey.columns[*at].name)),
                });
                format!("columns([{}])", columns.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// `1..=21, 23`
fn ranges(columns: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = vec![];
    for at in columns {
        match ranges.last_mut().filter(|(_, last)| last + 1 == *at) {
            Some((_, last)) => *last = *at,
            None => ranges.push((*at, *at)),
        }
    }
    let shown =
        |(first, last): (usize, usize)| if first == last { first.to_string() } else { format!("{first}..={last}") };
    ranges.into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// The classes of a label: how many, where its cells count from 0, else by name.
fn classes(mut values: Vec<&str>) -> String {
    let counts = (0..values.len()).all(|class| values.contains(&class.to_string().as_str()));
    if counts {
        return values.len().to_string();
    }
    values.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    });
    values.into_iter().map(string_literal).collect::<Vec<_>>().join(", ")
}

fn one_line(text: &str) -> String {
    visible(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_written_as_ranges() {
        assert_eq!(ranges(&[1, 2, 3, 5, 7, 8]), "1..=3, 5, 7..=8");
    }

    #[test]
    fn classes_that_count_from_zero_are_counted() {
        assert_eq!(classes(vec!["0", "1", "10", "2", "3", "4", "5", "6", "7", "8", "9"]), "11");
        assert_eq!(classes(vec!["2", "10", "1"]), r#""1", "2", "10""#);
        assert_eq!(classes(vec!["male", "fe\"male"]), r#""fe\"male", "male""#);
    }
}
