//! Why a command was not carried out, and the exit code that says so.

use crate::output::paint::{BOLD, RED, Stream, paint};
use io_client::rpc::{Error, Refusal, Signature};
use serde_json::{Value, json};
use solana_signer::SignerError;
use std::process::ExitCode;

/// What `io --help` says of exit codes.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused: by a program, or because the chain does not hold what was named; nothing changed,
     and nothing was paid but the fee of a transaction that the answer names
  2  usage: an argument, the config file or a keypair cannot be used; nothing was sent
  3  the endpoint failed; nothing was sent
  4  unknown fate: sent, and the endpoint fell silent; look the signature up before you run again
  5  not confirmed: nobody said yes; nothing was sent
  6  not landed: sent, did not land and can not any more; run again
  7  differs: the cluster is not what its file says (io admin verify)";

/// Exit code of a comparison that found a difference.
pub const DIFFERS: u8 = 7;

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Refused,
    Usage,
    Endpoint,
    UnknownFate,
    NotConfirmed,
    NotLanded,
}

impl Kind {
    pub const fn code(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Endpoint => 3,
            Self::UnknownFate => 4,
            Self::NotConfirmed => 5,
            Self::NotLanded => 6,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Usage => "usage",
            Self::Endpoint => "endpoint",
            Self::UnknownFate => "unknown_fate",
            Self::NotConfirmed => "not_confirmed",
            Self::NotLanded => "not_landed",
        }
    }
}

/// A command that failed: what was wrong and what to do.
#[derive(Debug)]
pub struct Failure {
    pub kind: Kind,
    said: Box<Said>,
}

#[derive(Debug)]
struct Said {
    message: String,
    advice: Option<String>,
    /// The program that refused.
    program: Option<&'static str>,
    /// Name of the error.
    name: Option<String>,
    signature: Option<Signature>,
    /// What became of transactions that are kept nowhere else.
    transactions: Option<Value>,
}

pub type Result<T> = core::result::Result<T, Failure>;

impl Failure {
    pub fn new(kind: Kind, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::of(kind, message.into(), Some(advice.into()))
    }

    pub fn usage(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message, advice)
    }

    pub fn refused(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message, advice)
    }

    fn of(kind: Kind, message: String, advice: Option<String>) -> Self {
        Self {
            kind,
            said: Box::new(Said {
                message,
                advice,
                program: None,
                name: None,
                signature: None,
                transactions: None,
            }),
        }
    }

    /// Splits a sentence as the library writes it, `what was wrong; what to do`.
    fn of_sentence(kind: Kind, sentence: &str) -> Self {
        match sentence.split_once("; ") {
            Some((message, advice)) => Self::new(kind, message, advice),
            None => Self::of(kind, sentence.to_owned(), None),
        }
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        let Some(explained) = &refusal.explained else {
            return Self::of_sentence(Kind::Refused, &refusal.to_string());
        };
        let mut failure = Self::of_sentence(Kind::Refused, explained.message);
        if let Some(advice) = typed(&explained.name) {
            failure.said.advice = Some(advice.to_owned());
        }
        failure.said.program = Some(explained.program);
        failure.named(explained.name.clone())
    }

    /// Gives it a name, for programs.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.said.name = Some(name.into());
        self
    }

    /// Answers with what became of transactions too, for the next run.
    #[must_use]
    pub fn with_transactions(mut self, transactions: Value) -> Self {
        self.said.transactions = Some(transactions);
        self
    }

    /// Says how many of several transactions landed before, if any did.
    #[must_use]
    pub fn after(self, done: usize, all: usize) -> Self {
        self.landed_before(done, all, "run the same again for the rest")
    }

    /// The same, with `how` to go on.
    #[must_use]
    pub fn landed_before(mut self, done: usize, all: usize, how: &str) -> Self {
        if done > 0 {
            self.said.message.push_str(&format!(
                " ({done} of {all} transactions landed before and stay: {how})"
            ));
        }
        self
    }

    /// The transaction that it is about.
    fn about(mut self, signature: Signature) -> Self {
        self.said.signature = Some(signature);
        self
    }

    /// Writes it to stderr, or to stdout as the one JSON document there.
    pub fn report(&self, json: bool) -> ExitCode {
        if json {
            println!("{:#}", self.to_json());
        } else {
            let error = paint(Stream::Stderr, RED, "error:");
            eprintln!("{error} {}", self.said.message);
            if let (Some(program), Some(name)) = (self.said.program, &self.said.name) {
                eprintln!("  refused by {program}: {name}");
            }
            if let Some(signature) = &self.said.signature {
                eprintln!("  transaction {signature}");
            }
            if let Some(advice) = &self.said.advice {
                let what = paint(Stream::Stderr, BOLD, "do:");
                eprintln!("  {what} {advice}");
            }
        }
        ExitCode::from(self.kind.code())
    }

    pub fn to_json(&self) -> Value {
        let mut document = json!({ "error": {
            "code": self.kind.code(),
            "kind": self.kind.name(),
            "message": self.said.message,
            "advice": self.said.advice,
            "program": self.said.program,
            "name": self.said.name,
            "signature": self.said.signature.map(|signature| signature.to_string()),
        }});
        if let Some(transactions) = &self.said.transactions {
            document["transactions"] = transactions.clone();
        }
        document
    }
}

/// What to do about a program's error, where that is an option of this command line.
fn typed(name: &str) -> Option<&'static str> {
    Some(match name {
        "NodeFull" | "OperatorStakeTooLow" => {
            "name less, or let it take what fits with --at-least IO"
        }
        "ReceivedTooLittle" => "accept less with a larger --slippage, or try later",
        "AlreadyRegistered" => "change it with `io supplier set`",
        "Expired" | "ExpiresTooLate" => {
            "name a time within 30 days with --expires-at or --expires-in"
        }
        _ => return None,
    })
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        match &error {
            Error::Rpc(_) => Self::of_sentence(Kind::Endpoint, &sentence),
            Error::Missing { .. } => Self::refused(
                sentence,
                "check the address and that --url is the cluster you mean",
            ),
            Error::WrongAccount { .. } => {
                Self::refused(sentence, "name the address of such an account")
            }
            Error::Refused(refusal) => Self::of_refusal(refusal),
            Error::Failed { signature, refusal } => Self::of_refusal(refusal).about(*signature),
            Error::Expired { .. } => Self::of_sentence(Kind::NotLanded, &sentence),
            Error::Unknown { signature, .. } => {
                Self::of_sentence(Kind::UnknownFate, &sentence).about(*signature)
            }
            Error::Signer(SignerError::UserCancel(sentence)) => {
                Self::of_sentence(Kind::NotConfirmed, sentence)
            }
            Error::Signer(SignerError::Custom(sentence)) => {
                Self::of_sentence(Kind::Usage, sentence)
            }
            Error::TooLarge { .. } | Error::Compile(_) | Error::Signer(_) => {
                Self::of_sentence(Kind::Usage, &sentence)
            }
            Error::Unusable(_) => Self::of_sentence(Kind::Refused, &sentence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::{
        errors::explain,
        shared::{errors::StakingError, ids::io_staking},
    };
    use solana_program::instruction::InstructionError;
    use solana_transaction_error::TransactionError;

    #[test]
    fn a_sentence_of_the_library_is_split_into_what_and_what_to_do() {
        let failure = Failure::from(Error::Unusable("it is full; take another".into()));
        assert_eq!(failure.kind, Kind::Refused);
        let error = &failure.to_json()["error"];
        assert_eq!(error["message"], "it is full");
        assert_eq!(error["advice"], "take another");
        assert_eq!(error["code"], 1);
    }

    #[test]
    fn what_may_have_happened_is_told_from_what_has_not() {
        let signature = Signature::default();
        let cause = "silence".to_owned();
        let unknown = Failure::from(Error::Unknown { signature, cause });
        assert_eq!(unknown.kind, Kind::UnknownFate);
        let error = &unknown.to_json()["error"];
        assert_eq!(error["signature"], signature.to_string());
        assert!(
            error["advice"]
                .as_str()
                .is_some_and(|advice| advice.contains("look it up"))
        );

        let expired = Failure::from(Error::Expired { attempts: 3 });
        assert_eq!(expired.kind, Kind::NotLanded);
        assert_eq!(expired.to_json()["error"]["signature"], Value::Null);
        let large = Failure::from(Error::TooLarge {
            size: 5_000,
            limit: 4_096,
        });
        assert_eq!(large.kind, Kind::Usage);
    }

    #[test]
    fn a_refusal_names_its_program_and_an_option_that_helps() {
        let refusal = |code| Refusal {
            error: TransactionError::InstructionError(0, InstructionError::Custom(code)),
            program: Some(io_staking::ID),
            explained: explain(code),
            logs: Vec::new(),
        };
        let full = Box::new(refusal(StakingError::NodeFull.code()));
        let failed = Failure::from(Error::Failed {
            signature: Signature::default(),
            refusal: full,
        });
        let error = &failed.to_json()["error"];
        assert_eq!(
            (failed.kind, &error["name"]),
            (Kind::Refused, &"NodeFull".into())
        );
        assert_eq!(error["program"], "io_staking");
        assert!(
            error["advice"]
                .as_str()
                .is_some_and(|advice| advice.contains("--at-least"))
        );
        assert_ne!(
            error["signature"],
            Value::Null,
            "it landed and cost its fee"
        );

        let unknown = Failure::from(Error::Refused(Box::new(refusal(77))));
        assert_eq!(unknown.kind, Kind::Refused);
        assert_eq!(unknown.to_json()["error"]["name"], Value::Null);
    }

    #[test]
    fn the_help_lists_every_code() {
        for kind in [
            Kind::Refused,
            Kind::Usage,
            Kind::Endpoint,
            Kind::UnknownFate,
            Kind::NotConfirmed,
            Kind::NotLanded,
        ] {
            assert!(EXIT_CODES.contains(&format!("\n  {}  ", kind.code())));
        }
    }
}
