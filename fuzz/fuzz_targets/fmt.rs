//! Formatting twice equals formatting once.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let once = mmc::syntax::format(text).text;
    let twice = mmc::syntax::format(&once).text;
    assert_eq!(once, twice);
});
