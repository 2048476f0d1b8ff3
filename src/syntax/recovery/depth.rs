//! How deep the tree of a piece of text will be, before there is a tree: operators and brackets, counted as they come.

/// An open bracket, or the declaration itself.
pub(in crate::syntax) struct Frame {
    pub(in crate::syntax) opener: Option<usize>,
    /// Operators in the current element, `if`s among them.
    pub(in crate::syntax) operators: usize,
    pub(in crate::syntax) ifs: usize,
    /// Calls and fields of the current operand, and the deepest tree within it.
    pub(in crate::syntax) postfixes: usize,
    pub(in crate::syntax) inner: usize,
    /// The deepest tree of all operands of the element, and of all elements so far.
    operand: usize,
    pub(in crate::syntax) height: usize,
}

impl Frame {
    pub(in crate::syntax) fn new(opener: Option<usize>) -> Self {
        Self { opener, operators: 0, ifs: 0, postfixes: 0, inner: 0, operand: 0, height: 0 }
    }

    pub(in crate::syntax) fn end_operand(&mut self) {
        self.operand = self.operand.max(self.postfixes + self.inner);
        (self.postfixes, self.inner) = (0, 0);
    }

    pub(in crate::syntax) fn end_element(&mut self) {
        self.end_operand();
        self.height = self.height.max(self.operators + self.operand);
        (self.operators, self.ifs, self.operand) = (0, 0, 0);
    }

    /// How deep the tree of the current element is at least.
    pub(in crate::syntax) fn depth(&self) -> usize {
        self.operators + self.operand.max(self.postfixes + self.inner)
    }
}
