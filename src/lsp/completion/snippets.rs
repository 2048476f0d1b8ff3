//! Snippets of declarations.

use super::candidate::CompletionCandidate;
use crate::lsp::markdown;
use crate::sema::Topic;
use gen_lsp_types::CompletionItemKind;

/// By keyword; `$1` and so on are what is to be filled in.
const TEMPLATES: [(&str, &str); 12] = [
    ("pipeline", "pipeline ${1:name}"),
    ("use", "use \"$1\""),
    ("param", "param ${1:name} = $2"),
    ("fn", "fn ${1:name}(x) = x |> $2"),
    ("data", "data {\n  source = $1\n  split  = { test: fraction(20%), valid: fraction(10%), seed: 1 }\n}"),
    ("label", "label ${1:name}: class[$2] = column(\"$3\")"),
    ("shared", "shared ${1:name} = $2"),
    ("modality", "modality ${1:name}: $2 = columns(\"$3\")"),
    ("encoder", "encoder ${1:name} = ${2:modality} |> $3"),
    ("combine", "combine ${1:name} = ${2:mulmix}($3)"),
    ("train", "train {\n  optimizer  = $1\n  batch_size = 128\n  epochs     = 10\n  seed       = 1\n}"),
    ("sweep", "sweep ${1:name} {\n  over   = { $2 }\n  seeds  = 1..=5\n  select = min(valid.error)\n}"),
];

/// Every declaration.
pub(super) fn declarations() -> Vec<CompletionCandidate> {
    let described = Topic::Declaration.signatures();
    let candidates = TEMPLATES.iter().map(|(keyword, template)| {
        let candidate = CompletionCandidate::new(*keyword, CompletionItemKind::Keyword).template(*template);
        match described.iter().find(|signature| signature.name == *keyword) {
            Some(signature) => candidate.detail(signature.doc).documentation(markdown::signature(signature)),
            None => candidate,
        }
    });
    candidates.collect()
}

#[cfg(test)]
mod tests {
    use super::TEMPLATES;
    use crate::syntax::KEYWORDS;

    #[test]
    fn every_declaration_has_a_template() {
        let mut templates = TEMPLATES.map(|(keyword, _)| keyword);
        let mut keywords = KEYWORDS;
        templates.sort_unstable();
        keywords.sort_unstable();
        assert_eq!(templates, keywords);
        assert!(TEMPLATES.iter().all(|(keyword, template)| template.starts_with(keyword)));
    }
}
