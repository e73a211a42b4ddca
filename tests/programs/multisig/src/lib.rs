//! Squads multisig 2.0.0 as an on-chain program: the crate's own entrypoint, unmodified.

#[cfg(all(target_os = "solana", target_arch = "bpf"))]
use solana_compiler_builtins as _;

pub use squads_multisig_program;
