//! A real SPL token-swap pool in a [`crate::World`].
