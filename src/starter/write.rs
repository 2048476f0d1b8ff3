//! The text of a starter pipeline, with comments that explain the choices.

use super::column_name::{names_a_split, names_an_entity};
use super::group::groups;
use super::label::{NoLabel, Proposal, label};
use super::role::{ID, Role, role};
use super::signal::{SignalKind, StarterSignal};
use super::source_text::source_text;
use super::writer::{Writer, counted, few, shown, word};
use crate::data::{ColumnSurvey, Survey, stratified_share};
use crate::diag::{is_hidden, string_literal};
use crate::spec::{Origin, SourceKind};
use crate::syntax::format;
use crate::thousands::grouped;

/// The most inputs of a combine.
const MOST_INPUTS: usize = 16;

/// From more texts on that are read by letters, each gets smaller layers.
const MANY_LETTERS: usize = 4;

/// From this ratio of the most frequent class to the rarest on a comment speaks of weights.
const IMBALANCED: usize = 4;

/// A class of fewer rows than this has none in a tenth of the rows, one of half as many none in a fifth.
const FEW_OF_A_CLASS: usize = 10;

/// Fewest groups whose rows stay together.
const FEWEST_GROUPS: usize = 20;

/// The most classes whose numbers of rows are in a comment.
const SHOWN_CLASSES: usize = 10;

/// A data set with the name of the pipeline.
pub struct TableFile<'a> {
    /// Where its rows come from.
    pub origin: &'a Origin,
    /// A path of it as the pipeline names it.
    pub path: &'a dyn Fn(&str) -> String,
    /// The name of the pipeline, in any form.
    pub name: &'a str,
    /// The survey of its rows, of the training rows where they have a separate table.
    pub survey: &'a Survey,
}

/// A starter pipeline that has no problems and runs.
///
/// # Errors
/// If no column can be the label, or nothing is left to learn from.
pub fn starter(table: &TableFile<'_>, named: Option<&str>) -> Result<String, NoLabel> {
    let survey = table.survey;
    let label = label(survey, named)?;
    let mut roles: Vec<Role> = survey.columns.iter().map(|column| role(column, survey)).collect();
    roles[label.column] = Role::Left(String::new());
    leave_keys_and_paths(table.origin, survey, &mut roles);
    let split = split(table.origin, survey, &mut roles);
    leave_out_telling(survey, &mut roles, label.column);
    leave_surplus(survey, &mut roles);
    let mut writer = Writer::new(survey);
    let id = roles.iter().position(|role| *role == Role::Left(ID.to_owned()));
    writer.head(table, &label, split, id);
    let signals = smaller_letters(writer.signals(&roles));
    writer.left_out(&roles, label.column);
    if signals.is_empty() {
        return Err(NoLabel::NoInput(reasons(survey, &roles, label.column)));
    }
    writer.model(&signals);
    Ok(format(&writer.text).text)
}

/// Signals of which very many are read by letters, with smaller layers for each, so that a step is not slow.
fn smaller_letters(mut signals: Vec<StarterSignal>) -> Vec<StarterSignal> {
    let letters = signals.iter().filter(|signal| signal.kind == SignalKind::Letters).count();
    if letters > MANY_LETTERS {
        let of_letters = signals.iter_mut().filter(|signal| signal.kind == SignalKind::Letters);
        of_letters.for_each(|signal| "char_cnn(embed: 8, channels: 8)".clone_into(&mut signal.layers));
    }
    signals
}

/// Leaves out the key of a join, and the columns of a folder of images that are not the image.
fn leave_keys_and_paths(origin: &Origin, survey: &Survey, roles: &mut [Role]) {
    for source in origin.sources() {
        for (column, role) in survey.columns.iter().zip(roles.iter_mut()) {
            match &source.kind {
                SourceKind::Images { .. } if column.name == "path" => {
                    *role = Role::Left("the path of the image, which contains its class".into());
                }
                SourceKind::Join { on, .. } if on.iter().any(|key| is_key(&column.name, &key.value)) => {
                    *role = Role::Left("the key of the join".into());
                }
                _ => {}
            }
        }
    }
}

/// Whether a column is the key of a joined table, which has the name of its table before it where that is not the first.
fn is_key(column: &str, key: &str) -> bool {
    column == key || column.strip_suffix(key).is_some_and(|table| table.ends_with('.'))
}

/// How the rows are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowSplit {
    /// At random.
    Fractions,
    /// At random, all rows of equal values of a column on one side.
    Groups(usize),
    /// By a column that says which part a row is of.
    Column(usize),
}

/// How the rows are divided; the column that says so is left out of the inputs.
fn split(origin: &Origin, survey: &Survey, roles: &mut [Role]) -> RowSplit {
    let known = ["train", "valid", "validation", "val", "dev", "calib", "test"];
    let words =
        |column: &ColumnSurvey| column.values.iter().flatten().map(|(value, _)| value.clone()).collect::<Vec<_>>();
    let parts = survey.columns.iter().position(|column| {
        let words = words(column);
        names_a_split(&column.name)
            && column.empty == 0
            && !words.is_empty()
            && words.iter().all(|word| known.contains(&word.as_str()))
    });
    if let Some(at) = parts {
        roles[at] = Role::Left("it divides the rows into parts".into());
        let words = words(&survey.columns[at]);
        let has = |part: &[&str]| words.iter().any(|word| part.contains(&word.as_str()));
        if matches!(origin, Origin::Whole(_)) && has(&known[..1]) && has(&known[1..5]) && has(&known[6..]) {
            return RowSplit::Column(at);
        }
    }
    let repeated = |column: &ColumnSurvey| {
        column.different().is_some_and(|values| values >= FEWEST_GROUPS && 3 * values <= 2 * survey.rows)
    };
    let entity = |column: &ColumnSurvey| survey.header && names_an_entity(&column.name) && column.empty == 0;
    let group = survey.columns.iter().position(|column| entity(column) && repeated(column) && column.array.is_none());
    match group {
        Some(at) if matches!(origin, Origin::Whole(_)) && !is_label(&roles[at]) => {
            roles[at] = Role::Left("new rows are of others: the rows of one stay together in the split".into());
            RowSplit::Groups(at)
        }
        _ => RowSplit::Fractions,
    }
}

/// Whether a role is that of the label, which is left out without a reason.
fn is_label(role: &Role) -> bool {
    *role == Role::Left(String::new())
}

/// Leaves out the columns that alone tell the label, unless nothing else is left.
fn leave_out_telling(survey: &Survey, roles: &mut [Role], label: usize) {
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

/// Leaves out columns that are one input too many.
fn leave_surplus(survey: &Survey, roles: &mut [Role]) {
    let of = |kind: fn(&Role) -> bool, roles: &[Role]| roles.iter().any(kind);
    let shared = usize::from(of(|role| matches!(role, Role::Category(_)), roles))
        + usize::from(of(|role| matches!(role, Role::Date(..)), roles));
    let mut left = MOST_INPUTS.saturating_sub(groups(survey, roles).len() + shared);
    for role in roles.iter_mut() {
        let own = match role {
            Role::Numbers { .. } | Role::Left(_) | Role::Date(..) | Role::Category(_) => false,
            Role::Words(_) | Role::Letters(_) | Role::Vector(..) | Role::Steps(..) | Role::Image(..) => true,
        };
        if own && left == 0 {
            *role = Role::Left(format!("a combine has at most {MOST_INPUTS} inputs"));
        } else if own {
            left -= 1;
        }
    }
}

/// The columns that are left out, with the reason of each.
fn reasons(survey: &Survey, roles: &[Role], label: usize) -> Vec<(String, Vec<String>)> {
    let mut reasons: Vec<(String, Vec<String>)> = vec![];
    for (at, role) in roles.iter().enumerate() {
        if let Role::Left(why) = role
            && at != label
        {
            let name = survey.columns[at].name.clone();
            match reasons.iter_mut().find(|(reason, _)| reason == why) {
                Some((_, names)) => names.push(name),
                None => reasons.push((why.clone(), vec![name])),
            }
        }
    }
    reasons
}

impl Writer<'_> {
    /// The pipeline's name, its data and its label.
    fn head(&mut self, table: &TableFile<'_>, label: &Proposal, split: RowSplit, id: Option<usize>) {
        let survey = self.survey;
        let (rows, columns) = (counted(survey.rows), survey.columns.len());
        let all = match survey.whole {
            true => String::new(),
            false if survey.all_rows > survey.rows => format!(" from all over {}", grouped(survey.all_rows as u64)),
            false => " from all over the table".to_owned(),
        };
        let pipeline = word(table.name);
        let column = &survey.columns[label.column];
        let name = self.name(if survey.header { &column.name } else { "target" });
        self.lines(&format!(
            "## Made from {rows}{all} with {columns} columns: change what is not what you mean.\n\
             pipeline {pipeline}\n\n\
             # First look at `mmc lint`: it names columns that give the label away. Then `mmc compare` shows which of the\n\
             # combines below is best, and whether the difference is more than chance.\n\
             data {{"
        ));
        self.data(table, &name, label.column, split);
        if let Some(at) = id {
            self.lines(&format!(
                "# Names the rows in the files of a run, and nothing is learned from it.\nid = column({})",
                self.column(at)
            ));
        }
        if column.empty > 0 {
            self.lines(&format!(
                "# `{}` is empty on {}, left out here.\nunlabeled = drop",
                shown(&column.name),
                counted(column.empty)
            ));
        }
        let names: Vec<&str> = column.values.iter().flatten().map(|(value, _)| value.as_str()).collect();
        self.lines(&format!(
            "}}\n\n# The label: {}.\n{}label {name}: class[{}] = column({})\n",
            shown_reason(&label.reason),
            class_counts(survey, label.column),
            classes(names),
            self.column(label.column),
        ));
    }

    /// The settings of the data block.
    fn data(&mut self, table: &TableFile<'_>, label: &str, column: usize, split: RowSplit) {
        let source = |source| source_text(source, table.path);
        let counts: Vec<usize> = self.survey.class_rows(column).into_iter().map(|(_, count)| count).collect();
        let rarest = counts.iter().min().copied().unwrap_or(0);
        let group = match split {
            RowSplit::Groups(at) => format!("group: {}, ", string_literal(&self.survey.columns[at].name)),
            _ => String::new(),
        };
        let fractions = |test: bool| {
            let mut lines = String::new();
            if !group.is_empty() {
                lines.push_str("# Rows of one group stay on one side, so that the test rows are of new ones.\n");
            }
            let valid = if rarest < FEW_OF_A_CLASS { 20 } else { 10 };
            let percents = if test { vec![20, valid] } else { vec![valid] };
            if group.is_empty() && self.survey.whole && lacks_a_class(&counts, &percents) {
                lines.push_str("# A class has so few rows that a part has none of it.\n# mmc: allow(absent_class)\n");
            }
            let test = if test { "test: fraction(20%), " } else { "" };
            lines + &format!("split = {{ {test}valid: fraction({valid}%), stratify: {label}, {group}seed: 1 }}")
        };
        match table.origin {
            Origin::Whole(whole) => {
                self.lines(&format!("source = {}", source(whole)));
                match split {
                    RowSplit::Column(at) => {
                        let name = string_literal(&self.survey.columns[at].name);
                        self.lines(&format!("split = by_column({name})"));
                    }
                    RowSplit::Fractions | RowSplit::Groups(_) => {
                        self.lines(
                            "# The test rows are looked at once, at the end; the model is chosen on the validation rows.",
                        );
                        self.lines(&fractions(true));
                    }
                }
            }
            Origin::Parts { train, valid, test, .. } => {
                self.lines(&format!("train = {}", source(train)));
                if let Some(valid) = valid {
                    self.lines(&format!("valid = {}", source(valid)));
                }
                if let Some(test) = test {
                    self.lines(&format!("test = {}", source(test)));
                }
                if valid.is_none() {
                    self.lines("# The model is chosen on validation rows, which are taken from those of training.");
                    self.lines(&fractions(false));
                }
            }
        }
    }

    /// The declarations of modalities.
    fn signals(&mut self, roles: &[Role]) -> Vec<StarterSignal> {
        let mut signals = vec![];
        for group in groups(self.survey, roles) {
            signals.push(self.numbers(&group, roles));
        }
        for (at, role) in roles.iter().enumerate() {
            signals.extend(self.signal(at, role));
        }
        signals
    }

    fn left_out(&mut self, roles: &[Role], label: usize) {
        let reasons = reasons(self.survey, roles, label);
        if !reasons.is_empty() {
            self.text.push('\n');
        }
        for (why, names) in reasons {
            self.lines(&format!("# Left out: {}, {}.", few(&names), shown_reason(&why)));
        }
    }
}

/// Whether a class has no row in one of the parts that take these shares, or in the rest, where classes have these rows.
fn lacks_a_class(classes: &[usize], percents: &[usize]) -> bool {
    let mut left = classes.to_vec();
    let rows: usize = classes.iter().sum();
    for percent in percents {
        let share = stratified_share(&left, ((rows * percent + 50) / 100).max(1));
        if share.contains(&0) {
            return true;
        }
        left.iter_mut().zip(&share).for_each(|(left, taken)| *left -= taken);
    }
    left.contains(&0)
}

/// A reason in a comment of one line.
fn shown_reason(why: &str) -> String {
    why.chars().map(|letter| if is_hidden(letter) { ' ' } else { letter }).collect()
}

/// How many rows each class has, and what to do where some are rare, as lines of comment.
fn class_counts(survey: &Survey, column: usize) -> String {
    let mut counts = survey.class_rows(column);
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let (Some(most), Some(least)) = (counts.first(), counts.last()) else { return String::new() };
    let of = |(value, count): &(String, usize)| format!("{} {}", shown(value), grouped(*count as u64));
    let rows = if survey.whole { "Rows" } else { "About so many rows" };
    let mut text = if counts.len() <= SHOWN_CLASSES {
        format!("# {rows} of each class: {}.\n", counts.iter().map(of).collect::<Vec<_>>().join(", "))
    } else {
        format!("# {rows} of each class: from {} to {}.\n", of(most), of(least))
    };
    if most.1 >= IMBALANCED * least.1 {
        text.push_str(
            "# Some classes are rare: `class_weights = balanced` in `train` makes each count the same in the loss, and\n\
             # balanced accuracy tells more than the error.\n",
        );
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_count_from_zero_are_counted() {
        assert_eq!(classes(vec!["0", "1", "10", "2", "3", "4", "5", "6", "7", "8", "9"]), "11");
        assert_eq!(classes(vec!["2", "10", "1"]), r#""1", "2", "10""#);
        assert_eq!(classes(vec!["male", "fe\"male"]), r#""fe\"male", "male""#);
    }

    #[test]
    fn keys_of_joined_tables_are_known() {
        assert!(is_key("id", "id") && is_key("faces.npz.id", "id") && !is_key("valid", "id"));
    }
}
