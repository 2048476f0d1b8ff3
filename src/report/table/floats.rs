//! Numbers as the shortest decimals that read back as the same bits.

/// Numbers as text, without a buffer for each.
#[derive(Default)]
pub(super) struct FloatText {
    digits: ryu::Buffer,
}

impl FloatText {
    /// The shortest decimal that reads back as the same number of the same width; `NaN`, `inf` and `-inf` for others.
    pub(super) fn of(&mut self, number: impl ryu::Float) -> &str {
        let text = self.digits.format(number);
        text.strip_suffix(".0").unwrap_or(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_short() {
        let mut text = FloatText::default();
        let shown = [0.1f32, 1.0, 0.0, 1e-30, 16_777_216.0].map(|number| text.of(number).to_owned());
        assert_eq!(shown, ["0.1", "1", "0", "1e-30", "16777216"]);
    }

    proptest! {
        #[test]
        fn every_number_reads_back(bits: u32) {
            let number = f32::from_bits(bits);
            prop_assume!(number.is_finite());
            let mut text = FloatText::default();
            prop_assert_eq!(text.of(number).parse::<f32>().unwrap().to_bits(), bits);
            // A sign, `0.00000` and nine digits are the longest.
            prop_assert!(text.of(number).len() <= 17);
        }
    }
}
