//! What can go wrong between this process and a cluster.

use super::Signature;
use crate::{Pubkey, rpc::Refusal};
use solana_rpc_client_api::client_error;
use solana_signer::SignerError;

/// Why something was not done. Every variant says whether anything happened on chain.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The endpoint could not be asked, or refused to answer. Nothing is known to have happened.
    #[error("the RPC endpoint failed: {0}; check the URL and that it is up, then run again")]
    Rpc(#[from] client_error::Error),
    /// An account that has to be there is not.
    #[error("there is no {what} at {address}")]
    Missing { what: &'static str, address: Pubkey },
    /// An account is there but is another one.
    #[error("{address} is not a {what}")]
    WrongAccount { what: &'static str, address: Pubkey },
    /// A simulation was refused. Nothing was sent.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The transaction landed and failed; it cost its fee and changed nothing else.
    #[error("{refusal} (transaction {signature})")]
    Failed {
        signature: Signature,
        refusal: Box<Refusal>,
    },
    /// No attempt landed before its blockhash expired, and none can land any more. Nothing happened.
    #[error(
        "the transaction did not land in {attempts} attempts and none of them can land any more; \
         raise the priority fee or try later"
    )]
    Expired { attempts: u32 },
    /// The endpoint fell silent, or the chain stood still, before the transaction's fate was known.
    #[error(
        "it is not known whether transaction {signature} landed: {cause}; look it up before you run \
         again"
    )]
    Unknown { signature: Signature, cause: String },
    /// More than a transaction can carry.
    #[error("the transaction would have {size} bytes, {limit} are possible; do less at once")]
    TooLarge { size: usize, limit: usize },
    /// The instructions cannot be put into one message.
    #[error("the transaction cannot be built: {0}")]
    Compile(String),
    /// A key did not sign.
    #[error("signing failed: {0}; give the keypair of every signer")]
    Signer(#[from] SignerError),
    /// What the chain holds cannot be used for this; says why and what to do.
    #[error("{0}")]
    Unusable(String),
}

pub type Result<T> = core::result::Result<T, Error>;
