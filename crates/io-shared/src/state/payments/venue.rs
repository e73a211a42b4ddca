use super::super::layout;
use crate::{Address, constants::VERSION, errors::PaymentsError, ids};
use bytemuck::{Pod, Zeroable};

/// `[b"venue", program, discriminator]`: an instruction of another program that the router may
/// swap through.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
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
    /// Raw IO that may be swapped in or out in one rolling window; `u64::MAX` for no limit.
    pub window_limit: u64,
    pub window_seconds: u64,
    pub window_used: u64,
    pub window_at: i64,
    pub reserved: [u8; 32],
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

    /// A newly listed instruction of `program`, enabled and without a limit per window.
    pub fn new(
        program: Address,
        discriminator: [u8; 8],
        discriminator_len: u8,
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
            window_limit: u64::MAX,
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
    Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"),
    ids::SYSTEM_PROGRAM,
    ids::UPGRADEABLE_LOADER,
];

#[cfg(test)]
mod tests {
    use super::*;

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
            let listed = Venue::new(program, bytes, len, 255).map(|venue| venue.discriminator_len);
            if (3..=8).contains(&len) {
                assert_eq!(listed, Ok(len));
            } else {
                assert_eq!(listed, Err(PaymentsError::BadDiscriminator), "{len}");
            }
        }
        assert!(Venue::new(program, [0; 8], 1, 255).is_ok());
    }

    #[test]
    fn programs_that_move_tokens_by_themselves_are_no_venues() {
        for program in FORBIDDEN {
            let listed = Venue::new(program, [3; 8], 8, 255);
            assert_eq!(listed.err(), Some(PaymentsError::ForbiddenVenue));
        }
    }
}
