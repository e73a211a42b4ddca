//! What a file lists, and what is listed without it.

use crate::{
    settings::FEED,
    site::{Cast, names},
};
use io_client::{
    mint, payments, pda,
    shared::{
        constants::{DAY, IO, RULE_CHANGE_DELAY},
        ids::TOKEN_PROGRAM,
        state::{Asset, Feed, Gateway, MintPolicy, MinterTerms, Venue},
    },
    staking::{self, ClassTerms},
};
use io_migrations::{Kind, Operator, verify};
use solana_signer::Signer;

#[test]
fn minters_are_added_raised_and_lowered_and_never_below_what_they_minted() {
    let mut cast = Cast::set_up_with(&[("500_000_000", "400_000_000")]);
    let minter = cast.site.multisig.pubkey();
    let grants = |total: &str| {
        format!(
            "[[minters]]\nname = \"grants\"\nauthority = \"{minter}\"\ntotal = \"{total}\"\n\
             window_limit = \"50\"\nwindow_seconds = 60\n\n[emissions]"
        )
    };
    cast.edit("[emissions]", &grants("100"));
    let steps = cast.plan();
    assert_eq!(
        names(&steps),
        [format!("allow {minter} to mint 100 IO for grants")]
    );
    cast.migrate();
    let active = cast.site.world.now() + RULE_CHANGE_DELAY;
    assert_eq!(
        cast.kinds(),
        [("minters[0]".to_owned(), Kind::Waits(active))]
    );
    cast.site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(cast.verify(), []);

    // More, with notice.
    cast.edit("total = \"100\"", "total = \"200\"");
    assert_eq!(
        cast.kinds(),
        [("minters[0].total".to_owned(), Kind::Differs)]
    );
    cast.migrate();
    let until = cast.site.world.now() + RULE_CHANGE_DELAY;
    assert_eq!(
        cast.kinds(),
        [("minters[0].total".to_owned(), Kind::Waits(until))]
    );
    cast.site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(cast.verify(), []);

    // Less, at once, down to what was minted.
    let mint = cast.io();
    let account = cast.site.world.create_token_account(&minter, &mint, 0);
    let issue = mint::mint_to(&minter, &mint, &account, 40 * IO);
    cast.site.send_as(&[issue]).expect("minted");
    cast.edit("total = \"200\"", "total = \"40\"");
    cast.migrate();
    assert_eq!(cast.verify(), []);
    cast.edit("total = \"40\"", "total = \"30\"");
    assert_eq!(names(&cast.plan()), [""; 0]);
    let found = cast.verify();
    assert_eq!(found.len(), 1);
    assert!(found[0].advice.contains("minted already"), "{}", found[0]);
    cast.edit("total = \"30\"", "total = \"40\"");
    cast.edit("window_limit = \"50\"", "window_limit = \"60\"");
    assert_eq!(
        cast.kinds(),
        [("minters[0].window_limit".to_owned(), Kind::Differs)]
    );
    assert_eq!(names(&cast.plan()), [""; 0]);
}

#[test]
fn what_the_file_does_not_name_is_found() {
    let mut cast = Cast::set_up_with(&[("500_000_000", "400_000_000")]);
    let authority = cast.site.operator();
    let minter = cast.site.multisig.pubkey();
    let token = cast.site.world.create_mint(9);
    let terms = MinterTerms {
        policy: MintPolicy::Allowance { amount: 5 * IO },
        window_limit: u64::MAX,
        window_seconds: 1,
    };
    let class = ClassTerms {
        id: 77,
        name: *b"TPU\0\0\0\0\0\0\0\0\0\0\0\0\0",
        pool: 0,
        multiplier_milli: 1_000,
        max_stake_multiple: 5,
        delegators_slashable: false,
    };
    let venue = io_tests::amm::AMM_PROGRAM;
    for listing in [
        mint::add_minter(&authority, &minter, &terms),
        staking::create_class(&authority, &class),
        payments::list_asset(&authority, &token, &TOKEN_PROGRAM, 200, 1),
        payments::list_venue(&authority, &venue, &[2, 3]),
        payments::list_gateway(&authority, &minter, 200, 1),
    ] {
        cast.site.send_as(&[listing]).expect("listed");
    }
    let found = cast.verify();
    let said: Vec<(&str, &str)> = found
        .iter()
        .map(|found| (found.path.as_str(), found.chain.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("minters", format!("{minter} may mint 5 IO more").as_str()),
            ("classes", "class 77 (TPU)"),
            ("assets", format!("payments in {token}").as_str()),
            ("venues", format!("swaps by 0203 of {venue}").as_str()),
            ("gateways", minter.to_string().as_str()),
        ]
    );
    assert!(found.iter().all(|found| found.kind == Kind::Extra));
    assert_eq!(names(&cast.plan()), [""; 0], "nothing is taken away");

    // Out of use, they are not worth a word.
    cast.site
        .send_as(&[
            mint::revoke_minter(&authority, &minter, &authority),
            staking::end_class(&authority, 77),
            payments::set_asset_enabled(&authority, &token, false),
            payments::set_venue_enabled(&authority, &venue, &[2, 3], false),
            payments::set_gateway_enabled(&authority, &minter, false),
        ])
        .expect("out of use");
    assert_eq!(cast.verify(), []);
}

#[test]
fn the_minter_of_genesis_is_found_only_if_it_may_mint_again() {
    let mut cast = Cast::set_up_with(&[("500_000_000", "400_000_000")]);
    // Also by an operator whose minter it is not.
    let other = Operator {
        authority: cast.site.multisig.pubkey(),
        ..cast.operator()
    };
    let found = verify(&cast.cluster(), &other, &cast.site.world).expect("findings");
    assert!(
        found.iter().all(|found| found.path != "minters"),
        "{found:#?}"
    );

    let authority = cast.site.operator();
    let raise = mint::raise_minter(&authority, &authority, 400_000_001 * IO);
    cast.site.send_as(&[raise]).expect("raised");
    let found = cast.verify();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].chain, format!("{authority} may mint 1 IO more"));
}

#[test]
fn feeds_and_caps_come_with_a_new_listing() {
    let mut cast = Cast::new();
    cast.edit(
        "mint = \"usdc\"\nfee_bps = 200\nminimum = \"0.01\"",
        &format!("mint = \"usdc\"\nfee_bps = 200\nminimum = \"0.01\"\nenabled = false\n{FEED}"),
    );
    cast.edit("\"01\"", "\"01\"\ndaily_cap = \"1_000\"\nenabled = false");
    cast.edit("\"10_000\"", "\"10_000\"\nenabled = false");
    cast.edit(
        "payout_fee_bps = 200",
        "payout_fee_bps = 200\nbuy_back_daily = \"3\"",
    );
    let found = cast.verify();
    assert!(
        found.iter().all(|found| found.kind == Kind::Missing),
        "{found:#?}"
    );
    assert_eq!(found.len(), cast.plan().len());
    // One run, and nothing is left but to wait.
    cast.migrate();
    let until = cast.site.world.now() + RULE_CHANGE_DELAY;
    let waits = ["payments.buy_back_daily", "assets[1].feed"];
    let waits: Vec<_> = waits
        .map(|path| (path.to_owned(), Kind::Waits(until)))
        .into();
    assert_eq!(cast.kinds(), waits);
    cast.site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(cast.verify(), []);
    let usdc = cast.operator().usdc;
    let asset: Asset = cast.site.world.read(&pda::asset(&usdc).0);
    let now = cast.site.world.now();
    assert_eq!((asset.feed.at(now).max_age, asset.enabled), (60, 0));
    let padded = [1, 0, 0, 0, 0, 0, 0, 0];
    let venue = pda::venue(&io_tests::amm::AMM_PROGRAM, &padded).0;
    let venue: Venue = cast.site.world.read(&venue);
    assert_eq!((venue.cap.at(now), venue.enabled), (1_000 * IO, 0));
    let gateway: Gateway = cast.site.world.read(&pda::gateway(&cast.site.operator()).0);
    assert_eq!(gateway.enabled, 0);

    // A feed goes only where the file says that there is none.
    let (start, end) = (
        cast.text.find("[assets.feed]"),
        cast.text.find("[[venues]]"),
    );
    let feed = start.expect("it has one")..end.expect("it has one");
    cast.text.replace_range(feed, "");
    assert_eq!(cast.kinds(), [("assets[1].feed".to_owned(), Kind::Extra)]);
    assert_eq!(names(&cast.plan()), [""; 0]);
    cast.edit("mint = \"usdc\"", "mint = \"usdc\"\nfeed = \"none\"");
    cast.migrate();
    cast.site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(cast.verify(), []);
    let asset: Asset = cast.site.world.read(&pda::asset(&usdc).0);
    assert_eq!(*asset.feed.at(cast.site.world.now()), Feed::NONE);
}

#[test]
fn a_venue_that_is_listed_late_waits_for_its_cap() {
    let mut cast = Cast::set_up();
    cast.site.world.advance(10 * DAY);
    let venue = "\n[[venues]]\nprogram = \"SwaPpA9LAaLfeLi3a68M4DjnLqgtticKg6CnyNwgAC8\"\n\
                 discriminator = \"09\"\n";
    cast.text.push_str(venue);
    assert_eq!(cast.kinds(), [("venues[1]".to_owned(), Kind::Missing)]);
    cast.migrate();
    let until = cast.site.world.now() + RULE_CHANGE_DELAY;
    let path = "venues[1].daily_cap".to_owned();
    assert_eq!(cast.kinds(), [(path.clone(), Kind::Waits(until))]);
    // With a cap of its own, the notice begins again.
    cast.text.push_str("daily_cap = \"5\"\n");
    assert_eq!(cast.kinds(), [(path.clone(), Kind::Differs)]);
    cast.migrate();
    assert_eq!(cast.kinds(), [(path, Kind::Waits(until))]);
    cast.site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(cast.verify(), []);
}

#[test]
fn an_empty_chain_lacks_everything() {
    let mut cast = Cast::new();
    for (_, id) in io_tests::PROGRAMS {
        cast.site.world.remove(&id);
    }
    let found = cast.verify();
    assert!(found.iter().all(|found| found.kind == Kind::Missing));
    let undeployed: Vec<&str> = found[..4].iter().map(|found| found.path.as_str()).collect();
    assert_eq!(
        undeployed,
        [
            "programs.io_mint",
            "programs.io_staking",
            "programs.io_emissions",
            "programs.io_payments"
        ]
    );
    assert_eq!(found.len(), 4 + cast.plan().len());
}
