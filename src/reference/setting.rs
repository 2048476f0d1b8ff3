//! An argument or a setting by its name, wherever it is one.

use crate::ops::{Kind, Parameter, Signature};
use crate::sema::{Topic, signatures};

/// A name that things take an argument or have a setting by.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The name, or the word, that was asked for.
    pub name: String,
    /// What it means, once for each of its meanings.
    pub holders: Vec<Holder>,
}

/// One meaning of a setting, and everything that has it in this meaning.
#[derive(Clone, Debug)]
pub struct Holder {
    /// What it is.
    pub param: &'static Parameter,
    /// What has it, with its topic.
    pub of: Vec<(Topic, &'static Signature)>,
}

impl Setting {
    /// The setting of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::of(name, |param| param.name == name)
    }

    /// The settings that this is one of the words for.
    pub fn with_word(word: &str) -> Option<Self> {
        Self::of(word, |param| matches!(param.kind, Kind::Choice(words) if words.contains(&word)))
    }

    fn of(name: &str, fits: impl Fn(&Parameter) -> bool) -> Option<Self> {
        let mut holders: Vec<Holder> = vec![];
        for (topic, signature) in signatures() {
            let settings = if names_are_written(topic) { signature.params } else { &[] };
            for param in settings.iter().filter(|param| fits(param)) {
                let alike = |holder: &Holder| {
                    let other = holder.param;
                    (other.doc, other.kind, other.default) == (param.doc, param.kind, param.default)
                };
                match holders.iter_mut().find(|holder| alike(holder)) {
                    Some(holder) => holder.of.push((topic, signature)),
                    None => holders.push(Holder { param, of: vec![(topic, signature)] }),
                }
            }
        }
        (!holders.is_empty()).then(|| Self { name: name.to_owned(), holders })
    }
}

/// Whether arguments of this topic are ever given by name: those of a type, and what is joined, are not.
pub(super) fn names_are_written(topic: Topic) -> bool {
    !matches!(topic, Topic::Type | Topic::Columns | Topic::Builtin)
}
