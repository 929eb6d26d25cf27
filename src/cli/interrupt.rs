//! Ctrl-C: the first one stops after what is being played, the second one at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that Ctrl-C (or a request to terminate) raises.
pub(super) fn flag() -> anyhow::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        super::output::message(
            "stopping; what is finished will be kept (press again to stop at once)",
        );
    })?;
    Ok(flag)
}
