//! Arguments and settings by name, with the signatures that have them.

use crate::ops::{Kind, Parameter, Signature};
use crate::sema::{Topic, signatures};

/// A name of arguments and settings.
#[derive(Clone, Debug)]
pub struct SettingEntry {
    /// The name, or the word of a choice.
    pub name: String,
    /// Its meanings.
    pub holders: Vec<SettingMeaning>,
}

/// A meaning of a setting, and the signatures with this meaning.
#[derive(Clone, Debug)]
pub struct SettingMeaning {
    /// The parameter.
    pub param: &'static Parameter,
    /// The signatures that have it, with their topics.
    pub of: Vec<(Topic, &'static Signature)>,
}

impl SettingEntry {
    /// The setting of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::of(name, |param| param.name == name)
    }

    /// The settings that take this word.
    pub fn with_word(word: &str) -> Option<Self> {
        Self::of(word, |param| matches!(param.kind, Kind::Choice(words) if words.contains(&word)))
    }

    fn of(name: &str, fits: impl Fn(&Parameter) -> bool) -> Option<Self> {
        let mut holders: Vec<SettingMeaning> = vec![];
        for (topic, signature) in signatures() {
            let settings = if names_are_written(topic) { signature.params } else { &[] };
            for param in settings.iter().filter(|param| fits(param)) {
                let alike = |holder: &SettingMeaning| {
                    let other = holder.param;
                    (other.doc, other.kind, other.default) == (param.doc, param.kind, param.default)
                };
                match holders.iter_mut().find(|holder| alike(holder)) {
                    Some(holder) => holder.of.push((topic, signature)),
                    None => holders.push(SettingMeaning { param, of: vec![(topic, signature)] }),
                }
            }
        }
        (!holders.is_empty()).then(|| Self { name: name.to_owned(), holders })
    }
}

/// Whether arguments of signatures of this topic are given by name; those of types, columns and built-in functions are
/// not.
pub(super) fn names_are_written(topic: Topic) -> bool {
    !matches!(topic, Topic::Type | Topic::Columns | Topic::Builtin)
}
