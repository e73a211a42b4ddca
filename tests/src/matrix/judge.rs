//! What an accepted cell did, and whether that is what its explanation says.

use super::{
    subject::{Changes, Kind, Subject},
    substitutes::Cell,
    substitution::Substitution,
};
use io_client::{Pubkey, shared::ids::TOKEN_PROGRAM};
use serde::Deserialize;
use solana_account::Account;
use solana_program_pack::Pack;
use spl_token_interface::state::Account as TokenAccount;
use std::collections::{BTreeMap, BTreeSet};

/// Why a cell may be accepted. Each is checked against what the cell did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    Same,
    Own,
    Office,
    Anyone,
    Grants,
    Unreachable,
}

impl Because {
    pub const ALL: [Self; 6] = [
        Self::Same,
        Self::Own,
        Self::Office,
        Self::Anyone,
        Self::Grants,
        Self::Unreachable,
    ];

    /// As in `tests/matrix/harmless.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Own => "own",
            Self::Office => "office",
            Self::Anyone => "anyone",
            Self::Grants => "grants",
            Self::Unreachable => "unreachable",
        }
    }

    /// What [`refute`] checks.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Same => "every account is to the last byte as after the valid call.",
            Self::Own => {
                "every account of the four programs that it changed beyond the valid call's names a signer, or an \
                 account of the call that does; and *anyone* holds."
            }
            Self::Office => "a signer is named by the program's config; and *anyone* holds.",
            Self::Anyone => {
                "tokens left only accounts of signers, or those that they leave in the valid call too and then only to \
                 the same owners; lamports left only signers and closed accounts, and these only to wallets named in \
                 them."
            }
            Self::Grants => "as *anyone*, but tokens that left nobody, being new, may go anywhere.",
            Self::Unreachable => {
                "no transaction brings about what stands there: an account of the four programs as a copy elsewhere, \
                 absent from its address or owned by another program, or a mint without its bytes. Of each copied \
                 layout, the instruction that makes it was seen to refuse every other address."
            }
        }
    }
}

/// What is wrong with an explanation, if anything.
pub fn refute(
    because: Because,
    subject: &Subject,
    cell: &Cell,
    changes: &Changes,
) -> Option<String> {
    let valid = match cell.substitution {
        Substitution::Mixed => subject.twin_changes.as_ref(),
        _ => None,
    };
    let deed = Deed {
        subject,
        cell,
        changes,
        valid: valid.unwrap_or(&subject.changes),
        signers: cell
            .instruction
            .accounts
            .iter()
            .filter(|meta| meta.is_signer)
            .map(|meta| meta.pubkey)
            .collect(),
    };
    match because {
        Because::Unreachable => return deed.reachable(),
        Because::Same if changes != deed.valid => {
            return Some("it differs from the valid call".into());
        }
        Because::Own => {
            if let Some(strangers) = deed.strangers() {
                return Some(format!("it changed {strangers}, which names no signer"));
            }
        }
        Because::Office if !deed.in_office() => {
            return Some("no signer is named by the config".into());
        }
        _ => {}
    }
    deed.tokens(because == Because::Grants)
        .or_else(|| deed.lamports())
}

struct Deed<'a> {
    subject: &'a Subject,
    cell: &'a Cell,
    changes: &'a Changes,
    /// What the valid call changes, or the other party's if the cell mixes both.
    valid: &'a Changes,
    signers: BTreeSet<Pubkey>,
}

impl Deed<'_> {
    fn reachable(&self) -> Option<String> {
        let kind = &self.subject.kinds[self.cell.position];
        match (kind, self.cell.substitution) {
            (Kind::Ours(_), Substitution::WrongSeeds)
            | (Kind::Ours(_) | Kind::Mint, Substitution::Closed | Substitution::WrongOwner) => None,
            (_, other) => Some(format!("{}: {kind:?} can be brought about", other.name())),
        }
    }

    /// An account of ours that the valid call does not change, and that names neither a signer nor an
    /// account of the call that names one.
    fn strangers(&self) -> Option<Pubkey> {
        let ours = crate::PROGRAMS.map(|(_, id)| id);
        let metas = self.cell.instruction.accounts.iter();
        let named: Vec<Pubkey> = metas
            .map(|meta| meta.pubkey)
            .filter(|address| {
                let account = self.subject.account(address);
                self.signers.contains(address)
                    || account.is_some_and(|account| {
                        ours.contains(&account.owner)
                            && self.signers.iter().any(|signer| names(&account, signer))
                    })
            })
            .collect();
        let mut changed = self.changes.iter();
        let strange = changed.find(|(address, (before, after))| {
            // A blank account is its own only once it is filled in.
            let filled = before
                .as_ref()
                .filter(|account| !account.data.starts_with(&[0; 8]));
            let account = filled.or(after.as_ref());
            !self.valid.contains_key(*address)
                && !self.subject.changes.contains_key(*address)
                && account.is_some_and(|account| {
                    ours.contains(&account.owner) && !named.iter().any(|key| names(account, key))
                })
        });
        strange.map(|(address, _)| *address)
    }

    fn in_office(&self) -> bool {
        let metas = &self.subject.instruction.accounts;
        metas.iter().zip(&self.subject.kinds).any(|(meta, kind)| {
            let Kind::Ours(layout) = kind else {
                return false;
            };
            let config = self.subject.account(&meta.pubkey);
            layout.ends_with("Config")
                && config.is_some_and(|config| self.signers.iter().any(|key| names(&config, key)))
        })
    }

    /// Whose tokens went where they do not belong.
    fn tokens(&self, grants: bool) -> Option<String> {
        let valid = moved(self.valid);
        let here = moved(self.changes);
        let lost = here.iter().filter(|(_, (_, change))| *change < 0);
        let mut others = false;
        for (address, (holding, change)) in lost {
            if self.signers.contains(&holding.owner) {
                continue;
            }
            others = true;
            if valid.get(address).is_none_or(|(_, usual)| usual > change) {
                return Some(format!("{address} lost {}", change.unsigned_abs()));
            }
        }
        let none_lost = here.values().all(|(_, change)| *change >= 0);
        if grants && none_lost || !others && !none_lost {
            return None;
        }
        let got = here.iter().filter(|(_, (_, change))| *change > 0);
        for (address, (holding, change)) in got {
            let usual = valid.iter().any(|(usually, (usual, gain))| {
                *gain >= *change
                    && (usually == address
                        || usual.owner == holding.owner && usual.mint == holding.mint)
            });
            if !usual {
                return Some(format!("{address} of {} got {change}", holding.owner));
            }
        }
        None
    }

    /// Whose lamports went where they do not belong.
    fn lamports(&self) -> Option<String> {
        let value = |account: &Option<Account>| {
            i128::from(account.as_ref().map_or(0, |account| account.lamports))
        };
        let closed: Vec<&Account> = self
            .changes
            .values()
            .filter_map(|(before, after)| before.as_ref().filter(|_| after.is_none()))
            .collect();
        for (address, (before, after)) in self.changes {
            let change = value(after) - value(before);
            let same = self.valid.get(address);
            if same.is_some_and(|(before, after)| value(after) - value(before) == change) {
                continue;
            }
            if change < 0 && after.is_some() && !self.signers.contains(address) {
                return Some(format!("{address} lost {change} lamports"));
            }
            let made = before.is_none();
            let named = closed.iter().any(|account| names(account, address));
            if change > 0 && !made && !named {
                return Some(format!("{address} got {change} lamports"));
            }
        }
        None
    }
}

/// Whether an address stands in an account's bytes.
fn names(account: &Account, address: &Pubkey) -> bool {
    account
        .data
        .windows(32)
        .any(|bytes| bytes == address.as_ref())
}

/// Token accounts whose amount changed, and by how much.
fn moved(changes: &Changes) -> BTreeMap<Pubkey, (TokenAccount, i128)> {
    let tokens = |account: &Option<Account>| {
        let account = account.as_ref()?;
        (account.owner == TOKEN_PROGRAM)
            .then(|| TokenAccount::unpack(&account.data).ok())
            .flatten()
    };
    let moved = changes.iter().filter_map(|(address, (before, after))| {
        let (before, after) = (tokens(before), tokens(after));
        let amount = |tokens: &Option<TokenAccount>| i128::from(tokens.map_or(0, |t| t.amount));
        let change = amount(&after) - amount(&before);
        Some((*address, (before.or(after)?, change)))
    });
    moved.filter(|(_, (_, change))| *change != 0).collect()
}
