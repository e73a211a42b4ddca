//! Slashes: proposed, cancelled, executed, lapsed; who pays, and who does not.

use crate::{CONFIG, Fixture, MIN, MINT, POOL, RISKY, SAFE, Staker, assert_reason, swapped, terms};
use io_client::{
    Instruction, Pubkey, emissions, pda,
    shared::{
        constants::{COOLDOWN, DAY, HOUR, IO, SLASH_DELAY, SLASH_LAPSE, VERSION},
        errors::{MintError, StakingError},
        events::{Burned, NodeSlashed, SlashCancelled, SlashProposed, UnstakeCancelled, Withdrawn},
        ids::{TOKEN_PROGRAM, io_mint, io_staking},
        state::{ClassRule, Layout, MintConfig, Node, NodeStatus, SlashProposal, TrancheKind},
    },
    staking::{self, NodeTerms},
};
use io_tests::{Failure, GENESIS, Outcome, assert_fails, books};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_program_error::ProgramError;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::{Account as TokenAccount, Mint};

const REASON: [u8; 32] = [0xAB; 32];
/// The most that one proposal may take.
const HALF: u64 = 5_000;

impl Fixture {
    /// Makes the IO that tests wrote onto token accounts count as minted, so that it can be burned.
    pub fn count_supply(&mut self) {
        let accounts = self.world.svm.get_program_accounts(&TOKEN_PROGRAM);
        let held = accounts
            .iter()
            .filter_map(|(_, account)| TokenAccount::unpack(&account.data).ok())
            .filter(|account| account.mint == MINT)
            .map(|account| account.amount)
            .sum();
        let mut data = self.world.data(&MINT);
        let mut mint = Mint::unpack(&data).expect("a mint");
        mint.supply = held;
        mint.pack_into_slice(&mut data);
        self.world.put(MINT, TOKEN_PROGRAM, data, false);
        self.edit::<MintConfig>(&io_mint::CONFIG.address, |config| {
            config.minted = held + config.burned;
            config.promised = config.minted;
        });
    }

    pub fn halt(&mut self) {
        self.try_halt().expect("open");
    }

    pub fn resume(&mut self) {
        let authority = self.authority().pubkey();
        let resume = staking::resume_node(&authority, &self.node);
        self.world.run(&[resume], &[]);
    }

    pub fn try_propose(&mut self, bps: u64) -> Result<Outcome, Failure> {
        let slasher = self.slasher.insecure_clone();
        let propose = staking::propose_slash(&slasher.pubkey(), &self.node, bps, REASON);
        self.world.send(&[propose], &[&slasher])
    }

    #[track_caller]
    pub fn propose(&mut self, bps: u64) -> Outcome {
        self.try_propose(bps).expect("halted, and none is open")
    }

    fn execution(&self) -> Instruction {
        staking::execute_slash(&self.node, &MINT, &self.slasher.pubkey())
    }

    /// Sent by nobody in particular.
    pub fn try_execute(&mut self) -> Result<Outcome, Failure> {
        self.count_supply();
        let outcome = self.world.send(&[self.execution()], &[]);
        books::check(&self.world).expect("the books add up");
        outcome
    }

    pub fn try_cancel_slash(&mut self, by: &Keypair) -> Result<Outcome, Failure> {
        let cancel = staking::cancel_slash(&by.pubkey(), &self.node, &self.slasher.pubkey());
        self.world.send(&[cancel], &[by])
    }

    /// From halt to resumption.
    #[track_caller]
    pub fn slash(&mut self, bps: u64) -> NodeSlashed {
        self.halt();
        self.propose(bps);
        self.world.advance(SLASH_DELAY);
        let event = self.try_execute().expect("ripe").event();
        self.resume();
        event
    }

    pub fn proposal(&self) -> Option<SlashProposal> {
        self.world.try_read(&pda::slash(&self.node).0)
    }

    fn burned(&self) -> u64 {
        let config: MintConfig = self.world.read(&io_mint::CONFIG.address);
        config.burned
    }

    fn stake_vault(&self) -> u64 {
        self.world.token_balance(&self.node().stake_vault)
    }

    /// Unstakes all, waits and withdraws; what was paid.
    #[track_caller]
    pub fn leave(&mut self, staker: &Staker) -> u64 {
        let before = self.balance(staker);
        let index = self.request(staker, u64::MAX);
        self.world.advance(COOLDOWN);
        self.try_withdraw(staker, index).expect("cooled down");
        self.balance(staker) - before
    }

    /// Each account of `good` replaced by a wrong one.
    #[track_caller]
    pub fn assert_swaps<E: std::fmt::Debug + Clone>(
        &mut self,
        good: &Instruction,
        keys: &[&Keypair],
        swaps: impl IntoIterator<Item = (usize, Pubkey, Result<E, InstructionError>)>,
    ) where
        ProgramError: From<E>,
    {
        for (index, wrong, expected) in swaps {
            let result = self.send_by(swapped(good, index, wrong), keys);
            match expected {
                Ok(error) => assert_fails(result, error),
                Err(reason) => assert_reason(result, &reason),
            }
        }
    }

    /// An account with the same bytes that `owner` owns.
    pub fn copy(&mut self, address: &Pubkey, owner: Pubkey) -> Pubkey {
        let (data, copy) = (self.world.data(address), self.world.fresh_address());
        self.world.put(copy, owner, data, false);
        copy
    }
}

/// A node whose delegators can be slashed.
fn risky() -> Fixture {
    Fixture::with_terms(NodeTerms {
        class: RISKY,
        ..terms(1)
    })
}

// propose_slash

#[test]
fn propose_slash_opens_a_proposal() {
    for retired in [false, true] {
        let mut fixture = Fixture::new();
        let slasher = fixture.slasher.pubkey();
        if retired {
            fixture.retire();
        } else {
            fixture.halt();
        }
        let before = fixture.world.lamports(&slasher);
        let outcome = fixture.propose(1_234);
        let (address, bump) = pda::slash(&fixture.node);
        let proposal = fixture.proposal().expect("proposed");
        assert_eq!((proposal.version, proposal.bump), (VERSION, bump));
        assert_eq!(
            (proposal.node, proposal.rent_payer, proposal.reason_hash),
            (fixture.node, slasher, REASON)
        );
        assert_eq!((proposal.bps, proposal.proposed_at), (1_234, GENESIS));
        assert_eq!(
            (proposal.executable_at, proposal.lapses_at),
            (GENESIS + 7 * DAY, GENESIS + 30 * DAY)
        );
        let rent = fixture.world.rent(SlashProposal::SPACE as u64);
        assert_eq!(fixture.world.lamports(&address), rent);
        assert_eq!(fixture.world.lamports(&slasher), before - rent);
        assert_eq!(fixture.node().slash_lapses_at, GENESIS + 30 * DAY);
        assert_eq!(
            outcome.event::<SlashProposed>(),
            SlashProposed {
                node: fixture.node,
                slasher,
                reason_hash: REASON,
                bps: 1_234,
                executable_at: GENESIS + 7 * DAY,
                lapses_at: GENESIS + 30 * DAY,
            }
        );
        books::check(&fixture.world).expect("the books add up");
    }
}

#[test]
fn propose_slash_refuses() {
    let mut fixture = Fixture::new();
    let other_node = fixture.register(&terms(2));
    assert_fails(fixture.try_propose(1), StakingError::HaltFirst);
    fixture.halt();
    for bps in [0, 5_001, u64::MAX] {
        assert_fails(fixture.try_propose(bps), StakingError::SlashOutOfBounds);
    }
    let (slasher, authority) = (fixture.slasher.insecure_clone(), fixture.authority());
    let good = staking::propose_slash(&slasher.pubkey(), &fixture.node, 1, REASON);
    let (guardian, operator) = (
        fixture.guardian.insecure_clone(),
        fixture.operator.insecure_clone(),
    );
    let [config, foreign_config] =
        [io_staking::ID, io_mint::ID].map(|id| fixture.copy(&CONFIG, id));
    let node = fixture.node;
    let foreign_node = fixture.copy(&node, io_mint::ID);
    let keys = [&slasher, &guardian, &operator, &authority];
    fixture.assert_swaps(
        &good,
        &keys,
        [
            (0, authority.pubkey(), Ok(StakingError::Unauthorized)),
            (0, guardian.pubkey(), Ok(StakingError::Unauthorized)),
            (0, operator.pubkey(), Ok(StakingError::Unauthorized)),
            (1, config, Ok(StakingError::WrongAccount)),
            (1, foreign_config, Err(InstructionError::IllegalOwner)),
            // Open, and not the proposal's.
            (2, other_node, Ok(StakingError::WrongAccount)),
            (2, foreign_node, Err(InstructionError::IllegalOwner)),
            (
                2,
                pda::device_class(SAFE).0,
                Err(InstructionError::AccountDataTooSmall),
            ),
            (3, pda::slash(&other_node).0, Ok(StakingError::WrongAccount)),
            (4, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                5,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (6, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    assert_reason(
        fixture.world.send(&[unsigned], &[]),
        &InstructionError::MissingRequiredSignature,
    );
    fixture.world.run(&[good], &[&slasher]);
    for bps in [1, 2] {
        assert_fails(fixture.try_propose(bps), StakingError::SlashOpen);
    }
}

/// Lamports at the proposal's address cannot keep a node from being slashed.
#[test]
fn lamports_sent_to_a_proposal_beforehand_do_not_stop_it() {
    let mut fixture = Fixture::new();
    fixture.halt();
    fixture.world.fund(&pda::slash(&fixture.node).0);
    fixture.propose(1);
    let before = fixture.world.lamports(&fixture.slasher.pubkey());
    let guardian = fixture.guardian.insecure_clone();
    fixture.try_cancel_slash(&guardian).expect("the guardian's");
    let after = fixture.world.lamports(&fixture.slasher.pubkey());
    assert_eq!(after - before, 1_000_000_000_000);
}

// cancel_slash

#[test]
fn guardian_or_authority_cancels_and_anyone_once_it_has_lapsed() {
    for (by, wait) in [
        (0, 0),
        (1, SLASH_LAPSE - 1),
        (2, SLASH_LAPSE),
        (3, 90 * DAY),
    ] {
        let mut fixture = Fixture::new();
        let by = [
            fixture.guardian.insecure_clone(),
            fixture.authority(),
            fixture.world.wallet(),
            fixture.operator.insecure_clone(),
        ][by]
            .insecure_clone();
        let slasher = fixture.slasher.pubkey();
        fixture.halt();
        let before = fixture.world.lamports(&slasher);
        fixture.propose(HALF);
        fixture.world.advance(wait);
        let outcome = fixture.try_cancel_slash(&by).expect("allowed");
        assert_eq!(
            outcome.event::<SlashCancelled>(),
            SlashCancelled {
                node: fixture.node,
                by: by.pubkey()
            }
        );
        assert!(!fixture.world.exists(&pda::slash(&fixture.node).0));
        assert_eq!(fixture.world.lamports(&slasher), before);
        assert_eq!(fixture.node().slash_lapses_at, 0);
        books::check(&fixture.world).expect("the books add up");
        // The node can go on, or be proposed for again.
        fixture.resume();
        fixture.halt();
        fixture.propose(1);
    }
}

#[test]
fn cancel_slash_refuses() {
    let mut fixture = Fixture::new();
    let (node, other_node) = (fixture.node, fixture.register(&terms(2)));
    let (slasher, stranger) = (fixture.slasher.insecure_clone(), fixture.world.wallet());
    let operator = fixture.operator.insecure_clone();
    for node in [other_node, node] {
        fixture.node = node;
        fixture.halt();
        fixture.propose(HALF);
    }
    for wait in [0, SLASH_DELAY, SLASH_LAPSE - 1] {
        fixture.world.set_clock(GENESIS + wait);
        for by in [&slasher, &stranger, &operator] {
            assert_fails(fixture.try_cancel_slash(by), StakingError::Unauthorized);
        }
    }
    let guardian = fixture.guardian.insecure_clone();
    let good = staking::cancel_slash(&guardian.pubkey(), &node, &slasher.pubkey());
    let [config, foreign_config] =
        [io_staking::ID, io_mint::ID].map(|id| fixture.copy(&CONFIG, id));
    let foreign_proposal = fixture.copy(&pda::slash(&node).0, io_mint::ID);
    let keys = [&guardian, &stranger];
    fixture.assert_swaps(
        &good,
        &keys,
        [
            (0, stranger.pubkey(), Ok(StakingError::Unauthorized)),
            (1, config, Ok(StakingError::WrongAccount)),
            (1, foreign_config, Err(InstructionError::IllegalOwner)),
            (2, other_node, Ok(StakingError::WrongNode)),
            (3, pda::slash(&other_node).0, Ok(StakingError::WrongNode)),
            (3, foreign_proposal, Err(InstructionError::IllegalOwner)),
            (3, other_node, Err(InstructionError::InvalidAccountData)),
            (4, stranger.pubkey(), Ok(StakingError::WrongRentPayer)),
            (
                5,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (6, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    assert_reason(
        fixture.world.send(&[unsigned], &[]),
        &InstructionError::MissingRequiredSignature,
    );
    fixture.world.run(&[good.clone()], &[&guardian]);
    assert_reason(
        fixture.world.send(&[good], &[&guardian]),
        &InstructionError::AccountDataTooSmall,
    );
}

// execute_slash

#[test]
fn execute_slash_burns_the_operators_stake_active_and_cooling() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 3 * MIN);
    fixture.deposit(&delegator, MIN);
    let index = fixture.request(&operator, MIN);
    let others = fixture.request(&delegator, MIN / 2);
    let slasher = fixture.slasher.pubkey();
    let before = fixture.world.lamports(&slasher);
    fixture.halt();
    fixture.propose(2_000);
    fixture.world.advance(SLASH_DELAY);
    fixture.count_supply();
    let supply = fixture.world.supply(&MINT);

    let outcome = fixture.try_execute().expect("ripe");
    // A fifth of 600 IO at risk, two to one.
    let (active, cooling) = (2 * MIN / 5, MIN / 5);
    assert_eq!(
        outcome.event::<NodeSlashed>(),
        NodeSlashed {
            node: fixture.node,
            bps: 2_000,
            operator_active: active,
            operator_cooling: cooling,
            delegators_active: 0,
            delegators_cooling: 0,
        }
    );
    let node = fixture.node();
    assert_eq!(
        outcome.event::<Burned>(),
        Burned {
            source: node.stake_vault,
            authority: fixture.node,
            amount: active + cooling,
            burned: active + cooling,
        }
    );
    assert_eq!(fixture.burned(), active + cooling);
    assert_eq!(fixture.world.supply(&MINT), supply - active - cooling);
    assert_eq!(fixture.stake_vault(), 4 * MIN - active - cooling);
    assert_eq!(
        node.tranches.map(|tranche| (tranche.stake, tranche.shares)),
        [(2 * MIN - active, 2 * MIN), (MIN / 2, MIN / 2), (0, 0)]
    );
    assert_eq!(
        node.cooling.map(|cooling| (cooling.stake, cooling.shares)),
        [(MIN - cooling, MIN), (MIN / 2, MIN / 2), (0, 0)]
    );
    // Halted as before, with no proposal and its rent paid back.
    assert_eq!(
        (node.status, node.slash_lapses_at),
        (NodeStatus::Halted as u8, 0)
    );
    assert!(!fixture.world.exists(&pda::slash(&fixture.node).0));
    assert_eq!(fixture.world.lamports(&slasher), before);

    fixture.world.advance(COOLDOWN);
    for (staker, index, paid) in [
        (&operator, index, MIN - cooling),
        (&delegator, others, MIN / 2),
    ] {
        let outcome = fixture.try_withdraw(staker, index).expect("cooled down");
        assert_eq!(outcome.event::<Withdrawn>().amount, paid);
    }
    assert_eq!(fixture.value(&operator), 2 * MIN - active);
    assert_eq!(fixture.value(&delegator), MIN / 2);
}

#[test]
fn execute_slash_takes_from_delegators_what_the_operator_cannot_pay() {
    let mut fixture = risky();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.request(&delegator, MIN / 4);
    let gone = fixture.request(&operator, MIN * 3 / 4);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, gone).expect("cooled down");
    // Of 250 IO at risk half: the operator's 50 but for what a pool keeps, and 75 of the delegator's 200.
    let slashed = fixture.slash(HALF);
    assert_eq!(slashed.operator_cooling, 0);
    assert!(slashed.operator_active < MIN / 4 && slashed.operator_active > MIN / 4 - 10_000);
    assert_eq!(slashed.delegators_active, MIN * 3 / 8 * 3 / 4);
    assert_eq!(slashed.delegators_cooling, MIN * 3 / 8 / 4);
    assert_eq!(fixture.value(&delegator), MIN * 5 / 8 * 3 / 4);
    let taken = slashed.operator_active + MIN * 3 / 8;
    assert_eq!(fixture.stake_vault(), MIN * 5 / 4 - taken);
    assert_eq!(fixture.burned(), taken);
}

#[test]
fn a_slash_waits_seven_days_and_lapses_after_thirty() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, MIN);
    fixture.halt();
    fixture.propose(HALF);
    for (wait, error) in [
        (0, StakingError::SlashNotRipe),
        (7 * DAY - 1, StakingError::SlashNotRipe),
        (30 * DAY, StakingError::SlashLapsed),
        (300 * DAY, StakingError::SlashLapsed),
    ] {
        fixture.world.set_clock(GENESIS + wait);
        assert_fails(fixture.try_execute(), error);
    }
    for wait in [30 * DAY - 1, 7 * DAY] {
        let mut fixture = Fixture::new();
        let operator = fixture.operator();
        fixture.deposit(&operator, MIN);
        fixture.halt();
        fixture.propose(HALF);
        fixture.world.advance(wait);
        fixture.try_execute().expect("ripe");
        assert_eq!(fixture.value(&operator), MIN / 2);
    }
}

#[test]
fn execute_slash_checks_its_accounts() {
    let mut fixture = Fixture::new();
    let (node, other_node) = (fixture.node, fixture.register(&terms(2)));
    for node in [other_node, node] {
        fixture.node = node;
        let operator = fixture.operator();
        fixture.deposit(&operator, MIN);
        fixture.halt();
        fixture.propose(HALF);
    }
    fixture.world.advance(SLASH_DELAY);
    fixture.count_supply();
    let good = fixture.execution();
    let stranger = fixture.world.wallet().pubkey();
    let foreign_proposal = fixture.copy(&pda::slash(&node).0, io_mint::ID);
    let foreign_node = fixture.copy(&node, io_mint::ID);
    let usdc = fixture.world.create_mint(6);
    let dollars = fixture.world.create_token_account(&node, &usdc, MIN);
    let duplicate = InstructionError::Custom(crate::ANCHOR_DUPLICATE);
    fixture.assert_swaps(
        &good,
        &[],
        [
            (0, other_node, Ok(StakingError::WrongNode)),
            (0, foreign_node, Err(InstructionError::IllegalOwner)),
            (1, pda::slash(&other_node).0, Ok(StakingError::WrongNode)),
            (1, foreign_proposal, Err(InstructionError::IllegalOwner)),
            (
                2,
                pda::stake_vault(&other_node).0,
                Ok(StakingError::WrongVault),
            ),
            (2, pda::reward_vault(&node).0, Ok(StakingError::WrongVault)),
            (2, dollars, Ok(StakingError::WrongVault)),
            (3, stranger, Ok(StakingError::WrongRentPayer)),
            (4, node, Err(duplicate.clone())),
            (5, pda::stake_vault(&node).0, Err(duplicate)),
            (6, io_staking::ID, Ok(StakingError::WrongAccount)),
            (8, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                9,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (10, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    // What io_mint checks.
    let data = fixture.world.data(&io_mint::CONFIG.address);
    let copy = fixture.world.fresh_address();
    fixture.world.put(copy, io_mint::ID, data, false);
    fixture.assert_swaps(
        &good,
        &[],
        [
            (4, copy, Ok(MintError::WrongAccount)),
            (5, usdc, Ok(MintError::WrongAccount)),
            (
                7,
                io_staking::EVENT_AUTHORITY.address,
                Ok(MintError::WrongAccount),
            ),
        ],
    );
    fixture.try_execute().expect("ripe");
}

/// It ends as any other, without a burn.
#[test]
fn a_slash_with_nothing_at_risk_burns_nothing() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.leave(&operator);
    fixture.halt();
    fixture.propose(HALF);
    fixture.world.advance(SLASH_DELAY);
    let outcome = fixture.try_execute().expect("ripe");
    assert_eq!(outcome.events::<Burned>(), []);
    assert_eq!(
        outcome.event::<NodeSlashed>(),
        NodeSlashed {
            node: fixture.node,
            bps: HALF,
            operator_active: 0,
            operator_cooling: 0,
            delegators_active: 0,
            delegators_cooling: 0,
        }
    );
    assert_eq!((fixture.burned(), fixture.stake_vault()), (0, MIN));
    assert!(fixture.proposal().is_none());
    assert_eq!(fixture.leave(&delegator), MIN);
}

// Who pays

#[test]
fn an_operator_who_requests_an_unstake_before_during_or_after_the_proposal_pays_all_the_same() {
    // When the operator asks for how much, if not at the end.
    for (when, amount) in [
        ("before", MIN),
        ("before", u64::MAX),
        ("during", MIN / 3),
        ("during", u64::MAX),
        ("after", u64::MAX),
    ] {
        let mut fixture = Fixture::new();
        let operator = fixture.operator();
        fixture.deposit(&operator, 2 * MIN);
        let mut tickets = Vec::new();
        if when == "before" {
            tickets.push(fixture.request(&operator, amount));
            fixture.world.advance(10 * DAY);
        }
        fixture.halt();
        fixture.propose(HALF);
        if when == "during" {
            fixture.world.advance(DAY);
            tickets.push(fixture.request(&operator, amount));
        }
        // To the last day, long after the tickets have cooled down.
        fixture.world.advance(SLASH_LAPSE - DAY - 1);
        for index in &tickets {
            assert_fails(
                fixture.try_withdraw(&operator, *index),
                StakingError::SlashOpen,
            );
        }
        fixture.try_execute().expect("ripe");
        if fixture.value(&operator) > 0 {
            tickets.push(fixture.request(&operator, u64::MAX));
        }
        fixture.world.advance(COOLDOWN);
        for index in tickets {
            fixture.try_withdraw(&operator, index).expect("no proposal");
        }
        let lost = 100 * MIN - fixture.balance(&operator);
        assert!((MIN..=MIN + 2).contains(&lost), "{when}: lost {lost}");
        assert_eq!(fixture.burned(), MIN);
    }
}

#[test]
fn delegators_pay_only_what_the_class_said_when_they_deposited() {
    let mut fixture = Fixture::new();
    let (operator, early) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&early, MIN);
    // From now on the class's delegators can be slashed.
    let authority = fixture.authority().pubkey();
    let schedule = staking::schedule_class(&authority, SAFE, ClassRule::DelegatorsSlashable, 1);
    fixture.world.run(&[schedule], &[]);
    fixture.world.advance(2 * DAY);
    let sync = staking::sync_class(&fixture.node, SAFE, POOL);
    fixture.world.run(&[sync], &[]);
    let late = fixture.delegator();
    assert_eq!(
        [early.stake.tranche, late.stake.tranche],
        [TrancheKind::Protected, TrancheKind::Exposed]
    );
    fixture.deposit(&late, MIN);
    assert_fails(
        fixture.try_deposit(&early, 1, 1),
        StakingError::WrongTranche,
    );
    // The operator covers it: 150 of 300 IO at risk.
    let slashed = fixture.slash(HALF);
    assert_eq!(
        (slashed.operator_active, slashed.delegators_active),
        (MIN * 3 / 2, 0)
    );
    // Now 150 are at risk, of which the operator has 50.
    let slashed = fixture.slash(HALF);
    assert!(slashed.operator_active.abs_diff(MIN / 2) < 10_000);
    assert_eq!(slashed.delegators_active, MIN / 4);
    assert_eq!(
        (fixture.value(&early), fixture.value(&late)),
        (MIN, MIN * 3 / 4)
    );
    // That the class has stopped it does not free the one who deposited when it could be.
    let schedule = staking::schedule_class(&authority, SAFE, ClassRule::DelegatorsSlashable, 0);
    fixture.world.run(&[schedule], &[]);
    fixture.world.advance(2 * DAY);
    let sync = staking::sync_class(&fixture.node, SAFE, POOL);
    fixture.world.run(&[sync], &[]);
    fixture.slash(HALF);
    // But for the little that the operator's pool keeps.
    assert!(fixture.value(&late).abs_diff(MIN * 3 / 8) < 10_000);
    assert_eq!(fixture.value(&early), MIN);
    assert_eq!(fixture.leave(&early), MIN);
}

#[test]
fn nothing_is_slashed_twice_for_one_proposal() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    fixture.halt();
    fixture.propose(HALF);
    fixture.world.advance(SLASH_DELAY);
    fixture.count_supply();
    // In one transaction, with whatever in between, or one after the other.
    let (execute, slasher) = (fixture.execution(), fixture.slasher.insecure_clone());
    let propose = staking::propose_slash(&slasher.pubkey(), &fixture.node, HALF, REASON);
    let twice = fixture.world.send(&[execute.clone(), execute.clone()], &[]);
    assert_reason(twice, &InstructionError::AccountDataTooSmall);
    let again = fixture
        .world
        .send(&[execute.clone(), propose, execute.clone()], &[&slasher]);
    assert_fails(again, StakingError::SlashNotRipe);
    assert_eq!(fixture.value(&operator), 2 * MIN);
    fixture.try_execute().expect("ripe");
    assert_reason(
        fixture.try_execute(),
        &InstructionError::AccountDataTooSmall,
    );
    assert_eq!((fixture.value(&operator), fixture.burned()), (MIN, MIN));
}

#[test]
fn two_proposals_one_after_the_other() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 4 * MIN);
    let index = fixture.request(&operator, 2 * MIN);
    fixture.halt();
    for round in 1..=2_u32 {
        fixture.propose(HALF);
        fixture.world.advance(SLASH_DELAY);
        fixture.try_execute().expect("ripe");
        let left = (2 * MIN) >> round;
        assert_eq!(fixture.value(&operator), left);
        assert_eq!(fixture.stake_vault(), 2 * left);
    }
    assert_eq!(fixture.burned(), 3 * MIN);
    fixture.try_withdraw(&operator, index).expect("cooled down");
    fixture.resume();
    assert_eq!(fixture.leave(&operator), MIN / 2);
    assert_eq!(fixture.balance(&operator), 97 * MIN);
}

#[test]
fn a_lapsed_proposal_frees_the_operators_tickets_by_itself_and_anyone_cancels_it() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    let index = fixture.request(&operator, MIN);
    fixture.halt();
    fixture.propose(HALF);
    fixture.world.set_clock(GENESIS + SLASH_LAPSE - 1);
    assert_fails(
        fixture.try_withdraw(&operator, index),
        StakingError::SlashOpen,
    );
    fixture.world.advance(1);
    fixture.try_withdraw(&operator, index).expect("lapsed");
    assert_eq!(fixture.balance(&operator), 99 * MIN);
    // It is still there, and until someone cancels it the node can neither go on nor be proposed again.
    let authority = fixture.authority().pubkey();
    let resume = staking::resume_node(&authority, &fixture.node);
    assert_fails(fixture.world.send(&[resume], &[]), StakingError::SlashOpen);
    assert_fails(fixture.try_propose(1), StakingError::SlashOpen);
    assert_fails(fixture.try_execute(), StakingError::SlashLapsed);
    let stranger = fixture.world.wallet();
    fixture.try_cancel_slash(&stranger).expect("lapsed");
    fixture.propose(1);
    fixture
        .try_cancel_slash(&fixture.authority())
        .expect("the authority's");
    fixture.resume();
}

#[test]
fn an_open_slash_keeps_the_operators_tickets_and_nobody_elses() {
    let mut fixture = risky();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    let (own, others) = (
        fixture.request(&operator, MIN),
        fixture.request(&delegator, MIN),
    );
    fixture.halt();
    fixture.world.advance(COOLDOWN);
    fixture.propose(HALF);
    assert_fails(
        fixture.try_withdraw(&operator, own),
        StakingError::SlashOpen,
    );
    fixture
        .try_withdraw(&delegator, others)
        .expect("others may leave");
    // The operator may ask to leave meanwhile, but waits.
    fixture.request(&operator, MIN / 2);
    let guardian = fixture.guardian.insecure_clone();
    fixture.try_cancel_slash(&guardian).expect("the guardian's");
    fixture
        .try_withdraw(&operator, own)
        .expect("no proposal any more");
}

#[test]
fn slashed_tickets_pay_what_is_left_and_the_last_one_all() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 1_000);
    let tickets = [100, 200, 301].map(|amount| fixture.request(&operator, amount));
    fixture.halt();
    fixture.propose(3_333);
    fixture.world.advance(SLASH_DELAY);
    let slashed: NodeSlashed = fixture.try_execute().expect("ripe").event();
    // Of 333: 399 parts active, 601 cooling.
    assert_eq!(
        (slashed.operator_active, slashed.operator_cooling),
        (132, 201)
    );
    fixture.world.advance(COOLDOWN);
    let paid = tickets.map(|index| {
        let outcome = fixture.try_withdraw(&operator, index).expect("cooled down");
        outcome.event::<Withdrawn>().amount
    });
    assert_eq!(paid.iter().sum::<u64>(), 400, "{paid:?}");
    assert!(
        paid[0].abs_diff(66) <= 1 && paid[1].abs_diff(133) <= 1,
        "{paid:?}"
    );
    let node = fixture.node();
    assert_eq!((node.cooling_stake(), fixture.stake_vault()), (0, 267));
}

#[test]
fn a_slashed_ticket_is_taken_back_for_what_it_is_worth() {
    let mut fixture = Fixture::new();
    let operator = fixture.operator();
    fixture.deposit(&operator, 2 * MIN);
    let index = fixture.request(&operator, MIN);
    fixture.slash(HALF);
    assert_eq!(fixture.value(&operator), MIN / 2);
    let event: UnstakeCancelled = fixture.try_cancel(&operator, index).expect("fits").event();
    assert_eq!(event.amount, MIN / 2);
    assert!(fixture.value(&operator).abs_diff(MIN) <= 1);
    // The slash is not undone by going back and forth, and new tickets pay no more.
    let index = fixture.request(&operator, u64::MAX);
    fixture.try_cancel(&operator, index).expect("fits");
    let left = fixture.leave(&operator);
    assert!(left <= MIN && left + 3 >= MIN);
}

#[test]
fn deposits_and_compounding_after_a_slash_pay_its_price() {
    let mut fixture = risky();
    let operator = fixture.operator();
    let (old, new) = (fixture.delegator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&old, MIN);
    // The operator is gone when it comes, so the delegators pay.
    let gone = fixture.request(&operator, u64::MAX);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, gone).expect("cooled down");
    fixture.slash(HALF);
    assert_eq!(fixture.value(&old), MIN / 2);
    fixture.deposit(&operator, MIN * 5 / 2);
    fixture.deposit(&new, MIN);
    // The newcomer has lost nothing but what rounding takes, and nothing of the loss came back to the other.
    assert_eq!(
        (fixture.value(&old), fixture.value(&new)),
        (MIN / 2, MIN - 1)
    );
    fixture.reward(400 * IO);
    for (staker, before, earned) in [(&old, MIN / 2, 45 * IO), (&new, MIN, 90 * IO)] {
        let compound = staking::compound(&staker.stake, POOL, 1);
        fixture.world.run(&[compound], &[&staker.wallet]);
        let after = fixture.value(staker);
        assert!(after.abs_diff(before + earned) <= 2, "{after}");
    }
    books_and_everybody_out(&mut fixture, &[operator, old, new]);
}

/// Otherwise it could not be slashed: where a slash has taken all it could, the price is at its lowest.
#[test]
fn after_a_slash_that_took_all_new_stake_waits_until_the_rest_is_gone() {
    let mut fixture = risky();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    // All but a little leaves, and of the rest a part cools down when the slash comes.
    let gone = fixture.request(&operator, MIN * 9 / 10);
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, gone).expect("cooled down");
    let ticket = fixture.request(&operator, MIN / 20);
    fixture.slash(HALF);
    let left = fixture.node();
    assert!(left.operator_stake() + left.cooling[0].stake < 10_000);

    let too_low = StakingError::PriceTooLow;
    let compound = |fixture: &mut Fixture| {
        let compound = staking::compound(&operator.stake, POOL, 1);
        fixture.world.send(&[compound], &[&operator.wallet])
    };
    let deposit = |fixture: &mut Fixture| fixture.try_deposit(&operator, MIN, MIN);
    assert_fails(deposit(&mut fixture), too_low);
    assert_fails(compound(&mut fixture), too_low);
    assert_fails(fixture.try_cancel(&operator, ticket), too_low);
    // The old ticket weighs on its own, too.
    let rest = fixture.request(&operator, u64::MAX);
    assert_fails(deposit(&mut fixture), too_low);
    fixture.world.advance(COOLDOWN);
    for index in [ticket, rest] {
        fixture.try_withdraw(&operator, index).expect("cooled down");
    }
    fixture.deposit(&operator, 2 * MIN);
    compound(&mut fixture).expect("earned before");
    let before = fixture.value(&operator);
    let slashed = fixture.slash(HALF);
    assert_eq!(
        slashed.operator_active,
        (before + fixture.value(&delegator) + slashed.delegators_active) / 2
    );
    books_and_everybody_out(&mut fixture, &[operator, delegator]);
}

/// All leave, and nothing but a few raw stays.
fn books_and_everybody_out(fixture: &mut Fixture, stakers: &[Staker]) {
    for staker in stakers {
        let value = fixture.value(staker);
        let left = fixture.leave(staker);
        assert!(left <= value + 2 && left + 2 >= value);
        fixture.count_supply();
        books::check(&fixture.world).expect("the books add up");
    }
    assert!(fixture.stake_vault() <= 3);
    let node = fixture.node();
    assert!(node.tranches.iter().all(|tranche| tranche.shares == 0));
    assert!(node.cooling.iter().all(|cooling| cooling.shares == 0));
}

// Exits

#[test]
fn stake_can_be_withdrawn_though_the_node_was_slashed_halted_retired_or_its_operator_is_gone() {
    for case in ["slashed", "halted", "retired", "operator gone", "paused"] {
        let mut fixture = risky();
        let (operator, delegator) = (fixture.operator(), fixture.delegator());
        fixture.deposit(&operator, MIN);
        fixture.deposit(&delegator, MIN);
        let mut expected = MIN;
        match case {
            "slashed" => {
                let gone = fixture.request(&operator, MIN / 2);
                fixture.world.advance(COOLDOWN);
                fixture.try_withdraw(&operator, gone).expect("cooled down");
                fixture.halt();
                fixture.propose(HALF);
                fixture.world.advance(SLASH_DELAY);
                fixture.try_execute().expect("ripe");
                expected = MIN * 3 / 4;
            }
            "halted" => fixture.halt(),
            "retired" => {
                fixture.retire();
            }
            "operator gone" => {
                fixture.leave(&operator);
                let close = staking::close_position(
                    &operator.stake.owner,
                    &operator.stake,
                    &operator.stake.owner,
                );
                fixture.world.run(&[close], &[&operator.wallet]);
            }
            _ => fixture.set_paused(true),
        }
        assert_eq!(fixture.leave(&delegator), expected, "{case}");
    }
}

#[test]
fn the_last_staker_leaves_with_everything_after_a_slash() {
    for bps in [1, 3_333, HALF] {
        let mut fixture = risky();
        let operator = fixture.operator();
        let stakers = [
            fixture.delegator(),
            fixture.delegator(),
            fixture.delegator(),
        ];
        fixture.deposit(&operator, 2 * MIN);
        for (staker, amount) in stakers.iter().zip([777, MIN / 3, MIN]) {
            fixture.deposit(staker, amount);
        }
        let gone = fixture.request(&operator, u64::MAX);
        fixture.world.advance(COOLDOWN);
        fixture.try_withdraw(&operator, gone).expect("cooled down");
        fixture.slash(bps);
        let vault = fixture.stake_vault();
        let paid: Vec<u64> = stakers.iter().map(|staker| fixture.leave(staker)).collect();
        let node = fixture.node();
        assert_eq!((node.active_stake(), node.cooling_stake()), (0, 0));
        assert_eq!(fixture.stake_vault(), 0, "nothing is left behind");
        assert_eq!(paid.iter().sum::<u64>(), vault);
        // And each with its part of it.
        for (paid, amount) in paid.iter().zip([777, MIN / 3, MIN]) {
            let expected = amount - amount * bps / 10_000;
            assert!(paid.abs_diff(expected) <= 3, "{paid} of {expected}");
        }
    }
}

/// Whose 1 raw came first, and what was sent to the vaults besides, changes nothing for those who follow;
/// in a pool that was never slashed, and in one where a share is worth a fraction of 1 raw.
#[test]
fn first_depositors_and_donations_to_the_vaults_win_nothing() {
    for slashed in [false, true] {
        let mut fixture = risky();
        let operator = fixture.operator();
        let (attacker, victim) = (fixture.delegator(), fixture.delegator());
        fixture.deposit(&operator, 2 * MIN);
        fixture.deposit(&attacker, 1);
        if slashed {
            // Shares of the operator's pool are worth next to nothing, and the attacker's one raw is alone
            // in the other.
            for _ in 0..3 {
                fixture.slash(HALF);
            }
            let rest = fixture.request(&operator, u64::MAX);
            fixture.world.advance(COOLDOWN);
            fixture.try_withdraw(&operator, rest).expect("cooled down");
            fixture.deposit(&operator, 2 * MIN);
        }
        let (stake_vault, reward_vault) = (
            pda::stake_vault(&fixture.node).0,
            pda::reward_vault(&fixture.node).0,
        );
        let before = fixture.value(&attacker);
        fixture.donate(stake_vault, 50 * MIN);
        fixture.donate(reward_vault, 50 * MIN);
        fixture.deposit(&victim, MIN / 7);
        assert_eq!(fixture.value(&victim), MIN / 7);
        fixture
            .world
            .run(&[staking::distribute(&fixture.node)], &[]);
        assert_eq!(fixture.value(&attacker), before);
        // A donation is a reward for all, in proportion to the stake.
        let rewards = |fixture: &mut Fixture, staker: &Staker| {
            let before = fixture.balance(staker);
            let _ = fixture.try_claim(staker);
            fixture.balance(staker) - before
        };
        let (of_attacker, of_victim) = (
            rewards(&mut fixture, &attacker),
            rewards(&mut fixture, &victim),
        );
        let total = fixture.node().active_stake();
        for (paid, stake) in [(of_attacker, before), (of_victim, MIN / 7)] {
            let fair = u128::from(45 * MIN) * u128::from(stake) / u128::from(total);
            assert!(u128::from(paid).abs_diff(fair) <= 2, "{paid} of {fair}");
        }
        assert_eq!(fixture.leave(&victim), MIN / 7);
        // The cooling pool alike: a 1 raw ticket in front, a donation, another's ticket behind.
        let first = fixture.request(&operator, 1);
        fixture.donate(stake_vault, 50 * MIN);
        let value = fixture.value(&operator);
        let second = fixture.request(&operator, u64::MAX);
        fixture.world.advance(COOLDOWN);
        let paid = [first, second].map(|index| {
            let outcome = fixture.try_withdraw(&operator, index).expect("cooled down");
            outcome.event::<Withdrawn>().amount
        });
        assert!(
            paid[0] <= 1 && paid[1] <= value && paid[1] + 1 >= value,
            "{paid:?}"
        );
    }
}

// With io_emissions

/// Scored, slashed, resumed and scored again within one epoch: it earned nothing while halted, and begins
/// with the epoch after it was weighed again.
#[test]
fn a_node_scored_slashed_resumed_and_rescored_in_one_epoch_earns_nothing_it_should_not() {
    use crate::live::{CLASS, Live, POOL as LIVE_POOL};
    let mut live = Live::new();
    let (a, b) = (live.join(CLASS, 4), live.join(CLASS, 1));
    live.epoch(&[&a, &b]);
    live.epoch(&[&a, &b]);
    live.epoch(&[&a, &b]);
    assert!(live.harvest(&a) > 0);
    let (node, authority) = (a.node(), live.authority());
    let halt = staking::halt_node(&authority, &node, LIVE_POOL);
    let propose = staking::propose_slash(&authority, &node, HALF, REASON);
    live.run(&[halt, propose]);
    live.harvest(&a);
    for _ in 0..8 {
        live.world().advance(DAY - HOUR);
        live.crank();
        live.epoch(&[&a, &b]);
    }
    assert_eq!((live.harvest(&a), live.weight(&a)), (0, 0));
    // One epoch: scored while halted, slashed, resumed, weighed again, scored again.
    let scores = [(node, 10_000), (b.node(), 10_000)];
    let score = emissions::set_scores(&authority, LIVE_POOL, &scores);
    live.run(&[score.clone()]);
    let supply = live.world().supply(&MINT);
    let execute = staking::execute_slash(&node, &MINT, &authority);
    let resume = staking::resume_node(&authority, &node);
    live.run(&[execute, resume]);
    live.check();
    // Half of four minimums is what it weighs from now on.
    assert_eq!(live.node(&a).earning_stake(0), 500 * IO);
    assert_eq!(supply - live.world().supply(&MINT), 500 * IO);
    live.sync_node(&a);
    let again = live.world().send(&[score], &[]);
    assert_fails(
        again,
        io_client::shared::errors::EmissionsError::AlreadyScored,
    );
    assert_eq!(live.weight(&a), 0);
    live.world().advance(HOUR);
    live.crank();
    assert_eq!(
        live.harvest(&a),
        0,
        "nothing for the epoch it was slashed in"
    );
    // From the next one on it earns, by half the stake.
    live.epoch(&[&a, &b]);
    assert!(live.harvest(&a) > 0);
    live.harvest(&b);
    live.epoch(&[&a, &b]);
    let (ours, theirs) = (live.harvest(&a), live.harvest(&b));
    // Boost 1.25 at two minimums of five, 1 at one.
    assert!(ours.abs_diff(theirs * 5 / 4) <= 2, "{ours} {theirs}");
}

/// What a node earned before the halt it keeps through the slash, and its price does not change who gets it.
#[test]
fn a_slash_takes_stake_and_no_rewards() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    fixture.slash(HALF);
    for (staker, reward) in [(&operator, 550 * IO), (&delegator, 450 * IO)] {
        let before = fixture.balance(staker);
        fixture.try_claim(staker).expect("earned before");
        assert_eq!(fixture.balance(staker) - before, reward);
    }
    // From now on by what is left: one to two.
    fixture.reward(1_000 * IO);
    for (staker, reward) in [(&operator, 400 * IO), (&delegator, 600 * IO)] {
        let before = fixture.balance(staker);
        fixture.try_claim(staker).expect("earned since");
        assert!((fixture.balance(staker) - before).abs_diff(reward) <= 1);
    }
}

/// The node's account stays what it was for everyone who reads it.
#[test]
fn a_slashed_node_earns_only_with_its_minimum_and_the_operators_part() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.slash(HALF);
    let now = fixture.world.now();
    let node: Node = fixture.node();
    // 300 IO are over the minimum, but the operator has a third of them.
    assert_eq!(
        (node.active_stake(), node.earning_stake(now)),
        (MIN * 3 / 2, 0)
    );
    fixture.deposit(&operator, MIN / 2);
    assert_eq!(fixture.node().earning_stake(now), 2 * MIN);
}
