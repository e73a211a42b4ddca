//! The people of a scenario, with their keys and token accounts.

use super::{HolderPart, NodePart, RenterPart, SupplierPart, Takes};
use crate::World;
use io_client::{
    Pubkey, pda,
    shared::{
        ids::io_mint,
        state::{PayoutPreference, TrancheKind},
    },
    staking::Stake,
    token,
};
use io_migrations::cluster::{Class, Cluster};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A wallet with an IO and a USDC account.
pub struct Wallet {
    pub key: Keypair,
    pub io: Pubkey,
    pub usdc: Pubkey,
}

impl Wallet {
    pub fn new(world: &mut World, usdc: &Pubkey) -> Self {
        let key = world.wallet();
        let owner = key.pubkey();
        Self {
            io: token::associated(&owner, &io_mint::MINT.address),
            usdc: token::associated(&owner, usdc),
            key,
        }
    }

    pub fn address(&self) -> Pubkey {
        self.key.pubkey()
    }
}

pub struct Supplier {
    pub name: String,
    pub wallet: Wallet,
    pub takes: Takes,
    pub nodes: Vec<Node>,
    /// IO claimed from its nodes.
    pub rewards: u64,
    /// IO that jobs brought.
    pub jobs_io: u64,
}

impl Supplier {
    pub fn new(world: &mut World, usdc: &Pubkey, part: &SupplierPart, cluster: &Cluster) -> Self {
        let wallet = Wallet::new(world, usdc);
        let operator = wallet.address();
        let nodes = part.nodes.iter();
        Self {
            name: part.name.clone(),
            takes: part.takes,
            nodes: nodes
                .map(|part| Node::new(operator, part, cluster))
                .collect(),
            wallet,
            rewards: 0,
            jobs_io: 0,
        }
    }

    pub fn preference(&self) -> PayoutPreference {
        match self.takes {
            Takes::Io => PayoutPreference::Io,
            Takes::Usdc => PayoutPreference::Usdc,
        }
    }

    /// Where jobs pay: the earnings vault, or the wallet's IO account.
    pub fn jobs_account(&self) -> Pubkey {
        match self.takes {
            Takes::Io => self.wallet.io,
            Takes::Usdc => pda::earnings(&pda::supplier(&self.wallet.address()).0).0,
        }
    }
}

pub struct Node {
    pub part: NodePart,
    pub id: [u8; 32],
    pub address: Pubkey,
    pub class: Class,
    /// The operator's own stake.
    pub stake: Stake,
}

impl Node {
    fn new(operator: Pubkey, part: &NodePart, cluster: &Cluster) -> Self {
        let mut id = [0; 32];
        for (slot, byte) in id.iter_mut().zip(part.name.bytes()) {
            *slot = byte;
        }
        let (address, _) = pda::node(&operator, &id);
        let class = cluster
            .classes
            .iter()
            .find(|class| class.name == part.class)
            .unwrap_or_else(|| panic!("no device class {:?} in the cluster file", part.class));
        Self {
            part: part.clone(),
            id,
            address,
            class: class.clone(),
            stake: Stake {
                node: address,
                owner: operator,
                tranche: TrancheKind::Operator,
            },
        }
    }
}

pub struct Holder {
    pub part: HolderPart,
    pub wallet: Wallet,
    /// IO that its deposits took.
    pub staked: u64,
    /// IO claimed.
    pub rewards: u64,
    pub withdrawn: u64,
}

pub struct Renter {
    pub part: RenterPart,
    pub wallet: Wallet,
    pub fees_usdc: u64,
    pub delivered_io: u64,
}
