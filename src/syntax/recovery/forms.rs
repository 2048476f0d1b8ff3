//! The forms of declarations and the names of grammar rules, as messages show them.

use super::failure::Context;
use crate::syntax::grammar::Rule;

pub(super) fn words_of(rule: Rule, context: Context) -> &'static str {
    match rule {
        Rule::name if context == Context::Block => "the name of a setting",
        Rule::name if context == Context::Record => "a key",
        Rule::name | Rule::fn_arg => "a name",
        Rule::setting => "the name of a setting",
        Rule::pair => "a key",
        Rule::text => "a string",
        Rule::assign => "`=`",
        Rule::colon => "`:`",
        Rule::comma => "`,`",
        Rule::semicolon => "`;`",
        Rule::open_paren | Rule::fn_args => "`(`",
        Rule::close_paren => "`)`",
        Rule::open_bracket => "`[`",
        Rule::close_bracket => "`]`",
        Rule::open_brace | Rule::block | Rule::fn_body => "`{`",
        Rule::close_brace => "`}`",
        Rule::type_ref => "a type",
        Rule::k_then => "`then`",
        Rule::k_else => "`else`",
        Rule::k_in => "`in`",
        Rule::binding | Rule::k_let => "`let`",
        Rule::EOI => "the end of the declaration",
        Rule::expression | Rule::number | Rule::list | Rule::arg => "an expression",
        _ => "",
    }
}

/// The form of a declaration.
pub(super) fn form_of(keyword: &str) -> &'static str {
    match keyword {
        "pipeline" => "write `pipeline NAME`",
        "use" => "write `use \"blocks.mmc\"`",
        "param" => "write `param NAME = VALUE`, or `param NAME = VALUE in 0.0..=1.0`",
        "fn" => "write `fn NAME(x) = EXPR`, or `fn NAME(x) { let y = EXPR; EXPR }`",
        "data" => "write `data { source = ... }`",
        "label" => "write `label NAME: class[\"a\", \"b\"] = column(\"...\")`",
        "shared" => "write `shared NAME = BLOCK`",
        "modality" => "a modality says its type and shape: `modality NAME: dense[21] = columns(\"...\")`",
        "encoder" => "write `encoder NAME = EXPR`",
        "combine" => "write `combine NAME = STRATEGY(inputs) { ... }`",
        "train" => "write `train { epochs = ... }`",
        "sweep" => "write `sweep NAME { over = { param: [...] } }`",
        _ => "",
    }
}
