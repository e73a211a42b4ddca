//! What the instructions cost that are sent every day.

use crate::fixture::{Fixture, MIN};
use io_client::shared::constants::{COOLDOWN, IO};

#[test]
fn hot_instructions_stay_within_their_compute_units() {
    let mut fixture = Fixture::new();
    let (operator, delegator) = (fixture.operator(), fixture.delegator());
    fixture.deposit(&operator, 2 * MIN);
    fixture.put_emission(|_, _| ());
    let deposit = fixture.deposit(&delegator, MIN).cu;
    let distribute = fixture.reward(1_000 * IO).cu;
    let again = fixture.deposit(&delegator, MIN / 2).cu;
    let request = fixture.try_request(&delegator, MIN / 4).expect("enough").cu;
    let claim = fixture.try_claim(&delegator).expect("earned").cu;
    fixture.world.advance(COOLDOWN);
    let withdraw = fixture.try_withdraw(&delegator, 0).expect("cooled down").cu;
    for (name, used, ceiling) in [
        ("deposit", deposit, 3_100),
        ("deposit with rewards to settle", again, 3_210),
        ("request_unstake, account included", request, 2_700),
        ("withdraw", withdraw, 3_120),
        ("claim", claim, 2_750),
        ("distribute", distribute, 1_720),
    ] {
        println!("{name}: {used} CU");
        assert!(
            used <= ceiling,
            "{name} takes {used} CU, more than {ceiling}"
        );
    }
}
