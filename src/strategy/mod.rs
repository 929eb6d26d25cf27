//! What an operator would decide now.
