//! Reports: the folder of a run, the files in it.

mod checkpoint_folder;
mod files;
mod run_dir;
mod yaml;
