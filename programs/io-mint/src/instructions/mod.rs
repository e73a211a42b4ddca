//! One instruction a file: what must hold, the accounts, the handler.

mod accept_authority;
mod add_minter;
mod adopt;
mod burn;
mod cancel_raise;
mod initialize;
mod mint_to;
mod nominate_authority;
mod raise_minter;
mod revoke_minter;
mod set_guardian;
mod set_metadata;
mod set_paused;

pub use accept_authority::*;
pub use add_minter::*;
pub use adopt::*;
pub use burn::*;
pub use cancel_raise::*;
pub use initialize::*;
pub use mint_to::*;
pub use nominate_authority::*;
pub use raise_minter::*;
pub use revoke_minter::*;
pub use set_guardian::*;
pub use set_metadata::*;
pub use set_paused::*;
