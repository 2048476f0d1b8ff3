//! Calls of decoders of other crates, whose panics on damaged data are errors of the data and no defects of this program.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// How many contained calls this thread is within.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Whether a panic of this thread becomes an error of the data, so that a panic hook has nothing to report.
pub fn is_contained() -> bool {
    DEPTH.with(Cell::get) > 0
}

/// The result of a call, or the message that it panics with. What the call has changed by then must not be used again.
pub(crate) fn contained<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let result = catch_unwind(AssertUnwindSafe(call));
    DEPTH.with(|depth| depth.set(depth.get() - 1));
    result.map_err(|payload| message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("no message");
    // The first line says what is wrong, others are values.
    format!("its decoder failed: {}", text.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_message_and_contained_only_within_the_call() {
        assert_eq!(contained(|| (is_contained(), 2)), Ok((true, 2)));
        assert!(!is_contained());
        let row = std::hint::black_box(3);
        let failed = contained(|| [1, 2][row]).unwrap_err();
        assert!(failed.starts_with("its decoder failed: index out of bounds"), "{failed}");
        assert!(!is_contained());
    }
}
