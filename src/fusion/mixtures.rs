//! Which mixtures of inputs are candidates in MulMix (equation 11).

/// The `mixtures` setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Mixtures {
    /// Every subset of at most so many inputs.
    UpTo(usize),
    /// These, each a list of inputs by index.
    Listed(Vec<Vec<usize>>),
}

impl Mixtures {
    /// The mixtures over `inputs` inputs, smaller ones first, in the order of the inputs.
    pub fn of(&self, inputs: usize) -> Vec<Vec<usize>> {
        match self {
            Mixtures::Listed(listed) => listed.clone(),
            Mixtures::UpTo(most) => (1..=inputs.min(*most)).flat_map(|size| subsets(inputs, size)).collect(),
        }
    }
}

/// The subsets of one size, in lexicographic order.
fn subsets(inputs: usize, size: usize) -> Vec<Vec<usize>> {
    let mut all = vec![];
    let mut subset: Vec<usize> = (0..size).collect();
    loop {
        all.push(subset.clone());
        let Some(place) = (0..size).rev().find(|place| subset[*place] < inputs - size + place) else { return all };
        subset[place] += 1;
        for after in place + 1..size {
            subset[after] = subset[after - 1] + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mixtures_of_three_are_the_seven_of_the_paper_in_its_order() {
        let all = Mixtures::UpTo(3).of(3);
        assert_eq!(all, [vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2], vec![0, 1, 2]]);
    }

    #[test]
    fn up_to_two_of_six_are_six_and_fifteen() {
        assert_eq!(Mixtures::UpTo(2).of(6).len(), 21);
        assert_eq!(Mixtures::UpTo(9).of(6).len(), 63);
    }
}
