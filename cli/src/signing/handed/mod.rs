//! Transactions that others made: signed by the keys that are here, and sent once nobody's signature is missing.

mod plan;
mod report;

use super::{Acting, export::blockhash, progress::Asking, progress::Progress};
use crate::{
    exported::{Exported, Fault, List, names},
    failure::Result,
    output::{Record, Report, Shown},
};
use io_client::{
    Pubkey,
    rpc::{Error, Landed, Network, Prepared, Signed},
};
use plan::{Part, count, plan};
use report::{doing, idle, report};
use solana_message::VersionedMessage;
use solana_rpc_client::rpc_client::SerializableMessage;
use solana_signer::Signer;

/// Signatures that one request may ask for.
const STATUSES_AT_ONCE: usize = 256;
/// How many blockhashes a transaction is tried with, one after the other.
const ATTEMPTS: u32 = 3;

impl Acting {
    /// Signs those of the list that want signatures of the keys that are here, and sends, in their order, those
    /// that nobody's signature is missing from. What is signed stands in the list's file before it is sent, so
    /// that another run, whatever became of this one, finds out what landed and sends nothing twice.
    ///
    /// # Errors
    ///
    /// The faults of lists, and that of the first transaction that fails; what landed stays.
    pub async fn sign_and_send(&self, mut list: List) -> Result<Report> {
        list.hold()?;
        self.look_up(&mut list).await?;
        let parts = plan(&list.transactions, |key| self.has(key));
        self.check(&list, &parts).await?;
        if !parts.iter().any(|part| part.signs() || part.sends()) {
            return idle(&list, &parts);
        }
        self.consent(&list, &parts).await?;
        let done = self.sign_shared(&mut list, &parts).await;
        let done = match done {
            Ok(()) => self.send_parts(&mut list, &parts).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = done {
            let all = list.transactions.len();
            let landed = list.transactions.iter();
            let landed = landed.filter(|one| one.slot.is_some()).count();
            return Err(match list.file() {
                Some(_) => failure.after(landed, all),
                None => failure
                    .landed_before(landed, all, "go on with those that --json answers")
                    .with_transactions(list.json()),
            });
        }
        Ok(report("Done", &list, &parts))
    }

    /// Finds out which of those with all signatures have landed.
    async fn look_up(&self, list: &mut List) -> Result<()> {
        let rpc = self.network.rpc();
        let open = (0..).zip(&list.transactions).filter_map(|(index, one)| {
            let complete = one.slot.is_none() && one.missing().is_empty();
            complete.then_some((index, one.signature()?))
        });
        let open: Vec<(usize, _)> = open.collect();
        let mut found = false;
        for some in open.chunks(STATUSES_AT_ONCE) {
            let signatures: Vec<_> = some.iter().map(|(_, signature)| *signature).collect();
            let answer = rpc.get_signature_statuses_with_history(&signatures).await;
            let statuses = answer.map_err(Error::from)?.value;
            for ((index, signature), status) in some.iter().zip(statuses) {
                let (Some(one), Some(status)) = (list.transactions.get_mut(*index), status) else {
                    continue;
                };
                let all_here = one.signers().iter().all(|key| self.has(key));
                found = true;
                match &status.err {
                    None if status.satisfies_commitment(rpc.commitment()) => {
                        one.slot = Some(status.slot);
                    }
                    None => one.slot = Some(self.send_complete(one).await?.slot),
                    // Nothing came of it, and it may be tried again.
                    Some(_) if all_here => one.forget(),
                    Some(_) => {
                        let number = index.saturating_add(1);
                        return Err(Fault::LandedAndFailed(number, *signature).into());
                    }
                }
            }
        }
        if found { list.keep() } else { Ok(()) }
    }

    /// Refuses what could be signed but would not land.
    async fn check(&self, list: &List, parts: &[Part]) -> Result<()> {
        let rpc = self.network.rpc();
        for (number, (one, part)) in (1..).zip(list.transactions.iter().zip(parts)) {
            if part.signs() && one.has_nonce() {
                return Err(Fault::DurableNonce(number).into());
            }
            let signed = one.signed();
            if matches!(part, Part::Sign { .. } | Part::Signed) && !signed.is_empty() {
                let blockhash = one.message().recent_blockhash();
                let good = rpc.is_blockhash_valid(blockhash, rpc.commitment()).await;
                if !good.map_err(Error::from)? {
                    return Err(Fault::BlockhashExpired(number, signed).into());
                }
            }
        }
        Ok(())
    }

    /// Shows what is signed and sent, and what it costs, and asks. Simulates all that can be: one may only be
    /// possible once another has landed.
    async fn consent(&self, list: &List, parts: &[Part]) -> Result<()> {
        let (blockhash, last_valid) = blockhash(&self.network).await?;
        let (mut details, mut landed_so_far) = (String::new(), true);
        let (mut fees, mut rents, mut not_simulated) = (0_u64, 0_i64, 0_u64);
        for (number, (one, part)) in (1_u64..).zip(list.transactions.iter().zip(parts)) {
            if part.signs() || part.sends() {
                let signers = names(one.signers()).join(", ");
                details.push_str(&format!(
                    "Transaction {number}, {}, signed by {signers}:\n{}",
                    doing(*part),
                    one.lines()
                ));
                let prepared = match self.simulate(one).await {
                    Err(Error::Refused(_)) if !landed_so_far => None,
                    prepared => prepared.map_err(|error| self.not_prepared(error))?,
                };
                rents = rents.saturating_add(prepared.as_ref().map_or(0, |found| found.rents));
                let fee = match &prepared {
                    Some(prepared) if *part == Part::SignAndSend => prepared.lamports,
                    _ => {
                        let mut message = one.clone();
                        message.renew(blockhash, last_valid);
                        fee(&self.network, message.message()).await?
                    }
                };
                fees = fees.saturating_add(fee);
                not_simulated = not_simulated.saturating_add(u64::from(prepared.is_none()));
            }
            landed_so_far = landed_so_far && *part == Part::Landed;
        }
        let (signs, sends) = (count(parts, Part::signs), count(parts, Part::sends));
        let expected = Record::new()
            .with("To be signed", "to_sign", Shown::Number(signs))
            .with("To be sent", "to_send", Shown::Number(sends))
            .with(
                "Simulated once they can be",
                "not_simulated",
                Shown::maybe((not_simulated > 0).then_some(not_simulated), Shown::Number),
            )
            .and(super::costs(fees, rents));
        let (what, question) = match (signs, sends) {
            (0, _) => ("send what others made", "Send?"),
            (_, 0) => ("sign what others made", "Sign?"),
            _ => ("sign and send what others made", "Sign and send?"),
        };
        self.ask_to(question, what, &details, &expected)
    }

    /// Signs what others sign too, all for one blockhash unless somebody has signed for another.
    async fn sign_shared(&self, list: &mut List, parts: &[Part]) -> Result<()> {
        let shared = |part: &Part| matches!(part, Part::Sign { .. });
        if !parts.iter().any(shared) {
            return Ok(());
        }
        let (blockhash, last_valid) = blockhash(&self.network).await?;
        let progress = Progress::start("signing");
        for (one, _) in list
            .transactions
            .iter_mut()
            .zip(parts)
            .filter(|(_, part)| shared(part))
        {
            if one.signed().is_empty() {
                one.renew(blockhash, last_valid);
            }
            let message = one.message().serialize();
            for key in one.missing() {
                if let Some(signer) = self.keys.iter().find(|signer| signer.pubkey() == key) {
                    let asking = Asking::new(signer.as_ref(), progress.bar());
                    let signature = asking.try_sign_message(&message).map_err(Error::from)?;
                    one.add(&key, signature);
                }
            }
        }
        progress.end();
        list.keep()
    }

    /// Sends all that can be, one after the other.
    async fn send_parts(&self, list: &mut List, parts: &[Part]) -> Result<()> {
        for (index, part) in parts.iter().enumerate().filter(|(_, part)| part.sends()) {
            let landed = match part {
                Part::SignAndSend => self.sign_one(list, index).await,
                _ => self.send_shared(list, index).await,
            }?;
            if let Some(one) = list.transactions.get_mut(index) {
                one.slot = Some(landed.slot);
            }
            list.keep()?;
            // The loader takes nothing more for a program in the slot that it was upgraded in.
            if parts
                .iter()
                .skip(index.saturating_add(1))
                .any(|part| part.sends())
            {
                self.wait_past(landed.slot).await?;
            }
        }
        Ok(())
    }

    /// Signs one whose signers are all here, and sends it; anew as long as that did not land.
    async fn sign_one(&self, list: &mut List, index: usize) -> Result<Landed> {
        let one = list.get(index)?;
        let (payer, deeds) = (self.payer_of(one), one.deeds());
        let prepared = self.network.prepare(&payer, &deeds).await;
        let prepared = prepared.map_err(|error| self.not_prepared(error))?;
        for _ in 0..ATTEMPTS {
            let progress = Progress::start("signing");
            let keys = self.signers(&payer, &deeds, progress.bar());
            let keys: Vec<_> = keys.iter().map(|key| key as &dyn Signer).collect();
            let signed = self.network.sign(&prepared, &keys).await;
            progress.end();
            let signed = signed?;
            if let Some(one) = list.transactions.get_mut(index) {
                one.replace(&self.network, signed).await?;
            }
            list.keep()?;
            match self.send_complete(list.get(index)?).await {
                Err(Error::Expired { .. }) => (),
                sent => return Ok(sent?),
            }
        }
        Err(Error::Expired { attempts: ATTEMPTS }.into())
    }

    /// Sends one that others have signed too.
    async fn send_shared(&self, list: &mut List, index: usize) -> Result<Landed> {
        let one = list.get(index)?;
        let simulated = self.simulate(one).await;
        simulated.map_err(|error| self.not_prepared(error))?;
        match self.send_complete(one).await {
            Err(Error::Expired { .. }) if one.signers().iter().all(|key| self.has(key)) => {
                self.sign_one(list, index).await
            }
            Err(Error::Expired { .. }) => {
                let number = index.saturating_add(1);
                Err(Fault::BlockhashExpired(number, one.signed()).into())
            }
            sent => Ok(sent?),
        }
    }

    /// Simulates one; `None` if it can not be because it has just landed.
    async fn simulate(&self, one: &Exported) -> io_client::rpc::Result<Option<Prepared>> {
        let (payer, deeds) = (self.payer_of(one), one.deeds());
        let refused = match self.network.prepare(&payer, &deeds).await {
            Ok(prepared) => return Ok(Some(prepared)),
            Err(error @ Error::Refused(_)) => error,
            Err(error) => return Err(error),
        };
        let sent = one.signature().filter(|_| one.missing().is_empty());
        let signatures: Vec<_> = sent.into_iter().collect();
        let rpc = self.network.rpc();
        let answer = rpc.get_signature_statuses(&signatures).await?;
        match answer.value.first() {
            Some(Some(_)) => Ok(None),
            _ => Err(refused),
        }
    }

    /// Sends one that has all its signatures, until its fate is known.
    async fn send_complete(&self, one: &Exported) -> io_client::rpc::Result<Landed> {
        let last_valid = match one.last_valid {
            Some(last_valid) => last_valid,
            // Whatever its blockhash is, it is no newer than the newest.
            None => {
                let rpc = self.network.rpc();
                let commitment = rpc.commitment();
                rpc.get_latest_blockhash_with_commitment(commitment)
                    .await?
                    .1
            }
        };
        let progress = Progress::start("sending");
        let network = self.network.clone().observed_by(progress.observer());
        let signed = Signed {
            transaction: one.transaction.clone(),
            last_valid,
        };
        let landed = network.send_signed(&signed, &one.deeds()).await;
        progress.end();
        landed
    }

    /// Who pays for one whose signers are all here: who is named to pay, else who it says.
    fn payer_of(&self, one: &Exported) -> Pubkey {
        let all_here = one.signers().iter().all(|key| self.has(key));
        if self.payer_named && all_here {
            self.payer
        } else {
            one.payer()
        }
    }
}

/// What the network takes for a message.
async fn fee(network: &Network, message: &VersionedMessage) -> Result<u64> {
    struct Whole<'a>(&'a VersionedMessage);
    impl SerializableMessage for Whole<'_> {
        fn serialize(&self) -> Vec<u8> {
            self.0.serialize()
        }
    }
    let fee = network.rpc().get_fee_for_message(&Whole(message)).await;
    Ok(fee.map_err(Error::from)?)
}
