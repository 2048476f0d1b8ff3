//! `mmc explain`: what a code or a name of the language means.

use super::args::ExplainArgs;
use super::markdown::show;
use super::output::Output;
use super::status::ExitStatus;
use crate::diag::{Code, Style};
use crate::ops::names;
use crate::reference::{find, functions, markdown, near};
use crate::sema::Topic;
use crate::spec::Metric;
use textwrap::{Options, wrap};

pub(super) fn explain(args: &ExplainArgs, output: &Output) -> ExitStatus {
    let style = output.out.style;
    let Some(name) = &args.name else {
        output.out.show(&everything(style));
        return ExitStatus::Done;
    };
    let found = find(name.trim());
    if found.is_empty() {
        let help = match near(name.trim()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`mmc explain` lists everything".into(),
        };
        output.err.line(&format!("error: unknown name `{name}`\n  help: {help}"));
        return ExitStatus::CouldNotRun;
    }
    let texts: Vec<String> = found.iter().map(|entry| markdown(entry, 1)).collect();
    output.out.show(&show(&texts.join("\n"), style));
    ExitStatus::Done
}

/// Every name, topic by topic, and every code, family by family.
fn everything(style: Style) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Topic::ALL
        .into_iter()
        .map(|topic| (topic.plural(), names(&topic.signatures()).into_iter().map(str::to_owned).collect()))
        .collect();
    let layers = Topic::ALL.iter().position(|topic| *topic == Topic::Layer).map_or(0, |at| at + 1);
    let library = functions().into_iter().map(|function| function.name).collect();
    groups.insert(layers, ("Library", library));
    groups.push(("Metrics", Metric::ALL.into_iter().map(|metric| metric.as_str().to_owned()).collect()));
    let widest = groups.iter().map(|(title, _)| title.len()).max().unwrap_or_default() + 2;
    let mut text = String::new();
    for (title, names) in groups {
        let first = format!("{title:widest$}");
        let rest = " ".repeat(widest);
        let wrapping = Options::new(style.width).initial_indent(&first).subsequent_indent(&rest);
        for line in wrap(&names.join(", "), wrapping) {
            text += line.trim_end();
            text.push('\n');
        }
    }
    for (prefix, title) in Code::FAMILIES {
        text += &format!("\n{title}\n");
        let codes = Code::ALL.iter().filter(|code| code.as_str().starts_with(prefix));
        for code in codes {
            text += &format!("{code}  {}\n", code.title());
        }
    }
    text + "\n`mmc explain NAME` says what each of these means, and what settings such as `beta` do.\n"
}
