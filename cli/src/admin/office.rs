//! Who may do what: asked before anything is simulated.

use crate::{
    context::Context,
    failure::{Failure, Result},
    signing::{Acting, Signing},
};
use io_client::{Pubkey, shared::state::Governance};

/// The keys that may do a thing with one program.
#[derive(Clone, Debug)]
pub struct Office {
    program: &'static str,
    /// Role and key; the first one signs what is exported.
    holders: Vec<(&'static str, Pubkey)>,
}

impl Office {
    /// Only `holder`, in the role of `role`.
    pub fn new(program: &'static str, role: &'static str, holder: Pubkey) -> Self {
        Self {
            program,
            holders: vec![(role, holder)],
        }
    }

    pub fn authority(program: &'static str, governance: &Governance) -> Self {
        Self::new(program, "authority", governance.authority)
    }

    /// The authority, and the guardian if `guarding`.
    pub fn guarding(program: &'static str, governance: &Governance, guarding: bool) -> Self {
        let mut office = Self::authority(program, governance);
        if guarding && governance.guardian != Pubkey::default() {
            office.holders.push(("guardian", governance.guardian));
        }
        office
    }

    /// Who acts: whoever signs, or with `--export` the first holder unless another is named.
    pub fn acting(&self, signing: &Signing, context: &Context) -> Result<Acting> {
        let acting = signing.acting_for(context, self.first())?;
        self.check(&acting.wallet)?;
        Ok(acting)
    }

    pub fn first(&self) -> Pubkey {
        self.holders
            .first()
            .map_or_else(Pubkey::default, |holder| holder.1)
    }

    /// Refuses a wallet that does not hold the office, and says who does.
    pub fn check(&self, wallet: &Pubkey) -> Result<()> {
        if self.holders.iter().any(|(_, holder)| holder == wallet) {
            return Ok(());
        }
        let holders: Vec<String> = self
            .holders
            .iter()
            .map(|(role, holder)| match *holder {
                nobody if nobody == Pubkey::default() => format!("the {role}, which is nobody"),
                holder => format!("the {role} {holder}"),
            })
            .collect();
        Err(Failure::refused(
            format!(
                "only {} of {} may do this, and not {wallet}",
                holders.join(" or "),
                self.program
            ),
            "sign with that key (--keypair), or print the transaction for it with --export",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Pubkey {
        Pubkey::new_from_array([n; 32])
    }

    #[test]
    fn whoever_holds_no_office_is_told_who_does() {
        let governance = Governance::new(key(1), key(2));
        let authority = Office::authority("io_mint", &governance);
        assert!(authority.check(&key(1)).is_ok());
        let refused = format!("{:?}", authority.check(&key(2)));
        assert!(refused.contains(&key(1).to_string()), "{refused}");
        assert!(
            Office::guarding("io_mint", &governance, true)
                .check(&key(2))
                .is_ok()
        );
        assert!(
            Office::guarding("io_mint", &governance, false)
                .check(&key(2))
                .is_err()
        );
        let unguarded = Governance::new(key(1), Pubkey::default());
        let office = Office::guarding("io_mint", &unguarded, true);
        assert!(office.check(&Pubkey::default()).is_err());
    }
}
