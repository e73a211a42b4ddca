//! Differences between a file and a cluster that is set up: found, settled, or left to people.

use crate::site::{Cast, names};
use io_client::{
    mint, payments,
    shared::constants::{DAY, IO, RULE_CHANGE_DELAY},
    staking,
};
use io_migrations::Kind;

const WALLET: &str = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin";
/// A price feed, as a file has it.
pub const FEED: &str = "[assets.feed]\nowner = \"rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ\"\n\
    id = \"82595d1509b770fa52681e260af4dda9752b87316d7c048535d8ead3fa856eb1\"\n\
    max_age = 60\nmax_confidence_bps = 200\nmax_deviation_bps = 300\n";

/// Whether a change counts at once, or after how many days.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notice {
    None,
    Days(i64),
}

/// An edit of the file: what replaces what, where the difference is found, and when it is settled.
struct Edit {
    from: &'static str,
    to: String,
    path: &'static str,
    notice: Notice,
}

fn edit(from: &'static str, to: impl Into<String>, path: &'static str, notice: Notice) -> Edit {
    let to = to.into();
    Edit {
        from,
        to,
        path,
        notice,
    }
}

fn edits() -> Vec<Edit> {
    let (once, days) = (Notice::None, Notice::Days);
    let usdc = "mint = \"usdc\"\nfee_bps = 200\nminimum = \"0.01\"\n";
    let venue = "discriminator = \"01\"";
    let with = |text: &str, more: &str| format!("{text}\n{more}\n");
    vec![
        edit(
            "bounty_bps = 10 ",
            "bounty_bps = 20 ",
            "emissions.bounty_bps",
            days(2),
        ),
        edit(
            "bounty_cap = \"5\"",
            "bounty_cap = \"6\"",
            "emissions.bounty_cap",
            days(2),
        ),
        edit(
            "max_boost_bps = 20_000",
            "max_boost_bps = 15_000",
            "emissions.max_boost_bps",
            days(2),
        ),
        edit(
            "max_score_age = 24",
            "max_score_age = 48",
            "emissions.max_score_age",
            days(2),
        ),
        edit(
            "max_score_step_bps = 2_500",
            "max_score_step_bps = 500",
            "emissions.max_score_step_bps",
            days(2),
        ),
        edit(
            "[7_000, 3_000]",
            "[6_000, 4_000]",
            "emissions.pools",
            days(2),
        ),
        edit(
            "min_self_stake_bps = 5_000",
            "min_self_stake_bps = 6_000",
            "staking.min_self_stake_bps",
            days(30),
        ),
        edit(
            "min_self_stake_bps = 5_000",
            "min_self_stake_bps = 5_000\npaused = true",
            "staking.paused",
            once,
        ),
        edit(
            "payout_fee_bps = 200",
            "payout_fee_bps = 100",
            "payments.payout_fee_bps",
            days(2),
        ),
        edit(
            "payout_fee_bps = 200",
            "payout_fee_bps = 200\nbuy_back_daily = \"1_000\"",
            "payments.buy_back_daily",
            days(2),
        ),
        edit(
            "payout_fee_bps = 200",
            "payout_fee_bps = 200\npaused = true",
            "payments.paused",
            once,
        ),
        edit(
            "[staking]",
            "[mint]\npaused = true\n[staking]",
            "mint.paused",
            once,
        ),
        edit(
            "slasher = \"authority\"",
            format!("slasher = \"{WALLET}\""),
            "roles.slasher",
            once,
        ),
        edit(
            "scorer = \"authority\"",
            format!("scorer = \"{WALLET}\""),
            "roles.scorer",
            once,
        ),
        edit(
            "treasury = \"authority\"",
            format!("treasury = \"{WALLET}\""),
            "roles.treasury",
            days(2),
        ),
        edit(
            "multiplier_milli = 30_000",
            "multiplier_milli = 40_000",
            "classes[0].multiplier_milli",
            days(2),
        ),
        edit(
            "multiplier_milli = 30_000",
            "multiplier_milli = 30_000\nmax_stake_multiple = 6",
            "classes[0].max_stake_multiple",
            days(2),
        ),
        edit(
            "multiplier_milli = 30_000",
            "multiplier_milli = 30_000\ndelegators_slashable = true",
            "classes[0].delegators_slashable",
            days(2),
        ),
        edit(
            "multiplier_milli = 30_000",
            "multiplier_milli = 30_000\nsuspended = true",
            "classes[0].suspended",
            once,
        ),
        edit(
            "multiplier_milli = 30_000",
            "multiplier_milli = 30_000\nended = true",
            "classes[0].ended",
            once,
        ),
        edit(
            usdc,
            usdc.replace("200", "150"),
            "assets[1].fee_bps",
            days(2),
        ),
        edit(
            usdc,
            usdc.replace("0.01", "0.02"),
            "assets[1].minimum",
            once,
        ),
        edit(
            usdc,
            with(usdc, "enabled = false"),
            "assets[1].enabled",
            once,
        ),
        edit(usdc, with(usdc, FEED), "assets[1].feed", days(2)),
        edit(
            venue,
            with(venue, "daily_cap = \"1_000\""),
            "venues[0].daily_cap",
            once,
        ),
        edit(
            venue,
            with(venue, "enabled = false"),
            "venues[0].enabled",
            once,
        ),
        edit(
            "fee_bps = 200\ndaily",
            "fee_bps = 300\ndaily",
            "gateways[0].fee_bps",
            days(2),
        ),
        edit("\"10_000\"", "\"9_000\"", "gateways[0].daily_limit", once),
        edit(
            "\"10_000\"",
            "\"11_000\"",
            "gateways[0].daily_limit",
            days(2),
        ),
        edit(
            "daily_limit = \"10_000\"",
            "daily_limit = \"10_000\"\nenabled = false",
            "gateways[0].enabled",
            once,
        ),
    ]
}

#[test]
fn every_value_that_an_instruction_changes_is_settled_by_one_step() {
    for edit in edits() {
        let mut cast = Cast::set_up();
        assert_eq!(cast.verify(), [], "{}", edit.path);
        cast.edit(edit.from, &edit.to);
        let found = cast.verify();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            (found[0].path.as_str(), found[0].kind),
            (edit.path, Kind::Differs)
        );
        let steps = cast.plan();
        assert_eq!(steps.len(), 1, "{:?}", names(&steps));
        let what = format!(
            "change {} from {} to {}",
            edit.path, found[0].chain, found[0].file
        );
        assert_eq!(steps[0].what, what);
        cast.site.send(&steps[0]);

        assert_eq!(names(&cast.plan()), [""; 0], "{}: planned twice", edit.path);
        let found = cast.verify();
        let Notice::Days(days) = edit.notice else {
            assert_eq!(found, []);
            continue;
        };
        let until = cast.site.world.now() + days * DAY;
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            (found[0].path.as_str(), found[0].kind),
            (edit.path, Kind::Waits(until))
        );
        cast.site.world.advance(days * DAY - 1);
        assert_eq!(cast.verify().len(), 1, "{}", edit.path);
        cast.site.world.advance(1);
        assert_eq!(cast.verify(), [], "{}", edit.path);
        assert_eq!(names(&cast.plan()), [""; 0], "{}", edit.path);
    }
}

#[test]
fn a_change_of_mind_replaces_what_waits() {
    for edit in edits() {
        if edit.notice == Notice::None {
            continue;
        }
        let mut cast = Cast::set_up();
        let before = cast.text.clone();
        cast.edit(edit.from, &edit.to);
        cast.migrate();
        cast.text = before;
        let open = edit.path == "payments.buy_back_daily" || edit.path == "assets[1].feed";
        if open {
            // The file says nothing about it any more: nobody touches it, and it is found.
            assert_eq!(names(&cast.plan()), [""; 0]);
            assert_eq!(cast.kinds(), [(edit.path.to_owned(), Kind::Extra)]);
            continue;
        }
        assert_eq!(cast.kinds(), [(edit.path.to_owned(), Kind::Differs)]);
        assert_eq!(cast.plan().len(), 1, "{}", edit.path);
        cast.migrate();
        assert_eq!(cast.verify(), [], "{}: as it was", edit.path);
        cast.site.world.advance(31 * DAY);
        assert_eq!(cast.verify(), [], "{}", edit.path);
    }
}

#[test]
fn one_guardian_is_set_on_four_programs() {
    let mut cast = Cast::set_up();
    cast.edit(
        "guardian = \"authority\"",
        &format!("guardian = \"{WALLET}\""),
    );
    let paths = ["io_mint", "io_emissions", "io_staking", "io_payments"];
    let paths = paths.map(|program| format!("roles.guardian of {program}"));
    assert_eq!(cast.kinds(), paths.map(|path| (path, Kind::Differs)));
    assert_eq!(cast.plan().len(), 4);
    cast.migrate();
    assert_eq!(cast.verify(), []);
}

#[test]
fn what_the_guardian_stopped_starts_again_only_by_the_file() {
    let mut cast = Cast::set_up();
    let guardian = cast.site.operator();
    let usdc = cast.operator().usdc;
    let venue = io_tests::amm::AMM_PROGRAM;
    cast.site
        .send_as(&[
            mint::set_paused(&guardian, true),
            staking::set_paused(&guardian, true),
            staking::suspend_class(&guardian, 1, true),
            payments::set_paused(&guardian, true),
            payments::set_asset_enabled(&guardian, &usdc, false),
            payments::set_venue_enabled(&guardian, &venue, &[1], false),
            payments::set_venue_cap(&guardian, &venue, &[1], 7 * IO),
            payments::set_gateway_enabled(&guardian, &guardian, false),
        ])
        .expect("stopped");
    let paths = [
        "mint.paused",
        "staking.paused",
        "classes[0].suspended",
        "payments.paused",
        "assets[1].enabled",
        "venues[0].daily_cap",
        "venues[0].enabled",
        "gateways[0].enabled",
    ];
    let found: Vec<_> = paths.map(|path| (path.to_owned(), Kind::Extra)).into();
    assert_eq!(cast.kinds(), found);
    assert_eq!(names(&cast.plan()), [""; 0]);

    cast.edit(
        "[staking]",
        "[mint]\npaused = false\n[staking]\npaused = false",
    );
    cast.edit("[payments]", "[payments]\npaused = false");
    cast.edit("milli = 30_000", "milli = 30_000\nsuspended = false");
    cast.edit("mint = \"usdc\"", "mint = \"usdc\"\nenabled = true");
    cast.edit(
        "discriminator = \"01\"",
        "discriminator = \"01\"\nenabled = true\ndaily_cap = \"none\"",
    );
    cast.edit(
        "wallet = \"authority\"",
        "wallet = \"authority\"\nenabled = true",
    );
    assert_eq!(cast.plan().len(), paths.len());
    cast.migrate();
    // All but the cap, which is raised with notice.
    let until = cast.site.world.now() + RULE_CHANGE_DELAY;
    assert_eq!(
        cast.kinds(),
        [("venues[0].daily_cap".to_owned(), Kind::Waits(until))]
    );
    cast.site.world.advance(RULE_CHANGE_DELAY);
    assert_eq!(cast.verify(), []);
}

#[test]
fn what_nothing_can_change_is_found_and_not_planned() {
    for (from, to, path) in [
        (
            "start_at = 1719316800",
            "start_at = 1719316801",
            "emissions.start_at",
        ),
        ("\"hourly\"", "\"monthly\"", "emissions.curve"),
        ("[7_000, 3_000]", "[7_000, 2_000, 1_000]", "emissions.pools"),
        ("name = \"B200\"", "name = \"B300\"", "classes[0].name"),
        (
            "milli = 30_000\npool = 0",
            "milli = 30_000\npool = 1",
            "classes[0].pool",
        ),
        (
            "mint = \"usdc\"",
            "mint = \"usdc\"\ntoken_2022 = true",
            "assets[1].token_2022",
        ),
    ] {
        let mut cast = Cast::set_up();
        cast.edit(from, to);
        let found = cast.verify();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            (found[0].path.as_str(), found[0].kind),
            (path, Kind::Differs)
        );
        assert!(found[0].advice.contains("orrect"), "{}", found[0]);
        assert_eq!(names(&cast.plan()), [""; 0]);
    }
    // An ended class cannot come back.
    let mut cast = Cast::set_up();
    let end = staking::end_class(&cast.site.operator(), 1);
    cast.site.send_as(&[end]).expect("ended");
    assert_eq!(
        cast.kinds(),
        [("classes[0].ended".to_owned(), Kind::Differs)]
    );
    assert_eq!(names(&cast.plan()), [""; 0]);
}
