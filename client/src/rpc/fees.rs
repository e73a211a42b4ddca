//! What is offered for being included soon.

use super::{Network, Result};
use crate::{Instruction, Pubkey};

/// Accounts that the endpoint looks at in one request.
const MOST_ACCOUNTS: usize = 128;
/// Of recent slots, this many in a hundred asked for less.
const PERCENTILE: usize = 75;
const MICRO: u128 = 1_000_000;

/// How much is offered for being included soon, on top of the fee for signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Nothing.
    None,
    /// So many micro-lamports for a compute unit.
    Fixed(u64),
    /// What three of four recent slots let in transactions for that write the same accounts, at most so
    /// many lamports for the whole transaction.
    Market { most_lamports: u64 },
}

impl Default for Priority {
    /// The market's, at most 0.0001 SOL.
    fn default() -> Self {
        Self::Market {
            most_lamports: 100_000,
        }
    }
}

impl Network {
    /// Micro-lamports for a compute unit, for a transaction of `limit` units.
    pub(super) async fn unit_price(&self, instructions: &[Instruction], limit: u32) -> Result<u64> {
        match self.priority {
            Priority::None => Ok(0),
            Priority::Fixed(price) => Ok(price),
            Priority::Market { most_lamports } => {
                let accounts = written(instructions);
                let fees = self.rpc().get_recent_prioritization_fees(&accounts).await?;
                let fees = fees.into_iter().map(|slot| slot.prioritization_fee);
                Ok(percentile(fees.collect()).min(dearest(most_lamports, limit)))
            }
        }
    }
}

/// The accounts that instructions write, each once.
fn written(instructions: &[Instruction]) -> Vec<Pubkey> {
    let metas = instructions
        .iter()
        .flat_map(|instruction| &instruction.accounts);
    let mut accounts: Vec<_> = metas
        .filter(|meta| meta.is_writable)
        .map(|meta| meta.pubkey)
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts.truncate(MOST_ACCOUNTS);
    accounts
}

/// The price that [`PERCENTILE`] in a hundred of `fees` are not above; 0 for none.
fn percentile(mut fees: Vec<u64>) -> u64 {
    fees.sort_unstable();
    let rank = fees.len().saturating_mul(PERCENTILE).div_ceil(100);
    fees.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// The price at which `limit` units cost `lamports`.
fn dearest(lamports: u64, limit: u32) -> u64 {
    let micro = u128::from(lamports).saturating_mul(MICRO);
    let price = micro.checked_div(u128::from(limit)).unwrap_or(0);
    u64::try_from(price).unwrap_or(u64::MAX)
}

/// Lamports that `limit` units cost at `price`, rounded up as the cluster does.
pub(super) fn lamports(price: u64, limit: u32) -> u64 {
    let micro = u128::from(price).saturating_mul(u128::from(limit));
    u64::try_from(micro.div_ceil(MICRO)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::{read, write};

    #[test]
    fn three_of_four_slots_are_outbid() {
        assert_eq!(percentile(vec![]), 0);
        assert_eq!(percentile(vec![9]), 9);
        assert_eq!(percentile(vec![4, 1, 3, 2]), 3);
        assert_eq!(percentile((1..=100).collect()), 75);
    }

    #[test]
    fn the_offer_stays_within_its_lamports() {
        for limit in [1, 3, 200_000, 1_400_000] {
            let price = dearest(100_000, limit);
            assert!(lamports(price, limit) <= 100_000);
            assert!(lamports(price + 1, limit) > 99_999);
        }
        assert_eq!(lamports(u64::MAX, u32::MAX), u64::MAX);
        assert_eq!(lamports(1, 1), 1);
    }

    #[test]
    fn accounts_are_named_once_and_only_if_written() {
        let [a, b] = [1, 2].map(|n| Pubkey::new_from_array([n; 32]));
        let instruction = Instruction {
            program_id: a,
            accounts: vec![write(b), read(a), write(b)],
            data: vec![],
        };
        assert_eq!(written(&[instruction.clone(), instruction]), [b]);
    }
}
