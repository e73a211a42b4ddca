//! `io_payments` on its real binary, swapping through a real SPL token-swap pool: each instruction,
//! each error it can return, each account it checks.

mod buy_back;
mod earnings;
mod fees;
mod fiat;
mod fixture;
mod governance;
mod hostile;
mod idempotency;
mod interplay;
mod pay_io;
mod pay_token;
mod price;
mod random;
mod refund;
mod setup;
mod split;
mod suppliers;
mod swap;
mod token_2022;
mod tokens;
mod venues;
mod window;
