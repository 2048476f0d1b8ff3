//! How deep the tree of a piece of text will be, before there is a tree: operators and brackets, counted as they come.

/// An open bracket, or the declaration itself.
pub(super) struct Frame {
    pub(super) opener: Option<usize>,
    /// Operators in the current element, `if`s among them.
    pub(super) operators: usize,
    pub(super) ifs: usize,
    /// Calls and fields of the current operand, and the deepest tree within it.
    pub(super) postfixes: usize,
    pub(super) inner: usize,
    /// The deepest tree of all operands of the element, and of all elements so far.
    operand: usize,
    pub(super) height: usize,
}

impl Frame {
    pub(super) fn new(opener: Option<usize>) -> Self {
        Self { opener, operators: 0, ifs: 0, postfixes: 0, inner: 0, operand: 0, height: 0 }
    }

    pub(super) fn end_operand(&mut self) {
        self.operand = self.operand.max(self.postfixes + self.inner);
        (self.postfixes, self.inner) = (0, 0);
    }

    pub(super) fn end_element(&mut self) {
        self.end_operand();
        self.height = self.height.max(self.operators + self.operand);
        (self.operators, self.ifs, self.operand) = (0, 0, 0);
    }

    /// How deep the tree of the current element is at least.
    pub(super) fn depth(&self) -> usize {
        self.operators + self.operand.max(self.postfixes + self.inner)
    }
}
