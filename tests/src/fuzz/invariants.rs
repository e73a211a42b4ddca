//! The nine invariants, on the model: it agrees with the chain when they are looked at.

use super::{
    action::{Action, Step},
    cast::WALLETS,
};
use crate::model::{
    Account, IO, Model, NodeKey, Raw, Reason, Who, curve::Curve, exact::of_units, swap::fee_of,
};
use io_client::shared::{
    constants::{HARD_CAP, MAX_FEE_BPS, RULE_CHANGE_DELAY},
    errors::{PaymentsError, StakingError},
};

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// Invariants that the state shows.
pub fn all(model: &Model) -> Result<(), String> {
    supply(model)?;
    emissions(model)?;
    for node in model.staking.nodes.keys() {
        stake(model, *node)?;
    }
    router(model)
}

/// 1: minted ≤ promised ≤ the cap, and what minters may still mint is promised; what is in existence is what was
/// minted and not burned.
fn supply(model: &Model) -> Result<(), String> {
    let mint = &model.mint;
    let minters = mint.minters.values();
    let due: Raw = minters.map(|minter| minter.due(model.now)).sum();
    ensure(
        mint.minted + due <= mint.promised && mint.promised <= Raw::from(HARD_CAP),
        || {
            format!(
                "invariant 1: {} minted, {due} due, {} promised",
                mint.minted, mint.promised
            )
        },
    )?;
    let held: Raw = model
        .tokens
        .0
        .iter()
        .filter(|(account, _)| is_io(account))
        .map(|(_, held)| held)
        .sum();
    ensure(held == mint.minted - mint.burned, || {
        format!(
            "invariant 1: {held} held, {} minted, {} burned",
            mint.minted, mint.burned
        )
    })
}

fn is_io(account: &Account) -> bool {
    match account {
        Account::Wallet(_, token)
        | Account::Transit(token)
        | Account::Fees(token)
        | Account::Reserve(token)
        | Account::Hoard(token) => *token == IO,
        _ => true,
    }
}

/// 2 and 4: emitted as the curve says; the vault covers what nodes are owed and the carry.
fn emissions(model: &Model) -> Result<(), String> {
    let emissions = &model.emissions;
    let curve = Curve::by_id(emissions.curve).expect("one of the two");
    ensure(curve.agrees(emissions.epochs, emissions.emitted), || {
        format!(
            "invariant 2: {} after {} epochs",
            emissions.emitted, emissions.epochs
        )
    })?;
    // The distributor of an adopted mint begins with the epoch that is open when its minter is active.
    let latest = curve.elapsed(emissions.start, model.now + RULE_CHANGE_DELAY);
    ensure(emissions.epochs <= latest, || {
        "invariant 2: ahead of the clock".to_owned()
    })?;
    let mut promised = 0;
    for (id, pool) in (0..).zip(&emissions.pools) {
        let nodes = emissions.nodes.values().filter(|node| node.pool == id);
        let (mut weight, mut owed) = (0, 0);
        for node in nodes {
            weight += node.weight;
            owed += node.owed + of_units(pool.per_weight - node.mark, node.weight);
        }
        ensure(weight == pool.weight, || {
            format!("pool {id}: nodes weigh {weight}")
        })?;
        ensure(owed <= pool.owed, || {
            format!(
                "invariant 4: pool {id} owes {owed}, set aside {}",
                pool.owed
            )
        })?;
        promised += pool.owed + pool.carry;
    }
    let vault = model.tokens.of(Account::Emissions);
    ensure(vault >= promised, || {
        format!("invariant 4: vault {vault}, promised {promised}")
    })
}

/// 3 and 4: vaults cover stake and rewards; values fit in.
fn stake(model: &Model, key: NodeKey) -> Result<(), String> {
    let node = &model.staking.nodes[&key];
    let vault = model.tokens.of(Account::Stake(key));
    ensure(vault >= node.active() + node.cooling(), || {
        format!("invariant 3: node {key:?} vault {vault}")
    })?;
    let mut claimable = node.commission_owed;
    for (kind, tranche) in (0..).zip(&node.tranches) {
        let (mut shares, mut value) = (0, 0);
        let positions = model.staking.positions.iter();
        for (_, position) in positions.filter(|((node, _, of), _)| *node == key && *of == kind) {
            shares += position.shares;
            value += tranche.active.value(position.shares);
            let mut settled = *position;
            settled.settle(tranche);
            claimable += settled.owed;
        }
        ensure(
            shares == tranche.active.shares && value <= tranche.active.stake,
            || format!("invariant 3: node {key:?} tranche {kind}: worth {value}"),
        )?;
        let (mut shares, mut value) = (0, 0);
        let tickets = model.staking.tickets.iter();
        let here = tickets.filter(|(((node, _, of), ..), _)| *node == key && *of == kind);
        for (_, ticket) in here {
            shares += ticket.shares;
            value += tranche.cooling.value(ticket.shares).min(ticket.amount);
        }
        ensure(
            shares == tranche.cooling.shares && value <= tranche.cooling.stake,
            || format!("invariant 3: node {key:?} cooling {kind}: worth {value}"),
        )?;
    }
    let rewards = model.tokens.of(Account::Rewards(key));
    ensure(
        claimable <= node.rewards_owed && node.rewards_owed <= rewards,
        || format!("invariant 4: node {key:?} claimable {claimable}, vault {rewards}"),
    )
}

/// 7: nothing stays in transit; a fee is at most what any may be, and none on IO.
fn router(model: &Model) -> Result<(), String> {
    for token in 0..3 {
        let held = model.tokens.of(Account::Transit(token));
        ensure(held == 0, || {
            format!("invariant 7: {held} of token {token} in transit")
        })?;
    }
    for receipt in model.payments.receipts.values() {
        // Up to 1 % of what was to be swapped went back, and the fee did not change by that.
        let paid = receipt.gross * 100 / 99 + 1;
        let most = fee_of(paid, MAX_FEE_BPS.into());
        let fits = if receipt.token == IO {
            receipt.fee == 0
        } else {
            receipt.fee <= most
        };
        ensure(fits, || format!("invariant 7: {receipt:?}"))?;
    }
    Ok(())
}

/// What a step may have changed: invariants of what it touched, and 5 and 6 of what it did.
pub fn after(before: &Model, after: &Model, step: &Step, signers: &[Who]) -> Result<(), String> {
    supply(after)?;
    emissions(after)?;
    router(after)?;
    for (key, node) in &after.staking.nodes {
        let touched = before.staking.nodes.get(key) != Some(node);
        if touched
            || before.tokens.of(Account::Stake(*key)) != after.tokens.of(Account::Stake(*key))
        {
            stake(after, *key)?;
        }
    }
    others(before, after, step, signers)?;
    payments(before, after, step)
}

/// 5: nobody's tokens, stake or rewards fall by what others do; a slash apart.
fn others(before: &Model, after: &Model, step: &Step, signers: &[Who]) -> Result<(), String> {
    for who in 0..WALLETS {
        if signers.contains(&who) {
            continue;
        }
        for account in (0..3).map(|token| Account::Wallet(who, token)) {
            let (was, is) = (before.tokens.of(account), after.tokens.of(account));
            ensure(is >= was, || {
                format!("invariant 5: {account:?} fell from {was} to {is}")
            })?;
        }
    }
    let slashed = step
        .actions
        .iter()
        .any(|action| matches!(action, Action::ExecuteSlash { .. }));
    let exits = |action: &Action, key| match action {
        Action::RequestUnstake { at, .. }
        | Action::UnstakeRetired { at, .. }
        | Action::ClosePosition { at, .. }
        | Action::Compound { at, .. } => *at == key,
        Action::Claim { at, .. } => *at == key,
        _ => false,
    };
    for (key, position) in &before.staking.positions {
        if slashed || step.actions.iter().any(|action| exits(action, *key)) {
            continue;
        }
        let worth = |model: &Model| {
            let tranche = &model.staking.nodes.get(&key.0)?.tranches[usize::from(key.2)];
            let mut position = *model.staking.positions.get(key)?;
            position.settle(tranche);
            Some((tranche.active.value(position.shares), position.owed))
        };
        if before.staking.nodes.get(&key.0) == after.staking.nodes.get(&key.0)
            && after.staking.positions.get(key) == Some(position)
        {
            continue;
        }
        let (was, is) = (worth(before), worth(after));
        let kept = matches!((was, is), (Some(was), Some(is)) if is.0 >= was.0 && is.1 >= was.1);
        ensure(kept, || {
            format!("invariant 5: {key:?} was worth {was:?}, is {is:?}")
        })?;
    }
    Ok(())
}

/// 6: a payment records itself once and delivers at least what the payer signed.
fn payments(before: &Model, after: &Model, step: &Step) -> Result<(), String> {
    let (mut paid, mut closed) = (0, 0);
    for action in &step.actions {
        match action {
            Action::PayToken { by, payment } | Action::PayFiat { by, payment } => {
                paid += 1;
                let receipt = after.payments.receipts.get(&(*by, payment.order.id));
                let delivered = receipt.map(|receipt| {
                    receipt
                        .entries
                        .iter()
                        .map(|entry| entry.delivered)
                        .sum::<Raw>()
                });
                ensure(
                    delivered.is_some_and(|sum| sum >= payment.min.into()),
                    || format!("invariant 6: {delivered:?} delivered of {}", payment.min),
                )?;
            }
            Action::PayIo { .. } | Action::PayIoSplit { .. } => paid += 1,
            Action::CloseReceipt { .. } => closed += 1,
            _ => {}
        }
    }
    let (was, is) = (
        before.payments.receipts.len(),
        after.payments.receipts.len(),
    );
    ensure(was + paid == is + closed, || {
        format!("invariant 6: {was} receipts, {paid} payments, {closed} closed, {is} receipts")
    })
}

/// 8: no pause, halt, gap, outage or venue stops an exit: what may refuse one is named here.
pub fn exit(action: &Action, reasons: &[Reason]) -> Result<(), String> {
    let allowed: Vec<Reason> = match action {
        Action::RequestUnstake { .. } => {
            vec![
                StakingError::ZeroAmount.into(),
                StakingError::InsufficientStake.into(),
            ]
        }
        Action::Withdraw { .. } => vec![
            StakingError::StillCooling.into(),
            StakingError::SlashOpen.into(),
            StakingError::WrongDestination.into(),
        ],
        Action::Claim { .. } => {
            vec![
                StakingError::NothingToClaim.into(),
                StakingError::WrongDestination.into(),
            ]
        }
        Action::TakeEarnings { .. } => vec![
            PaymentsError::ZeroAmount.into(),
            PaymentsError::WrongDestination.into(),
            Reason::Funds,
        ],
        _ => return Ok(()),
    };
    let free = reasons
        .iter()
        .all(|reason| *reason == Reason::Account || allowed.contains(reason));
    ensure(free, || {
        format!("invariant 8: {action:?} is refused for {reasons:?}")
    })
}
