//! Events: what happened, enough to rebuild the books from them alone.
//!
//! Each is recorded by a self-call (see `io-cpi`) as `[8-byte tag][8-byte discriminator][event]`,
//! the discriminator being Anchor's: the first 8 bytes of sha256("event:<Name>").

mod emissions;
#[cfg(not(target_os = "solana"))]
mod fields;
mod mint;
mod payments;
mod staking;

pub use emissions::*;
#[cfg(not(target_os = "solana"))]
pub use fields::{Fields, Value};
pub use mint::*;
pub use payments::*;
pub use staking::*;

use bytemuck::Pod;

/// Anchor's tag in front of every event instruction: sha256("anchor:event"), first 8 bytes.
pub const EVENT_TAG: [u8; 8] = 0x1d9a_cb51_2ea5_45e4_u64.to_le_bytes();

/// An event of fixed size.
pub trait Event: Pod {
    const DISCRIMINATOR: [u8; 8];
    const NAME: &'static str;

    /// Decodes the data of an event instruction; `None` if it is another event or none.
    fn decode(data: &[u8]) -> Option<Self> {
        let data = data.strip_prefix(&EVENT_TAG)?;
        let data = data.strip_prefix(&Self::DISCRIMINATOR)?;
        bytemuck::try_pod_read_unaligned(data).ok()
    }
}

/// Declares an event: a `Pod` struct without padding.
macro_rules! event {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
        #[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
        #[repr(C)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)+
        }

        impl $crate::events::Event for $name {
            const DISCRIMINATOR: [u8; 8] =
                $crate::state::discriminator(concat!("event:", stringify!($name)));
            const NAME: &'static str = stringify!($name);
        }

        #[cfg(not(target_os = "solana"))]
        impl $crate::events::Fields for $name {
            fn each_field<'a>(
                &'a self,
                see: &mut dyn FnMut(&'static str, $crate::events::Value<'a>),
            ) {
                $(see(stringify!($field), (&self.$field).into());)+
            }
        }
    };
}
pub(crate) use event;
