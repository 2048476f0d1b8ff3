//! Errors of the public interface: what they carry and how they print.

use crate::support::process::{SMALL, folder, mmc, plain};
use mmc::{Code, ErrorKind, NoFiles, Pipeline, PipelineOptions, TrainOptions};
use std::fs;

#[test]
fn an_error_prints_as_the_terminal_shows_it() {
    let folder = folder(&SMALL.replace("mlp([16])", "mpl([16])"));
    let path = folder.path().join("small.mmc");
    let error = Pipeline::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let shown = mmc(folder.path()).arg("plan").arg(&path).assert().code(1);
    let shown = plain(&shown.get_output().stderr);
    assert_eq!(shown.trim_end().strip_suffix("\n\n1 error").unwrap(), error.to_string());
    assert_eq!(format!("{error:?}"), error.to_string());
    let text = fs::read_to_string(&path).unwrap();
    let place = error.problems().iter().next().unwrap().place().unwrap();
    assert_eq!(error.sources().snippet(place), &text[place.range()]);
    // It implements `std::error::Error`.
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
    assert!(boxed.to_string().contains("did you mean `mlp`"), "{boxed}");
}

#[test]
fn what_cannot_be_read_is_not_the_pipelines_fault() {
    let error = Pipeline::open("no/such/file.mmc").unwrap_err();
    assert_eq!((error.kind(), error.problems().len()), (ErrorKind::CannotRun, 0));
    assert!(error.to_string().starts_with("error: there is no file `no/such/file.mmc`"), "{error}");
    let options = TrainOptions { device: mmc::DeviceChoice::Cuda(0), ..TrainOptions::default() };
    if cfg!(not(feature = "cuda")) {
        let error = Pipeline::from_text(SMALL, NoFiles).unwrap().train(&options, |_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CannotRun);
        assert!(error.problems().iter().any(|problem| problem.code == Code::NoDevice));
    }
}

#[test]
fn changes_that_do_not_fit_are_errors() {
    let pipeline = || Pipeline::from_text(SMALL, NoFiles).unwrap();
    assert!(pipeline().set("beta", "0.3").unwrap_err().to_string().contains("--set beta"));
    assert!(pipeline().combine("mull").unwrap_err().to_string().contains("did you mean `mul`"));
    let choices = format!("{SMALL}\ncombine other = single(high_net)\n").replace("  combine    = mul\n", "");
    assert!(Pipeline::from_text(&choices, NoFiles).is_err());
    let options = PipelineOptions { combine: Some("other".into()), ..PipelineOptions::default() };
    assert_eq!(Pipeline::from_text_with(&choices, NoFiles, options).unwrap().plan().combine, "other");
    let library = Pipeline::from_text("fn twice(x) = x |> linear(2)\n", NoFiles).unwrap_err();
    assert!(library.text().unwrap().contains("no pipeline"), "{library}");
}
