//! What is missing on a cluster, in the order in which it must be made.
//!
//! A plan is computed from what is on chain, so after a failure at any point the next plan holds the
//! rest and nothing that is done already.

use crate::cluster::{Cluster, Metadata, MintName};
use anyhow::{Context, Result, anyhow, bail};
use io_client::{
    Instruction, Pubkey, amount, emissions, mint, payments, pda,
    shared::{
        constants::{IO_DECIMALS, MAX_POOLS, USDC_DECIMALS},
        ids::{TOKEN_2022_PROGRAM, TOKEN_PROGRAM, io_emissions, io_mint, io_payments, io_staking},
        state::{EmissionsTerms, Layout, MintConfig, MintPolicy, Minter, MinterTerms},
    },
    staking::{self, ClassTerms},
    token,
};

/// What a plan needs to see of a cluster.
pub trait Chain {
    /// Bytes of an account, if it exists.
    fn account(&self, address: &Pubkey) -> Option<Vec<u8>>;
}

/// Who runs a migration, and what the cluster file cannot know.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    /// Upgrade authority of the programs; signs and pays.
    pub authority: Pubkey,
    /// The USDC mint of this cluster.
    pub usdc: Pubkey,
}

/// Instructions that go into one transaction, signed by the authority.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does, for people.
    pub what: String,
    pub instructions: Vec<Instruction>,
}

/// What is missing on `chain` of what `cluster` says; empty when nothing is.
pub fn plan(cluster: &Cluster, operator: &Operator, chain: &impl Chain) -> Result<Vec<Step>> {
    let mut plan = Planner {
        cluster,
        operator,
        chain,
        steps: Vec::new(),
    };
    plan.mint()?;
    plan.emissions()?;
    plan.staking()?;
    plan.allocations()?;
    plan.payments()?;
    plan.metadata()?;
    Ok(plan.steps)
}

struct Planner<'a, C> {
    cluster: &'a Cluster,
    operator: &'a Operator,
    chain: &'a C,
    steps: Vec<Step>,
}

impl<C: Chain> Planner<'_, C> {
    /// An account that was made. One without data was not: anyone can send lamports to its address.
    fn account(&self, address: &Pubkey) -> Option<Vec<u8>> {
        self.chain.account(address).filter(|data| !data.is_empty())
    }

    fn missing(&self, address: &Pubkey) -> bool {
        self.account(address).is_none()
    }

    /// Whether anything was minted. From then on, a genesis minter that is not there was revoked, or
    /// the authority is another than at genesis: it must not mint a second time.
    fn issued(&self) -> Result<bool> {
        Ok(self.config()?.is_some_and(|config| config.minted > 0))
    }

    /// The IO mint: the one that `io_mint` governs, or will.
    fn io(&self) -> Result<Pubkey> {
        let adopt = self.cluster.mint.adopt;
        let wanted = adopt.unwrap_or(io_mint::MINT.address);
        if let Some(config) = self.config()?
            && config.mint != wanted
        {
            bail!(
                "`io_mint` governs {}, and the file says {wanted}; correct the file",
                config.mint
            );
        }
        Ok(wanted)
    }

    /// The config of `io_mint`, if there is one.
    fn config(&self) -> Result<Option<MintConfig>> {
        self.account(&io_mint::CONFIG.address)
            .map(|data| {
                MintConfig::read_copy(&data).context("the config of `io_mint` has another layout")
            })
            .transpose()
    }

    fn step(&mut self, what: impl Into<String>, instructions: Vec<Instruction>) {
        self.steps.push(Step {
            what: what.into(),
            instructions,
        });
    }

    /// The mint, and every minter: they are active at once only before anything was minted.
    fn mint(&mut self) -> Result<()> {
        let authority = &self.operator.authority;
        let io = self.io()?;
        if self.missing(&io_mint::CONFIG.address) {
            let guardian = self.cluster.roles.guardian.resolve(authority);
            match self.cluster.mint.adopt {
                None => self.step(
                    "create the IO mint",
                    vec![mint::initialize(authority, &guardian)],
                ),
                Some(_) => self.step(
                    format!("adopt {io} as the IO mint"),
                    vec![mint::adopt(authority, authority, &io, &guardian)],
                ),
            }
        }
        let unlimited = |policy| MinterTerms {
            policy,
            window_limit: u64::MAX,
            window_seconds: 1,
        };
        let genesis = self.cluster.genesis().context("allocations overflow")?;
        if genesis > 0 && !self.issued()? && self.missing(&pda::minter(authority).0) {
            let terms = unlimited(MintPolicy::Allowance { amount: genesis });
            self.step(
                format!(
                    "allow the authority to mint {} IO",
                    amount::format_io(genesis)
                ),
                vec![mint::add_minter(authority, authority, &terms)],
            );
        }
        let distributor = io_emissions::CONFIG.address;
        if self.missing(&pda::minter(&distributor).0) {
            let terms = unlimited(MintPolicy::Schedule {
                curve: self.cluster.emissions.curve,
                start_at: self.cluster.emissions.start_at,
            });
            self.step(
                "allow the distributor to mint by schedule",
                vec![mint::add_minter(authority, &distributor, &terms)],
            );
        }
        Ok(())
    }

    fn emissions(&mut self) -> Result<()> {
        if !self.missing(&io_emissions::CONFIG.address) {
            return Ok(());
        }
        let authority = &self.operator.authority;
        let (roles, rules) = (&self.cluster.roles, &self.cluster.emissions);
        let mut pool_shares = [0; MAX_POOLS as usize];
        for (slot, share) in pool_shares.iter_mut().zip(&rules.pools) {
            *slot = *share;
        }
        let terms = EmissionsTerms {
            guardian: roles.guardian.resolve(authority),
            scorer: roles.scorer.resolve(authority),
            curve: rules.curve,
            start_at: rules.start_at,
            bounty_bps: rules.bounty_bps,
            bounty_cap: rules.bounty_cap,
            max_boost_bps: rules.max_boost_bps,
            max_score_age: rules.max_score_age,
            max_score_step_bps: rules.max_score_step_bps,
            pool_shares,
        };
        self.step(
            format!("create the distributor with {} pools", rules.pools.len()),
            vec![emissions::initialize(authority, &self.io()?, &terms)],
        );
        Ok(())
    }

    fn staking(&mut self) -> Result<()> {
        let authority = &self.operator.authority;
        if self.missing(&io_staking::CONFIG.address) {
            let roles = &self.cluster.roles;
            let initialize = staking::initialize(
                authority,
                &roles.guardian.resolve(authority),
                &roles.slasher.resolve(authority),
                self.cluster.staking.min_self_stake_bps,
            );
            self.step("create the staking config", vec![initialize]);
        }
        for class in &self.cluster.classes {
            if !self.missing(&pda::device_class(class.id).0) {
                continue;
            }
            let mut name = [0; 16];
            for (slot, byte) in name.iter_mut().zip(class.name.bytes()) {
                *slot = byte;
            }
            let terms = ClassTerms {
                id: class.id,
                name,
                pool: class.pool,
                multiplier_milli: class.multiplier_milli,
                max_stake_multiple: class.max_stake_multiple,
                delegators_slashable: class.delegators_slashable,
            };
            self.step(
                format!("create device class {} ({})", class.id, class.name),
                vec![staking::create_class(authority, &terms)],
            );
        }
        Ok(())
    }

    /// Genesis supply, one allocation after the other; the minter's own count tells how far it got.
    fn allocations(&mut self) -> Result<()> {
        let authority = &self.operator.authority;
        let minted = match self.account(&pda::minter(authority).0) {
            None if self.issued()? => return Ok(()),
            None => 0,
            Some(data) => {
                Minter::read_copy(&data)
                    .ok_or_else(|| anyhow!("the genesis minter's account has another layout"))?
                    .minted
            }
        };
        let mut before = 0_u64;
        for allocation in &self.cluster.allocations {
            let after = before
                .checked_add(allocation.amount)
                .context("allocations overflow")?;
            if after > minted {
                if before < minted {
                    bail!(
                        "{} raw IO were minted at genesis, which is not a sum of the first \
                         allocations; the file has changed since, restore it",
                        minted
                    );
                }
                let owner = allocation.owner.resolve(authority);
                let io = self.io()?;
                self.step(
                    format!(
                        "mint {} IO for {}",
                        amount::format_io(allocation.amount),
                        allocation.name
                    ),
                    vec![
                        token::create_associated(authority, &owner, &io),
                        mint::mint_to(
                            authority,
                            &io,
                            &token::associated(&owner, &io),
                            allocation.amount,
                        ),
                    ],
                );
            }
            before = after;
        }
        Ok(())
    }

    fn payments(&mut self) -> Result<()> {
        let authority = &self.operator.authority;
        if self.missing(&io_payments::CONFIG.address) {
            let roles = &self.cluster.roles;
            let initialize = payments::initialize(
                authority,
                &roles.guardian.resolve(authority),
                &roles.treasury.resolve(authority),
                &self.operator.usdc,
                self.cluster.payments.payout_fee_bps,
            );
            self.step("create the payment router", vec![initialize]);
        }
        for asset in &self.cluster.assets {
            let (mint, decimals) = match asset.mint {
                MintName::Io => (self.io()?, IO_DECIMALS),
                MintName::Usdc => (self.operator.usdc, USDC_DECIMALS),
                MintName::Address(mint) => (mint, self.decimals(&mint)?),
            };
            if !self.missing(&pda::asset(&mint).0) {
                continue;
            }
            let minimum = amount::parse(&asset.minimum, decimals)
                .with_context(|| format!("minimum {:?} of {mint}", asset.minimum))?;
            let token_program = if asset.token_2022 {
                TOKEN_2022_PROGRAM
            } else {
                TOKEN_PROGRAM
            };
            self.step(
                format!("list {mint} for payments"),
                vec![payments::list_asset(
                    authority,
                    &mint,
                    &token_program,
                    asset.fee_bps,
                    minimum,
                )],
            );
        }
        for venue in &self.cluster.venues {
            let mut discriminator = [0; 8];
            for (slot, byte) in discriminator.iter_mut().zip(&venue.discriminator) {
                *slot = *byte;
            }
            if !self.missing(&pda::venue(&venue.program, &discriminator).0) {
                continue;
            }
            self.step(
                format!("list {} as a venue", venue.program),
                vec![payments::list_venue(
                    authority,
                    &venue.program,
                    &venue.discriminator,
                )],
            );
        }
        for gateway in &self.cluster.gateways {
            let wallet = gateway.wallet.resolve(authority);
            if self.missing(&pda::gateway(&wallet).0) {
                let (fee_bps, limit) = (gateway.fee_bps, gateway.daily_limit);
                self.step(
                    format!("let the gateway {wallet} pay for renters"),
                    vec![payments::list_gateway(authority, &wallet, fee_bps, limit)],
                );
            }
        }
        Ok(())
    }

    /// Name, symbol and URI, if the file has them and wallets read others.
    fn metadata(&mut self) -> Result<()> {
        let Some(wanted) = &self.cluster.mint.metadata else {
            return Ok(());
        };
        let io = self.io()?;
        let found = self
            .account(&pda::metadata(&io).0)
            .and_then(|data| read_metadata(&data));
        if found.as_ref() != Some(wanted) {
            let Metadata { name, symbol, uri } = wanted;
            let set = mint::set_metadata(&self.operator.authority, &io, name, symbol, uri);
            self.step(format!("name the IO mint {name} ({symbol})"), vec![set]);
        }
        Ok(())
    }

    /// Decimals of a mint, from its account.
    fn decimals(&self, mint: &Pubkey) -> Result<u8> {
        const DECIMALS: usize = 44;
        self.account(mint)
            .and_then(|data| data.get(DECIMALS).copied())
            .with_context(|| format!("{mint} is not a mint on this cluster"))
    }
}

/// The texts of a metadata account: after the kind, the update authority and the mint, each with its
/// length and padded with zeros.
fn read_metadata(data: &[u8]) -> Option<Metadata> {
    const TEXTS: usize = 1 + 32 + 32;
    let mut rest = data.get(TEXTS..)?;
    let mut next = || {
        let (len, tail) = rest.split_first_chunk::<4>()?;
        let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
        let (text, tail) = tail.split_at_checked(len)?;
        rest = tail;
        let text = core::str::from_utf8(text).ok()?;
        Some(text.trim_end_matches('\0').to_owned())
    };
    Some(Metadata {
        name: next()?,
        symbol: next()?,
        uri: next()?,
    })
}
