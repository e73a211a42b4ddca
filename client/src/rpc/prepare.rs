//! Transactions before they are signed: simulated, with limits and fees.

use super::{Error, Network, Refusal, Result, Stage, fees, history};
use crate::{Instruction, Pubkey, events::Event};
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_address_lookup_table_interface::state::AddressLookupTable;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_hash::Hash;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0, v1};
use solana_rpc_client_api::config::{
    RpcSimulateTransactionAccountsConfig, RpcSimulateTransactionConfig,
};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::UiTransactionEncoding;

/// Most compute units that a transaction may use.
const MOST_UNITS: u32 = 1_400_000;
/// Most bytes of accounts that a transaction may load.
const MOST_LOADED: u32 = 64 << 20;
/// Bytes of a transaction of version 0 at most, signatures included.
const V0_SIZE: usize = 1_232;
/// Lamports for a signature.
const LAMPORTS_PER_SIGNATURE: u64 = 5_000;

/// The form that a transaction is sent in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Version 0 if it fits, else version 1.
    #[default]
    Auto,
    /// Version 0: at most 1,232 bytes, lookup tables.
    V0,
    /// Version 1 (SIMD-0385): at most 4,096 bytes and 64 addresses. Not every cluster takes it yet.
    V1,
}

/// A transaction that was simulated and waits for its signatures.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub payer: Pubkey,
    /// What it does, without the instructions that limit and pay for it.
    pub instructions: Vec<Instruction>,
    /// Compute units that the simulation used.
    pub units: u32,
    /// Compute units that it may use.
    pub limit: u32,
    /// Micro-lamports offered for a compute unit.
    pub price: u64,
    /// Its whole fee.
    pub lamports: u64,
    /// Lamports that the payer pays besides: rents of accounts that are made, less what comes back from
    /// accounts that are closed.
    pub rents: i64,
    /// What the simulation recorded: what will happen if nothing else happens first.
    pub events: Vec<Event>,
    loaded: u32,
    format: Format,
    tables: Vec<AddressLookupTableAccount>,
}

impl Prepared {
    /// The message to sign, good while `blockhash` is.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`], or [`Error::Compile`] if the instructions name too many accounts.
    pub fn message(&self, blockhash: Hash) -> Result<VersionedMessage> {
        let limits = Limits {
            units: self.limit,
            price: self.price,
            loaded: self.loaded,
        };
        compile(
            &self.payer,
            &self.instructions,
            self.format,
            &self.tables,
            limits,
            blockhash,
        )
    }
}

#[derive(Clone, Copy)]
struct Limits {
    units: u32,
    price: u64,
    /// Bytes of accounts that it may load; a transaction of version 1 has to say, of version 0 it need not.
    loaded: u32,
}

impl Network {
    /// Simulates `instructions`, paid for by `payer`, and works out the limit and the fee that they need.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if a program refuses, [`Error::TooLarge`], [`Error::Compile`], [`Error::Rpc`],
    /// [`Error::Unusable`] if the endpoint leaves out what the transaction would do.
    pub async fn prepare(&self, payer: &Pubkey, instructions: &[Instruction]) -> Result<Prepared> {
        let tables = self.lookup().await?;
        let limits = Limits {
            units: MOST_UNITS,
            price: 0,
            loaded: MOST_LOADED,
        };
        let message = compile(
            payer,
            instructions,
            self.format,
            &tables,
            limits,
            Hash::default(),
        )?;
        let signatures = message.header().num_required_signatures;
        let transaction = VersionedTransaction {
            signatures: vec![Signature::default(); usize::from(signatures)],
            message,
        };
        let config = RpcSimulateTransactionConfig {
            sig_verify: false,
            replace_recent_blockhash: true,
            commitment: Some(self.rpc().commitment()),
            encoding: Some(UiTransactionEncoding::Base64),
            inner_instructions: true,
            accounts: Some(RpcSimulateTransactionAccountsConfig {
                encoding: Some(UiAccountEncoding::Base64),
                addresses: vec![payer.to_string()],
            }),
            ..RpcSimulateTransactionConfig::default()
        };
        let before = self.rpc().get_balance(payer).await?;
        let answer = self
            .rpc()
            .simulate_transaction_with_config(&transaction, config)
            .await?
            .value;
        if let Some(error) = answer.err {
            let logs = answer.logs.unwrap_or_default();
            let error = without_budget(error.into(), &transaction.message, instructions);
            let refusal = Refusal::new(error, instructions, logs);
            return Err(Error::Refused(Box::new(refusal)));
        }
        let used = answer.units_consumed.unwrap_or(0);
        let units = u32::try_from(used).unwrap_or(MOST_UNITS);
        let limit = with_room(units, MOST_UNITS);
        let price = self.unit_price(instructions, limit).await?;
        let keys = history::keys(&transaction.message, answer.loaded_addresses.as_ref());
        let inner = answer.inner_instructions.ok_or_else(|| {
            let why = "the endpoint leaves out what a simulation did; use another";
            Error::Unusable(why.to_owned())
        })?;
        let signed = LAMPORTS_PER_SIGNATURE.saturating_mul(signatures.into());
        let after = answer.accounts.unwrap_or_default().into_iter().next();
        let after = after.flatten().map(|account| account.lamports);
        let prepared = Prepared {
            payer: *payer,
            instructions: instructions.to_vec(),
            units,
            limit,
            price,
            lamports: signed.saturating_add(fees::lamports(price, limit)),
            rents: after.map_or(0, |after| rents(before, after, signed)),
            events: history::recorded(&keys, &inner),
            loaded: answer
                .loaded_accounts_data_size
                .map_or(MOST_LOADED, |size| with_room(size, MOST_LOADED)),
            format: match transaction.message {
                VersionedMessage::V1(_) => Format::V1,
                _ => Format::V0,
            },
            tables,
        };
        (self.observer)(&Stage::Prepared {
            units,
            lamports: prepared.lamports,
        });
        Ok(prepared)
    }

    /// The lookup tables that this network was told of.
    async fn lookup(&self) -> Result<Vec<AddressLookupTableAccount>> {
        let accounts = self.raw_accounts(&self.tables).await?;
        self.tables
            .iter()
            .zip(accounts)
            .map(|(key, account)| {
                let what = "lookup table";
                let address = *key;
                let (_, data) = account.ok_or(Error::Missing { what, address })?;
                let table = AddressLookupTable::deserialize(&data)
                    .map_err(|_| Error::WrongAccount { what, address })?;
                Ok(AddressLookupTableAccount {
                    key: address,
                    addresses: table.addresses.to_vec(),
                })
            })
            .collect()
    }
}

/// What a balance lost besides a fee.
fn rents(before: u64, after: u64, fee: u64) -> i64 {
    let kept = i128::from(after).saturating_add(fee.into());
    let lost = i128::from(before).saturating_sub(kept);
    i64::try_from(lost).unwrap_or(i64::MAX)
}

/// A limit for what a simulation used so much of: a fifth more, since what the transaction meets on chain
/// may have changed, and what the instruction that sets a limit itself uses; at most `most`.
fn with_room(used: u32, most: u32) -> u32 {
    used.saturating_add(used.div_ceil(5))
        .saturating_add(1_000)
        .min(most)
}

/// An error of `message` with its instruction counted as in `instructions`, without those in front that
/// limit and pay.
pub(super) fn without_budget(
    error: TransactionError,
    message: &VersionedMessage,
    instructions: &[Instruction],
) -> TransactionError {
    let added = message
        .instructions()
        .len()
        .saturating_sub(instructions.len());
    match error {
        TransactionError::InstructionError(index, error) => {
            let index = usize::from(index).saturating_sub(added);
            TransactionError::InstructionError(u8::try_from(index).unwrap_or(u8::MAX), error)
        }
        error => error,
    }
}

fn compile(
    payer: &Pubkey,
    instructions: &[Instruction],
    format: Format,
    tables: &[AddressLookupTableAccount],
    limits: Limits,
    blockhash: Hash,
) -> Result<VersionedMessage> {
    let v0 = || {
        let mut all = vec![ComputeBudgetInstruction::set_compute_unit_limit(
            limits.units,
        )];
        if limits.price > 0 {
            all.push(ComputeBudgetInstruction::set_compute_unit_price(
                limits.price,
            ));
        }
        all.extend_from_slice(instructions);
        let message = v0::Message::try_compile(payer, &all, tables, blockhash)
            .map_err(|error| Error::Compile(error.to_string()))?;
        fitting(VersionedMessage::V0(message), V0_SIZE)
    };
    let v1 = || {
        let config = v1::TransactionConfig::empty()
            .with_compute_unit_limit(limits.units)
            .with_priority_fee(fees::lamports(limits.price, limits.units))
            .with_loaded_accounts_data_size_limit(limits.loaded);
        let message = v1::Message::try_compile_with_config(payer, instructions, blockhash, config)
            .map_err(|error| Error::Compile(error.to_string()))?;
        message
            .validate()
            .map_err(|error| Error::Compile(error.to_string()))?;
        fitting(VersionedMessage::V1(message), v1::MAX_TRANSACTION_SIZE)
    };
    match format {
        Format::V0 => v0(),
        Format::V1 => v1(),
        Format::Auto => match v0() {
            Err(Error::TooLarge { .. } | Error::Compile(_)) => v1(),
            answer => answer,
        },
    }
}

/// The message, if with its signatures it has at most `limit` bytes.
fn fitting(message: VersionedMessage, limit: usize) -> Result<VersionedMessage> {
    let signatures = usize::from(message.header().num_required_signatures);
    // The count of the signatures takes a byte in front of them.
    let size = message
        .serialize()
        .len()
        .saturating_add(signatures.saturating_mul(64))
        .saturating_add(1);
    if size > limit {
        return Err(Error::TooLarge { size, limit });
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::write;

    fn key(n: u8) -> Pubkey {
        Pubkey::new_from_array([n; 32])
    }

    /// An instruction that writes `count` accounts.
    fn wide(count: u8) -> Instruction {
        Instruction {
            program_id: key(255),
            accounts: (2..count.saturating_add(2))
                .map(|n| write(key(n)))
                .collect(),
            data: vec![7; 8],
        }
    }

    fn of(format: Format, count: u8) -> Result<VersionedMessage> {
        let limits = Limits {
            units: 5_000,
            price: 2_000_000,
            loaded: 1 << 20,
        };
        compile(
            &key(1),
            &[wide(count)],
            format,
            &[],
            limits,
            Hash::default(),
        )
    }

    #[test]
    fn what_does_not_fit_version_0_goes_as_version_1() {
        assert!(matches!(of(Format::Auto, 10), Ok(VersionedMessage::V0(_))));
        assert!(matches!(of(Format::V0, 40), Err(Error::TooLarge { .. })));
        let Ok(VersionedMessage::V1(large)) = of(Format::Auto, 40) else {
            panic!("not version 1");
        };
        assert_eq!(large.config.compute_unit_limit, Some(5_000));
        assert_eq!(large.config.priority_fee, Some(10_000));
        assert!(matches!(of(Format::Auto, 100), Err(Error::Compile(_))));
    }

    #[test]
    fn a_lookup_table_makes_room() {
        let table = AddressLookupTableAccount {
            key: key(250),
            addresses: (2..60).map(key).collect(),
        };
        let limits = Limits {
            units: 1,
            price: 0,
            loaded: 1,
        };
        let message = compile(
            &key(1),
            &[wide(40)],
            Format::V0,
            &[table],
            limits,
            Hash::default(),
        );
        assert!(matches!(message, Ok(VersionedMessage::V0(_))));
    }

    #[test]
    fn rents_are_what_the_balance_loses_besides_the_fee() {
        assert_eq!(rents(10_000, 3_000, 5_000), 2_000);
        assert_eq!(rents(10_000, 5_000, 5_000), 0);
        assert_eq!(rents(10_000, 9_000, 5_000), -4_000);
        assert_eq!(rents(u64::MAX, 0, 0), i64::MAX);
    }

    #[test]
    fn limits_leave_room_and_end_at_the_most() {
        assert_eq!(with_room(10_000, MOST_UNITS), 13_000);
        assert_eq!(with_room(MOST_UNITS, MOST_UNITS), MOST_UNITS);
    }
}
