//! Arguments that select the model to build from a file.

use crate::experiment::PipelineOptions;
use clap::Args;
use std::str::FromStr;

/// Selection of the model to build from a file.
#[derive(Debug, Args)]
pub(in crate::cli) struct ModelArgs {
    /// The combine to train, if not the one `train` names
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) combine: Option<String>,
    /// Give a `param` of the file another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<SettingArg>,
}

impl ModelArgs {
    /// The changes under which a pipeline is opened.
    pub(in crate::cli) fn options(&self) -> PipelineOptions {
        let (settings, combine) = (settings(&self.set), self.combine.clone());
        PipelineOptions { settings, combine, ..PipelineOptions::default() }
    }
}

/// Settings as pairs of name and value.
pub(in crate::cli) fn settings(set: &[SettingArg]) -> Vec<(String, String)> {
    set.iter().map(|setting| (setting.name.clone(), setting.value.clone())).collect()
}

/// `NAME=VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct SettingArg {
    pub(in crate::cli) name: String,
    pub(in crate::cli) value: String,
}

impl FromStr for SettingArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err("expected NAME=VALUE, such as `beta=0.8`".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SettingArg;

    #[test]
    fn settings_are_a_name_and_a_value() {
        let setting: SettingArg = " beta = 0.5".parse().unwrap();
        assert_eq!((setting.name.as_str(), setting.value.as_str()), ("beta", "0.5"));
        assert_eq!("path=a=b".parse::<SettingArg>().unwrap().value, "a=b");
        for bad in ["beta", "=1", "beta=", ""] {
            assert!(bad.parse::<SettingArg>().is_err(), "{bad}");
        }
    }
}
