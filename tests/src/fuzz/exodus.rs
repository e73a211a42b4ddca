//! The end of every network: everything is stopped, and everybody leaves with all that is theirs.

use super::{
    action::{Action, Step},
    cast::WALLETS,
    run::Run,
};
use crate::model::{
    Account, Model,
    swap::{POOL, SCRIPT},
};
use io_client::shared::constants::{COOLDOWN, SLASH_LAPSE};

/// Pauses, halts and disables whatever can be.
pub fn stop(model: &Model) -> Vec<Step> {
    let mut steps = Vec::new();
    let governors = [
        (0, &model.mint.governance),
        (1, &model.staking.governance),
        (3, &model.payments.governance),
    ];
    for (program, governance) in governors {
        let by = governance.authority;
        steps.push(Action::SetPaused {
            by,
            program,
            paused: true,
        });
    }
    let by = model.payments.governance.authority;
    for venue in [POOL, SCRIPT] {
        steps.push(Action::SetVenueEnabled {
            by,
            venue,
            enabled: false,
        });
    }
    let by = model.staking.governance.authority;
    for node in model.staking.nodes.keys().copied() {
        steps.push(Action::HaltNode { by, node });
    }
    for id in model.staking.classes.keys().copied() {
        steps.push(Action::SuspendClass {
            by,
            id,
            suspended: true,
        });
    }
    steps
        .into_iter()
        .map(|action| Step::now(vec![action]))
        .collect()
}

/// All stake to cooling stake.
pub fn unstake(model: &Model) -> Vec<Step> {
    let positions = model.staking.positions.iter();
    let held = positions.filter(|(at, position)| {
        let tranche = &model.staking.nodes[&at.0].tranches[usize::from(at.2)];
        tranche.active.value(position.shares) > 0
    });
    held.map(|(at, position)| {
        Step::exit(Action::RequestUnstake {
            at: *at,
            index: position.next_ticket,
            amount: u64::MAX,
        })
    })
    .collect()
}

/// When everything has cooled and no slash binds any more: tickets, rewards and earnings.
pub fn leave(model: &Model) -> Vec<Step> {
    let mut steps = Vec::new();
    for ticket in model.staking.tickets.keys().copied() {
        let to = model.staking.positions[&ticket.0].payout;
        steps.push(Step::exit(Action::Withdraw { ticket, to }));
    }
    for (at, position) in &model.staking.positions {
        let node = &model.staking.nodes[&at.0];
        let mut settled = *position;
        settled.settle(&node.tranches[usize::from(at.2)]);
        if settled.owed > 0 || (at.2 == 0 && node.commission_owed > 0) {
            let to = position.payout;
            steps.push(Step::exit(Action::Claim { at: *at, to }));
        }
    }
    for by in 0..WALLETS {
        let held = model.tokens.of(Account::Earnings(by));
        if let Some(supplier) = model.payments.suppliers.get(&by)
            && held > 0
        {
            let to = supplier.payout;
            let amount = super::generate::word(held);
            steps.push(Step::exit(Action::TakeEarnings { by, to, amount }));
        }
    }
    if let Some(first) = steps.first_mut() {
        first.wait = COOLDOWN.max(SLASH_LAPSE);
    }
    steps
}

/// The three, one after the other; each step taken is added to `taken`.
pub fn all(run: &mut Run, taken: &mut Vec<Step>) -> Result<(), String> {
    for phase in [stop, unstake, leave] {
        for step in phase(&run.rig.model) {
            taken.push(step.clone());
            run.step(&step)?;
        }
    }
    run.check_everything()
}
