//! Golden bytes of every account and event: an upgrade that moves, resizes or retypes a field fails here.
//!
//! `BLESS=1 cargo test -p io-shared --test golden` writes the files anew.

#![allow(clippy::arithmetic_side_effects)]

mod fields;

use bytemuck::Pod;
use fields::{fields, hex, list};
use io_shared::{
    events::{self, EVENT_TAG, Event},
    state::{self, Layout},
};
use std::{collections::BTreeSet, env, fmt::Debug, fmt::Write as _, fs, path::PathBuf};

/// What is recorded of one program.
struct Page {
    program: &'static str,
    text: String,
    accounts: BTreeSet<&'static str>,
    events: BTreeSet<&'static str>,
}

impl Page {
    fn new(program: &'static str) -> Self {
        Self {
            program,
            text: String::new(),
            accounts: BTreeSet::new(),
            events: BTreeSet::new(),
        }
    }

    fn account<T: Layout + Debug>(&mut self, name: &'static str) {
        self.accounts.insert(name);
        let _ = writeln!(
            self.text,
            "account {name}: {} bytes, {}",
            T::SPACE,
            hex(&T::DISCRIMINATOR)
        );
        self.body::<T>(T::DISCRIMINATOR.len());
    }

    fn event<T: Event + Debug>(&mut self, name: &'static str) {
        self.events.insert(name);
        let before = EVENT_TAG.len() + T::DISCRIMINATOR.len();
        let _ = writeln!(
            self.text,
            "event {name}: {} bytes, {} {}",
            before + size_of::<T>(),
            hex(&EVENT_TAG),
            hex(&T::DISCRIMINATOR)
        );
        self.body::<T>(before);
    }

    /// What follows an account or an event as often as that says.
    fn item<T: Pod + Debug>(&mut self, name: &'static str) {
        let _ = writeln!(self.text, "item {name}: {} bytes", size_of::<T>());
        self.body::<T>(0);
    }

    /// Fields of bytes that are distinct in each field, the sign bit of each set.
    fn body<T: Pod + Debug>(&mut self, start: usize) {
        let bytes: Vec<u8> = (0..size_of::<T>())
            .map(|index| 255 - u8::try_from(index % 127).expect("below 127"))
            .collect();
        self.text
            .push_str(&list(&fields::<T>(&bytes), &bytes, start));
        self.text.push('\n');
    }

    fn numbers(&mut self, name: &str, variants: &[(&str, u8)]) {
        let _ = writeln!(self.text, "enum {name}");
        for (variant, number) in variants {
            let _ = writeln!(self.text, "{number:>6}       {variant}");
        }
        self.text.push('\n');
    }

    /// Compares the page with its file, and its names with the IDL's.
    fn check(self) {
        compare(&format!("{}.txt", self.program), &self.text);
        let idl = folder().join(format!("../../../../idls/{}.json", self.program));
        let idl = fs::read_to_string(&idl).expect("the IDL");
        let idl: serde_json::Value = serde_json::from_str(&idl).expect("JSON");
        let names = |list: &str| -> BTreeSet<String> {
            let list = idl[list].as_array().expect("a list").iter();
            list.map(|named| named["name"].as_str().expect("a name").to_string())
                .collect()
        };
        let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_string).collect();
        assert_eq!(names("accounts"), owned(self.accounts), "{}", self.program);
        assert_eq!(names("events"), owned(self.events), "{}", self.program);
    }
}

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

#[test]
fn io_mint() {
    let mut page = Page::new("io_mint");
    accounts!(page: MintConfig, Minter);
    events!(page: MintInitialized, MintAdopted, MetadataSet, MinterAdded, MinterRaised, MinterRevoked,
        Minted, Burned, MintPauseSet, MintAuthorityNominated, MintAuthorityAccepted, MintGuardianSet);
    page.check();
}

#[test]
fn io_staking() {
    let mut page = Page::new("io_staking");
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
    page.check();
}

#[test]
fn io_emissions() {
    let mut page = Page::new("io_emissions");
    accounts!(page: EmissionsConfig, RewardPool, NodeEmission);
    events!(page: EmissionsInitialized, NodeEnrolled, NodeEmissionClosed, EpochAdvanced, NodeSynced,
        ScoresSet, Harvested, ScorerSet, EmissionsAuthorityNominated, EmissionsAuthorityAccepted,
        EmissionsGuardianSet, EmissionsChangesCancelled, EmissionsRuleScheduled, PoolSharesScheduled);
    page.item::<events::NodeScore>("NodeScore");
    numbers!(page: EmissionsRule { BountyBps, BountyCap, MaxBoostBps, MaxScoreAge, MaxScoreStepBps });
    page.check();
}

#[test]
fn io_payments() {
    let mut page = Page::new("io_payments");
    accounts!(page: PaymentsConfig, Asset, Venue, Supplier, Receipt, Gateway);
    page.item::<state::ReceiptEntry>("ReceiptEntry");
    numbers!(page: PayoutPreference { Io, Usdc });
    events!(page: PaymentsInitialized, PaymentsPaused, PaymentsAuthorityNominated,
        PaymentsAuthorityAccepted, PaymentsGuardianSet, PayoutFeeScheduled, AssetFeeScheduled,
        TreasuryScheduled, AssetListed, AssetEnabled, AssetMinimumSet, VenueListed, VenueEnabled,
        VenueCapSet, FeedScheduled, SupplierRegistered, SupplierChanged, Paid, MicroPaid,
        ReceiptClosed, EarningsTaken, PaidOut, Refunded, Swept, BuyBackScheduled, BoughtBack,
        GatewayListed, GatewayEnabled, GatewayFeeScheduled, GatewayLimitScheduled,
        GatewayLimitLowered);
    page.item::<events::PaidPart>("PaidPart");
    page.check();
}

/// Accounts as the built programs wrote them (`written.hex`, which `tests/tests/matrix.rs` writes and
/// compares with what they write now) are read as they always were.
#[test]
fn written_accounts() {
    let written = fs::read_to_string(folder().join("written.hex")).expect("the accounts");
    let mut text = String::new();
    let mut kinds = 0;
    for line in written.lines() {
        let (name, bytes) = line.split_once(' ').expect("a name and bytes");
        let bytes = unhex(bytes);
        let read = read_any(&bytes).unwrap_or_else(|| panic!("{name} is not read"));
        let _ = writeln!(text, "{name}: {} bytes\n{read}", bytes.len());
        kinds += 1;
    }
    assert_eq!(kinds, 17, "one of each layout");
    compare("written.txt", &text);
}

/// The fields of an account, whichever layout it has.
fn read_any(account: &[u8]) -> Option<String> {
    macro_rules! one_of {
        ($($name:ident),+) => {
            $(if state::$name::read_copy(account).is_some() {
                let bytes = account.get(8..state::$name::SPACE)?;
                let mut text = list(&fields::<state::$name>(bytes), bytes, 8);
                let entries = account.get(state::$name::SPACE..)?;
                let (entries, rest) = entries.as_chunks::<{ size_of::<state::ReceiptEntry>() }>();
                assert!(rest.is_empty());
                for (index, entry) in entries.iter().enumerate() {
                    let start = state::$name::SPACE + index * entry.len();
                    text.push_str(&list(&fields::<state::ReceiptEntry>(entry), entry, start));
                }
                return Some(text);
            })+
        };
    }
    one_of!(
        MintConfig,
        Minter,
        StakingConfig,
        DeviceClass,
        Node,
        Position,
        Ticket,
        SlashProposal,
        EmissionsConfig,
        RewardPool,
        NodeEmission,
        PaymentsConfig,
        Asset,
        Venue,
        Supplier,
        Receipt,
        Gateway
    );
    None
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
