//! Random pipelines that compile: all kinds of declarations, layers and strategies, laid out and commented at random.

use super::random_programs::{MAY, MUST, NEXT_ITEM, NEXT_LET, NEXT_SETTING, choices, dress};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Modalities by name, their declarations, and whether rows may lack them.
const MODALITIES: [(&str, &str, bool); 5] = [
    ("low", "dense[~21~]~=~columns(~\"low_*\"~)~|>~standardize", false),
    ("high", "dense[7]~=~columns(\"high_*\")~|>~clip(~-5.0~,~5.0~)~|>~standardize", false),
    ("some", "dense[3]~=~columns(~1~..=~3~)", false),
    ("spare", "dense[2]~=~columns(~[~\"low_1\"~,~\"low_2\"~,~]~)~|>~min_max", true),
    ("title", "text[12]~=~column(\"title\")~|>~lowercase~|>~chars(~max~:~12~,~vocab~:~40~)", false),
];

/// Declarations that encoders make use of.
const LIBRARY: [&str; 10] = [
    "param wide~=~8 in~[~4~,~8~,~12~]",
    "param share~=~0.25 in 0.0~..=~0.5",
    "param sure~=~50%",
    "param deep~=~true",
    "fn tower(~x~,~n~:~wide~,~act~:~relu~)~=~x~|>~linear(~n~)~|>~act",
    "fn sides(~x~,~n~)~{~let a~=~x~|>~linear(n)^let b~=~a~|>~tanh~|>~dropout(~share~)^{~one~:~a~,~two~:~b~}~}",
    "fn perhaps(x,~n,~big~:~deep)~=~if big then x~|>~linear(~n~)~|>~gelu else x~|>~linear(n~*~2~-~1)",
    "fn around(x)~=~x~+~(~x~|>~layer_norm~|>~sigmoid~)~*~0.5",
    "fn last(x,~n)~=~x~|>~linear(~if~n~>~4~then~n~else~4~)",
    "shared joint~=~linear(~6~)~|>~relu",
];

/// The layers of a chain over numbers.
const STAGES: [&str; 14] = [
    "linear(~wide~)",
    "linear(9,~bias~:~false)",
    "mlp(~[~8~,~4~]~,~dropout~:~share~)",
    "mlp([wide;~2])",
    "tower",
    "tower(5,~act~:~tanh)",
    "perhaps(~3~)",
    "perhaps(n~:~3,~big~:~1~<~2)",
    "around",
    "last(2~+~1)",
    "repeat(~2~,~linear(8)~|>~relu~)",
    "fold(~[~6~,~5~]~,~tower~)",
    "linear(5)~|>~joint",
    "relu~|>~layer_norm~|>~dropout(0.5)",
];

const OPTIMIZERS: [&str; 4] = [
    "sgd(~lr~:~0.1~,~momentum~:~0.9~,~weight_decay~:~2e-5~)",
    "adam(lr~:~1e-3)",
    "adamw(~lr:~0.001~,~weight_decay~:~1E-2~)",
    "sgd(lr:~share~/~2~)",
];

/// The marks of the words above as those of a program: `~` may be white space, `^` ends a `let`, blanks must be there.
fn marked(text: &str) -> String {
    // A name is on the line of its keyword.
    const FIXED: char = '\u{1}';
    let keywords = ["param", "fn", "let", "shared", "modality", "encoder", "combine", "label", "sweep"];
    let text = keywords
        .iter()
        .fold(text.to_owned(), |text, word| text.replace(&format!("{word} "), &format!("{word}{FIXED}")));
    let mut quoted = false;
    let mark = |letter| {
        quoted ^= letter == '"';
        match letter {
            '~' if !quoted => MAY,
            '^' if !quoted => NEXT_LET,
            ' ' if !quoted => MUST,
            FIXED => ' ',
            other => other,
        }
    };
    // White space is required before `if`, `then` and `else`.
    let apart = ["~if~", "~then~", "~else~"]
        .iter()
        .fold(text.to_owned(), |text, word| text.replace(word, &format!(" {} ", word.trim_matches('~'))));
    apart.chars().map(mark).collect()
}

/// An encoder of one modality: its declaration, and the values it has.
fn encoder(at: usize, modality: &str, stages: &[&str], record: bool) -> (String, Vec<String>) {
    let start = if modality == "title" { "title~|>~char_lstm(~hidden~:~5~)" } else { modality };
    let mut text = format!("encoder code{at}~=~{start}");
    for stage in stages {
        text += &format!("~|>~{stage}");
    }
    if record {
        text += "~|>~sides(6)";
        return (text, vec![format!("code{at}.one"), format!("code{at}.two")]);
    }
    (text, vec![format!("code{at}")])
}

/// The random choices of a combine: inputs, strategy, settings.
type Draw = (Vec<prop::sample::Index>, usize, [u8; 4]);

fn combine(name: &str, inputs: &[(String, bool)], (chosen, strategy, draws): &Draw) -> String {
    let mut picked: Vec<&(String, bool)> = vec![];
    for index in chosen {
        let input = index.get(inputs);
        if !picked.iter().any(|before| before.0 == input.0) {
            picked.push(input);
        }
    }
    let always: Vec<&str> = picked.iter().filter(|input| !input.1).map(|input| input.0.as_str()).collect();
    let names: Vec<&str> = picked.iter().map(|input| input.0.as_str()).collect();
    // Only components can be left out of a row; merged representations must be present.
    let joined = if always.is_empty() { vec!["low"] } else { always };
    let head = ["head~=~linear(4)~|>~relu", "head~=~mlp(~[~wide~]~)", "head~=~tower(3)", ""][usize::from(draws[0]) % 4];
    let beta = ["beta~=~0.5", "beta~=~sure", "beta~=~1~/~(~1~+~1~)", ""][usize::from(draws[1]) % 4];
    let merge = [
        "merge~=~sum",
        "merge~=~mean",
        "merge~=~concat",
        "merge~=~attention(~4~,~mode~:~cross~)",
        "merge~=~attention(4)",
    ][usize::from(draws[2]) % 5];
    let list: Vec<String> = (0..names.len()).map(|at| format!("{}.5", at % 3)).collect();
    let keyed: Vec<String> = names.iter().map(|name| format!("{name}~:~0.25")).collect();
    let fields = names.iter().any(|name| name.contains('.'));
    let weights = match draws[3] % 4 {
        0 => format!("weights~=~[~{}~]", list.join("~,~")),
        1 if !fields => format!("weights~=~{{~{}~}}", keyed.join("~,~")),
        _ => String::new(),
    };
    let boost = ["boost~=~margin(~0.1~)", "boost~=~none", "gradient~=~attached", ""][usize::from(draws[3] / 4) % 4];
    let mixtures = ["mixtures~=~up_to(~2~)", "mixtures~=~all", ""][usize::from(draws[1] / 4) % 3];
    let by = ["by~=~average", "by~=~vote", "by~=~learned"][usize::from(draws[0] / 4) % 3];
    let project = "project~=~linear(~6~)~|>~relu";
    let (inputs, settings): (Vec<&str>, Vec<&str>) = match strategy {
        0 => (vec![names[0]], vec![head]),
        1 => (joined, vec!["net~=~mlp(~[~wide~]~)"]),
        2 => (names, vec![by, head]),
        3 => (joined, vec![project, merge, head]),
        4 => (names, vec![beta, head, &weights, boost]),
        5 => (joined, vec![beta, head, boost, mixtures, project, merge]),
        _ => (names, vec![&weights]),
    };
    let strategy = ["single", "early", "late", "additive", "multiplicative", "mulmix", "cldl"][*strategy];
    let call = format!("combine {name}~=~{strategy}(~{}~)", inputs.join("~,~"));
    let settings: Vec<&str> = settings.into_iter().filter(|setting| !setting.is_empty()).collect();
    match settings.is_empty() {
        true => call,
        false => format!("{call}~{{~{}~}}", settings.join(&NEXT_SETTING.to_string())),
    }
}

/// The text of a pipeline that compiles, and the names of its combines.
pub(super) fn pipeline() -> impl Strategy<Value = (String, Vec<String>)> {
    let coded = (0..MODALITIES.len(), vec(select(&STAGES[..]), 1..4), any::<bool>());
    let draw = (vec(any::<prop::sample::Index>(), 1..4), 0..7_usize, any::<[u8; 4]>());
    (vec(coded, 2..5), vec(draw, 1..5), any::<[u8; 4]>(), any::<u64>(), choices()).prop_map(
        |(codes, draws, settings, order, choices)| {
            let mut items: Vec<String> = LIBRARY.iter().map(|item| (*item).to_owned()).collect();
            items.extend(MODALITIES.iter().map(|(name, what, optional)| {
                format!("modality {name}{}~:~{what}", if *optional { "?" } else { "" })
            }));
            let mut inputs = vec![];
            for (at, (modality, stages, record)) in codes.iter().enumerate() {
                let (name, _, optional) = MODALITIES[*modality];
                let (text, values) = encoder(at, name, stages, *record);
                items.push(text);
                inputs.extend(values.into_iter().map(|value| (value, optional)));
            }
            let names: Vec<String> = (0..draws.len()).map(|at| format!("way{at}")).collect();
            items.extend(names.iter().zip(&draws).map(|(name, draw)| combine(name, &inputs, draw)));
            let next = NEXT_SETTING;
            let split = ["last(~10~)", "fraction(~10%~)", "first(10)"][usize::from(settings[0]) % 3];
            items.push(format!(
                "data~{{~source~=~synthetic(~\"collider\"~,~rows~:~1_000~,~seed~:~7~)\
                 {next}split~=~{{~test~:~{split}~,~valid~:~last(~20~)~,~stratify~:~process~}}~}}"
            ));
            let classes = ["2", "~\"back#ground\"~,~\"sig |> ~nal\"~"][usize::from(settings[1]) % 2];
            items.push(format!("label process~:~class[{classes}]~=~column(\"process\")"));
            let optimizer = OPTIMIZERS[usize::from(settings[2]) % OPTIMIZERS.len()];
            items.push(format!("train~{{~combine~=~way0{next}optimizer~=~{optimizer}{next}epochs~=~2{next}seed~=~1~}}"));
            if settings[3] % 2 == 0 {
                items.push(format!(
                    "sweep wider {{~over~=~{{~wide~:~[~4~,~12~]~,~sure~:~[~0.1~]~}}{next}seeds~=~1~..=~3{next}train~=~[~way0~]~}}"
                ));
            }
            shuffle(&mut items, order);
            let text = format!("pipeline\u{1}random{NEXT_ITEM}{}", items.join(&NEXT_ITEM.to_string()));
            (dress(&marked(&text), &choices), names)
        },
    )
}

/// Brings the items into an order that `order` decides.
fn shuffle(items: &mut [String], mut order: u64) {
    for last in (1..items.len()).rev() {
        let chosen = usize::try_from(order % (last as u64 + 1)).unwrap_or(0);
        items.swap(last, chosen);
        order = order.rotate_right(7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
