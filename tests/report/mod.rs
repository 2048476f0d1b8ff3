//! Reports: the folder of a run, the files in it.

mod files;
mod run_dir;
mod yaml;
