//! Why transactions that others made are not taken, each by its name.

use super::names;
use crate::failure::{Failure, Kind};
use io_client::{Pubkey, rpc::Signature};
use std::path::PathBuf;

const AGAIN: &str = "export it again, and let all sign within a minute of the first";

/// What is wrong with a list or with one of its transactions, which is named by its number.
pub enum Fault {
    /// What was named, and why it is none.
    NotAnExport(String, String),
    /// A file that another process holds, or that cannot be held.
    InUse(PathBuf, String),
    Undecodable(usize),
    /// A signature that is not of this message.
    BadSignature(usize, Pubkey),
    /// The keys at hand are none of those that are wanted.
    NotASigner(Vec<Pubkey>),
    /// Those who signed, for a blockhash that is no longer good.
    BlockhashExpired(usize, Vec<Pubkey>),
    DurableNonce(usize),
    /// It landed and failed.
    LandedAndFailed(usize, Signature),
    /// Of the first that has to land before, its number and whose signatures it wants.
    OutOfOrder(usize, Vec<Pubkey>),
}

impl Fault {
    const fn name(&self) -> &'static str {
        match self {
            Self::NotAnExport(..) => "NotAnExport",
            Self::InUse(..) => "InUse",
            Self::Undecodable(_) => "Undecodable",
            Self::BadSignature(..) => "BadSignature",
            Self::NotASigner(_) => "NotASigner",
            Self::BlockhashExpired(..) => "BlockhashExpired",
            Self::DurableNonce(_) => "DurableNonce",
            Self::LandedAndFailed(..) => "LandedAndFailed",
            Self::OutOfOrder(..) => "OutOfOrder",
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::NotAnExport(..) | Self::Undecodable(_) => Kind::Usage,
            _ => Kind::Refused,
        }
    }

    /// What was wrong, and what to do.
    fn words(&self) -> (String, &'static str) {
        let listed = |keys: &[Pubkey]| names(keys).join(", ");
        match self {
            Self::NotAnExport(given, why) => (
                format!("{given} is neither a transaction nor what --export printed: {why}"),
                "name a file or `-` with what --json and --export printed, or write out one \
                 transaction or message in base64 or base58",
            ),
            Self::InUse(path, why) => (
                format!("{} is in use: {why}", path.display()),
                "let whoever signs it finish, and run it again",
            ),
            Self::Undecodable(number) => (
                format!("transaction {number} does not decode"),
                "the list is damaged: ask for it again",
            ),
            Self::BadSignature(number, key) => (
                format!("the signature of {key} is not of what transaction {number} says now"),
                "somebody changed it after it was signed: find out who, and export it again",
            ),
            Self::NotASigner(wanted) => (
                format!(
                    "nothing in it wants this signature, but those of {}",
                    listed(wanted)
                ),
                "sign with such a key (--keypair, --fee-payer); a multisig executes it in its own \
                 program",
            ),
            Self::BlockhashExpired(number, signed) => (
                format!(
                    "transaction {number} did not land in time: {} signed for a blockhash that is no \
                     longer good",
                    listed(signed)
                ),
                AGAIN,
            ),
            Self::DurableNonce(number) => (
                format!("transaction {number} uses a durable nonce, which would be taken out"),
                "sign it with what made it",
            ),
            Self::LandedAndFailed(number, signature) => (
                format!("transaction {number} landed as {signature}, and failed"),
                AGAIN,
            ),
            Self::OutOfOrder(number, wanted) => (
                format!(
                    "transaction {number} has to land first, and wants the signature of {}",
                    listed(wanted)
                ),
                "hand the list to them, and sign after that",
            ),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let (message, advice) = fault.words();
        Self::new(fault.kind(), message, advice).named(fault.name())
    }
}
