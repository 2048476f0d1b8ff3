//! How one row was decided, in words and as a small bar chart.

use super::numbers::grouped;
use super::table::{Align, TIED, table};
use super::trust_words::{Facts, listed, modality_list, part_rows, share};
use crate::diag::Style;
use crate::experiment::{Absence, Atypical, ClassVerdict, Conflict, ModalityTrust, NoShapley, RowTrust, TrustSummary};
use crate::spec::Part;
use crate::trust::{ConformalGroup, interval};

/// Columns of a bar on each side of its axis, on a terminal of at least [`WIDE`] columns and on a narrower one.
const BAR: usize = 8;
const SHORT_BAR: usize = 5;
const WIDE: usize = 100;
/// Lines of one kind that are shown: conflicts, unlike numbers, weights.
const SHOWN: usize = 6;

/// The text of a row.
pub(super) fn row_text(row: &RowTrust, summary: &TrustSummary, style: Style) -> String {
    let held_out = summary.held_out.map_or(String::new(), |(part, _)| part_rows(part));
    let mut facts = Facts::new(style);
    let of = row.part.map_or("of the file".to_owned(), |part| format!("of the {}", part_rows(part)));
    facts.line(&format!("Row {} {of} is decided by {}", row.row, summary.combine));
    facts.blank();
    decision(row, &mut facts);
    if row.part == Some(Part::Train) {
        facts.fact("trained on", "the weights were fitted to this row: it is decided better than a new one");
    } else if row.part.is_some() && row.part == summary.held_out.map(|(part, _)| part) {
        let text = format!("this row is one of the {held_out} that it is compared with: what follows flatters it");
        facts.fact("its own", &text);
    }
    sureness(row, &held_out, &mut facts);
    set(row, &held_out, &mut facts);
    facts.blank();
    facts.text(&modality_table(row, style));
    facts.blank();
    reading(row, &mut facts);
    conflicts(&row.conflicts, &held_out, &mut facts);
    unlike(&row.modalities, &mut facts);
    absences(&row.modalities, &mut facts);
    facts.finish()
}

fn verdict(verdict: &ClassVerdict) -> String {
    format!("{} at {}", verdict.class, share(verdict.probability))
}

fn decision(row: &RowTrust, facts: &mut Facts) {
    let (decision, runner_up) = (verdict(&row.decision), verdict(&row.runner_up));
    facts.fact("decision", &format!("{decision}, before {runner_up}: a margin of {:.3} nats", row.margin));
    if let Some(label) = &row.label {
        let right = if *label == row.decision.class { "the decision is right" } else { "the decision is wrong" };
        facts.fact("label", &format!("{label}: {right}"));
    }
}

fn sureness(row: &RowTrust, held_out: &str, facts: &mut Facts) {
    let Some(sure) = row.at_least_as_sure else { return };
    let text = match sure.rows {
        0 => format!("none of the {held_out} was this sure"),
        rows => {
            let (low, high) = interval(sure.right(), rows, 0.95);
            let (right, rows, accuracy) = (grouped(sure.right()), grouped(rows), share(sure.accuracy()));
            let among = share(row.coverage.unwrap_or(f64::NAN));
            format!(
                "{right} of the {rows} {held_out} that were at least this sure were right: {accuracy} (95{TIED}% interval {} to \
                 {}); they are {among} of all",
                share(low),
                share(high)
            )
        }
    };
    facts.fact("how sure", &text);
    if let Some(about) = row.about_as_sure {
        let (right, rows) = (grouped(about.right()), grouped(about.rows));
        facts.fact("", &format!("of the {rows} nearest in sureness {right} were right"));
    }
}

fn set(row: &RowTrust, held_out: &str, facts: &mut Facts) {
    let Some(set) = &row.set else { return };
    let by = match set.judged_by {
        ConformalGroup::ClassAndPattern => format!("judged by {held_out} of each class with the same modalities"),
        ConformalGroup::Class => {
            format!(
                "{} judged by all {held_out} of the class: too few have the same modalities",
                listed(&set.fallbacks)
            )
        }
        ConformalGroup::All => {
            format!(
                "{} judged by {held_out} of other classes or modalities too: too few are alike",
                listed(&set.fallbacks)
            )
        }
        ConformalGroup::TooFew => format!("too few {held_out} to leave a class out"),
    };
    let empty = if set.was_empty { "; no class fits, and the decision stands in" } else { "" };
    let classes = set.classes.join(", ");
    facts.fact(&format!("{} set", share(set.coverage).replace(".0", "")), &format!("{{{classes}}}, {by}{empty}"));
}

/// A line for each modality.
fn modality_table(row: &RowTrust, style: Style) -> String {
    use Align::{Left, Right};
    let bars = row.no_shapley.is_none();
    let mut header = vec![("modality", Left), ("alone", Left), ("q", Right)];
    if bars {
        header.extend([("Shapley", Right), ("", Left)]);
    }
    header.push(("without it", Left));
    let widest = row.modalities.iter().filter_map(|of| of.shapley).fold(0.0, |widest: f64, own| widest.max(own.abs()));
    let lines = row.modalities.iter().map(|of| {
        let shown = |found: &Option<ClassVerdict>| match found {
            Some(found) => format!("{} {}", found.class, share(found.probability)),
            None => "-".to_owned(),
        };
        if !of.present {
            let mut line = vec![of.name.clone(), "missing".into(), String::new()];
            line.resize(header.len(), String::new());
            return line;
        }
        let mut line = vec![of.name.clone(), shown(&of.alone), of.q.map_or("-".into(), |q| format!("{q:.3}"))];
        if bars {
            line.push(of.shapley.map_or("-".into(), |own| format!("{own:+.3}")));
            line.push(of.shapley.map_or(String::new(), |own| bar(own, widest, style)));
        }
        line.push(shown(&of.without));
        line
    });
    table(&header, lines.collect(), style)
}

/// A bar to the right of an axis, or to the left of it where the number is negative.
fn bar(number: f64, widest: f64, style: Style) -> String {
    let (block, axis) = if style.unicode { ('█', '│') } else { ('#', '|') };
    let longest = if style.width < WIDE { SHORT_BAR } else { BAR };
    let length = if widest > 0.0 { (longest as f64 * number.abs() / widest).round() as usize } else { 0 };
    let blocks: String = std::iter::repeat_n(block, length).collect();
    let space = |columns: usize| -> String { std::iter::repeat_n(TIED, columns).collect() };
    match number < 0.0 {
        true => format!("{}{blocks}{axis}", space(longest - length)),
        false => format!("{}{axis}{blocks}", space(longest)),
    }
}

/// How the table is read, and what it says.
fn reading(row: &RowTrust, facts: &mut Facts) {
    let (decision, runner_up) = (&row.decision.class, &row.runner_up.class);
    match &row.no_shapley {
        None => {
            let base =
                if row.base == 0.0 { String::new() } else { format!(", and {:+.3} without any modality", row.base) };
            facts.fact(
                "Shapley",
                &format!(
                    "nats for {decision} against {runner_up}; the values add up to the margin of {:.3}{base}",
                    row.margin
                ),
            );
        }
        Some(NoShapley::TooMany) => {
            facts.fact("Shapley", "not computed: there are too many modalities to go through all of their subsets");
        }
        Some(NoShapley::Together(names)) => {
            let names = listed(names);
            let text = format!("cannot be computed: the model has no decision by {names} without the others");
            facts.fact("Shapley", &text);
        }
    }
    let weights: Vec<String> =
        row.weights.iter().map(|of| format!("{} {:.3}", of.component, of.q)).take(SHOWN).collect();
    let more = row.weights.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    facts.fact(
        "q",
        &format!(
            "the weight that the others leave to a component for {decision}, no share of the decision: {}{more}",
            weights.join(", ")
        ),
    );
    match row.enough.as_deref() {
        Some([]) => facts.fact("enough", &format!("no modality is needed for {decision}")),
        Some([one]) => facts.fact("enough", &format!("{one} alone decides {decision}")),
        Some(several) => {
            let text = format!("{} together decide {decision}; fewer do not", modality_list(several));
            facts.fact("enough", &text);
        }
        None => {}
    }
}

fn conflicts(conflicts: &[Conflict], held_out: &str, facts: &mut Facts) {
    for (at, conflict) in conflicts.iter().take(SHOWN).enumerate() {
        let ([first, second], [one, other]) = (&conflict.modalities, &conflict.classes);
        let before = match conflict.before {
            None => String::new(),
            Some(before) if before.rows == 0 => format!("; on none of the {held_out} did they disagree"),
            Some(before) => format!(
                "; of {} {held_out} on which they disagreed {first} was right on {}, {second} on {}, the model on {}",
                grouped(before.rows),
                grouped(before.first),
                grouped(before.second),
                grouped(before.model)
            ),
        };
        let name = if at == 0 { "conflict" } else { "" };
        facts.fact(name, &format!("{first} says {one}, {second} says {other}{before}"));
    }
    if conflicts.len() > SHOWN {
        facts.fact("", &format!("and {} more pairs disagree", conflicts.len() - SHOWN));
    }
}

fn unlike(modalities: &[ModalityTrust], facts: &mut Facts) {
    let all = modalities.iter().flat_map(|of| of.atypical.iter().map(move |what| (of, what)));
    let all: Vec<String> = all.map(|(of, what)| format!("{}: {}", of.name, atypical(what))).collect();
    for (at, text) in all.iter().take(SHOWN).enumerate() {
        facts.fact(if at == 0 { "unlike" } else { "" }, text);
    }
    match all.len() {
        0 => facts.fact("unlike", "nothing in this row is unlike the training rows, as far as that is checked"),
        some if some > SHOWN => facts.fact("", &format!("and {} more numbers", some - SHOWN)),
        _ => {}
    }
}

fn atypical(what: &Atypical) -> String {
    match what {
        Atypical::UnseenValue => "its value is on no training row".into(),
        Atypical::UnknownTokens { unknown, tokens, words, training_share } => {
            let kind = if *words { "words" } else { "characters" };
            let training =
                training_share.map_or(String::new(), |training| format!(", against {} in training", share(training)));
            let known = share(*unknown as f64 / (*tokens).max(1) as f64);
            format!("{unknown} of {tokens} {kind} are unknown: {known}{training}")
        }
        Atypical::OutsideRange { name, value, low, high } => {
            let side = if value < low { "below" } else { "above" };
            format!("{name} is {}, {side} the training rows, {} to {}", number(*value), number(*low), number(*high))
        }
    }
}

/// A number with five digits.
fn number(number: f64) -> String {
    let rounded: f64 = format!("{number:.4e}").parse().unwrap_or(number);
    format!("{rounded}")
}

/// What is known of decisions without each modality.
fn absences(modalities: &[ModalityTrust], facts: &mut Facts) {
    let mut trained = vec![];
    let (mut never, mut unknown) = (vec![], vec![]);
    for of in modalities {
        match of.absence {
            Absence::Trained { missing, dropout } => {
                let dropout = if dropout { ", and it was left out at random" } else { "" };
                trained.push(format!("{} ({} of training rows lack it{dropout})", of.name, share(missing)));
            }
            Absence::Never => never.push(of.name.clone()),
            Absence::Unknown => unknown.push(of.name.clone()),
        }
    }
    if !trained.is_empty() {
        facts.fact("absence", &format!("trained with and without {}", modality_list(&trained)));
    }
    if !never.is_empty() {
        let name = if trained.is_empty() { "absence" } else { "" };
        let (names, one) = match never.as_slice() {
            [one] => (one.clone(), "it"),
            several => (several.join(" or "), "one of them"),
        };
        let text = format!("no training row lacks {names}: what is decided without {one} extrapolates");
        facts.fact(name, &text);
    }
    if !unknown.is_empty() {
        facts.fact("", &format!("whether it was trained without {} is not known", modality_list(&unknown)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ComponentWeight, ConflictRecord, LabelSet};
    use crate::trust::RowCount;

    fn verdict_of(class: &str, probability: f64) -> ClassVerdict {
        ClassVerdict { class: class.into(), probability }
    }

    fn modality(name: &str) -> ModalityTrust {
        ModalityTrust {
            name: name.into(),
            present: true,
            alone: None,
            q: None,
            shapley: None,
            without: None,
            absence: Absence::Never,
            atypical: vec![],
        }
    }

    /// A row on which the name is against the body, and the nation is missing.
    fn row() -> (RowTrust, TrustSummary) {
        let name = ModalityTrust {
            alone: Some(verdict_of("female", 0.93)),
            q: Some(0.412),
            shapley: Some(3.25),
            without: Some(verdict_of("male", 0.81)),
            atypical: vec![Atypical::UnknownTokens {
                unknown: 2,
                tokens: 14,
                words: false,
                training_share: Some(0.004),
            }],
            ..modality("name")
        };
        let body = ModalityTrust {
            alone: Some(verdict_of("male", 0.81)),
            q: Some(0.07),
            shapley: Some(-1.75),
            without: Some(verdict_of("female", 0.93)),
            absence: Absence::Trained { missing: 0.059, dropout: true },
            atypical: vec![Atypical::OutsideRange { name: "height".into(), value: 2.3125, low: 1.21, high: 2.21 }],
            ..modality("body")
        };
        let row = RowTrust {
            row: 118,
            part: Some(Part::Test),
            label: Some("female".into()),
            decision: verdict_of("female", 0.842),
            runner_up: verdict_of("male", 0.158),
            margin: 1.5,
            uncertainty: 0.172,
            at_least_as_sure: Some(RowCount { rows: 960, wrong: 24 }),
            about_as_sure: Some(RowCount { rows: 100, wrong: 13 }),
            coverage: Some(0.832),
            set: Some(LabelSet {
                coverage: 0.9,
                classes: vec!["female".into(), "male".into()],
                judged_by: ConformalGroup::Class,
                fallbacks: vec!["male".into()],
                was_empty: false,
            }),
            modalities: vec![name, body, ModalityTrust { present: false, ..modality("nation") }],
            weights: vec![ComponentWeight { component: "name_net".into(), q: 0.412 }],
            base: 0.0,
            no_shapley: None,
            enough: Some(vec!["name".into()]),
            conflicts: vec![Conflict {
                modalities: ["name".into(), "body".into()],
                classes: ["female".into(), "male".into()],
                before: Some(ConflictRecord { rows: 93, first: 71, second: 22, model: 74 }),
            }],
        };
        let summary = TrustSummary {
            combine: "mulmix".into(),
            part: Some(Part::Test),
            rows: 1,
            labelled: RowCount::default(),
            held_out: Some((Part::Valid, 1153)),
            modalities: vec![],
            conflicts: vec![],
            sets: None,
            risk: None,
        };
        (row, summary)
    }

    #[test]
    fn a_row_in_words() {
        let (row, summary) = row();
        let text = row_text(&row, &summary, Style { color: false, unicode: false, width: 200 });
        for line in [
            "Row 118 of the test rows is decided by mulmix\n",
            "decision   female at 84.2 %, before male at 15.8 %: a margin of 1.500 nats\n",
            "label      female: the decision is right\n",
            "how sure   936 of the 960 validation rows that were at least this sure were right: 97.5 % (95 % interval ",
            "\n           of the 100 nearest in sureness 87 were right\n",
            "90 % set   {female, male}, male judged by all validation rows of the class: too few have the same modalities\n",
            "Shapley    nats for female against male; the values add up to the margin of 1.500\n",
            "enough     name alone decides female\n",
            "conflict   name says female, body says male; of 93 validation rows on which they disagreed name was right on \
             71, body on 22, the model on 74\n",
            "unlike     name: 2 of 14 characters are unknown: 14.3 %, against 0.4 % in training\n",
            "           body: height is 2.3125, above the training rows, 1.21 to 2.21\n",
            "absence    trained with and without body (5.9 % of training rows lack it, and it was left out at random)\n",
            "           no training row lacks name or nation: what is decided without one of them extrapolates\n",
        ] {
            assert!(text.contains(line), "{line}\nis not in\n{text}");
        }
        let cells = |name: &str| -> Vec<&str> {
            let line = text.lines().find(|line| line.starts_with(name));
            line.map(|line| line.split_whitespace().collect()).unwrap_or_default()
        };
        let name = ["name", "female", "93.0", "%", "0.412", "+3.250", "|########", "male", "81.0", "%"];
        assert_eq!(cells("name "), name);
        assert_eq!(cells("body "), ["body", "male", "81.0", "%", "0.070", "-1.750", "####|", "female", "93.0", "%"]);
        assert_eq!(cells("nation "), ["nation", "missing"]);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let (row, summary) = row();
        for width in [60, 80, 120] {
            let text = row_text(&row, &summary, Style { color: false, unicode: true, width });
            assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= width), "{width}:\n{text}");
        }
    }
}
