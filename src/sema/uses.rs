//! `use`: the files of a pipeline, directly and through others, each read once, before the file that uses it.

use crate::diag::{Code, FileId, Problem, Problems, SourceMap, Span};
use crate::sema::errors::suggest::suggest;
use crate::syntax::ast::{Ast, ItemKind, Text};
use crate::syntax::{keyword, parse};
use crate::world::{MissingFile, World};
use std::collections::BTreeMap;

/// Deepest chain of files that use files.
const DEEPEST: usize = 64;

/// A file that a pipeline uses.
#[derive(Clone, Debug)]
pub struct UsedFile {
    /// Its syntax tree.
    pub ast: Ast,
    /// The `use` of the pipeline that led to it.
    pub at: Span,
    /// The files that it uses itself, directly and through others, whose names it sees.
    pub sees: Vec<FileId>,
}

/// The files that a pipeline uses.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// The files, each after those that it uses itself.
    pub files: Vec<UsedFile>,
    /// The file of each `use`, by the span of its path.
    pub targets: BTreeMap<Span, FileId>,
    /// Whether a file could not be read, which has been reported: an unknown name may be declared there.
    pub incomplete: bool,
}

/// Reads the files that `ast` uses.
pub fn read_uses(ast: &Ast, sources: &mut SourceMap, world: &dyn World, problems: &mut Problems) -> Uses {
    let name = sources.get(ast.file).map(|source| source.name.clone()).unwrap_or_default();
    let open = vec![world.identity(&name)];
    let mut reader = UseReader { sources, world, problems, read: BTreeMap::new(), open, uses: Uses::default() };
    reader.uses_of(ast, None);
    reader.uses
}

/// Adds the `use` of the pipeline to problems inside of used files that do not point into the pipeline yet.
pub fn point_to_uses(problems: Problems, uses: &Uses, pipeline: &Ast) -> Problems {
    let of_pipeline = |problem: &Problem| problem.labels.iter().any(|label| label.span.file == pipeline.file);
    let mut pointed = vec![];
    for mut problem in problems {
        let file = problem.place().map(|place| place.file);
        if let Some(used) = uses.files.iter().find(|used| Some(used.ast.file) == file)
            && !of_pipeline(&problem)
        {
            problem = problem.also(used.at, "used here");
        }
        pointed.push(problem);
    }
    pointed.into_iter().collect()
}

struct UseReader<'a> {
    sources: &'a mut SourceMap,
    world: &'a dyn World,
    problems: &'a mut Problems,
    /// The files that have been read, by identity.
    read: BTreeMap<String, FileId>,
    /// The identities of the files being read, outermost first.
    open: Vec<String>,
    uses: Uses,
}

impl UseReader<'_> {
    /// Reads the files that one file uses and returns those whose names it sees. `at` is the `use` of the pipeline that
    /// led to it, `None` for the pipeline itself.
    fn uses_of(&mut self, ast: &Ast, at: Option<Span>) -> Vec<FileId> {
        let mut sees = vec![];
        let of = self.sources.get(ast.file).map(|source| source.name.clone()).unwrap_or_default();
        let mut here: Vec<(String, Span)> = vec![];
        self.uses.incomplete |= ast.unparsed.iter().any(|unparsed| unparsed.keyword == "use");
        for item in &ast.items {
            let ItemKind::Use(path) = &item.kind else { continue };
            let found = match self.world.text(&of, &path.text) {
                Ok(found) => found,
                Err(absent) => {
                    self.problems.push(unreadable(path, &absent));
                    self.uses.incomplete = true;
                    continue;
                }
            };
            if let Some((_, before)) = here.iter().find(|(identity, _)| *identity == found.identity) {
                self.problems.push(
                    Problem::error(Code::DuplicateName, format!("`{}` is used twice", path.text))
                        .at(item.span, "used again")
                        .also(*before, "first used here")
                        .help("remove one of the two")
                        .edit(item.span, "", true),
                );
                continue;
            }
            here.push((found.identity.clone(), item.span));
            if self.open.contains(&found.identity) {
                self.problems.push(
                    Problem::error(Code::Cycle, format!("`{}` uses itself", found.name))
                        .at(path.span, "this closes the cycle")
                        .help("move what both need into a third file"),
                );
                continue;
            }
            if let Some(file) = self.read.get(&found.identity).copied() {
                self.uses.targets.insert(path.span, file);
                let through = self.uses.files.iter().find(|used| used.ast.file == file);
                see(&mut sees, through.into_iter().flat_map(|used| &used.sees).copied().chain([file]));
                continue;
            }
            if self.open.len() >= DEEPEST {
                self.problems.push(
                    Problem::error(Code::TooDeep, format!("files that use files more than {DEEPEST} deep"))
                        .at(path.span, "one level too deep"),
                );
                self.uses.incomplete = true;
                continue;
            }
            let at = at.unwrap_or(item.span);
            let file = self.sources.add(found.name, found.text.as_str());
            self.uses.targets.insert(path.span, file);
            let (inner, problems) = parse(file, &found.text);
            self.problems.extend(not_for_use(&inner, &path.text));
            if inner.items.iter().any(|item| matches!(item.kind, ItemKind::Pipeline(_))) {
                // Nothing of it is used, so its other errors do not matter here.
                self.uses.incomplete = true;
                self.uses.files.push(UsedFile { ast: Ast { items: vec![], ..inner }, at, sees: vec![] });
                continue;
            }
            self.problems.extend(problems);
            self.open.push(found.identity.clone());
            let inner_sees = self.uses_of(&inner, Some(at));
            self.open.pop();
            self.read.insert(found.identity, file);
            see(&mut sees, inner_sees.iter().copied().chain([file]));
            self.uses.files.push(UsedFile { ast: inner, at, sees: inner_sees });
        }
        sees
    }
}

/// Adds files, each once.
fn see(sees: &mut Vec<FileId>, files: impl Iterator<Item = FileId>) {
    for file in files {
        if !sees.contains(&file) {
            sees.push(file);
        }
    }
}

fn unreadable(path: &Text, absent: &MissingFile) -> Problem {
    let problem = Problem::error(Code::UnreadableUse, format!("`{}` cannot be used: {}", path.text, absent.reason))
        .at(path.span, "named here");
    let there: Vec<&str> = absent.there.iter().map(String::as_str).collect();
    let inside = Span { start: path.span.start + 1, end: path.span.end.saturating_sub(1), ..path.span };
    suggest(problem, &path.text, inside, &there, "its folder has")
}

/// Errors for declarations of a used file other than functions and params.
fn not_for_use(ast: &Ast, path: &str) -> Problems {
    let whole = ast.items.iter().find(|item| matches!(item.kind, ItemKind::Pipeline(_)));
    if let Some(header) = whole {
        let problem = Problem::error(Code::NotForUse, format!("`{path}` is itself a pipeline"))
            .at(header.span, "a file that is used has no `pipeline`")
            .help("move its `fn` and `param` declarations into a file that both can `use`");
        return problem.into();
    }
    (ast.items.iter())
        .filter(|item| !matches!(item.kind, ItemKind::Use(_) | ItemKind::Param(_) | ItemKind::Fn(_)))
        .map(|item| {
            let keyword = keyword(&item.kind);
            Problem::error(Code::NotForUse, format!("a file that is used declares no `{keyword}`"))
                .at(item.span, "only a pipeline has one")
                .help("a used file holds `fn`, `param` and `use`; move the rest into the pipeline")
        })
        .collect()
}
