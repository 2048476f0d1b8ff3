//! Images of several sizes and formats: resized, cropped and padded as written, upright, skipped and counted.

use super::typed_formats::{archive, labels, npy};
use super::*;
use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba};
use mmc::data::{ApplyRequest, LabelUse, Preprocessing, apply, source_of};

const RESIZE: TransformKind = TransformKind::Size(SizeStep::Resize([2, 2]));

/// A table of images of other sizes, read as `image[channels, 2, 2]` after these transforms.
fn case(images: &[(&str, DynamicImage)], channels: usize, transforms: &[TransformKind]) -> Case {
    let case = Case::new(&["t.csv"]).modality("photo", &[name("file")], transforms);
    let mut table = "y,file\n".to_owned();
    for (at, (file, image)) in images.iter().enumerate() {
        table.push_str(&format!("{},{file}\n", if at % 2 == 0 { "no" } else { "yes" }));
        image.save(case.folder.path().join(file)).unwrap();
    }
    case.write("t.csv", table.as_bytes());
    case.kind(ModalityKind::Image, &[channels, 2, 2])
}

fn grey(height: u32, width: u32, pixels: &[u8]) -> DynamicImage {
    GrayImage::from_raw(width, height, pixels.to_vec()).unwrap().into()
}

#[test]
fn images_of_several_sizes_are_brought_to_one() {
    let images = [
        ("a.png", grey(2, 2, &[1, 2, 3, 4])),
        ("b.png", grey(4, 4, &[10, 10, 20, 20, 10, 10, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40])),
        ("c.png", grey(1, 3, &[7, 8, 9])),
    ];
    let fixed = |transforms: &[TransformKind]| {
        let case = case(&images, 1, transforms);
        let values = case.load().train.modalities[0].values();
        // New rows are prepared in the same way.
        let fitted = Preprocessing::from_json(&case.load().preprocessing().to_json(), "preprocessing.json").unwrap();
        let source = source_of(Path::new("t.csv"), true).unwrap();
        let request = ApplyRequest {
            source: &source,
            base: case.folder.path(),
            modalities: vec![],
            labels: LabelUse::Required,
            required: vec![],
            cache: None,
            memory: 1 << 30,
        };
        assert_eq!(apply(&fitted, &request).value.unwrap().rows.modalities[0].values(), values);
        values
    };
    let step = |step: SizeStep| TransformKind::Size(step);
    let resized = fixed(&[RESIZE]);
    assert_eq!(resized[..4], [1.0, 2.0, 3.0, 4.0]);
    let expected = [10.0, 20.0, 30.0, 40.0];
    assert!(resized[4..8].iter().zip(expected).all(|(pixel, expected)| (pixel - expected).abs() <= 5.0), "{resized:?}");
    // The middle of what is larger, in the middle of zeros what is smaller.
    let middle = fixed(&[step(SizeStep::Crop([2, 2])), step(SizeStep::Pad([2, 2]))]);
    assert_eq!(middle, [1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0, 7.0, 8.0, 0.0, 0.0]);
    let scaled = fixed(&[RESIZE, TransformKind::NormalizePixels]);
    assert_eq!(scaled[0], 1.0 / 255.0);
}

#[test]
fn images_of_another_size_are_an_error_with_its_edit() {
    let images = [("a.png", grey(2, 2, &[1, 2, 3, 4])), ("b.png", grey(1, 3, &[7, 8, 9]))];
    let problem = case(&images, 1, &[]).problem();
    assert_eq!(
        (problem.code, problem.message.as_str()),
        (Code::BadImage, "`b.png`: the image is 1 high and 3 wide, not 2 and 2")
    );
    let edit = &problem.edits[0];
    assert_eq!((edit.span.start, edit.replacement.as_str()), (span(COLUMNS - 1).end, " |> resize(2, 2)"));
    let problem = case(&images, 1, &[TransformKind::NormalizePixels]).problem();
    let edit = &problem.edits[0];
    assert_eq!(
        (edit.span.start, edit.span.end, edit.replacement.as_str()),
        (span(TRANSFORM).start, span(TRANSFORM).start, "resize(2, 2) |> ")
    );
}

/// A JPEG of a dark and a bright half, side by side, with the entry for its orientation.
fn jpeg(orientation: u8) -> Vec<u8> {
    let image = GrayImage::from_fn(16, 16, |x, _| Luma([if x < 8 { 20 } else { 220 }]));
    let mut bytes = std::io::Cursor::new(vec![]);
    image.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let bytes = bytes.into_inner();
    // A directory of one entry: 0x0112, a short number.
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&bytes[..2], &[0xff, 0xe1], &length, &exif, &bytes[2..]].concat()
}

#[test]
fn photos_are_upright_as_their_camera_says() {
    // 1: as it is. 3: by half a turn. 6: a quarter to the right, so that the left becomes the top. 8: to the left.
    for (orientation, dark) in [(1, [0, 2]), (3, [1, 3]), (6, [0, 1]), (8, [2, 3])] {
        let case = case(&[("a.png", grey(1, 1, &[0]))], 1, &[RESIZE]);
        case.write("t.csv", b"y,file\nno,photo\n");
        // The format is that of the first bytes, whatever the name.
        case.write("photo", &jpeg(orientation));
        let values = case.load().train.modalities[0].values();
        let found: Vec<usize> = (0..4).filter(|at| values[*at] < 100.0).collect();
        assert_eq!(found, dark, "{orientation}: {values:?}");
    }
}

#[test]
fn every_format_and_kind_of_pixel_is_read() {
    let colour: DynamicImage = RgbImage::from_fn(2, 2, |x, y| Rgb([40 * x as u8, 40 * y as u8, 200])).into();
    let clear = ImageBuffer::from_fn(2, 2, |x, y| Rgba([40 * x as u8, 40 * y as u8, 200, 255])).into();
    let expected = [0.0, 40.0, 0.0, 40.0, 0.0, 0.0, 40.0, 40.0, 200.0, 200.0, 200.0, 200.0];
    let deep: ImageBuffer<Rgb<u16>, Vec<u16>> =
        ImageBuffer::from_fn(2, 2, |x, y| Rgb([40 * 257 * x as u16, 40 * 257 * y as u16, 200 * 257]));
    let deep = DynamicImage::from(deep);
    let files = [
        ("a.png", &colour),
        ("a.bmp", &colour),
        ("a.tiff", &colour),
        ("a.webp", &colour),
        ("a.gif", &clear),
        ("b.png", &clear),
        ("c.png", &deep),
    ];
    for (file, image) in files {
        let values = case(&[(file, image.clone())], 3, &[]).load().train.modalities[0].values();
        let near =
            |(found, expected): (&f32, &f32)| (found - expected).abs() <= if file == "a.gif" { 12.0 } else { 0.0 };
        assert!(values.len() == 12 && values.iter().zip(&expected).all(near), "{file}: {values:?}");
    }
    // Grey as three channels, and with how opaque it is.
    let values = case(&[("a.png", grey(2, 2, &[1, 2, 3, 4]))], 3, &[]).load().train.modalities[0].values();
    assert_eq!(values, [[1.0, 2.0, 3.0, 4.0]; 3].concat());
    let veiled: ImageBuffer<LumaA<u8>, Vec<u8>> = ImageBuffer::from_fn(2, 2, |x, _| LumaA([9, 100 * x as u8]));
    let values = case(&[("a.png", veiled.into())], 4, &[]).load().train.modalities[0].values();
    assert_eq!(values, [[9.0; 4], [9.0; 4], [9.0; 4], [0.0, 100.0, 0.0, 100.0]].concat());
}

#[test]
fn unreadable_images_are_an_error_or_left_out_and_counted() {
    let images: Vec<(String, DynamicImage)> =
        (0..6).map(|at| (format!("{at}.png"), grey(2, 2, &[at, at, at, at]))).collect();
    let images: Vec<(&str, DynamicImage)> = images.iter().map(|(name, image)| (name.as_str(), image.clone())).collect();
    let broken = |skip: bool| {
        let mut case = case(&images, 1, &[]).portions(&[(Part::Test, PortionRule::Last(2))]);
        case.modalities[0].skip_unreadable = skip;
        case.cache = true;
        case.write("1.png", b"no image");
        std::fs::remove_file(case.folder.path().join("4.png")).unwrap();
        case
    };
    let problems = broken(false).problems();
    assert_eq!(problems.len(), 2);
    assert!(problems.iter().all(|problem| problem.edits[0].replacement == ", on_error: skip"));

    let mut case = broken(true);
    for _ in 0..2 {
        // The second time from the cache.
        let data = case.load();
        assert_eq!((data.train.row_ids.as_slice(), data.train.labels.as_slice()), (&[0, 2, 3][..], &[0, 0, 1][..]));
        assert_eq!(data.train.modalities[0].values(), [[0.0; 4], [2.0; 4], [3.0; 4]].concat());
        assert_eq!(data.test.unwrap().row_ids, [5]);
        let note =
            "`photo`: 2 rows are left out without an image that can be read, the first is t.csv, line 3, column `file`";
        assert!(data.notes.iter().any(|found| found == note), "{:?}", data.notes);
    }
    // A modality that may be missing is missing.
    case.modalities[0].optional = true;
    let data = case.load();
    assert_eq!(data.train.modalities[0].present.as_deref(), Some(&[true, false, true, true][..]));
    case.modalities[0].optional = false;
    case.write("5.png", b"");
    let problem = case.problem();
    assert!(problem.code == Code::BadImage && problem.message.contains("no row of `test`"), "{problem:#?}");
}

#[test]
fn a_folder_says_which_files_are_no_images() {
    let mut case = Case::new(&[]).modality("photo", &[name("image")], &[]).kind(ModalityKind::Image, &[1, 2, 2]);
    case = case.source(SourceKind::Images { folder: path("pets") });
    case.label.classes = Classes::Count(2);
    case.label.column.select = name("label");
    std::fs::create_dir_all(case.folder.path().join("pets/cat")).unwrap();
    std::fs::create_dir_all(case.folder.path().join("pets/dog")).unwrap();
    case.write("pets/cat/notes.txt", b"they purr");
    let empty = case.problem();
    assert!(empty.code == Code::EmptyData && empty.help.unwrap().contains("`cat/notes.txt`"));
    let image = grey(2, 2, &[1, 2, 3, 4]);
    for (file, format) in
        [("cat/a.webp", ImageFormat::WebP), ("dog/a.tif", ImageFormat::Tiff), ("dog/b", ImageFormat::Png)]
    {
        image.save_with_format(case.folder.path().join("pets").join(file), format).unwrap();
    }
    image.save_with_format(case.folder.path().join("pets/stray.png"), ImageFormat::Png).unwrap();
    let data = case.load();
    assert_eq!(data.train.labels, [0, 1, 1]);
    assert_eq!(data.train.modalities[0].values(), [[1.0, 2.0, 3.0, 4.0]; 3].concat());
    let note = "`pets`: 2 files are no images in sub-folders, and passed over: `cat/notes.txt`, `stray.png`";
    assert!(data.notes.iter().any(|found| found == note), "{:?}", data.notes);
}

#[test]
fn arrays_of_images_are_resized_too() {
    let pixels: Vec<u8> = (0..48).map(|at| if at % 4 < 2 { 10 } else { 90 }).collect();
    for shape in ["3, 4, 4", "3, 4, 4, 1", "3, 1, 4, 4"] {
        let images = ("photo", npy("|u1", shape, false, &pixels));
        let mut case = archive(&[labels(), images], &["photo"]).kind(ModalityKind::Image, &[1, 2, 2]);
        let transform = |kind: TransformKind| Transform { kind, span: span(TRANSFORM) };
        case.modalities[0].transforms = vec![transform(TransformKind::Size(SizeStep::Crop([2, 2])))];
        assert_eq!(case.load().train.modalities[0].values(), [10.0, 90.0].repeat(6), "{shape}");
        case.modalities[0].transforms =
            vec![transform(RESIZE), transform(TransformKind::SubtractMean { reference: false })];
        assert_eq!(case.load().train.modalities[0].values(), [0.0; 12], "{shape}");
    }
    let images = ("photo", npy("<f4", "3, 4, 4", false, &[0; 192]));
    let mut case = archive(&[labels(), images], &["photo"]).kind(ModalityKind::Image, &[1, 2, 2]);
    case.modalities[0].transforms = vec![Transform { kind: RESIZE, span: span(TRANSFORM) }];
    assert!(case.problem().message.contains("from 0 to 255"));
}
