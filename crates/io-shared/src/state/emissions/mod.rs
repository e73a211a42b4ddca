//! Accounts of `io_emissions`.

mod config;
mod node_emission;
mod pool;

pub use config::EmissionsConfig;
pub use node_emission::NodeEmission;
pub use pool::RewardPool;
