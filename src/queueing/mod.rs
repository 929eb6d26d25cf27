//! Closed forms of queueing theory, used to check the engine and to size estates.
