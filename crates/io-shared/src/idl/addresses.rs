//! Where the accounts of instructions are: for an IDL, which says it of each account whose address is
//! fixed or follows from the other accounts and the arguments of its instruction.

use crate::{
    Address,
    ids::{self, METADATA_PROGRAM},
    seeds,
};
use Seed::{Account, Argument, Const};
use serde_json::{Map, Value, json};
use std::{string::ToString, vec::Vec};

/// A part that an address is derived from.
enum Seed {
    Const(&'static [u8]),
    /// The address of an account of the same instruction.
    Account(&'static str),
    /// An argument of the instruction, as its data has it.
    Argument(&'static str),
}

/// Where an account is, by its name, in each instruction that has what the seeds name.
pub struct Place {
    account: &'static str,
    /// The only instructions that it holds for; empty for all.
    instructions: &'static [&'static str],
    at: At,
}

enum At {
    Address(Address),
    /// An address of the program given, or of that which the IDL is of.
    Pda(&'static [Seed], Option<Address>),
}

const fn at(account: &'static str, address: Address) -> Place {
    place(account, At::Address(address))
}

const fn pda(account: &'static str, seeds: &'static [Seed]) -> Place {
    place(account, At::Pda(seeds, None))
}

const fn foreign(account: &'static str, seeds: &'static [Seed], program: Address) -> Place {
    place(account, At::Pda(seeds, Some(program)))
}

const fn place(account: &'static str, at: At) -> Place {
    Place {
        account,
        instructions: &[],
        at,
    }
}

impl Place {
    const fn only(mut self, instructions: &'static [&'static str]) -> Self {
        self.instructions = instructions;
        self
    }

    /// The place as `cargo xtask idl` reads it, in the IDL of `program`: `is` are fields of the account.
    pub fn json(&self, program: &Address) -> Value {
        let mut is = Map::new();
        match &self.at {
            At::Address(address) => {
                is.insert("address".to_string(), json!(address.to_string()));
            }
            At::Pda(seeds, owner) => {
                let mut pda = Map::new();
                let described: Vec<Value> = seeds.iter().map(Seed::json).collect();
                pda.insert("seeds".to_string(), json!(described));
                if let Some(owner) = owner {
                    let owner = json!({ "kind": "const", "value": owner.as_array() });
                    pda.insert("program".to_string(), owner);
                }
                is.insert("pda".to_string(), Value::Object(pda));
                let constants: Option<Vec<&[u8]>> = seeds.iter().map(Seed::constant).collect();
                if let Some(seeds) = constants {
                    let owner = owner.as_ref().unwrap_or(program);
                    let (address, _) = Address::find_program_address(&seeds, owner);
                    is.insert("address".to_string(), json!(address.to_string()));
                }
            }
        }
        json!({ "account": self.account, "instructions": self.instructions, "is": is })
    }
}

impl Seed {
    const fn constant(&self) -> Option<&[u8]> {
        match self {
            Const(bytes) => Some(bytes),
            Account(_) | Argument(_) => None,
        }
    }

    fn json(&self) -> Value {
        match self {
            Const(bytes) => json!({ "kind": "const", "value": bytes }),
            Account(path) => json!({ "kind": "account", "path": path }),
            Argument(path) => json!({ "kind": "arg", "path": path }),
        }
    }
}

/// Accounts of `io_mint`'s instructions.
pub const IO_MINT: &[Place] = &[
    pda("event_authority", &[Const(seeds::EVENT_AUTHORITY)]),
    pda("config", &[Const(seeds::MINT_CONFIG)]),
    pda("mint", &[Const(seeds::MINT)]).only(&["initialize"]),
    pda("minter", &[Const(seeds::MINTER), Account("authority")]).only(&["mint_to"]),
    pda(
        "minter",
        &[Const(seeds::MINTER), Argument("minter_authority")],
    ),
    foreign(
        "metadata",
        &[
            Const(seeds::METADATA),
            Const(METADATA_PROGRAM.as_array()),
            Account("mint"),
        ],
        METADATA_PROGRAM,
    ),
];

/// Accounts of `io_staking`'s instructions.
pub const IO_STAKING: &[Place] = &[
    pda("event_authority", &[Const(seeds::EVENT_AUTHORITY)]),
    pda("config", &[Const(seeds::STAKING_CONFIG)]),
    pda("class", &[Const(seeds::DEVICE_CLASS), Argument("id")]),
    pda(
        "node",
        &[Const(seeds::NODE), Account("operator"), Argument("node_id")],
    ),
    pda("stake_vault", &[Const(seeds::STAKE_VAULT), Account("node")]),
    pda(
        "reward_vault",
        &[Const(seeds::REWARD_VAULT), Account("node")],
    ),
    pda(
        "position",
        &[
            Const(seeds::POSITION),
            Account("node"),
            Account("owner"),
            Argument("tranche"),
        ],
    ),
    pda("proposal", &[Const(seeds::SLASH), Account("node")]),
    foreign(
        "node_emission",
        &[Const(seeds::NODE_EMISSION), Account("node")],
        ids::io_emissions::ID,
    ),
    foreign(
        "mint_config",
        &[Const(seeds::MINT_CONFIG)],
        ids::io_mint::ID,
    ),
    foreign(
        "mint_event_authority",
        &[Const(seeds::EVENT_AUTHORITY)],
        ids::io_mint::ID,
    ),
    at("mint_program", ids::io_mint::ID),
];

/// Accounts of `io_emissions`' instructions.
pub const IO_EMISSIONS: &[Place] = &[
    pda("event_authority", &[Const(seeds::EVENT_AUTHORITY)]),
    pda("config", &[Const(seeds::EMISSIONS_CONFIG)]),
    pda("vault", &[Const(seeds::EMISSIONS_VAULT)]),
    pda(
        "node_emission",
        &[Const(seeds::NODE_EMISSION), Account("node")],
    ),
    foreign(
        "reward_vault",
        &[Const(seeds::REWARD_VAULT), Account("node")],
        ids::io_staking::ID,
    ),
    foreign(
        "minter",
        &[
            Const(seeds::MINTER),
            Const(ids::io_emissions::CONFIG.address.as_array()),
        ],
        ids::io_mint::ID,
    ),
    foreign(
        "mint_config",
        &[Const(seeds::MINT_CONFIG)],
        ids::io_mint::ID,
    ),
    foreign(
        "mint_event_authority",
        &[Const(seeds::EVENT_AUTHORITY)],
        ids::io_mint::ID,
    ),
    at("mint_program", ids::io_mint::ID),
    foreign(
        "staking_event_authority",
        &[Const(seeds::EVENT_AUTHORITY)],
        ids::io_staking::ID,
    ),
    at("staking_program", ids::io_staking::ID),
];

/// Accounts of `io_payments`' instructions.
pub const IO_PAYMENTS: &[Place] = &[
    pda("event_authority", &[Const(seeds::EVENT_AUTHORITY)]),
    pda("config", &[Const(seeds::PAYMENTS_CONFIG)]),
    pda("router", &[Const(seeds::ROUTER)]),
    pda("asset", &[Const(seeds::ASSET), Account("mint")]),
    pda("transit", &[Const(seeds::TRANSIT), Account("mint")]),
    pda("fees", &[Const(seeds::FEES), Account("mint")]),
    pda(
        "venue",
        &[
            Const(seeds::VENUE),
            Account("venue_program"),
            Argument("discriminator"),
        ],
    ),
    pda("gateway", &[Const(seeds::GATEWAY), Argument("wallet")]),
    pda("gateway", &[Const(seeds::GATEWAY), Account("payer")]),
    pda("supplier", &[Const(seeds::SUPPLIER), Account("owner")]),
    pda("earnings", &[Const(seeds::EARNINGS), Account("supplier")]),
    pda(
        "receipt",
        &[
            Const(seeds::RECEIPT),
            Account("payer"),
            Argument("order_id"),
        ],
    ),
    foreign(
        "mint_config",
        &[Const(seeds::MINT_CONFIG)],
        ids::io_mint::ID,
    ),
    foreign(
        "mint_event_authority",
        &[Const(seeds::EVENT_AUTHORITY)],
        ids::io_mint::ID,
    ),
    at("mint_program", ids::io_mint::ID),
];
