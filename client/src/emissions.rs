//! Instructions of `io_emissions`.

use crate::{
    Instruction, Pubkey,
    instruction::{build, read, sign, write, write_sign},
    pda,
};
use borsh::BorshSerialize;
use io_shared::{
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_emissions, io_mint, io_staking},
    state::{EmissionsRule, EmissionsTerms, PoolShares},
};
use solana_program::instruction::AccountMeta;

/// Creates the config, the vault and the pools that `terms` name; the distributor's minter exists
/// already. Signed by the program's upgrade authority, which pays and becomes the authority. `mint` is the mint that `io_mint` governs.
pub fn initialize(authority: &Pubkey, mint: &Pubkey, terms: &EmissionsTerms) -> Instruction {
    let arguments = (
        terms.guardian.to_bytes(),
        terms.scorer.to_bytes(),
        terms.curve,
        terms.start_at,
        terms.bounty_bps,
        terms.bounty_cap,
        terms.max_boost_bps,
        (
            terms.max_score_age,
            terms.max_score_step_bps,
            terms.pool_shares,
        ),
    );
    let accounts = vec![
        write_sign(*authority),
        read(io_emissions::PROGRAM_DATA),
        write(io_emissions::CONFIG.address),
        write(io_emissions::VAULT.address),
        read(io_mint::CONFIG.address),
        read(*mint),
        read(io_emissions::MINTER),
        read(TOKEN_PROGRAM),
        read(SYSTEM_PROGRAM),
    ];
    let pools = (0..)
        .zip(terms.pool_shares)
        .take_while(|(_, share)| *share > 0);
    emissions_instruction(
        "initialize",
        &arguments,
        accounts,
        pools.map(|(id, _)| pool(id)),
    )
}

/// Creates a node's emission account, so that it can be scored. Signed by `payer` for the rent; anyone
/// may. `pool_id` is the pool of the node's class.
pub fn enroll_node(payer: &Pubkey, node: &Pubkey, pool_id: u8) -> Instruction {
    emissions_instruction(
        "enroll_node",
        &(),
        vec![
            write_sign(*payer),
            read(*node),
            write(pda::node_emission(node).0),
            read(pda::reward_pool(pool_id).0),
            read(SYSTEM_PROGRAM),
        ],
        [],
    )
}

/// Closes a retired node's emission account that is owed nothing; its rent goes to `rent_payer`, whom it
/// names. Nobody need sign.
pub fn close_node_emission(node: &Pubkey, pool_id: u8, rent_payer: &Pubkey) -> Instruction {
    emissions_instruction(
        "close_node_emission",
        &(),
        vec![
            read(io_emissions::CONFIG.address),
            read(*node),
            write(pda::node_emission(node).0),
            pool(pool_id),
            write(*rent_payer),
        ],
        [],
    )
}

/// Mints and shares out the emission of all epochs that are over; the bounty goes to the token account
/// `bounty_account`. Nobody need sign. `mint` is the IO mint, `pool_count` the number of pools.
pub fn advance_epoch(bounty_account: &Pubkey, mint: &Pubkey, pool_count: u8) -> Instruction {
    emissions_instruction(
        "advance_epoch",
        &(),
        vec![
            write(io_emissions::CONFIG.address),
            write(io_emissions::VAULT.address),
            write(*bounty_account),
            write(io_emissions::MINTER),
            write(io_mint::CONFIG.address),
            write(*mint),
            read(io_mint::EVENT_AUTHORITY.address),
            read(io_mint::ID),
            read(TOKEN_PROGRAM),
        ],
        (0..pool_count).map(pool),
    )
}

/// Scores nodes of one pool, in basis points, 0 for a node that is down. At most 24, once in an epoch.
/// Signed by the scorer.
pub fn set_scores(scorer: &Pubkey, pool_id: u8, scores: &[(Pubkey, u16)]) -> Instruction {
    let pairs = scores
        .iter()
        .flat_map(|(node, _)| [read(*node), write(pda::node_emission(node).0)]);
    let scores: Vec<u16> = scores.iter().map(|(_, score)| *score).collect();
    emissions_instruction(
        "set_scores",
        &scores,
        vec![
            sign(*scorer),
            read(io_emissions::CONFIG.address),
            pool(pool_id),
        ],
        pairs,
    )
}

/// Settles a node and brings its weight up to date with its stake. Nobody need sign.
pub fn sync_node(node: &Pubkey, pool_id: u8) -> Instruction {
    emissions_instruction(
        "sync_node",
        &(),
        vec![
            read(io_emissions::CONFIG.address),
            read(*node),
            write(pda::node_emission(node).0),
            pool(pool_id),
        ],
        [],
    )
}

/// Settles a node, moves what it earned to its reward vault and shares it out over the stake. Nobody
/// need sign.
pub fn harvest(node: &Pubkey, pool_id: u8) -> Instruction {
    emissions_instruction(
        "harvest",
        &(),
        vec![
            read(io_emissions::CONFIG.address),
            write(*node),
            write(pda::node_emission(node).0),
            pool(pool_id),
            write(io_emissions::VAULT.address),
            write(pda::reward_vault(node).0),
            read(TOKEN_PROGRAM),
            read(io_staking::EVENT_AUTHORITY.address),
            read(io_staking::ID),
        ],
        [],
    )
}

/// Addresses to keep in an address lookup table for the keeper and the scorer of `nodes` of one pool:
/// with it, one packet takes [`set_scores`] of 24 nodes, or [`harvest`] of 12. A table holds 256
/// addresses, which are those of 83 nodes.
pub fn table_addresses(pool_id: u8, nodes: &[Pubkey]) -> Vec<Pubkey> {
    let mut addresses: Vec<Pubkey> = nodes
        .iter()
        .flat_map(|node| harvest(node, pool_id).accounts)
        .map(|meta| meta.pubkey)
        // A program that is called cannot come from a table.
        .filter(|address| *address != io_emissions::ID)
        .collect();
    let mut seen = std::collections::HashSet::new();
    addresses.retain(|address| seen.insert(*address));
    addresses
}

/// Changes a rule after the delay for rules. Signed by the authority.
pub fn schedule_rule(authority: &Pubkey, rule: EmissionsRule, next: u64) -> Instruction {
    govern("schedule_rule", authority, &(rule as u8, next), [])
}

/// Changes the split over the pools after the delay for rules: a share above 0 for each pool that
/// exists. Signed by the authority.
pub fn schedule_shares(authority: &Pubkey, pool_shares: &PoolShares) -> Instruction {
    let pools = (0..).zip(pool_shares).take_while(|(_, share)| **share > 0);
    emissions_instruction(
        "schedule_shares",
        pool_shares,
        vec![sign(*authority), read(io_emissions::CONFIG.address)],
        pools.map(|(id, _)| pool(id)),
    )
}

/// Drops every change of rules and shares that waits. Signed by the guardian or the authority.
pub fn cancel_changes(signer: &Pubkey, pool_count: u8) -> Instruction {
    govern("cancel_changes", signer, &(), (0..pool_count).map(pool))
}

/// Replaces the scorer; the zero address leaves none. Signed by the authority.
pub fn set_scorer(authority: &Pubkey, scorer: &Pubkey) -> Instruction {
    govern("set_scorer", authority, &scorer.to_bytes(), [])
}

/// Replaces the guardian; the zero address leaves none. Signed by the authority.
pub fn set_guardian(authority: &Pubkey, guardian: &Pubkey) -> Instruction {
    govern("set_guardian", authority, &guardian.to_bytes(), [])
}

/// Nominates the next authority; the zero address withdraws a nomination. Signed by the authority.
pub fn nominate_authority(authority: &Pubkey, nominee: &Pubkey) -> Instruction {
    govern("nominate_authority", authority, &nominee.to_bytes(), [])
}

/// Makes the nominee the authority. Signed by the nominee.
pub fn accept_authority(nominee: &Pubkey) -> Instruction {
    govern("accept_authority", nominee, &(), [])
}

fn pool(id: u8) -> AccountMeta {
    write(pda::reward_pool(id).0)
}

/// An instruction with which `signer` changes the config.
fn govern(
    name: &str,
    signer: &Pubkey,
    arguments: &impl BorshSerialize,
    pools: impl IntoIterator<Item = AccountMeta>,
) -> Instruction {
    let accounts = vec![sign(*signer), write(io_emissions::CONFIG.address)];
    emissions_instruction(name, arguments, accounts, pools)
}

/// An instruction of `io_emissions`: the declared accounts, the two that each ends on, and those whose
/// number varies.
fn emissions_instruction(
    name: &str,
    arguments: &impl BorshSerialize,
    mut accounts: Vec<AccountMeta>,
    remaining: impl IntoIterator<Item = AccountMeta>,
) -> Instruction {
    accounts.extend([
        read(io_emissions::EVENT_AUTHORITY.address),
        read(io_emissions::ID),
    ]);
    accounts.extend(remaining);
    build(io_emissions::ID, name, arguments, accounts)
}
