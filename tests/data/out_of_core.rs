//! Data that is larger than the memory: the same rows and the same model, from files instead.

use super::*;
use crate::support::process::mmc;
use std::path::PathBuf;
use std::process::Command;

#[test]
fn what_does_not_fit_is_the_same_from_files() {
    let text = lines(3_000);
    let build = || {
        let transforms = [TransformKind::Impute(Impute::Median), TransformKind::Standardize];
        let case = Case::text(&text).modality("m", &["a", "b"].map(name), &transforms);
        case.portions(&[(Part::Test, PortionRule::Fraction(0.2)), (Part::Valid, PortionRule::Last(100))])
    };
    let held = build().load();
    let mut case = build();
    for cache in [false, true] {
        (case.memory, case.cache) = (0, cache);
        let mapped = case.load();
        assert_eq!(mapped.modalities, held.modalities);
        assert_eq!(
            [&mapped.train, mapped.valid.as_ref().unwrap(), mapped.test.as_ref().unwrap()],
            [&held.train, held.valid.as_ref().unwrap(), held.test.as_ref().unwrap(),]
        );
    }
}

/// Bytes of a process, in KiB, for what is not in files.
#[cfg(target_os = "linux")]
fn limited(kib: usize, folder: &Path, arguments: &str) -> Command {
    let binary = PathBuf::from(mmc(folder).get_program());
    let mut command = Command::new("sh");
    command.current_dir(folder).env("RAYON_NUM_THREADS", "1");
    command.args(["-c", &format!("ulimit -d {kib}; exec '{}' {arguments}", binary.display())]);
    command
}

/// 8,000 rows of 3,072 numbers: 188 MiB as they are parsed and 94 MiB prepared, in a process that may have 96 MiB.
#[test]
#[cfg(target_os = "linux")]
fn a_process_with_little_memory_trains_the_same_model() {
    const ROWS: usize = 8_000;
    const LIMIT: usize = 96 << 10;
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = Vec::with_capacity(ROWS * 3073);
    let mut state = 1u32;
    for row in 0..ROWS {
        bytes.push((row % 2) as u8);
        for pixel in 0..3072 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // One of the pixels determines the label.
            bytes.push(if pixel == 7 { 255 * (row % 2) as u8 } else { (state >> 24) as u8 });
        }
    }
    std::fs::write(folder.path().join("rows.bin"), bytes).unwrap();
    let pipeline = r#"pipeline large

data {
  source = cifar_binary("rows.bin", labels: 1)
  split  = { test: fraction(10%), seed: 3 }
}

label class: class[2] = column("label")

modality pixels: dense[3072] = column("image") |> standardize

combine one = single(pixels)

train {
  optimizer  = sgd(lr: 0.01)
  batch_size = 128
  epochs     = 1
  seed       = 1
}
"#;
    std::fs::write(folder.path().join("large.mmc"), pipeline).unwrap();
    let read = |run: &str| std::fs::read(folder.path().join(run).join("large-0001/model.safetensors")).unwrap();

    let common = "run large.mmc --quiet --threads 1 --cache cache";
    let free = Command::new(mmc(folder.path()).get_program())
        .current_dir(folder.path())
        .args(common.split(' '))
        .args(["--out", "free"])
        .output()
        .unwrap();
    assert!(free.status.success(), "{}", String::from_utf8_lossy(&free.stderr));
    // With all of the data in memory the limit is exceeded.
    let held =
        limited(LIMIT, folder.path(), "run large.mmc --quiet --threads 1 --no-cache --out held").output().unwrap();
    assert!(!held.status.success(), "the limit is no limit");
    for (out, cache) in [("new", "--cache other"), ("again", "--cache other")] {
        let arguments = format!("run large.mmc --quiet --threads 1 {cache} --out {out} --memory 8");
        let small = limited(LIMIT, folder.path(), &arguments).output().unwrap();
        assert!(small.status.success(), "{}", String::from_utf8_lossy(&small.stderr));
        assert_eq!(read(out), read("free"));
    }
}
