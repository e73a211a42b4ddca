use super::super::{Governance, layout};
use crate::{
    Address,
    constants::{HARD_CAP, RULE_CHANGE_DELAY, VERSION},
    errors::MintError,
    ids,
};
use bytemuck::{Pod, Zeroable};

/// `[b"mint-config"]`: the monetary policy's books, and the mint's only authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct MintConfig {
    pub version: u8,
    pub bump: u8,
    /// 1 while the guardian has paused minting. Burning is never paused.
    pub paused: u8,
    pub padding: [u8; 5],
    pub governance: Governance,
    /// The IO mint.
    pub mint: Address,
    /// Raw IO minted ever, an adopted mint's supply included.
    pub minted: u64,
    /// Raw IO burned through `burn`.
    pub burned: u64,
    /// Raw IO that minters were given the right to mint, what is minted already included.
    pub promised: u64,
    pub reserved: [u8; 56],
}

layout!(MintConfig, ids::io_mint::ID);

impl MintConfig {
    /// The books of a mint that has issued nothing yet.
    pub fn new(governance: Governance, mint: Address, bump: u8) -> Self {
        Self {
            version: VERSION,
            bump,
            governance,
            mint,
            ..Self::zeroed()
        }
    }

    /// The books of a mint that has issued `supply` raw IO, all of which count as minted. What was
    /// burned before is not known and not counted.
    pub fn adopted(
        governance: Governance,
        mint: Address,
        supply: u64,
        bump: u8,
    ) -> Result<Self, MintError> {
        if supply > HARD_CAP {
            return Err(MintError::HardCapExceeded);
        }
        Ok(Self {
            minted: supply,
            promised: supply,
            ..Self::new(governance, mint, bump)
        })
    }

    /// Counts `amount` raw IO as minted. Refuses while minting is paused and past [`HARD_CAP`].
    #[inline]
    pub fn record_mint(&mut self, amount: u64) -> Result<(), MintError> {
        if self.paused != 0 {
            return Err(MintError::Paused);
        }
        if amount > self.mintable() {
            return Err(MintError::HardCapExceeded);
        }
        self.minted = self.minted.saturating_add(amount);
        Ok(())
    }

    /// Counts `amount` raw IO as burned. Works while minting is paused, and makes no room under the
    /// cap.
    #[inline]
    pub fn record_burn(&mut self, amount: u64) -> Result<(), MintError> {
        if amount == 0 {
            return Err(MintError::ZeroAmount);
        }
        let burned = self.burned.saturating_add(amount);
        if burned > self.minted {
            return Err(MintError::BurnExceedsMinted);
        }
        self.burned = burned;
        Ok(())
    }

    /// Raw IO that the hard cap still lets anyone mint.
    #[inline]
    pub const fn mintable(&self) -> u64 {
        HARD_CAP.saturating_sub(self.minted)
    }

    /// Raw IO that the hard cap leaves to promise to anyone.
    pub const fn unpromised(&self) -> u64 {
        HARD_CAP.saturating_sub(self.promised)
    }

    /// Replaces a promise of `before` raw IO, which is counted, by one of `after`. Refuses past
    /// [`HARD_CAP`]; a refusal changes nothing.
    pub fn promise(&mut self, before: u64, after: u64) -> Result<(), MintError> {
        let others = self.promised.saturating_sub(before);
        if after > HARD_CAP.saturating_sub(others) {
            return Err(MintError::HardCapExceeded);
        }
        self.promised = others.saturating_add(after);
        Ok(())
    }

    /// When a minter added at `now` may begin: at once while nothing is minted and there is nothing
    /// to protect, [`RULE_CHANGE_DELAY`] later otherwise.
    pub const fn active_at(&self, now: i64) -> i64 {
        if self.minted == 0 {
            now
        } else {
            now.saturating_add(RULE_CHANGE_DELAY)
        }
    }

    /// Pauses or resumes minting. The guardian may only pause, the authority both.
    pub fn set_paused(&mut self, paused: bool, signer: &Address) -> Result<(), MintError> {
        let guarding = paused && *signer == self.governance.guardian;
        if !guarding && *signer != self.governance.authority {
            return Err(MintError::Unauthorized);
        }
        self.paused = u8::from(paused);
        Ok(())
    }

    /// What holds between any two instructions.
    pub fn invariant(&self) -> bool {
        self.version == VERSION
            && self.paused <= 1
            && self.burned <= self.minted
            && self.minted <= self.promised
            && self.promised <= HARD_CAP
            && self.governance.authority != Address::default()
            && self.mint != Address::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::offset_of;

    const AUTHORITY: Address = Address::new_from_array([1; 32]);
    const GUARDIAN: Address = Address::new_from_array([2; 32]);
    const MINT: Address = Address::new_from_array([3; 32]);
    const STRANGER: Address = Address::new_from_array([4; 32]);

    fn config() -> MintConfig {
        MintConfig::new(Governance::new(AUTHORITY, GUARDIAN), MINT, 253)
    }

    #[test]
    fn layout() {
        assert_eq!(offset_of!(MintConfig, governance), 8);
        assert_eq!(offset_of!(MintConfig, mint), 104);
        assert_eq!(offset_of!(MintConfig, minted), 136);
        assert_eq!(offset_of!(MintConfig, burned), 144);
        assert_eq!(offset_of!(MintConfig, promised), 152);
        assert_eq!(size_of::<MintConfig>(), 216);
    }

    #[test]
    fn an_adopted_supply_counts_as_minted() {
        let adopt =
            |supply| MintConfig::adopted(Governance::new(AUTHORITY, GUARDIAN), MINT, supply, 253);
        let mut adopted = adopt(600).expect("within the cap");
        assert!(adopted.invariant());
        assert_eq!((adopted.minted, adopted.burned), (600, 0));
        assert_eq!(adopted.mintable(), HARD_CAP - 600);
        assert_eq!(adopted.unpromised(), HARD_CAP - 600);
        assert_eq!(adopted.active_at(7), 7 + RULE_CHANGE_DELAY);
        assert_eq!(adopted.record_burn(601), Err(MintError::BurnExceedsMinted));
        assert_eq!(adopted.record_burn(600), Ok(()));
        assert_eq!(adopt(0), Ok(config()));
        assert_eq!(adopt(HARD_CAP).map(|adopted| adopted.mintable()), Ok(0));
        assert_eq!(adopt(HARD_CAP + 1), Err(MintError::HardCapExceeded));
    }

    #[test]
    fn mints_up_to_the_hard_cap_and_not_one_raw_past_it() {
        let mut config = config();
        config.promise(0, HARD_CAP).unwrap();
        assert_eq!(
            config.record_mint(HARD_CAP + 1),
            Err(MintError::HardCapExceeded)
        );
        assert_eq!(
            config.record_mint(u64::MAX),
            Err(MintError::HardCapExceeded)
        );
        assert_eq!(config.record_mint(HARD_CAP - 1), Ok(()));
        assert_eq!(config.mintable(), 1);
        assert_eq!(config.record_mint(2), Err(MintError::HardCapExceeded));
        assert_eq!(config.record_mint(1), Ok(()));
        assert_eq!(config.minted, HARD_CAP);
        assert_eq!(config.record_mint(1), Err(MintError::HardCapExceeded));
        assert!(config.invariant());
    }

    #[test]
    fn burning_makes_no_room_under_the_hard_cap() {
        let mut config = config();
        config.promise(0, HARD_CAP).unwrap();
        config.record_mint(HARD_CAP).unwrap();
        config.record_burn(HARD_CAP).unwrap();
        assert_eq!((config.minted, config.burned), (HARD_CAP, HARD_CAP));
        assert_eq!((config.mintable(), config.unpromised()), (0, 0));
        assert!(config.invariant());
    }

    #[test]
    fn promises_fit_under_the_hard_cap_to_the_raw_unit() {
        let mut config = config();
        assert_eq!(config.promise(0, 600), Ok(()));
        assert_eq!(
            (config.promised, config.unpromised()),
            (600, HARD_CAP - 600)
        );
        let before = config;
        for (replaced, promised) in [(0, HARD_CAP - 599), (600, HARD_CAP + 1), (0, u64::MAX)] {
            assert_eq!(
                config.promise(replaced, promised),
                Err(MintError::HardCapExceeded)
            );
            assert_eq!(config, before);
        }
        assert_eq!(config.promise(200, 100), Ok(()));
        assert_eq!(config.promised, 500);
        assert_eq!(config.promise(0, HARD_CAP - 500), Ok(()));
        assert_eq!(config.unpromised(), 0);
        assert!(config.invariant());
    }

    #[test]
    fn burns_at_most_what_was_minted() {
        let mut config = config();
        config.record_mint(10).unwrap();
        assert_eq!(config.record_burn(0), Err(MintError::ZeroAmount));
        assert_eq!(config.record_burn(11), Err(MintError::BurnExceedsMinted));
        assert_eq!(
            config.record_burn(u64::MAX),
            Err(MintError::BurnExceedsMinted)
        );
        assert_eq!(config.record_burn(10), Ok(()));
        assert_eq!(config.record_burn(1), Err(MintError::BurnExceedsMinted));
        assert_eq!(config.burned, 10);
    }

    #[test]
    fn a_pause_stops_minting_but_not_burning() {
        let mut config = config();
        config.record_mint(10).unwrap();
        config.set_paused(true, &GUARDIAN).unwrap();
        assert_eq!(config.record_mint(1), Err(MintError::Paused));
        assert_eq!(config.record_burn(1), Ok(()));
        config.set_paused(false, &AUTHORITY).unwrap();
        assert_eq!(config.record_mint(1), Ok(()));
    }

    #[test]
    fn the_guardian_pauses_and_only_the_authority_resumes() {
        for (signer, paused, result) in [
            (AUTHORITY, true, Ok(())),
            (AUTHORITY, false, Ok(())),
            (GUARDIAN, true, Ok(())),
            (GUARDIAN, false, Err(MintError::Unauthorized)),
            (STRANGER, true, Err(MintError::Unauthorized)),
            (STRANGER, false, Err(MintError::Unauthorized)),
        ] {
            let mut config = config();
            config.paused = u8::from(!paused);
            assert_eq!(config.set_paused(paused, &signer), result);
            assert_eq!(config.paused == u8::from(paused), result.is_ok());
        }
    }

    #[test]
    fn only_the_first_minters_are_active_at_once() {
        let mut config = config();
        assert_eq!(config.active_at(1_000), 1_000);
        config.record_mint(1).unwrap();
        assert_eq!(config.active_at(1_000), 1_000 + RULE_CHANGE_DELAY);
        assert_eq!(config.active_at(i64::MAX), i64::MAX);
    }

    #[test]
    fn the_invariant_sees_broken_books() {
        assert!(config().invariant());
        let broken: [fn(&mut MintConfig); 8] = [
            |config| config.version = 0,
            |config| config.paused = 2,
            |config| config.burned = 1,
            |config| config.minted = 1,
            |config| config.promised = HARD_CAP + 1,
            |config| (config.minted, config.promised) = (HARD_CAP + 1, HARD_CAP + 1),
            |config| config.governance.authority = Address::default(),
            |config| config.mint = Address::default(),
        ];
        for (case, spoil) in broken.into_iter().enumerate() {
            let mut config = config();
            spoil(&mut config);
            assert!(!config.invariant(), "case {case}");
        }
    }
}
