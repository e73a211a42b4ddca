//! Account layouts and the pure transitions on them.
//!
//! Every account is `[8-byte discriminator][layout]`, the layout `repr(C)`, little endian, without
//! implicit padding, read in place. `version` is its first byte. Reserved bytes are zero.
//! Discriminators are Anchor's: the first 8 bytes of sha256("account:<Name>").

mod emissions;
mod mint;
mod payments;
mod primitives;
mod staking;

pub use emissions::*;
pub use mint::*;
pub use payments::*;
pub use primitives::*;
pub use staking::*;

use crate::Address;
use bytemuck::Pod;

/// Length of the discriminator in front of every account.
pub const DISCRIMINATOR_LEN: usize = 8;

/// An account layout of one of the four programs.
pub trait Layout: Pod {
    /// First 8 bytes of the account.
    const DISCRIMINATOR: [u8; DISCRIMINATOR_LEN];
    /// The program that owns accounts of this layout.
    const OWNER: Address;
    /// Bytes of the whole account, discriminator included.
    const SPACE: usize;

    /// Reads the layout from the bytes of a whole account; `None` if it is not one.
    fn read(data: &[u8]) -> Option<&Self> {
        let (discriminator, rest) = data.split_at_checked(DISCRIMINATOR_LEN)?;
        if discriminator != Self::DISCRIMINATOR {
            return None;
        }
        bytemuck::try_from_bytes(rest.get(..size_of::<Self>())?).ok()
    }

    /// Like [`Layout::read`] but copies, so that `data` may have any alignment.
    fn read_copy(data: &[u8]) -> Option<Self> {
        let (discriminator, rest) = data.split_at_checked(DISCRIMINATOR_LEN)?;
        if discriminator != Self::DISCRIMINATOR {
            return None;
        }
        bytemuck::try_pod_read_unaligned(rest.get(..size_of::<Self>())?).ok()
    }
}

/// First 8 bytes of sha256(`preimage`): Anchor's discriminator of "account:<Name>",
/// "event:<Name>" or "global:<instruction>".
pub const fn discriminator(preimage: &str) -> [u8; DISCRIMINATOR_LEN] {
    let hash = sha2_const_stable::Sha256::new()
        .update(preimage.as_bytes())
        .finalize();
    [
        hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7],
    ]
}

/// Makes a `Pod` struct an account of `$owner`.
macro_rules! layout {
    ($name:ident, $owner:expr) => {
        impl $crate::state::Layout for $name {
            const DISCRIMINATOR: [u8; 8] =
                $crate::state::discriminator(concat!("account:", stringify!($name)));
            const OWNER: $crate::Address = $owner;
            const SPACE: usize = 8 + size_of::<$name>();
        }

        #[cfg(feature = "anchor")]
        impl anchor_lang::Owner for $name {
            const OWNER: $crate::Address = $owner;
        }

        #[cfg(feature = "anchor")]
        impl anchor_lang::Discriminator for $name {
            const DISCRIMINATOR: &'static [u8] = &<$name as $crate::state::Layout>::DISCRIMINATOR;
        }

        #[cfg(all(feature = "anchor", not(feature = "idl-build")))]
        impl anchor_lang::IdlAccountType for $name {}
    };
}
pub(crate) use layout;

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes are part of the protocol: an upgrade must not move a field unnoticed.
    #[test]
    fn sizes_of_the_layouts() {
        assert_eq!(
            [
                MintConfig::SPACE,
                Minter::SPACE,
                StakingConfig::SPACE,
                DeviceClass::SPACE,
                Node::SPACE,
                Position::SPACE,
                Ticket::SPACE,
                SlashProposal::SPACE,
                EmissionsConfig::SPACE,
                RewardPool::SPACE,
                NodeEmission::SPACE,
                PaymentsConfig::SPACE,
                Asset::SPACE,
                Venue::SPACE,
                Supplier::SPACE,
                Receipt::space(1),
                Gateway::SPACE,
            ],
            [
                224, 224, 264, 152, 624, 224, 168, 176, 392, 152, 240, 840, 424, 120, 184, 264, 144
            ]
        );
    }
}
