//! Sending a transaction until it lands, or certainly never will.
//!
//! A transaction is signed for one blockhash and sent again and again, the same bytes, until its status is
//! known. Only when the finalized chain has passed the blockhash's last block and still knows nothing of
//! it, so that it can not land any more, is it signed anew: it never lands twice.

use super::{
    Error, Network, Prepared, Refusal, Result, Signature, patience::jittered,
    prepare::without_budget,
};
use crate::{Instruction, Pubkey};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::{
    client_error::{self, ErrorKind},
    config::{RpcSendTransactionConfig, RpcTransactionConfig},
    custom_error::JSON_RPC_SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    request::RpcError,
};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::{
    UiTransactionEncoding, option_serializer::OptionSerializer,
};
use std::time::{Duration, Instant};

/// Between two looks at a status.
const LOOK: Duration = Duration::from_millis(400);
/// Between two sendings of the same bytes.
const RESEND: Duration = Duration::from_secs(2);
/// Between two looks at whether a blockhash has expired.
const EXPIRY: Duration = Duration::from_secs(5);
/// How long an endpoint may fail before the fate of a transaction is given up as unknown.
const SILENCE: Duration = Duration::from_secs(90);
/// How long an attempt may take before the chain counts as standing still: a blockhash lasts about a
/// minute, and another half until that is finalized.
const STANDSTILL: Duration = Duration::from_secs(300);
/// JSON-RPC's code for parameters that are no use: here, for bytes that are no transaction to it.
const INVALID_PARAMS: i64 = -32602;

/// A transaction that landed and succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    pub signature: Signature,
    pub slot: u64,
}

/// A transaction that has all its signatures.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    pub transaction: VersionedTransaction,
    /// The last block height at which it can land.
    pub last_valid: u64,
}

/// What an observer is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Simulated.
    Prepared { units: u32, lamports: u64 },
    /// Signed and about to be sent; with this signature it can be looked up from now on.
    Signed { signature: Signature, attempt: u32 },
    /// Sent again: nothing was heard of it.
    SentAgain { signature: Signature },
    /// It did not land and can not any more.
    Expired { signature: Signature },
    /// It landed.
    Landed { signature: Signature, slot: u64 },
}

/// What became of one attempt.
enum Fate {
    Landed(Landed),
    Expired,
}

/// What is known of a transaction.
enum Status {
    Landed(Landed),
    /// It may still land, or is not sure enough yet.
    Open,
    /// It did not land and can not any more.
    Never,
}

impl Network {
    /// [`Network::prepare`] and [`Network::send`].
    ///
    /// # Errors
    ///
    /// Those of both.
    pub async fn execute(
        &self,
        payer: &Pubkey,
        instructions: &[Instruction],
        signers: &[&dyn Signer],
    ) -> Result<Landed> {
        let prepared = self.prepare(payer, instructions).await?;
        self.send(&prepared, signers).await
    }

    /// Signs and sends a transaction until it lands. A future that is dropped before may have sent it.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if it landed and failed, [`Error::Expired`] if no attempt landed or ever will,
    /// [`Error::Unknown`] if the endpoint fell silent in between, [`Error::Rpc`] if it did so before
    /// anything was sent or cannot read what was, which will not land, [`Error::Signer`] if a signer is
    /// missing or too many.
    pub async fn send(&self, prepared: &Prepared, signers: &[&dyn Signer]) -> Result<Landed> {
        for attempt in 1..=self.attempts {
            let signed = self.sign(prepared, signers).await?;
            let fate = self.attempt(&signed, &prepared.instructions, attempt);
            if let Fate::Landed(landed) = fate.await? {
                return Ok(landed);
            }
        }
        Err(Error::Expired {
            attempts: self.attempts,
        })
    }

    /// Signs a transaction for the newest blockhash, and sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`], or [`Error::Signer`] if a signer is missing or too many.
    pub async fn sign(&self, prepared: &Prepared, signers: &[&dyn Signer]) -> Result<Signed> {
        let (blockhash, last_valid) = self
            .rpc()
            .get_latest_blockhash_with_commitment(self.rpc().commitment())
            .await?;
        let message = prepared.message(blockhash)?;
        Ok(Signed {
            transaction: VersionedTransaction::try_new(message, signers)?,
            last_valid,
        })
    }

    /// Sends a transaction of `instructions` until it lands; one that has landed already is only found.
    /// Sent again and again, by whomever, it lands once.
    ///
    /// # Errors
    ///
    /// Those of [`Network::send`]; [`Error::Expired`] if it did not land and can not any more.
    pub async fn send_signed(
        &self,
        signed: &Signed,
        instructions: &[Instruction],
    ) -> Result<Landed> {
        match self.attempt(signed, instructions, 1).await? {
            Fate::Landed(landed) => Ok(landed),
            Fate::Expired => Err(Error::Expired { attempts: 1 }),
        }
    }

    async fn attempt(
        &self,
        signed: &Signed,
        instructions: &[Instruction],
        attempt: u32,
    ) -> Result<Fate> {
        let signature = signature_of(&signed.transaction);
        (self.observer)(&Stage::Signed { signature, attempt });
        let fate = self.follow(signed, instructions).await?;
        (self.observer)(&match fate {
            Fate::Landed(Landed { slot, .. }) => Stage::Landed { signature, slot },
            Fate::Expired => Stage::Expired { signature },
        });
        Ok(fate)
    }

    /// Sends the same bytes until their fate is known.
    async fn follow(&self, signed: &Signed, instructions: &[Instruction]) -> Result<Fate> {
        let Signed {
            transaction,
            last_valid,
        } = signed;
        let signature = signature_of(transaction);
        let config = RpcSendTransactionConfig {
            // It was simulated already, and a later look at the chain may lag behind this one.
            skip_preflight: true,
            encoding: Some(UiTransactionEncoding::Base64),
            max_retries: Some(0),
            ..RpcSendTransactionConfig::default()
        };
        let started = Instant::now();
        let mut heard = started;
        let mut looked = started;
        let mut sent: Option<Instant> = None;
        let mut misread = None;
        loop {
            if sent.is_none_or(|at| at.elapsed() >= RESEND) {
                if sent.is_some() {
                    (self.observer)(&Stage::SentAgain { signature });
                }
                let answer = self
                    .rpc()
                    .send_transaction_with_config(transaction, config)
                    .await;
                sent = Some(Instant::now());
                // Whatever the endpoint says to it, the status decides: a node that cannot read it may speak
                // after another has passed it on.
                misread = misread.or(answer.err().filter(is_no_transaction));
            }
            // Whether it has expired is asked first: what lands after that is seen by the status.
            let expired = if looked.elapsed() >= EXPIRY {
                looked = Instant::now();
                self.has_passed(*last_valid).await
            } else {
                Ok(None)
            };
            let status = match expired {
                Ok(passed) => self.status(instructions, transaction, passed).await,
                Err(error) => Err(error),
            };
            match status {
                Ok(Status::Landed(landed)) => return Ok(Fate::Landed(landed)),
                Ok(Status::Never) => {
                    return misread.map_or(Ok(Fate::Expired), |error| Err(error.into()));
                }
                Ok(Status::Open) => heard = Instant::now(),
                Err(Error::Rpc(error)) if heard.elapsed() >= SILENCE => {
                    let cause = error.to_string();
                    return Err(Error::Unknown { signature, cause });
                }
                Err(Error::Rpc(_)) => (),
                Err(error) => return Err(error),
            }
            if started.elapsed() >= STANDSTILL {
                let cause = "the chain stands still".to_owned();
                return Err(Error::Unknown { signature, cause });
            }
            tokio::time::sleep(jittered(LOOK)).await;
        }
    }

    /// The slot up to which the chain is finalized, if its blocks are past `last_valid`: no transaction
    /// that was good until then can land any more.
    async fn has_passed(&self, last_valid: u64) -> Result<Option<u64>> {
        let finalized = self
            .rpc()
            .get_epoch_info_with_commitment(CommitmentConfig::finalized())
            .await?;
        Ok((finalized.block_height > last_valid).then_some(finalized.absolute_slot))
    }

    /// What is known of the transaction, which can not land any more if the chain has `passed` it up to
    /// that slot.
    async fn status(
        &self,
        instructions: &[Instruction],
        transaction: &VersionedTransaction,
        passed: Option<u64>,
    ) -> Result<Status> {
        let signature = signature_of(transaction);
        let answer = match passed {
            None => self.rpc().get_signature_statuses(&[signature]).await?,
            Some(_) => {
                self.rpc()
                    .get_signature_statuses_with_history(&[signature])
                    .await?
            }
        };
        let Some(Some(status)) = answer.value.into_iter().next() else {
            // An endpoint that is behind what was seen to be final may have it yet to learn.
            let never = passed.is_some_and(|slot| answer.context.slot >= slot);
            return Ok(if never { Status::Never } else { Status::Open });
        };
        if !status.satisfies_commitment(self.rpc().commitment()) {
            return Ok(Status::Open);
        }
        match status.err {
            None => Ok(Status::Landed(Landed {
                signature,
                slot: status.slot,
            })),
            Some(error) => Err(self.failed(instructions, transaction, error).await),
        }
    }

    async fn failed(
        &self,
        instructions: &[Instruction],
        transaction: &VersionedTransaction,
        error: TransactionError,
    ) -> Error {
        let signature = signature_of(transaction);
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(self.rpc().commitment()),
            max_supported_transaction_version: Some(1),
        };
        let found = self
            .rpc()
            .get_transaction_with_config(&signature, config)
            .await;
        // Without logs the error is as true, only less can be said of where it came from.
        let logs = match found.ok().and_then(|found| found.transaction.meta) {
            Some(meta) => match meta.log_messages {
                OptionSerializer::Some(logs) => logs,
                _ => Vec::new(),
            },
            None => Vec::new(),
        };
        let error = without_budget(error, &transaction.message, instructions);
        Error::Failed {
            signature,
            refusal: Box::new(Refusal::new(error, instructions, logs)),
        }
    }
}

/// Whether the endpoint says that the bytes are no transaction: another blockhash would not help.
fn is_no_transaction(error: &client_error::Error) -> bool {
    let ErrorKind::RpcError(RpcError::RpcResponseError { code, .. }) = error.kind() else {
        return false;
    };
    [
        INVALID_PARAMS,
        JSON_RPC_SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    ]
    .contains(code)
}

/// The signature that a transaction is known by: its payer's.
fn signature_of(transaction: &VersionedTransaction) -> Signature {
    transaction.signatures.first().copied().unwrap_or_default()
}
