//! Saber stable-swap 1.8.1 as an on-chain program: the crate's own entrypoint, unmodified.

#[cfg(all(target_os = "solana", target_arch = "bpf"))]
use solana_compiler_builtins as _;

pub use stable_swap;
