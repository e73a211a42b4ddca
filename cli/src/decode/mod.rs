//! What a transaction does, in words: for those who are asked to sign one that others made.
//!
//! Instructions of the four programs are read by their IDLs, so that each argument and account has its name;
//! those of the programs around them by what their own crates say.

mod around;
pub mod idl;
mod reader;
mod units;

use crate::output::Shown;
use io_client::{Instruction, errors::program_name};
use serde_json::{Map, Value, json};
use solana_program::instruction::AccountMeta;
use std::fmt::Write as _;

/// An instruction in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    pub program: String,
    /// Whether `program` is a name, and not an address.
    pub program_known: bool,
    /// `None` if it is none that this program knows.
    pub name: Option<String>,
    /// Of a nested value with the path to it, as `terms.policy`.
    pub arguments: Vec<(String, Shown)>,
    /// With the names that the IDL has for them; those after the last name are numbered.
    pub accounts: Vec<(String, AccountMeta)>,
}

/// `instruction` in words.
pub fn decode(instruction: &Instruction) -> Decoded {
    let program = &instruction.program_id;
    let known = idl::decode(instruction).or_else(|| around::decode(instruction));
    let (name, arguments, names) = match known {
        Some(known) => (Some(known.name), known.arguments, known.accounts),
        None => {
            let data = instruction.data.iter().map(|byte| format!("{byte:02x}"));
            let data = Shown::text(data.collect::<String>());
            (None, vec![("data".to_owned(), data)], Vec::new())
        }
    };
    let accounts = instruction
        .accounts
        .iter()
        .enumerate()
        .map(|(index, meta)| {
            let number = || format!("{}", index.saturating_add(1));
            (
                names.get(index).cloned().unwrap_or_else(number),
                meta.clone(),
            )
        });
    Decoded {
        program: program_name(program).map_or_else(|| program.to_string(), str::to_owned),
        program_known: program_name(program).is_some(),
        name,
        arguments,
        accounts: accounts.collect(),
    }
}

/// What [`decode`] finds out of an instruction that is known.
pub struct Known {
    name: String,
    arguments: Vec<(String, Shown)>,
    /// Names of its first accounts.
    accounts: Vec<String>,
}

impl Decoded {
    /// For people: what it does, then a line for each argument and account.
    pub fn lines(&self, number: usize) -> String {
        let name = self
            .name
            .as_deref()
            .unwrap_or("NOT KNOWN to this program, look at its data");
        let mut text = format!("{number}. {}: {name}\n", self.program);
        let names = self.arguments.iter().map(|(name, _)| name);
        let names = names.chain(self.accounts.iter().map(|(name, _)| name));
        let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, value) in &self.arguments {
            // Writing to a string does not fail.
            let _ = writeln!(text, "     {name:<width$}  {}", value.human());
        }
        for (name, meta) in &self.accounts {
            let rights = rights(meta);
            let _ = writeln!(text, "     {name:<width$}  {}{rights}", meta.pubkey);
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let arguments = self.arguments.iter();
        let arguments: Map<_, _> = arguments
            .map(|(name, value)| (name.clone(), value.json()))
            .collect();
        let accounts: Vec<_> = self
            .accounts
            .iter()
            .map(|(name, meta)| {
                json!({
                    "name": name,
                    "address": meta.pubkey.to_string(),
                    "signer": meta.is_signer,
                    "writable": meta.is_writable,
                })
            })
            .collect();
        json!({
            "program": self.program,
            "name": self.name,
            "arguments": arguments,
            "accounts": accounts,
        })
    }
}

const fn rights(meta: &AccountMeta) -> &'static str {
    match (meta.is_signer, meta.is_writable) {
        (true, true) => "  signs, is changed",
        (true, false) => "  signs",
        (false, true) => "  is changed",
        (false, false) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::{
        Pubkey, emissions, mint, payments,
        shared::state::{ClassRule, EmissionsRule, MintPolicy, MinterTerms},
        staking::{self, ClassTerms},
        token,
    };
    use solana_loader_v3_interface::instruction as loader;

    fn key(n: u8) -> Pubkey {
        Pubkey::new_from_array([n; 32])
    }

    fn human(instruction: &Instruction) -> String {
        let decoded = decode(instruction);
        let arguments: Vec<_> = decoded
            .arguments
            .iter()
            .map(|(name, value)| format!("{name} {}", value.human()))
            .collect();
        let name = decoded.name.unwrap_or_default();
        format!("{}: {name} {}", decoded.program, arguments.join(", "))
    }

    #[test]
    fn arguments_come_with_their_names_and_units() {
        let (authority, other) = (key(1), key(2));
        let terms = MinterTerms {
            policy: MintPolicy::Allowance {
                amount: 150_000_000,
            },
            window_limit: u64::MAX,
            window_seconds: 86_400,
        };
        let class = ClassTerms {
            id: 7,
            name: *b"B200\0\0\0\0\0\0\0\0\0\0\0\0",
            pool: 1,
            multiplier_milli: 1_750,
            max_stake_multiple: 5,
            delegators_slashable: true,
        };
        for (instruction, expected) in [
            (
                mint::add_minter(&authority, &other, &terms),
                format!(
                    "io_mint: add_minter minter_authority {other}, terms.policy Allowance, \
                     terms.policy.amount 1.5 IO, terms.window_limit no limit, terms.window_seconds 1 d"
                ),
            ),
            (
                mint::set_metadata(&authority, &other, "IO", "IO", "https://io"),
                "io_mint: set_metadata name IO, symbol IO, uri https://io".into(),
            ),
            (
                staking::create_class(&authority, &class),
                "io_staking: create_class id 7, name B200, pool 1, multiplier_milli 1.75 ×, \
                 max_stake_multiple 5, delegators_slashable yes"
                    .into(),
            ),
            (
                staking::schedule_class(&authority, 7, ClassRule::Multiplier, 2_000),
                "io_staking: schedule_class rule Multiplier, next 2 ×".into(),
            ),
            (
                emissions::schedule_rule(&authority, EmissionsRule::BountyCap, 100_000_000),
                "io_emissions: schedule_rule rule BountyCap, next 1 IO".into(),
            ),
            (
                emissions::set_scores(&authority, 0, &[(key(3), 9_500), (key(4), 0)]),
                "io_emissions: set_scores scores[0] 95 %, scores[1] 0 %".into(),
            ),
            (
                payments::set_venue_cap(&authority, &other, &[1], 5_000_000_000),
                "io_payments: set_venue_cap cap 50 IO".into(),
            ),
            (
                payments::list_venue(&authority, &other, &[1]),
                "io_payments: list_venue discriminator 0100000000000000, discriminator_len 1"
                    .into(),
            ),
            (
                payments::nominate_authority(&authority, &Pubkey::default()),
                "io_payments: nominate_authority nominee nobody".into(),
            ),
            (
                token::create_associated(&authority, &other, &key(9)),
                "the associated token program: create_idempotent ".into(),
            ),
            (
                solana_system_interface::instruction::transfer(&authority, &other, 5_000),
                "the system program: transfer lamports 0.000005 SOL".into(),
            ),
        ] {
            assert_eq!(human(&instruction), expected);
        }
    }

    #[test]
    fn the_loader_is_understood() {
        let (program, buffer, authority, next) = (key(1), key(2), key(3), key(4));
        let name = |instruction: &Instruction| decode(instruction).name;
        let upgrade = loader::upgrade(&program, &buffer, &authority, &authority);
        assert_eq!(name(&upgrade).as_deref(), Some("upgrade"));
        let given = loader::set_upgrade_authority(&program, &authority, Some(&next));
        let decoded = decode(&given);
        assert_eq!(decoded.name.as_deref(), Some("set_authority"));
        assert_eq!(decoded.accounts[2].0, "new_authority");
        let frozen = loader::set_upgrade_authority(&program, &authority, None);
        assert!(name(&frozen).is_some_and(|name| name.contains("nobody can change it")));
    }

    #[test]
    fn what_is_not_understood_to_the_last_byte_is_not_named() {
        let good = payments::schedule_payout_fee(&key(1), 150);
        assert_eq!(decode(&good).name.as_deref(), Some("schedule_payout_fee"));
        let mut long = good.clone();
        long.data.push(0);
        let mut short = good.clone();
        short.data.pop();
        let stranger = Instruction {
            program_id: key(8),
            ..good
        };
        for instruction in [long, short, stranger] {
            let decoded = decode(&instruction);
            assert_eq!(decoded.name, None);
            assert!(decoded.lines(1).contains("NOT KNOWN"));
            assert_eq!(decoded.arguments[0].0, "data");
        }
    }

    #[test]
    fn accounts_come_with_their_names_and_rights() {
        let decoded = decode(&payments::list_venue(&key(1), &key(2), &[1]));
        let names: Vec<_> = decoded
            .accounts
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(&names[..3], ["authority", "venue_program", "venue"]);
        let json = decoded.json();
        assert_eq!(json["accounts"][0]["signer"], true);
        assert_eq!(json["arguments"]["discriminator_len"], 1);
        assert!(decoded.lines(1).contains("signs, is changed"));
    }
}
