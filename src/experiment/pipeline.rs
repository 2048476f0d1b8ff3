//! A pipeline that is opened: its text and what it means, under settings of its params.

use super::data_check::check_data;
use super::error::{Diagnostics, Error, ErrorKind};
use super::source_file::{Unreadable, read_source};
use crate::compile::{CompileOptions, Compiled, compile_in};
use crate::diag::{Checked, FileId, Problem, Problems, SourceMap};
use crate::lint::LintLevels;
use crate::plan::Plan;
use crate::report::RunDir;
use crate::sema::copies;
use crate::spec::TrainingLength;
use crate::syntax::ast::ItemKind;
use crate::world::{Disk, World};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A pipeline without errors, ready to be planned and trained.
///
/// ```no_run
/// let pipeline = mmc::Pipeline::open("p.mmc")?.set("beta", "0.3")?.seed(7);
/// println!("{} parameters", pipeline.plan().parameter_count());
/// println!("{}", pipeline.lint());
/// # Ok::<(), mmc::Error>(())
/// ```
///
/// Every change, such as of a param, is compiled: a `Pipeline` can always run.
#[derive(Clone)]
pub struct Pipeline {
    text: PipelineText,
    options: PipelineOptions,
    /// Every text that a problem may point into.
    pub(crate) sources: SourceMap,
    /// The HIR and the plan.
    pub(crate) compiled: Compiled,
    /// Warnings about the text.
    problems: Problems,
}

/// The changes under which a pipeline is opened, as the command line takes them. See [`Pipeline::open_with`].
///
/// ```no_run
/// let options = mmc::PipelineOptions { combine: Some("mul".into()), ..mmc::PipelineOptions::default() };
/// let pipeline = mmc::Pipeline::open_with("p.mmc", options)?;
/// # Ok::<(), mmc::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PipelineOptions {
    /// Names of params and their values, written as in the language: `--set NAME=VALUE`.
    pub settings: Vec<(String, String)>,
    /// The combine to train instead of the one that `train` names; needed where the file has several and names none.
    pub combine: Option<String>,
    /// The seed instead of the file's.
    pub seed: Option<u64>,
    /// The number of epochs instead of the file's.
    pub epochs: Option<u64>,
}

/// The origin of the text.
#[derive(Clone)]
struct PipelineText {
    path: PathBuf,
    text: Arc<str>,
    world: Arc<dyn World + Send + Sync>,
}

impl Pipeline {
    /// Opens the pipeline in a file. Files it uses and data are looked for from its folder.
    ///
    /// # Errors
    /// If the file cannot be read, or has errors.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path, PipelineOptions::default())
    }

    /// Opens the pipeline in a file with all changes at once.
    ///
    /// # Errors
    /// As [`Pipeline::open`], and if a change does not fit the pipeline.
    pub fn open_with(path: impl AsRef<Path>, options: PipelineOptions) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut sources = SourceMap::new();
        let file = read_source(path, &mut sources).map_err(|unreadable| unreadable.into_error(&sources))?;
        let text = text_of(&sources, file);
        Self::compile(PipelineText { path: path.to_path_buf(), text, world: Arc::new(Disk) }, options)
    }

    /// Compiles a text named `pipeline.mmc`. The files it uses come from `world`: [`NoFiles`](crate::NoFiles) has none,
    /// [`Disk`] those of the current folder, where its data is looked for too.
    ///
    /// # Errors
    /// If the text has errors.
    pub fn from_text(text: &str, world: impl World + Send + Sync + 'static) -> Result<Self, Error> {
        Self::from_text_with(text, world, PipelineOptions::default())
    }

    /// Compiles a text with all changes at once. See [`Pipeline::from_text`].
    ///
    /// # Errors
    /// If the text has errors, or a change does not fit it.
    pub fn from_text_with(
        text: &str,
        world: impl World + Send + Sync + 'static,
        options: PipelineOptions,
    ) -> Result<Self, Error> {
        Self::compile(PipelineText { path: "pipeline.mmc".into(), text: text.into(), world: Arc::new(world) }, options)
    }

    fn compile(text: PipelineText, options: PipelineOptions) -> Result<Self, Error> {
        let mut sources = SourceMap::new();
        let file = sources.add(text.path.display().to_string(), Arc::clone(&text.text));
        let levels = LintLevels::default();
        let request = CompileOptions {
            world: text.world.as_ref(),
            settings: &options.settings,
            combine: options.combine.clone(),
            levels,
        };
        let Checked { value, problems } = compile_in(&mut sources, file, &request);
        let Some(mut compiled) = value else {
            if problems.has_errors() {
                return Err(Error::new(problems, sources));
            }
            let name = text.path.display();
            let message = format!("error: `{name}` holds functions and params for other files to `use`, no pipeline");
            return Err(Error::message(ErrorKind::Invalid, message));
        };
        if let Some(seed) = options.seed {
            compiled.hir.train.seed = seed;
        }
        if let Some(epochs) = options.epochs {
            compiled.hir.train.length = TrainingLength::Epochs(epochs);
        }
        Ok(Self { text, options, sources, compiled, problems })
    }

    /// The pipeline with another value of a param, written as in the language: `0.3`, `50%`, `[64, 64]`. A param that
    /// is a text takes the value without quotes.
    ///
    /// # Errors
    /// If there is no such param, or the value does not fit it.
    pub fn set(mut self, name: &str, value: &str) -> Result<Self, Error> {
        self.options.settings.push((name.to_owned(), value.to_owned()));
        Self::compile(self.text, self.options)
    }

    /// The pipeline with another of its combines to train.
    ///
    /// # Errors
    /// If there is no such combine.
    pub fn combine(mut self, name: &str) -> Result<Self, Error> {
        self.options.combine = Some(name.to_owned());
        Self::compile(self.text, self.options)
    }

    /// The pipeline with another seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self.compiled.hir.train.seed = seed;
        self
    }

    /// The pipeline trained for another number of epochs.
    pub fn epochs(mut self, epochs: u64) -> Self {
        self.options.epochs = Some(epochs);
        self.compiled.hir.train.length = TrainingLength::Epochs(epochs);
        self
    }

    /// The name of the pipeline.
    pub fn name(&self) -> &str {
        &self.compiled.hir.name
    }

    /// The names of the combines, in the order of the text.
    pub fn combines(&self) -> impl Iterator<Item = &str> {
        self.compiled.hir.combines.iter().map(|combine| combine.name.as_str())
    }

    /// What will run: the chosen combine with every shape, parameter and cost.
    pub fn plan(&self) -> &Plan {
        &self.compiled.plan
    }

    /// The warnings about the text. [`Pipeline::lint`] checks the data as well.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// The texts that the places of problems lie in.
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// The warnings about the text, and the problems of the data and of its declarations in the pipeline. Large tables
    /// are checked by their first rows; a missing file is an error.
    pub fn lint(&self) -> Diagnostics {
        let mut checked = Checked::new(self.compiled.clone(), self.problems.clone());
        check_data(self.folder(), &mut checked, &LintLevels::default());
        Diagnostics { problems: checked.problems, sources: self.sources.clone() }
    }

    /// The file, as it was named.
    pub(crate) fn path(&self) -> &Path {
        &self.text.path
    }

    /// The folder that relative paths of the data begin at.
    pub(crate) fn folder(&self) -> &Path {
        folder_of(&self.text.path)
    }

    /// The changes under which it was opened.
    pub(crate) fn options(&self) -> &PipelineOptions {
        &self.options
    }

    /// An error of this pipeline.
    pub(crate) fn error(&self, problem: Problem) -> Error {
        Error::of(problem, &self.sources)
    }

    /// Writes the text and the files it uses into the folder of a run, from where the pipeline can be run again.
    pub(crate) fn copy_to(&self, directory: &RunDir) -> Result<(), Error> {
        let way = directory.way_to(self.folder());
        let moved = |path: &str| way.join(path).display().to_string();
        let Compiled { hir, ast, uses, .. } = &self.compiled;
        for copy in copies(ast, uses, &self.sources, &hir.data.paths(), &moved) {
            let written = directory.write(&copy.name, |file| file.write_all(copy.text.as_bytes()));
            written.map_err(|problem| self.error(problem))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = &self.compiled.plan;
        f.debug_struct("Pipeline")
            .field("path", &self.text.path)
            .field("name", &plan.pipeline)
            .field("combine", &plan.combine)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The folder of a file; empty for a file of the current folder.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn text_of(sources: &SourceMap, file: FileId) -> Arc<str> {
    sources.get(file).map(|source| Arc::clone(&source.text)).unwrap_or_default()
}

/// The names of the combines that a file declares, in order, also of a file with errors.
///
/// # Errors
/// If the file cannot be read.
pub(crate) fn combine_names(path: &Path) -> Result<Vec<String>, Error> {
    let mut sources = SourceMap::new();
    let file = read_source(path, &mut sources).map_err(|unreadable| unreadable.into_error(&sources))?;
    let (ast, _) = crate::syntax::parse(file, &text_of(&sources, file));
    let names = ast.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Combine(combine) => Some(combine.name.text.clone()),
        _ => None,
    });
    Ok(names.collect())
}

/// A pipeline file with all of its problems, and its meaning if it has no errors.
pub struct CheckedFile {
    /// Every text that a problem may point into.
    pub sources: SourceMap,
    /// The file.
    pub file: FileId,
    /// Its meaning, and its problems.
    pub compiled: Checked<Compiled>,
}

impl CheckedFile {
    /// Compiles the file at `path`.
    ///
    /// # Errors
    /// If the file cannot be read. A file that is not text is a problem like others.
    pub fn open(path: &Path, settings: &[(String, String)], levels: &LintLevels) -> Result<Self, Error> {
        let mut sources = SourceMap::new();
        match read_source(path, &mut sources) {
            Ok(file) => Ok(Self::compiled(sources, file, settings, levels)),
            Err(Unreadable::NotText(file, problem)) => Ok(Self { sources, file, compiled: Checked::failed(*problem) }),
            Err(unreadable) => Err(unreadable.into_error(&sources)),
        }
    }

    /// Compiles `text` in the place of the file at `path`.
    pub fn of_text(path: &Path, text: &str, settings: &[(String, String)], levels: &LintLevels) -> Self {
        let mut sources = SourceMap::new();
        let file = sources.add(path.display().to_string(), text);
        Self::compiled(sources, file, settings, levels)
    }

    fn compiled(mut sources: SourceMap, file: FileId, settings: &[(String, String)], levels: &LintLevels) -> Self {
        let options = CompileOptions { world: &Disk, settings, combine: None, levels: levels.clone() };
        let compiled = compile_in(&mut sources, file, &options);
        Self { sources, file, compiled }
    }
}
