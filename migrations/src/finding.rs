//! Where a cluster is not what its file says.

use serde::Serialize;
use std::fmt;

/// One difference between a cluster and its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where in the file: `assets[1].fee_bps`, counted from 0.
    pub path: String,
    /// What the file says.
    pub file: String,
    /// What the chain says.
    pub chain: String,
    pub kind: Kind,
    /// What to do about it.
    pub advice: String,
}

/// What sort of difference a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "until")]
pub enum Kind {
    /// The file names something that is not on the chain.
    Missing,
    /// The two have different values.
    Differs,
    /// The chain has another value until this time, Unix seconds, and the file's from then on.
    Waits(i64),
    /// The chain has something in use that the file does not name.
    Extra,
    /// Someone has a power, or may take it, whom the file does not give it.
    Unsafe,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Differs => f.write_str("differs"),
            Self::Waits(until) => write!(f, "waits until {until}"),
            Self::Extra => f.write_str("extra"),
            Self::Unsafe => f.write_str("unsafe"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            file,
            chain,
            kind,
            advice,
        } = self;
        write!(
            f,
            "{path} ({kind}): the file says {file}, the chain {chain}; {advice}"
        )
    }
}
