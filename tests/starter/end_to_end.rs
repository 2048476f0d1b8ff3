//! From `mmc new` to a trained model, without a change of the file: each of these tables has something to learn.

use super::{new, trains};
use image::{Rgb, RgbImage};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The text of the pipeline that `mmc new` makes for files, which learns to be wrong on fewer rows than `most`.
fn learns(folder: &Path, files: &[&str], epochs: usize, most: f64) -> String {
    new(folder, &[files, &["-o", "pipeline.mmc"]].concat());
    let text = fs::read_to_string(folder.join("pipeline.mmc")).unwrap();
    let error = trains(folder, epochs);
    assert!(error < most, "wrong on {error} of the test rows\n{text}");
    text
}

fn random() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(7)
}

fn one_of<'t>(random: &mut ChaCha8Rng, words: &[&'t str]) -> &'t str {
    words[random.random_range(0..words.len())]
}

#[test]
fn reviews_of_clothing() {
    let folder = TempDir::new().unwrap();
    let mut random = random();
    let mut text = String::from("Clothing ID,Age,Review Text,Rating,Class Name,Recommended\n");
    for _ in 0..600 {
        let good = random.random_bool(0.5);
        let words = if good { ["love", "soft", "perfect"] } else { ["cheap", "scratchy", "returned"] };
        let plain = ["the", "dress", "i", "bought", "it", "in", "blue", "for", "my", "and"];
        let mut review: Vec<&str> = (0..8).map(|_| one_of(&mut random, &plain)).collect();
        let place = random.random_range(0..8);
        review.insert(place, one_of(&mut random, &words));
        let review = if random.random_bool(0.05) { String::new() } else { review.join(" ") };
        let rating = if good { random.random_range(3..=5) } else { random.random_range(1..=4) };
        let kind = one_of(&mut random, &["Dresses", "Tops", "Pants"]);
        let (id, age) = (random.random_range(700..730), random.random_range(18..80));
        let _ = writeln!(text, "{id},{age},\"{review}\",{rating},{kind},{}", if good { "yes" } else { "no" });
    }
    fs::write(folder.path().join("reviews.csv"), text).unwrap();
    let text = learns(folder.path(), &["reviews.csv"], 25, 0.15);
    for part in ["label recommended:", "review_text?: text[", "class_name", "words("] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn collisions_with_numbers_for_missing() {
    let folder = TempDir::new().unwrap();
    let mut random = random();
    let mut text = String::from("EventId,DER_mass,DER_pt,PRI_tau,PRI_jet,Label\n");
    for row in 0..800 {
        let [mass, pt, tau, jet] = [0; 4].map(|_| random.random_range(-2.0..2.0f64));
        let signal = mass + pt * tau > 0.3;
        let jet = if random.random_bool(0.4) { -999.0 } else { jet };
        let _ =
            writeln!(text, "{},{mass:.3},{pt:.3},{tau:.3},{jet:.3},{}", 100_000 + row, if signal { "s" } else { "b" });
    }
    fs::write(folder.path().join("atlas.csv"), text).unwrap();
    let text = learns(folder.path(), &["atlas.csv"], 25, 0.25);
    for part in ["missing(values: [-999])", "DER_*", "PRI_*", "# Left out: `EventId`"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn names_with_dates() {
    let folder = TempDir::new().unwrap();
    let mut random = random();
    let mut text = String::from("name,born,gender\n");
    for _ in 0..700 {
        let female = random.random_bool(0.5);
        let syllables = ["an", "be", "ro", "li", "ta", "mu", "sen", "kar"];
        let stem: String = (0..3).map(|_| one_of(&mut random, &syllables)).collect();
        let (year, month, day) =
            (random.random_range(1940..2000), random.random_range(1..=12), random.random_range(1..=28));
        let ending = if female { "a" } else { "os" };
        let _ = writeln!(text, "{stem}{ending},{year}-{month:02}-{day:02},{}", if female { "f" } else { "m" });
    }
    fs::write(folder.path().join("people.csv"), text).unwrap();
    let text = learns(folder.path(), &["people.csv"], 15, 0.15);
    assert!(text.contains("chars(max:") && text.contains("date(days"), "{text}");
}

#[test]
fn images_with_a_table() {
    let folder = TempDir::new().unwrap();
    let mut random = random();
    fs::create_dir(folder.path().join("photos")).unwrap();
    let mut text = String::from("photo,weight,ripe\n");
    for row in 0..120 {
        let ripe = random.random_bool(0.5);
        let red = if ripe { 200 } else { 70 };
        let noise: u8 = random.random_range(0..50);
        let pixel = |x: u32, y: u32| Rgb([red + noise, 90, ((x * y) % 40) as u8 + noise]);
        RgbImage::from_fn(12, 12, pixel).save(folder.path().join(format!("photos/{row}.png"))).unwrap();
        let weight = random.random_range(50.0..80.0) + if ripe { 10.0 } else { 0.0 };
        let _ = writeln!(text, "photos/{row}.png,{weight:.1},{}", if ripe { "yes" } else { "no" });
    }
    fs::write(folder.path().join("fruit.csv"), text).unwrap();
    let text = learns(folder.path(), &["fruit.csv"], 10, 0.2);
    assert!(text.contains("image[3, 12, 12] = column(\"photo\")") && text.contains("weight"), "{text}");
}

#[test]
fn embeddings_joined_by_a_key() {
    let folder = TempDir::new().unwrap();
    let mut random = random();
    let (mut people, mut faces) = (String::from("id,age,smiles\n"), String::new());
    for row in 0..300 {
        let smiles = random.random_bool(0.5);
        let center = if smiles { 0.7 } else { -0.7 };
        let face: Vec<f64> = (0..6).map(|_| center + random.random_range(-1.0..1.0)).collect();
        let _ = writeln!(people, "u{row:04},{},{}", random.random_range(18..70), if smiles { "yes" } else { "no" });
        let _ = writeln!(faces, "{{\"id\": \"u{row:04}\", \"face\": {face:?}}}");
    }
    fs::write(folder.path().join("people.csv"), people).unwrap();
    fs::write(folder.path().join("faces.jsonl"), faces).unwrap();
    let text = learns(folder.path(), &["faces.jsonl", "people.csv"], 15, 0.15);
    assert!(text.contains("join(csv(\"people.csv\"), jsonl(\"faces.jsonl\"), on: \"id\")"), "{text}");
    assert!(text.contains("dense[6] = column(\"face\")"), "{text}");
}
