//! One instruction a file: what must hold, the accounts, the handler.

mod accept_authority;
mod advance_epoch;
mod cancel_changes;
mod close_node_emission;
mod enroll_node;
mod harvest;
mod initialize;
mod nominate_authority;
mod schedule_rule;
mod schedule_shares;
mod set_guardian;
mod set_scorer;
mod set_scores;
mod sync_node;

pub use accept_authority::*;
pub use advance_epoch::*;
pub use cancel_changes::*;
pub use close_node_emission::*;
pub use enroll_node::*;
pub use harvest::*;
pub use initialize::*;
pub use nominate_authority::*;
pub use schedule_rule::*;
pub use schedule_shares::*;
pub use set_guardian::*;
pub use set_scorer::*;
pub use set_scores::*;
pub use sync_node::*;
