//! What the router lists, and its rules.

use super::Generator;
use crate::{
    fuzz::{
        action::Action,
        cast::{AUTHORITY, GATEWAY, OTHER},
    },
    model::{Feed, Model, USDC},
};
use io_client::shared::constants::{IO as ONE_IO, USDC as ONE_USDC};
use rand::Rng;

impl Generator {
    pub(super) fn listing(&mut self, model: &Model) -> Vec<Action> {
        let governance = &model.payments.governance;
        let by = self.by(governance.authority);
        let guardian = self.chance(40);
        let stopper = if guardian {
            self.by(governance.guardian)
        } else {
            by
        };
        let token = self.rng.random_range(0..=OTHER);
        let venue = self.rng.random_range(0..2);
        let missing = (0..2).find(|venue| !model.payments.venues.contains_key(venue));
        if let Some(venue) = missing
            && self.chance(70)
        {
            return vec![Action::ListVenue { by, venue }];
        }
        let gateways: Vec<_> = model.payments.gateways.keys().copied().collect();
        if gateways.is_empty() && self.chance(50) {
            return vec![self.new_gateway(by)];
        }
        let wallet = self.one(&gateways).unwrap_or(GATEWAY);
        let fee = if self.chance(10) {
            self.below(503)
        } else {
            self.below(501)
        };
        let off = self.chance(25);
        let switcher = if off { stopper } else { by };
        let action = match self.below(24) {
            0 => Action::ListAsset {
                by,
                token: if self.chance(80) { OTHER } else { token },
                fee,
                minimum: self.below(10_000),
            },
            1 | 2 => Action::SetAssetEnabled {
                by: switcher,
                token,
                enabled: !off,
            },
            3 => Action::SetAssetMinimum {
                by,
                token,
                minimum: if self.chance(90) {
                    self.below(100_000)
                } else {
                    u64::MAX
                },
            },
            4 | 5 => Action::ScheduleAssetFee {
                by,
                token,
                fee: if token == 0 && self.chance(60) {
                    0
                } else {
                    fee
                },
            },
            6..=8 => Action::ScheduleFeed {
                by,
                token,
                feed: self.feed(),
            },
            9 => Action::ListVenue { by, venue },
            10 | 11 => Action::SetVenueEnabled {
                by: switcher,
                venue,
                enabled: !off,
            },
            12 | 13 => Action::SetVenueCap {
                by: stopper,
                venue,
                cap: match self.below(4) {
                    0 => self.below(10_000 * ONE_IO),
                    1 => 0,
                    _ => u64::MAX,
                },
            },
            14 => Action::SchedulePayoutFee { by, fee },
            15 => Action::ScheduleTreasury {
                by,
                who: match self.below(8) {
                    0 => u8::MAX,
                    1 | 2 => self.wallet(),
                    _ => AUTHORITY,
                },
            },
            16 | 17 => Action::ScheduleBuyBack {
                by,
                daily: self.below(50 * ONE_USDC),
            },
            18 => self.new_gateway(by),
            19 => Action::ScheduleGatewayFee { by, wallet, fee },
            20 => Action::ScheduleGatewayLimit {
                by,
                wallet,
                limit: self.below(100_000 * ONE_USDC),
            },
            21 => {
                let limit = model.payments.gateways.get(&wallet);
                let limit = limit.map_or(1, |gateway| gateway.limit.at(model.now));
                Action::LowerGatewayLimit {
                    by: stopper,
                    wallet,
                    limit: self.amount(limit),
                }
            }
            22 => Action::SetGatewayEnabled {
                by: switcher,
                wallet,
                enabled: !off,
            },
            _ => {
                let paused = !model.payments.paused && self.chance(40);
                let by = if paused { stopper } else { by };
                Action::SetPaused {
                    by,
                    program: 3,
                    paused,
                }
            }
        };
        vec![action]
    }

    fn new_gateway(&mut self, by: u8) -> Action {
        Action::ListGateway {
            by,
            wallet: match self.below(10) {
                0 => u8::MAX,
                1 => self.wallet(),
                _ => GATEWAY,
            },
            fee: if self.chance(10) {
                501
            } else {
                self.below(501)
            },
            limit: self.below(50_000 * ONE_USDC),
        }
    }

    fn feed(&mut self) -> Feed {
        if self.chance(40) {
            return Feed::default();
        }
        debug_assert_eq!(USDC, 1);
        Feed {
            age: i128::from(if self.chance(5) {
                self.below(4_000)
            } else {
                1 + self.below(3_600)
            }),
            confidence: i128::from(1 + self.below(1_001)),
            deviation: i128::from(self.below(2_002)),
            right_id: !self.chance(5),
        }
    }
}
