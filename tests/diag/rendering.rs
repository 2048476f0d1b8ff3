//! Rendered problems: each snapshot holds the sources and the report.

use mmc::diag::{Code, DataPlace, Problem, Problems, SourceMap, Span, Style, render, render_json, render_short};

/// The sources of one problem, with spans of their text.
struct Scene {
    sources: SourceMap,
    files: Vec<(mmc::diag::FileId, &'static str)>,
}

impl Scene {
    fn new(texts: &[(&str, &'static str)]) -> Self {
        let mut sources = SourceMap::new();
        let files = texts.iter().map(|(name, text)| (sources.add(*name, *text), *text)).collect();
        Self { sources, files }
    }

    /// Span of the first `needle` in text number `file`.
    fn find(&self, file: usize, needle: &str) -> Span {
        let (id, text) = self.files[file];
        let start = text.find(needle).unwrap();
        Span::new(id, start, start + needle.len())
    }

    fn draw(&self, problem: &Problem, width: usize, unicode: bool) -> String {
        let style = Style { color: false, unicode, width };
        let drawn = render(&Problems::from(problem.clone()), &self.sources, style);
        let mut shown = String::new();
        for (id, text) in &self.files {
            shown += &format!("----- {}\n{}\n", self.sources.get(*id).unwrap().name, text.escape_debug());
        }
        shown.replace("\\n", "\n").replace("\\\"", "\"") + "----- report\n" + &drawn
    }
}

const PIPELINE: &str = "\
pipeline higgs

modality low:  dense[21] = columns(1..=21)
modality high: dense[7]  = columns(22..=28)

encoder low_net  = low  |> mlp([300; 4])
encoder high_net = high |> mlp([300; 2])

combine mulmix = mulmix(low_nett, high_net) {
  beta = 0.5
}
";

fn unknown_name(scene: &Scene) -> Problem {
    Problem::error(Code::UnknownName, "cannot find `low_nett`")
        .at(scene.find(0, "low_nett"), "nothing declares this name")
        .help("did you mean `low_net`?")
        .edit(scene.find(0, "low_nett"), "low_net", false)
}

#[test]
fn one_place() {
    let scene = Scene::new(&[("higgs.mmc", PIPELINE)]);
    insta::assert_snapshot!(scene.draw(&unknown_name(&scene), 80, true));
}

#[test]
fn plain_ascii() {
    let scene = Scene::new(&[("higgs.mmc", PIPELINE)]);
    let drawn = scene.draw(&unknown_name(&scene), 80, false);
    assert!(drawn.is_ascii());
    insta::assert_snapshot!(drawn);
}

#[test]
fn two_places_far_apart() {
    let scene = Scene::new(&[("higgs.mmc", PIPELINE)]);
    let problem = Problem::error(Code::ShapeMismatch, "`sum` takes inputs of one shape, found `[21]` and `[300]`")
        .at(scene.find(0, "mulmix(low_nett, high_net)"), "summed here")
        .also(scene.find(0, "dense[21]"), "`low` gets its shape `[21]` here")
        .help("put `linear(300)` in front of it");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn several_labels_on_one_line() {
    let scene = Scene::new(&[("a.mmc", "combine m = multiplicative(a, b, a) { beta = 0.5 }\n")]);
    let second = Span::new(scene.files[0].0, 33, 34);
    let problem = Problem::error(Code::BadMixture, "`a` is given twice")
        .at(second, "again here")
        .also(scene.find(0, "a, b").to(Span::new(scene.files[0].0, 27, 28)), "first here");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn several_files() {
    let scene = Scene::new(&[
        ("blocks.mmc", "# our blocks\nfn view(x) = x |> linear(64) |> relu\n"),
        ("main.mmc", "pipeline views\nuse \"blocks.mmc\"\n\n\n\n\nencoder a = sound |> view\n"),
    ]);
    let problem = Problem::error(Code::BadInput, "`linear` takes `[n]`, found `text`")
        .at(scene.find(0, "linear(64)"), "expected `[n]`")
        .also(scene.find(1, "view\n"), "called from here")
        .help("make numbers of it first: `|> embedding(16)`");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn a_place_in_the_data() {
    let scene = Scene::new(&[("athletes.mmc", "modality body: dense[1] = column(\"height\") |> standardize\n")]);
    let problem = Problem::error(Code::BadCell, "expected a number, found `tall`")
        .at(scene.find(0, "column(\"height\")"), "this asks for numbers")
        .in_data(DataPlace {
            file: "data/athletes.csv".into(),
            line: Some(17),
            row: None,
            column: Some("height".into()),
        });
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn without_a_place() {
    let scene = Scene::new(&[]);
    let problem = Problem::error(Code::NoDevice, "the device `cuda` is not available: this build runs on the CPU only")
        .help("build with `--features cuda`");
    insta::assert_snapshot!(scene.draw(&problem, 60, true));
}

#[test]
fn tabs_line_ends_and_wide_letters() {
    let scene =
        Scene::new(&[("kanji.mmc", "\u{feff}pipeline x\r\n\t# 日本語\r\n\tlabel 名: class[2] = colum(\"é\")\r\n")]);
    let problem = Problem::error(Code::UnknownFunction, "cannot find `colum`")
        .at(scene.find(0, "colum(\"é\")"), "no such function")
        .also(scene.find(0, "名"), "for this label");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn the_end_of_the_file() {
    let scene = Scene::new(&[("short.mmc", "pipeline x\ntrain {\n  epochs = 3\n\n")]);
    let (file, text) = scene.files[0];
    let problem = Problem::error(Code::UnclosedBracket, "expected `}`, found the end of the file")
        .at(Span::new(file, text.len(), text.len()), "expected here")
        .also(scene.find(0, "{"), "opened here");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn an_empty_file() {
    let scene = Scene::new(&[("empty.mmc", "")]);
    let problem = Problem::error(Code::PipelineHeader, "expected `pipeline NAME`, found the end of the file")
        .at(Span::new(scene.files[0].0, 0, 0), "");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn several_lines() {
    let scene = Scene::new(&[("higgs.mmc", PIPELINE)]);
    let problem = Problem::warning(Code::BetaZero, "beta = 0 makes the combination a plain average")
        .at(scene.find(0, "{\n  beta = 0.5\n}\n"), "these settings")
        .also(scene.find(0, "high_net)"), "an input");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn many_lines_are_shown_by_their_first() {
    let scene = Scene::new(&[("higgs.mmc", PIPELINE)]);
    let (file, text) = scene.files[0];
    let problem = Problem::error(Code::MissingDeclaration, "a pipeline needs a `label`")
        .at(Span::new(file, 0, text.len()), "this pipeline has none");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text: &'static str = Box::leak(
        format!("combine m = mulmix({}wrong{})\nencoder x = y\n", "network_a, ".repeat(15), ", network_b".repeat(15))
            .into_boxed_str(),
    );
    let scene = Scene::new(&[("long.mmc", text)]);
    let problem = Problem::error(Code::UnknownName, "cannot find `wrong`")
        .at(scene.find(0, "wrong"), "nothing declares this name, neither here nor in a file that is used by this one");
    for width in [60, 120] {
        insta::assert_snapshot!(format!("long_line_{width}"), scene.draw(&problem, width, true));
    }
}

#[test]
fn an_empty_place_at_a_line_end_is_shown_once() {
    let scene = Scene::new(&[("a.mmc", "encoder a =\nencoder b = c\n")]);
    let file = scene.files[0].0;
    let problem = Problem::error(Code::UnexpectedToken, "expected an expression").at(Span::new(file, 11, 11), "here");
    insta::assert_snapshot!(scene.draw(&problem, 80, true));
    let problem = Problem::error(Code::UnexpectedToken, "expected an expression").at(Span::new(file, 12, 12), "here");
    let drawn = scene.draw(&problem, 80, true);
    assert_eq!(drawn.matches("here").count(), 1, "{drawn}");
    assert!(drawn.contains("a.mmc:2:1"), "{drawn}");
}

#[test]
fn spans_outside_of_the_text_are_no_panic() {
    let scene = Scene::new(&[("a.mmc", "é\n")]);
    let file = scene.files[0].0;
    for (start, end) in [(1, 1), (1, 2), (0, 99), (50, 60), (3, 3), (2, 1)] {
        let span = Span { file, start, end };
        let problem = Problem::error(Code::Internal, "odd").at(span, "here").also(span, "and here");
        assert!(scene.draw(&problem, 80, true).contains("odd"));
        let elsewhere =
            Problem::error(Code::Internal, "odd").at(Span { file: mmc::diag::FileId(9), start, end }, "here");
        assert!(scene.draw(&elsewhere, 80, true).contains("odd"));
    }
}

#[test]
fn colour_is_only_used_if_requested() {
    let scene = Scene::new(&[("higgs.mmc", PIPELINE)]);
    let problems = Problems::from(unknown_name(&scene));
    let style = Style { color: true, unicode: true, width: 80 };
    let coloured = render(&problems, &scene.sources, style);
    let plain = render(&problems, &scene.sources, Style { color: false, ..style });
    assert!(coloured.contains("\u{1b}[31m") && !plain.contains('\u{1b}'));
}

#[test]
fn for_editors_and_programs() {
    let scene = Scene::new(&[("higgs.mmc", PIPELINE)]);
    let mut problems = Problems::from(unknown_name(&scene));
    problems.push(
        Problem::warning(Code::UnusedModality, "`low` is never used").at(scene.find(0, "low"), "").in_data(DataPlace {
            file: "higgs.csv".into(),
            line: Some(2),
            row: None,
            column: None,
        }),
    );
    problems.push(Problem::error(Code::Internal, "no place"));
    insta::assert_snapshot!(render_short(&problems, &scene.sources));
    insta::assert_snapshot!(render_json(&[(&problems, &scene.sources)]));
}
