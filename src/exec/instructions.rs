//! The vector instructions of this processor, which decide the order of sums and so the last bits of results.

/// The name of the widest vector instructions that kernels use here, such as `avx512` or `avx2`. Results have the same
/// bits only on processors with the same ones.
pub fn vector_instructions() -> &'static str {
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    {
        if is_x86_feature_detected!("avx512f") {
            return "avx512";
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return "avx2";
        }
        "sse2"
    }
    #[cfg(target_arch = "aarch64")]
    {
        "neon"
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")))]
    {
        "none"
    }
}
