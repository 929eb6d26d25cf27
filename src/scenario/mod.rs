//! What the user wrote, exactly.
