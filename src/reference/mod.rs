//! Reference of the language by name, for `mmc explain`, the pages under `docs/` and editors. It is made from the
//! signatures that calls are checked against.

mod library;
mod markdown;
mod page;
mod setting;

pub use library::{Function, functions};
pub use markdown::{markdown, usage};
pub use page::{GENERATED, PAGES, ReferencePage};
pub use setting::{SettingEntry, SettingMeaning};

use crate::diag::{Code, nearest};
use crate::lint::{LintRule, RULES};
use crate::ops::Signature;
use crate::sema::{Topic, signatures};
use crate::spec::Metric;
use std::collections::BTreeSet;

/// An entry of the reference.
#[derive(Clone, Debug)]
pub enum ReferenceEntry {
    /// A code of problems.
    Code(Code),
    /// A signature of the catalog.
    Named(Topic, &'static Signature),
    /// A function of the prelude.
    Function(Function),
    /// A metric.
    Metric(Metric),
    /// An argument or a setting, with the signatures that have it.
    Setting(SettingEntry),
}

impl ReferenceEntry {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            ReferenceEntry::Code(code) => code.as_str(),
            ReferenceEntry::Named(_, signature) => signature.name,
            ReferenceEntry::Function(function) => &function.name,
            ReferenceEntry::Metric(metric) => metric.as_str(),
            ReferenceEntry::Setting(setting) => &setting.name,
        }
    }
}

/// The entries of a name. A code is read in any case, with or without its letters; a lint by its name too.
pub fn find(name: &str) -> Vec<ReferenceEntry> {
    if let Ok(code) = name.parse() {
        return vec![ReferenceEntry::Code(code)];
    }
    if let Some(lint) = LintRule::by_name(name) {
        return vec![ReferenceEntry::Code(lint.code)];
    }
    let name = name.strip_prefix("valid.").unwrap_or(name);
    let mut found: Vec<ReferenceEntry> = signatures()
        .into_iter()
        .filter(|(_, signature)| signature.name == name)
        .map(|(topic, signature)| ReferenceEntry::Named(topic, signature))
        .collect();
    found.extend(functions().into_iter().filter(|function| function.name == name).map(ReferenceEntry::Function));
    found.extend(Metric::ALL.into_iter().filter(|metric| metric.as_str() == name).map(ReferenceEntry::Metric));
    found.extend(SettingEntry::named(name).map(ReferenceEntry::Setting));
    if found.is_empty() {
        found.extend(SettingEntry::with_word(name).map(ReferenceEntry::Setting));
    }
    found
}

/// The known name nearest to one that [`find`] does not find.
pub fn near(name: &str) -> Option<String> {
    let names = names();
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

/// The names that [`find`] knows, codes included, in alphabetical order.
pub fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    names.extend(RULES.iter().map(|lint| lint.name.to_owned()));
    for (topic, signature) in signatures() {
        names.insert(signature.name.to_owned());
        if setting::names_are_written(topic) {
            names.extend(signature.params.iter().map(|param| param.name.to_owned()));
        }
    }
    names.extend(functions().into_iter().map(|function| function.name));
    names.extend(Metric::ALL.into_iter().map(|metric| metric.as_str().to_owned()));
    names
}
