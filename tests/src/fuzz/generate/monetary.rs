//! Minters, mints and burns.

use super::{Generator, word};
use crate::{
    fuzz::{action::Action, cast::WALLETS},
    model::{Account, DISTRIBUTOR, IO, Model, Policy, Who, curve::Curve},
};
use io_client::shared::constants::{DAY, IO as ONE_IO};
use rand::Rng;

impl Generator {
    pub(super) fn monetary(&mut self, model: &Model) -> Vec<Action> {
        let governance = &model.mint.governance;
        let by = self.by(governance.authority);
        let minters: Vec<Who> = model.mint.minters.keys().copied().collect();
        let wallets: Vec<Who> = minters
            .iter()
            .copied()
            .filter(|who| *who < WALLETS)
            .collect();
        let minter = self.one(&wallets).unwrap_or(0);
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
            11..=13 => Action::AddAllowance {
                by,
                minter: self.rng.random_range(0..WALLETS),
                total: match self.below(8) {
                    0 => self.amount(model.mint.mintable()),
                    1 => 0,
                    _ => self.below(100_000 * ONE_IO),
                },
                limit: match self.below(5) {
                    0 => u64::MAX,
                    1 => self.below(3),
                    _ => self.below(50_000 * ONE_IO),
                },
                seconds: self.below(3 * DAY.unsigned_abs()),
            },
            14 => Action::AddSchedule {
                by,
                minter: self.rng.random_range(0..WALLETS),
                curve: self.rng.random_range(0..3),
                start: if self.chance(60) {
                    model.emissions.start
                } else {
                    model.now + self.rng.random_range(-30 * DAY..DAY)
                },
                limit: if self.chance(80) { u64::MAX } else { 1_000 },
            },
            15 | 16 => Action::RaiseMinter {
                by,
                minter,
                total: match self.below(6) {
                    0 => word(model.mint.mintable()).saturating_add(self.below(3)),
                    1 => 0,
                    _ => self.below(200_000 * ONE_IO),
                },
            },
            17 => Action::CancelRaise {
                by: self.by(governance.guardian),
                minter,
            },
            18 | 19 => {
                // The distributor's seldom: it ends the emission.
                let minter = if self.chance(1) { DISTRIBUTOR } else { minter };
                let guardian = self.chance(30);
                let by = if guardian {
                    self.by(governance.guardian)
                } else {
                    by
                };
                Action::RevokeMinter { by, minter }
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
