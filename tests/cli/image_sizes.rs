//! Images of several sizes from the pipeline to the predictions.

use crate::support::process::{folder, mmc, plain};
use image::{GrayImage, Luma};
use std::fmt::Write;
use std::fs;

#[test]
fn images_of_several_sizes_are_planned_trained_verified_and_predicted() {
    let folder = folder(
        "pipeline small\n\
         data { source = csv(\"t.csv\")\n split = { test: last(8) } }\n\
         label y: class[\"no\", \"yes\"] = column(\"y\")\n\
         modality photo: image[1, 4, 4] = column(\"file\", on_error: skip) |> resize(6, 6) |> crop(4, 4) |> normalize_pixels\n\
         combine one = single(photo |> conv2d(2) |> global_avg_pool)\n\
         train { epochs = 2\n seed = 1 }\n",
    );
    let at = |name: &str| folder.path().join(name);
    let mut table = String::from("y,file\n");
    for row in 0..32u32 {
        let _ = writeln!(table, "{},{row}.png", ["no", "yes"][row as usize % 2]);
        let image = GrayImage::from_fn(3 + row % 7, 4 + row % 5, |x, y| Luma([(40 * x + 25 * y + 9 * row) as u8]));
        image.save(at(&format!("{row}.png"))).unwrap();
    }
    fs::write(at("t.csv"), &table).unwrap();
    fs::write(at("5.png"), "no image").unwrap();
    let plan = mmc(folder.path()).args(["plan", "small.mmc"]).assert().success();
    assert!(plain(&plan.get_output().stdout).contains("resize(6, 6) |> crop(4, 4)"));
    let run = mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().success();
    let shown = plain(&run.get_output().stderr) + &plain(&run.get_output().stdout);
    let note =
        "`photo`: 1 row is left out without an image that can be read, the first is t.csv, line 7, column `file`";
    assert!(shown.contains(note) && shown.contains("23 rows to train"), "{shown}");
    mmc(folder.path()).args(["verify", "small-0001", "--no-cache"]).assert().success();

    let predict = |rows: &[usize]| {
        let lines: Vec<&str> = table.lines().collect();
        let chosen: String = [0].iter().chain(rows).map(|row| format!("{}\n", lines[*row])).collect();
        fs::write(at("new.csv"), chosen).unwrap();
        let done = mmc(folder.path()).args(["predict", "small-0001", "new.csv"]).assert().success();
        plain(&done.get_output().stdout).lines().skip(1).map(|line| line[1..].to_owned()).collect::<Vec<_>>()
    };
    let together = predict(&[25, 26, 27, 28]);
    let alone: Vec<String> = (25..29).flat_map(|row| predict(&[row])).collect();
    assert_eq!(together, alone);
    let predictions = fs::read_to_string(at("runs/small-0001/predictions.csv")).unwrap();
    for (found, written) in together.iter().zip(predictions.lines().skip(1)) {
        assert!(written.ends_with(found.as_str()), "{found} {written}");
    }
}

#[test]
fn images_of_a_folder_that_cannot_be_read_are_left_out_too() {
    let folder = folder(
        "pipeline small\n\
         data { source = images(\"photos\")\n split = { test: fraction(25%), stratify: kind } }\n\
         label kind: class[\"cat\", \"dog\"] = column(\"label\")\n\
         modality photo: image[1, 4, 4] = column(\"image\", on_error: skip) |> normalize_pixels\n\
         combine one = single(photo |> conv2d(2) |> global_avg_pool)\n\
         train { epochs = 1\n seed = 1 }\n",
    );
    for (at, kind) in ["cat", "dog"].into_iter().enumerate() {
        let place = folder.path().join("photos").join(kind);
        fs::create_dir_all(&place).unwrap();
        for image in 0..12u32 {
            let pixels = GrayImage::from_fn(4, 4, |x, y| Luma([(40 * x + 9 * y + 6 * image + 20 * at as u32) as u8]));
            pixels.save(place.join(format!("{image:02}.png"))).unwrap();
        }
        fs::write(place.join(format!("{:02}.png", 3 + at)), "no image").unwrap();
    }
    let run = mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().success();
    let shown = plain(&run.get_output().stderr) + &plain(&run.get_output().stdout);
    let note = "`photo`: 2 rows are left out without an image that can be read, the first is photos/cat/03.png";
    assert!(shown.contains(note) && shown.contains("cat: 11, dog: 11"), "{shown}");
    mmc(folder.path()).args(["verify", "small-0001", "--no-cache"]).assert().success();
}
