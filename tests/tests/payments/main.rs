//! `io_payments` on its real binary, swapping through a real SPL token-swap pool: each instruction,
//! each error it can return, each account it checks.

mod earnings;
mod fees;
mod fixture;
mod hostile;
mod pay_io;
mod pay_token;
mod price;
mod refund;
mod setup;
mod split;
mod suppliers;
mod swap;
mod token_2022;
mod tokens;
mod venues;
mod window;
