//! What an adversary tries between instructions that were written apart from each other.

use crate::{
    asserts::assert_reason,
    fixture::{Fixture, MIN, POOL, Staker},
};
use io_client::{
    Instruction, Pubkey,
    shared::{
        constants::{COOLDOWN, IO, MAX_SLASH_BPS, SLASH_DELAY},
        errors::StakingError,
        ids::{SYSTEM_PROGRAM, io_staking},
    },
    staking,
};
use io_tests::{assert_fails, books};
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Anchor's refusal of an account that is written and stands in two places.
const DUPLICATE: InstructionError = InstructionError::Custom(2_040);

impl Fixture {
    /// Makes a ticket's account at the address of a key pair, which can sign.
    fn make_ticket(&self, payer: &Pubkey, ticket: &Pubkey) -> Instruction {
        let mut data = vec![0; 4];
        data.extend(self.world.rent(staking::TICKET_SPACE).to_le_bytes());
        data.extend(staking::TICKET_SPACE.to_le_bytes());
        data.extend(io_staking::ID.as_ref());
        Instruction {
            program_id: SYSTEM_PROGRAM,
            accounts: vec![
                AccountMeta::new(*payer, true),
                AccountMeta::new(*ticket, true),
            ],
            data,
        }
    }
}

/// A ticket that gets its own rent could never be closed, and the stake on it never be paid: a stranger could
/// do that to everyone on a retired node, and anyone to themselves, to keep the node from closing.
#[test]
fn no_ticket_gets_its_own_rent() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    fixture.retire();
    let (stranger, ticket) = (fixture.world.wallet(), Keypair::new());
    let (key, owner) = (stranger.pubkey(), delegator.wallet.insecure_clone());

    let (_, [.., theirs]) = staking::unstake_retired(&key, &delegator.stake, 0);
    let [.., own] = fixture.request_instructions(&delegator, MIN);
    for (mut request, rent_payer, by) in [(theirs, 0, &stranger), (own, 4, &owner)] {
        let make = fixture.make_ticket(&by.pubkey(), &ticket.pubkey());
        request.accounts[3].pubkey = ticket.pubkey();
        let mut selfish = request.clone();
        selfish.accounts[rent_payer].pubkey = ticket.pubkey();
        let result = fixture.world.send(&[make.clone(), selfish], &[by, &ticket]);
        assert_reason(result, &DUPLICATE);
    }
    books::check(&fixture.world).expect("the books add up");
}

/// On a retired node nobody opens a position again: the commission on what is harvested after the operator's is
/// closed would wait for everyone else to leave, and go elsewhere than where it is to be paid.
#[test]
fn nobody_closes_an_operators_position_while_others_earn_it_commission() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, MIN);
    fixture.deposit(&delegator, MIN);
    let index = fixture.request(&operator, u64::MAX);
    fixture.retire();
    fixture.world.advance(COOLDOWN);
    fixture.try_withdraw(&operator, index).expect("cooled down");
    let stranger = fixture.world.wallet();
    let close = |by: &Keypair, staker: &Staker| {
        staking::close_position(&by.pubkey(), &staker.stake, &staker.stake.owner)
    };
    let early = close(&stranger, &operator);
    assert_fails(
        fixture.world.send(&[early.clone()], &[&stranger]),
        StakingError::PositionNotEmpty,
    );
    // What the node had earned before arrives, and the operator has its part.
    fixture.reward(1_000 * IO);
    let before = fixture.balance(&operator);
    fixture.try_claim(&operator).expect("commission");
    assert_eq!(fixture.balance(&operator), before + 100 * IO);
    // Once the others' stake cools down no more can come.
    fixture.request(&delegator, u64::MAX);
    fixture.world.run(&[early], &[&stranger]);
    books::check(&fixture.world).expect("the books add up");
}

/// SECURITY.md: what a stolen authority can do to stake. It replaces the guardian, who could say no, and the
/// slasher at once, and an operator's cooldown is longer than a proposal's delay. Delegators on protected terms
/// lose nothing, and leave.
#[test]
fn a_stolen_authority_slashes_operators_by_half_a_week_and_nobody_else() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.deposit(&delegator, MIN);
    let authority = fixture.authority().pubkey();
    let honest = fixture.guardian.insecure_clone();
    fixture.slasher = fixture.authority();
    fixture.world.run(
        &[
            staking::set_guardian(&authority, &authority),
            staking::set_slasher(&authority, &authority),
            staking::halt_node(&authority, &fixture.node, POOL),
            staking::propose_slash(&authority, &fixture.node, MAX_SLASH_BPS, [0; 32]),
        ],
        &[],
    );
    assert_fails(
        fixture.try_cancel_slash(&honest),
        StakingError::Unauthorized,
    );
    let exits = [&operator, &delegator].map(|staker| fixture.request(staker, u64::MAX));
    for _ in 0..2 {
        fixture.world.advance(SLASH_DELAY);
        fixture.try_execute().expect("ripe");
        fixture.propose(MAX_SLASH_BPS);
    }
    fixture
        .try_withdraw(&delegator, exits[1])
        .expect("cooled down");
    assert_eq!(fixture.balance(&delegator), 100 * MIN);
    assert_fails(
        fixture.try_withdraw(&operator, exits[0]),
        StakingError::SlashOpen,
    );
    assert_eq!(fixture.node().cooling_stake(), 2 * MIN / 4);
}
