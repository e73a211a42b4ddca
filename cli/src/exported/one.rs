//! One transaction, and who has signed it.

use super::{Fault, decompile::instructions};
use crate::{
    decode::{Decoded, decode},
    failure::Result,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use io_client::{
    Instruction, Pubkey,
    errors::program_name,
    rpc::{Network, Signature, Signed},
};
use serde_json::{Value, json};
use solana_hash::Hash;
use solana_message::{VersionedMessage, v0};
use solana_transaction::versioned::VersionedTransaction;

/// A transaction that is exported, signed, or has landed.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// What whoever exported it says of it; who signs looks at the instructions.
    pub what: Option<String>,
    pub transaction: VersionedTransaction,
    /// What the transaction does, limits and fees included.
    pub instructions: Vec<Instruction>,
    /// The last block height at which its signatures are good; `None` if that is not known.
    pub last_valid: Option<u64>,
    /// Where it landed.
    pub slot: Option<u64>,
}

impl Exported {
    /// A message that nobody has signed yet.
    pub async fn unsigned(network: &Network, message: VersionedMessage) -> Result<Self> {
        Self::of(network, unsigned(message)).await
    }

    /// A transaction of which nothing else is known.
    pub async fn of(network: &Network, transaction: VersionedTransaction) -> Result<Self> {
        Ok(Self {
            what: None,
            instructions: instructions(network, &transaction.message).await?,
            transaction,
            last_valid: None,
            slot: None,
        })
    }

    pub fn message(&self) -> &VersionedMessage {
        &self.transaction.message
    }

    /// Who pays for it.
    pub fn payer(&self) -> Pubkey {
        self.signers().first().copied().unwrap_or_default()
    }

    /// Who has to sign, the payer first.
    pub fn signers(&self) -> &[Pubkey] {
        let count = usize::from(self.message().header().num_required_signatures);
        let keys = self.message().static_account_keys();
        keys.get(..count).unwrap_or(keys)
    }

    fn signatures(&self) -> impl Iterator<Item = (&Pubkey, &Signature)> {
        self.signers().iter().zip(&self.transaction.signatures)
    }

    /// Who has signed.
    pub fn signed(&self) -> Vec<Pubkey> {
        let there = self.signatures();
        let there = there.filter(|(_, signature)| **signature != Signature::default());
        there.map(|(key, _)| *key).collect()
    }

    /// Whose signature it still wants.
    pub fn missing(&self) -> Vec<Pubkey> {
        let missing = self.signatures();
        let missing = missing.filter(|(_, signature)| **signature == Signature::default());
        missing.map(|(key, _)| *key).collect()
    }

    /// The signature that it is known by, once its payer has signed.
    pub fn signature(&self) -> Option<Signature> {
        let first = self.transaction.signatures.first().copied();
        first.filter(|first| *first != Signature::default())
    }

    /// Puts another blockhash in, for which nobody has signed.
    pub fn renew(&mut self, blockhash: Hash, last_valid: u64) {
        let mut message = self.message().clone();
        message.set_recent_blockhash(blockhash);
        self.transaction = unsigned(message);
        self.last_valid = Some(last_valid);
    }

    /// Adds the signature of `signer`, if it wants it.
    pub fn add(&mut self, signer: &Pubkey, signature: Signature) {
        let place = self.signers().iter().position(|key| key == signer);
        let place = place.and_then(|place| self.transaction.signatures.get_mut(place));
        if let Some(place) = place {
            *place = signature;
        }
    }

    /// Takes what was signed in its place.
    pub async fn replace(&mut self, network: &Network, signed: Signed) -> Result<()> {
        *self = Self {
            what: self.what.take(),
            last_valid: Some(signed.last_valid),
            ..Self::of(network, signed.transaction).await?
        };
        Ok(())
    }

    /// Takes all signatures out.
    pub fn forget(&mut self) {
        self.transaction = unsigned(self.message().clone());
    }

    /// Refuses signatures of something else.
    pub fn check(&self, number: usize) -> Result<()> {
        let message = self.message().serialize();
        let mut there = self.signatures();
        let wrong = there.find(|(key, signature)| {
            **signature != Signature::default() && !signature.verify(key.as_ref(), &message)
        });
        match wrong {
            Some((key, _)) => Err(Fault::BadSignature(number, *key).into()),
            None => Ok(()),
        }
    }

    /// Whether it is good until a nonce is used, and not for a time.
    pub fn has_nonce(&self) -> bool {
        let first = self.instructions.first().map(decode);
        let name = first.and_then(|first| first.name);
        name.as_deref() == Some("advance_nonce_account")
    }

    /// What it does, without the instructions that limit and pay for it.
    pub fn deeds(&self) -> Vec<Instruction> {
        let budget = |one: &Instruction| one.program_id == solana_sdk_ids::compute_budget::ID;
        let all = self.instructions.iter();
        all.filter(|one| !budget(one)).cloned().collect()
    }

    /// What it does, in a few words.
    pub fn summary(&self) -> String {
        let deeds = self.deeds();
        let words = deeds.iter().map(decode);
        let words = words.map(|one| {
            let mut accounts = one.accounts.iter();
            let to = accounts.find(|(name, _)| name == "program");
            let to = to.and_then(|(_, meta)| program_name(&meta.pubkey));
            let to = to.filter(|to| *to != one.program);
            let name = one.name.as_deref().unwrap_or("NOT KNOWN");
            let program = one.program_known.then_some(one.program.as_str());
            let words = [program, Some(name), to];
            words.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// What it does, in all words.
    pub fn lines(&self) -> String {
        let all = (1_usize..).zip(&self.instructions);
        all.map(|(number, one)| decode(one).lines(number)).collect()
    }

    /// Whether this program knows all of what it does.
    pub fn is_known(&self) -> bool {
        self.instructions
            .iter()
            .all(|one| decode(one).name.is_some())
    }

    pub fn transaction_base64(&self) -> String {
        // What was read or compiled can be written.
        let bytes = wincode::serialize(&self.transaction).unwrap_or_default();
        BASE64_STANDARD.encode(bytes)
    }

    /// The message as multisigs import it: of the instructions alone, since whoever executes it sets limits and
    /// fees. The message itself if they do not fit version 0.
    pub fn message_base58(&self) -> String {
        let message = self.message();
        let blockhash = *message.recent_blockhash();
        let bare = v0::Message::try_compile(&self.payer(), &self.deeds(), &[], blockhash);
        let bytes = match (message, bare) {
            (VersionedMessage::V0(_), Ok(bare)) => VersionedMessage::V0(bare).serialize(),
            _ => message.serialize(),
        };
        bs58::encode(bytes).into_string()
    }

    pub fn json(&self) -> Value {
        let instructions = self.instructions.iter().map(|instruction| {
            let mut words = Decoded::json(&decode(instruction));
            words["program_id"] = instruction.program_id.to_string().into();
            words["data_base64"] = BASE64_STANDARD.encode(&instruction.data).into();
            words
        });
        json!({
            "what": self.what,
            "fee_payer": self.payer().to_string(),
            "blockhash": self.message().recent_blockhash().to_string(),
            "last_valid_block_height": self.last_valid,
            "signers": names(self.signers()),
            "signed": names(&self.signed()),
            "signature": self.signature().map(|signature| signature.to_string()),
            "slot": self.slot,
            "all_known": self.is_known(),
            "instructions": instructions.collect::<Value>(),
            "transaction_base64": self.transaction_base64(),
            "message_base58": self.message_base58(),
        })
    }
}

/// Of a message that nobody has signed.
pub fn unsigned(message: VersionedMessage) -> VersionedTransaction {
    let count = usize::from(message.header().num_required_signatures);
    VersionedTransaction {
        signatures: vec![Signature::default(); count],
        message,
    }
}

pub fn names(keys: &[Pubkey]) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}
