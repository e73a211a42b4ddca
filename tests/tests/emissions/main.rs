//! `io_emissions` on its real binary: each instruction, each error it can return, each account it
//! checks, together with the real `io_mint` and `io_staking`.

mod advance;
mod batches;
mod cases;
mod enrolment;
mod fixture;
mod governance;
mod harvest;
mod initialize;
mod monthly;
mod scores;
mod sync;
