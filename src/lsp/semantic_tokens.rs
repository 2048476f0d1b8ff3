//! Semantic tokens: the kind of each name, number, string, operator and comment.

use super::analysis::Analysis;
use super::view::View;
use crate::sema::{DeclarationKind, DefinitionKind, Symbol};
use crate::syntax::{KEYWORDS, Lexeme, LexemeKind, RESERVED, lexemes};
use gen_lsp_types::{SemanticToken, SemanticTokens, SemanticTokensLegend};

/// The types, in the order of [`Colour`].
const TYPES: [&str; 14] = [
    "comment",
    "keyword",
    "number",
    "string",
    "operator",
    "namespace",
    "type",
    "class",
    "function",
    "variable",
    "parameter",
    "property",
    "enumMember",
    "enum",
];

#[derive(Clone, Copy)]
enum Colour {
    Comment,
    Keyword,
    Number,
    Text,
    Operator,
    Namespace,
    Type,
    Class,
    Function,
    Variable,
    Parameter,
    Property,
    EnumMember,
    Enum,
}

/// The modifiers, each a bit.
const MODIFIERS: [&str; 4] = ["declaration", "readonly", "defaultLibrary", "documentation"];
const DECLARATION: u32 = 1;
const READONLY: u32 = 2;
const LIBRARY: u32 = 4;
const DOCUMENTATION: u32 = 8;

pub(super) fn legend() -> SemanticTokensLegend {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    SemanticTokensLegend { token_types: owned(&TYPES), token_modifiers: owned(&MODIFIERS) }
}

/// Every word, number, string, operator and comment of a text.
pub(super) fn tokens(view: &View<'_>) -> SemanticTokens {
    let analysis = &view.analysis;
    let mut data = vec![];
    let (mut line, mut start) = (0, 0);
    for lexeme in lexemes(analysis.file, analysis.text()) {
        let Some((kind, token_modifiers_bitset)) = token(analysis, &lexeme) else { continue };
        let at = analysis.range(lexeme.span).start;
        let delta_start = if at.line == line { at.character - start } else { at.character };
        data.push(SemanticToken {
            delta_line: at.line - line,
            delta_start,
            length: view.workspace.encoding.length(analysis.sources.snippet(lexeme.span)),
            token_type: kind as u32,
            token_modifiers_bitset,
        });
        (line, start) = (at.line, at.character);
    }
    SemanticTokens { result_id: None, data }
}

fn token(analysis: &Analysis, lexeme: &Lexeme) -> Option<(Colour, u32)> {
    Some(match lexeme.kind {
        LexemeKind::Comment => (Colour::Comment, 0),
        LexemeKind::Doc => (Colour::Comment, DOCUMENTATION),
        LexemeKind::Number => (Colour::Number, 0),
        LexemeKind::Text => (Colour::Text, 0),
        LexemeKind::Operator => (Colour::Operator, 0),
        LexemeKind::Word => return word(analysis, lexeme),
        _ => return None,
    })
}

fn word(analysis: &Analysis, lexeme: &Lexeme) -> Option<(Colour, u32)> {
    let word = analysis.sources.snippet(lexeme.span);
    let Some(target) = analysis.analyzed.symbols.references.get(&lexeme.span) else {
        let keyword = RESERVED.contains(&word) || (lexeme.first && KEYWORDS.contains(&word));
        return keyword.then_some((Colour::Keyword, 0));
    };
    Some(match target {
        Symbol::Declaration(place) => {
            let declared = if *place == lexeme.span { DECLARATION } else { 0 };
            let library = if place.file == analysis.analyzed.prelude.file { LIBRARY } else { 0 };
            let (kind, more) = kind(analysis.definition(*place)?.kind);
            (kind, declared | library | more)
        }
        Symbol::Callable(_) | Symbol::BuiltIn => (Colour::Function, LIBRARY),
        Symbol::Argument(..) => (Colour::Parameter, 0),
        Symbol::Setting => (Colour::Property, 0),
        Symbol::Word | Symbol::Metric => (Colour::EnumMember, 0),
        Symbol::Type => (Colour::Type, LIBRARY),
    })
}

fn kind(of: DefinitionKind) -> (Colour, u32) {
    match of {
        DefinitionKind::Pipeline => (Colour::Namespace, 0),
        DefinitionKind::Argument => (Colour::Parameter, 0),
        DefinitionKind::Binding => (Colour::Variable, 0),
        DefinitionKind::Field => (Colour::Property, 0),
        DefinitionKind::Declaration(declared) => match declared {
            DeclarationKind::Param => (Colour::Variable, READONLY),
            DeclarationKind::Fn => (Colour::Function, 0),
            DeclarationKind::Label => (Colour::Enum, 0),
            DeclarationKind::Combine | DeclarationKind::Sweep => (Colour::Class, 0),
            DeclarationKind::Shared | DeclarationKind::Modality | DeclarationKind::Encoder => (Colour::Variable, 0),
        },
    }
}
