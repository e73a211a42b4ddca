//! Accounts whose number varies, passed after the declared ones and checked here.

use anchor_lang::prelude::*;
use io_shared::{
    errors::EmissionsError,
    state::{DISCRIMINATOR_LEN, EmissionsConfig, Layout, RewardPool},
};

/// The account's layout in place; `None` if it is not one or of another program.
#[inline(always)]
pub fn layout<L: Layout>(view: &AccountView) -> Option<&L> {
    if !view.owned_by(&L::OWNER) {
        return None;
    }
    // SAFETY: see `layout_mut`; this reference ends with the loop's turn that reads it.
    L::read(unsafe { view.borrow_unchecked() })
}

/// As [`layout`], to be changed.
///
/// # Safety
/// No other reference into this account's data may be alive while this one is.
#[inline(always)]
pub unsafe fn layout_mut<L: Layout>(view: &mut AccountView) -> Option<&mut L> {
    if !view.owned_by(&L::OWNER) {
        return None;
    }
    // SAFETY: the caller's.
    let (discriminator, rest) =
        unsafe { view.borrow_unchecked_mut() }.split_at_mut_checked(DISCRIMINATOR_LEN)?;
    if *discriminator != L::DISCRIMINATOR {
        return None;
    }
    anchor_lang::bytemuck::try_from_bytes_mut(rest.get_mut(..size_of::<L>())?).ok()
}

/// Calls `each` with every pool. They must all be there, in the order of their ids, and nothing else.
#[inline(always)]
pub fn for_each_pool(
    views: &[AccountView],
    config: &EmissionsConfig,
    mut each: impl FnMut(usize, &mut RewardPool) -> Result<()>,
) -> Result<()> {
    require!(
        views.len() == usize::from(config.pool_count),
        EmissionsError::WrongPool
    );
    for (index, view) in views.iter().enumerate() {
        let mut view = *view;
        // SAFETY: nothing but this turn of the loop refers to a pool: the callers' declared accounts
        // are none.
        let pool = unsafe { layout_mut::<RewardPool>(&mut view) };
        let pool = pool
            .filter(|pool| usize::from(pool.id) == index)
            .ok_or(EmissionsError::WrongPool)?;
        each(index, pool)?;
    }
    Ok(())
}
