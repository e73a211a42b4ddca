//! Rewards that become stake.

use crate::{
    asserts::{assert_rounded, swapped},
    fixture::{Fixture, MAX, MIN, POOL, SAFE, Staker, terms},
};
use io_client::{
    pda,
    shared::{
        constants::{DEPOSIT_MAX_CRANK_DELAY, IO},
        errors::StakingError,
        events::Compounded,
        ids::{io_mint, io_staking},
        state::{Node, TrancheKind},
    },
    staking,
};
use io_tests::{Failure, GENESIS, Outcome, assert_fails, books};
use solana_instruction_error::InstructionError;

impl Fixture {
    fn try_compound(&mut self, staker: &Staker, min: u64) -> Result<Outcome, Failure> {
        let compound = staking::compound(&staker.stake, POOL, min);
        self.world.send(&[compound], &[&staker.wallet])
    }
}

/// The operator and a delegator with a minimum each, and 1,000 IO of rewards: 550 and 450.
fn rewarded() -> (Fixture, Staker, Staker) {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(1_000 * IO);
    (fixture, operator, delegator)
}

#[test]
fn compound_moves_rewards_into_stake() {
    let (mut fixture, operator, delegator) = rewarded();
    let node = fixture.node();
    let vaults = |fixture: &Fixture| {
        [node.stake_vault, node.reward_vault].map(|vault| fixture.world.token_balance(&vault))
    };
    assert_eq!(vaults(&fixture), [2 * MIN, 1_000 * IO]);
    for (staker, amount, commission, after) in [
        (
            &operator,
            550 * IO,
            100 * IO,
            [2 * MIN + 550 * IO, 450 * IO],
        ),
        // 50 IO of room are left: what does not fit can still be claimed.
        (&delegator, 50 * IO, 0, [MAX, 400 * IO]),
    ] {
        let tokens = fixture.balance(staker);
        let outcome = fixture.try_compound(staker, amount).expect("fits");
        assert_eq!(
            outcome.event::<Compounded>(),
            Compounded {
                node: fixture.node,
                position: staker.stake.position(),
                amount,
                commission,
                shares: amount,
            }
        );
        assert_eq!(vaults(&fixture), after);
        assert_eq!(fixture.value(staker), MIN + amount);
        assert_eq!(fixture.balance(staker), tokens, "no wallet is involved");
        books::check(&fixture.world).expect("the books add up");
    }
    let books = fixture.node();
    assert_eq!((books.active_stake(), books.rewards_owed), (MAX, 400 * IO));
    assert_eq!(books.commission_owed, 0);
    fixture.try_claim(&delegator).expect("the rest");
    assert_eq!(fixture.balance(&delegator), 99 * MIN + 400 * IO);
    // It leaves as all stake does.
    let ticket = fixture.request(&delegator, u64::MAX);
    fixture
        .world
        .advance(io_client::shared::constants::COOLDOWN);
    fixture.try_withdraw(&delegator, ticket).expect("cooled");
    assert_eq!(fixture.balance(&delegator), 100 * MIN + 450 * IO);
    books::check(&fixture.world).expect("the books add up");
}

#[test]
fn compounding_every_time_earns_on_what_was_compounded() {
    let mut fixture = Fixture::with_terms(io_client::staking::NodeTerms {
        commission_bps: 0,
        ..terms(1)
    });
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    fixture.reward(90 * IO);
    let first = fixture.try_compound(&delegator, 0).expect("30 IO");
    assert_rounded(first.event::<Compounded>().amount, 30 * IO, 1);
    fixture.reward(63 * IO);
    // 230 of 630.
    let second = fixture.try_compound(&delegator, 0).expect("23 IO");
    assert_rounded(second.event::<Compounded>().amount, 23 * IO, 2);
    books::check(&fixture.world).expect("the books add up");
}

#[test]
fn compound_refuses() {
    let (mut fixture, operator, delegator) = rewarded();
    let node = fixture.node;
    let late = fixture.delegator();
    assert_fails(fixture.try_compound(&late, 0), StakingError::NothingToClaim);
    let pause = |fixture: &mut Fixture, paused| fixture.set_paused(paused);
    pause(&mut fixture, true);
    assert_fails(fixture.try_compound(&delegator, 0), StakingError::Paused);
    pause(&mut fixture, false);
    fixture.edit::<Node>(&node, |node| node.delegation_open = 0);
    assert_fails(
        fixture.try_compound(&delegator, 0),
        StakingError::DelegationClosed,
    );
    fixture.edit::<Node>(&node, |node| {
        node.delegation_open = 1;
        node.delegator_tranche = TrancheKind::Exposed as u8;
    });
    assert_fails(
        fixture.try_compound(&delegator, 0),
        StakingError::WrongTranche,
    );
    fixture.edit::<Node>(&node, |node| {
        node.delegator_tranche = TrancheKind::Protected as u8;
    });
    // The operator covers no more, and the node holds no more.
    assert_fails(
        fixture.try_compound(&delegator, 0),
        StakingError::OperatorStakeTooLow,
    );
    fixture.edit::<Node>(&node, |node| node.max_stake = 2 * MIN + 10);
    assert_fails(fixture.try_compound(&operator, 11), StakingError::NodeFull);
    fixture.edit::<Node>(&node, |node| node.max_stake = 2 * MIN);
    assert_fails(fixture.try_compound(&operator, 0), StakingError::NodeFull);
    fixture.edit::<Node>(&node, |node| node.max_stake = MAX);
    fixture.put_emission(|emission, _| emission.owed = 1);
    assert_fails(
        fixture.try_compound(&operator, 0),
        StakingError::HarvestFirst,
    );
    fixture.put_emission(|emission, pool| {
        (emission.owed, emission.weight) = (0, 1);
        pool.due_at = GENESIS - DEPOSIT_MAX_CRANK_DELAY - 1;
    });
    assert_fails(fixture.try_compound(&operator, 0), StakingError::CrankFirst);
    fixture.put_emission(|_, pool| pool.due_at = GENESIS);
    fixture.try_halt().expect("open");
    assert_fails(
        fixture.try_compound(&operator, 0),
        StakingError::NodeNotOpen,
    );
    // Claims are not stopped by any of this.
    pause(&mut fixture, true);
    for staker in [&operator, &delegator] {
        fixture.try_claim(staker).expect("never paused");
    }
}

#[test]
fn compound_checks_its_accounts() {
    let (mut fixture, operator, delegator) = rewarded();
    let other_node = fixture.register(&terms(2));
    let good = staking::compound(&operator.stake, POOL, 0);
    let data = InstructionError::InvalidAccountData;
    let (stake_vault, reward_vault) = (
        pda::stake_vault(&fixture.node).0,
        pda::reward_vault(&fixture.node).0,
    );
    fixture.assert_swaps(
        &good,
        &[&operator.wallet, &delegator.wallet],
        [
            (0, delegator.stake.owner, Ok(StakingError::NotOwner)),
            (
                1,
                io_mint::CONFIG.address,
                Err(InstructionError::IllegalOwner),
            ),
            (1, other_node, Err(data.clone())),
            (2, other_node, Ok(StakingError::WrongNode)),
            (
                2,
                pda::device_class(SAFE).0,
                Err(InstructionError::AccountDataTooSmall),
            ),
            (3, delegator.stake.position(), Ok(StakingError::NotOwner)),
            (3, other_node, Err(data)),
            (
                4,
                pda::reward_vault(&other_node).0,
                Ok(StakingError::WrongVault),
            ),
            (4, operator.tokens, Ok(StakingError::WrongVault)),
            (
                5,
                pda::stake_vault(&other_node).0,
                Ok(StakingError::WrongVault),
            ),
            (5, operator.tokens, Ok(StakingError::WrongVault)),
            (
                6,
                pda::reward_pool(POOL + 1).0,
                Ok(StakingError::WrongAccount),
            ),
            (
                7,
                pda::node_emission(&other_node).0,
                Ok(StakingError::WrongAccount),
            ),
            (8, io_staking::ID, Ok(StakingError::WrongAccount)),
            (
                9,
                io_mint::EVENT_AUTHORITY.address,
                Ok(StakingError::WrongAccount),
            ),
            (10, io_mint::ID, Ok(StakingError::WrongAccount)),
        ],
    );
    // The vaults in each other's place.
    let mut crossed = swapped(&good, 4, stake_vault);
    crossed.accounts[5].pubkey = reward_vault;
    let result = fixture.world.send(&[crossed], &[&operator.wallet]);
    assert_fails(result, StakingError::WrongVault);
    fixture.assert_signed(&good);
    let outcome = fixture.world.run(&[good], &[&operator.wallet]);
    println!("compound: {} CU", outcome.cu);
    assert!(outcome.cu <= 3_300, "{} CU", outcome.cu);
}
