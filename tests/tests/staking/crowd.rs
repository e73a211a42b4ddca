//! Many stakers on one node, many nodes: what each pays, and which accounts they share.

use crate::fixture::{Fixture, MINT, POOL, Staker, class, terms};
use io_client::{
    Instruction, Pubkey, pda,
    shared::{
        constants::{COOLDOWN, IO},
        state::TrancheKind,
    },
    staking::{self, ClassTerms, NodeTerms, Stake},
};
use io_tests::books;
use solana_keypair::Keypair;
use solana_signer::Signer;

const CROWD: usize = 1_000;
/// A class whose nodes hold a crowd.
const LARGE: u16 = 3;

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    let authority = fixture.authority().pubkey();
    let terms = ClassTerms {
        multiplier_milli: 100_000,
        ..class(LARGE, false)
    };
    fixture
        .world
        .run(&[staking::create_class(&authority, &terms)], &[]);
    fixture
}

/// A wallet with 1 SOL: the faucet has not enough for a crowd of [`io_tests::World::wallet`]s.
fn wallet(fixture: &mut Fixture) -> Keypair {
    let wallet = Keypair::new_from_array(fixture.world.fresh_address().to_bytes());
    fixture
        .world
        .svm
        .airdrop(&wallet.pubkey(), 1_000_000_000)
        .expect("the faucet pays");
    wallet
}

/// A new operator's node.
fn register(fixture: &mut Fixture) -> Keypair {
    let operator = wallet(fixture);
    let key = operator.pubkey();
    let terms = NodeTerms {
        class: LARGE,
        ..terms(1)
    };
    let register = staking::register_node(&key, &key, &MINT, &terms);
    fixture.world.run(&[register], &[&operator]);
    fixture.node = pda::node(&key, &terms.node_id).0;
    operator
}

fn join(fixture: &mut Fixture, wallet: Keypair, tranche: TrancheKind) -> Staker {
    let owner = wallet.pubkey();
    let stake = Stake {
        node: fixture.node,
        owner,
        tranche,
    };
    let tokens = fixture
        .world
        .create_token_account(&owner, &MINT, 100_000 * IO);
    fixture
        .world
        .run(&[staking::open_position(&owner, &stake)], &[&wallet]);
    Staker {
        wallet,
        stake,
        tokens,
    }
}

/// Compute units of a deposit, one with rewards to settle, a claim, a request and a withdrawal.
fn costs(fixture: &mut Fixture, staker: &Staker) -> [u64; 5] {
    fixture.node = staker.stake.node;
    let first = fixture.deposit(staker, IO).cu;
    fixture.reward(1_000_000 * IO);
    let second = fixture.deposit(staker, IO).cu;
    let claim = fixture.try_claim(staker).expect("earned").cu;
    let [pay, make, request] = fixture.request_instructions(staker, IO);
    let index = fixture.position(staker).next_ticket;
    fixture.world.run(&[pay, make], &[&staker.wallet]);
    let request = fixture.world.run(&[request], &[&staker.wallet]).cu;
    fixture.world.advance(COOLDOWN);
    let withdraw = fixture.try_withdraw(staker, index).expect("cooled").cu;
    [first, second, claim, request, withdraw]
}

/// The same but for products of 128 bits, which take a step or two more or less by what is multiplied.
#[track_caller]
fn assert_same(costs: [u64; 5], expected: [u64; 5]) {
    for (cost, expected) in costs.into_iter().zip(expected) {
        assert!(cost.abs_diff(expected) <= 2, "{cost}, not {expected}");
    }
}

#[test]
fn a_thousand_co_stakers_on_one_node_cost_each_what_the_first_one_did() {
    let mut fixture = fixture();
    let operator = register(&mut fixture);
    let operator = join(&mut fixture, operator, TrancheKind::Operator);
    fixture.deposit(&operator, 10_000 * IO);
    let mut stakers = Vec::new();
    let (mut alone, mut two) = ([0; 5], [0; 5]);
    for number in 0..CROWD {
        let wallet = wallet(&mut fixture);
        let staker = join(&mut fixture, wallet, TrancheKind::Protected);
        match number {
            0 => alone = costs(&mut fixture, &staker),
            1 => two = costs(&mut fixture, &staker),
            _ => {
                fixture.deposit(&staker, 2 * IO);
            }
        }
        stakers.push(staker);
    }
    assert_eq!(fixture.node().positions, CROWD as u64 + 1);
    println!("deposit, with rewards, claim, request, withdraw: {two:?} CU");
    // What a position is worth that is not its tranche's only one takes a comparison more.
    for (alone, two) in alone.into_iter().zip(two) {
        assert!(two.abs_diff(alone) <= 5, "{alone} {two}");
    }
    for index in [0, 1, CROWD / 2, CROWD - 1] {
        // It has rewards to settle from the first deposit on, as in the second.
        let _ = fixture.try_claim(&stakers[index]);
        assert_same(costs(&mut fixture, &stakers[index]), two);
    }
    fixture.count_supply();
    let books = books::check(&fixture.world).expect("the books add up");
    assert_eq!(books.positions, CROWD as u64 + 1);
}

#[test]
fn a_thousand_nodes_with_one_staker_each_cost_each_what_the_first_one_did() {
    let mut fixture = fixture();
    let mut stakers = Vec::new();
    let mut alone = [0; 5];
    for number in 0..CROWD {
        let operator = register(&mut fixture);
        let staker = join(&mut fixture, operator, TrancheKind::Operator);
        if number == 0 {
            alone = costs(&mut fixture, &staker);
        } else {
            fixture.deposit(&staker, IO);
        }
        stakers.push(staker);
    }
    println!("deposit, with rewards, claim, request, withdraw: {alone:?} CU");
    for index in [0, 1, CROWD / 2, CROWD - 1] {
        assert_same(costs(&mut fixture, &stakers[index]), alone);
    }
    fixture.count_supply();
    let books = books::check(&fixture.world).expect("the books add up");
    assert_eq!(books.nodes, CROWD as u64 + 1);
}

/// Deposits, claims, exits and withdrawals of one staker, as the client builds them.
fn moves(staker: &Staker) -> Vec<(&'static str, Instruction)> {
    let owner = staker.stake.owner;
    let [pay, make, request] = staking::request_unstake(&owner, &staker.stake, POOL, 0, IO, 1);
    vec![
        (
            "deposit",
            staking::deposit(&staker.stake, &staker.tokens, POOL, IO, IO),
        ),
        ("compound", staking::compound(&staker.stake, POOL, 0)),
        ("claim", staking::claim(&staker.stake, &staker.tokens)),
        ("request_unstake: pay", pay),
        ("request_unstake: make", make),
        ("request_unstake", request),
        (
            "cancel_unstake",
            staking::cancel_unstake(&staker.stake, POOL, 0, &owner),
        ),
        (
            "withdraw",
            staking::withdraw(&staker.stake, 0, &staker.tokens, &owner),
        ),
        (
            "close_position",
            staking::close_position(&owner, &staker.stake, &owner),
        ),
    ]
}

fn written(instruction: &Instruction) -> Vec<Pubkey> {
    instruction
        .accounts
        .iter()
        .filter(|meta| meta.is_writable)
        .map(|meta| meta.pubkey)
        .collect()
}

/// Strangers on two nodes write nothing in common, so their transactions run side by side. Strangers on one
/// node write that node and, of its two vaults, the one that they move tokens of.
#[test]
fn deposits_claims_and_withdrawals_write_no_account_shared_by_strangers() {
    let mut fixture = fixture();
    let stakers: Vec<Staker> = (0..2)
        .flat_map(|_| {
            let operator = register(&mut fixture);
            let operator = join(&mut fixture, operator, TrancheKind::Operator);
            let wallet = wallet(&mut fixture);
            let holder = join(&mut fixture, wallet, TrancheKind::Protected);
            [operator, holder]
        })
        .collect();
    let [a_operator, a_holder, b_operator, b_holder] = &stakers[..] else {
        panic!("four stakers");
    };
    let shared = |ours: &Staker, theirs: &Staker| -> Vec<(&str, Vec<Pubkey>)> {
        let theirs: Vec<Pubkey> = moves(theirs)
            .iter()
            .flat_map(|(_, instruction)| written(instruction))
            .collect();
        moves(ours)
            .iter()
            .map(|(name, instruction)| {
                let mut both = written(instruction);
                both.retain(|key| theirs.contains(key));
                both.sort();
                both.dedup();
                (*name, both)
            })
            .collect()
    };
    for ours in [a_operator, a_holder] {
        for theirs in [b_operator, b_holder] {
            for (name, both) in shared(ours, theirs) {
                assert_eq!(both, [], "{name}");
            }
        }
    }
    let node = a_holder.stake.node;
    let (stake_vault, reward_vault) = (pda::stake_vault(&node).0, pda::reward_vault(&node).0);
    for (name, both) in shared(a_holder, a_operator) {
        let mut expected = match name {
            "deposit" | "withdraw" => vec![node, stake_vault],
            "claim" => vec![node, reward_vault],
            "compound" => vec![node, stake_vault, reward_vault],
            "request_unstake" | "cancel_unstake" | "close_position" => vec![node],
            _ => vec![],
        };
        expected.sort();
        assert_eq!(both, expected, "{name}");
    }
}
