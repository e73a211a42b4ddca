//! Accounts of `io_staking`.

mod class;
mod config;
mod node;
mod position;
mod slash;
mod terms;
mod ticket;

pub use class::{ClassRule, DeviceClass, MAX_STAKE_MULTIPLE};
pub use config::StakingConfig;
pub use node::{Claim, Cooling, Node, NodeStatus, Tranche, Unstaked};
pub use position::Position;
pub use slash::{SlashProposal, Slashed};
pub use terms::Compound;
pub use ticket::Ticket;

/// Whose stake a position holds, and what can happen to it. Fixed when the position is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(u8)]
pub enum TrancheKind {
    /// The operator's own; slashed first.
    Operator = 0,
    /// A delegator's that no slash can reach.
    Protected = 1,
    /// A delegator's who accepted the class's slashing terms.
    Exposed = 2,
}

impl TrancheKind {
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Operator),
            1 => Some(Self::Protected),
            2 => Some(Self::Exposed),
            _ => None,
        }
    }
}
