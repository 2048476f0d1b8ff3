//! The kinds of corruption, and levels of them as they are written: `gaussian:0.5,1,2`.

use crate::diag::nearest;
use crate::spec::ModalityKind;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A kind of corruption. Prepared numbers are those after all transforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorruptionKind {
    /// `x + level * z`, `z` standard normal for each prepared number.
    Gaussian,
    /// Each number becomes 0 with probability `level`, each token the unknown token, each category the unknown one.
    Dropout,
    /// A share `level` of the rows lacks the modality.
    Missing,
    /// On a share `level` of the rows the modality is that of a row of another class, drawn uniformly.
    Swap,
    /// On a share `level` of the rows the modality is that of the first row of the next class.
    NextClass,
    /// The modality is exchanged among a share `level` of the rows, whatever their classes.
    Shuffle,
    /// On a share `level` of the rows numbers are their means over the rows, a text is empty, a category unknown.
    Constant,
    /// With probability `level` a letter is replaced, left out, doubled by a random one or exchanged with the next; a word
    /// becomes unknown.
    Typos,
    /// Each channel of an image is convolved with a normal density of deviation `level`, in pixels.
    Blur,
    /// A rectangle of a share `level` of an image, at a random place, is 0.
    Occlusion,
}

impl CorruptionKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Gaussian,
        Self::Dropout,
        Self::Missing,
        Self::Swap,
        Self::NextClass,
        Self::Shuffle,
        Self::Constant,
        Self::Typos,
        Self::Blur,
        Self::Occlusion,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gaussian => "gaussian",
            Self::Dropout => "dropout",
            Self::Missing => "missing",
            Self::Swap => "swap",
            Self::NextClass => "next_class",
            Self::Shuffle => "shuffle",
            Self::Constant => "constant",
            Self::Typos => "typos",
            Self::Blur => "blur",
            Self::Occlusion => "occlusion",
        }
    }

    /// What its level is, in words.
    pub fn level_meaning(self) -> &'static str {
        match self {
            Self::Gaussian => "standard deviation of the noise",
            Self::Dropout => "share of the numbers or tokens",
            Self::Missing | Self::Swap | Self::NextClass | Self::Shuffle | Self::Constant => "share of the rows",
            Self::Typos => "share of the tokens",
            Self::Blur => "standard deviation in pixels",
            Self::Occlusion => "share of the image",
        }
    }

    /// Whether its level is a share of the rows, and not how strongly each row is changed.
    pub fn counts_rows(self) -> bool {
        matches!(self, Self::Missing | Self::Swap | Self::NextClass | Self::Shuffle | Self::Constant)
    }

    /// Whether its level is at most 1.
    pub fn is_share(self) -> bool {
        !matches!(self, Self::Gaussian | Self::Blur)
    }

    /// Whether it is defined for this kind of modality.
    pub fn applies_to(self, kind: ModalityKind) -> bool {
        let tokens = matches!(kind, ModalityKind::Text { .. });
        match self {
            Self::Gaussian => !tokens && !matches!(kind, ModalityKind::Category { .. }),
            Self::Typos => tokens,
            Self::Blur | Self::Occlusion => kind == ModalityKind::Image,
            _ => true,
        }
    }
}

impl FromStr for CorruptionKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str);
            let near = nearest(text, names).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("there is no corruption `{text}`, but {}{near}", names.join(", "))
        })
    }
}

/// A kind of corruption at several levels, in ascending order and above 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CorruptionLevels {
    /// The kind.
    pub kind: CorruptionKind,
    /// The levels.
    pub levels: Vec<f64>,
}

impl CorruptionLevels {
    /// The levels of a kind.
    ///
    /// # Errors
    /// A sentence, if there is no level above 0, or one does not exist.
    pub fn new(kind: CorruptionKind, mut levels: Vec<f64>) -> Result<Self, String> {
        if let Some(level) = levels.iter().find(|level| !(level.is_finite() && **level >= 0.0)) {
            return Err(format!("a level is a number of at least 0, and not {level}"));
        }
        if kind.is_share()
            && let Some(level) = levels.iter().find(|level| **level > 1.0)
        {
            return Err(format!("the level of `{}` is a share, at most 1, and not {level}", kind.as_str()));
        }
        levels.retain(|level| *level > 0.0);
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        if levels.is_empty() {
            return Err(format!("name a level of `{}` above 0: its {}", kind.as_str(), kind.level_meaning()));
        }
        Ok(Self { kind, levels })
    }
}

impl FromStr for CorruptionLevels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((kind, levels)) = text.split_once(':') else {
            let kind: CorruptionKind = text.parse()?;
            return Err(format!("expected levels, as in `{}:0.1,0.2`", kind.as_str()));
        };
        let levels: Result<Vec<f64>, String> = levels.split(',').map(|level| level_of(level.trim())).collect();
        Self::new(kind.trim().parse()?, levels?)
    }
}

/// A number, or a percentage as a share.
///
/// # Errors
/// A sentence.
pub fn level_of(text: &str) -> Result<f64, String> {
    let (digits, scale) = text.strip_suffix('%').map_or((text, 1.0), |digits| (digits, 100.0));
    let number = digits.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(|number| number / scale).ok_or_else(|| format!("`{text}` is no level: expected a number, as 0.5 or 50%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_numbers_or_percentages_in_ascending_order() {
        let found: CorruptionLevels = "swap:50%, 0.1,0,10%".parse().unwrap();
        assert_eq!(found, CorruptionLevels { kind: CorruptionKind::Swap, levels: vec![0.1, 0.5] });
        assert_eq!("gaussian:10".parse::<CorruptionLevels>().unwrap().levels, [10.0]);
    }

    #[test]
    fn a_wrong_kind_or_level_is_explained() {
        let error = |text: &str| text.parse::<CorruptionLevels>().unwrap_err();
        assert!(error("gausian:1").contains("did you mean `gaussian`?"));
        assert!(error("swap:1.5").contains("at most 1"));
        assert!(error("swap").contains("expected levels"));
        assert!(error("swap:half").contains("is no level"));
        assert!(error("gaussian:-1").contains("at least 0"));
        assert!(error("gaussian:0").contains("above 0: its standard deviation"));
        assert!(error("gaussian:NaN").contains("is no level"));
    }
}
