//! A node's books under random sequences of deposits, exits, cancelled exits, withdrawals, rewards,
//! claims, compounding and slashes, over many positions of all three kinds, against what actually lies in the vaults.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

use bytemuck::Zeroable;
use io_shared::{
    constants::{BPS, IO, MAX_SLASH_BPS},
    errors::StakingError,
    state::{Node, NodeStatus, Position, Scheduled, Ticket, TrancheKind},
};
use proptest::prelude::*;

const KINDS: [TrancheKind; 3] = [
    TrancheKind::Operator,
    TrancheKind::Protected,
    TrancheKind::Exposed,
];
/// Position 0 is the operator's, the only one of its kind; the others alternate.
const POSITIONS: usize = 7;

fn kind_of(position: usize) -> TrancheKind {
    match position {
        0 => TrancheKind::Operator,
        i if i % 2 == 0 => TrancheKind::Protected,
        _ => TrancheKind::Exposed,
    }
}

#[derive(Clone, Debug)]
enum Move {
    Deposit {
        position: usize,
        amount: u64,
        min: u64,
    },
    /// Parts per 256 of the position's value; 255 for all.
    Unstake {
        position: usize,
        part: u8,
    },
    Cancel {
        ticket: usize,
    },
    Withdraw {
        ticket: usize,
    },
    Reward {
        amount: u64,
    },
    Claim {
        position: usize,
    },
    Compound {
        position: usize,
        min: u64,
    },
    /// A halt, a slash, and a node that goes on.
    Slash {
        bps: u64,
    },
    /// The class changes, and with it the node's maximum.
    Maximum {
        io: u64,
    },
    /// An empty position is closed and opened again.
    Reopen {
        position: usize,
    },
}

fn amounts() -> impl Strategy<Value = u64> {
    prop_oneof![1..1_000_u64, 1..1_000 * IO, 1..20_000_000 * IO]
}

fn slash_bps() -> impl Strategy<Value = u64> {
    prop_oneof![1..MAX_SLASH_BPS, Just(MAX_SLASH_BPS)]
}

fn moves(slashes: bool) -> impl Strategy<Value = Vec<Move>> {
    let slash = if slashes { 4 } else { 0 };
    let one = prop_oneof![
        6 => (0..POSITIONS, amounts(), amounts())
            .prop_map(|(position, amount, min)| Move::Deposit { position, amount, min }),
        4 => (0..POSITIONS, any::<u8>()).prop_map(|(position, part)| Move::Unstake { position, part }),
        2 => any::<usize>().prop_map(|ticket| Move::Cancel { ticket }),
        3 => any::<usize>().prop_map(|ticket| Move::Withdraw { ticket }),
        3 => amounts().prop_map(|amount| Move::Reward { amount }),
        3 => (0..POSITIONS).prop_map(|position| Move::Claim { position }),
        2 => (0..POSITIONS, prop_oneof![Just(0), amounts(), Just(u64::MAX)])
            .prop_map(|(position, min)| Move::Compound { position, min }),
        1 => (0..POSITIONS).prop_map(|position| Move::Reopen { position }),
        slash => slash_bps().prop_map(|bps| Move::Slash { bps }),
        slash => prop_oneof![200..1_000_u64, 200..1_000_000_u64, Just(100_000_000)].prop_map(|io| Move::Maximum { io }),
    ];
    prop::collection::vec(one, 1..120)
}

/// The books, what the two vaults hold, and what each position has paid in and got out.
struct Model {
    node: Node,
    positions: [Position; POSITIONS],
    /// Each with the number of its position.
    tickets: Vec<(usize, Ticket)>,
    stake_vault: u64,
    /// Part of the stake vault that rounding left to nobody.
    dust: u64,
    reward_vault: u64,
    paid_in: [u64; POSITIONS],
    paid_out: [u64; POSITIONS],
    rewarded: u128,
    claimed: u128,
    slashed: bool,
    steps: u64,
}

impl Model {
    fn new(commission_bps: u64, min_self_stake_bps: u64) -> Self {
        Self {
            node: Node {
                delegation_open: 1,
                min_stake: Scheduled::new(200 * IO),
                max_stake: 100_000_000 * IO,
                min_self_stake_bps,
                commission_bps: Scheduled::new(commission_bps),
                positions: POSITIONS as u64,
                ..Node::zeroed()
            },
            positions: core::array::from_fn(|i| Position {
                tranche: kind_of(i) as u8,
                ..Position::zeroed()
            }),
            tickets: Vec::new(),
            stake_vault: 0,
            dust: 0,
            reward_vault: 0,
            paid_in: [0; POSITIONS],
            paid_out: [0; POSITIONS],
            rewarded: 0,
            claimed: 0,
            slashed: false,
            steps: 0,
        }
    }

    fn value(&self, position: usize) -> u64 {
        let shares = self.positions[position].shares;
        self.node
            .tranche(kind_of(position))
            .value_of(shares)
            .unwrap()
    }

    fn ticket_value(&self, position: usize, ticket: &Ticket) -> u64 {
        let cooling = &self.node.cooling[kind_of(position) as usize];
        cooling.value_of(ticket.shares).unwrap()
    }

    /// Rewards that a claim of this position would pay now.
    fn claimable(&self, position: usize) -> u64 {
        let mut settled = self.positions[position];
        let kind = kind_of(position);
        settled.settle(self.node.tranche(kind)).unwrap();
        let commission = if position == 0 {
            self.node.commission_owed
        } else {
            0
        };
        settled.rewards_owed + commission
    }

    /// What a position would take out of the stake, were everything to cool down now.
    fn wealth(&self, position: usize) -> u64 {
        let tickets = self.tickets.iter().filter(|(i, _)| *i == position);
        let cooling: u64 = tickets
            .map(|(i, ticket)| self.ticket_value(*i, ticket).min(ticket.amount))
            .sum();
        self.value(position) + cooling
    }

    fn apply(&mut self, step: &Move) {
        self.steps += 1;
        match *step {
            Move::Deposit {
                position,
                amount,
                min,
            } => self.deposit(position, amount, min),
            Move::Unstake { position, part } => {
                let value = self.value(position);
                let amount = if part == u8::MAX {
                    u64::MAX
                } else {
                    u64::try_from(u128::from(value) * u128::from(part) / 256).unwrap()
                };
                self.unstake(position, amount);
            }
            Move::Cancel { ticket } => self.cancel(ticket),
            Move::Withdraw { ticket } => self.withdraw(ticket),
            Move::Reward { amount } => {
                self.reward_vault += amount;
                self.rewarded += u128::from(amount);
                self.share_out();
            }
            Move::Claim { position } => self.claim(position),
            Move::Compound { position, min } => self.compound(position, min),
            Move::Slash { bps } => self.slash(bps),
            Move::Maximum { io } => self.node.max_stake = io * IO,
            Move::Reopen { position } => self.reopen(position),
        }
    }

    fn deposit(&mut self, position: usize, amount: u64, min: u64) {
        let (kind, room) = (kind_of(position), self.node.room(kind_of(position)));
        let others: Vec<u64> = (0..POSITIONS).map(|i| self.value(i)).collect();
        let accepted = match self.node.admit(kind, amount, min) {
            Ok(accepted) => accepted,
            Err(error) => {
                assert!(amount > room && (room == 0 || room < min), "{error}");
                return;
            }
        };
        assert_eq!(accepted, amount.min(room));
        // A failed instruction changes nothing.
        let (mut node, mut owner) = (self.node, self.positions[position]);
        let shares = match node.deposit(&mut owner, accepted) {
            Ok(shares) => shares,
            Err(error) => return self.assert_worn_out(kind, error),
        };
        (self.node, self.positions[position]) = (node, owner);
        assert!(shares >= accepted);
        if position == 0 {
            self.assert_slashable();
        }
        self.stake_vault += accepted;
        self.paid_in[position] += accepted;
        assert!(self.node.active_stake() <= self.node.max_stake);
        let gained = self.value(position) - others[position];
        assert!(gained <= accepted, "a deposit is worth at most itself");
        for (i, before) in others.into_iter().enumerate() {
            assert!(self.value(i) >= before, "nobody pays for another's deposit");
        }
        if position != 0 {
            let (own, total) = (self.node.operator_stake(), self.node.active_stake());
            assert!(
                u128::from(own) * u128::from(BPS)
                    >= u128::from(total) * u128::from(self.node.min_self_stake_bps)
            );
        }
    }

    /// Whether a slash would leave more than a 64th of a pool of this kind.
    fn worn_out(&self, kind: TrancheKind) -> bool {
        let (tranche, cooling) = (self.node.tranche(kind), self.node.cooling[kind as usize]);
        let held = self.node.active_stake() + self.node.cooling_stake();
        let most = u128::from(held.max(self.node.max_stake)) + 1;
        [
            (tranche.stake, tranche.shares),
            (cooling.stake, cooling.shares),
        ]
        .into_iter()
        .any(|(stake, shares)| most * (u128::from(shares) + 1) > (u128::from(stake) + 1) << 56)
    }

    /// A deposit failed because a slash has left next to nothing.
    fn assert_worn_out(&self, kind: TrancheKind, error: StakingError) {
        assert!(
            self.slashed && error == StakingError::PriceTooLow,
            "{error}"
        );
        assert!(self.worn_out(kind));
    }

    /// What is let in can be slashed: of the operator's, all but a 64th of what it has.
    fn assert_slashable(&self) {
        let mut node = self.node;
        let kind = TrancheKind::Operator;
        let own = node.tranche(kind).stake + node.cooling[0].stake;
        let others = node.tranches[2].stake + node.cooling[2].stake;
        let slashed = node.slash(MAX_SLASH_BPS).unwrap();
        let taken = slashed.operator_active + slashed.operator_cooling;
        // Each of its two pools keeps 1 raw at least.
        assert!(taken + 4 >= ((own + others) / 2).min(own - own / 64));
    }

    fn unstake(&mut self, position: usize, amount: u64) {
        let value = self.value(position);
        let others: Vec<u64> = (0..POSITIONS).map(|i| self.value(i)).collect();
        let asked = if amount == u64::MAX { value } else { amount };
        let index = self.positions[position].next_ticket;
        if asked == 0 {
            let result = self.node.unstake(&mut self.positions[position], amount);
            assert_eq!(result, Err(StakingError::ZeroAmount));
            return;
        }
        let out = self
            .node
            .unstake(&mut self.positions[position], amount)
            .unwrap();
        assert_eq!(out.amount, asked);
        if asked == value {
            assert_eq!(
                self.positions[position].shares, 0,
                "all leaves nothing behind"
            );
        }
        for (i, before) in others
            .into_iter()
            .enumerate()
            .filter(|(i, _)| *i != position)
        {
            assert!(self.value(i) >= before, "nobody pays for another's exit");
        }
        let ticket = Ticket {
            tranche: kind_of(position) as u8,
            index,
            amount: out.amount,
            shares: out.cooling_shares,
            ..Ticket::zeroed()
        };
        let worth = self.ticket_value(position, &ticket);
        assert!(worth <= out.amount, "a ticket is worth at most what left");
        self.tickets.push((position, ticket));
    }

    fn cancel(&mut self, ticket: usize) {
        if self.tickets.is_empty() {
            return;
        }
        let chosen = ticket % self.tickets.len();
        let (position, ticket) = self.tickets[chosen];
        let worth = self.ticket_value(position, &ticket).min(ticket.amount);
        let room = self.node.room(kind_of(position));
        // A failed instruction changes nothing.
        let mut node = self.node;
        let mut owner = self.positions[position];
        match node.restake(&mut owner, &ticket) {
            Ok((amount, shares)) => {
                assert_eq!(amount, worth);
                assert!(shares >= amount);
                self.node = node;
                self.positions[position] = owner;
                self.tickets.remove(chosen);
                self.count_dust();
            }
            Err(_) if worth > room || worth == 0 => {}
            Err(error) => assert!(
                self.slashed && error == StakingError::PriceTooLow,
                "{error}"
            ),
        }
    }

    fn withdraw(&mut self, ticket: usize) {
        if self.tickets.is_empty() {
            return;
        }
        let (position, ticket) = self.tickets.remove(ticket % self.tickets.len());
        let worth = self.ticket_value(position, &ticket);
        let paid = self
            .node
            .withdraw_cooling(&mut self.positions[position], &ticket)
            .unwrap();
        assert_eq!(paid, worth.min(ticket.amount));
        if !self.slashed {
            assert_eq!(paid, ticket.amount, "without a slash a ticket pays in full");
        }
        self.stake_vault -= paid;
        self.paid_out[position] += paid;
        self.count_dust();
    }

    /// What a withdrawal left to nobody.
    fn count_dust(&mut self) {
        let dust = self.stake_vault - self.node.active_stake() - self.node.cooling_stake();
        assert!(dust >= self.dust);
        self.dust = dust;
    }

    fn reopen(&mut self, position: usize) {
        let (value, due) = (self.value(position), self.claimable(position));
        let others: Vec<u64> = (0..POSITIONS).map(|i| self.value(i)).collect();
        let open = self.positions[position].open_tickets;
        // A failed instruction changes nothing.
        let (mut node, mut owner) = (self.node, self.positions[position]);
        match node.close_position(&mut owner) {
            Ok(()) => {
                assert_eq!((value, due, open), (0, 0, 0));
                self.node = node;
                self.node.positions += 1;
                self.positions[position] = Position {
                    tranche: kind_of(position) as u8,
                    rewards_paid_per_share: node.tranche(kind_of(position)).rewards_per_share,
                    ..Position::zeroed()
                };
                assert_eq!(self.claimable(position), 0);
                for (i, before) in others.into_iter().enumerate() {
                    assert!(self.value(i) >= before);
                }
            }
            Err(error) => {
                assert_eq!(error, StakingError::PositionNotEmpty);
                assert!(value > 0 || due > 0 || open > 0);
            }
        }
    }

    fn share_out(&mut self) {
        let rewards = self.reward_vault - self.node.rewards_owed;
        let before: Vec<u64> = (0..POSITIONS).map(|i| self.claimable(i)).collect();
        let shared = self.node.share_out(rewards, 0).unwrap();
        let after: u64 = (0..POSITIONS).map(|i| self.claimable(i) - before[i]).sum();
        if self.node.active_stake() == 0 || rewards == 0 {
            assert_eq!(shared, None);
            assert_eq!(after, 0);
            return;
        }
        let commission = shared.unwrap();
        assert_eq!(
            u128::from(commission),
            u128::from(rewards) * u128::from(self.node.commission_bps.at(0)) / u128::from(BPS)
        );
        assert!(after <= rewards + u64::try_from(POSITIONS).unwrap());
    }

    fn claim(&mut self, position: usize) {
        let due = self.claimable(position);
        match self.node.claim(&mut self.positions[position]) {
            Ok(claim) => {
                assert_eq!(claim.amount, due);
                self.reward_vault -= claim.amount;
                self.claimed += u128::from(claim.amount);
            }
            Err(error) => {
                assert_eq!((error, due), (StakingError::NothingToClaim, 0));
            }
        }
    }

    /// What is compounded is claimed and deposited, up to the room.
    fn compound(&mut self, position: usize, min: u64) {
        let (kind, due) = (kind_of(position), self.claimable(position));
        let room = self.node.room(kind);
        let (value, shares) = (self.value(position), self.positions[position].shares);
        let others: Vec<_> = (0..POSITIONS)
            .filter(|i| *i != position)
            .map(|i| (self.value(i), self.claimable(i)))
            .collect();
        // A failed instruction changes nothing.
        let mut node = self.node;
        let mut owner = self.positions[position];
        match node.compound(&mut owner, min) {
            Ok(done) => {
                (self.node, self.positions[position]) = (node, owner);
                assert_eq!(done.amount, due.min(room));
                assert!(done.amount == due || done.amount >= min);
                assert_eq!(self.claimable(position), due - done.amount);
                assert_eq!(self.positions[position].shares, shares + done.shares);
                assert!(self.value(position) <= value + done.amount);
                self.stake_vault += done.amount;
                self.reward_vault -= done.amount;
                self.paid_in[position] += done.amount;
                self.claimed += u128::from(done.amount);
                let after: Vec<_> = (0..POSITIONS)
                    .filter(|i| *i != position)
                    .map(|i| (self.value(i), self.claimable(i)))
                    .collect();
                for ((value, due), (value_after, due_after)) in others.iter().zip(&after) {
                    assert!(value_after >= value && due_after == due);
                }
            }
            Err(StakingError::NothingToClaim) => assert_eq!(due, 0),
            Err(_) if due > room && (room == 0 || room < min) => {}
            Err(error) => self.assert_worn_out(kind, error),
        }
    }

    fn slash(&mut self, bps: u64) {
        let at_risk = |node: &Node, kind: TrancheKind| {
            node.tranche(kind).stake + node.cooling[kind as usize].stake
        };
        let (before, wealth) = (self.node, self.wealths());
        self.node.halt(1).unwrap();
        let slashed = self.node.slash(bps).unwrap();
        self.node.resume().unwrap();
        self.stake_vault -= slashed.total();
        self.slashed = true;

        let [own, protected, exposed] = KINDS.map(|kind| at_risk(&before, kind));
        let taken = KINDS.map(|kind| at_risk(&before, kind) - at_risk(&self.node, kind));
        assert_eq!(protected, at_risk(&self.node, TrancheKind::Protected));
        assert_eq!(taken[0], slashed.operator_active + slashed.operator_cooling);
        assert_eq!(
            taken[2],
            slashed.delegators_active + slashed.delegators_cooling
        );
        let part =
            |stake: u64| u64::try_from(u128::from(stake) * u128::from(bps) / 10_000).unwrap();
        assert!(slashed.total() <= part(own + exposed));
        assert!(taken[0] <= own.min(part(own + exposed)));
        // Never a larger part than the proposal names, and nothing that the operator can pay.
        assert!(taken[2] <= part(exposed).min(part(own + exposed).saturating_sub(own)));
        for (i, before) in wealth.into_iter().enumerate() {
            assert!(self.wealth(i) <= before);
            if kind_of(i) == TrancheKind::Protected {
                assert_eq!(self.wealth(i), before);
            }
        }
    }

    fn wealths(&self) -> Vec<u64> {
        (0..POSITIONS).map(|i| self.wealth(i)).collect()
    }

    fn check(&self) {
        assert!(self.node.invariant());
        assert_eq!(
            self.stake_vault,
            self.node.active_stake() + self.node.cooling_stake() + self.dust,
            "the stake vault is the active and the cooling stake"
        );
        assert!(self.dust <= self.steps);
        for (i, wealth) in self.wealths().into_iter().enumerate() {
            assert!(
                self.paid_out[i] + wealth <= self.paid_in[i] + self.steps,
                "nobody gains more than 1 raw in a move"
            );
        }
        for kind in KINDS {
            let of_kind = || (0..POSITIONS).filter(move |i| kind_of(*i) as u8 == kind as u8);
            let tranche = self.node.tranche(kind);
            let shares: u64 = of_kind().map(|i| self.positions[i].shares).sum();
            assert_eq!(shares, tranche.shares);
            let values: u64 = of_kind().map(|i| self.value(i)).sum();
            assert!(values <= tranche.stake);
            let cooling = &self.node.cooling[kind as usize];
            let tickets = || {
                self.tickets
                    .iter()
                    .filter(|(i, _)| kind_of(*i) as u8 == kind as u8)
            };
            assert_eq!(
                tickets().map(|(_, t)| t.shares).sum::<u64>(),
                cooling.shares
            );
            let values: u64 = tickets().map(|(i, t)| self.ticket_value(*i, t)).sum();
            assert!(values <= cooling.stake);
        }
        let claimable: u64 = (0..POSITIONS).map(|i| self.claimable(i)).sum();
        assert!(claimable <= self.node.rewards_owed);
        assert!(self.node.rewards_owed <= self.reward_vault);
        assert_eq!(
            self.node.tickets,
            u64::try_from(self.tickets.len()).unwrap()
        );
        let open: u64 = self.positions.iter().map(|p| p.open_tickets).sum();
        assert_eq!(open, self.node.tickets);
        if !self.slashed {
            for i in 0..POSITIONS {
                let cooling: u64 = self
                    .tickets
                    .iter()
                    .filter(|(position, _)| *position == i)
                    .map(|(_, ticket)| ticket.amount)
                    .sum();
                assert_eq!(
                    self.paid_out[i] + cooling + self.value(i),
                    self.paid_in[i],
                    "without a slash stake is one for one"
                );
            }
        }
    }

    /// Everybody leaves and claims.
    fn leave(&mut self) {
        // Twice: those who were left less than 1 raw may be the last, who leave with everything.
        for i in (0..POSITIONS).chain(0..POSITIONS) {
            self.unstake(i, u64::MAX);
            self.check();
        }
        while !self.tickets.is_empty() {
            self.withdraw(0);
            self.check();
        }
        for i in 0..POSITIONS {
            self.claim(i);
        }
        self.check();
        // Nothing keeps a position from closing, and the pools are as new.
        for i in 0..POSITIONS {
            self.reopen(i);
            assert_eq!(self.positions[i].shares, 0);
        }
        for kind in KINDS {
            let (tranche, cooling) = (self.node.tranche(kind), self.node.cooling[kind as usize]);
            assert_eq!((tranche.stake, tranche.shares), (0, 0));
            assert_eq!((cooling.stake, cooling.shares), (0, 0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn books_hold_and_everybody_leaves_with_everything(
        moves in moves(false),
        commission_bps in 0..=BPS,
        min_self_stake_bps in prop_oneof![Just(0), Just(5_000_u64), 0..=BPS],
    ) {
        let mut model = Model::new(commission_bps, min_self_stake_bps);
        for step in &moves {
            model.apply(step);
            model.check();
        }
        model.leave();
        assert_eq!(model.paid_in, model.paid_out);
        assert_eq!((model.stake_vault, model.node.active_stake(), model.node.cooling_stake()), (0, 0, 0));
        assert_eq!(model.rewarded, model.claimed + u128::from(model.reward_vault));
        // Each settlement rounds down once per position, each distribution once.
        let dust = u64::try_from(moves.len() + 3 * POSITIONS).unwrap();
        prop_assert!(model.node.rewards_owed <= dust);
    }

    #[test]
    fn books_hold_through_slashes(moves in moves(true), commission_bps in 0..=BPS) {
        let mut model = Model::new(commission_bps, 5_000);
        for step in &moves {
            model.apply(step);
            model.check();
        }
        model.leave();
        // Each move rounds less than 1 raw to those who stay.
        let dust = u64::try_from(moves.len() + 3 * POSITIONS).unwrap();
        for i in 0..POSITIONS {
            prop_assert!(model.paid_out[i] <= model.paid_in[i] + dust, "a slash gives nobody more");
        }
        // What rounding left in a ticket's shares beyond its amount.
        prop_assert!(model.stake_vault <= dust);
    }

    #[test]
    fn a_deposit_and_an_exit_at_once_gain_nothing(moves in moves(true), position in 0..POSITIONS, amount in amounts()) {
        let mut model = Model::new(1_000, 0);
        for step in &moves {
            model.apply(step);
        }
        let (value, rewards) = (model.value(position), model.claimable(position));
        if let Ok(accepted) = model.node.admit(kind_of(position), amount, 1) {
            model.deposit(position, amount, 1);
            let back = model.value(position) - value;
            prop_assert!(back <= accepted);
            if back > 0 {
                model.unstake(position, back);
                let (_, ticket) = *model.tickets.last().unwrap();
                prop_assert!(model.ticket_value(position, &ticket) <= accepted);
                prop_assert!(model.value(position) <= value);
            }
            prop_assert_eq!(model.claimable(position), rewards);
        }
    }

    #[test]
    fn a_drop_remembers_the_lowest_stake_and_the_first_moment(
        stakes in prop::collection::vec((0..3_u64, any::<u64>(), any::<u64>()), 1..20),
    ) {
        let mut node = Node { drop_settlement: u64::MAX, ..Node::zeroed() };
        let mut expected: Option<(u64, u64, u64)> = None;
        let mut settlements = 0;
        for (later, stake, acc) in stakes {
            settlements += later / 2;
            node.record_drop(settlements, u128::from(acc).into(), stake);
            expected = match expected {
                Some((at, first, lowest)) if at == settlements => Some((at, first, lowest.min(stake))),
                _ => Some((settlements, acc, stake)),
            };
            let got = (node.drop_settlement, node.drop_acc.get(), node.drop_stake);
            let (at, first, lowest) = expected.unwrap();
            prop_assert_eq!(got, (at, u128::from(first), lowest));
        }
    }
}

#[test]
fn three_stakers_share_a_reward_to_the_last_raw_but_rounding() {
    let mut model = Model::new(1_000, 0);
    for (position, amount) in [(0, 1), (1, 1), (2, 1)] {
        model.deposit(position, amount, amount);
    }
    model.apply(&Move::Reward { amount: 100 });
    // 10 commission, 90 over three: 30 each, less what Q64.64 rounds off.
    assert_eq!(model.node.commission_owed, 10);
    assert_eq!([0, 1, 2].map(|i| model.claimable(i)), [40, 30, 30]);
    model.apply(&Move::Reward { amount: 11 });
    // 1 commission, 10 over three: 3⅓ each.
    assert_eq!([0, 1, 2].map(|i| model.claimable(i)), [44, 33, 33]);
    model.apply(&Move::Reward { amount: 2 });
    // No commission, ⅔ each: the fractions add up to 4.
    let each = [0, 1, 2].map(|i| model.claimable(i));
    assert!(each == [44, 33, 33] || each == [45, 34, 34], "{each:?}");
    model.check();
}

#[test]
fn rewards_go_by_stake_not_by_shares_after_a_slash() {
    let mut model = Model::new(0, 0);
    // The second is protected.
    model.deposit(0, 1_000 * IO, 1);
    model.deposit(2, 1_000 * IO, 1);
    model.slash(5_000);
    model.apply(&Move::Reward { amount: 300 * IO });
    let (operator, delegator) = (model.claimable(0), model.claimable(2));
    assert!(operator.abs_diff(100 * IO) <= 1 && delegator.abs_diff(200 * IO) <= 1);
    model.check();
}

#[test]
fn the_accumulator_may_wrap_around() {
    let mut model = Model::new(0, 0);
    model.deposit(1, 1, 1);
    // 2^63 twice per share of 1 raw: the sum passes 2^64 × 2^64 on the third, with a claim between.
    for round in 0..5 {
        model.apply(&Move::Reward { amount: 1 << 62 });
        model.apply(&Move::Reward { amount: 1 << 62 });
        assert_eq!(model.claimable(1), 1 << 63, "round {round}");
        model.claim(1);
        model.check();
    }
}

#[test]
fn earning_needs_an_open_node_its_minimum_and_the_operators_part() {
    let mut node = Node {
        min_stake: Scheduled::new(200),
        max_stake: 1_000,
        min_self_stake_bps: 5_000,
        ..Node::zeroed()
    };
    for (operator, others, earning) in [
        (0, 0, 0),
        (199, 0, 0),
        (200, 0, 200),
        (100, 100, 200),
        (99, 101, 0),
        (100, 101, 0),
        (99, 99, 0),
        (500, 500, 1_000),
    ] {
        node.tranches[0].stake = operator;
        node.tranches[1].stake = others / 2;
        node.tranches[2].stake = others - others / 2;
        assert_eq!(node.earning_stake(0), earning, "{operator} + {others}");
    }
    // More than basis points of it fit into 64 bits.
    let large = 1 << 60;
    node.max_stake = u64::MAX;
    for (operator, earning) in [(large, 2 * large), (large - 1, 0)] {
        node.tranches[0].stake = operator;
        node.tranches[1].stake = 2 * large - operator;
        node.tranches[2].stake = 0;
        assert_eq!(
            node.earning_stake(0),
            earning,
            "{operator} of {}",
            2 * large
        );
    }
    node.tranches[0].stake = large;
    node.tranches[1].stake = large - 7;
    assert_eq!(
        KINDS.map(|kind| node.room(kind)),
        [u64::MAX - 2 * large + 7, 7, 7]
    );
    for status in [NodeStatus::Halted, NodeStatus::Retired] {
        node.status = status as u8;
        assert_eq!(node.earning_stake(0), 0);
    }
}

#[test]
fn a_raised_minimum_binds_from_its_time() {
    let mut node = Node {
        min_stake: Scheduled::new(200),
        ..Node::zeroed()
    };
    node.tranches[0].stake = 250;
    node.min_stake.schedule(300, 0, 30 * 86_400).unwrap();
    assert_eq!(node.earning_stake(30 * 86_400 - 1), 250);
    assert_eq!(node.earning_stake(30 * 86_400), 0);
}

#[test]
fn room_is_the_maximum_and_for_delegators_what_the_operator_covers() {
    let mut node = Node {
        delegation_open: 1,
        max_stake: 1_000,
        min_self_stake_bps: 5_000,
        ..Node::zeroed()
    };
    node.tranches[0].stake = 300;
    assert_eq!(KINDS.map(|kind| node.room(kind)), [700, 300, 300]);
    node.tranches[1].stake = 200;
    assert_eq!(KINDS.map(|kind| node.room(kind)), [500, 100, 100]);
    // At most so much, at least so much, and the reason if neither fits.
    for (kind, amount, min, expected) in [
        (1, 100, 100, Ok(100)),
        (1, 101, 100, Ok(100)),
        (1, 101, 101, Err(StakingError::OperatorStakeTooLow)),
        (1, 101, 0, Ok(100)),
        (1, 0, 0, Err(StakingError::ZeroAmount)),
        (0, 500, 500, Ok(500)),
        (0, 501, 500, Ok(500)),
        (0, 501, 501, Err(StakingError::NodeFull)),
    ] {
        assert_eq!(
            node.admit(KINDS[kind], amount, min),
            expected,
            "{kind} {amount} {min}"
        );
    }
    node.tranches[0].stake = 800;
    assert_eq!(node.admit(KINDS[0], 1, 0), Err(StakingError::NodeFull));
    node.delegation_open = 0;
    assert_eq!(
        node.admit(KINDS[2], 1, 0),
        Err(StakingError::DelegationClosed)
    );
    node.status = NodeStatus::Halted as u8;
    assert_eq!(node.admit(KINDS[0], 1, 0), Err(StakingError::NodeNotOpen));
}

#[test]
fn halting_and_resuming() {
    let mut node = Node::zeroed();
    assert_eq!(node.resume(), Err(StakingError::NodeNotHalted));
    node.halt(7).unwrap();
    assert_eq!((node.is_open(), node.halted_at), (false, 7));
    assert_eq!(node.halt(8), Err(StakingError::NodeNotOpen));
    node.slash_lapses_at = 1;
    assert_eq!(node.resume(), Err(StakingError::SlashOpen));
    node.slash_lapses_at = 0;
    node.resume().unwrap();
    assert_eq!((node.is_open(), node.halted_at), (true, 0));
    node.status = NodeStatus::Retired as u8;
    assert_eq!(node.halt(9), Err(StakingError::NodeNotOpen));
    assert_eq!(node.resume(), Err(StakingError::NodeNotHalted));
}
