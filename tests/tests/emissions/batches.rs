//! Many nodes in one real packet: version 0, an address lookup table, 1,232 bytes, the runtime's limits.

use crate::fixture::{Fixture, MIN, MINT, Member, scores_of};
use io_client::{
    Instruction, Pubkey, emissions, pda,
    shared::{
        constants::HOUR,
        events::{EpochAdvanced, Harvested},
        ids::io_emissions,
    },
};
use solana_instruction_error::InstructionError;
use solana_message::AddressLookupTableAccount;
use solana_signer::Signer;
use solana_transaction_error::TransactionError;

/// A fixture with `count` nodes of pool 0 that earned for an epoch, and the table that serves them.
fn crowd(count: usize) -> (Fixture, Vec<Member>, AddressLookupTableAccount) {
    let mut fixture = Fixture::new();
    let members: Vec<_> = (0..count).map(|_| fixture.member(0, MIN)).collect();
    for batch in members.chunks(24) {
        fixture.score(&batch.iter().collect::<Vec<_>>(), 10_000);
    }
    fixture.next_epoch();
    for batch in members.chunks(24) {
        fixture.score(&batch.iter().collect::<Vec<_>>(), 10_000);
    }
    fixture.next_epoch();
    let nodes: Vec<_> = members.iter().map(Member::node).collect();
    let table = fixture
        .world
        .create_table(emissions::table_addresses(0, &nodes));
    (fixture, members, table)
}

/// The limits of the live network, asked for as a client would.
fn budget(units: u32) -> Instruction {
    Instruction {
        program_id: Pubkey::from_str_const("ComputeBudget111111111111111111111111111111"),
        accounts: vec![],
        data: [&[2][..], &units.to_le_bytes()].concat(),
    }
}

#[test]
fn twenty_four_nodes_are_scored_in_one_packet() {
    let (mut fixture, members, table) = crowd(24);
    let scorer = fixture.scorer.insecure_clone();
    let scores: Vec<_> = members
        .iter()
        .map(|member| (member.node(), 9_500))
        .collect();
    for count in [20, 24] {
        let score = emissions::set_scores(&scorer.pubkey(), 0, &scores[..count]);
        let batch = [budget(40_000), score];
        let (size, result) = fixture.world.send_packet(&batch, &[&scorer], &table);
        let outcome = result.expect("scores");
        println!(
            "set_scores: {count} nodes, {} bytes, {} accounts, {} CU",
            size.bytes, size.accounts, outcome.cu
        );
        assert!(size.fits(), "{size:?}");
        let (head, nodes) = scores_of(&outcome);
        assert_eq!(head.count, count as u64);
        assert!(
            nodes
                .iter()
                .all(|node| node.score_bps == 9_500 && node.earned > 0)
        );
        fixture.next_epoch();
    }
    // Without the table it does not fit.
    let none = fixture.world.create_table(vec![]);
    let score = emissions::set_scores(&scorer.pubkey(), 0, &scores[..20]);
    let (size, result) = fixture.world.send_packet(&[score], &[&scorer], &none);
    result.expect("this runtime does not count bytes");
    assert!(!size.fits(), "{size:?}");
    fixture.check();
}

/// The runtime runs 64 instructions in a transaction, calls included, and each harvest takes five.
#[test]
fn twelve_harvests_fit_one_packet() {
    let (mut fixture, members, table) = crowd(13);
    let keeper = fixture.world.wallet();
    let harvests: Vec<_> = members
        .iter()
        .map(|member| emissions::harvest(&member.node(), 0))
        .collect();
    let (_, refused) = fixture.world.send_packet(&harvests, &[&keeper], &table);
    let failure = refused.expect_err("65 instructions");
    assert_eq!(
        failure.error,
        TransactionError::InstructionError(12, InstructionError::MaxInstructionTraceLengthExceeded)
    );

    let (size, result) = fixture
        .world
        .send_packet(&harvests[..12], &[&keeper], &table);
    let outcome = result.expect("harvests");
    println!(
        "harvest: 12 nodes, {} bytes, {} accounts, {} CU, {} a node",
        size.bytes,
        size.accounts,
        outcome.cu,
        outcome.cu / 12
    );
    assert!(size.fits(), "{size:?}");
    let events: Vec<Harvested> = outcome.events();
    assert_eq!(events.len(), 12);
    for (event, member) in events.iter().zip(&members) {
        assert_eq!(event.node, member.node());
        assert!(event.amount > 0);
        let vault = pda::reward_vault(&member.node()).0;
        assert_eq!(fixture.world.token_balance(&vault), event.amount);
    }
    // Within what a transaction gets without asking.
    assert!(outcome.cu <= 12 * 200_000);
    fixture.check();
}

/// A scorer's hour in one packet: the crank, then the scores.
#[test]
fn a_crank_and_twenty_scores_fit_one_packet() {
    let (mut fixture, members, _) = crowd(20);
    let nodes: Vec<_> = members.iter().map(Member::node).collect();
    let crank = emissions::advance_epoch(&fixture.bounty, &MINT, 2);
    let mut addresses = emissions::table_addresses(0, &nodes);
    let of_the_crank = crank.accounts.iter().map(|meta| meta.pubkey);
    addresses.extend(of_the_crank.filter(|address| *address != io_emissions::ID));
    let table = fixture.world.create_table(addresses);
    let scorer = fixture.scorer.insecure_clone();
    let scores: Vec<_> = nodes.iter().map(|node| (*node, 10_000)).collect();
    let score = emissions::set_scores(&scorer.pubkey(), 0, &scores);
    fixture.world.advance(HOUR);
    let (size, result) = fixture
        .world
        .send_packet(&[crank, score], &[&scorer], &table);
    let outcome = result.expect("cranks and scores");
    println!(
        "advance_epoch and set_scores: {} bytes, {} accounts, {} CU",
        size.bytes, size.accounts, outcome.cu
    );
    assert!(size.fits(), "{size:?}");
    assert_eq!(outcome.event::<EpochAdvanced>().epochs, 1);
    assert_eq!(scores_of(&outcome).0.count, 20);
    fixture.check();
}

#[test]
fn a_table_serves_eighty_three_nodes() {
    let nodes: Vec<_> = (0..83)
        .map(|index| Pubkey::new_from_array([index; 32]))
        .collect();
    let mut addresses = emissions::table_addresses(1, &nodes);
    assert_eq!(addresses.len(), 256);
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 256);
}
