//! The network's monthly proposal: the same programs with the second curve.

use crate::fixture::{Fixture, MIN};
use io_client::shared::{
    constants::IO,
    events::{EpochAdvanced, Harvested},
    ids::io_emissions,
    math::curve::Curve,
    state::{EmissionsTerms, Minter},
};
use io_tests::GENESIS;

const MONTH: i64 = 2_628_000;

#[test]
fn the_monthly_curve_runs_on_chain() {
    let curve = &Curve::MONTHLY;
    let mut fixture = Fixture::uninitialized_on(curve.id);
    let terms = EmissionsTerms {
        curve: curve.id,
        ..fixture.terms()
    };
    fixture.initialize(&terms).expect("the terms are good");
    let member = fixture.member(0, MIN);
    fixture.score(&[&member], 10_000);

    fixture.world.set_clock(GENESIS + MONTH - 1);
    assert!(fixture.crank().events::<EpochAdvanced>().is_empty());
    fixture.world.set_clock(GENESIS + MONTH);
    let outcome = fixture.crank();
    let first: EpochAdvanced = outcome.event();
    // 500 M × 8 % ÷ 12, and from then on × 0.989849199.
    assert_eq!(first.emission, 333_333_333_333_333);
    println!("advance_epoch: {} CU on the monthly curve", outcome.cu);
    fixture.score(&[&member], 10_000);
    fixture.world.set_clock(GENESIS + 2 * MONTH);
    let second: EpochAdvanced = fixture.crank().event();
    let expected = 333_333_333_333_333.0 * 0.989_849_199;
    assert!((second.emission as f64 - expected).abs() < 2.0);
    assert!(fixture.harvest(&member).event::<Harvested>().amount > 0);

    // The same minter bounds it: a raw unit more than the curve is refused by `io_mint`.
    let minter: Minter = fixture.world.read(&io_emissions::MINTER);
    assert_eq!(
        minter.emitted_by_schedule(fixture.world.now()),
        minter.minted
    );

    fixture.world.set_clock(GENESIS + 239 * MONTH);
    fixture.crank();
    fixture.world.set_clock(GENESIS + 240 * MONTH);
    let last: EpochAdvanced = fixture.crank().event();
    assert_eq!((last.epoch, last.epochs), (240, 1));
    assert_eq!(fixture.config().emitted, 300_000_000 * IO);
    fixture.world.set_clock(GENESIS + 241 * MONTH);
    let after: EpochAdvanced = fixture.crank().event();
    assert_eq!((after.epoch, after.emission), (241, 0));
    fixture.check();
}
