//! Contrast by the rules of WCAG 2.2, level AA, computed from the colours of the style sheet.

use mmc::chart::{Ink, palette_style};

/// Red, green and blue of `#rrggbb`, between 0 and 1.
fn channels(color: &str) -> [f64; 3] {
    [1, 3, 5].map(|at| f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0)
}

fn luminance(color: [f64; 3]) -> f64 {
    let linear = color.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// A colour of this opacity on another.
fn blended(over: [f64; 3], under: [f64; 3], opacity: f64) -> [f64; 3] {
    [0, 1, 2].map(|at| opacity * over[at] + (1.0 - opacity) * under[at])
}

#[test]
fn contrast_is_that_of_the_standard() {
    assert!((contrast(channels("#000000"), channels("#ffffff")) - 21.0).abs() < 1e-9);
    assert!((contrast(channels("#777777"), channels("#ffffff")) - 4.48).abs() < 0.01);
}

#[test]
fn texts_and_lines_have_enough_contrast() {
    for which in [0, 1] {
        let of = |ink: Ink| channels(ink.colors()[which]);
        for paper in [Ink::Paper, Ink::Box, Ink::Raised] {
            for text in [Ink::Text, Ink::Soft] {
                let found = contrast(of(text), of(paper));
                assert!(found >= 4.5, "{text:?} on {paper:?}: {found:.2}");
            }
        }
        // Links have the first colour of data; what is not text needs 3.
        assert!(contrast(of(Ink::Series(0)), of(Ink::Paper)) >= 4.5);
        for ink in Ink::all().filter(|ink| matches!(ink, Ink::Series(_) | Ink::Rule)) {
            let found = contrast(of(ink), of(Ink::Paper));
            assert!(found >= 3.0, "{ink:?}: {found:.2}");
        }
        // Numbers on shaded cells: at most half of a colour.
        for series in [0, 1] {
            let shaded = blended(of(Ink::Series(series)), of(Ink::Box), 0.5);
            let found = contrast(of(Ink::Text), shaded);
            assert!(found >= 4.5, "text on {series} shaded: {found:.2}");
        }
    }
}

#[test]
fn the_style_sheet_has_every_colour_for_light_and_dark() {
    let style = palette_style(":root");
    let (light, dark) = style.split_once("@media").unwrap();
    for ink in Ink::all() {
        let [of_light, of_dark] = ink.colors();
        assert!(light.contains(&format!("--{}: {of_light};", ink.name())), "{ink:?}");
        assert!(dark.contains(&format!("--{}: {of_dark};", ink.name())), "{ink:?}");
        assert!(dark.contains(&format!(".f-{} {{ fill: var(--{}); }}", ink.name(), ink.name())));
    }
}
