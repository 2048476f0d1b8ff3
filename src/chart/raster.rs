//! SVG as PNG, by resvg, where the feature `png` is built in.

/// The reason that there is no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RasterError {
    /// This build has no renderer.
    NotBuilt,
    /// The machine has no font.
    NoFont,
    /// The renderer failed, and why.
    Failed(String),
}

/// An SVG as the bytes of a PNG with `scale` pixels for each of its units, in its colours for light paper on white.
///
/// # Errors
/// If this build cannot, or the SVG cannot be rendered.
#[cfg(feature = "png")]
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, RasterError> {
    use resvg::{tiny_skia, usvg};
    let mut options = usvg::Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_system_fonts();
    // Generic families stand for a font that is there.
    let family = |monospaced: bool| {
        let preferred = if monospaced { "Mono" } else { "Sans" };
        let fitting = || fonts.faces().filter(|face| face.monospaced == monospaced);
        let named = fitting().find(|face| face.families.iter().any(|(name, _)| name.contains(preferred)));
        let face = named.or_else(|| fitting().next()).or_else(|| fonts.faces().next())?;
        face.families.first().map(|(name, _)| name.clone())
    };
    let (sans, mono) = (family(false).ok_or(RasterError::NoFont)?, family(true).ok_or(RasterError::NoFont)?);
    fonts.set_sans_serif_family(sans.clone());
    fonts.set_monospace_family(mono);
    options.font_family = sans;
    let failed = |reason: &dyn std::fmt::Display| RasterError::Failed(reason.to_string());
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| failed(&error))?;
    let size = tree.size();
    let side = |length: f32| (length * scale).ceil() as u32;
    let mut pixels =
        tiny_skia::Pixmap::new(side(size.width()), side(size.height())).ok_or_else(|| failed(&"it has no size"))?;
    pixels.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| failed(&error))
}

/// An SVG as the bytes of a PNG.
///
/// # Errors
/// Always: this build has no renderer.
#[cfg(not(feature = "png"))]
pub fn png(_svg: &str, _scale: f32) -> Result<Vec<u8>, RasterError> {
    Err(RasterError::NotBuilt)
}
