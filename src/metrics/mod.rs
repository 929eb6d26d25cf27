//! Numbers folded from what happened.
