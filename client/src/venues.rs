//! Swaps through venues: what the router passes on to each.
//!
//! The router signs for its transit accounts only, so a route's accounts name the router where the
//! venue wants the trader's signature, and its transits where it wants the trader's token accounts.

mod jupiter;
mod meteora;
mod orca;
mod raydium;
mod token_swap;

pub use jupiter::{JUPITER, RouteRefused, jupiter_route};
pub use meteora::{DAMM_V2, DammPool};
pub use orca::{WHIRLPOOL, Whirlpool};
pub use raydium::{CPMM, CpmmPool};
pub use token_swap::{TokenSwapFees, TokenSwapPool, Trade};

use crate::{Pubkey, instruction::read};
use solana_program::instruction::AccountMeta;

/// One swap as a venue wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub program: Pubkey,
    /// The listed instruction, zero padded.
    pub discriminator: [u8; 8],
    /// The venue's instruction data, whose first bytes are the discriminator.
    pub data: Vec<u8>,
    /// The venue's accounts in its own order, after the prices if there are any. None signs: the router
    /// does, in the call.
    pub accounts: Vec<AccountMeta>,
}

impl Route {
    /// Names the price accounts that a swap is held to, in front of the venue's accounts: of the token
    /// swapped from and of the one swapped to. Needed if both have a feed, by whoever pays, buys back, or
    /// pays out as a keeper; not by a supplier who pays itself out.
    #[must_use]
    pub fn bounded_by(mut self, prices: [Pubkey; 2]) -> Self {
        self.accounts.splice(0..0, prices.map(read));
        self
    }
}

/// `discriminator`, zero padded as the router stores it.
///
/// # Panics
///
/// If it has more than 8 bytes.
pub fn padded(discriminator: &[u8]) -> [u8; 8] {
    let mut padded = [0; 8];
    padded
        .get_mut(..discriminator.len())
        .expect("a discriminator has at most 8 bytes")
        .copy_from_slice(discriminator);
    padded
}

/// `discriminator | amount_in | min_out`: what most venues read.
fn exact_in(discriminator: &[u8], amount_in: u64, min_out: u64) -> Vec<u8> {
    let mut data = discriminator.to_vec();
    data.extend_from_slice(&amount_in.to_le_bytes());
    data.extend_from_slice(&min_out.to_le_bytes());
    data
}

/// An address that `program` derives.
fn derived(seeds: &[&[u8]], program: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(seeds, program).0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address made of one byte.
    pub(super) fn key(n: u8) -> Pubkey {
        Pubkey::new_from_array([n; 32])
    }

    /// Accounts as a venue's own documentation lists them: `w` writable, `r` read-only.
    pub(super) fn listed(accounts: &[(char, Pubkey)]) -> Vec<AccountMeta> {
        accounts
            .iter()
            .map(|(access, key)| AccountMeta {
                pubkey: *key,
                is_signer: false,
                is_writable: *access == 'w',
            })
            .collect()
    }

    #[test]
    fn discriminators_are_padded_to_eight_bytes() {
        assert_eq!(padded(&[1]), [1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(padded(&[1, 2, 3, 4, 5, 6, 7, 8]), [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
