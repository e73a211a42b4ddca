//! Error codes of the four programs, each with a message that says what to do.
//!
//! Codes are unique across the programs, so that a code alone names its program:
//! `io_mint` 6000, `io_staking` 6100, `io_emissions` 6200, `io_payments` 6300.

mod emissions;
mod mint;
mod payments;
mod staking;

pub use emissions::EmissionsError;
pub use mint::MintError;
pub use payments::PaymentsError;
pub use staking::StakingError;

/// Declares a program's errors: an enum with codes from `$base` up.
macro_rules! errors {
    ($(#[$meta:meta])* $name:ident from $base:literal { $($variant:ident = $message:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum $name {
            $(#[doc = $message] $variant,)+
        }

        impl $name {
            /// First code of this program.
            pub const BASE: u32 = $base;
            /// Every error, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code that a failed transaction carries.
            #[inline]
            pub const fn code(self) -> u32 {
                let base: u32 = $base;
                base.wrapping_add(self as u32)
            }

            /// What was wrong and what to do.
            pub const fn message(self) -> &'static str {
                match self {
                    $(Self::$variant => $message,)+
                }
            }

            /// The error of `code`, if it is one of these.
            pub fn from_code(code: u32) -> Option<Self> {
                Self::ALL.iter().copied().find(|error| error.code() == code)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.message())
            }
        }

        impl core::error::Error for $name {}

        impl From<$name> for solana_program_error::ProgramError {
            #[cold]
            fn from(error: $name) -> Self {
                Self::Custom(error.code())
            }
        }
    };
}
pub(crate) use errors;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_round_trip() {
        let mut codes = std::vec::Vec::new();
        codes.extend(MintError::ALL.iter().map(|error| error.code()));
        codes.extend(StakingError::ALL.iter().map(|error| error.code()));
        codes.extend(EmissionsError::ALL.iter().map(|error| error.code()));
        codes.extend(PaymentsError::ALL.iter().map(|error| error.code()));
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        for error in StakingError::ALL {
            assert_eq!(StakingError::from_code(error.code()), Some(*error));
        }
    }
}
