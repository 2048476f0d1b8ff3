//! The folder of one run: numbered, never shared, removed where the run fails before it has a model.

use crate::atomic_file::{is_temporary, remove_leftovers, write_atomic};
use crate::diag::{Code, Problem};
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// The folder `OUT/<pipeline>-0001`, or the next free number.
///
/// Creating the folder reserves the number, so that two runs never share one. It is created before the training, so
/// that an unwritable folder is reported early. Until [`RunDir::keep`] it is provisional: dropped before that, it is
/// removed with what is in it, so that a run without a model leaves no files.
#[derive(Debug)]
pub struct RunDir {
    path: PathBuf,
    kept: bool,
    /// The folder of all runs, where this run made it.
    made: Option<PathBuf>,
}

impl RunDir {
    /// Makes the next folder for `pipeline` in `out`, which is made too where it does not exist.
    ///
    /// # Errors
    /// `MMC0604`, naming the folder.
    pub fn create(out: &Path, pipeline: &str) -> Result<Self, Problem> {
        Self::try_create(out, pipeline).map_err(|error| unwritable(out, &error))
    }

    /// Makes the folder `path`, and those above it; it may exist if nothing is in it.
    ///
    /// # Errors
    /// `MMC0604`, naming the folder.
    pub fn create_at(path: &Path) -> Result<Self, Problem> {
        let made = !path.is_dir();
        let empty =
            || fs::read_dir(path).and_then(|mut entries| entries.next().transpose()).map(|first| first.is_none());
        match fs::create_dir_all(path).and_then(|()| empty()) {
            Ok(true) => Ok(Self { path: path.to_path_buf(), kept: !made, made: None }),
            Ok(false) => Err(unwritable(path, &io::ErrorKind::DirectoryNotEmpty.into())),
            Err(error) => Err(unwritable(path, &error)),
        }
    }

    /// The folder of an earlier run, to resume it.
    ///
    /// # Errors
    /// `MMC0604`, where there is no such folder.
    pub fn again(path: &Path) -> Result<Self, Problem> {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Ok(Self { path: path.to_path_buf(), kept: true, made: None }),
            Ok(_) => Err(unwritable(path, &io::ErrorKind::NotADirectory.into())),
            Err(error) => Err(unwritable(path, &error)),
        }
    }

    /// The folder `path`, made where it does not exist. It stays, whatever happens.
    ///
    /// # Errors
    /// `MMC0604`, naming the folder.
    pub fn create_or_open(path: &Path) -> Result<Self, Problem> {
        fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
        Self::again(path)
    }

    /// Removes what writes that were cut off left behind. No other process may write into the folder.
    pub fn remove_leftovers(&self) {
        remove_leftovers(&self.path);
    }

    /// Whether a file of this name was left behind by a write that was cut off.
    pub fn is_leftover(name: &str) -> bool {
        is_temporary(name)
    }

    fn try_create(out: &Path, pipeline: &str) -> io::Result<Self> {
        let made = (!out.is_dir()).then(|| out.to_path_buf());
        fs::create_dir_all(out)?;
        let mut number = last_number(out, pipeline)?;
        loop {
            number += 1;
            let path = out.join(format!("{pipeline}-{number:04}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, kept: false, made }),
                // Another run has taken the number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                // Another run that failed removed the folder of all runs; a third may have made it again.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    fs::create_dir_all(out)?;
                    number -= 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of another folder as seen from a file in it: relative, so that both may be moved together, or absolute
    /// if they have nothing else in common.
    pub fn way_to(&self, folder: &Path) -> PathBuf {
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        let (Ok(from), Ok(to)) = (fs::canonicalize(&self.path), fs::canonicalize(folder)) else {
            return folder.to_path_buf();
        };
        let common = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
        if common <= 1 {
            return to;
        }
        let up = from.components().skip(common).map(|_| Component::ParentDir);
        up.chain(to.components().skip(common)).collect()
    }

    /// Writes one of its files, whole or not at all.
    ///
    /// # Errors
    /// `MMC0605`, naming the file.
    pub fn write(
        &self,
        name: &str,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<(), Problem> {
        write_atomic(&self.path.join(name), fill)
    }

    /// From now on the folder is not removed.
    pub fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for RunDir {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // A failure cannot be reported in a destructor.
        let _ = fs::remove_dir_all(&self.path);
        if let Some(made) = &self.made {
            let _ = fs::remove_dir(made);
        }
    }
}

/// The highest number in use; 0 where there is none, and where another run has just removed the folder of all runs.
fn last_number(out: &Path, pipeline: &str) -> io::Result<u64> {
    let mut last = 0;
    let entries = match fs::read_dir(out) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(pipeline)?.strip_prefix('-')?.parse::<u32>().ok());
        last = last.max(number.map_or(0, u64::from));
    }
    Ok(last)
}

fn unwritable(out: &Path, error: &io::Error) -> Problem {
    Problem::error(Code::OutputUnwritable, format!("no run can be written to `{}`: {error}", out.display()))
        .help("choose a folder that can be written with `--out DIR`")
}
