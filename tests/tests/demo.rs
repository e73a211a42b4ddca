use io_tests::scenario::{DAY, Scenario, play};
#[test]
fn demo() {
    let scenario = Scenario::parse(DAY).unwrap();
    let t = std::time::Instant::now();
    let r = play(&scenario, &mut |h, s| println!("{h:?} {s}")).unwrap();
    println!("{r:#?} {:?}", t.elapsed());
}
