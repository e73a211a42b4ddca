//! The design's invariants, checked over every account in a [`World`].

use crate::World;
use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey, pda,
    shared::{
        constants::{BPS, HARD_CAP},
        ids::{TOKEN_PROGRAM, io_emissions, io_mint, io_payments, io_staking},
        math::{curve::Curve, fixed::mul_q64},
        state::{
            Asset, DeviceClass, EmissionsConfig, Layout, MintConfig, Minter, Node, NodeEmission,
            PaymentsConfig, Position, Receipt, ReceiptEntry, RewardPool, StakingConfig, Supplier,
            Ticket, TrancheKind, Venue,
        },
    },
};
use solana_program_pack::Pack;
use spl_token_interface::state::Account as TokenAccount;
use std::collections::{HashMap, HashSet};

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
    /// By the nodes that are enrolled.
    pub harvested: u64,
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
    check_accounts(world)?;
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

/// Every account of the programs is of a known layout, so that none escapes the other checks.
fn check_accounts(world: &World) -> Result<()> {
    let known: HashSet<_> = [
        kind::<MintConfig>(),
        kind::<Minter>(),
        kind::<StakingConfig>(),
        kind::<DeviceClass>(),
        kind::<Node>(),
        kind::<Position>(),
        kind::<Ticket>(),
        kind::<EmissionsConfig>(),
        kind::<RewardPool>(),
        kind::<NodeEmission>(),
        kind::<PaymentsConfig>(),
        kind::<Asset>(),
        kind::<Venue>(),
        kind::<Supplier>(),
        (
            Receipt::OWNER,
            Receipt::DISCRIMINATOR.to_vec(),
            Receipt::SPACE + size_of::<ReceiptEntry>(),
        ),
    ]
    .into();
    for program in [io_mint::ID, io_staking::ID, io_emissions::ID, io_payments::ID] {
        for (address, account) in world.svm.get_program_accounts(&program) {
            let head = account.data.get(..8).unwrap_or_default().to_vec();
            ensure!(
                known.contains(&(program, head, account.data.len())),
                "{address} of {program} has no known layout"
            );
        }
    }
    Ok(())
}

/// Owner, discriminator and length of an account.
fn kind<L: Layout>() -> (Pubkey, Vec<u8>, usize) {
    (L::OWNER, L::DISCRIMINATOR.to_vec(), L::SPACE)
}

/// 1. Minted ever ≤ the cap; supply = minted − burned, and is what the token accounts hold; every
/// minter within its policy.
fn check_supply(world: &World, books: &mut Books) -> Result<()> {
    let config: MintConfig = world.read(&io_mint::CONFIG.address);
    let supply = world.supply(&config.mint);
    ensure!(config.minted <= HARD_CAP, "{} raw minted", config.minted);
    ensure!(
        config.minted.checked_sub(config.burned) == Some(supply),
        "supply {supply}, minted {}, burned {}",
        config.minted,
        config.burned
    );
    let held: u128 = world
        .svm
        .get_program_accounts(&TOKEN_PROGRAM)
        .into_iter()
        .filter_map(|(_, account)| TokenAccount::unpack(&account.data).ok())
        .filter(|account| account.mint == config.mint)
        .map(|account| u128::from(account.amount))
        .sum();
    ensure!(held == u128::from(supply), "supply {supply}, in accounts {held}");
    let mut by_minters: u128 = 0;
    for (address, minter) in all::<Minter>(world) {
        let allowed = match minter.policy {
            Minter::ALLOWANCE => minter.total_at(world.now()),
            _ => minter.emitted_by_schedule(world.now()),
        };
        ensure!(
            minter.minted <= allowed && minter.invariant(),
            "minter {address} minted {} of {allowed}",
            minter.minted
        );
        by_minters += u128::from(minter.minted);
    }
    // Less if one was revoked.
    ensure!(
        by_minters <= u128::from(config.minted),
        "minters minted {by_minters} of {}",
        config.minted
    );
    books.minted = config.minted;
    books.burned = config.burned;
    books.supply = supply;
    Ok(())
}

/// 2. Emitted = cumulative(epochs done), and no more epochs are done than elapsed; 4. the vault holds
/// what nodes are owed and the carry, all of the emission is accounted for, each pool's weight is the
/// sum of its nodes', and no node weighs more than its stake and score.
fn check_emissions(world: &World, books: &mut Books) -> Result<()> {
    let Some(config) = world.try_read::<EmissionsConfig>(&io_emissions::CONFIG.address) else {
        return Ok(());
    };
    let curve = Curve::by_id(config.curve).context("no such curve")?;
    let elapsed = curve.epochs_elapsed(config.start_at, world.now());
    ensure!(
        config.epochs_done <= elapsed,
        "{} epochs done, {elapsed} elapsed",
        config.epochs_done
    );
    ensure!(
        config.emitted == curve.cumulative(config.epochs_done),
        "{} raw emitted for {} epochs",
        config.emitted,
        config.epochs_done
    );
    let minter: Minter = world.read(&pda::minter(&io_emissions::CONFIG.address).0);
    ensure!(minter.minted == config.emitted, "minter and config differ");

    let mut nodes = all::<NodeEmission>(world);
    let enrolled = nodes.len();
    let pools = all::<RewardPool>(world);
    ensure!(pools.len() == usize::from(config.pool_count), "{} pools", pools.len());
    let shares: u64 = pools.iter().map(|(_, pool)| pool.share_bps.at(world.now())).sum();
    ensure!(shares == BPS, "the pools' parts sum to {shares}");
    let mut members = 0;
    for (address, pool) in pools {
        ensure!(
            pool.epochs_done == config.epochs_done,
            "pool {}: {} epochs done",
            pool.id,
            pool.epochs_done
        );
        let mut weight: u128 = 0;
        let mut owed: u128 = 0;
        for (_, node) in nodes
            .iter_mut()
            .filter(|(_, node)| pda::reward_pool(node.pool).0 == address)
        {
            members += 1;
            weight += u128::from(node.weight);
            let since = pool
                .acc_per_weight
                .get()
                .wrapping_sub(node.acc_paid.get());
            let accrued = mul_q64(since, node.weight).context("accrual does not fit")?;
            owed += u128::from(node.owed) + u128::from(accrued);
            books.harvested += node.harvested;
            ensure!(node.invariant(), "node {}: emission", node.node);
            check_weight(world, &config, node, pool)?;
        }
        ensure!(
            weight == u128::from(pool.total_weight),
            "pool {}: nodes weigh {weight}, total {}",
            pool.id,
            pool.total_weight
        );
        ensure!(
            owed <= u128::from(pool.owed),
            "pool {}: nodes are owed {owed}, set aside {}",
            pool.id,
            pool.owed
        );
        books.owed_to_nodes += pool.owed;
        books.carry += pool.carry;
    }
    ensure!(members == enrolled, "{enrolled} nodes, {members} of them in a pool");
    let vault = world.token_balance(&io_emissions::VAULT.address);
    ensure!(
        vault >= books.owed_to_nodes + books.carry,
        "vault {vault}, owed {}, carry {}",
        books.owed_to_nodes,
        books.carry
    );
    // Less by what closed nodes had harvested.
    let given = config.bounties_paid + books.harvested + books.owed_to_nodes + books.carry;
    ensure!(
        given <= config.emitted,
        "{given} raw given of {} emitted",
        config.emitted
    );
    books.emitted = config.emitted;
    books.bounties = config.bounties_paid;
    books.emissions_vault = vault;
    Ok(())
}

/// A weight never lags downwards: settled now, the node weighs no more than its stake and score allow.
fn check_weight(
    world: &World,
    config: &EmissionsConfig,
    emission: &NodeEmission,
    mut pool: RewardPool,
) -> Result<()> {
    let node: Node = world.read(&emission.node);
    let rules = config.weight_rules(world.now());
    let mut settled = *emission;
    settled
        .settle(&node, &mut pool, &rules, world.now())
        .context("a node that cannot be settled")?;
    let stake = node.earning_stake(world.now());
    let boost = match stake {
        0 => 0,
        _ => io_client::shared::math::weight::boost_bps(
            stake,
            node.min_stake.at(world.now()),
            node.max_stake,
            rules.max_boost_bps,
        ),
    };
    let allowed = u128::from(node.multiplier_milli)
        * u128::from(node.processors)
        * u128::from(boost)
        * u128::from(emission.score_bps)
        / u128::from(BPS);
    ensure!(
        u128::from(settled.weight) <= allowed,
        "node {} weighs {}, allowed {allowed}",
        emission.node,
        settled.weight
    );
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

/// 7. The router's transit accounts are empty, and no fee was taken on IO.
fn check_router(world: &World) -> Result<()> {
    for (_, asset) in all::<Asset>(world) {
        let held = world.token_balance(&asset.transit);
        ensure!(held == 0, "{held} raw of {} left in transit", asset.mint);
    }
    for (address, receipt) in all::<Receipt>(world) {
        ensure!(
            receipt.mint != io_mint::MINT.address
                || (receipt.fee == 0 && receipt.gross == receipt.delivered),
            "receipt {address}: of {} raw IO {} were delivered, {} kept as fee",
            receipt.gross,
            receipt.delivered,
            receipt.fee
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        network::Network,
        scenario::{DAY, Scenario, play_hours},
    };
    use io_client::shared::state::U128;

    /// A day's network with a ticket, and rewards both settled and not.
    fn network() -> Network {
        let scenario = Scenario::parse(DAY).expect("the committed scenario");
        play_hours(&scenario).expect("it plays")
    }

    fn edit<L: Layout>(world: &mut World, address: &Pubkey, edit: impl FnOnce(&mut L)) {
        let mut account = world.svm.get_account(address).expect("the account is there");
        let mut layout = L::read_copy(&account.data).expect("of this layout");
        edit(&mut layout);
        account.data[8..8 + size_of::<L>()].copy_from_slice(bytes(&layout));
        world.svm.set_account(*address, account).expect("well formed");
    }

    /// Layouts are plain old data.
    fn bytes<L: Layout>(layout: &L) -> &[u8] {
        io_client::shared::bytemuck::bytes_of(layout)
    }
}
