use crate::{constants::MAX_SUPPLIERS, errors::PaymentsError, math::fixed::mul_div_floor};

/// Sum of what a payment gives to each of 1 to 16 suppliers, none of it zero.
#[inline(always)]
pub fn total_of(amounts: &[u64]) -> Result<u64, PaymentsError> {
    if amounts.is_empty() || amounts.len() > MAX_SUPPLIERS {
        return Err(PaymentsError::WrongSupplierCount);
    }
    if let [amount] = amounts
        && *amount > 0
    {
        return Ok(*amount);
    }
    let mut total: u64 = 0;
    for amount in amounts {
        if *amount == 0 {
            return Err(PaymentsError::ZeroAmount);
        }
        total = total.checked_add(*amount).ok_or(PaymentsError::Overflow)?;
    }
    Ok(total)
}

/// Divides what a swap brought pro rata to what was paid for each supplier.
pub struct Division {
    brought: u64,
    total: u64,
    /// Of `brought`, not given yet.
    left: u64,
    /// Of `total`, not named yet.
    unnamed: u64,
}

impl Division {
    /// Divides `brought` over amounts that sum to `total`.
    pub const fn new(brought: u64, total: u64) -> Self {
        Self {
            brought,
            total,
            left: brought,
            unnamed: total,
        }
    }

    /// The part of the next supplier, for whom `amount` was paid: floor(brought × amount ÷ total), and
    /// for the last one all that is left. `None` for more than was paid in all.
    #[inline]
    pub fn part(&mut self, amount: u64) -> Option<u64> {
        self.unnamed = self.unnamed.checked_sub(amount)?;
        let part = if self.unnamed == 0 {
            self.left
        } else {
            mul_div_floor(self.brought, amount, self.total)?
        };
        self.left = self.left.checked_sub(part)?;
        Some(part)
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn amounts_are_one_to_sixteen_and_none_zero() {
        assert_eq!(total_of(&[]), Err(PaymentsError::WrongSupplierCount));
        assert_eq!(total_of(&[1; 16]), Ok(16));
        assert_eq!(total_of(&[1; 17]), Err(PaymentsError::WrongSupplierCount));
        assert_eq!(total_of(&[0]), Err(PaymentsError::ZeroAmount));
        assert_eq!(total_of(&[1, 0, 1]), Err(PaymentsError::ZeroAmount));
        assert_eq!(total_of(&[u64::MAX - 1, 1]), Ok(u64::MAX));
        assert_eq!(total_of(&[u64::MAX, 1]), Err(PaymentsError::Overflow));
    }

    #[test]
    fn the_last_one_gets_what_rounding_leaves() {
        let mut division = Division::new(100, 3);
        assert_eq!([1, 1, 1].map(|n| division.part(n)), [33, 33, 34].map(Some));
        assert_eq!(division.part(1), None);
        assert_eq!(Division::new(7, 5).part(5), Some(7));
    }

    proptest! {
        #[test]
        fn parts_sum_to_what_was_brought(
            brought: u64,
            amounts in prop::collection::vec(prop_oneof![1..=1_000_u64, 1..=u64::MAX / 16], 1..=16),
        ) {
            let total = total_of(&amounts).expect("it fits");
            let mut division = Division::new(brought, total);
            let parts: Vec<u64> = amounts
                .iter()
                .map(|amount| division.part(*amount).expect("a part"))
                .collect();
            prop_assert_eq!(parts.iter().sum::<u64>(), brought);
            for (index, (part, amount)) in parts.iter().zip(&amounts).enumerate() {
                let exact = u128::from(brought) * u128::from(*amount) / u128::from(total);
                let more = u128::from(*part) - exact;
                let last = index == amounts.len() - 1;
                prop_assert!(more == 0 || (last && more < amounts.len() as u128));
            }
        }
    }
}
