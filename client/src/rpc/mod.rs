//! A cluster over JSON-RPC: typed accounts and events, and transactions that are sent once.
//!
//! ```no_run
//! use io_client::{payments, rpc::Network, shared::state::MintConfig, shared::ids::io_mint, pda};
//! # use solana_signer::Signer;
//! # async fn run(owner: &dyn Signer) -> io_client::rpc::Result<()> {
//! let network = Network::new("http://127.0.0.1:8899");
//! let config: MintConfig = network.account(&io_mint::CONFIG.address).await?;
//! println!("{} raw IO were ever minted", config.minted);
//!
//! // Simulated first, with the limits and fees that it needs, then sent until it lands or cannot any more.
//! let take = payments::take_earnings(&owner.pubkey(), &owner.pubkey(), 1);
//! let prepared = network.prepare(&owner.pubkey(), &[take]).await?;
//! println!("{} compute units, {} lamports", prepared.units, prepared.lamports);
//! let landed = network.send(&prepared, &[owner]).await?;
//! for event in network.events(&landed.signature).await?.events {
//!     println!("{}", event.name());
//! }
//! # Ok(())
//! # }
//! ```

mod error;
mod fees;
mod history;
mod network;
mod patience;
mod pools;
mod prepare;
mod refusal;
mod send;

pub use error::{Error, Result};
pub use fees::Priority;
pub use history::{History, Recorded};
pub use network::{At, Clock, Network};
pub use pools::{PaymentQuote, Pool, SwapQuote};
pub use prepare::{Format, Prepared};
pub use refusal::Refusal;
pub use send::{Landed, Signed, Stage};
pub use solana_commitment_config::CommitmentConfig;
pub use solana_rpc_client::nonblocking::rpc_client::RpcClient;
pub use solana_signature::Signature;
