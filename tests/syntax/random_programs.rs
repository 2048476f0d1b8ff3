//! Random programs: every construct of the language, with blanks, line ends and comments wherever they are allowed.

use proptest::collection::vec;
use proptest::prelude::*;

/// Marks in the text of a program where white space is chosen later.
pub(super) const MAY: char = '\u{e000}';
pub(super) const MUST: char = '\u{e001}';
pub(super) const NEXT_SETTING: char = '\u{e002}';
pub(super) const NEXT_LET: char = '\u{e003}';
pub(super) const BLANK: char = '\u{e004}';
pub(super) const NEXT_ITEM: char = '\u{e005}';

fn name() -> BoxedStrategy<String> {
    "[a-f][a-z0-9_]{0,9}"
        .prop_filter("reserved", |name| {
            !mmc::syntax::RESERVED.contains(&name.as_str()) && !mmc::syntax::KEYWORDS.contains(&name.as_str())
        })
        .boxed()
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![4 => name(), 1 => Just("train".to_owned()), 1 => Just("label".to_owned())]
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => name(),
        1 => Just("true".to_owned()),
        1 => prop_oneof![Just("0"), Just("500_000"), Just("2e-5"), Just("5%"), Just("0.125"), Just("1E+3")].prop_map(str::to_owned),
        1 => prop_oneof![Just(r#""a # b""#), Just(r#""""#), Just(r#""\"\\ ü \u{1F600}""#), Just(r#""a long piece of text that takes its room""#)].prop_map(str::to_owned),
    ]
}

fn joined(items: &[String], close: &str) -> String {
    let comma = format!("{MAY},{MAY}");
    let trailing = if items.len() % 3 == 1 { comma.as_str() } else { "" };
    format!("{MAY}{}{trailing}{MAY}{close}", items.join(&comma))
}

fn expr() -> BoxedStrategy<String> {
    leaf().prop_recursive(5, 40, 5, |inner| {
        let arg = prop_oneof![
            2 => inner.clone(),
            1 => (name(), inner.clone()).prop_map(|(name, value)| format!("{name}{MAY}:{MAY}{value}")),
        ];
        let pair = (key(), inner.clone()).prop_map(|(key, value)| format!("{key}{MAY}:{MAY}{value}"));
        let infix = prop_oneof![
            6 => Just("|>"), 1 => Just("+"), 1 => Just("-"), 1 => Just("*"), 1 => Just("/"),
            1 => Just("=="), 1 => Just("!="), 1 => Just("<"), 1 => Just("<="), 1 => Just(">"), 1 => Just(">="),
            1 => Just(".."), 1 => Just("..="),
        ];
        prop_oneof![
            3 => (inner.clone(), vec(arg, 0..5)).prop_map(|(f, args)| {
                // The callee is a name or is in brackets, because `-f(x)` is not a call of `-f`.
                let args = joined(&args, ")");
                if f.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') { format!("{f}{BLANK}({args}") } else { format!("({MAY}{f}{MAY})({args}") }
            }),
            2 => vec(inner.clone(), 0..7).prop_map(|elements| format!("[{}", joined(&elements, "]"))),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, n)| format!("[{MAY}{a}{MAY};{MAY}{n}{MAY}]")),
            1 => vec(pair, 0..5).prop_map(|pairs| format!("{{{}", joined(&pairs, "}"))),
            1 => (name(), name()).prop_map(|(a, b)| format!("{a}.{b}")),
            4 => (inner.clone(), infix, inner.clone()).prop_map(|(a, op, b)| format!("{a}{MAY}{op}{MAY}{b}")),
            1 => inner.clone().prop_map(|a| format!("-{MAY}{a}")),
            1 => inner.clone().prop_map(|a| format!("({MAY}{a}{MAY})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| {
                format!("if{MUST}{a}{MUST}then{MUST}{b}{MUST}else{MUST}{c}")
            }),
        ]
    })
    .boxed()
}

fn block() -> impl Strategy<Value = String> {
    vec((key(), expr()), 0..5).prop_map(|settings| {
        let settings: Vec<String> =
            settings.into_iter().map(|(key, value)| format!("{key}{MAY}={MAY}{value}")).collect();
        let end = if settings.len() % 2 == 1 { NEXT_SETTING } else { MAY };
        format!("{{{MAY}{}{end}}}", settings.join(&NEXT_SETTING.to_string()))
    })
}

fn item() -> impl Strategy<Value = String> {
    let ty = (name(), proptest::option::of(vec(expr(), 0..3))).prop_map(|(name, args)| match args {
        Some(args) => format!("{name}{BLANK}[{}", joined(&args, "]")),
        None => name,
    });
    let parameter = (name(), proptest::option::of(expr())).prop_map(|(name, default)| match default {
        Some(default) => format!("{name}{MAY}={MAY}{default}"),
        None => name,
    });
    let parameters = vec(parameter, 0..4);
    prop_oneof![
        1 => Just("use \"blocks.mmc\"".to_owned()),
        1 => (name(), expr(), proptest::option::of(expr())).prop_map(|(name, value, bounds)| {
            let bounds = bounds.map(|bounds| format!("{MUST}in{MUST}{bounds}")).unwrap_or_default();
            format!("param {name}{MAY}={MAY}{value}{bounds}")
        }),
        1 => (name(), parameters.clone(), expr()).prop_map(|(name, parameters, body)| {
            format!("fn {name}{BLANK}({}{MAY}={MAY}{body}", joined(&parameters, ")"))
        }),
        1 => (name(), parameters, vec((name(), expr()), 0..3), expr()).prop_map(|(name, parameters, lets, body)| {
            let lets: String = lets
                .into_iter()
                .map(|(name, value)| format!("let {name}{MAY}={MAY}{value}{NEXT_LET}"))
                .collect();
            format!("fn {name}({}{MAY}{{{MAY}{lets}{body}{MAY}}}", joined(&parameters, ")"))
        }),
        1 => block().prop_map(|block| format!("data {block}")),
        1 => (name(), block()).prop_map(|(name, block)| format!("sweep {name}{MUST}{block}")),
        1 => block().prop_map(|block| format!("train{BLANK}{block}")),
        2 => (name(), ty.clone(), expr(), any::<bool>()).prop_map(|(name, ty, value, optional)| {
            let mark = if optional { "?" } else { "" };
            format!("modality {name}{mark}{MAY}:{MAY}{ty}{MAY}={MAY}{value}")
        }),
        1 => (name(), ty, expr()).prop_map(|(name, ty, value)| format!("label {name}{MAY}:{MAY}{ty}{MAY}={MAY}{value}")),
        2 => (name(), expr(), any::<bool>()).prop_map(|(name, value, shared)| {
            format!("{} {name}{MAY}={MAY}{value}", if shared { "shared" } else { "encoder" })
        }),
        2 => (name(), expr(), proptest::option::of(block())).prop_map(|(name, value, block)| {
            let block = block.map(|block| format!("{MAY}{block}")).unwrap_or_default();
            format!("combine {name}{MAY}={MAY}{value}{block}")
        }),
    ]
}

/// The amount of line ends and comments: none, or many.
pub(super) fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(0..4_u8, 8), vec(0..12_u8, 64), vec(any::<u8>(), 64)]
}

/// The text of a program that has no mistake, with comments named `c0#`, `c1#` and so on.
pub(super) fn program() -> impl Strategy<Value = String> {
    (vec(item(), 0..6), choices()).prop_map(|(items, choices)| {
        let marked = format!("pipeline all{NEXT_ITEM}{}", items.join(&NEXT_ITEM.to_string()));
        dress(&marked, &choices)
    })
}

/// Replaces the marks by white space and comments.
pub(super) fn dress(marked: &str, choices: &[u8]) -> String {
    let mut out = String::new();
    let mut choices = choices.iter().cycle();
    let mut comments = 0;
    for c in marked.chars() {
        if !(MAY..=NEXT_ITEM).contains(&c) {
            out.push(c);
            continue;
        }
        let mut choose = || choices.next().copied().unwrap_or(0);
        let mut comment = |mark: &str| {
            comments += 1;
            format!("{mark} c{comments}#")
        };
        let choice = choose();
        let line = |first: u8| [" \n", "\n\n\n  ", "\r\n\t", "\n"][usize::from(first) % 4].to_owned();
        out += &match (c, choice % 12) {
            (BLANK, 0..6) => String::new(),
            (BLANK, _) => " \t".to_owned(),
            (MAY, 0..3) => String::new(),
            (MAY | MUST, 3..7) => " ".to_owned(),
            (MUST, 0..3) => "  ".to_owned(),
            (MAY | MUST, 7 | 8) => line(choose()),
            (MAY | MUST, 9) => format!(" {}{}", comment("#"), line(choose())),
            (MAY | MUST, 10) => format!("\n  {}{}{}\n ", comment("#"), line(choose()), comment("##")),
            (MAY | MUST, _) => format!("\n{}\n\n\n", comment("###")),
            (NEXT_SETTING, 0) => " , ".to_owned(),
            (NEXT_SETTING, 1) => ";".to_owned(),
            (NEXT_SETTING, 2 | 3) => format!(",{}", line(choose())),
            (NEXT_LET, 0 | 1) => "; ".to_owned(),
            (NEXT_LET, 2 | 3) => format!(" ;{}", line(choose())),
            // A line that begins with `-` continues the one before, so only `;` is certain to end a `let`.
            (NEXT_LET, 4..7) => ";\n".to_owned(),
            (NEXT_LET, 7..10) => format!(" ;{}\n", comment("##")),
            (NEXT_LET, _) => format!("; {}\n{}\n", comment("#"), comment("##")),
            (_, 4..7) => line(choose()),
            (_, 7) => format!("  {}\n", comment("#")),
            (_, 8) => format!(" {}\n{}{}\n", comment("##"), line(choose()), comment("##")),
            (_, 9) => format!("\n\n{}\n{}\n", comment("#"), comment("##")),
            (_, 10) => format!("\n{}\n{}\n", comment("##"), comment("#")),
            _ => "\n\n".to_owned(),
        };
    }
    out
}

/// Programs with a few characters changed, and random texts.
pub(super) fn broken() -> impl Strategy<Value = String> {
    let cut =
        (program(), vec((any::<prop::sample::Index>(), 0..6_usize, splinter()), 1..4)).prop_map(|(text, cuts)| {
            let mut chars: Vec<char> = text.chars().collect();
            for (at, length, insert) in cuts {
                let at = at.index(chars.len());
                let end = (at + length).min(chars.len());
                chars.splice(at..end, insert.chars());
            }
            chars.into_iter().collect()
        });
    prop_oneof![
        4 => cut,
        2 => vec(splinter(), 0..60).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
        1 => vec(any::<u8>(), 0..300).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

fn splinter() -> impl Strategy<Value = String> {
    const PIECES: [&str; 64] = [
        "",
        " ",
        "\n",
        "\n",
        "\r\n",
        "\t",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "(",
        "{",
        ",",
        ";",
        ":",
        "=",
        "==",
        "?",
        ".",
        "..",
        "..=",
        "|>",
        "|",
        "-",
        "->",
        "+",
        "*",
        "/",
        "//",
        "<",
        "!",
        "&&",
        "'",
        "\"",
        "\\",
        "#",
        "##",
        "###",
        "\n## d\n",
        "%",
        "@",
        "\0",
        "\u{feff}",
        "\u{a0}",
        "ü",
        "1",
        "2.",
        ".5",
        "1e",
        "a",
        "b",
        "if ",
        " then ",
        " else ",
        " in ",
        "let ",
        "\ntrain {\n",
        "\nencoder a = ",
        "\nmodalty b: c",
        "\nfn f(x) { ",
        " data ",
        "\nparam ",
    ];
    prop::sample::select(&PIECES[..]).prop_map(str::to_owned)
}
