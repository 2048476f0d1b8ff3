//! The pipelines of the repository parse without problems.

use super::{FILE, shown};
use mmc::syntax::ast::{BinaryOp, ExprKind, ItemKind};
use mmc::syntax::{format, parse, parse_expr};

const PIPELINES: [&str; 5] = ["quickstart", "higgs", "digits", "athletes", "cifar"];

fn pipeline(name: &str) -> String {
    let path = format!("{}/pipelines/{name}.mmc", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a pipeline of the project")
}

#[test]
fn pipelines_parse_without_problems() {
    for name in PIPELINES {
        let text = pipeline(name);
        let (ast, problems) = parse(FILE, &text);
        assert!(problems.is_empty(), "{}", shown(&text, &problems));
        assert!(matches!(&ast.items[0].kind, ItemKind::Pipeline(header) if header.text == name));
        assert!(!ast.items[0].doc.is_empty() && ast.comments.is_empty() && ast.unparsed.is_empty());
    }
}

#[test]
fn pipelines_are_formatted() {
    for name in PIPELINES {
        let text = pipeline(name);
        let formatted = format(&text);
        assert!(formatted.problems.is_empty());
        assert_eq!(formatted.text, text, "{name}");
    }
}

#[test]
fn digits_has_the_declarations_it_shows() {
    let (ast, _) = parse(FILE, &pipeline("digits"));
    let optional = ast.items.iter().filter(|item| matches!(&item.kind, ItemKind::Modality(m) if m.optional.is_some()));
    assert_eq!(optional.count(), 6);
    let Some(combine) = ast.items.iter().find_map(|item| match &item.kind {
        ItemKind::Combine(combine) => Some(combine),
        _ => None,
    }) else {
        panic!("no combine")
    };
    let ExprKind::Call(strategy, inputs) = &combine.strategy.kind else { panic!("no call") };
    assert!(matches!(&strategy.kind, ExprKind::Name(name) if name == "mulmix"));
    assert_eq!(inputs.len(), 6);
    let keys: Vec<&str> =
        combine.settings.iter().flat_map(|b| &b.entries).map(|entry| entry.key.text.as_str()).collect();
    assert_eq!(keys, ["beta", "mixtures", "merge", "head"]);
}

#[test]
fn precedence_is_as_documented() {
    for (text, grouped) in [
        ("a + b * c", "a + (b * c)"),
        ("a * b + c", "(a * b) + c"),
        ("a - b - c", "(a - b) - c"),
        ("a / b / c", "(a / b) / c"),
        ("-a * b", "(-a) * b"),
        ("-a.b(c)", "-((a.b)(c))"),
        ("a + b < c * d", "(a + b) < (c * d)"),
        ("a..b + 1", "a..(b + 1)"),
        ("a + b |> f(c) |> g", "((a + b) |> f(c)) |> g"),
        ("if a then b else c |> d", "if a then b else (c |> d)"),
        ("if a then b else if c then d else e", "if a then b else (if c then d else e)"),
        ("1 + if a then b else c + 2", "1 + (if a then b else (c + 2))"),
        ("a == b < c", "(a == b) < c"),
        ("a\n  |> b\n  + c", "a |> (b + c)"),
    ] {
        let (plain, problems) = parse_expr(FILE, text);
        assert!(problems.is_empty(), "{}", shown(text, &problems));
        let (explicit, problems) = parse_expr(FILE, grouped);
        assert!(problems.is_empty(), "{}", shown(grouped, &problems));
        assert_eq!(tree(&plain.unwrap().kind), tree(&explicit.unwrap().kind), "{text}");
    }
}

/// The tree with every group in brackets, whether written with brackets or not.
fn tree(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Paren(inner) => tree(&inner.kind),
        ExprKind::Number(number) => number.raw.clone(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Negate(inner) => format!("(-{})", tree(&inner.kind)),
        ExprKind::Field(inner, name) => format!("({}.{})", tree(&inner.kind), name.text),
        ExprKind::Call(callee, args) => {
            let args: Vec<String> = args.iter().map(|arg| tree(&arg.value.kind)).collect();
            format!("({}[{}])", tree(&callee.kind), args.join(","))
        }
        ExprKind::Pipe(left, right) => format!("({} |> {})", tree(&left.kind), tree(&right.kind)),
        ExprKind::Range { start, end, .. } => format!("({} .. {})", tree(&start.kind), tree(&end.kind)),
        ExprKind::Binary(op, left, right) => {
            let sign = match op {
                BinaryOp::Add => "+",
                BinaryOp::Sub => "-",
                BinaryOp::Mul => "*",
                BinaryOp::Div => "/",
                BinaryOp::Lt => "<",
                BinaryOp::Eq => "==",
                _ => "?",
            };
            format!("({} {sign} {})", tree(&left.kind), tree(&right.kind))
        }
        ExprKind::If(condition, then, otherwise) => {
            format!("(if {} {} {})", tree(&condition.kind), tree(&then.kind), tree(&otherwise.kind))
        }
        _ => "other".to_owned(),
    }
}

#[test]
fn numbers_say_their_value() {
    for (text, value, integer) in [
        ("500_000", 500_000.0, true),
        ("2e-5", 0.000_02, false),
        ("5%", 0.05, false),
        ("0.5", 0.5, false),
        ("12.5%", 0.125, false),
        ("1E3", 1000.0, false),
        ("007", 7.0, true),
    ] {
        let (expr, problems) = parse_expr(FILE, text);
        assert!(problems.is_empty());
        let ExprKind::Number(number) = expr.unwrap().kind else { panic!("{text}") };
        assert_eq!((number.value, number.integer, number.raw.as_str()), (value, integer, text));
    }
}

#[test]
fn strings_say_what_they_mean() {
    let (expr, problems) = parse_expr(FILE, r#""a \"b\" \\ \n \t \u{1F600} ü # no comment""#);
    assert!(problems.is_empty());
    assert!(matches!(expr.unwrap().kind, ExprKind::Text(text) if text == "a \"b\" \\ \n \t \u{1F600} ü # no comment"));
}

#[test]
fn a_value_alone_is_an_expression_and_nothing_else() {
    for text in ["0.3", "[1, 2]", "\"a b.csv\"", "  1..=5  ", "true", "\n3\n", "a |> f(b: 2)"] {
        let (expr, problems) = parse_expr(FILE, text);
        assert!(expr.is_some() && problems.is_empty(), "{text}: {}", shown(text, &problems));
    }
    for text in ["", "1 2", "a =", "x = 3", "[1", "'a'", "train { }", "1\nfoo = 2", "# nothing"] {
        let (expr, problems) = parse_expr(FILE, text);
        assert!(expr.is_none() && problems.has_errors(), "{text}");
    }
}

#[test]
fn docs_go_to_declarations_and_entries() {
    let text = "## The file.\n##   Two lines.\npipeline a\n\n# plain\n## of train\ntrain {\n  ## of epochs\n  epochs = 3 ## not a doc\n  over = {\n    ## of a\n    a: 1,\n  }\n  ## of nothing\n}\n";
    let (ast, problems) = parse(FILE, text);
    assert!(problems.is_empty());
    assert_eq!(ast.items[0].doc, ["The file.", "  Two lines."]);
    assert_eq!(ast.items[1].doc, ["of train"]);
    let ItemKind::Train(block) = &ast.items[1].kind else { panic!("no train") };
    assert_eq!(block.entries[0].doc, ["of epochs"]);
    let ExprKind::Record(entries) = &block.entries[1].value.kind else { panic!("no record") };
    assert_eq!(entries[0].doc, ["of a"]);
    let comments: Vec<&str> = ast.comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(comments, ["# plain", "## not a doc", "## of nothing"]);
}

#[test]
fn spans_point_at_what_they_name() {
    let text = "\u{feff}pipeline a\r\n\r\nencoder net = low\r\n\t|> mlp([64; 3])\r\n";
    let (ast, problems) = parse(FILE, text);
    assert!(problems.is_empty(), "{}", shown(text, &problems));
    let ItemKind::Encoder(encoder) = &ast.items[1].kind else { panic!("no encoder") };
    assert_eq!(&text[ast.items[1].span.range()], "encoder net = low\r\n\t|> mlp([64; 3])");
    assert_eq!(&text[encoder.name.span.range()], "net");
    assert_eq!(&text[encoder.value.span.range()], "low\r\n\t|> mlp([64; 3])");
    let ExprKind::Pipe(_, call) = &encoder.value.kind else { panic!("no pipe") };
    assert_eq!(&text[call.span.range()], "mlp([64; 3])");
}

#[test]
fn keywords_may_be_keys_and_names() {
    let text = "pipeline data\nsweep label {\n  train = [use]\n  param = f(data: train.loss, shared)\n}\nencoder a =\n  train |> label\n";
    let (ast, problems) = parse(FILE, text);
    assert!(problems.is_empty(), "{}", shown(text, &problems));
    assert_eq!(ast.items.len(), 3);
}

#[test]
fn reserved_words_are_no_names_and_keywords_are() {
    let readme = include_str!("../../grammar/README.md");
    for word in mmc::syntax::RESERVED {
        let (expr, _) = parse_expr(FILE, word);
        assert!(!matches!(expr.map(|expr| expr.kind), Some(ExprKind::Name(_))), "{word}");
        assert!(readme.contains(&format!("`{word}`")), "{word}");
    }
    for word in mmc::syntax::KEYWORDS {
        let (expr, problems) = parse_expr(FILE, word);
        assert!(problems.is_empty() && matches!(expr.map(|expr| expr.kind), Some(ExprKind::Name(_))), "{word}");
        assert!(readme.contains(&format!("`{word}")), "{word}");
    }
}
