//! Settings from outside of the file: the combine to train and values of params, as `--combine` and `--set` give them.

use crate::diag::{Code, Problem, Problems, Span, nearest};
use crate::fusion::STRATEGIES;
use crate::optim::OPTIMIZERS;
use crate::sema::hir::DeclarationKind;
use crate::sema::lower::train::TRAIN;
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
                    let setting = for_setting(&given.name);
                    problem = match nearest(&given.name, params.iter().copied()) {
                        None if let Some(help) = setting => problem.help(help),
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None if params.is_empty() => problem.help(format!(
                            "the file declares no params; `param {} = VALUE` declares one, which is used by its name",
                            given.name
                        )),
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

/// How a setting of the file is changed from outside of it, by the name it is given there.
fn for_setting(name: &str) -> Option<String> {
    let option = match name {
        "epochs" => Some("mmc run --epochs"),
        "seed" => Some("mmc run --seed"),
        "combine" => Some("--combine"),
        _ => None,
    };
    if let Some(option) = option {
        return Some(format!("`{name}` is a setting of `train`: `{option}` changes it"));
    }
    let strategy = || STRATEGIES.iter().any(|strategy| strategy.signature.param(name).is_some());
    let argument = || OPTIMIZERS.iter().any(|optimizer| optimizer.signature.param(name).is_some());
    let (owner, used) = if TRAIN.param(name).is_some() {
        ("a setting of `train`", format!("`{name} = my_{name}`"))
    } else if strategy() {
        ("a setting of a `combine`", format!("`{name} = my_{name}`"))
    } else if argument() {
        ("an argument of an optimizer", format!("`{name}: my_{name}`"))
    } else {
        return None;
    };
    Some(format!(
        "`{name}` is {owner}: declare `param my_{name} = VALUE`, write {used} in its place, and set `my_{name}`"
    ))
}
