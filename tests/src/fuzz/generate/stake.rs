//! Nodes and stake.

use super::{Generator, word};
use crate::{
    fuzz::action::Action,
    model::{Model, NodeKey, PositionKey, Raw, Who, node::Status},
};
use io_client::shared::constants::IO;
use rand::Rng;

/// Nodes that exist at once.
const NODES: usize = 7;

impl Generator {
    /// Stake in and out.
    pub(super) fn staking(&mut self, model: &Model) -> Vec<Action> {
        let nodes = model.staking.nodes.len();
        let positions = model.staking.positions.len();
        if model.staking.classes.is_empty() || self.chance(1) {
            return vec![self.new_class(model)];
        }
        if nodes == 0 || (nodes < NODES && self.chance(6)) {
            return vec![self.new_node(model)];
        }
        let few = positions < 3 * nodes;
        if positions < 2 || self.chance(if few { 18 } else { 4 }) {
            return self.new_position(model);
        }
        match self.below(10) {
            0..=3 => self.deposit(model),
            4 => self.compound(model),
            5 | 6 => self.unstake(model),
            7 => self.cancel_unstake(model),
            8 => self.withdraw(model),
            _ => self.claim(model),
        }
    }

    pub(super) fn new_class(&mut self, model: &Model) -> Action {
        let id = self.rng.random_range(0..5);
        let pools = u8::try_from(model.emissions.pools.len()).expect("at most four");
        Action::CreateClass {
            by: self.by(model.staking.governance.authority),
            id,
            pool: if self.chance(3) {
                4
            } else {
                self.rng.random_range(0..pools)
            },
            multiplier: match self.below(6) {
                0 => self.below(1_000_002),
                1 => self.below(1_000),
                _ => self.rng.random_range(500..40_000),
            },
            multiple: if self.chance(10) { self.below(102) } else { 5 },
            slashable: self.chance(65),
        }
    }

    fn new_node(&mut self, model: &Model) -> Action {
        let classes: Vec<_> = model.staking.classes.keys().copied().collect();
        Action::RegisterNode {
            by: self.wallet(),
            id: self.rng.random_range(0..2),
            class: self.one(&classes).unwrap_or(0),
            processors: match self.below(12) {
                0 => [0, 1_024, 1_025, 300]
                    [usize::from(self.chance(50)) + 2 * usize::from(self.chance(50))],
                _ => self.rng.random_range(1..9),
            },
            commission: match self.below(10) {
                0 => self.bounded(10_000),
                _ => self.below(3_000),
            },
            open: !self.chance(10),
        }
    }

    /// The tranche that `who` would stake in.
    fn tranche(model: &Model, node: NodeKey, who: Who) -> u8 {
        if who == node.0 {
            0
        } else {
            model.staking.nodes[&node].delegators
        }
    }

    fn new_position(&mut self, model: &Model) -> Vec<Action> {
        let Some(node) = self.any_node(model) else {
            return vec![self.new_node(model)];
        };
        let operator = !model.staking.positions.contains_key(&(node, node.0, 0));
        let owner = if operator && self.chance(80) {
            node.0
        } else {
            self.wallet()
        };
        let mut tranche = Self::tranche(model, node, owner);
        if self.chance(3) {
            tranche = self.rng.random_range(0..3);
        }
        let at = (node, owner, tranche);
        let payer = if self.chance(90) {
            owner
        } else {
            self.wallet()
        };
        let mut actions = vec![Action::OpenPosition { payer, at }];
        if self.chance(60) {
            actions.push(self.deposit_at(model, at));
        }
        actions
    }

    fn deposit_at(&mut self, model: &Model, at: PositionKey) -> Action {
        let node = &model.staking.nodes[&at.0];
        let (room, _) = node.room(at.2);
        let missing = node.minimum.at(model.now) - node.active();
        let amount = match self.below(5) {
            _ if at.2 == 0 && missing > 0 && self.chance(60) => {
                word(missing + room / 4).saturating_sub(u64::from(self.chance(5)))
            }
            0 => word(node.minimum.at(model.now)),
            1 => word(room / 3),
            2 => word(node.minimum.at(model.now) / 2),
            _ => self.amount(room.min(30_000_000 * Raw::from(IO))),
        };
        let min = match self.below(4) {
            0 => amount,
            1 => self.amount(room),
            _ => 0,
        };
        Action::Deposit {
            by: self.by(at.1),
            at,
            amount,
            min,
        }
    }

    /// What must come first on an earning node, in the same transaction.
    fn harvested(&mut self, model: &Model, node: NodeKey) -> Vec<Action> {
        let mut actions = Vec::new();
        if model.emissions.nodes.contains_key(&node) && self.chance(80) {
            if model.epoch() > model.emissions.epochs {
                actions.push(Action::AdvanceEpoch { to: self.wallet() });
            }
            actions.push(Action::Harvest { node });
        }
        actions
    }

    fn deposit(&mut self, model: &Model) -> Vec<Action> {
        let Some(at) = self.any_position(model) else {
            return self.new_position(model);
        };
        let mut actions = self.harvested(model, at.0);
        actions.push(self.deposit_at(model, at));
        actions
    }

    /// A position, preferably with rewards.
    fn rewarded(&mut self, model: &Model) -> Option<PositionKey> {
        let positions = model.staking.positions.iter();
        let rewarded: Vec<_> = positions
            .filter(|(at, position)| {
                let node = &model.staking.nodes[&at.0];
                let mut settled = **position;
                settled.settle(&node.tranches[usize::from(at.2)]);
                settled.owed > 0 || (at.2 == 0 && node.commission_owed > 0)
            })
            .map(|(at, _)| *at)
            .collect();
        if self.chance(85) && !rewarded.is_empty() {
            return self.one(&rewarded);
        }
        self.any_position(model)
    }

    fn compound(&mut self, model: &Model) -> Vec<Action> {
        let Some(at) = self.rewarded(model) else {
            return self.new_position(model);
        };
        let mut actions = self.harvested(model, at.0);
        let min = if self.chance(80) {
            0
        } else {
            self.below(10_000_000_000)
        };
        actions.push(Action::Compound {
            by: self.by(at.1),
            at,
            min,
        });
        actions
    }

    /// Whether cooling stake of a kind was slashed and is still there: what moves through it is rounded.
    pub(super) fn is_worn(model: &Model, (node, _, kind): PositionKey) -> bool {
        let cooling = &model.staking.nodes[&node].tranches[usize::from(kind)].cooling;
        cooling.stake != cooling.shares && cooling.shares > 0
    }

    /// Exits of next to nothing and of much more, one after the other, into cooling stake that was slashed: what
    /// rounding keeps of the small tickets comes to the large one.
    fn split_exit(&mut self, model: &Model) -> Option<Vec<Action>> {
        let positions = model.staking.positions.iter();
        let worn: Vec<_> = positions
            .filter(|(at, position)| position.shares > 0 && Self::is_worn(model, **at))
            .map(|(at, _)| *at)
            .collect();
        let at = self.one(&worn)?;
        let position = &model.staking.positions[&at];
        let tranche = &model.staking.nodes[&at.0].tranches[usize::from(at.2)];
        let large = word(tranche.active.value(position.shares) / 4);
        let exits = (0..3).map(|exit| Action::RequestUnstake {
            at,
            index: position.next_ticket + exit,
            amount: if self.chance(60) {
                self.rng.random_range(1..5)
            } else {
                large
            },
        });
        Some(exits.collect())
    }

    fn unstake(&mut self, model: &Model) -> Vec<Action> {
        if self.chance(30)
            && let Some(exits) = self.split_exit(model)
        {
            return exits;
        }
        let Some(at) = self.any_position(model) else {
            return self.new_position(model);
        };
        let position = &model.staking.positions[&at];
        let tranche = &model.staking.nodes[&at.0].tranches[usize::from(at.2)];
        let value = tranche.active.value(position.shares);
        let amount = match self.below(6) {
            0 | 1 => u64::MAX,
            _ => self.amount(value),
        };
        let mut actions = if self.chance(30) {
            self.harvested(model, at.0)
        } else {
            Vec::new()
        };
        actions.push(Action::RequestUnstake {
            at,
            index: position.next_ticket,
            amount,
        });
        actions
    }

    fn cancel_unstake(&mut self, model: &Model) -> Vec<Action> {
        let Some(ticket) = self.any_ticket(model) else {
            return self.unstake(model);
        };
        let mut actions = self.harvested(model, ticket.0.0);
        actions.push(Action::CancelUnstake {
            by: self.by(ticket.0.1),
            ticket,
        });
        actions
    }

    pub(super) fn withdraw(&mut self, model: &Model) -> Vec<Action> {
        let Some(ticket) = self.any_ticket(model) else {
            return self.unstake(model);
        };
        let payout = model.staking.positions[&ticket.0].payout;
        vec![Action::Withdraw {
            ticket,
            to: self.by(payout),
        }]
    }

    pub(super) fn claim(&mut self, model: &Model) -> Vec<Action> {
        let Some(at) = self.rewarded(model) else {
            return self.new_position(model);
        };
        let payout = model.staking.positions[&at].payout;
        let to = self.by(payout);
        vec![Action::Claim { at, to }]
    }

    /// What an operator or an owner settles for a node or a position.
    pub(super) fn node_terms(&mut self, model: &Model) -> Vec<Action> {
        let Some(node) = self.any_node(model) else {
            return vec![self.new_node(model)];
        };
        let by = self.by(node.0);
        let mut actions = Vec::new();
        let action = match self.below(8) {
            0 => Action::SetDelegation {
                by,
                node,
                open: self.chance(70),
            },
            1 | 2 => {
                actions = self.harvested(model, node);
                let bps = if self.chance(90) {
                    self.below(4_000)
                } else {
                    self.bounded(10_000)
                };
                Action::SetCommission { by, node, bps }
            }
            3..=5 => {
                actions = self.harvested(model, node);
                Action::SyncClass { node }
            }
            6 => Action::Distribute { node },
            _ => match self.any_position(model) {
                Some(at) => Action::SetPayout {
                    by: self.by(at.1),
                    at,
                    to: if self.chance(50) { at.1 } else { self.wallet() },
                },
                None => Action::Distribute { node },
            },
        };
        actions.push(action);
        actions
    }

    /// Halts, slashes, retirement and what follows.
    pub(super) fn leaving(&mut self, model: &Model) -> Vec<Action> {
        let Some(node) = self.any_node(model) else {
            return vec![self.new_node(model)];
        };
        let found = &model.staking.nodes[&node];
        let governance = &model.staking.governance;
        let guardian = self.by(governance.guardian);
        let authority = self.by(governance.authority);
        if found.slash.is_some() && self.chance(70) {
            return vec![if self.chance(70) {
                Action::ExecuteSlash { node }
            } else {
                Action::CancelSlash { by: guardian, node }
            }];
        }
        let [own, others] = [0, 2].map(|kind: usize| {
            let tranche = &found.tranches[kind];
            tranche.active.stake + tranche.cooling.stake
        });
        // A slash may take all that is the operator's, but for what it must leave.
        let takes_all = own > 0 && others >= own;
        let propose = Action::ProposeSlash {
            by: self.by(model.staking.slasher),
            node,
            bps: match self.below(10) {
                0 => self.bounded(5_000),
                1..=5 if takes_all => 5_000,
                _ => 5_000 - self.below(5_000),
            },
        };
        if takes_all && found.slash.is_none() && self.chance(50) {
            return vec![match found.status {
                Status::Open => Action::HaltNode { by: guardian, node },
                _ => propose,
            }];
        }
        let retire = Action::RetireNode {
            by: self.by(node.0),
            node,
        };
        match found.status {
            Status::Open => match self.below(20) {
                0..=4 => vec![Action::HaltNode { by: guardian, node }],
                5 => vec![retire],
                6 => vec![propose],
                7 => vec![Action::ResumeNode {
                    by: authority,
                    node,
                }],
                8 => self.close_something(model, node),
                _ => self.unstake(model),
            },
            Status::Halted => match self.below(20) {
                0..=7 => vec![propose],
                8..=15 => vec![Action::ResumeNode {
                    by: authority,
                    node,
                }],
                16 => vec![Action::HaltNode { by: guardian, node }],
                17 => vec![retire],
                _ => self.unstake(model),
            },
            Status::Retired => match self.below(12) {
                0 => vec![propose],
                1 => vec![Action::RetireNode {
                    by: self.by(node.0),
                    node,
                }],
                _ => self.close_something(model, node),
            },
        }
    }

    fn close_something(&mut self, model: &Model, node: NodeKey) -> Vec<Action> {
        let here: Vec<_> = model
            .staking
            .positions
            .keys()
            .copied()
            .filter(|at| at.0 == node)
            .collect();
        let by = self.wallet();
        let harvest = model.emissions.nodes.contains_key(&node);
        let tickets: Vec<_> = model
            .staking
            .tickets
            .keys()
            .copied()
            .filter(|ticket| ticket.0.0 == node)
            .collect();
        let at = self.one(&here);
        match self.below(12) {
            0 | 1 if harvest => vec![Action::Harvest { node }],
            2 if harvest => vec![Action::CloseNodeEmission { node }],
            3..=5 => match at {
                Some(at) => vec![Action::UnstakeRetired { by, at }],
                None => vec![Action::CloseNode { node, to: node.0 }],
            },
            6 => match self.one(&tickets) {
                Some(ticket) => {
                    let to = model.staking.positions[&ticket.0].payout;
                    vec![Action::Withdraw { ticket, to }]
                }
                None => vec![Action::CloseNodeEmission { node }],
            },
            7..=9 => match at {
                Some(at) => {
                    let mut actions = Vec::new();
                    if self.chance(50) {
                        let to = model.staking.positions[&at].payout;
                        actions.push(Action::Claim { at, to });
                    }
                    let by = if self.chance(50) { at.1 } else { by };
                    actions.push(Action::ClosePosition { by, at });
                    actions
                }
                None => vec![Action::CloseNode { node, to: node.0 }],
            },
            _ => vec![Action::CloseNode {
                node,
                to: self.by(node.0),
            }],
        }
    }
}
