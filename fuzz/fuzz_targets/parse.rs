//! Any text ends in a tree and problems that point into it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mmc::diag::FileId;

fuzz_target!(|text: &str| {
    let (_, problems) = mmc::syntax::parse(FileId(0), text);
    for label in problems.iter().flat_map(|problem| &problem.labels) {
        assert!(text.get(label.span.range()).is_some(), "{label:?} lies outside of the text");
    }
});
