//! Who pays, is paid and stakes.

use anyhow::{Context, Result};
use futures::future::try_join_all;
use io_client::{
    Instruction, Pubkey, payments, pda,
    rpc::Network,
    shared::{
        constants::{IO, USDC},
        ids::{TOKEN_PROGRAM, io_mint},
        state::{Node, PayoutPreference, Position, Supplier, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
    token,
};
use io_localnet::Localnet;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_system_interface::instruction::transfer as send_sol;
use spl_token_interface::instruction::transfer;

pub const IO_MINT: Pubkey = io_mint::MINT.address;
/// What each wallet begins with.
pub const WALLET_IO: u64 = 20_000 * IO;
pub const WALLET_USDC: u64 = 2_000 * USDC;
const WALLET_LAMPORTS: u64 = 10_000_000_000;
/// Minimum stake of a B200 node of eight.
const NODE_STAKE: u64 = 48_000 * IO;

/// A wallet with IO, USDC and a position on a node.
pub struct Wallet {
    pub key: Keypair,
    pub io: Pubkey,
    pub usdc: Pubkey,
    pub stake: Stake,
}

/// A supplier and the account that it is paid IO on.
#[derive(Clone, Copy)]
pub struct PaidSupplier {
    pub owner: Pubkey,
    pub destination: Pubkey,
}

/// Everybody on one network.
pub struct People {
    pub wallets: Vec<Wallet>,
    pub suppliers: Vec<PaidSupplier>,
    pub usdc_mint: Pubkey,
}

impl People {
    /// Makes `count` wallets and some suppliers, all out of the authority's funds.
    pub async fn new(localnet: &Localnet, network: &Network, count: u8) -> Result<Self> {
        let authority = &localnet.authority;
        let node = node(network, authority).await?;
        let kind = network.account::<Node>(&node).await?.delegator_kind()?;
        let wallets = (1..=count).map(|number| {
            wallet(
                network,
                localnet,
                Keypair::new_from_array([number; 32]),
                node,
                kind,
            )
        });
        let suppliers = (0..4).map(|number| {
            let preference = if number % 2 == 0 {
                PayoutPreference::Io
            } else {
                PayoutPreference::Usdc
            };
            supplier(
                network,
                authority,
                Keypair::new_from_array([200 + number; 32]),
                preference,
            )
        });
        Ok(Self {
            wallets: try_join_all(wallets).await?,
            suppliers: try_join_all(suppliers).await?,
            usdc_mint: localnet.usdc,
        })
    }
}

/// A node with its minimum of the authority's stake.
async fn node(network: &Network, authority: &Keypair) -> Result<Pubkey> {
    let owner = authority.pubkey();
    let node_id = [1; 32];
    let node = pda::node(&owner, &node_id).0;
    let terms = NodeTerms {
        node_id,
        class: 1,
        processors: 8,
        commission_bps: 1_000,
        delegation_open: true,
    };
    let own = Stake {
        node,
        owner,
        tranche: TrancheKind::Operator,
    };
    let source = token::associated(&owner, &IO_MINT);
    let instructions = [
        staking::register_node(&owner, &owner, &IO_MINT, &terms),
        staking::open_position(&owner, &own),
        staking::deposit(&own, &source, 0, NODE_STAKE, NODE_STAKE),
    ];
    network.execute(&owner, &instructions, &[authority]).await?;
    Ok(node)
}

async fn wallet(
    network: &Network,
    localnet: &Localnet,
    key: Keypair,
    node: Pubkey,
    tranche: TrancheKind,
) -> Result<Wallet> {
    let (authority, owner) = (localnet.authority.pubkey(), key.pubkey());
    let give = |mint: &Pubkey, amount| -> Result<[Instruction; 2]> {
        let [from, to] = [authority, owner].map(|owner| token::associated(&owner, mint));
        Ok([
            token::create_associated(&authority, &owner, mint),
            transfer(&TOKEN_PROGRAM, &from, &to, &authority, &[], amount)?,
        ])
    };
    let stake = Stake {
        node,
        owner,
        tranche,
    };
    let mut instructions = vec![send_sol(&authority, &owner, WALLET_LAMPORTS)];
    instructions.extend(give(&IO_MINT, WALLET_IO)?);
    instructions.extend(give(&localnet.usdc, WALLET_USDC)?);
    instructions.push(staking::open_position(&authority, &stake));
    network
        .execute(&authority, &instructions, &[&localnet.authority, &key])
        .await
        .context("a wallet")?;
    network.account::<Position>(&stake.position()).await?;
    Ok(Wallet {
        io: token::associated(&owner, &IO_MINT),
        usdc: token::associated(&owner, &localnet.usdc),
        key,
        stake,
    })
}

async fn supplier(
    network: &Network,
    authority: &Keypair,
    key: Keypair,
    preference: PayoutPreference,
) -> Result<PaidSupplier> {
    let (payer, owner) = (authority.pubkey(), key.pubkey());
    let instructions = [
        token::create_associated(&payer, &owner, &IO_MINT),
        payments::register_supplier(&payer, &owner, preference, &owner, &IO_MINT),
    ];
    network
        .execute(&payer, &instructions, &[authority, &key])
        .await
        .context("a supplier")?;
    let supplier: Supplier = network.account(&pda::supplier(&owner).0).await?;
    let account = token::associated(&owner, &IO_MINT);
    Ok(PaidSupplier {
        owner,
        destination: payments::io_destination(&supplier, &account),
    })
}
