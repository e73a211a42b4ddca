//! Migrations: bring a cluster to what its TOML file says, and tell where it is something else.
//!
//! A cluster is seen through [`Chain`], which with the feature `rpc` agave's blocking `RpcClient` is.
//! Everything is computed from the file and from what is on chain, and nothing is remembered: after a
//! failure at any point the next call returns the rest and nothing that is done already. The order is
//! [`deploy_plan`], [`plan`], then [`handover`]; [`verify`] at any time.
//!
//! ```no_run
//! # use io_migrations::{Chain, Cluster, Operator, Step, Then, deploy_plan, handover, plan, verify};
//! # fn send(step: &Step) -> anyhow::Result<()> { Ok(()) }
//! # fn export(step: &Step) {}
//! # fn run(chain: &impl Chain, authority: io_client::Pubkey) -> anyhow::Result<()> {
//! let cluster = Cluster::load("clusters/mainnet.toml".as_ref())?;
//! let operator = Operator::of(&cluster, authority)?;
//!
//! // The programs: deployed, upgraded, or as they should be.
//! for deployment in deploy_plan(&cluster, &operator, &cluster.binaries()?, chain)? {
//!     println!("{deployment}");
//!     for step in &deployment.steps {
//!         send(step)?; // and heed `step.then`
//!     }
//! }
//! // What is missing or differs. Whose signature a step wants depends on who the authority is by now.
//! for step in plan(&cluster, &operator, chain)? {
//!     println!("{}", step.what);
//!     if step.signers().iter().all(|signer| *signer == authority) {
//!         send(&step)?;
//!     } else {
//!         export(&step); // for the multisig
//!     }
//! }
//! // What the operator and the multisig have to do next for the multisig to be the only authority.
//! for step in handover(&cluster, &operator, chain)? {
//!     println!("{} ({:?})", step.what, step.signers());
//! }
//! for finding in verify(&cluster, &operator, chain)? {
//!     println!("{finding}");
//! }
//! # Ok(())
//! # }
//! ```

mod chain;
pub mod cluster;
mod deploy;
mod finding;
mod handover;
mod loader;
mod program;
#[cfg(feature = "rpc")]
mod rpc;
mod step;
mod survey;

pub use chain::Chain;
pub use cluster::Cluster;
pub use deploy::{Action, Deployment, Obstacle, Upload, deploy_plan};
pub use finding::{Finding, Kind};
pub use handover::handover;
pub use program::Program;
pub use step::{Step, Then};
pub use survey::{plan, verify};

use anyhow::{Context, Result};
use io_client::Pubkey;

/// Who runs a migration, and what the cluster file may leave open.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    /// Deploys and initializes the programs, signs and pays.
    pub authority: Pubkey,
    /// The USDC mint of this cluster.
    pub usdc: Pubkey,
}

impl Operator {
    /// `authority` on a cluster whose file names the USDC mint.
    ///
    /// # Errors
    ///
    /// If the file does not name it, or names one wallet as two minters or gateways.
    pub fn of(cluster: &Cluster, authority: Pubkey) -> Result<Self> {
        let usdc = cluster
            .payments
            .usdc
            .context("the file does not name the USDC mint; add `usdc` to [payments]")?;
        let operator = Self { authority, usdc };
        cluster.check_wallets(&operator)?;
        Ok(operator)
    }
}
