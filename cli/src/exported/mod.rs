//! Lists of transactions that pass from hand to hand: what `--export` prints, and each signer hands on.

mod decompile;
mod fault;
mod one;

pub use fault::Fault;
pub use one::{Exported, names, unsigned};

use crate::failure::{Failure, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use io_client::rpc::Network;
use serde_json::Value;
use solana_message::VersionedMessage;
use solana_transaction::versioned::VersionedTransaction;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Transactions in the order in which they have to land.
pub struct List {
    pub transactions: Vec<Exported>,
    kept: Option<Kept>,
}

/// Where a list stands.
struct Kept {
    path: PathBuf,
    /// All that is in the file.
    document: Value,
    /// The file, once it is held against other processes.
    lock: Option<fs::File>,
}

impl List {
    /// What stands in no file yet.
    pub const fn new(transactions: Vec<Exported>) -> Self {
        Self {
            transactions,
            kept: None,
        }
    }

    /// What `given` is or names: a file or `-` with what `--export` printed, or one transaction or message
    /// written out.
    pub async fn read(given: &str, network: &Network) -> Result<Self> {
        if let Some(transaction) = parse(given) {
            let entries = vec![(transaction, Value::Null)];
            return Self::of(entries, None, network).await;
        }
        let not_an_export = |why: String| Failure::from(Fault::NotAnExport(given.to_owned(), why));
        let (written, path) = match given {
            "-" => (io::read_to_string(io::stdin()), None),
            path => (fs::read_to_string(path), Some(path)),
        };
        let written = written.map_err(|error| not_an_export(error.to_string()))?;
        let document: Value =
            serde_json::from_str(&written).map_err(|error| not_an_export(error.to_string()))?;
        let listed = document["transactions"].as_array();
        let listed = listed.filter(|listed| !listed.is_empty());
        let listed = listed.ok_or_else(|| not_an_export("it has no transactions".to_owned()))?;
        let entries = (1..).zip(listed).map(|(number, entry)| {
            let written = entry["transaction_base64"].as_str();
            let transaction = written.and_then(parse);
            let transaction = transaction.ok_or(Fault::Undecodable(number))?;
            Ok((transaction, entry.clone()))
        });
        let entries = entries.collect::<Result<_>>()?;
        let kept = path.map(|path| {
            Ok(Kept {
                path: fs::canonicalize(path)?,
                document,
                lock: None,
            })
        });
        let kept = kept.transpose();
        let kept = kept.map_err(|error: io::Error| not_an_export(error.to_string()))?;
        Self::of(entries, kept, network).await
    }

    async fn of(
        entries: Vec<(VersionedTransaction, Value)>,
        kept: Option<Kept>,
        network: &Network,
    ) -> Result<Self> {
        let mut transactions = Vec::new();
        for (number, (transaction, entry)) in (1..).zip(entries) {
            let one = Exported {
                what: entry["what"].as_str().map(str::to_owned),
                last_valid: entry["last_valid_block_height"].as_u64(),
                slot: entry["slot"].as_u64(),
                ..Exported::of(network, transaction).await?
            };
            one.check(number)?;
            transactions.push(one);
        }
        Ok(Self { transactions, kept })
    }

    /// The one at `index`, which has to be one of the list's.
    pub fn get(&self, index: usize) -> Result<&Exported> {
        let one = self.transactions.get(index);
        one.ok_or_else(|| Fault::Undecodable(index.saturating_add(1)).into())
    }

    /// The file that they stand in.
    pub fn file(&self) -> Option<&Path> {
        self.kept.as_ref().map(|kept| kept.path.as_path())
    }

    pub fn json(&self) -> Value {
        self.transactions.iter().map(Exported::json).collect()
    }

    /// Holds their file, if they have one, so that no other process signs and sends the same.
    pub fn hold(&mut self) -> Result<()> {
        let Some(kept) = &mut self.kept else {
            return Ok(());
        };
        let in_use = |why: String| Failure::from(Fault::InUse(kept.path.clone(), why));
        let file = fs::File::open(&kept.path).map_err(|error| in_use(error.to_string()))?;
        file.try_lock().map_err(|error| in_use(error.to_string()))?;
        // Whoever held it until now may have put another in its place.
        let now = fs::read(&kept.path).map_err(|error| in_use(error.to_string()))?;
        let now: Option<Value> = serde_json::from_slice(&now).ok();
        if now.as_ref() != Some(&kept.document) {
            return Err(in_use("it has just changed".to_owned()));
        }
        kept.lock = Some(file);
        Ok(())
    }

    /// Writes them into their file, if they have one: whole or not at all, whatever breaks off.
    pub fn keep(&mut self) -> Result<()> {
        let transactions = self.json();
        let Some(kept) = &mut self.kept else {
            return Ok(());
        };
        kept.document["transactions"] = transactions;
        // What an earlier run failed with is over.
        if let Some(document) = kept.document.as_object_mut() {
            document.remove("error");
        }
        kept.write().map_err(|error| {
            Failure::usage(
                format!("{} cannot be written: {error}", kept.path.display()),
                "signatures are kept in it: put it where it can be written",
            )
        })
    }
}

impl Kept {
    /// Puts another file in place of this one, which is held from the start if this one is.
    fn write(&mut self) -> io::Result<()> {
        let mut next = self.path.clone().into_os_string();
        next.push(".new");
        let mut file = fs::File::create(&next)?;
        if self.lock.is_some() {
            file.lock()?;
        }
        writeln!(file, "{:#}", self.document)?;
        file.sync_all()?;
        fs::rename(&next, &self.path)?;
        if self.lock.is_some() {
            self.lock = Some(file);
        }
        Ok(())
    }
}

/// A transaction, or a message that nobody has signed, in base64 or base58.
fn parse(written: &str) -> Option<VersionedTransaction> {
    let written = written.trim();
    let base64 = BASE64_STANDARD.decode(written).ok();
    let base58 = bs58::decode(written).into_vec().ok();
    let mut forms = base64.into_iter().chain(base58);
    forms.find_map(|bytes| {
        let transaction = wincode::deserialize_exact::<VersionedTransaction>(&bytes).ok();
        let transaction = transaction.filter(|transaction| transaction.sanitize().is_ok());
        transaction.or_else(|| {
            let message = wincode::deserialize_exact::<VersionedMessage>(&bytes).ok()?;
            let sane = message.sanitize().is_ok();
            sane.then(|| unsigned(message))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::payments;
    use serde_json::json;
    use solana_keypair::Keypair;
    use solana_message::v0;
    use solana_signer::Signer;

    /// Nobody is asked: nothing is in a lookup table.
    fn network() -> Network {
        Network::new("http://127.0.0.1:1")
    }

    fn transaction(key: &Keypair) -> VersionedTransaction {
        let instruction = payments::schedule_payout_fee(&key.pubkey(), 150);
        let blockhash = solana_hash::Hash::default();
        let message = v0::Message::try_compile(&key.pubkey(), &[instruction], &[], blockhash);
        unsigned(VersionedMessage::V0(message.expect("compiles")))
    }

    /// The same, signed.
    fn signed(key: &Keypair) -> VersionedTransaction {
        let mut transaction = transaction(key);
        transaction.signatures = vec![key.sign_message(&transaction.message.serialize())];
        transaction
    }

    fn base64(transaction: &VersionedTransaction) -> String {
        BASE64_STANDARD.encode(wincode::serialize(transaction).expect("serializes"))
    }

    /// What a file of `content` is read as.
    async fn read(name: &str, content: &str) -> Result<List> {
        let path = std::env::temp_dir().join(format!("io-{name}-{}", std::process::id()));
        fs::write(&path, content).expect("writes");
        let read = List::read(path.to_str().expect("UTF-8"), &network()).await;
        fs::remove_file(&path).expect("is there");
        read
    }

    async fn fault(name: &str, content: &str) -> Value {
        let failure = read(name, content).await.err().expect(content);
        failure.to_json()["error"]["name"].clone()
    }

    #[tokio::test]
    async fn one_transaction_or_message_is_read_as_it_is_written() {
        let transaction = transaction(&Keypair::new());
        let bytes = wincode::serialize(&transaction).expect("serializes");
        let message = transaction.message.serialize();
        for written in [
            BASE64_STANDARD.encode(&bytes),
            bs58::encode(&bytes).into_string(),
            BASE64_STANDARD.encode(&message),
            bs58::encode(&message).into_string(),
        ] {
            let list = List::read(&written, &network()).await;
            let list = list.expect("a transaction").transactions;
            assert_eq!(list.len(), 1);
            assert_eq!(list[0].transaction, transaction, "{written}");
        }
        for written in ["", "hello", "AAAA", &bs58::encode([0; 200]).into_string()] {
            let failure = List::read(written, &network()).await.err();
            let name = failure.map(|failure| failure.to_json()["error"]["name"].clone());
            assert_eq!(name, Some("NotAnExport".into()), "{written}");
        }
    }

    #[tokio::test]
    async fn what_is_no_list_or_was_changed_is_told_by_name() {
        let (key, other) = (Keypair::new(), Keypair::new());
        for content in ["", "hello", "[]", "{}", r#"{"transactions":[]}"#] {
            assert_eq!(fault("no-list", content).await, "NotAnExport", "{content}");
        }
        let listed = |written: &str| {
            let good = json!({ "transaction_base64": base64(&transaction(&key)) });
            json!({ "transactions": [good, { "transaction_base64": written }] }).to_string()
        };
        assert!(read("good", &listed(&base64(&signed(&key)))).await.is_ok());
        let mut longer = wincode::serialize(&signed(&key)).expect("serializes");
        longer.push(0);
        for written in ["AAAA", "", &BASE64_STANDARD.encode(longer)] {
            assert_eq!(fault("damaged", &listed(written)).await, "Undecodable");
        }
        let mut changed = signed(&key);
        changed.message = transaction(&other).message;
        let changed = listed(&base64(&changed));
        assert_eq!(fault("changed", &changed).await, "BadSignature");
    }

    #[tokio::test]
    async fn a_file_keeps_what_is_signed_and_the_rest_of_it() {
        let key = Keypair::new();
        let path = std::env::temp_dir().join(format!("io-kept-{}", std::process::id()));
        let given = path.to_str().expect("UTF-8");
        let document = json!({
            "in_force": 200,
            "error": { "code": 6 },
            "transactions": [{
                "what": "less",
                "transaction_base64": base64(&transaction(&key)),
            }],
        });
        fs::write(&path, document.to_string()).expect("writes");
        let mut list = List::read(given, &network()).await.expect("a list");
        list.transactions[0].transaction = signed(&key);
        list.transactions[0].last_valid = Some(7);
        list.transactions[0].slot = Some(5);
        list.keep().expect("writes");
        let again = List::read(given, &network()).await.expect("a list");
        assert_eq!(again.transactions, list.transactions);
        assert_eq!(again.transactions[0].signed(), [key.pubkey()]);
        let kept = fs::read_to_string(&path).expect("is there");
        let kept: Value = serde_json::from_str(&kept).expect("JSON");
        assert_eq!(kept["in_force"], 200);
        assert_eq!(kept["transactions"][0]["what"], "less");
        assert_eq!(kept["error"], Value::Null);
        fs::remove_file(&path).expect("is there");
    }
}
