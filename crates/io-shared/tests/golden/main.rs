//! Golden bytes of every account and event: an upgrade that moves, resizes or retypes a field fails here.
//!
//! `BLESS=1 cargo test -p io-shared --test golden` writes the files anew.

#![allow(clippy::arithmetic_side_effects)]

mod fields;
mod page;

use io_shared::{events, state};
use page::Page;
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::PathBuf,
    sync::LazyLock,
};

macro_rules! accounts {
    ($page:ident: $($name:ident),+ $(,)?) => {
        $($page.account::<state::$name>(stringify!($name));)+
    };
}

macro_rules! events {
    ($page:ident: $($name:ident),+ $(,)?) => {
        $($page.event::<events::$name>(stringify!($name));)+
    };
}

/// The numbers of an enum; does not compile if a variant is missing.
macro_rules! numbers {
    ($page:ident: $name:ident { $($variant:ident),+ $(,)? }) => {
        let all = [$(state::$name::$variant),+].map(|variant| {
            let text = match variant { $(state::$name::$variant => stringify!($variant),)+ };
            (text, variant as u8)
        });
        $page.numbers(stringify!($name), &all);
    };
}

fn io_mint() -> Page {
    let mut page = Page::default();
    accounts!(page: MintConfig, Minter);
    events!(page: MintInitialized, MintAdopted, MetadataSet, MinterAdded, MinterRaised, MinterRevoked,
        Minted, Burned, MintPauseSet, MintAuthorityNominated, MintAuthorityAccepted, MintGuardianSet);
    page
}

fn io_staking() -> Page {
    let mut page = Page::default();
    accounts!(page: StakingConfig, DeviceClass, Node, Position, Ticket, SlashProposal);
    numbers!(page: NodeStatus { Open, Halted, Retired });
    numbers!(page: TrancheKind { Operator, Protected, Exposed });
    numbers!(page: ClassRule { Multiplier, MaxStakeMultiple, DelegatorsSlashable });
    events!(page: StakingInitialized, ClassCreated, ClassRuleScheduled, ClassChangesCancelled,
        ClassSuspended, ClassEnded, NodeRegistered, DelegationSet, CommissionSet, NodeTermsSynced,
        NodeHalted, NodeResumed, PositionOpened, PayoutSet, Deposited, UnstakeRequested,
        UnstakeCancelled, Withdrawn, Claimed, Compounded, RewardsShared, MinSelfStakeScheduled,
        StakingChangesCancelled, StakingPaused, StakingGuardianSet, SlasherSet,
        StakingAuthorityNominated, StakingAuthorityAccepted, SlashProposed, SlashCancelled,
        NodeSlashed, NodeRetired, PositionClosed, NodeClosed);
    page
}

fn io_emissions() -> Page {
    let mut page = Page::default();
    accounts!(page: EmissionsConfig, RewardPool, NodeEmission);
    events!(page: EmissionsInitialized, NodeEnrolled, NodeEmissionClosed, EpochAdvanced, NodeSynced,
        ScoresSet, Harvested, ScorerSet, EmissionsAuthorityNominated, EmissionsAuthorityAccepted,
        EmissionsGuardianSet, EmissionsChangesCancelled, EmissionsRuleScheduled, PoolSharesScheduled);
    page.item::<events::NodeScore>("NodeScore", "event ScoresSet");
    numbers!(page: EmissionsRule { BountyBps, BountyCap, MaxBoostBps, MaxScoreAge, MaxScoreStepBps });
    page
}

fn io_payments() -> Page {
    let mut page = Page::default();
    accounts!(page: PaymentsConfig, Asset, Venue, Supplier, Receipt, Gateway);
    page.item::<state::ReceiptEntry>("ReceiptEntry", "account Receipt");
    numbers!(page: PayoutPreference { Io, Usdc });
    events!(page: PaymentsInitialized, PaymentsPaused, PaymentsAuthorityNominated,
        PaymentsAuthorityAccepted, PaymentsGuardianSet, PayoutFeeScheduled, AssetFeeScheduled,
        TreasuryScheduled, AssetListed, AssetEnabled, AssetMinimumSet, VenueListed, VenueEnabled,
        VenueCapSet, FeedScheduled, SupplierRegistered, SupplierChanged, Paid, MicroPaid,
        ReceiptClosed, EarningsTaken, PaidOut, Refunded, Swept, BuyBackScheduled, BoughtBack,
        GatewayListed, GatewayEnabled, GatewayFeeScheduled, GatewayLimitScheduled,
        GatewayLimitLowered);
    page.item::<events::PaidPart>("PaidPart", "event Paid");
    page
}

static PAGES: LazyLock<[(&str, Page); 4]> = LazyLock::new(|| {
    [
        ("io_mint", io_mint()),
        ("io_staking", io_staking()),
        ("io_emissions", io_emissions()),
        ("io_payments", io_payments()),
    ]
});

#[test]
fn layouts_are_what_they_were() {
    for (program, page) in &*PAGES {
        compare(&format!("{program}.txt"), &page.text);
    }
}

#[test]
fn every_account_and_event_is_recorded() {
    for (program, page) in &*PAGES {
        let idl = folder().join(format!("../../../../idls/{program}.json"));
        let idl = fs::read_to_string(&idl).expect("the IDL");
        let idl: serde_json::Value = serde_json::from_str(&idl).expect("JSON");
        let mut named = BTreeSet::new();
        for (list, what) in [("accounts", "account"), ("events", "event")] {
            for of_list in idl[list].as_array().expect("a list") {
                let name = of_list["name"].as_str().expect("a name");
                named.insert(format!("{what} {name}"));
            }
        }
        let recorded: BTreeSet<String> = page.kinds.keys().cloned().collect();
        assert_eq!(named, recorded, "{program}");
    }
}

/// Accounts and events as the built programs wrote them (`written.hex`, which `tests/tests/matrix.rs`
/// writes and compares with what they write now) are read as they always were.
#[test]
fn what_was_written_is_read_as_it_was() {
    let kinds = PAGES.iter().flat_map(|(_, page)| &page.kinds);
    let mut kinds: BTreeMap<&str, _> = kinds.map(|(name, kind)| (name.as_str(), kind)).collect();
    let written = fs::read_to_string(folder().join("written.hex")).expect("what was written");
    let mut text = String::new();
    for line in written.lines() {
        let (name, bytes) = line.rsplit_once(' ').expect("a name and bytes");
        let kind = kinds.remove(name).unwrap_or_else(|| panic!("{name}?"));
        let bytes = unhex(bytes);
        let _ = writeln!(text, "{name}: {} bytes\n{}", bytes.len(), kind.read(&bytes));
    }
    let missing: Vec<_> = kinds.into_keys().collect();
    assert!(missing.is_empty(), "nobody wrote {missing:?}");
    compare("written.txt", &text);
}

/// Compares a text with its golden file.
fn compare(file: &str, text: &str) {
    let path = folder().join(file);
    if env::var_os("BLESS").is_some() {
        fs::write(&path, text).expect("the golden file can be written");
        return;
    }
    let golden = fs::read_to_string(&path).expect("the golden file");
    let lines = golden.lines().zip(text.lines());
    for (number, (golden, now)) in lines.enumerate() {
        assert_eq!(golden, now, "{file}, line {}", number + 1);
    }
    assert_eq!(golden.len(), text.len(), "{file} is longer or shorter");
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("hexadecimal");
            u8::from_str_radix(pair, 16).expect("hexadecimal")
        })
        .collect()
}
