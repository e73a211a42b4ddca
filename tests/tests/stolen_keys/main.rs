//! What a stolen key can take: each is used as badly as can be for a week, beside the same week without
//! a theft. `SECURITY.md` has the table.

mod attacks;
mod estate;
mod exits;
mod table;
mod thief;
mod town;

use attacks::Key;
use estate::Estate;
use io_client::shared::constants::{IO, USDC};
use std::{collections::BTreeMap, env, fs, path::Path};
use thief::Thief;
use town::Town;

/// Hours after the theft at which it is counted: an hour, a day, a week.
const MARKS: [u64; 3] = [1, 24, 168];

/// A theft, or a week without one, and what belonged to whom at the theft and at each of [`MARKS`].
struct Course {
    town: Town,
    start: Estate,
    marks: [Estate; 3],
}

impl Course {
    /// A week with `key` stolen right after a crank; `None` is peace.
    fn run(key: Option<Key>) -> Self {
        let mut town = Town::new();
        let mut thief = Thief::new(&mut town);
        town.live();
        thief.claim(&mut town);
        let start = Estate::of(&town, &thief);
        let mut marks = Vec::new();
        for hours in 0..=MARKS[2] {
            if hours > 0 {
                town.hour(town::AGE + hours);
            }
            if key.is_none_or(|key| thief.act(key, &mut town, hours)) {
                town.score();
            }
            if MARKS.contains(&hours) {
                thief.claim(&mut town);
                marks.push(Estate::of(&town, &thief));
            }
        }
        io_tests::books::check(&town.network.world).expect("the books add up");
        Self {
            town,
            start,
            marks: marks.try_into().expect("three marks"),
        }
    }
}

#[test]
fn a_key_takes_what_is_written() {
    let peace = Course::run(None);
    assert_eq!(peace.town.refused, BTreeMap::new());
    let courses = Key::ALL.map(|key| (key, Course::run(Some(key))));
    for (key, course) in &courses {
        println!(
            "{} stolen; refused to others: {:?}",
            key.name(),
            course.town.refused
        );
        check(*key, &peace, course);
    }
    let thefts: Vec<_> = courses
        .iter()
        .map(|(key, course)| (*key, course.marks))
        .collect();
    let measured = table::render(&peace.marks, &peace.start, &thefts);
    println!("{measured}");
    compare(&measured);
}

/// What no key takes, and what takes a week.
fn check(key: Key, peace: &Course, course: &Course) {
    assert_eq!(course.start, peace.start);
    let mut before = course.start;
    for (hours, (now, honest)) in MARKS.iter().zip(course.marks.iter().zip(&peace.marks)) {
        let about = format!("{}, {hours} hours", key.name());
        // Rewards in the vaults stay there, and so do earnings that nobody was offered.
        assert!(now.rewards >= before.rewards, "{about}");
        assert_eq!(now.earnings, course.start.earnings, "{about}");
        let slashed = key.slashes() && *hours == 168;
        assert_eq!(now.stake == honest.stake, !slashed, "{about}");
        assert!(now.stake <= honest.stake, "{about}");
        // What was sold at the standing offer brought what was asked.
        let asked = now.sold * i128::from(town::OFFER) / i128::from(IO);
        assert!(now.sold_for >= asked, "{about}");
        // The thief has no more than the table says that others lost, or that was minted, but for what
        // rounding keeps back: less than a raw unit for each settlement of each of four nodes.
        let lost = *honest - *now;
        let io = lost.rewards + lost.bounties + now.sold + (-lost.minted).max(0);
        assert!(-lost.thief_io <= io + 4 * i128::from(*hours), "{about}");
        // To within a dollar, by which the pool's price came to differ.
        let usdc = lost.fees + lost.gateway + now.overcharged;
        assert!(
            now.sold_for - lost.thief_usdc <= usdc + i128::from(USDC),
            "{about}"
        );
        before = *now;
    }
}

const BEGIN: &str =
    "<!-- stolen keys: written by BLESS=1 cargo test -p io-tests --test stolen_keys -->\n";
const END: &str = "<!-- stolen keys: end -->\n";

fn compare(measured: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../SECURITY.md");
    let page = fs::read_to_string(&path).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("where the table begins");
    let (table, after) = rest.split_once(END).expect("where the table ends");
    if env::var_os("BLESS").is_some() {
        let page = format!("{before}{BEGIN}{measured}{END}{after}");
        fs::write(&path, page).expect("the page can be written");
    } else {
        assert_eq!(table, measured, "BLESS=1 writes what was measured");
    }
}
