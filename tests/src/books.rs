//! The design's invariants, checked over every account of a chain.

use crate::Ledger;
use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey, pda,
    shared::{
        constants::{
            BPS, HARD_CAP, MAX_FEE_BPS, MAX_MULTIPLIER_MILLI, MAX_SLASH_BPS, MAX_SUPPLIERS,
            RULE_CHANGE_DELAY, SLASH_DELAY, SLASH_LAPSE,
        },
        ids::{TOKEN_PROGRAM, io_emissions, io_mint, io_payments, io_staking},
        math::{curve::Curve, fixed::mul_q64, weight::boost_bps},
        state::{
            Asset, DeviceClass, EmissionsConfig, Gateway, Layout, MintConfig, Minter, Node,
            NodeEmission, NodeStatus, PaymentsConfig, Position, Receipt, ReceiptEntry, RewardPool,
            SlashProposal, StakingConfig, Supplier, Ticket, TrancheKind, Venue,
        },
    },
};
use solana_program_pack::Pack;
use spl_token_interface::state::{Account as TokenAccount, Mint};
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
pub fn check(ledger: &impl Ledger) -> Result<Books> {
    let mut books = Books::default();
    check_supply(ledger, &mut books).context("invariant 1")?;
    check_emissions(ledger, &mut books).context("invariants 2 and 4")?;
    check_nodes(ledger, &mut books).context("invariants 3 and 4")?;
    check_router(ledger).context("invariant 7")?;
    check_promises(ledger).context("invariant 1")?;
    Ok(books)
}

/// Like [`check`], and more that holds only in a world that nothing but instructions has touched:
/// every account of the programs has a known layout, all IO is on token accounts, the distributor's
/// vault holds exactly what its pools say, and no node weighs more than its stake and score allow.
pub fn check_untouched(ledger: &impl Ledger) -> Result<Books> {
    check_accounts(ledger)?;
    let books = check(ledger)?;
    check_holders(ledger).context("invariant 1")?;
    ensure!(
        books.emissions_vault == books.owed_to_nodes + books.carry,
        "invariant 4: vault {}, owed {}, carry {}",
        books.emissions_vault,
        books.owed_to_nodes,
        books.carry
    );
    check_weights(ledger).context("weights")?;
    Ok(books)
}

/// All accounts of one layout.
fn all<L: Layout>(ledger: &impl Ledger) -> Vec<(Pubkey, L)> {
    ledger
        .accounts_of(&L::OWNER)
        .into_iter()
        .filter_map(|(address, data)| Some((address, L::read_copy(&data)?)))
        .collect()
}

/// An account of one of the four programs, if it is there.
fn try_read<L: Layout>(ledger: &impl Ledger, address: &Pubkey) -> Option<L> {
    let (owner, data) = ledger.account(address)?;
    (owner == L::OWNER).then(|| L::read_copy(&data))?
}

fn read<L: Layout>(ledger: &impl Ledger, address: &Pubkey) -> Result<L> {
    try_read(ledger, address)
        .with_context(|| format!("{address} is no {}", core::any::type_name::<L>()))
}

fn token_account(ledger: &impl Ledger, address: &Pubkey) -> Result<TokenAccount> {
    let (_, data) = ledger
        .account(address)
        .with_context(|| format!("there is no token account at {address}"))?;
    TokenAccount::unpack(&data).with_context(|| format!("{address} is no token account"))
}

/// Raw units on a token account.
fn token_balance(ledger: &impl Ledger, address: &Pubkey) -> Result<u64> {
    Ok(token_account(ledger, address)?.amount)
}

/// Raw units of a mint in existence.
fn supply_of(ledger: &impl Ledger, mint: &Pubkey) -> Result<u64> {
    let (_, data) = ledger
        .account(mint)
        .with_context(|| format!("there is no mint at {mint}"))?;
    Ok(Mint::unpack(&data)?.supply)
}

/// Every account of the programs is of a known layout, so that none escapes the other checks.
fn check_accounts(ledger: &impl Ledger) -> Result<()> {
    let known: HashSet<_> = [
        kind::<MintConfig>(),
        kind::<Minter>(),
        kind::<StakingConfig>(),
        kind::<DeviceClass>(),
        kind::<Node>(),
        kind::<Position>(),
        kind::<Ticket>(),
        kind::<SlashProposal>(),
        kind::<EmissionsConfig>(),
        kind::<RewardPool>(),
        kind::<NodeEmission>(),
        kind::<PaymentsConfig>(),
        kind::<Asset>(),
        kind::<Venue>(),
        kind::<Supplier>(),
        kind::<Gateway>(),
    ]
    .into_iter()
    .chain((1..=MAX_SUPPLIERS).map(|count| {
        let discriminator = Receipt::DISCRIMINATOR.to_vec();
        (Receipt::OWNER, discriminator, Receipt::space(count))
    }))
    .collect();
    for program in [
        io_mint::ID,
        io_staking::ID,
        io_emissions::ID,
        io_payments::ID,
    ] {
        for (address, data) in ledger.accounts_of(&program) {
            let head = data.get(..8).unwrap_or_default().to_vec();
            ensure!(
                known.contains(&(program, head, data.len())),
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

/// Invariant 1: Minted ever ≤ the cap; supply = minted − burned; every minter within its policy.
fn check_supply(ledger: &impl Ledger, books: &mut Books) -> Result<()> {
    let config: MintConfig = read(ledger, &io_mint::CONFIG.address)?;
    let supply = supply_of(ledger, &config.mint)?;
    ensure!(config.minted <= HARD_CAP, "{} raw minted", config.minted);
    ensure!(
        config.minted.checked_sub(config.burned) == Some(supply),
        "supply {supply}, minted {}, burned {}",
        config.minted,
        config.burned
    );
    let mut by_minters: u128 = 0;
    for (address, minter) in all::<Minter>(ledger) {
        let allowed = match minter.policy {
            Minter::ALLOWANCE => minter.total_at(ledger.time()),
            _ => minter.emitted_by_schedule(ledger.time()),
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

/// Invariant 1: minted ≤ promised ≤ the cap, and all that the minters may still mint is promised, a raise that
/// waits included.
fn check_promises(ledger: &impl Ledger) -> Result<()> {
    let config: MintConfig = read(ledger, &io_mint::CONFIG.address)?;
    let mut due = u128::from(config.minted);
    for (address, minter) in all::<Minter>(ledger) {
        let promised = match minter.policy {
            Minter::ALLOWANCE => minter.total.max(minter.next_total),
            _ => {
                let curve = Curve::by_id(minter.curve).context("no such curve")?;
                curve.cap - minter.skipped
            }
        };
        let left = promised.checked_sub(minter.minted);
        let left = left.with_context(|| format!("minter {address} minted more than promised"))?;
        due += u128::from(left);
    }
    ensure!(
        due <= u128::from(config.promised) && config.promised <= HARD_CAP,
        "{} raw promised, {} minted, {due} with what may be minted",
        config.promised,
        config.minted
    );
    Ok(())
}

/// The supply is what the token accounts hold together.
fn check_holders(ledger: &impl Ledger) -> Result<()> {
    let mint = read::<MintConfig>(ledger, &io_mint::CONFIG.address)?.mint;
    let held: u128 = ledger
        .accounts_of(&TOKEN_PROGRAM)
        .into_iter()
        .filter_map(|(_, data)| TokenAccount::unpack(&data).ok())
        .filter(|account| account.mint == mint)
        .map(|account| u128::from(account.amount))
        .sum();
    let supply = supply_of(ledger, &mint)?;
    ensure!(
        held == u128::from(supply),
        "supply {supply}, in accounts {held}"
    );
    Ok(())
}

/// Invariant 2: emitted = cumulative(epochs done), and no more epochs are done than elapsed; before the first crank as many
/// as have elapsed when the distributor's minter is active, if the mint was adopted. Invariant 4: the vault holds what
/// nodes are owed and the carry, no more is given out than was minted, and each pool's weight is the sum of its nodes'.
fn check_emissions(ledger: &impl Ledger, books: &mut Books) -> Result<()> {
    let Some(config) = try_read::<EmissionsConfig>(ledger, &io_emissions::CONFIG.address) else {
        return Ok(());
    };
    let curve = Curve::by_id(config.curve).context("no such curve")?;
    // Gone if it was revoked: what it had minted and skipped is not known any more.
    let minter: Option<Minter> = try_read(ledger, &pda::minter(&io_emissions::CONFIG.address).0);
    let minted = minter.map_or(config.emitted, |minter| minter.minted);

    let nodes = all::<NodeEmission>(ledger);
    let enrolled = nodes.len();
    let pools = all::<RewardPool>(ledger);
    ensure!(
        pools.len() == usize::from(config.pool_count),
        "{} pools",
        pools.len()
    );
    let shares: u64 = pools
        .iter()
        .map(|(_, pool)| pool.share_bps.at(ledger.time()))
        .sum();
    ensure!(shares == BPS, "the pools' parts sum to {shares}");
    // The pools of an adopted mint learn where the curve is at the first crank.
    let begins = pools.iter().all(|(_, pool)| pool.epochs_done == 0);
    let latest = match minter {
        _ if !begins => ledger.time(),
        Some(minter) => minter.active_at.max(ledger.time()),
        None => ledger.time() + RULE_CHANGE_DELAY,
    };
    let elapsed = curve.epochs_elapsed(config.start_at, latest);
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
    if let Some(minter) = minter {
        ensure!(
            minter.skipped + minter.minted == config.emitted,
            "minter and config differ"
        );
    }
    if begins && let Some(minter) = minter {
        let active = curve.epochs_elapsed(config.start_at, minter.active_at);
        let first = if minter.skipped == 0 { 0 } else { active };
        ensure!(
            config.epochs_done == first && minter.minted == 0,
            "{} epochs done and {} raw minted before the first crank",
            config.epochs_done,
            minter.minted
        );
    }
    let epochs_done = if begins { 0 } else { config.epochs_done };
    let mut members = 0;
    for (address, pool) in pools {
        ensure!(
            pool.epochs_done == epochs_done,
            "pool {}: {} epochs done",
            pool.id,
            pool.epochs_done
        );
        let mut weight: u128 = 0;
        let mut owed: u128 = 0;
        for (_, node) in nodes
            .iter()
            .filter(|(_, node)| pda::reward_pool(node.pool).0 == address)
        {
            members += 1;
            weight += u128::from(node.weight);
            let since = pool.acc_per_weight.get().wrapping_sub(node.acc_paid.get());
            let accrued = mul_q64(since, node.weight).context("accrual does not fit")?;
            owed += u128::from(node.owed) + u128::from(accrued);
            books.harvested += node.harvested;
            ensure!(node.invariant(), "node {}: emission", node.node);
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
    ensure!(
        members == enrolled,
        "{enrolled} nodes, {members} of them in a pool"
    );
    let vault = token_balance(ledger, &io_emissions::VAULT.address)?;
    ensure!(
        vault >= books.owed_to_nodes + books.carry,
        "vault {vault}, owed {}, carry {}",
        books.owed_to_nodes,
        books.carry
    );
    // Less by what closed nodes had harvested.
    let given = config.bounties_paid + books.harvested + books.owed_to_nodes + books.carry;
    ensure!(given <= minted, "{given} raw given of {minted} minted");
    books.emitted = config.emitted;
    books.bounties = config.bounties_paid;
    books.emissions_vault = vault;
    Ok(())
}

/// A weight never lags downwards: settled now, no node weighs more than its stake and score allow.
fn check_weights(ledger: &impl Ledger) -> Result<()> {
    let Some(config) = try_read::<EmissionsConfig>(ledger, &io_emissions::CONFIG.address) else {
        return Ok(());
    };
    let now = ledger.time();
    let rules = config.weight_rules(now);
    for (_, emission) in all::<NodeEmission>(ledger) {
        let node: Node = read(ledger, &emission.node)?;
        let mut pool: RewardPool = read(ledger, &pda::reward_pool(emission.pool).0)?;
        let mut settled = emission;
        settled
            .settle(&node, &mut pool, &rules, now)
            .context("a node that cannot be settled")?;
        let (stake, least) = (node.earning_stake(now), node.min_stake.at(now));
        let allowed = u128::from(node.multiplier_milli)
            * u128::from(node.processors)
            * u128::from(boost_bps(stake, least, node.max_stake, rules.max_boost_bps))
            * u128::from(emission.score_bps)
            / u128::from(BPS);
        ensure!(
            u128::from(settled.weight) <= allowed,
            "node {} weighs {}, allowed {allowed}",
            emission.node,
            settled.weight
        );
    }
    Ok(())
}

/// Invariant 3: For each node: stake vault = active + cooling, dust and donations apart; the positions' values and the tickets' fit in;
/// Invariant 4: the reward vault covers what can be claimed.
fn check_nodes(ledger: &impl Ledger, books: &mut Books) -> Result<()> {
    let mut positions: HashMap<[u8; 32], Vec<Position>> = HashMap::new();
    for (_, position) in all::<Position>(ledger) {
        positions
            .entry(position.node.to_bytes())
            .or_default()
            .push(position);
    }
    let mut tickets: HashMap<[u8; 32], Vec<Ticket>> = HashMap::new();
    for (_, ticket) in all::<Ticket>(ledger) {
        tickets
            .entry(ticket.node.to_bytes())
            .or_default()
            .push(ticket);
    }
    let mut proposals: HashMap<Pubkey, SlashProposal> =
        all::<SlashProposal>(ledger).into_iter().collect();
    for (address, node) in all::<Node>(ledger) {
        let proposal = proposals.remove(&pda::slash(&address).0);
        check_slash(&address, &node, proposal).with_context(|| format!("node {address}"))?;
        let positions = positions.remove(&address.to_bytes()).unwrap_or_default();
        let tickets = tickets.remove(&address.to_bytes()).unwrap_or_default();
        check_node(ledger, &node, &positions, &tickets, books)
            .with_context(|| format!("node {address}"))?;
    }
    ensure!(positions.is_empty(), "positions without a node");
    ensure!(tickets.is_empty(), "tickets without a node");
    ensure!(proposals.is_empty(), "slash proposals without a node");
    Ok(())
}

/// A slash proposal exists just while its node says so, on a node that is not open.
fn check_slash(address: &Pubkey, node: &Node, proposal: Option<SlashProposal>) -> Result<()> {
    let Some(proposal) = proposal else {
        ensure!(!node.slash_open(), "a slash without a proposal");
        return Ok(());
    };
    ensure!(
        proposal.node == *address
            && proposal.lapses_at == node.slash_lapses_at
            && proposal.executable_at == proposal.proposed_at + SLASH_DELAY
            && proposal.lapses_at == proposal.proposed_at + SLASH_LAPSE
            && (1..=MAX_SLASH_BPS).contains(&proposal.bps),
        "a slash proposal that is not the node's"
    );
    ensure!(!node.is_open(), "a slash proposed on an open node");
    Ok(())
}

fn check_node(
    ledger: &impl Ledger,
    node: &Node,
    positions: &[Position],
    tickets: &[Ticket],
    books: &mut Books,
) -> Result<()> {
    ensure!(node.invariant(), "the node's own invariant");
    ensure!(
        node.positions == positions.len() as u64 && node.tickets == tickets.len() as u64,
        "counts {} positions and {} tickets, has {} and {}",
        node.positions,
        node.tickets,
        positions.len(),
        tickets.len()
    );
    // A retired node keeps the time of its halt, if it ever was.
    let halted = node.status == NodeStatus::Halted as u8;
    ensure!(
        (halted || node.is_retired() || node.halted_at == 0) && !(halted && node.halted_at == 0),
        "status {}, halted at {}",
        node.status,
        node.halted_at
    );
    let least = [i64::MIN, i64::MAX].map(|at| node.min_stake.at(at));
    ensure!(
        least.iter().all(|least| *least <= node.max_stake)
            && node.multiplier_milli <= MAX_MULTIPLIER_MILLI
            && node.delegator_kind()? != TrancheKind::Operator,
        "terms: minimum {least:?}, maximum {}, multiplier {}, delegators in {}",
        node.max_stake,
        node.multiplier_milli,
        node.delegator_tranche
    );
    let stake_vault = token_balance(ledger, &node.stake_vault)?;
    let reward_vault = token_balance(ledger, &node.reward_vault)?;
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
        // Since the shares add up, this and its like below fail only if `value_of` rounds up.
        ensure!(
            value <= tranche.stake,
            "{kind:?}: {value} of {}",
            tranche.stake
        );

        let cooling = &node.cooling[kind as usize];
        let holders = tickets.iter().filter(|t| t.tranche == kind as u8);
        let (mut shares, mut value) = (0, 0);
        for ticket in holders {
            shares += ticket.shares;
            value += cooling.value_of(ticket.shares)?.min(ticket.amount);
        }
        ensure!(
            shares == cooling.shares,
            "{kind:?}: cooling shares do not add up"
        );
        ensure!(
            value <= cooling.stake,
            "{kind:?}: cooling {value} of {}",
            cooling.stake
        );
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

/// Invariant 7: The router's transit accounts are empty, and no fee was taken on IO.
fn check_router(ledger: &impl Ledger) -> Result<()> {
    for (_, asset) in all::<Asset>(ledger) {
        for (account, owner) in [
            (asset.transit, io_payments::ROUTER.address),
            (asset.fees, io_payments::CONFIG.address),
        ] {
            let account = token_account(ledger, &account)?;
            ensure!(
                account.owner == owner
                    && account.mint == asset.mint
                    && account.delegate.is_none()
                    && account.close_authority.is_none(),
                "a token account of {} is not the router's alone",
                asset.mint
            );
        }
        let held = token_balance(ledger, &asset.transit)?;
        ensure!(held == 0, "{held} raw of {} left in transit", asset.mint);
    }
    let io = read::<MintConfig>(ledger, &io_mint::CONFIG.address)?.mint;
    for (address, data) in ledger.accounts_of(&io_payments::ID) {
        if let Some(receipt) = Receipt::read_copy(&data) {
            check_receipt(
                &receipt,
                &io,
                data.get(Receipt::SPACE..).unwrap_or_default(),
            )
            .with_context(|| format!("receipt {address}"))?;
        }
    }
    for (address, gateway) in all::<Gateway>(ledger) {
        ensure!(
            gateway.fee_bps.at(ledger.time()) <= MAX_FEE_BPS,
            "gateway {address}: {} basis points",
            gateway.fee_bps.at(ledger.time())
        );
    }
    Ok(())
}

/// A receipt's entries add up, nobody gave back more than it got, and no fee was taken on IO.
fn check_receipt(receipt: &Receipt, io: &Pubkey, entries: &[u8]) -> Result<()> {
    const ENTRY: usize = size_of::<ReceiptEntry>();
    ensure!(
        entries.len() == usize::from(receipt.count) * ENTRY,
        "{} entries in {} bytes",
        receipt.count,
        entries.len()
    );
    ensure!(
        receipt.mint != *io || (receipt.fee == 0 && receipt.gross == receipt.delivered),
        "of {} raw IO {} were delivered, {} kept as fee",
        receipt.gross,
        receipt.delivered,
        receipt.fee
    );
    let mut delivered = 0;
    for entry in entries.chunks_exact(ENTRY) {
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| entry[at + i]));
        let (given, refunded) = (word(32), word(40));
        ensure!(
            given > 0 && refunded <= given,
            "{refunded} refunded of {given}"
        );
        delivered += given;
    }
    ensure!(
        delivered == receipt.delivered,
        "{} delivered, {delivered} in the entries",
        receipt.delivered
    );
    ensure!(
        receipt.fee < receipt.gross,
        "a fee of {} on {}",
        receipt.fee,
        receipt.gross
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::World;
    use crate::fuzz::{begin::Genesis, generate::Generator, run::Run};
    use crate::scenario::{DAY, Scenario, play_hours};
    use io_client::{
        shared::state::{Scheduled, U128},
        staking, token,
    };
    use solana_signer::Signer;

    /// Someone's first account of a layout for which `pick` holds.
    fn find<L: Layout>(world: &World, pick: impl Fn(&L) -> bool) -> Pubkey {
        let mut found: Vec<_> = all::<L>(world)
            .into_iter()
            .filter(|(_, layout)| pick(layout))
            .map(|(address, _)| address)
            .collect();
        found.sort();
        *found.first().expect("the scenario has one")
    }

    /// Changes an account as no instruction could.
    fn edit<L: Layout>(world: &mut World, pick: impl Fn(&L) -> bool, edit: impl FnOnce(&mut L)) {
        let address = find(world, pick);
        let mut account = world.svm.get_account(&address).expect("it is there");
        let mut layout = L::read_copy(&account.data).expect("it was found by its layout");
        edit(&mut layout);
        // SAFETY: `Layout` requires `Pod`: no padding, any bytes.
        let bytes = unsafe {
            core::slice::from_raw_parts((&raw const layout).cast::<u8>(), size_of::<L>())
        };
        account.data[8..8 + bytes.len()].copy_from_slice(bytes);
        world
            .svm
            .set_account(address, account)
            .expect("well formed");
    }

    /// Changes what a token account holds.
    fn set_tokens(world: &mut World, address: Pubkey, change: impl FnOnce(u64) -> u64) {
        let mut account = world.svm.get_account(&address).expect("it is there");
        let mut token = TokenAccount::unpack(&account.data).expect("a token account");
        token.amount = change(token.amount);
        token.pack_into_slice(&mut account.data);
        world
            .svm
            .set_account(address, account)
            .expect("well formed");
    }

    fn any<L>(_: &L) -> bool {
        true
    }

    type Damage = fn(&mut World);

    /// Each line breaks one thing by one unit, and says what the check answers.
    const DAMAGES: &[(&str, Damage)] = &[
        // Invariant 1.
        ("raw minted", |w| {
            edit(w, any::<MintConfig>, |c| c.minted = HARD_CAP + 1)
        }),
        ("invariant 1: supply", |w| {
            edit(w, any::<MintConfig>, |c| c.minted += 1)
        }),
        ("invariant 1: supply", |w| {
            edit(w, any::<MintConfig>, |c| c.burned += 1)
        }),
        ("raw promised", |w| {
            edit(w, any::<MintConfig>, |c| c.promised -= 1)
        }),
        ("raw promised", |w| {
            edit(w, any::<MintConfig>, |c| c.promised = HARD_CAP + 1)
        }),
        ("raw promised", |w| {
            edit(
                w,
                |m: &Minter| m.policy == Minter::ALLOWANCE,
                |m| (m.next_total, m.next_total_at) = (m.total + 1, i64::MAX),
            )
        }),
        ("minter", |w| {
            edit(
                w,
                |m: &Minter| m.policy == Minter::ALLOWANCE,
                |m| m.total -= 1,
            )
        }),
        ("minter", |w| {
            edit(
                w,
                |m: &Minter| m.policy == Minter::SCHEDULE,
                |m| m.minted += 1,
            )
        }),
        ("minter", |w| w.advance(-3_600)),
        ("minters minted", |w| {
            edit(
                w,
                |m: &Minter| m.policy == Minter::ALLOWANCE,
                |m| {
                    m.total += 1;
                    m.minted += 1;
                },
            );
        }),
        ("in accounts", |w| {
            let mint = io_mint::MINT.address;
            let owner = w.fresh_address();
            w.create_token_account(&owner, &mint, 1);
        }),
        // Invariants 2 and 4.
        ("25 epochs done, 24 elapsed", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.epochs_done += 1);
        }),
        ("raw emitted for 24", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.emitted -= 1)
        }),
        ("raw emitted for 25", |w| {
            w.advance(3_600);
            edit(w, any::<EmissionsConfig>, |c| c.epochs_done += 1);
        }),
        ("minter and config differ", |w| {
            edit(
                w,
                |m: &Minter| m.policy == Minter::SCHEDULE,
                |m| m.minted -= 1,
            );
        }),
        ("raw given of", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.bounties_paid += 1)
        }),
        ("raw given of", |w| {
            edit(w, any::<NodeEmission>, |n| n.harvested += 1)
        }),
        ("2 pools", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.pool_count = 1)
        }),
        ("parts sum to 10001", |w| {
            edit(
                w,
                |p: &RewardPool| p.id == 0,
                |p| p.share_bps = Scheduled::new(7_001),
            );
        }),
        ("epochs done", |w| {
            edit(w, any::<RewardPool>, |p| p.epochs_done -= 1)
        }),
        ("nodes weigh", |w| {
            edit(w, any::<RewardPool>, |p| p.total_weight += 1)
        }),
        ("nodes weigh", |w| {
            edit(w, any::<NodeEmission>, |n| n.weight -= 1)
        }),
        // Rounding leaves a few raw of slack.
        ("nodes are owed", |w| {
            edit(w, any::<NodeEmission>, |n| n.owed += 100)
        }),
        ("nodes are owed", |w| {
            edit(w, any::<RewardPool>, |p| p.owed -= 100)
        }),
        ("nodes are owed", |w| {
            edit(w, any::<NodeEmission>, |n| {
                n.acc_paid = U128::from(n.acc_paid.get() - (1 << 54));
            });
        }),
        ("of them in a pool", |w| {
            let address = find(w, any::<NodeEmission>);
            let node: NodeEmission = w.read(&address);
            edit(
                w,
                |p: &RewardPool| p.id == node.pool,
                |p| p.total_weight -= node.weight,
            );
            edit(w, any::<NodeEmission>, |n| n.pool = 3);
        }),
        ("invariants 2 and 4: vault", |w| {
            edit(w, any::<RewardPool>, |p| p.carry += 1)
        }),
        ("invariants 2 and 4: vault", |w| {
            set_tokens(w, io_emissions::VAULT.address, |held| held - 1);
        }),
        ("emission", |w| {
            edit(w, any::<NodeEmission>, |n| n.quality_bps -= 1)
        }),
        // An exit that is not noted; a node that stopped; a score that fell.
        ("weights: node", |w| {
            edit(w, drops, |n| n.drop_settlement = u64::MAX)
        }),
        ("weights: node", |w| {
            edit(w, any::<Node>, |n| {
                (n.status, n.halted_at) = (NodeStatus::Halted as u8, 1);
            });
        }),
        // Invariants 3 and 4.
        ("the node's own invariant", |w| {
            edit(w, any::<Node>, |n| n.delegation_open = 2);
        }),
        ("invariant 4: vault", |w| {
            let treasury = token::associated(&w.authority.pubkey(), &io_mint::MINT.address);
            set_tokens(w, treasury, |held| held - 1);
            set_tokens(w, io_emissions::VAULT.address, |held| held + 1);
        }),
        ("stake vault", |w| {
            let vault = w.read::<Node>(&find(w, any::<Node>)).stake_vault;
            set_tokens(w, vault, |held| held - 1);
        }),
        ("shares do not add up", |w| {
            edit(w, |p: &Position| p.shares > 0, |p| p.shares -= 1)
        }),
        ("cooling shares do not add up", |w| {
            edit(w, any::<Ticket>, |t| t.shares -= 1)
        }),
        ("owed", |w| {
            edit(w, any::<Position>, |p| p.rewards_owed += 100)
        }),
        ("owed", |w| {
            edit(
                w,
                |n: &Node| n.rewards_owed > 0,
                |n| n.commission_owed += 100,
            )
        }),
        ("claimable", |w| {
            edit(w, |n: &Node| n.rewards_owed > 0, |n| n.rewards_owed -= 100)
        }),
        (", vault", |w| {
            let address = find(w, |n: &Node| n.rewards_owed > 0);
            let vault = w.read::<Node>(&address).reward_vault;
            set_tokens(w, vault, |held| held - 1);
        }),
        ("positions without a node", |w| {
            let mut data = w.data(&find(w, |p: &Position| p.shares == 0));
            // The node is behind the discriminator and eight bytes.
            data[16..48].fill(9);
            let stray = w.fresh_address();
            w.put(stray, io_staking::ID, data, false);
        }),
        ("tickets without a node", |w| {
            let nowhere = w.fresh_address();
            let mut data = w.data(&find(w, any::<Ticket>));
            data[8..].fill(0);
            let stray = w.fresh_address();
            w.put(stray, io_staking::ID, data, false);
            edit(w, |t: &Ticket| t.shares == 0, |t| t.node = nowhere);
        }),
        ("a slash without a proposal", |w| {
            edit(w, any::<Node>, |n| n.slash_lapses_at = 1)
        }),
        ("not the node's", |w| {
            propose(w, |p| p.lapses_at += 1);
        }),
        ("not the node's", |w| propose(w, |p| p.bps = 5_001)),
        ("not the node's", |w| propose(w, |p| p.executable_at -= 1)),
        ("on an open node", |w| {
            propose(w, |_| ());
            edit(
                w,
                |n: &Node| n.slash_open(),
                |n| {
                    (n.status, n.halted_at) = (NodeStatus::Open as u8, 0);
                },
            );
        }),
        ("proposals without a node", |w| {
            propose(w, |_| ());
            let from = find(w, any::<SlashProposal>);
            let (data, stray) = (w.data(&from), w.fresh_address());
            w.put(stray, io_staking::ID, data, false);
        }),
        ("has no known layout", |w| {
            propose(w, |_| ());
            let from = find(w, any::<SlashProposal>);
            let mut data = w.data(&from);
            data.pop();
            w.put(from, io_staking::ID, data, false);
        }),
        ("counts", |w| edit(w, any::<Node>, |n| n.positions += 1)),
        ("counts", |w| edit(w, any::<Node>, |n| n.tickets += 1)),
        ("status 0, halted at 1", |w| {
            edit(w, any::<Node>, |n| n.halted_at = 1)
        }),
        ("status 1, halted at 0", |w| {
            propose(w, |_| ());
            edit(w, |n: &Node| n.slash_open(), |n| n.halted_at = 0);
        }),
        // Invariant 7.
        ("left in transit", |w| {
            let transit = w.read::<Asset>(&find(w, any::<Asset>)).transit;
            set_tokens(w, transit, |held| held + 1);
        }),
        ("kept as fee", |w| {
            edit(
                w,
                |r: &Receipt| r.mint == io_mint::MINT.address,
                |r| {
                    r.fee += 1;
                    r.delivered -= 1;
                },
            );
        }),
        ("in the entries", |w| {
            edit(w, |r: &Receipt| r.fee > 0, |r| r.delivered -= 1);
        }),
        ("refunded of", |w| {
            let address = find(w, any::<Receipt>);
            let mut account = w.svm.get_account(&address).expect("it is there");
            account.data[Receipt::SPACE + 47] = 1;
            w.svm.set_account(address, account).expect("well formed");
        }),
        ("entries in", |w| edit(w, any::<Receipt>, |r| r.count += 1)),
        ("not the router's alone", |w| {
            let asset: Asset = w.read(&find(w, any::<Asset>));
            let mut account = w.svm.get_account(&asset.fees).expect("it is there");
            account.data[32] ^= 1;
            w.svm.set_account(asset.fees, account).expect("well formed");
        }),
        ("has no known layout", |w| {
            let stray = w.fresh_address();
            w.put(stray, io_staking::ID, vec![0; 8], false);
        }),
        ("has no known layout", |w| {
            let stray = w.fresh_address();
            let mut data = w.data(&find(w, any::<StakingConfig>));
            data.push(0);
            w.put(stray, io_staking::ID, data, false);
        }),
    ];

    /// Halts a node and proposes a slash on it, changed as `damage` says.
    fn propose(world: &mut World, damage: impl FnOnce(&mut SlashProposal)) {
        let node = find(world, any::<Node>);
        let authority = world.authority.pubkey();
        let pool = world
            .read::<DeviceClass>(&pda::device_class(world.read::<Node>(&node).class).0)
            .pool;
        world.run(
            &[
                staking::halt_node(&authority, &node, pool),
                staking::propose_slash(&authority, &node, 1, [1; 32]),
            ],
            &[],
        );
        check_untouched(world).expect("nothing is broken");
        edit(world, any::<SlashProposal>, damage);
    }

    /// A node whose stake dropped and that was not settled since.
    fn drops(node: &Node) -> bool {
        node.cooling_stake() > 0
    }

    #[test]
    fn whatever_is_broken_is_found() {
        // Up to the exit, whose drop nothing has settled yet.
        let mut scenario = Scenario::parse(DAY).expect("the committed scenario");
        for exit in &mut scenario.exits {
            exit.hour = scenario.hours;
        }
        let mut world = play_hours(&scenario).expect("it plays").world;
        find_damages(&mut world, DAMAGES, check_untouched);
    }

    /// What is broken where a mint is adopted and its distributor not cranked yet, and what the check answers.
    const EARLY_DAMAGES: &[(&str, Damage)] = &[
        ("elapsed", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.epochs_done += 1)
        }),
        ("raw emitted for", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.emitted += 1)
        }),
        ("before the first crank", |w| {
            edit(w, any::<Minter>, |m| m.active_at -= 2 * 3_600);
            w.advance(RULE_CHANGE_DELAY);
        }),
        ("elapsed", |w| {
            edit(w, any::<Minter>, |m| m.active_at -= 2 * 3_600);
        }),
        ("minter and config differ", |w| {
            edit(w, any::<Minter>, |m| m.skipped -= 1);
        }),
        ("epochs done", |w| {
            edit(w, |p: &RewardPool| p.id == 0, |p| p.epochs_done = 1);
        }),
        ("raw given of", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.bounties_paid = 1)
        }),
        ("raw promised", |w| {
            edit(w, any::<MintConfig>, |c| c.promised -= 1)
        }),
    ];

    /// What is broken once the distributor's minter was revoked.
    const LATE_DAMAGES: &[(&str, Damage)] = &[
        ("elapsed", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.epochs_done += 1)
        }),
        ("raw emitted for", |w| {
            edit(w, any::<EmissionsConfig>, |c| c.epochs_done -= 1)
        }),
        ("raw given of", |w| {
            edit(w, any::<EmissionsConfig>, |c| {
                c.bounties_paid = c.emitted + 1;
            });
        }),
        ("elapsed", |w| w.advance(-3 * 24 * 3_600)),
    ];

    #[test]
    fn an_adopted_mint_holds_before_its_first_crank_and_without_the_distributors_minter() {
        let mut generator = Generator::new(1);
        let genesis = Genesis {
            adopt: true,
            curve: 0,
            running: 40 * 24 * 3_600,
            shares: [7_000, 3_000, 0, 0],
            drafts: Vec::new(),
            ..generator.genesis()
        };
        let mut world = Run::new(&genesis).expect("it begins").rig.world;
        find_damages(&mut world, EARLY_DAMAGES, check);
        let authority = world.authority.pubkey();
        let distributor = io_emissions::CONFIG.address;
        let revoke = io_client::mint::revoke_minter(&authority, &distributor, &authority);
        world.run(&[revoke], &[]);
        find_damages(&mut world, LATE_DAMAGES, check);
    }

    /// Damages an intact world in each way, and has it checked.
    fn find_damages(
        world: &mut World,
        damages: &[(&str, Damage)],
        check: fn(&World) -> Result<Books>,
    ) {
        check(world).expect("nothing is broken");
        let intact = world.svm.clone();
        let mut missed = Vec::new();
        for (answer, damage) in damages {
            damage(world);
            match check(world) {
                Ok(_) => missed.push(format!("{answer:?}: nothing found")),
                Err(error) if format!("{error:#}").contains(answer) => {}
                Err(error) => missed.push(format!("{answer:?}: {error:#}")),
            }
            world.svm = intact.clone();
        }
        assert!(missed.is_empty(), "{}", missed.join("\n"));
    }
}
