//! `io_mint` on its real binary: each instruction, each error it can return, each account it checks.

mod accounts;
mod adopt;
mod burn;
mod fixture;
mod governance;
mod initialize;
mod metadata;
mod mint_to;
mod minters;
