use super::super::{Governance, Scheduled, layout};
use crate::{
    Address,
    constants::{RULE_CHANGE_DELAY, VENUE_WINDOW, VERSION},
    errors::PaymentsError,
    ids,
    math::window,
};
use bytemuck::{Pod, Zeroable};

/// `[b"venue", program, discriminator]`: an instruction of another program that the router may
/// swap through.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct Venue {
    pub version: u8,
    pub bump: u8,
    /// 0 while no swap through it is accepted.
    pub enabled: u8,
    /// Bytes of `discriminator` that instruction data must begin with; 1 to 8.
    pub discriminator_len: u8,
    pub padding: [u8; 4],
    pub program: Address,
    /// Zero padded.
    pub discriminator: [u8; 8],
    /// Raw IO that may be swapped in or out in one rolling day; `u64::MAX` for no limit.
    pub cap: Scheduled,
    /// Raw IO that was swapped, as of `window_at`.
    pub window_used: u64,
    pub window_at: i64,
    pub reserved: [u8; 24],
}

layout!(Venue, ids::io_payments::ID);

impl Venue {
    /// Whether `data` calls the listed instruction.
    #[inline]
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "the length is 1 to 8, the shift 0 to 56"
    )]
    pub fn accepts(&self, data: &[u8]) -> bool {
        if let (Some(first), 1..=8) = (data.first_chunk::<8>(), self.discriminator_len) {
            // What differs, with the bytes past the discriminator shifted out.
            let differs = u64::from_le_bytes(*first) ^ u64::from_le_bytes(self.discriminator);
            return differs << (64 - 8 * u32::from(self.discriminator_len)) == 0;
        }
        self.discriminator
            .get(..usize::from(self.discriminator_len))
            .is_some_and(|listed| !listed.is_empty() && data.starts_with(listed))
    }

    /// Counts `amount` raw IO that is swapped at `now` against the cap.
    #[inline]
    pub const fn count(&mut self, amount: u64, now: i64) -> Result<(), PaymentsError> {
        let limit = self.cap.at(now);
        if limit == u64::MAX {
            return Ok(());
        }
        let (used, at) = (self.window_used, self.window_at);
        match window::spend(amount, limit, used, VENUE_WINDOW, at, now) {
            Some((used, at)) => {
                self.window_used = used;
                self.window_at = at;
                Ok(())
            }
            None => Err(PaymentsError::VenueCapReached),
        }
    }

    /// Changes the cap; the time at which the new one is in force. The guardian and the authority may
    /// lower it, at once, which also drops what waits; the authority may raise it, after the rule
    /// delay.
    pub fn set_cap(
        &mut self,
        cap: u64,
        signer: &Address,
        governance: &Governance,
        now: i64,
    ) -> Result<i64, PaymentsError> {
        let lowers = cap <= self.cap.at(now);
        if *signer != governance.authority && !(lowers && *signer == governance.guardian) {
            return Err(PaymentsError::Unauthorized);
        }
        if lowers {
            self.cap = Scheduled::new(cap);
            return Ok(now);
        }
        self.cap
            .schedule(cap, now, RULE_CHANGE_DELAY)
            .and_then(|()| self.cap.pending(now))
            .map(|(_, effective_at)| effective_at)
            .ok_or(PaymentsError::Overflow)
    }

    /// An instruction of `program` listed at `now`, enabled; its cap is 0 before `usable_from` and then
    /// without a limit.
    pub fn new(
        program: Address,
        discriminator: [u8; 8],
        discriminator_len: u8,
        now: i64,
        usable_from: i64,
        bump: u8,
    ) -> Result<Self, PaymentsError> {
        if FORBIDDEN.contains(&program) {
            return Err(PaymentsError::ForbiddenVenue);
        }
        let padding = discriminator.get(usize::from(discriminator_len)..);
        if discriminator_len == 0
            || !padding.is_some_and(|padding| padding.iter().all(|byte| *byte == 0))
        {
            return Err(PaymentsError::BadDiscriminator);
        }
        Ok(Self {
            version: VERSION,
            bump,
            enabled: 1,
            discriminator_len,
            program,
            discriminator,
            cap: if usable_from > now {
                Scheduled::waiting(0, u64::MAX, usable_from)
            } else {
                Scheduled::new(u64::MAX)
            },
            ..Self::zeroed()
        })
    }
}

/// Programs that would do with the router's signature what no venue may.
const FORBIDDEN: [Address; 8] = [
    ids::io_mint::ID,
    ids::io_staking::ID,
    ids::io_emissions::ID,
    ids::io_payments::ID,
    ids::TOKEN_PROGRAM,
    ids::TOKEN_2022_PROGRAM,
    ids::SYSTEM_PROGRAM,
    ids::UPGRADEABLE_LOADER,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::DAY;

    #[test]
    fn only_data_that_begins_with_the_discriminator_is_accepted() {
        let mut venue = Venue::zeroed();
        assert!(
            !venue.accepts(&[]),
            "a discriminator of no bytes accepts nothing"
        );
        assert!(!venue.accepts(&[0]));
        venue.discriminator = [1, 2, 3, 0, 0, 0, 0, 0];
        venue.discriminator_len = 3;
        assert!(venue.accepts(&[1, 2, 3]));
        assert!(venue.accepts(&[1, 2, 3, 4]));
        assert!(!venue.accepts(&[1, 2]));
        assert!(!venue.accepts(&[1, 2, 4]));
        assert!(venue.accepts(&[1, 2, 3, 4, 5, 6, 7, 8, 9]));
        assert!(!venue.accepts(&[1, 2, 4, 4, 5, 6, 7, 8, 9]));
        assert!(!venue.accepts(&[0, 2, 3, 4, 5, 6, 7, 8, 9]));
        venue.discriminator_len = 9;
        assert!(!venue.accepts(&[1, 2, 3, 0, 0, 0, 0, 0, 0]));
        venue.discriminator = [1, 2, 3, 4, 5, 6, 7, 8];
        venue.discriminator_len = 8;
        assert!(venue.accepts(&[1, 2, 3, 4, 5, 6, 7, 8, 9]));
        assert!(!venue.accepts(&[1, 2, 3, 4, 5, 6, 7, 9, 9]));
        assert!(!venue.accepts(&[1, 2, 3, 4, 5, 6, 7]));
    }

    #[test]
    fn discriminators_have_one_to_eight_bytes_and_zero_padding() {
        let program = Address::new_from_array([9; 32]);
        let bytes = [1, 0, 3, 0, 0, 0, 0, 0];
        for len in 0..=9 {
            let listed =
                Venue::new(program, bytes, len, 0, 0, 255).map(|venue| venue.discriminator_len);
            if (3..=8).contains(&len) {
                assert_eq!(listed, Ok(len));
            } else {
                assert_eq!(listed, Err(PaymentsError::BadDiscriminator), "{len}");
            }
        }
        assert!(Venue::new(program, [0; 8], 1, 0, 0, 255).is_ok());
    }

    const NOW: i64 = 1_000_000;

    fn capped(cap: u64) -> Venue {
        Venue {
            cap: Scheduled::new(cap),
            ..Venue::zeroed()
        }
    }

    #[test]
    fn a_cap_holds_in_every_rolling_day() {
        let reached = Err(PaymentsError::VenueCapReached);
        let mut venue = capped(100);
        assert_eq!(venue.count(101, NOW), reached);
        assert_eq!(venue.count(60, NOW), Ok(()));
        assert_eq!(venue.count(41, NOW), reached);
        assert_eq!(venue.count(40, NOW), Ok(()));
        assert_eq!(venue.count(1, NOW), reached);
        assert_eq!(venue.count(0, NOW), Ok(()));
        assert_eq!(venue.count(u64::MAX, NOW), reached);
        // It drains over a day, and not twice when the clock goes back.
        assert_eq!(venue.count(51, NOW + DAY / 2), reached);
        assert_eq!(venue.count(50, NOW + DAY / 2), Ok(()));
        assert_eq!(venue.count(1, NOW), reached);
        assert_eq!(venue.count(1, NOW + DAY / 2), reached);
        assert_eq!(venue.count(100, NOW + 3 * DAY / 2), Ok(()));
        let mut free = capped(u64::MAX);
        assert_eq!(free.count(u64::MAX, NOW), Ok(()));
        assert_eq!((free.window_used, free.window_at), (0, 0), "not counted");
    }

    #[test]
    fn a_cap_is_lowered_at_once_and_raised_with_notice() {
        let [authority, guardian, other] = [1, 2, 3].map(|n| Address::new_from_array([n; 32]));
        let governance = Governance::new(authority, guardian);
        let refused = Err(PaymentsError::Unauthorized);
        let mut venue = capped(u64::MAX);
        assert_eq!(venue.set_cap(100, &other, &governance, NOW), refused);
        assert_eq!(venue.set_cap(100, &guardian, &governance, NOW), Ok(NOW));
        assert_eq!(venue.cap.at(NOW), 100);
        assert_eq!(venue.set_cap(101, &guardian, &governance, NOW), refused);
        let later = NOW + RULE_CHANGE_DELAY;
        assert_eq!(venue.set_cap(300, &authority, &governance, NOW), Ok(later));
        assert_eq!((venue.cap.at(later - 1), venue.cap.at(later)), (100, 300));
        // The guardian lowers it to what it is, and the raise never comes.
        assert_eq!(venue.set_cap(100, &guardian, &governance, NOW), Ok(NOW));
        assert_eq!(venue.cap.at(later), 100);
        assert_eq!(venue.set_cap(0, &authority, &governance, NOW), Ok(NOW));
        assert_eq!(venue.count(1, NOW), Err(PaymentsError::VenueCapReached));
        let overflow = Err(PaymentsError::Overflow);
        assert_eq!(
            venue.set_cap(1, &authority, &governance, i64::MAX),
            overflow
        );
    }

    #[test]
    fn programs_that_move_tokens_by_themselves_are_no_venues() {
        for program in FORBIDDEN {
            let listed = Venue::new(program, [3; 8], 8, 0, 0, 255);
            assert_eq!(listed.err(), Some(PaymentsError::ForbiddenVenue));
        }
    }
}
