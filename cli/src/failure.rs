//! Why a command was not carried out, and the exit code that says so.

use crate::output::paint::{BOLD, RED, Stream, paint};
use io_client::rpc::{Error, Refusal, Signature};
use serde_json::{Value, json};
use std::process::ExitCode;

/// What `io --help` says of exit codes.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused: by a program, or because the chain does not hold what was named; nothing changed
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
    message: String,
    advice: Option<String>,
    /// Program and name of its error.
    refused_by: Option<(&'static str, String)>,
    signature: Option<Signature>,
}

pub type Result<T> = core::result::Result<T, Failure>;

impl Failure {
    pub fn new(kind: Kind, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            advice: Some(advice.into()),
            refused_by: None,
            signature: None,
        }
    }

    pub fn usage(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message, advice)
    }

    pub fn refused(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message, advice)
    }

    /// Says how many of several transactions landed before, if any did.
    #[must_use]
    pub fn after(mut self, done: usize, all: usize) -> Self {
        if done > 0 {
            self.message.push_str(&format!(
                " ({done} of {all} transactions landed before and stay: run the same again for the rest)"
            ));
        }
        self
    }

    /// Splits a sentence as the library writes it, `what was wrong; what to do`.
    fn of_sentence(kind: Kind, sentence: &str) -> Self {
        let (message, advice) = match sentence.split_once("; ") {
            Some((message, advice)) => (message, Some(advice.to_owned())),
            None => (sentence, None),
        };
        Self {
            kind,
            message: message.to_owned(),
            advice,
            refused_by: None,
            signature: None,
        }
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        match &refusal.explained {
            Some(explained) => {
                let failure = Self::of_sentence(Kind::Refused, explained.message);
                let typed = typed(&explained.name).map(str::to_owned);
                Self {
                    advice: typed.or(failure.advice),
                    refused_by: Some((explained.program, explained.name.clone())),
                    ..failure
                }
            }
            None => Self::of_sentence(Kind::Refused, &refusal.to_string()),
        }
    }

    /// Writes it to stderr, or to stdout as the one JSON document there.
    pub fn report(&self, json: bool) -> ExitCode {
        if json {
            println!("{:#}", self.to_json());
        } else {
            let error = paint(Stream::Stderr, RED, "error:");
            eprintln!("{error} {}", self.message);
            if let Some((program, name)) = &self.refused_by {
                eprintln!("  refused by {program}: {name}");
            }
            if let Some(signature) = &self.signature {
                eprintln!("  transaction {signature}");
            }
            if let Some(advice) = &self.advice {
                let what = paint(Stream::Stderr, BOLD, "do:");
                eprintln!("  {what} {advice}");
            }
        }
        ExitCode::from(self.kind.code())
    }

    fn to_json(&self) -> Value {
        json!({ "error": {
            "code": self.kind.code(),
            "kind": self.kind.name(),
            "message": self.message,
            "advice": self.advice,
            "program": self.refused_by.as_ref().map(|(program, _)| program),
            "name": self.refused_by.as_ref().map(|(_, name)| name),
            "signature": self.signature.map(|signature| signature.to_string()),
        }})
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
            Error::Failed { signature, refusal } => Self {
                signature: Some(*signature),
                ..Self::of_refusal(refusal)
            },
            Error::Expired { .. } => Self::of_sentence(Kind::NotLanded, &sentence),
            Error::Unknown { signature, .. } => Self {
                signature: Some(*signature),
                ..Self::of_sentence(Kind::UnknownFate, &sentence)
            },
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
