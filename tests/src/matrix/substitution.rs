//! The ways in which an account is replaced.

/// How an account is replaced; the names are those of `docs/assurance.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Substitution {
    Unsigned,
    ReadOnly,
    Closed,
    WrongOwner,
    WrongSeeds,
    OtherProgramsCopy,
    OtherLayout,
    Anothers,
    WrongMint,
    StrangersTokens,
    OtherSigner,
    OtherProgram,
    Occupied,
    Duplicate,
    Swapped,
    Repeated,
    Mixed,
    OtherCurrency,
}

impl Substitution {
    /// Every one, in the order of the tables.
    pub const ALL: [Self; 18] = [
        Self::Unsigned,
        Self::ReadOnly,
        Self::Closed,
        Self::WrongOwner,
        Self::WrongSeeds,
        Self::OtherProgramsCopy,
        Self::OtherLayout,
        Self::Anothers,
        Self::WrongMint,
        Self::StrangersTokens,
        Self::OtherSigner,
        Self::OtherProgram,
        Self::Occupied,
        Self::Duplicate,
        Self::Swapped,
        Self::Repeated,
        Self::Mixed,
        Self::OtherCurrency,
    ];

    /// Of those, the ones that replace a single account.
    pub const SINGLE: usize = 15;

    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::ReadOnly => "read-only",
            Self::Closed => "closed",
            Self::WrongOwner => "wrong owner",
            Self::WrongSeeds => "wrong seeds",
            Self::OtherProgramsCopy => "other program's copy",
            Self::OtherLayout => "other layout",
            Self::Anothers => "another's",
            Self::WrongMint => "wrong mint",
            Self::StrangersTokens => "stranger's tokens",
            Self::OtherSigner => "other signer",
            Self::OtherProgram => "other program",
            Self::Occupied => "occupied",
            Self::Duplicate => "duplicate",
            Self::Swapped => "swapped",
            Self::Repeated => "repeated",
            Self::Mixed => "mixed",
            Self::OtherCurrency => "other currency",
        }
    }

    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unsigned => "the account does not sign, nor does anybody else's in its place",
            Self::ReadOnly => "the transaction does not let the account be written",
            Self::Closed => "there is nothing at the account's address",
            Self::WrongOwner => "the same address and bytes, owned by an unknown program",
            Self::WrongSeeds => {
                "a copy at another address, of the same program and bytes; nothing, where there was nothing"
            }
            Self::OtherProgramsCopy => {
                "a copy at another address, owned by an unknown program or Token-2022"
            }
            Self::OtherLayout => "an account of the same program and another layout, one of each",
            Self::Anothers => {
                "every other account of the same kind: of another node, supplier, order, wallet, …"
            }
            Self::WrongMint => "a token account of the same owner and another mint",
            Self::StrangersTokens => "a token account of the same mint and a stranger",
            Self::OtherSigner => "a stranger signs, or another party of the scenario",
            Self::OtherProgram => {
                "every other program, one among them that says yes to everything and does nothing"
            }
            Self::Occupied => "the account to be made exists already, as the call would make it",
            Self::Duplicate => "each other account of the call",
            Self::Swapped => {
                "it changes places with another account of the call of the same kind; a pair with another pair"
            }
            Self::Repeated => "each other pair of the remaining accounts in place of a pair",
            Self::Mixed => {
                "any two or more accounts at once are those of another party's valid call, but not all"
            }
            Self::OtherCurrency => {
                "two or more of a mint and its token accounts are of another mint, of the same authority and owners"
            }
        }
    }
}
