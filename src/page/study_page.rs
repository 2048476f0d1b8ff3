//! The page of a comparison or a grid search: every configuration with its spread over the seeds, and curves by a param.

use super::content::{PageBlock, PageSection, PageTable, Plot, WebPage};
use super::values::{count, decimal, percent};
use crate::chart::{Axis, Bar, BarChart, Dot, Line, XyChart};

/// Bars that are drawn at most.
const MOST_BARS: usize = 40;
/// Curves that are drawn at most.
const MOST_LINES: usize = 7;

/// A study.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyContent {
    /// Its folder, as it was named.
    pub folder: String,
    /// The name of the pipeline.
    pub pipeline: String,
    /// `compare` or `sweep`.
    pub kind: String,
    /// The metric that selects, and whether a larger value of it is better.
    pub metric: (String, bool),
    /// Whether the metric is a share, shown in percent.
    pub share: bool,
    /// The configurations, the best on the validation rows first.
    pub points: Vec<StudyPoint>,
    /// Configurations that are not listed, because another is equal in all that decides its trainings.
    pub equal: usize,
    /// The configuration that is selected, and its run within the folder.
    pub selected: Option<(String, String)>,
    /// The texts of its pipelines.
    pub texts: Vec<String>,
    /// Versions of the software.
    pub versions: String,
}

/// A configuration of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyPoint {
    /// Its name.
    pub name: String,
    /// The params that vary, and their values.
    pub params: Vec<(String, String)>,
    /// The metric on the validation rows: mean and interval of 95%.
    pub valid: Option<MeanInterval>,
    /// The metric on the test rows.
    pub test: Option<MeanInterval>,
    /// The folders of its runs.
    pub runs: Vec<String>,
    /// Numbers learned.
    pub parameters: usize,
    /// Mean seconds of a training.
    pub seconds: f64,
}

/// A mean and its interval: `None` for a single run.
pub(super) type MeanInterval = (f64, Option<(f64, f64)>);

/// The metric of a configuration on one part of the data.
type PartOfPoint = fn(&StudyPoint) -> Option<MeanInterval>;

/// The page of a study.
pub fn study_page(content: &StudyContent) -> WebPage {
    let mut sections = vec![configurations(content)];
    sections.extend(curves(content));
    for (at, text) in content.texts.iter().enumerate() {
        let title = if content.texts.len() == 1 { "Pipeline".to_owned() } else { format!("Pipeline {}", at + 1) };
        let id = ["pipeline", "pipeline-2", "pipeline-3", "pipeline-4"].get(at).copied().unwrap_or("pipelines");
        sections.push(PageSection { id, title, blocks: vec![PageBlock::Source(text.clone())] });
    }
    let mut table = PageTable::new("Environment", &["what", "value"]);
    table.row(["software".into(), content.versions.clone()]);
    table.row(["folder".into(), content.folder.clone()]);
    sections.push(PageSection {
        id: "environment",
        title: "Environment".into(),
        blocks: vec![PageBlock::Table(table)],
    });
    WebPage {
        title: format!("{}: {} of {} configurations", content.pipeline, content.kind, content.points.len()),
        about: content.folder.clone(),
        verdict: verdict(content),
        sections,
    }
}

fn shown(content: &StudyContent, value: f64) -> String {
    if content.share { percent(value) } else { decimal(value, 4) }
}

fn scaled(content: &StudyContent, value: f64) -> f64 {
    if content.share { 100.0 * value } else { value }
}

fn unit(content: &StudyContent) -> String {
    if content.share { format!("{} (%)", content.metric.0) } else { content.metric.0.clone() }
}

fn verdict(content: &StudyContent) -> Vec<String> {
    let metric = &content.metric.0;
    let seeds = content.points.iter().map(|point| point.runs.len()).max().unwrap_or(0);
    let first = match &content.selected {
        Some((name, _)) => {
            format!("The validation rows select {name} by {metric}, of {} configurations.", content.points.len())
        }
        None => "Nothing is selected yet: not all trials have ended, or there are no validation rows.".to_owned(),
    };
    let best = content.points.first().and_then(|point| Some((point, point.valid?)));
    let second = match (best, content.points.get(1).and_then(|point| Some((point, point.valid?)))) {
        (Some((one, (mean, _))), Some((other, (next, interval)))) => {
            let within = interval.is_some_and(|(low, high)| (low..=high).contains(&mean));
            let apart = if within { ", whose interval holds it" } else { "" };
            format!(
                "On the validation rows {} has {}, and the next, {}, {}{apart}.",
                one.name,
                shown(content, mean),
                other.name,
                shown(content, next)
            )
        }
        (Some((one, (mean, _))), None) => format!("On the validation rows {} has {}.", one.name, shown(content, mean)),
        _ => "No trial has been measured on validation rows.".into(),
    };
    let third = match seeds {
        0 | 1 => "One seed each says nothing about chance: `--seeds` trains more.".to_owned(),
        seeds => format!("Each has up to {seeds} seeds; intervals are Student's, of 95 %, over the seeds."),
    };
    vec![first, second, third]
}

fn configurations(content: &StudyContent) -> PageSection {
    let metric = unit(content);
    let columns =
        ["configuration", "#runs", "#validation", "#95 %", "#test", "#95 %", "#parameters", "#seconds", "run"];
    let mut table = PageTable::new("All configurations", &columns);
    table.folded = content.points.len() > 12;
    let interval = |of: Option<MeanInterval>| {
        let ends = of.and_then(|(_, interval)| interval);
        ends.map_or_else(|| "–".into(), |(low, high)| format!("{} to {}", shown(content, low), shown(content, high)))
    };
    let mean = |of: Option<MeanInterval>| of.map_or_else(|| "–".into(), |(mean, _)| shown(content, mean));
    for point in &content.points {
        table.row([
            point.name.clone(),
            point.runs.len().to_string(),
            mean(point.valid),
            interval(point.valid),
            mean(point.test),
            interval(point.test),
            count(point.parameters),
            decimal(point.seconds, 1),
            point.runs.first().cloned().unwrap_or_default(),
        ]);
    }
    let mut blocks = vec![];
    for (name, part, of) in
        [("validation", "validation", (|point| point.valid) as PartOfPoint), ("test", "test", |point| point.test)]
    {
        let bars: Vec<Bar> = content
            .points
            .iter()
            .filter_map(|point| {
                let (mean, interval) = of(point)?;
                let selected = content.selected.as_ref().is_some_and(|(name, _)| *name == point.name);
                Some(Bar {
                    name: point.name.clone(),
                    value: scaled(content, mean),
                    interval: interval.map(|(low, high)| (scaled(content, low), scaled(content, high))),
                    color: usize::from(selected),
                })
            })
            .take(MOST_BARS)
            .collect();
        if bars.is_empty() {
            continue;
        }
        let ends = bars.iter().flat_map(|bar| {
            [
                bar.value,
                bar.interval.map_or(bar.value, |(_, high)| high),
                bar.interval.map_or(bar.value, |(low, _)| low),
            ]
        });
        let axis = Axis::from_zero(format!("{metric} on {part} rows"), ends);
        let chart = BarChart { name: format!("{metric} on {part} rows by configuration"), axis, bars, rule: None };
        let reading = match part {
            "validation" => {
                "The best first; the one that is selected has another colour. Lines are 95 % intervals over the seeds."
            }
            _ => "In the order of the validation rows: test rows select nothing.",
        };
        blocks.push(PageBlock::Plot(Plot {
            name: format!("configurations-{name}"),
            title: format!("On {part} rows"),
            svg: chart.svg(),
            reading: reading.into(),
            numbers: PageTable::default(),
        }));
    }
    blocks.push(PageBlock::Table(table));
    if content.equal > 0 {
        let text = format!(
            "{} more are equal to one of these in everything that decides a training, and are listed once.",
            content.equal
        );
        blocks.push(PageBlock::Text(text));
    }
    if let Some((name, run)) = &content.selected {
        blocks.push(PageBlock::Text(format!("The run of {name} is in the folder {run}, with a page of its own.")));
    }
    PageSection { id: "configurations", title: "Configurations".into(), blocks }
}

/// A curve by each param of numbers, one line for every setting of the other params.
fn curves(content: &StudyContent) -> Option<PageSection> {
    let mut names: Vec<&str> = vec![];
    for (name, _) in content.points.iter().flat_map(|point| &point.params) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let plots: Vec<PageBlock> =
        names.into_iter().filter_map(|name| curve(content, name)).map(PageBlock::Plot).collect();
    (!plots.is_empty()).then(|| PageSection { id: "curves", title: "By param".into(), blocks: plots })
}

fn curve(content: &StudyContent, param: &str) -> Option<Plot> {
    let mut groups: Vec<(String, Vec<(f64, &StudyPoint)>)> = vec![];
    for point in &content.points {
        let (_, value) = point.params.iter().find(|(name, _)| name == param)?;
        let value = number_of(value)?;
        let others = point.params.iter().filter(|(name, _)| name != param);
        let others: Vec<String> = others.map(|(name, value)| format!("{name}={value}")).collect();
        let base = point.name.split_whitespace().next().filter(|first| !first.contains('=')).unwrap_or_default();
        let key = [vec![base.to_owned()], others].concat().join(" ").trim().to_owned();
        match groups.iter_mut().find(|(name, _)| *name == key) {
            Some((_, points)) => points.push((value, point)),
            None => groups.push((key, vec![(value, point)])),
        }
    }
    groups.iter_mut().for_each(|(_, points)| points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    let mut distinct: Vec<f64> = groups.iter().flat_map(|(_, points)| points.iter().map(|(x, _)| *x)).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if distinct.len() < 2 {
        return None;
    }
    let single = groups.len() == 1;
    let columns = [&format!("#{param}"), "others", "#validation", "#test"].map(|column: &str| column.to_owned());
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut numbers = PageTable::new(format!("By {param}: numbers"), &columns).folded();
    let (mut lines, mut dots): (Vec<Line>, Vec<Dot>) = (vec![], vec![]);
    for (at, (name, points)) in groups.iter().enumerate() {
        for (x, point) in points {
            let cell = |of: Option<MeanInterval>| of.map_or_else(|| "–".into(), |(mean, _)| shown(content, mean));
            numbers.row([x.to_string(), name.clone(), cell(point.valid), cell(point.test)]);
        }
        if at >= MOST_LINES {
            continue;
        }
        let parts: [(&str, PartOfPoint); 2] = [("validation", |point| point.valid), ("test", |point| point.test)];
        for (which, (part, of)) in parts.into_iter().enumerate().take(if single { 2 } else { 1 }) {
            let color = if single { which } else { at };
            let found: Vec<(f64, MeanInterval)> =
                points.iter().filter_map(|(x, point)| Some((*x, of(point)?))).collect();
            if found.is_empty() {
                continue;
            }
            let name = if single { format!("{part} rows") } else { name.clone() };
            let line = found.iter().map(|(x, (mean, _))| (*x, scaled(content, *mean))).collect();
            lines.push(Line { name, color, dashed: which == 1, points: line });
            dots.extend(found.iter().map(|(x, (mean, interval))| Dot {
                color,
                at: (*x, scaled(content, *mean)),
                interval: interval.map(|(low, high)| (scaled(content, low), scaled(content, high))),
            }));
        }
    }
    let ends = dots.iter().flat_map(|dot| {
        let (low, high) = dot.interval.unwrap_or((dot.at.1, dot.at.1));
        [dot.at.1, low, high]
    });
    let metric = unit(content);
    let mut chart = XyChart::new(
        format!("{metric} by {param}"),
        Axis::over(param, distinct.iter().copied()),
        Axis::over(format!("{metric}{}", if single { "" } else { " on validation rows" }), ends),
    );
    chart.lines = lines;
    chart.dots = dots;
    let best = content.points.first().and_then(|point| point.params.iter().find(|(name, _)| name == param));
    let reading = best.map_or_else(String::new, |(_, value)| {
        format!("The best configuration has {param} = {value}; lines are 95 % intervals over the seeds.")
    });
    Some(Plot {
        name: format!("by-{}", param.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-").to_lowercase()),
        title: format!("By {param}"),
        svg: chart.svg(),
        reading,
        numbers,
    })
}

/// A number as the language writes it: `0.5`, `1_000`, `50%`.
fn number_of(text: &str) -> Option<f64> {
    let plain = text.replace('_', "");
    match plain.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0),
        None => plain.parse().ok(),
    }
}
