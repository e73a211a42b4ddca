//! Which of the transactions of a list are signed and sent.

use crate::exported::Exported;
use io_client::Pubkey;

/// What is done with a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Nothing: it has landed.
    Landed,
    /// It has all its signatures.
    Send,
    /// All who sign are here, so that it gets the newest blockhash when its turn comes.
    SignAndSend,
    /// It is signed for a blockhash that all who sign share, and sent if nobody's signature is missing then.
    Sign { sends: bool },
    /// Nothing: it is signed, though not by everybody.
    Signed,
    /// Nothing: it wants no signature that can be given here.
    Theirs,
    /// Nothing yet: one before it has to land first.
    Waits,
}

impl Part {
    pub const fn sends(self) -> bool {
        matches!(
            self,
            Self::Send | Self::SignAndSend | Self::Sign { sends: true }
        )
    }

    pub const fn signs(self) -> bool {
        matches!(self, Self::SignAndSend | Self::Sign { .. })
    }
}

/// What is done with each of `transactions`, which land in their order, where `has` says whose keys are here.
pub fn plan(transactions: &[Exported], has: impl Fn(&Pubkey) -> bool) -> Vec<Part> {
    let mut open = true;
    let parts = transactions.iter().map(|one| {
        let part = match part(one, &has) {
            Part::Send | Part::SignAndSend if !open => Part::Waits,
            Part::Sign { sends } => Part::Sign {
                sends: sends && open,
            },
            part => part,
        };
        open = open && (part == Part::Landed || part.sends());
        part
    });
    parts.collect()
}

fn part(one: &Exported, has: impl Fn(&Pubkey) -> bool) -> Part {
    let (signers, missing) = (one.signers(), one.missing());
    if one.slot.is_some() {
        Part::Landed
    } else if !signers.iter().any(&has) {
        Part::Theirs
    } else if missing.is_empty() {
        Part::Send
    } else if signers.iter().all(&has) {
        Part::SignAndSend
    } else if missing.iter().any(&has) {
        let sends = missing.iter().all(&has);
        Part::Sign { sends }
    } else {
        Part::Signed
    }
}

/// How many parts are such as `which` says.
pub fn count(parts: &[Part], which: fn(Part) -> bool) -> u64 {
    let all = parts.iter().filter(|part| which(**part)).count();
    u64::try_from(all).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exported::unsigned;
    use io_client::{Instruction, rpc::Signature};
    use solana_hash::Hash;
    use solana_message::{VersionedMessage, v0};
    use solana_program::instruction::AccountMeta;

    fn key(number: u8) -> Pubkey {
        Pubkey::new_from_array([number; 32])
    }

    /// One that `signers` sign, and `signed` have signed.
    fn one(signers: &[u8], signed: &[u8]) -> Exported {
        let metas = signers
            .iter()
            .map(|signer| AccountMeta::new(key(*signer), true));
        let instruction = Instruction {
            program_id: key(99),
            accounts: metas.collect(),
            data: Vec::new(),
        };
        let instructions = vec![instruction];
        let message =
            v0::Message::try_compile(&key(signers[0]), &instructions, &[], Hash::default());
        let mut one = Exported {
            what: None,
            transaction: unsigned(VersionedMessage::V0(message.expect("compiles"))),
            instructions,
            last_valid: None,
            slot: None,
        };
        for signer in signed {
            one.add(&key(*signer), Signature::from([1; 64]));
        }
        one
    }

    fn landed() -> Exported {
        Exported {
            slot: Some(1),
            ..one(&[1], &[1])
        }
    }

    fn planned(list: &[Exported], keys: &[u8]) -> Vec<Part> {
        plan(list, |asked| keys.iter().any(|here| key(*here) == *asked))
    }

    #[test]
    fn what_is_done_depends_on_whose_keys_are_here_and_who_has_signed() {
        for (signers, signed, keys, part) in [
            (&[1][..], &[][..], &[1][..], Part::SignAndSend),
            (&[1], &[1], &[1], Part::Send),
            (&[1], &[1], &[2], Part::Theirs),
            (&[1, 2], &[], &[2, 1], Part::SignAndSend),
            (&[1, 2], &[1], &[1, 2], Part::SignAndSend),
            (&[1, 2], &[], &[2], Part::Sign { sends: false }),
            (&[1, 2], &[1], &[2], Part::Sign { sends: true }),
            (&[1, 2, 3], &[1], &[2], Part::Sign { sends: false }),
            (&[1, 2], &[2], &[2], Part::Signed),
            (&[1, 2], &[], &[3], Part::Theirs),
        ] {
            let found = planned(&[one(signers, signed)], keys);
            assert_eq!(found, [part], "{signers:?} {signed:?} {keys:?}");
        }
        assert_eq!(planned(&[landed()], &[1]), [Part::Landed]);
    }

    #[test]
    fn nothing_is_sent_before_what_has_to_land_first() {
        let shared = || one(&[1, 2], &[1]);
        for (first, keys, rest) in [
            (landed(), &[2][..], Part::Sign { sends: true }),
            (one(&[2], &[]), &[2], Part::Sign { sends: true }),
            (one(&[3], &[]), &[2], Part::Sign { sends: false }),
            (one(&[2, 3], &[2]), &[2], Part::Sign { sends: false }),
            (one(&[2, 3], &[]), &[2], Part::Sign { sends: false }),
        ] {
            let found = planned(&[first, shared()], keys);
            assert_eq!(found[1], rest, "{found:?}");
        }
        let found = planned(&[one(&[3], &[]), one(&[2], &[]), one(&[2], &[2])], &[2]);
        assert_eq!(found, [Part::Theirs, Part::Waits, Part::Waits]);
    }
}
