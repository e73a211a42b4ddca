//! What the programs' IDLs say beside the instructions: accounts, events, errors, types, addresses and
//! constants, from the definitions that the programs use.
//!
//! Anchor's macros list accounts, events and errors that its own attributes declare. Those of this
//! crate are plain `Pod` structs and enums, so that they describe themselves here; `cargo xtask idl`
//! joins both halves.

mod addresses;

use crate::{
    Address, constants,
    errors::{EmissionsError, MintError, PaymentsError, StakingError},
    events::{self, Event},
    ids,
    state::{self, Layout, U128},
};
use addresses::Place;
use anchor_lang::IdlAccountType;
use serde_json::{Map, Value, json};
use std::{
    string::{String, ToString},
    vec::Vec,
};

impl IdlAccountType for U128 {}

/// What a field of [`U128`] is to whoever reads the IDL: its bytes are a `u128`'s.
const U128_FIELD: (&str, &str) = (r#"{"defined":{"name":"U128"}}"#, r#""u128""#);

/// The shared half of each program's IDL, by the program's name.
pub fn programs() -> Value {
    json!({
        "io_mint": io_mint().finish(),
        "io_staking": io_staking().finish(),
        "io_emissions": io_emissions().finish(),
        "io_payments": io_payments().finish(),
    })
}

/// Adds each of several types to a program.
macro_rules! add {
    ($program:ident.$method:ident: $($module:ident::{$($name:ident),+ $(,)?}),+) => {
        $($($program.$method::<$module::$name>();)+)+
    };
}

/// Adds every error of an enum to a program.
macro_rules! errors {
    ($program:ident: $name:ident) => {
        for error in $name::ALL {
            let name = std::format!("{error:?}");
            let error = json!({ "code": error.code(), "name": name, "msg": error.message() });
            $program.errors.push(error);
        }
    };
}

fn io_mint() -> Program {
    let mut program = Program::default();
    add!(program.account: state::{MintConfig, Minter});
    add!(program.event: events::{
        MintInitialized, MintAdopted, MetadataSet, MinterAdded, MinterRaised, MinterRevoked, Minted,
        Burned, MintPauseSet, MintAuthorityNominated, MintAuthorityAccepted, MintGuardianSet,
    });
    errors!(program: MintError);
    program.addresses(&ids::io_mint::ID, addresses::IO_MINT);
    program.pubkey("CONFIG", ids::io_mint::CONFIG.address);
    program.pubkey("IO_MINT", ids::io_mint::MINT.address);
    program.constant("IO_DECIMALS", "u8", constants::IO_DECIMALS);
    program.constant("HARD_CAP", "u64", constants::HARD_CAP);
    program
}

fn io_staking() -> Program {
    let mut program = Program::default();
    add!(program.account: state::{
        StakingConfig, DeviceClass, Node, Position, Ticket, SlashProposal,
    });
    add!(program.plain: state::{ClassRule, NodeStatus, TrancheKind});
    add!(program.event: events::{
        StakingInitialized, StakingAuthorityNominated, StakingAuthorityAccepted, StakingGuardianSet,
        SlasherSet, StakingPaused, MinSelfStakeScheduled, StakingChangesCancelled, ClassCreated,
        ClassRuleScheduled, ClassChangesCancelled, ClassSuspended, ClassEnded, NodeRegistered,
        DelegationSet, CommissionSet, NodeTermsSynced, NodeHalted, NodeResumed, NodeRetired,
        NodeClosed, PositionOpened, PositionClosed, PayoutSet, Deposited, UnstakeRequested,
        UnstakeCancelled, Withdrawn, Claimed, Compounded, RewardsShared, SlashProposed,
        SlashCancelled, NodeSlashed,
    });
    errors!(program: StakingError);
    program.addresses(&ids::io_staking::ID, addresses::IO_STAKING);
    program.pubkey("CONFIG", ids::io_staking::CONFIG.address);
    program.constant("COOLDOWN", "i64", constants::COOLDOWN);
    program
}

fn io_emissions() -> Program {
    let mut program = Program::default();
    add!(program.account: state::{EmissionsConfig, RewardPool, NodeEmission});
    add!(program.plain: state::{EmissionsRule}, events::{NodeScore});
    add!(program.event: events::{
        EmissionsInitialized, EmissionsAuthorityNominated, EmissionsAuthorityAccepted,
        EmissionsGuardianSet, ScorerSet, EmissionsRuleScheduled, EmissionsChangesCancelled,
        PoolSharesScheduled, EpochAdvanced, NodeEnrolled, NodeSynced, ScoresSet, Harvested,
        NodeEmissionClosed,
    });
    errors!(program: EmissionsError);
    program.addresses(&ids::io_emissions::ID, addresses::IO_EMISSIONS);
    program.pubkey("CONFIG", ids::io_emissions::CONFIG.address);
    program.pubkey("VAULT", ids::io_emissions::VAULT.address);
    program
}

fn io_payments() -> Program {
    let mut program = Program::default();
    add!(program.account: state::{PaymentsConfig, Asset, Venue, Supplier, Receipt, Gateway});
    add!(program.plain: state::{PayoutPreference, ReceiptEntry}, events::{PaidPart});
    add!(program.event: events::{
        PaymentsInitialized, PaymentsPaused, PaymentsAuthorityNominated, PaymentsAuthorityAccepted,
        PaymentsGuardianSet, PayoutFeeScheduled, AssetFeeScheduled, TreasuryScheduled, AssetListed,
        AssetEnabled, AssetMinimumSet, VenueListed, VenueEnabled, VenueCapSet, FeedScheduled,
        SupplierRegistered, SupplierChanged, Paid, MicroPaid, ReceiptClosed, EarningsTaken, PaidOut,
        Refunded, Swept, BuyBackScheduled, BoughtBack, GatewayListed, GatewayEnabled,
        GatewayFeeScheduled, GatewayLimitScheduled, GatewayLimitLowered,
    });
    errors!(program: PaymentsError);
    program.addresses(&ids::io_payments::ID, addresses::IO_PAYMENTS);
    program.pubkey("CONFIG", ids::io_payments::CONFIG.address);
    program.pubkey("ROUTER", ids::io_payments::ROUTER.address);
    program
}

/// The shared half of one IDL.
#[derive(Default)]
struct Program {
    accounts: Vec<Value>,
    events: Vec<Value>,
    errors: Vec<Value>,
    types: Map<String, Value>,
    constants: Vec<Value>,
    addresses: Vec<Value>,
}

impl Program {
    fn account<T: Layout + IdlAccountType>(&mut self) {
        let name = self.pod::<T>();
        let account = json!({ "name": name, "discriminator": T::DISCRIMINATOR });
        self.accounts.push(account);
    }

    fn event<T: Event + IdlAccountType>(&mut self) {
        let name = self.pod::<T>();
        let event = json!({ "name": name, "discriminator": T::DISCRIMINATOR });
        self.events.push(event);
    }

    /// A type that no account's or event's field names, but their docs do.
    fn plain<T: IdlAccountType>(&mut self) {
        self.pod::<T>();
    }

    /// Adds a type and those of its fields, all read in place; its name. They have no padding that their
    /// fields do not name, which IDLs call packed.
    fn pod<T: IdlAccountType>(&mut self) -> String {
        let mut types = Vec::new();
        T::__register_idl_deps(&mut Vec::new(), &mut types);
        let mut types = types.iter().map(|text| {
            let mut kind: Map<String, Value> =
                serde_json::from_str(&text.replace(U128_FIELD.0, U128_FIELD.1))
                    .expect("Anchor describes types in JSON");
            if kind.get("type").and_then(|kind| kind.get("kind")) == Some(&json!("struct")) {
                kind.insert("serialization".to_string(), json!("bytemuck"));
                kind.insert("repr".to_string(), json!({ "kind": "c", "packed": true }));
            }
            let name = kind
                .get("name")
                .and_then(Value::as_str)
                .expect("a type has a name");
            (name.to_string(), Value::Object(kind))
        });
        let (name, kind) = types.next().expect("a type describes itself first");
        self.types.insert(name.clone(), kind);
        self.types.extend(types);
        name
    }

    fn addresses(&mut self, program: &Address, places: &[Place]) {
        self.addresses = places.iter().map(|place| place.json(program)).collect();
    }

    fn pubkey(&mut self, name: &str, address: Address) {
        self.constant(name, "pubkey", address);
    }

    fn constant(&mut self, name: &str, kind: &str, value: impl ToString) {
        let value = value.to_string();
        self.constants
            .push(json!({ "name": name, "type": kind, "value": value }));
    }

    fn finish(self) -> Value {
        json!({
            "accounts": self.accounts,
            "events": self.events,
            "errors": self.errors,
            "types": self.types.into_values().collect::<Vec<_>>(),
            "constants": self.constants,
            "addresses": self.addresses,
        })
    }
}
