//! The tensor operations that the portable form of a combination is written in. A device for training implements both
//! traits; a program that only exports the decision as a graph implements [`Tensors`].

/// Tensors over the classes and the rows of a batch: `Tensor` has one number for each class of each row, `Row` one for
/// each row.
pub trait Tensors {
    /// One number for each class of each row.
    type Tensor: Clone;
    /// One number for each row.
    type Row: Clone;
    /// The error of a computation.
    type Error;

    /// Number of components.
    fn components(&self) -> usize;
    /// Number of classes.
    fn classes(&self) -> usize;
    /// `w_i`: the weight of a component in the class losses.
    fn weight(&self, component: usize) -> f64;

    /// `-log p_i^k` of one component.
    fn neg_log_p(&mut self, component: usize) -> Result<Self::Tensor, Self::Error>;
    /// `log (1 - p_i^k)` of one component.
    fn log_rest(&mut self, component: usize) -> Result<Self::Tensor, Self::Error>;
    /// 1 at the most probable class of a component, the first of several, and 0 at the others.
    fn most_probable(&mut self, component: usize) -> Result<Self::Tensor, Self::Error>;

    /// `factor` on the rows where the component is present, 0 elsewhere.
    fn where_present(&mut self, component: usize, factor: f64) -> Result<Self::Tensor, Self::Error>;
    /// `factor / (C - 1)` on the rows where the component is one of `C > 1` present, 0 elsewhere.
    fn per_other(&mut self, component: usize, factor: f64) -> Result<Self::Tensor, Self::Error>;
    /// `log (C + more)` of each row, with `C` the number of components present; 0 where none is.
    fn log_count(&mut self, more: f64) -> Result<Self::Row, Self::Error>;
    /// The same number for each class on every row where some component is present, 0 elsewhere.
    fn by_class(&mut self, numbers: &[f64]) -> Result<Self::Tensor, Self::Error>;
    /// The class losses as the exact form has them, constant to the gradient: for rules whose functions no device offers.
    fn exact_class_losses(&mut self) -> Result<Self::Tensor, Self::Error>;
    /// Zeros.
    fn zeros(&mut self) -> Result<Self::Tensor, Self::Error>;

    /// The same numbers, as constants to the gradient.
    fn detach(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, Self::Error>;
    /// `x + y`
    fn add(&mut self, x: &Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, Self::Error>;
    /// `x y`, number by number.
    fn mul(&mut self, x: &Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, Self::Error>;
    /// `exp x`
    fn exp(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, Self::Error>;
    /// `log x` on the rows where some component is present, 0 elsewhere.
    fn log(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, Self::Error>;
    /// `-x`
    fn negate(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, Self::Error>;
    /// `log sum_k exp x^k` of each row where some component is present, 0 elsewhere.
    fn log_sum_exp(&mut self, x: &Self::Tensor) -> Result<Self::Row, Self::Error>;
    /// `x^k + y`, the number of the row added to each of its classes.
    fn add_row(&mut self, x: &Self::Tensor, y: &Self::Row) -> Result<Self::Tensor, Self::Error>;
}

/// Tensors of rows whose labels are known: the operations of a training step besides [`Tensors`].
pub trait LabelledTensors: Tensors {
    /// One number for the batch.
    type Loss;

    /// The epoch of the training, counted from 1; `None` outside of a training.
    fn epoch(&self) -> Option<u64>;
    /// The sum of `x^y` over the rows that count, with `y` the label of the row, each weighted by its row, divided by the
    /// weights of the batch.
    fn mean_of_label(&mut self, x: &Self::Tensor) -> Result<Self::Loss, Self::Error>;
    /// The sum over the rows that count, each weighted, divided by the weights of the batch.
    fn mean_of_rows(&mut self, x: &Self::Row) -> Result<Self::Loss, Self::Error>;
    /// The training loss and its gradient as the exact form has them, row by row.
    fn exact_loss(&mut self) -> Result<Self::Loss, Self::Error>;
    /// `x + y`
    fn add_losses(&mut self, x: Self::Loss, y: Self::Loss) -> Result<Self::Loss, Self::Error>;
}
