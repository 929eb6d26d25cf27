//! How much a placement splinters a node, for packing by fragmentation.

/// FGD on whole GPUs (Weng et al., USENIX ATC'23): the fragmentation of a node with f free GPUs is the
/// expected number of them that a random request of the mix cannot use, F(f) = f · Σ_{m>f} w_m; the table
/// holds F(f − g) − F(f) for every g ≤ f.
pub(super) fn fragmentation_growth(per_node: u32, mix: &[(u64, u64)]) -> Vec<i64> {
    let sizes = per_node as usize + 1;
    let fragmentation = |free: usize| -> i64 {
        let unable: u64 = mix
            .iter()
            .filter(|&&(size, _)| size.min(u64::from(per_node)) > free as u64)
            .map(|&(_, w)| w)
            .sum();
        (free as u64 * unable) as i64
    };
    let mut growth = vec![0; sizes * sizes];
    for gpus in 0..sizes {
        for free in gpus..sizes {
            growth[gpus * sizes + free] = fragmentation(free - gpus) - fragmentation(free);
        }
    }
    growth
}
