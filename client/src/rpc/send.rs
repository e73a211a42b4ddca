//! Sending a transaction until it lands, or certainly never will.
//!
//! A transaction is signed for one blockhash and sent again and again, the same bytes, until its status is
//! known. Only when the finalized chain has passed the blockhash's last block and still knows nothing of
//! it, so that it can not land any more, is it signed anew: it never lands twice.

use super::{
    Error, Network, Prepared, Refusal, Result, Signature,
    patience::{is_transient, jittered},
    prepare::without_budget,
};
use crate::{Instruction, Pubkey};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::{
    client_error,
    config::{RpcSendTransactionConfig, RpcTransactionConfig},
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

/// A transaction that landed and succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    pub signature: Signature,
    pub slot: u64,
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
    /// anything was sent, [`Error::Signer`] if a signer is missing or too many.
    pub async fn send(&self, prepared: &Prepared, signers: &[&dyn Signer]) -> Result<Landed> {
        for attempt in 1..=self.attempts {
            let (blockhash, last_valid) = self
                .rpc()
                .get_latest_blockhash_with_commitment(self.rpc().commitment())
                .await?;
            let message = prepared.message(blockhash)?;
            let transaction = VersionedTransaction::try_new(message, signers)?;
            let signature = signature_of(&transaction);
            (self.observer)(&Stage::Signed { signature, attempt });
            match self.follow(prepared, &transaction, last_valid).await? {
                Fate::Landed(landed) => {
                    (self.observer)(&Stage::Landed {
                        signature,
                        slot: landed.slot,
                    });
                    return Ok(landed);
                }
                Fate::Expired => (self.observer)(&Stage::Expired { signature }),
            }
        }
        Err(Error::Expired {
            attempts: self.attempts,
        })
    }

    /// Sends the same bytes until their fate is known.
    async fn follow(
        &self,
        prepared: &Prepared,
        transaction: &VersionedTransaction,
        last_valid: u64,
    ) -> Result<Fate> {
        let signature = signature_of(transaction);
        let config = RpcSendTransactionConfig {
            // It was simulated already, and a later look at the chain may lag behind this one.
            skip_preflight: true,
            encoding: Some(UiTransactionEncoding::Base64),
            max_retries: Some(0),
            ..RpcSendTransactionConfig::default()
        };
        let mut heard = Instant::now();
        let mut sent: Option<Instant> = None;
        let mut looked = Instant::now();
        loop {
            if sent.is_none_or(|at| at.elapsed() >= RESEND) {
                if sent.is_some() {
                    (self.observer)(&Stage::SentAgain { signature });
                }
                // Whatever the endpoint says to it, the status decides.
                let answer = self
                    .rpc()
                    .send_transaction_with_config(transaction, config)
                    .await;
                sent = Some(Instant::now());
                if let Err(error) = answer {
                    self.note(error, signature, heard)?;
                }
            }
            match self.status(prepared, transaction).await {
                Ok(Some(landed)) => return Ok(Fate::Landed(landed)),
                Ok(None) => heard = Instant::now(),
                Err(Error::Rpc(error)) => self.note(error, signature, heard)?,
                Err(error) => return Err(error),
            }
            if looked.elapsed() >= EXPIRY {
                looked = Instant::now();
                match self.expired(signature, last_valid).await {
                    Ok(true) => return Ok(Fate::Expired),
                    Ok(false) => heard = Instant::now(),
                    Err(Error::Rpc(error)) => self.note(error, signature, heard)?,
                    Err(error) => return Err(error),
                }
            }
            tokio::time::sleep(jittered(LOOK)).await;
        }
    }

    /// Forgives the endpoint a failure, unless nothing was heard of it since [`SILENCE`].
    fn note(&self, error: client_error::Error, signature: Signature, heard: Instant) -> Result<()> {
        if is_transient(&error) && heard.elapsed() >= SILENCE {
            return Err(Error::Unknown {
                signature,
                cause: Box::new(error),
            });
        }
        Ok(())
    }

    /// The transaction if it has landed surely enough.
    async fn status(
        &self,
        prepared: &Prepared,
        transaction: &VersionedTransaction,
    ) -> Result<Option<Landed>> {
        let signature = signature_of(transaction);
        let answer = self.rpc().get_signature_statuses(&[signature]).await?;
        let Some(Some(status)) = answer.value.into_iter().next() else {
            return Ok(None);
        };
        if !status.satisfies_commitment(self.rpc().commitment()) {
            return Ok(None);
        }
        match status.err {
            None => Ok(Some(Landed {
                signature,
                slot: status.slot,
            })),
            Some(error) => Err(self.failed(prepared, transaction, error).await),
        }
    }

    /// Whether the transaction has not landed and can not any more: the finalized chain is past its last
    /// block, and an endpoint that has seen that chain does not know it.
    async fn expired(&self, signature: Signature, last_valid: u64) -> Result<bool> {
        let finalized = self
            .rpc()
            .get_epoch_info_with_commitment(CommitmentConfig::finalized())
            .await?;
        if finalized.block_height <= last_valid {
            return Ok(false);
        }
        let answer = self
            .rpc()
            .get_signature_statuses_with_history(&[signature])
            .await?;
        let unknown = answer.value.iter().all(Option::is_none);
        Ok(unknown && answer.context.slot >= finalized.absolute_slot)
    }

    async fn failed(
        &self,
        prepared: &Prepared,
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
        let error = without_budget(error, &transaction.message, &prepared.instructions);
        Error::Failed {
            signature,
            refusal: Box::new(Refusal::new(error, &prepared.instructions, logs)),
        }
    }
}

/// The signature that a transaction is known by: its payer's.
fn signature_of(transaction: &VersionedTransaction) -> Signature {
    transaction.signatures.first().copied().unwrap_or_default()
}
