//! Settings from outside of the file: the combine to train and values of params, as `--combine` and `--set` give them.

use crate::diag::{Code, Problem, Problems, Span, nearest};
use crate::sema::hir::DeclarationKind;
use crate::sema::names::{Declaration, NameTable};
use crate::syntax::ast::Expr;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A value that replaces a param's own: `--set NAME=VALUE`.
#[derive(Clone, Debug)]
pub struct ParamOverride {
    /// The name of the param.
    pub name: String,
    /// The value.
    pub value: Expr,
    /// The span of the value.
    pub span: Span,
}

/// Settings that replace those of the file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The combine to train, instead of the one the file names.
    pub combine: Option<String>,
    /// Values of params.
    pub params: Vec<ParamOverride>,
}

impl Overrides {
    /// The values of params by name; reports names that are no params of the pipeline and those given twice.
    pub(crate) fn by_param<'a>(
        &'a self,
        names: &NameTable<'_>,
        problems: &mut Problems,
    ) -> BTreeMap<&'a str, &'a Expr> {
        let mut overrides = BTreeMap::new();
        for given in &self.params {
            match names.peek(&given.name, given.span) {
                Some(Declaration::Param(_)) => match overrides.entry(given.name.as_str()) {
                    Entry::Vacant(free) => {
                        free.insert(&given.value);
                    }
                    Entry::Occupied(before) => problems.push(
                        Problem::error(Code::DuplicateKey, format!("`{}` is set twice", given.name))
                            .at(given.span, "set again")
                            .also(before.get().span, "first set here"),
                    ),
                },
                Some(Declaration::Unparsed(DeclarationKind::Param)) => {}
                None if names.incomplete => {}
                _ => {
                    let params = names.of_kinds(&[DeclarationKind::Param], given.span);
                    let mut problem = Problem::error(Code::UnknownParam, format!("there is no param `{}`", given.name))
                        .at(given.span, "not declared in the file");
                    problem = match nearest(&given.name, params.iter().copied()) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None if params.is_empty() => problem.help("the file declares no params"),
                        None => problem.help(format!(
                            "the file declares {}",
                            crate::ops::one_of(&params).replace(" or ", " and ")
                        )),
                    };
                    problems.push(problem);
                }
            }
        }
        overrides
    }
}
