//! A node's end with `io_emissions`: what it earned, and what it leaves.

use crate::{
    fixture::MINT,
    live::{CLASS, Live, Member, POOL as LIVE_POOL},
};
use io_client::{
    emissions, pda,
    shared::{
        constants::{COOLDOWN, DAY, HOUR, IO},
        errors::EmissionsError,
        events::NodeClosed,
        ids::{TOKEN_PROGRAM, io_emissions, io_staking},
        state::TrancheKind,
    },
    staking::{self, NodeTerms, Stake},
};
use io_tests::{assert_fails, books};
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::Account as TokenAccount;

#[test]
fn a_nodes_whole_life_leaves_no_account_and_no_raw_io_behind() {
    let mut live = Live::new();
    // Another node, so that the pool goes on.
    let other = live.join(CLASS, 1);
    let accounts = |live: &mut Live| {
        let mut all: Vec<_> = [io_staking::ID, io_emissions::ID, TOKEN_PROGRAM]
            .iter()
            .flat_map(|program| live.world().svm.get_program_accounts(program))
            .map(|(address, _)| address)
            .collect();
        all.sort();
        all
    };
    // Wallets and their token accounts are there before.
    let (operator, one, two) = (
        live.world().wallet(),
        live.world().wallet(),
        live.world().wallet(),
    );
    let wallets = [&operator, &one, &two];
    let tokens = wallets.map(|wallet| live.give_io(&wallet.pubkey(), 10_000 * IO));
    let before = accounts(&mut live);
    let lamports = wallets.map(|wallet| live.world().lamports(&wallet.pubkey()));
    let keeper_before = {
        let authority = live.authority();
        live.world().lamports(&authority)
    };

    // register -> open -> deposit
    let key = operator.pubkey();
    let terms = NodeTerms {
        node_id: [7; 32],
        class: CLASS,
        processors: 1,
        commission_bps: 1_000,
        delegation_open: true,
    };
    let node = pda::node(&key, &terms.node_id).0;
    let stakes = wallets.map(|wallet| Stake {
        node,
        owner: wallet.pubkey(),
        tranche: if wallet.pubkey() == key {
            TrancheKind::Operator
        } else {
            TrancheKind::Protected
        },
    });
    live.world().run(
        &[
            staking::register_node(&key, &key, &MINT, &terms),
            staking::open_position(&key, &stakes[0]),
            staking::open_position(&one.pubkey(), &stakes[1]),
            staking::open_position(&two.pubkey(), &stakes[2]),
            emissions::enroll_node(&key, &node, LIVE_POOL),
        ],
        &wallets,
    );
    for ((stake, tokens), amount) in stakes.iter().zip(&tokens).zip([400 * IO, 333, 77 * IO]) {
        let deposit = staking::deposit(stake, tokens, LIVE_POOL, amount, amount);
        live.run_by(&[deposit], &wallets);
    }
    let member = Member {
        wallet: operator.insecure_clone(),
        class: CLASS,
        stake: stakes[0],
        tokens: tokens[0],
    };
    // earn, with a claim and a part of one position taken out on the way
    for round in 0..6_u64 {
        live.epoch(&[&other, &member]);
        live.harvest(&other);
        if round == 3 {
            live.harvest(&member);
            live.run(&[staking::claim(&stakes[1], &tokens[1])]);
        }
    }
    let rent = live.world().rent(staking::TICKET_SPACE);
    let request = staking::request_unstake(&two.pubkey(), &stakes[2], LIVE_POOL, 0, 30 * IO, rent);
    live.run_by(&request, &wallets);
    live.epoch(&[&other, &member]);
    // retire -> everybody out, two of them helped
    let retire = staking::retire_node(&key, &node, LIVE_POOL);
    live.run_by(&[retire], &wallets);
    live.epoch(&[&other]);
    let early = emissions::close_node_emission(&node, LIVE_POOL, &key);
    assert_fails(
        live.world().send(&[early], &[]),
        EmissionsError::HarvestFirst,
    );
    assert!(live.harvest(&member) > 0);
    let authority = live.authority();
    let mut tickets = vec![(2, stakes[2].ticket(0), two.pubkey())];
    for index in [1, 2] {
        let (ticket, instructions) = staking::unstake_retired(&authority, &stakes[index], rent);
        live.run(&instructions);
        tickets.push((index, ticket, authority));
    }
    let request = staking::request_unstake(&key, &stakes[0], LIVE_POOL, 0, u64::MAX, rent);
    live.run_by(&request, &wallets);
    tickets.push((0, stakes[0].ticket(0), key));
    live.check();
    live.world().advance(COOLDOWN + DAY);
    for (index, ticket, rent_payer) in tickets {
        let withdraw =
            staking::withdraw_ticket(&stakes[index], &ticket, &tokens[index], &rent_payer);
        live.run(&[withdraw]);
    }
    for (stake, tokens) in stakes.iter().zip(&tokens) {
        live.run(&[staking::claim(stake, tokens)]);
    }
    live.check();
    // close_node_emission -> close_position -> close_node, all by anyone and in one transaction
    let mut end = vec![emissions::close_node_emission(&node, LIVE_POOL, &key)];
    end.extend(
        stakes
            .iter()
            .map(|stake| staking::close_position(&authority, stake, &stake.owner)),
    );
    end.push(staking::close_node(&node, &tokens[0], &key));
    let closed: NodeClosed = live.run(&end).event();
    assert!(
        closed.stake_left == 0 && closed.rewards_left <= 4,
        "{closed:?}"
    );
    live.crank();

    assert_eq!(accounts(&mut live), before, "no account is left");
    assert_eq!(
        wallets.map(|wallet| live.world().lamports(&wallet.pubkey())),
        lamports,
        "all rents are back with who paid them"
    );
    // The authority paid the fees and the tickets' rents; fees are 5,000 lamports for each signature.
    let keeper_after = live.world().lamports(&authority);
    assert_eq!((keeper_before - keeper_after) % 5_000, 0);
    // No raw IO is left: what the accounts hold is the supply, and what nodes hold is the other's.
    let held: u64 = live
        .world()
        .svm
        .get_program_accounts(&TOKEN_PROGRAM)
        .iter()
        .filter_map(|(_, account)| TokenAccount::unpack(&account.data).ok())
        .filter(|account| account.mint == MINT)
        .map(|account| account.amount)
        .sum();
    assert_eq!(held, live.world().supply(&MINT));
    for tokens in &tokens {
        assert!(live.world().token_balance(tokens) >= 10_000 * IO);
    }
    let books = books::check_untouched(live.world()).expect("the books add up");
    assert_eq!((books.nodes, books.positions, books.tickets), (1, 1, 0));
}

/// Rewards that come when everyone has left are the operator's, and block nothing.
#[test]
fn rewards_that_arrive_after_everyone_left_go_to_the_operator() {
    let mut live = Live::new();
    let (a, other) = (live.join(CLASS, 2), live.join(CLASS, 1));
    for _ in 0..4 {
        live.epoch(&[&a, &other]);
    }
    // Out before the harvest, knowingly.
    live.unstake(&a, u64::MAX);
    let retire = staking::retire_node(&a.stake.owner, &a.node(), LIVE_POOL);
    live.world().run(&[retire], &[&a.wallet]);
    live.world().advance(COOLDOWN);
    live.crank();
    let earned = live.harvest(&a);
    assert!(earned > 0);
    let owner = a.stake.owner;
    let withdraw = staking::withdraw(&a.stake, 0, &a.tokens, &owner);
    let closed: NodeClosed = live
        .run(&[
            withdraw,
            emissions::close_node_emission(&a.node(), LIVE_POOL, &live.authority()),
            staking::close_position(&live.authority(), &a.stake, &owner),
            staking::close_node(&a.node(), &a.tokens, &owner),
        ])
        .event();
    assert_eq!((closed.stake_left, closed.rewards_left), (0, earned));
    assert_eq!(live.world().token_balance(&a.tokens), 100_000 * IO + earned);
    live.world().advance(HOUR);
    live.crank();
}
