//! The design's invariants, checked over every account in a [`World`].

use crate::World;
use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey, pda,
    shared::{
        constants::HARD_CAP,
        ids::{io_emissions, io_mint},
        math::curve::Curve,
        state::{
            Asset, EmissionsConfig, Layout, MintConfig, Minter, Node, NodeEmission, Position,
            RewardPool, Ticket, TrancheKind,
        },
    },
};
use std::collections::HashMap;

/// Sums that a person wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    pub minted: u64,
    pub burned: u64,
    pub supply: u64,
    pub emitted: u64,
    pub bounties: u64,
    pub emissions_vault: u64,
    pub owed_to_nodes: u64,
    pub carry: u64,
    pub active_stake: u64,
    pub cooling_stake: u64,
    pub stake_vaults: u64,
    pub reward_vaults: u64,
    pub claimable: u64,
    pub nodes: u64,
    pub positions: u64,
    pub tickets: u64,
}

/// Checks every invariant that the state alone can show, and sums the books up. Invariants 5, 6, 8
/// and 9 are about instructions; tests of those check them.
pub fn check(world: &World) -> Result<Books> {
    let mut books = Books::default();
    check_supply(world, &mut books).context("invariant 1")?;
    check_emissions(world, &mut books).context("invariants 2 and 4")?;
    check_nodes(world, &mut books).context("invariants 3 and 4")?;
    check_router(world).context("invariant 7")?;
    Ok(books)
}

/// All accounts of one layout.
fn all<L: Layout>(world: &World) -> Vec<(Pubkey, L)> {
    world
        .svm
        .get_program_accounts(&L::OWNER)
        .into_iter()
        .filter_map(|(address, account)| Some((address, L::read_copy(&account.data)?)))
        .collect()
}

/// 1. Minted ever ≤ the cap; supply = minted − burned; every minter within its policy.
fn check_supply(world: &World, books: &mut Books) -> Result<()> {
    let config: MintConfig = world.read(&io_mint::CONFIG.address);
    let supply = world.supply(&config.mint);
    ensure!(config.minted <= HARD_CAP, "{} raw minted", config.minted);
    ensure!(
        supply == config.minted - config.burned,
        "supply {supply}, minted {}, burned {}",
        config.minted,
        config.burned
    );
    let by_minters: u64 = all::<Minter>(world).iter().map(|(_, minter)| minter.minted).sum();
    ensure!(
        by_minters <= config.minted,
        "minters minted {by_minters} of {}",
        config.minted
    );
    books.minted = config.minted;
    books.burned = config.burned;
    books.supply = supply;
    Ok(())
}

/// 2. Emitted ≤ cumulative(epochs elapsed), equal for the epochs that are done; 4. the vault holds
/// exactly what nodes are owed and the carry, and each pool's weight is the sum of its nodes'.
fn check_emissions(world: &World, books: &mut Books) -> Result<()> {
    let Some(config) = world.try_read::<EmissionsConfig>(&io_emissions::CONFIG.address) else {
        return Ok(());
    };
    let curve = Curve::by_id(config.curve).context("no such curve")?;
    let elapsed = curve.epochs_elapsed(config.start_at, world.now());
    ensure!(config.emitted <= curve.cumulative(elapsed.max(config.epochs_done)));
    ensure!(config.emitted == curve.cumulative(config.epochs_done));
    let minter: Minter = world.read(&pda::minter(&io_emissions::CONFIG.address).0);
    ensure!(minter.minted == config.emitted, "minter and config differ");

    let nodes = all::<NodeEmission>(world);
    for (address, pool) in all::<RewardPool>(world) {
        let members: Vec<_> = nodes
            .iter()
            .filter(|(_, node)| pda::reward_pool(node.pool).0 == address)
            .collect();
        let weight: u64 = members.iter().map(|(_, node)| node.weight).sum();
        ensure!(
            weight == pool.total_weight,
            "pool {}: nodes weigh {weight}, total {}",
            pool.id,
            pool.total_weight
        );
        let mut owed: u128 = 0;
        for (_, node) in &members {
            let since = pool
                .acc_per_weight
                .get()
                .wrapping_sub(node.acc_paid.get());
            let accrued = io_client::shared::math::fixed::mul_q64(since, node.weight)
                .context("accrual does not fit")?;
            owed += u128::from(node.owed) + u128::from(accrued);
        }
        ensure!(
            owed <= u128::from(pool.owed),
            "pool {}: nodes are owed {owed}, set aside {}",
            pool.id,
            pool.owed
        );
        books.owed_to_nodes += pool.owed;
        books.carry += pool.carry;
    }
    let vault = world.token_balance(&io_emissions::VAULT.address);
    ensure!(
        vault >= books.owed_to_nodes + books.carry,
        "vault {vault}, owed {}, carry {}",
        books.owed_to_nodes,
        books.carry
    );
    books.emitted = config.emitted;
    books.bounties = config.bounties_paid;
    books.emissions_vault = vault;
    Ok(())
}

/// 3. For each node: stake vault = active + cooling; the positions' values and the tickets' fit in;
/// 4. the reward vault covers what can be claimed.
fn check_nodes(world: &World, books: &mut Books) -> Result<()> {
    let mut positions: HashMap<[u8; 32], Vec<Position>> = HashMap::new();
    for (_, position) in all::<Position>(world) {
        positions
            .entry(position.node.to_bytes())
            .or_default()
            .push(position);
    }
    let mut tickets: HashMap<[u8; 32], Vec<Ticket>> = HashMap::new();
    for (_, ticket) in all::<Ticket>(world) {
        tickets
            .entry(ticket.node.to_bytes())
            .or_default()
            .push(ticket);
    }
    for (address, node) in all::<Node>(world) {
        let positions = positions.remove(&address.to_bytes()).unwrap_or_default();
        let tickets = tickets.remove(&address.to_bytes()).unwrap_or_default();
        check_node(world, &node, &positions, &tickets, books)
            .with_context(|| format!("node {address}"))?;
    }
    ensure!(positions.is_empty(), "positions without a node");
    ensure!(tickets.is_empty(), "tickets without a node");
    Ok(())
}

fn check_node(
    world: &World,
    node: &Node,
    positions: &[Position],
    tickets: &[Ticket],
    books: &mut Books,
) -> Result<()> {
    ensure!(node.invariant());
    let stake_vault = world.token_balance(&node.stake_vault);
    let reward_vault = world.token_balance(&node.reward_vault);
    ensure!(
        stake_vault >= node.active_stake() + node.cooling_stake(),
        "stake vault {stake_vault}, active {}, cooling {}",
        node.active_stake(),
        node.cooling_stake()
    );
    let mut claimable = node.commission_owed;
    for kind in [
        TrancheKind::Operator,
        TrancheKind::Protected,
        TrancheKind::Exposed,
    ] {
        let tranche = node.tranche(kind);
        let holders = positions.iter().filter(|p| p.tranche == kind as u8);
        let (mut shares, mut value) = (0, 0);
        for position in holders {
            shares += position.shares;
            value += tranche.value_of(position.shares)?;
            let mut settled = *position;
            settled.settle(tranche)?;
            claimable += settled.rewards_owed;
        }
        ensure!(shares == tranche.shares, "{kind:?}: shares do not add up");
        ensure!(value <= tranche.stake, "{kind:?}: {value} of {}", tranche.stake);

        let cooling = &node.cooling[kind as usize];
        let holders = tickets.iter().filter(|t| t.tranche == kind as u8);
        let (mut shares, mut value) = (0, 0);
        for ticket in holders {
            shares += ticket.shares;
            value += cooling.value_of(ticket.shares)?.min(ticket.amount);
        }
        ensure!(shares == cooling.shares, "{kind:?}: cooling shares do not add up");
        ensure!(value <= cooling.stake, "{kind:?}: cooling {value} of {}", cooling.stake);
    }
    ensure!(
        claimable <= node.rewards_owed,
        "claimable {claimable}, owed {}",
        node.rewards_owed
    );
    ensure!(
        node.rewards_owed <= reward_vault,
        "owed {}, vault {reward_vault}",
        node.rewards_owed
    );
    books.active_stake += node.active_stake();
    books.cooling_stake += node.cooling_stake();
    books.stake_vaults += stake_vault;
    books.reward_vaults += reward_vault;
    books.claimable += claimable;
    books.nodes += 1;
    books.positions += positions.len() as u64;
    books.tickets += tickets.len() as u64;
    Ok(())
}

/// 7. The router's transit accounts are empty.
fn check_router(world: &World) -> Result<()> {
    for (_, asset) in all::<Asset>(world) {
        let held = world.token_balance(&asset.transit);
        ensure!(held == 0, "{held} raw of {} left in transit", asset.mint);
    }
    Ok(())
}
