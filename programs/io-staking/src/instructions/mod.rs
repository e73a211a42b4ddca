//! One instruction a file: what must hold, its accounts, what it does.

mod accept_authority;
mod cancel_unstake;
mod claim;
mod create_class;
mod deposit;
mod distribute;
mod halt_node;
mod initialize;
mod nominate_authority;
mod open_position;
mod register_node;
mod request_unstake;
mod resume_node;
mod set_delegation;
mod set_paused;
mod set_payout;
mod set_roles;
mod withdraw;

pub use accept_authority::*;
pub use cancel_unstake::*;
pub use claim::*;
pub use create_class::*;
pub use deposit::*;
pub use distribute::*;
pub use halt_node::*;
pub use initialize::*;
pub use nominate_authority::*;
pub use open_position::*;
pub use register_node::*;
pub use request_unstake::*;
pub use resume_node::*;
pub use set_delegation::*;
pub use set_paused::*;
pub use set_payout::*;
pub use set_roles::*;
pub use withdraw::*;
