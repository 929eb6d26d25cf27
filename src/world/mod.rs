//! The state of one simulated moment and its legal moves.
