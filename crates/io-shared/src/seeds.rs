//! Seeds of every program derived address. The bump comes last in each.

/// Signs event self-calls; no data. One per program.
pub const EVENT_AUTHORITY: &[u8] = b"__event_authority";

/// `io_mint`: [`crate::state::MintConfig`].
pub const MINT_CONFIG: &[u8] = b"mint-config";
/// `io_mint`: the IO mint.
pub const MINT: &[u8] = b"mint";
/// `io_mint`: [`crate::state::Minter`], then the minter's authority.
pub const MINTER: &[u8] = b"minter";

/// `io_staking`: [`crate::state::StakingConfig`].
pub const STAKING_CONFIG: &[u8] = b"staking";
/// `io_staking`: [`crate::state::DeviceClass`], then the class id (u16, little endian).
pub const DEVICE_CLASS: &[u8] = b"class";
/// `io_staking`: [`crate::state::Node`], then operator and node id (32 bytes each).
pub const NODE: &[u8] = b"node";
/// `io_staking`: a node's token account for stake, then the node.
pub const STAKE_VAULT: &[u8] = b"stake-vault";
/// `io_staking`: a node's token account for rewards, then the node.
pub const REWARD_VAULT: &[u8] = b"reward-vault";
/// `io_staking`: [`crate::state::Position`], then node, owner and tranche (one byte).
pub const POSITION: &[u8] = b"position";
/// `io_staking`: [`crate::state::SlashProposal`], then the node.
pub const SLASH: &[u8] = b"slash";

/// `io_emissions`: [`crate::state::EmissionsConfig`].
pub const EMISSIONS_CONFIG: &[u8] = b"emissions";
/// `io_emissions`: token account with what is minted but not yet harvested.
pub const EMISSIONS_VAULT: &[u8] = b"emissions-vault";
/// `io_emissions`: [`crate::state::RewardPool`], then the pool id (one byte).
pub const REWARD_POOL: &[u8] = b"pool";
/// `io_emissions`: [`crate::state::NodeEmission`], then the node.
pub const NODE_EMISSION: &[u8] = b"node-emission";

/// `io_payments`: [`crate::state::PaymentsConfig`].
pub const PAYMENTS_CONFIG: &[u8] = b"payments";
/// `io_payments`: owner of the transit accounts; no data.
pub const ROUTER: &[u8] = b"router";
/// `io_payments`: [`crate::state::Asset`], then the mint.
pub const ASSET: &[u8] = b"asset";
/// `io_payments`: the router's token account of one mint, then the mint.
pub const TRANSIT: &[u8] = b"transit";
/// `io_payments`: [`crate::state::Venue`], then program and instruction discriminator (8 bytes).
pub const VENUE: &[u8] = b"venue";
/// `io_payments`: [`crate::state::Supplier`], then the supplier's owner.
pub const SUPPLIER: &[u8] = b"supplier";
/// `io_payments`: a supplier's token account for unswapped earnings, then the supplier.
pub const EARNINGS: &[u8] = b"earnings";
/// `io_payments`: [`crate::state::Receipt`], then payer and order id (32 bytes).
pub const RECEIPT: &[u8] = b"receipt";
/// `io_payments`: the config's token account for the fees taken in one mint, then the mint.
pub const FEES: &[u8] = b"fees";
/// `io_payments`: [`crate::state::Gateway`], then the gateway's wallet.
pub const GATEWAY: &[u8] = b"gateway";
