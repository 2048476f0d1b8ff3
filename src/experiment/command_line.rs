//! Commands as they are typed into a shell.

use super::pipeline::PipelineOptions;
use crate::exec::DeviceChoice;
use std::path::Path;

/// `mmc run FILE` with the changes under which a pipeline was opened, on this device.
pub(crate) fn run_command(file: &Path, options: &PipelineOptions, device: DeviceChoice) -> String {
    let PipelineOptions { settings, combine, seed, epochs } = options;
    let mut words = vec!["mmc".to_owned(), "run".into(), shell_word(&file.display().to_string())];
    let mut add = |option: &str, value: String| words.extend([option.to_owned(), shell_word(&value)]);
    if let Some(combine) = combine {
        add("--combine", combine.clone());
    }
    for (name, value) in settings {
        add("--set", format!("{name}={value}"));
    }
    if let Some(seed) = seed {
        add("--seed", seed.to_string());
    }
    if let Some(epochs) = epochs {
        add("--epochs", epochs.to_string());
    }
    if let DeviceChoice::Cuda(number) = device {
        add("--device", format!("cuda:{number}"));
    }
    words.join(" ")
}

/// A text as a shell reads it as one word.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./+=:,@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_every_change_as_one_word() {
        let settings = vec![("beta".into(), "0.5".into()), ("widths".into(), "[64, 32]".into())];
        let options = PipelineOptions { settings, combine: Some("mul".into()), seed: Some(3), epochs: Some(2) };
        assert_eq!(
            run_command(Path::new("my files/it's.mmc"), &options, DeviceChoice::Cuda(1)),
            r"mmc run 'my files/it'\''s.mmc' --combine mul --set beta=0.5 --set 'widths=[64, 32]' --seed 3 --epochs 2 --device cuda:1"
        );
        let plain = PipelineOptions::default();
        assert_eq!(run_command(Path::new("p.mmc"), &plain, DeviceChoice::Cpu), "mmc run p.mmc");
    }
}
