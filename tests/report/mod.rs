//! Reports from outside: the folder of a run, the files in it, the closing table.

mod files;
mod run_dir;
