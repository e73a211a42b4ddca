//! Migrations: bring a cluster to what its TOML file says.
//!
//! ```no_run
//! # use io_migrations::{Chain, Cluster, Operator, plan};
//! # fn run(chain: &impl Chain, operator: &Operator) -> anyhow::Result<()> {
//! let cluster = Cluster::load("clusters/localnet.toml".as_ref())?;
//! for step in plan(&cluster, operator, chain)? {
//!     println!("{}", step.what); // sign `step.instructions` with the authority and send them
//! }
//! # Ok(())
//! # }
//! ```

pub mod cluster;
mod plan;

pub use cluster::Cluster;
pub use plan::{Chain, Operator, Step, plan};
