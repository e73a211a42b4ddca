//! Nodes and stake.

mod clear;
mod node;
mod operator;
mod staker;

pub use clear::{Clearing, clear_node};
pub use node::{Holding, NodeState};
pub use operator::{
    close_node, register_node, retire_node, set_commission, set_delegation, sync_class,
};
pub use staker::{
    Claims, Withdrawals, cancel_unstake, claim, close_positions, compound, positions_of,
    set_payout, stake, tickets_of, unstake, withdraw,
};

/// The id of a node: 64 hexadecimal digits as such, or a name of 1 to 32 bytes, zero padded; `None` if it
/// is neither.
pub fn node_id(text: &str) -> Option<[u8; 32]> {
    if let Some(id) = super::from_hex(text) {
        return Some(id);
    }
    let mut id = [0; 32];
    let name = text.as_bytes();
    id.get_mut(..name.len())
        .filter(|_| !name.is_empty())?
        .copy_from_slice(name);
    Some(id)
}
