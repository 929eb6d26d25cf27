//! Many runs compared fairly.
