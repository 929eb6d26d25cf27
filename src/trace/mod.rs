//! Rows of recorded demand, whatever format they came in.
