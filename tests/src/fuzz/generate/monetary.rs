//! Minters, mints and burns.

use super::{Generator, word};
use crate::{
    fuzz::{
        action::{Action, Step},
        cast::{AUTHORITY, WALLETS},
    },
    model::{Account, DISTRIBUTOR, IO, Model, Policy, Raw, Silent, Who, curve::Curve},
};
use io_client::shared::constants::{DAY, HARD_CAP, HOUR, IO as ONE_IO};
use rand::Rng;

impl Generator {
    pub(super) fn monetary(&mut self, model: &Model) -> Vec<Action> {
        let governance = &model.mint.governance;
        let by = self.by(governance.authority);
        let minter = self.one(&Self::wallet_minters(model)).unwrap_or(0);
        let action = match self.below(24) {
            0..=6 => Action::MintTo {
                by: self.by(minter),
                to: self.wallet(),
                amount: self.mintable(model, minter),
            },
            7..=10 => {
                let by = self.rng.random_range(0..WALLETS);
                let held = model.tokens.of(Account::Wallet(by, IO));
                let amount = if self.chance(90) {
                    self.below(ONE_IO)
                } else {
                    self.amount(held)
                };
                Action::Burn { by, amount }
            }
            11..=19 => {
                // The distributor's seldom: it ends the emission.
                let minter = if self.chance(1) { DISTRIBUTOR } else { minter };
                self.minter(model, minter)
            }
            20 => Action::SetMetadata {
                by,
                too_long: self.chance(20),
            },
            _ => {
                let paused = !model.mint.paused && self.chance(30);
                let guardian = paused && self.chance(60);
                let by = if guardian {
                    self.by(governance.guardian)
                } else {
                    by
                };
                Action::SetPaused {
                    by,
                    program: 0,
                    paused,
                }
            }
        };
        vec![action]
    }

    /// What the authority or the guardian does about minters, to `minter` if it is one that there is.
    fn minter(&mut self, model: &Model, minter: Who) -> Action {
        let governance = &model.mint.governance;
        let by = self.by(governance.authority);
        let room = model.mint.room();
        let found = model.mint.minters.get(&minter);
        // What was promised for good never comes back: what still can does, so that others may be added.
        let waits = found.is_some_and(|found| model.now < found.active_at);
        if room < Raw::from(HARD_CAP) / 100 && waits && self.chance(50) {
            return Action::RevokeMinter { by, minter };
        }
        match self.below(9) {
            0..=2 => Action::AddAllowance {
                by,
                minter: self.rng.random_range(0..WALLETS),
                total: match self.below(12) {
                    0 => self.amount(room),
                    1 => word(room + 1),
                    2 => 0,
                    _ => self.below(100_000 * ONE_IO),
                },
                limit: match self.below(5) {
                    0 => u64::MAX,
                    1 => self.below(3),
                    _ => self.below(50_000 * ONE_IO),
                },
                seconds: self.below(3 * DAY.unsigned_abs()),
            },
            3 => self.schedule(model, by),
            4 | 5 => {
                let total = match found.map(|found| found.policy) {
                    Some(Policy::Allowance(total)) => total.at(model.now),
                    _ => 0,
                };
                Action::RaiseMinter {
                    by,
                    minter,
                    total: match self.below(8) {
                        0 => word(total + room + 1).saturating_sub(self.below(3)),
                        1 => 0,
                        2 => self.below(word(total)),
                        3 => word(total),
                        _ => word(total).saturating_add(self.below(100_000 * ONE_IO)),
                    },
                }
            }
            6 => Action::CancelRaise {
                by: self.by(governance.guardian),
                minter,
            },
            _ => {
                let guardian = self.chance(30);
                let by = if guardian {
                    self.by(governance.guardian)
                } else {
                    by
                };
                Action::RevokeMinter { by, minter }
            }
        }
    }

    /// A schedule beside the distributor's; mostly one that is nearly over, as there is seldom room for a whole one.
    fn schedule(&mut self, model: &Model, by: Who) -> Action {
        let curve = self.rng.random_range(0..3);
        let start = match self.below(10) {
            0..=2 => model.emissions.start,
            3 => model.now + self.rng.random_range(-30 * DAY..DAY),
            _ => {
                let (epoch, epochs) = [(HOUR, 175_319), (2_628_000, 240)][usize::from(curve % 2)];
                model.now + 2 * DAY - epoch * (epochs - self.rng.random_range(0..20))
            }
        };
        Action::AddSchedule {
            by,
            minter: self.rng.random_range(0..WALLETS),
            curve,
            start,
            limit: if self.chance(80) { u64::MAX } else { 1_000 },
        }
    }

    /// Minters added, changed and dropped before anything is minted; in the end there is room for the supply, and the
    /// authority is no minter.
    pub(super) fn drafts(&mut self, mut model: Model, supply: Raw) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut take = |model: &mut Model, step: Step| {
            model.now += step.wait;
            let mut changed = model.clone();
            if step.actions[0].apply(&mut changed, &Silent).is_ok() {
                *model = changed;
            }
            steps.push(step);
        };
        for _ in 0..self.below(14) {
            let wait = if self.chance(15) {
                2 * DAY + self.rng.random_range(-1..2)
            } else {
                0
            };
            let wallets: Vec<_> = Self::wallet_minters(&model);
            let minter = self.one(&wallets).unwrap_or(0);
            let action = self.minter(&model, minter);
            take(
                &mut model,
                Step {
                    wait,
                    ..Step::now(vec![action])
                },
            );
        }
        for minter in Self::wallet_minters(&model) {
            if minter == AUTHORITY || model.mint.room() < supply {
                let by = AUTHORITY;
                take(
                    &mut model,
                    Step::now(vec![Action::RevokeMinter { by, minter }]),
                );
            }
        }
        steps
    }

    fn wallet_minters(model: &Model) -> Vec<Who> {
        let minters = model.mint.minters.keys().copied();
        minters.filter(|who| *who < WALLETS).collect()
    }

    /// An amount around what a minter may mint.
    fn mintable(&mut self, model: &Model, minter: Who) -> u64 {
        let Some(found) = model.mint.minters.get(&minter) else {
            return 1;
        };
        match found.policy {
            Policy::Allowance(total) => {
                let left = total.at(model.now) - found.minted;
                self.amount(left.min(found.limit.max(1)))
            }
            Policy::Schedule {
                curve,
                start,
                skipped,
            } => {
                let curve = Curve::by_id(curve).expect("checked when it was added");
                let emitted = curve.emitted(curve.elapsed(start, model.now));
                let left = emitted - skipped - found.minted;
                // Not within the raw unit that a curve may err by.
                let asked = [left / 2, left - 2, left + 2];
                word(self.one(&asked).expect("three"))
            }
        }
    }
}
