//! Plans of texts that have no problems.

use mmc::diag::SourceMap;
use mmc::plan::Plan;

/// The plan of one combine of a text; a problem fails the test.
pub(crate) fn plan_of(text: &str, combine: Option<&str>) -> Plan {
    let mut sources = SourceMap::new();
    let file = sources.add("test.mmc", text);
    let compiled = mmc::compile(&mut sources, file, &[], combine.map(str::to_string));
    compiled.value.unwrap_or_else(|| panic!("{:#?}", compiled.problems)).plan
}
