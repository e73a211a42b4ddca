//! Emissions: cranks, scores, harvests, and the rules of both staking and emissions.

use super::Generator;
use crate::{
    fuzz::{
        action::Action,
        cast::{SCORER, SLASHER},
    },
    model::{Model, NodeKey, node::Status},
};
use rand::Rng;

impl Generator {
    pub(super) fn rewards(&mut self, model: &Model) -> Vec<Action> {
        let missing: Vec<NodeKey> = model
            .staking
            .nodes
            .keys()
            .copied()
            .filter(|node| !model.emissions.nodes.contains_key(node))
            .filter(|node| model.staking.nodes[node].status != Status::Retired)
            .collect();
        if let Some(node) = self.one(&missing)
            && self.chance(30)
        {
            let payer = self.wallet();
            return vec![Action::EnrollNode { payer, node }];
        }
        let to = self.wallet();
        let due = model.epoch() > model.emissions.epochs;
        let node = self.any_node(model).unwrap_or((5, 0));
        match self.below(20) {
            0..=3 => vec![Action::AdvanceEpoch { to }],
            4..=11 => {
                let mut actions = Vec::new();
                if due && self.chance(90) {
                    actions.push(Action::AdvanceEpoch { to });
                }
                actions.push(self.scores(model));
                actions
            }
            12 | 13 => {
                let mut actions = Vec::new();
                if due && self.chance(80) {
                    actions.push(Action::AdvanceEpoch { to });
                }
                actions.push(Action::SyncNode { node });
                actions
            }
            14..=18 => vec![Action::Harvest { node }],
            _ => vec![Action::EnrollNode { payer: to, node }],
        }
    }

    fn scores(&mut self, model: &Model) -> Action {
        let pools = u8::try_from(model.emissions.pools.len()).expect("at most four");
        let pool = self.rng.random_range(0..pools);
        let step = model.emissions.rules[4].at(model.now);
        let mut scores = Vec::new();
        for (node, emission) in &model.emissions.nodes {
            if emission.pool != pool && !self.chance(2) {
                continue;
            }
            if emission.score_epoch == Some(model.epoch()) && !self.chance(5) {
                continue;
            }
            let quality = emission.quality;
            let score = match self.below(20) {
                0 => 0,
                1 => self.bounded(10_000),
                2..=5 => super::word(quality - step),
                _ if quality == 0 => 10_000 - self.below(3_000),
                _ => super::word((quality + step).min(10_000)),
            };
            scores.push((*node, u16::try_from(score).unwrap_or(u16::MAX)));
        }
        Action::SetScores {
            by: self.by(model.emissions.scorer),
            pool,
            scores,
        }
    }

    pub(super) fn staking_rules(&mut self, model: &Model) -> Vec<Action> {
        let governance = &model.staking.governance;
        let by = self.by(governance.authority);
        let either = if self.chance(50) {
            governance.guardian
        } else {
            governance.authority
        };
        let either = self.by(either);
        let classes: Vec<_> = model.staking.classes.keys().copied().collect();
        let id = self.one(&classes).unwrap_or(0);
        let action = match self.below(16) {
            0 | 1 => self.new_class(model),
            2..=5 => {
                let rule = self.rng.random_range(0..3);
                let next = match (rule, self.below(10)) {
                    (_, 0) => self.below(1_000_003),
                    (0, _) => self.rng.random_range(300..60_000),
                    (1, _) => self.rng.random_range(1..12),
                    _ => self.below(2),
                };
                Action::ScheduleClass { by, id, rule, next }
            }
            6 => Action::CancelClassChanges { by: either, id },
            7 if self.chance(30) => Action::SuspendClass {
                by: either,
                id,
                suspended: true,
            },
            7..=9 => Action::SuspendClass {
                by,
                id,
                suspended: false,
            },
            10 if self.chance(12) => Action::EndClass { by, id },
            10 | 11 => Action::ScheduleMinSelfStake {
                by,
                bps: if self.chance(80) {
                    self.below(8_000)
                } else {
                    self.bounded(10_000)
                },
            },
            12 => Action::CancelStakingChanges { by: either },
            13 => Action::SetSlasher {
                by,
                who: if self.chance(80) {
                    SLASHER
                } else {
                    self.wallet()
                },
            },
            _ => {
                let paused = !model.staking.paused;
                let by = if paused { either } else { by };
                Action::SetPaused {
                    by,
                    program: 1,
                    paused,
                }
            }
        };
        vec![action]
    }

    pub(super) fn emission_rules(&mut self, model: &Model) -> Vec<Action> {
        let governance = &model.emissions.governance;
        let by = self.by(governance.authority);
        let action = match self.below(6) {
            0..=2 => {
                let rule = self.rng.random_range(0..5);
                let next = match (rule, self.below(8)) {
                    (_, 0) => self.below(50_002),
                    (0, _) => self.below(101),
                    (1, _) => self.below(1_000_000_000),
                    (2, _) => self.rng.random_range(10_000..=50_000),
                    (3, _) => self.rng.random_range(1..=168),
                    _ => self.rng.random_range(1..=10_000),
                };
                Action::ScheduleEmissionsRule { by, rule, next }
            }
            3 => {
                let count = model.emissions.pools.len();
                let mut shares = [0; 4];
                let mut left = 10_000;
                for share in &mut shares[..count - 1] {
                    *share = self.rng.random_range(1..left / 2);
                    left -= *share;
                }
                shares[count - 1] = left - u64::from(self.chance(10));
                Action::ScheduleShares { by, shares }
            }
            4 => Action::CancelEmissionsChanges {
                by: self.by(governance.guardian),
            },
            _ => Action::SetScorer {
                by,
                who: if self.chance(80) {
                    SCORER
                } else {
                    self.wallet()
                },
            },
        };
        vec![action]
    }
}
