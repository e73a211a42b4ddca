//! `io_staking` on its real binary: each instruction, each error it can return, each account it checks.

mod asserts;
mod class;
mod closing;
mod commission;
mod compound;
mod cost;
mod crowd;
mod deposit;
mod fixture;
mod governance;
mod initialize;
mod live;
mod node;
mod position;
mod review;
mod rewards;
mod slash;
mod traps;
mod unstake;
mod withdraw;
