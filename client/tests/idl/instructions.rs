//! Every instruction that the library builds, each account and argument another one.

use io_client::{
    Instruction, Pubkey, emissions, mint,
    payments::{self, BuyBack, Order, Part, PayOut, TokenPayment},
    shared::{
        ids::TOKEN_PROGRAM,
        state::{
            ClassRule, EmissionsRule, EmissionsTerms, Feed, MintPolicy, MinterTerms,
            PayoutPreference, TrancheKind,
        },
    },
    staking::{self, ClassTerms, NodeTerms, Stake},
    venues::{Route, padded},
};

const HASH: [u8; 32] = [77; 32];

/// An address made of one byte.
fn key(n: u8) -> Pubkey {
    Pubkey::new_from_array([n; 32])
}

pub fn all() -> Vec<Instruction> {
    [of_mint(), of_staking(), of_emissions(), of_payments()].concat()
}

fn of_mint() -> Vec<Instruction> {
    let [a, b, c, d] = [1, 2, 3, 4].map(key);
    let terms = |policy| MinterTerms {
        policy,
        window_limit: 5,
        window_seconds: 6,
    };
    let allowance = terms(MintPolicy::Allowance { amount: 7 });
    let schedule = terms(MintPolicy::Schedule {
        curve: 0,
        start_at: 8,
    });
    vec![
        mint::initialize(&a, &b),
        mint::adopt(&a, &b, &c, &d),
        mint::set_metadata(&a, &b, "IO", "io", "https://io.net"),
        mint::add_minter(&a, &b, &allowance),
        mint::add_minter(&a, &b, &schedule),
        mint::raise_minter(&a, &b, 9),
        mint::cancel_raise(&a, &b),
        mint::revoke_minter(&a, &b, &c),
        mint::mint_to(&a, &b, &c, 9),
        mint::burn(&a, &b, &c, 9),
        mint::set_paused(&a, true),
        mint::nominate_authority(&a, &b),
        mint::accept_authority(&a),
        mint::set_guardian(&a, &b),
    ]
}

fn of_staking() -> Vec<Instruction> {
    let [a, b, c] = [11, 12, 13].map(key);
    let node = key(14);
    let stake = Stake {
        node,
        owner: key(15),
        tranche: TrancheKind::Protected,
    };
    let class = ClassTerms {
        id: 513,
        name: [7; 16],
        pool: 2,
        multiplier_milli: 1_500,
        max_stake_multiple: 5,
        delegators_slashable: true,
    };
    let terms = NodeTerms {
        node_id: HASH,
        class: 513,
        processors: 8,
        commission_bps: 900,
        delegation_open: true,
    };
    let [.., request_unstake] = staking::request_unstake(&a, &stake, 2, 3, 4, 5);
    let (_, [.., unstake_retired]) = staking::unstake_retired(&a, &stake, 5);
    vec![
        staking::initialize(&a, &b, &c, 5_000),
        staking::create_class(&a, &class),
        staking::schedule_class(&a, 513, ClassRule::Multiplier, 9),
        staking::cancel_class_changes(&a, 513),
        staking::suspend_class(&a, 513, true),
        staking::end_class(&a, 513),
        staking::register_node(&a, &b, &c, &terms),
        staking::set_delegation(&a, &node, true),
        staking::set_commission(&a, &node, 2, 900),
        staking::sync_class(&node, 513, 2),
        staking::open_position(&a, &stake),
        staking::deposit(&stake, &a, 2, 9, 8),
        staking::compound(&stake, 2, 8),
        request_unstake,
        staking::cancel_unstake(&stake, 2, 3, &a),
        staking::withdraw(&stake, 3, &a, &b),
        staking::claim(&stake, &a),
        staking::distribute(&node),
        staking::set_payout(&stake, &a),
        staking::halt_node(&a, &node, 2),
        staking::resume_node(&a, &node),
        staking::set_paused(&a, true),
        staking::schedule_min_self_stake(&a, 5_000),
        staking::cancel_changes(&a),
        staking::set_guardian(&a, &b),
        staking::set_slasher(&a, &b),
        staking::nominate_authority(&a, &b),
        staking::accept_authority(&a),
        staking::propose_slash(&a, &node, 100, HASH),
        staking::cancel_slash(&a, &node, &b),
        staking::execute_slash(&node, &a, &b),
        staking::retire_node(&a, &node, 2),
        unstake_retired,
        staking::close_position(&a, &stake, &b),
        staking::close_node(&node, &a, &b),
    ]
}

fn of_emissions() -> Vec<Instruction> {
    let [a, b, node] = [21, 22, 23].map(key);
    let terms = EmissionsTerms {
        guardian: key(24),
        scorer: key(25),
        curve: 0,
        start_at: 1,
        bounty_bps: 2,
        bounty_cap: 3,
        max_boost_bps: 4,
        max_score_age: 5,
        max_score_step_bps: 6,
        pool_shares: [4_000, 6_000, 0, 0],
    };
    vec![
        emissions::initialize(&a, &b, &terms),
        emissions::enroll_node(&a, &node, 1),
        emissions::close_node_emission(&node, 1, &a),
        emissions::advance_epoch(&a, &b, 2),
        emissions::set_scores(&a, 1, &[(node, 9_000), (b, 8_000)]),
        emissions::sync_node(&node, 1),
        emissions::harvest(&node, 1),
        emissions::schedule_rule(&a, EmissionsRule::BountyCap, 9),
        emissions::schedule_shares(&a, &[5_000, 5_000, 0, 0]),
        emissions::cancel_changes(&a, 2),
        emissions::set_scorer(&a, &b),
        emissions::set_guardian(&a, &b),
        emissions::nominate_authority(&a, &b),
        emissions::accept_authority(&a),
    ]
}

fn of_payments() -> Vec<Instruction> {
    let [a, b, c, d] = [31, 32, 33, 34].map(key);
    let venue = [9, 8, 7];
    let order = Order {
        id: HASH,
        expires_at: 1,
    };
    let part = |n| Part {
        supplier_owner: key(n),
        destination: key(n + 1),
        amount: 5,
    };
    let route = Route {
        program: key(40),
        discriminator: padded(&venue),
        data: venue.to_vec(),
        accounts: Vec::new(),
    };
    let payment = |parts| TokenPayment {
        payer: a,
        mint: b,
        source: c,
        io_mint: d,
        parts,
        order: Order {
            id: HASH,
            expires_at: 1,
        },
        fee_on_top: true,
        min_io_out: 6,
    };
    let buy_back = BuyBack {
        caller: a,
        io_mint: b,
        usdc_mint: c,
        amount: 1,
        min_io_out: 2,
    };
    let pay_out = PayOut {
        caller: a,
        supplier_owner: b,
        io_mint: c,
        usdc_mint: d,
        destination: key(41),
        amount: 1,
        min_usdc_out: 2,
    };
    let feed = Feed {
        owner: b,
        id: HASH,
        max_age: 1,
        max_confidence_bps: 2,
        max_deviation_bps: 3,
    };
    vec![
        payments::initialize(&a, &b, &c, &d, 200),
        payments::list_asset(&a, &b, &TOKEN_PROGRAM, 200, 9),
        payments::set_asset_enabled(&a, &b, true),
        payments::set_asset_minimum(&a, &b, 9),
        payments::list_venue(&a, &b, &venue),
        payments::set_venue_enabled(&a, &b, &venue, true),
        payments::set_paused(&a, true),
        payments::schedule_asset_fee(&a, &b, 100),
        payments::schedule_feed(&a, &b, &feed),
        payments::set_venue_cap(&a, &b, &venue, 9),
        payments::schedule_payout_fee(&a, 100),
        payments::schedule_treasury(&a, &b),
        payments::schedule_buy_back(&a, 9),
        payments::sweep(&a, &TOKEN_PROGRAM, &b),
        payments::buy_back(&buy_back, &route),
        payments::list_gateway(&a, &b, 100, 9),
        payments::schedule_gateway_fee(&a, &b, 100),
        payments::schedule_gateway_limit(&a, &b, 9),
        payments::lower_gateway_limit(&a, &b, 9),
        payments::set_gateway_enabled(&a, &b, true),
        payments::nominate_authority(&a, &b),
        payments::accept_authority(&a),
        payments::set_guardian(&a, &b),
        payments::register_supplier(&a, &b, PayoutPreference::Usdc, &c, &d),
        payments::set_supplier(&a, PayoutPreference::Io, &b, 9),
        payments::pay_io(&a, &b, &c, &d, &order, 9),
        payments::pay_io_unreceipted(&a, &b, &c, &d, 9, &HASH),
        payments::pay_io_split(&a, &b, &[part(50), part(60)], &order),
        payments::pay_token(&payment(vec![part(50)]), &route),
        payments::pay_token(&payment(vec![part(50), part(60)]), &route),
        payments::pay_fiat(&payment(vec![part(50)]), &HASH, &route),
        payments::refund(&a, &b, &HASH, &c, &d, 9),
        payments::pay_out(&pay_out, &route),
        payments::take_earnings(&a, &b, 9),
        payments::close_receipt(&a, &HASH, &b),
    ]
}
