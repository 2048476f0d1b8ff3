//! "Did you mean": the known name nearest to an unknown one.

/// The candidate nearest to `name`, if one is near enough.
///
/// Nearness is the Damerau-Levenshtein distance over lower-case letters: one for names of two to four letters, two for
/// five to seven, and so on; a name of one letter is near to none. Ties go to the candidate listed first.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (candidate, candidate.chars().count()))
        .map(|(candidate, letters)| (candidate, letters, (letters.max(length) + 1) / 3))
        // Two words are at least as far from each other as their lengths.
        .filter(|(_, letters, most)| letters.abs_diff(length) <= *most)
        .map(|(candidate, _, most)| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate, most))
        .filter(|(distance, _, most)| distance <= most)
        .map(|(distance, candidate, _)| (distance, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
