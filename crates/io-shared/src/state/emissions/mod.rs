//! Accounts of `io_emissions`.

mod config;
mod node_emission;
mod pool;

pub use config::{
    Advance, EmissionsConfig, EmissionsRule, EmissionsTerms, PoolShares, WeightRules, count_pools,
};
pub use node_emission::{NEVER, NodeEmission, Settlement};
pub use pool::RewardPool;
