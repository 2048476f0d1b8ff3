//! What the name of a column says of its meaning.

/// Words in names of columns whose numbers are measured or counted.
const QUANTITIES: &str = "age amount average avg children clicks count count_of days degree depth distance duration grade \
    height hours income kids length level likes max mean min minutes months n num number order pct percent points price \
    quantity qty rank rate rating ratio rooms salary score seconds share size speed stars std sum temp temperature time \
    total value views volume votes weight width year years";

/// Words in names of columns whose numbers are names for something.
const CODES: &str = "area bin branch brand cat category channel city class cluster code color colour country county \
    department dept district flag gender genre group id job key kind lang language model nation occupation plz postal \
    postcode product profession race region route sector section segment sex sku state status store type user zip \
    zipcode zone";

/// Words in names of columns that name the row, or what it is of.
const IDS: &str = "guid id ids index key nr rowid uuid";

/// Words in names of columns that name somebody or something that several rows are of.
const ENTITIES: &str = "author client customer family household participant patient person player session speaker student \
    subject user";

/// The words of a name, in lower case: `zipCode_2` has `zip`, `code` and `2`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        if !letter.is_alphanumeric() || before.is_lowercase() && letter.is_uppercase() {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(letter.to_lowercase()));
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

fn has_word_of(name: &str, list: &str) -> bool {
    words(name).iter().any(|word| list.split_whitespace().any(|known| known == word))
}

/// Whether the name says that numbers are measured or counted.
pub(super) fn names_a_quantity(name: &str) -> bool {
    has_word_of(name, QUANTITIES)
}

/// Whether the name says that numbers are names for something.
pub(super) fn names_a_code(name: &str) -> bool {
    has_word_of(name, CODES)
}

/// Whether the name says that the column names rows, or what they are of.
pub(super) fn names_an_id(name: &str) -> bool {
    let words = words(name);
    let list = || IDS.split_whitespace();
    words.last().is_some_and(|last| list().any(|id| id == last))
        || words.first().is_some_and(|first| words.len() < 3 && list().any(|id| id == first))
}

/// Whether the name says that the column names somebody, of whom there may be several rows.
pub(super) fn names_an_entity(name: &str) -> bool {
    has_word_of(name, ENTITIES) && (names_an_id(name) || words(name).len() == 1)
}

/// Whether the name says that the column divides the rows into parts.
pub(super) fn names_a_split(name: &str) -> bool {
    has_word_of(name, "fold part partition set split subset")
}

/// The prefix of the name of a column: up to a separator, or without trailing digits.
pub(super) fn prefix(name: &str) -> &str {
    match name.find(['_', '.', '-', ' ']) {
        Some(at) if at > 0 => &name[..at],
        _ => match name.trim_end_matches(|letter: char| letter.is_ascii_digit()) {
            "" => name,
            rest => rest,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words("zipCode_2 of-HOME"), ["zip", "code", "2", "of", "home"]);
        assert!(words("__").is_empty());
    }

    #[test]
    fn words_of_names_decide() {
        assert!(names_a_code("zip_code") && names_a_code("jobType") && !names_a_code("hours"));
        assert!(names_a_quantity("n_children") && names_a_quantity("Review Score") && !names_a_quantity("zip"));
        assert!(names_an_id("id") && names_an_id("PassengerId") && names_an_id("id_2") && !names_an_id("idle"));
        assert!(names_an_entity("patient_id") && names_an_entity("subject") && !names_an_entity("user_agent"));
    }

    #[test]
    fn names_begin_alike() {
        for (name, expected) in
            [("fou_12", "fou"), ("x3", "x"), ("low_lepton_pt", "low"), ("height", "height"), ("12", "12"), ("_a", "_a")]
        {
            assert_eq!(prefix(name), expected);
        }
    }
}
