//! What belongs to whom.

use crate::{
    thief::Thief,
    town::{MINT, Town},
};
use io_client::pda;

/// Raw units, as they are at one moment. Signed, to be subtracted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Estate {
    /// The thief's IO: wallets and pools, not what it staked.
    pub(crate) thief_io: i128,
    pub(crate) thief_usdc: i128,
    /// Stake of others, active and cooling.
    pub(crate) stake: i128,
    /// Rewards of others in the vaults of their nodes.
    pub(crate) rewards: i128,
    /// Earnings of the supplier that pays out itself, with what it paid out.
    pub(crate) earnings: i128,
    /// Earnings of the supplier with a standing offer that were sold, their worth in USDC when they were, and
    /// the USDC that it was paid.
    pub(crate) sold: i128,
    pub(crate) worth: i128,
    pub(crate) sold_for: i128,
    /// What renters, and the supplier that pays out itself, paid above the fees that they knew, USDC.
    pub(crate) overcharged: i128,
    /// The honest keeper's bounties.
    pub(crate) bounties: i128,
    /// Fees in USDC: in the vault, and the treasury's.
    pub(crate) fees: i128,
    /// The gateway's USDC.
    pub(crate) gateway: i128,
    /// IO ever minted.
    pub(crate) minted: i128,
    /// The price of IO, USD × 10^8.
    pub(crate) price: i128,
}

impl Estate {
    pub(crate) fn of(town: &Town, thief: &Thief) -> Self {
        let sum = |accounts: Vec<_>| -> i128 {
            let balances = accounts.iter().map(|account| town.balance(account));
            balances.map(i128::from).sum()
        };
        let (usdc, members) = (town.network.usdc, &town.members);
        let (mut io_accounts, mut usdc_accounts) = (vec![thief.me.io], vec![thief.me.usdc]);
        io_accounts.extend(thief.nodes.iter().map(|node| node.operator.party.io));
        for pool in thief.pools.iter().map(|amm| amm.pool) {
            let from_io = pool.mint_a == MINT;
            let [io, usdc] = if from_io {
                [pool.reserve_a, pool.reserve_b]
            } else {
                [pool.reserve_b, pool.reserve_a]
            };
            io_accounts.push(io);
            usdc_accounts.push(usdc);
        }
        let vaults = |vault: fn(&_) -> (_, _)| members.iter().map(move |m| vault(&m.node).0);
        Self {
            thief_io: sum(io_accounts),
            thief_usdc: sum(usdc_accounts),
            stake: sum(vaults(pda::stake_vault).collect()),
            rewards: sum(vaults(pda::reward_vault).collect()),
            earnings: sum(vec![Town::earnings(&town.reserved)]) + i128::from(town.paid_out),
            sold: thief.sold.into(),
            worth: thief.worth.into(),
            sold_for: sum(vec![town.offering.usdc]),
            overcharged: town.overcharged.into(),
            bounties: sum(vec![town.keeper.io]),
            fees: sum(vec![pda::fees(&usdc).0, town.treasury()]),
            gateway: sum(vec![town.gateway()]),
            minted: town.mint().minted.into(),
            price: town.io_price.into(),
        }
    }
}

impl std::ops::Sub for Estate {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            thief_io: self.thief_io - other.thief_io,
            thief_usdc: self.thief_usdc - other.thief_usdc,
            stake: self.stake - other.stake,
            rewards: self.rewards - other.rewards,
            earnings: self.earnings - other.earnings,
            sold: self.sold - other.sold,
            worth: self.worth - other.worth,
            sold_for: self.sold_for - other.sold_for,
            overcharged: self.overcharged - other.overcharged,
            bounties: self.bounties - other.bounties,
            fees: self.fees - other.fees,
            gateway: self.gateway - other.gateway,
            minted: self.minted - other.minted,
            price: self.price - other.price,
        }
    }
}
