//! Strategies: how a `combine` becomes components that decide, and the loss that joins them.

use crate::diag::{Code, Problem, Span};
use crate::fusion::{BOOST, DECIDE, InputJoin, Mixtures, STRATEGIES, ScoreLayout, strategy};
use crate::ops::{Linear, Op, UnitLogits};
use crate::sema::errors::suggest::suggest;
use crate::sema::eval::evaluator::{Evaluator, join};
use crate::sema::eval::settings::Settings;
use crate::sema::eval::value::{BlockStage, EvalValue};
use crate::sema::hir::{HirCombine, HirComponent, ValueId};
use crate::sema::lower::fusion::merge::{Merge, Place};
use crate::signature::{Arguments, Kind, Signature, one_of};
use crate::syntax::ast::{Combine, Entry, Expr, ExprKind};
use std::collections::BTreeMap;
use std::rc::Rc;

/// One input of a strategy.
struct CombineInput {
    name: String,
    value: ValueId,
}

/// The settings that are blocks of layers, those that are given.
type BlockSettings = BTreeMap<&'static str, Rc<Vec<BlockStage>>>;

impl<'a> Evaluator<'a> {
    /// The components and the loss of a `combine`.
    pub(crate) fn combine(&mut self, combine: &'a Combine, doc: &'a [String], classes: usize) -> Option<HirCombine> {
        let what = "a strategy, such as `mulmix(a, b)`";
        let (name, name_span, args) = self.built_in(&combine.strategy, what)?;
        let Some(strategy) = strategy(name) else {
            let known: Vec<&str> = STRATEGIES.iter().map(|strategy| strategy.signature.name).collect();
            self.unknown_built_in("strategy", name, name_span, &known);
            return None;
        };
        let scope = combine.name.text.clone();
        let mut inputs = vec![];
        let mut sound = true;
        for arg in args {
            if let Some(wanted) = &arg.name {
                let key = wanted.text.as_str();
                let mut problem = Problem::error(Code::UnknownArgument, format!("`{name}` takes only its inputs"))
                    .at(wanted.span, "not an input");
                if strategy.signature.param(key).is_some() {
                    problem = problem.help(format!("settings go in braces: `{name}(..) {{ {key} = .. }}`"));
                }
                self.report(problem);
                sound = false;
                continue;
            }
            if self.placeholder(&arg.value, args) {
                sound = false;
                continue;
            }
            let label = self.input_name(&arg.value, &inputs);
            let path = join(&scope, &format!("inputs.{}", path_part(&label)));
            match self.scoped(path, |this| this.eval(&arg.value)) {
                EvalValue::Tensor(value) => inputs.push(CombineInput { name: label, value }),
                other => {
                    self.expected("a modality or an encoder", &other, arg.value.span);
                    sound = false;
                }
            }
        }
        let given = args.len();
        if !(strategy.least..=strategy.most).contains(&given) {
            let takes = match (strategy.least, strategy.most) {
                (1, 1) => "one input".to_string(),
                (least, most) => format!("{least} to {most} inputs"),
            };
            let mut problem = Problem::error(Code::TooManyArguments, format!("`{name}` takes {takes}, found {given}"))
                .at(combine.strategy.span, "inputs given here");
            if given == 0
                && let Some((inputs, place)) = self.listed_inputs(combine.strategy.span)
            {
                problem = problem.help(format!("list the inputs: `{inputs}`")).edit(place, inputs, false);
            }
            self.report(problem);
            sound = false;
        }
        let entries = combine.settings.as_ref().map_or(&[][..], |block| &block.entries);
        let settings = self.strategy_settings(&strategy.signature, entries);
        let blocks = self.block_settings(&strategy.signature, &settings);
        let merge = self.merge(&settings);
        let own = self.combination_settings(&strategy.signature, &settings);
        let unit = self.logits_setting(&settings);
        let (blocks, merge, own, unit) = (blocks?, merge?, own?, unit?);
        if !sound {
            return None;
        }
        let names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
        let mixtures = match settings.get("mixtures") {
            Some(entry) => self.mixtures_setting(&entry.value, &names)?,
            None => Mixtures::UpTo(inputs.len()),
        };
        let span = combine.strategy.span;
        let place = Place { strategy, path: scope.clone(), span };
        let mut components = vec![];
        let combination = (strategy.combination)(&own);
        for layout in (strategy.components)(inputs.len(), &mixtures, &own) {
            let members: Vec<&CombineInput> = layout.inputs.iter().map(|input| &inputs[*input]).collect();
            let label = members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join("+");
            let project = blocks.get("project");
            let joined = match layout.join {
                InputJoin::Concatenated => {
                    let raw: Vec<_> = members.iter().map(|member| (member.name.clone(), member.value)).collect();
                    self.merged(Merge::Concat, &raw, &place)
                }
                InputJoin::Merged => self.projected(&place, None, &members, project, merge),
                InputJoin::MergedByComponent => self.projected(&place, Some(&label), &members, project, merge),
            };
            let logits = self.decide(&scope, &label, joined.clone(), blocks.get(layout.head), classes, span)?;
            let head = join(&join(&scope, "head"), &path_part(&label));
            let logits = self.bounded(unit, head, logits, span)?;
            let logits = match strategy.score.filter(|_| combination.has_scores()) {
                Some(score) => self.scored_logits(score, &label, logits, joined, &blocks, &place)?,
                None => logits,
            };
            components.push(HirComponent { name: label, logits, weight: 1.0 });
        }
        if let Some(entry) = settings.get("weights") {
            self.weights(&entry.value, &mut components, span);
        }
        Some(HirCombine {
            name: combine.name.text.clone(),
            doc: doc.to_vec(),
            strategy: strategy.signature.name,
            components,
            combination,
            span: combine.name.span.to(combine.strategy.span),
        })
    }

    fn strategy_settings(&mut self, strategy: &'static Signature, entries: &'a [Entry]) -> Settings<'a> {
        let mut own = vec![];
        for entry in entries {
            let key = entry.key.text.as_str();
            let others: Vec<&str> = STRATEGIES
                .iter()
                .map(|other| &other.signature)
                .filter(|other| other.param(key).is_some())
                .map(|other| other.name)
                .collect();
            if strategy.param(key).is_some() || others.is_empty() {
                own.push(entry);
                continue;
            }
            self.report(
                Problem::error(Code::UnknownKey, format!("`{}` has no setting `{key}`", strategy.name))
                    .at(entry.key.span, "not a setting of this strategy")
                    .help(format!("it is one of {}", one_of(&others).replace(" or ", " and "))),
            );
        }
        self.settings(own, strategy, &format!("`{}`", strategy.name))
    }

    /// The name of a component: the text of a name, or the names inside of a call.
    fn input_name(&self, expr: &Expr, before: &[CombineInput]) -> String {
        let mut names = vec![];
        collect_names(expr, &mut |name| {
            use crate::sema::hir::DeclarationKind::{Encoder, Modality};
            let is_value =
                self.names.peek(name, expr.span).is_some_and(|found| matches!(found.kind(), Encoder | Modality));
            if is_value && !names.contains(&name.to_string()) {
                names.push(name.to_string());
            }
        });
        let base = match &expr.kind {
            ExprKind::Field(_, field) if !names.is_empty() => format!("{}.{}", names.join("_"), field.text),
            _ if names.is_empty() => format!("input{}", before.len()),
            _ => names.join("_"),
        };
        let taken = |name: &str| before.iter().any(|input| input.name == name);
        let mut name = base.clone();
        let mut again = 2;
        while taken(&name) {
            name = format!("{base}_{again}");
            again += 1;
        }
        name
    }

    /// The settings that are blocks; `None` if one was wrong.
    fn block_settings(&mut self, strategy: &Signature, settings: &Settings<'a>) -> Option<BlockSettings> {
        let mut blocks = BlockSettings::new();
        let mut sound = true;
        let mut params: Vec<_> = strategy.params.iter().filter(|param| param.kind == Kind::Block).collect();
        params.sort_by_key(|param| param.name);
        for param in params {
            let Some(entry) = settings.get(param.name) else { continue };
            match self.block_setting(entry) {
                Some(block) => {
                    blocks.insert(param.name, block);
                }
                None => sound = false,
            }
        }
        sound.then_some(blocks)
    }

    /// A setting that is a block; `None` if it was wrong.
    fn block_setting(&mut self, entry: &'a Entry) -> Option<Rc<Vec<BlockStage>>> {
        let key = entry.key.text.as_str();
        match self.eval(&entry.value) {
            EvalValue::Block(stages) => Some(stages),
            EvalValue::Unknown => None,
            other => {
                let found = other.describe();
                self.report(
                    Problem::error(Code::NotABlock, format!("`{key}` is a block of layers, found {found}"))
                        .at(entry.value.span, format!("this is {found}"))
                        .help(format!("for example `{key} = linear(256) |> relu`")),
                );
                None
            }
        }
    }

    /// The settings that a combination is made of: those of a simple kind, `boost` and `decide`. All of them are
    /// checked, even where one is wrong.
    fn combination_settings(&mut self, strategy: &Signature, settings: &Settings<'a>) -> Option<Arguments> {
        let mut arguments = vec![];
        let mut sound = true;
        for param in strategy.params {
            let argument = match param.kind {
                Kind::Integer(_) | Kind::Number(..) | Kind::Share | Kind::Bool | Kind::Choice(_) => {
                    self.setting(strategy, settings, param.name)
                }
                Kind::Form(_) if param.name == BOOST.name => self.boost_setting(settings),
                Kind::Form(_) if param.name == DECIDE.name => self.decide_setting(settings),
                _ => continue,
            };
            match argument {
                Some(argument) => arguments.push((param.name, argument)),
                None => sound = false,
            }
        }
        sound.then_some(Arguments(arguments))
    }

    /// Each member through a projection of its own, then merged. `path` is `NAME` or `NAME` and the mixture.
    fn projected(
        &mut self,
        place: &Place,
        mixture: Option<&str>,
        members: &[&CombineInput],
        project: Option<&Rc<Vec<BlockStage>>>,
        merge: Merge,
    ) -> EvalValue {
        let below = |part: &str| {
            let path = join(&place.path, part);
            mixture.map_or_else(|| path.clone(), |mixture| join(&path, &path_part(mixture)))
        };
        let mut values = vec![];
        for member in members {
            let mut value = EvalValue::Tensor(member.value);
            if let Some(stages) = project {
                let path = join(&below("project"), &path_part(&member.name));
                value = self.scoped(path, |this| this.apply(stages, vec![value]));
            }
            match value {
                EvalValue::Tensor(value) => values.push((path_part(&member.name), value)),
                _ => return EvalValue::Unknown,
            }
        }
        self.merged(merge, &values, &Place { path: below(merge.scope()), ..place.clone() })
    }

    /// A separate head, then one logit per class.
    fn decide(
        &mut self,
        scope: &str,
        component: &str,
        value: EvalValue,
        head: Option<&Rc<Vec<BlockStage>>>,
        classes: usize,
        span: Span,
    ) -> Option<ValueId> {
        let path = join(&join(scope, "head"), &path_part(component));
        let logits = self.scoped(path, |this| {
            let value = match head {
                Some(stages) => this.apply(stages, vec![value]),
                None => value,
            };
            let last = Op::Linear(Linear { out: classes, bias: true, init: None, activation: None });
            match value {
                EvalValue::Tensor(value) => this.apply_layer(last, value, span),
                _ => EvalValue::Unknown,
            }
        });
        match logits {
            EvalValue::Tensor(logits) => Some(logits),
            _ => None,
        }
    }

    /// Logits after the operation of `logits = unit(scale)`, which counts as the last layer of the head.
    fn bounded(&mut self, unit: Option<UnitLogits>, head: String, logits: ValueId, span: Span) -> Option<ValueId> {
        let Some(unit) = unit else { return Some(logits) };
        match self.scoped(head, |this| this.apply_layer(Op::UnitLogits(unit), logits, span)) {
            EvalValue::Tensor(logits) => Some(logits),
            _ => None,
        }
    }

    /// Logits and, as the last number, the score of the component.
    fn scored_logits(
        &mut self,
        layout: ScoreLayout,
        component: &str,
        logits: ValueId,
        value: EvalValue,
        blocks: &BlockSettings,
        place: &Place,
    ) -> Option<ValueId> {
        let path = join(&join(&place.path, layout.block), &path_part(component));
        let score = self.scoped(path, |this| {
            let held = match value {
                EvalValue::Tensor(value) if layout.held => this.apply_layer(Op::Hold, value, place.span),
                value => value,
            };
            let value = match blocks.get(layout.block) {
                Some(stages) => this.apply(stages, vec![held]),
                None => held,
            };
            let last = Op::Linear(Linear { out: 1, bias: true, init: None, activation: None });
            match value {
                EvalValue::Tensor(value) => this.apply_layer(last, value, place.span),
                _ => EvalValue::Unknown,
            }
        });
        let EvalValue::Tensor(score) = score else { return None };
        match self.join_values(Op::Concat, vec![logits, score], place) {
            EvalValue::Tensor(both) => Some(both),
            _ => None,
        }
    }

    /// `weights = [..]` in the order of the components, or `{ component: weight }`.
    fn weights(&mut self, expr: &'a Expr, components: &mut [HirComponent], call: Span) {
        let names: Vec<String> = components.iter().map(|component| component.name.clone()).collect();
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        match self.eval(expr) {
            EvalValue::List(elements) => {
                if elements.len() != components.len() {
                    let (given, wanted) = (elements.len(), components.len());
                    let message = format!("{given} weights for {wanted} components");
                    self.report(
                        Problem::error(Code::WeightCount, message)
                            .at(expr.span, format!("{given} weights"))
                            .also(call, format!("{wanted} components"))
                            .help(format!("the components are {}", one_of(&known).replace(" or ", " and "))),
                    );
                    return;
                }
                for (component, (weight, span)) in components.iter_mut().zip(elements.iter()) {
                    component.weight = self.weight(weight, *span).unwrap_or(1.0);
                }
            }
            EvalValue::Record(fields) => {
                for (name, weight) in fields.iter() {
                    match components.iter_mut().find(|component| component.name == *name) {
                        Some(component) => component.weight = self.weight(weight, expr.span).unwrap_or(1.0),
                        None => {
                            let key = match &expr.kind {
                                ExprKind::Record(entries) => entries.iter().find(|entry| entry.key.text == *name),
                                _ => None,
                            };
                            let place = key.map_or(expr.span, |entry| entry.key.span);
                            let problem = Problem::error(Code::WeightCount, format!("there is no component `{name}`"))
                                .at(place, "no component of this combine");
                            let mut problem = suggest(problem, name, place, &known, "the components are");
                            // A record that is not written here has no span for a fix, and `a+b` cannot be a key.
                            problem.edits.retain(|edit| key.is_some() && !edit.replacement.contains('+'));
                            self.report(problem);
                        }
                    }
                }
            }
            other => {
                self.expected("a list of weights, or a record of them by component", &other, expr.span);
            }
        }
    }

    /// A weight of a component or a class: a finite number of at least 0.
    pub(in crate::sema::lower) fn weight(&mut self, value: &EvalValue, span: Span) -> Option<f64> {
        match value {
            EvalValue::Number(weight) if *weight >= 0.0 && weight.is_finite() => Some(*weight),
            EvalValue::Number(weight) => {
                let message = format!("a weight is a number of at least 0, found {weight}");
                self.report(Problem::error(Code::OutOfRange, message).at(span, "not a weight"));
                None
            }
            other => {
                self.expected("a number", other, span);
                None
            }
        }
    }
}

/// A component's name as one part of a path: parts are separated by dots.
fn path_part(name: &str) -> String {
    name.replace('.', "_")
}

fn collect_names<'a>(expr: &'a Expr, found: &mut impl FnMut(&'a str)) {
    match &expr.kind {
        ExprKind::Name(name) => found(name),
        ExprKind::Field(base, _) => collect_names(base, found),
        ExprKind::Call(_, args) => args.iter().for_each(|arg| collect_names(&arg.value, found)),
        ExprKind::Pipe(input, _) => collect_names(input, found),
        ExprKind::Binary(_, left, right) => {
            collect_names(left, found);
            collect_names(right, found);
        }
        ExprKind::Paren(inner) | ExprKind::Negate(inner) => collect_names(inner, found),
        _ => {}
    }
}
