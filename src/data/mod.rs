//! The data set: readers, transforms fitted on the training rows, splits, cache, batches. Knows no tensors.
