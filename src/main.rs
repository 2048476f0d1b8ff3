//! The command line of `mmc`.

fn main() {}
