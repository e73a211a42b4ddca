//! What is in use on the chain without the file naming it.

use super::Survey;
use crate::{
    chain::{self, Chain},
    cluster::to_hex,
    finding::{Finding, Kind},
};
use anyhow::Result;
use io_client::{
    Pubkey, amount,
    shared::{
        ids::io_emissions,
        state::{Asset, DeviceClass, Gateway, Minter, Venue},
    },
    venues::padded,
};

impl<C: Chain> Survey<'_, C> {
    pub(super) fn extras(&mut self) -> Result<()> {
        self.extra_minters()?;
        self.extra_classes()?;
        self.extra_assets()?;
        self.extra_venues()?;
        self.extra_gateways()
    }

    fn extra(&mut self, path: &str, chain: String, advice: &str) {
        let finding = Finding {
            path: path.into(),
            file: "nothing about it".into(),
            chain,
            kind: Kind::Extra,
            advice: advice.into(),
        };
        self.note(finding, None);
    }

    fn extra_minters(&mut self) -> Result<()> {
        let mut known: Vec<Pubkey> = vec![io_emissions::CONFIG.address];
        let minters = self.cluster.minters.iter();
        known.extend(minters.map(|minter| self.cluster.wallet(minter.authority, self.operator)));
        let genesis = self.cluster.genesis().filter(|genesis| *genesis > 0);
        for (_, minter) in chain::read_all::<Minter>(self.chain)? {
            let total = minter.total.max(minter.next_total);
            // A spent allowance can mint nothing, e.g. the one of genesis.
            let spent = minter.policy == Minter::ALLOWANCE && minter.minted >= total;
            let at_genesis = minter.authority == self.operator.authority && genesis == Some(total);
            if spent || at_genesis || known.contains(&minter.authority) {
                continue;
            }
            let what = match minter.policy {
                Minter::ALLOWANCE => {
                    let left = amount::format_io(total.saturating_sub(minter.minted));
                    format!("{} may mint {left} IO more", minter.authority)
                }
                _ => format!("{} may mint by a schedule", minter.authority),
            };
            let advice = "add it to the file, or let the authority revoke it";
            self.extra("minters", what, advice);
        }
        Ok(())
    }

    fn extra_classes(&mut self) -> Result<()> {
        for (_, class) in chain::read_all::<DeviceClass>(self.chain)? {
            let named = self.cluster.classes.iter().any(|one| one.id == class.id);
            let over = class.suspended != 0 || class.supported_until != 0;
            if !named && !over {
                let name = String::from_utf8_lossy(&class.name).replace('\0', "");
                let advice = "add it to the file, and end it there if it is to go";
                self.extra("classes", format!("class {} ({name})", class.id), advice);
            }
        }
        Ok(())
    }

    fn extra_assets(&mut self) -> Result<()> {
        let mut named = Vec::new();
        for asset in &self.cluster.assets {
            named.push(self.mint_of(asset.mint)?.0);
        }
        for (_, asset) in chain::read_all::<Asset>(self.chain)? {
            if asset.enabled != 0 && !named.contains(&asset.mint) {
                let advice = "add it to the file, with `enabled = false` if it is to go";
                self.extra("assets", format!("payments in {}", asset.mint), advice);
            }
        }
        Ok(())
    }

    fn extra_venues(&mut self) -> Result<()> {
        for (_, venue) in chain::read_all::<Venue>(self.chain)? {
            let named = self.cluster.venues.iter().any(|one| {
                one.program == venue.program
                    && padded(&one.discriminator) == venue.discriminator
                    && one.discriminator.len() == usize::from(venue.discriminator_len)
            });
            if venue.enabled != 0 && !named {
                let len = usize::from(venue.discriminator_len);
                let listed = venue.discriminator.get(..len).unwrap_or_default();
                let what = format!("swaps by {} of {}", to_hex(listed), venue.program);
                let advice = "add it to the file, with `enabled = false` if it is to go";
                self.extra("venues", what, advice);
            }
        }
        Ok(())
    }

    fn extra_gateways(&mut self) -> Result<()> {
        let wallets = self.cluster.gateways.iter();
        let named: Vec<Pubkey> = wallets
            .map(|gateway| self.cluster.wallet(gateway.wallet, self.operator))
            .collect();
        for (_, gateway) in chain::read_all::<Gateway>(self.chain)? {
            if gateway.enabled != 0 && !named.contains(&gateway.wallet) {
                let advice = "add it to the file, with `enabled = false` if it is to go";
                self.extra("gateways", gateway.wallet.to_string(), advice);
            }
        }
        Ok(())
    }
}
