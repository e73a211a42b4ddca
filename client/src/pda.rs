//! Addresses of every account, from what a person knows.

use crate::Pubkey;
use io_shared::{
    ids::{io_emissions, io_mint, io_payments, io_staking},
    seeds,
    state::TrancheKind,
};

fn find(seeds: &[&[u8]], program: &Pubkey) -> (Pubkey, u8) {
    Pubkey::find_program_address(seeds, program)
}

/// A minter of `io_mint`.
pub fn minter(authority: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::MINTER, authority.as_ref()], &io_mint::ID)
}

/// A device class of `io_staking`.
pub fn device_class(id: u16) -> (Pubkey, u8) {
    find(&[seeds::DEVICE_CLASS, &id.to_le_bytes()], &io_staking::ID)
}

/// A supplier's node.
pub fn node(operator: &Pubkey, node_id: &[u8; 32]) -> (Pubkey, u8) {
    find(&[seeds::NODE, operator.as_ref(), node_id], &io_staking::ID)
}

/// A node's token account for stake.
pub fn stake_vault(node: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::STAKE_VAULT, node.as_ref()], &io_staking::ID)
}

/// A node's token account for rewards.
pub fn reward_vault(node: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::REWARD_VAULT, node.as_ref()], &io_staking::ID)
}

/// A staker's part of a node.
pub fn position(node: &Pubkey, owner: &Pubkey, tranche: TrancheKind) -> (Pubkey, u8) {
    find(
        &[
            seeds::POSITION,
            node.as_ref(),
            owner.as_ref(),
            &[tranche as u8],
        ],
        &io_staking::ID,
    )
}

/// A pool of `io_emissions`.
pub fn reward_pool(id: u8) -> (Pubkey, u8) {
    find(&[seeds::REWARD_POOL, &[id]], &io_emissions::ID)
}

/// What a node earns.
pub fn node_emission(node: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::NODE_EMISSION, node.as_ref()], &io_emissions::ID)
}

/// A token that renters pay in.
pub fn asset(mint: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::ASSET, mint.as_ref()], &io_payments::ID)
}

/// The router's token account of one mint.
pub fn transit(mint: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::TRANSIT, mint.as_ref()], &io_payments::ID)
}

/// The config's token account for the fees taken in one mint.
pub fn fees(mint: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::FEES, mint.as_ref()], &io_payments::ID)
}

/// A fiat gateway of that wallet.
pub fn gateway(wallet: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::GATEWAY, wallet.as_ref()], &io_payments::ID)
}

/// A venue that the router may swap through; `discriminator` is zero padded.
pub fn venue(program: &Pubkey, discriminator: &[u8; 8]) -> (Pubkey, u8) {
    find(
        &[seeds::VENUE, program.as_ref(), discriminator],
        &io_payments::ID,
    )
}

/// A supplier of `io_payments`.
pub fn supplier(owner: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::SUPPLIER, owner.as_ref()], &io_payments::ID)
}

/// A supplier's token account for unswapped earnings.
pub fn earnings(supplier: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::EARNINGS, supplier.as_ref()], &io_payments::ID)
}

/// A payment's receipt.
pub fn receipt(payer: &Pubkey, order_id: &[u8; 32]) -> (Pubkey, u8) {
    find(
        &[seeds::RECEIPT, payer.as_ref(), order_id],
        &io_payments::ID,
    )
}
