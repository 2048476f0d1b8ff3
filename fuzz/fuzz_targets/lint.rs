//! Any text compiles or yields problems, and its problems can be rendered.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mmc::diag::SourceMap;
use mmc::syntax::ast::{Item, ItemKind};

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::new();
    let file = sources.add("fuzz.mmc", text);
    let compiled = mmc::compile(&mut sources, file, &[], None);
    // A file that declares nothing but what others may use is no pipeline, and no mistake.
    let (ast, _) = mmc::syntax::parse(file, text);
    let for_use = |item: &Item| matches!(item.kind, ItemKind::Fn(_) | ItemKind::Param(_) | ItemKind::Use(_));
    let library = ast.items.iter().all(for_use);
    assert!(compiled.value.is_some() || compiled.problems.has_errors() || library, "neither a plan nor an error");
});
