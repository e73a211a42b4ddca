//! The mint, its minters and the genesis supply.

use super::{
    Survey,
    compare::{Found, Place, in_io, plain},
};
use crate::{
    Program,
    chain::{self, Chain},
    cluster::{self, Metadata},
    step::Step,
};
use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey, amount, mint, pda,
    shared::{
        ids::{METADATA_PROGRAM, io_emissions},
        state::{MintPolicy, Minter, MinterTerms},
    },
    token,
};

impl<C: Chain> Survey<'_, C> {
    /// The mint, and every minter: they are active at once only before anything was minted.
    pub(super) fn mint(&mut self) -> Result<()> {
        let authority = self.authority(Program::IoMint);
        let io = self.io()?;
        let guardian = self
            .cluster
            .wallet(self.cluster.roles.guardian, self.operator);
        match self.mint {
            Some(config) => {
                let change = mint::set_guardian(&authority, &guardian);
                let key = "guardian of io_mint";
                self.role(key, guardian, config.governance.guardian, change);
            }
            None => self.create_mint(&io, &guardian),
        }
        let place = Place::new("mint", self.mint.is_some());
        let paused = self.mint.is_some_and(|config| config.paused != 0);
        let values = (self.cluster.mint.paused, false, Found::settled(paused));
        self.open(&place, "paused", values, plain, |paused| {
            mint::set_paused(&authority, *paused)
        });
        self.genesis_minter()?;
        self.distributor()?;
        for (index, minter) in self.cluster.minters.iter().enumerate() {
            self.allowance(&format!("minters[{index}]"), minter)?;
        }
        Ok(())
    }

    fn create_mint(&mut self, io: &Pubkey, guardian: &Pubkey) {
        let authority = &self.operator.authority;
        let (what, create) = match self.cluster.mint.adopt {
            None => (
                "create the IO mint".into(),
                mint::initialize(authority, guardian),
            ),
            Some(_) => (
                format!("adopt {io} as the IO mint"),
                mint::adopt(authority, authority, io, guardian),
            ),
        };
        self.missing("mint", io, Step::new(what, vec![create]));
    }

    /// Whether anything was minted. From then on, a genesis minter that is not there was revoked, or
    /// the operator is another than at genesis: it must not mint a second time.
    fn issued(&self) -> bool {
        self.mint.is_some_and(|config| config.minted > 0)
    }

    fn minter(&self, authority: &Pubkey) -> Result<Option<Minter>> {
        chain::read(self.chain, &pda::minter(authority).0)
    }

    fn genesis_minter(&mut self) -> Result<()> {
        let operator = &self.operator.authority;
        let genesis = self.cluster.genesis().context("allocations overflow")?;
        if genesis == 0 || self.issued() || self.minter(operator)?.is_some() {
            return Ok(());
        }
        let terms = unlimited(MintPolicy::Allowance { amount: genesis });
        let add = mint::add_minter(&self.authority(Program::IoMint), operator, &terms);
        let amount = amount::format_io(genesis);
        let step = Step::new(
            format!("allow the authority to mint {amount} IO"),
            vec![add],
        );
        self.missing("allocations", format!("{amount} IO in all"), step);
        Ok(())
    }

    fn distributor(&mut self) -> Result<()> {
        let rules = &self.cluster.emissions;
        let distributor = io_emissions::CONFIG.address;
        if let Some(minter) = self.minter(&distributor)? {
            ensure!(
                (minter.curve, minter.start_at) == (rules.curve, rules.start_at)
                    || self.emissions.is_some(),
                "the distributor's minter begins at {} on curve {}, and the file has changed since; \
                 restore it",
                minter.start_at,
                minter.curve
            );
            self.usable("emissions", minter.active_at);
            return Ok(());
        }
        let terms = unlimited(MintPolicy::Schedule {
            curve: rules.curve,
            start_at: rules.start_at,
        });
        let add = mint::add_minter(&self.authority(Program::IoMint), &distributor, &terms);
        let step = Step::new("allow the distributor to mint by schedule", vec![add]);
        self.missing("emissions", "a minter for the distributor", step);
        Ok(())
    }

    fn allowance(&mut self, path: &str, minter: &cluster::Minter) -> Result<()> {
        let authority = self.authority(Program::IoMint);
        let wallet = self.cluster.wallet(minter.authority, self.operator);
        let window_limit = minter.window_limit.unwrap_or(u64::MAX);
        let Some(found) = self.minter(&wallet)? else {
            let terms = MinterTerms {
                policy: MintPolicy::Allowance {
                    amount: minter.total,
                },
                window_limit,
                window_seconds: minter.window_seconds.unwrap_or(1),
            };
            let total = amount::format_io(minter.total);
            let step = Step::new(
                format!("allow {wallet} to mint {total} IO for {}", minter.name),
                vec![mint::add_minter(&authority, &wallet, &terms)],
            );
            self.missing(path, format!("{total} IO for {}", minter.name), step);
            return Ok(());
        };
        let place = Place::new(path, true);
        let next =
            (self.now < found.next_total_at).then_some((found.next_total, found.next_total_at));
        let total = Found {
            value: found.total_at(self.now),
            next,
        };
        // What is minted cannot be taken back, so an allowance cannot become less.
        let wanted = minter.total.max(found.minted);
        let change = mint::raise_minter(&authority, &wallet, wanted);
        self.value(&place, "total", (wanted, total), in_io, change);
        let minted = (minter.total, found.minted.max(minter.total));
        let advice = "it was minted already; correct the file";
        self.fixed(format!("{path}.total"), minted, in_io, advice);
        let advice = "a minter's window cannot change; correct the file, or revoke the minter, whose \
                      successor waits 48 hours";
        let limits = (window_limit, found.window_limit);
        self.fixed(format!("{path}.window_limit"), limits, in_io, advice);
        if let Some(seconds) = minter.window_seconds {
            let windows = (seconds, found.window_seconds);
            self.fixed(format!("{path}.window_seconds"), windows, plain, advice);
        }
        self.usable(path, found.active_at);
        Ok(())
    }

    /// Genesis supply: all of it in one transaction, which the minter's total lets pass only once,
    /// whoever else runs the same plan.
    pub(super) fn allocations(&mut self) -> Result<()> {
        let operator = self.operator.authority;
        let genesis = self.cluster.genesis().context("allocations overflow")?;
        let (minted, total) = match self.minter(&operator)? {
            None if self.issued() => return Ok(()),
            None => (0, genesis),
            Some(minter) => (minter.minted, minter.total),
        };
        if genesis == 0 || minted == genesis {
            return Ok(());
        }
        ensure!(
            minted == 0 && total == genesis,
            "{} of {} IO were minted at genesis, and the allocations of the file sum to {}; it has \
             changed since, restore it",
            amount::format_io(minted),
            amount::format_io(total),
            amount::format_io(genesis)
        );
        let io = self.io()?;
        let mut instructions = Vec::new();
        for allocation in &self.cluster.allocations {
            let owner = self.cluster.wallet(allocation.owner, self.operator);
            let account = token::associated(&owner, &io);
            instructions.extend([
                token::create_associated(&operator, &owner, &io),
                mint::mint_to(&operator, &io, &account, allocation.amount),
            ]);
        }
        let names = self.cluster.allocations.iter();
        let names: Vec<&str> = names.map(|allocation| allocation.name.as_str()).collect();
        let amount = amount::format_io(genesis);
        let what = format!("mint {amount} IO for {}", names.join(", "));
        let step = Step::new(what, instructions);
        self.missing("allocations", format!("{amount} IO minted"), step);
        Ok(())
    }

    /// Name, symbol and URI, if the file has them and wallets read others.
    pub(super) fn metadata(&mut self) -> Result<()> {
        let Some(wanted) = &self.cluster.mint.metadata else {
            return Ok(());
        };
        let io = self.io()?;
        let found = self
            .chain
            .account(&pda::metadata(&io).0)?
            .filter(|account| account.owner == METADATA_PROGRAM)
            .and_then(|account| read_metadata(&account.data));
        let Metadata { name, symbol, uri } = wanted;
        let change = mint::set_metadata(&self.authority(Program::IoMint), &io, name, symbol, uri);
        let place = Place::new("mint", true);
        let values = (Some(wanted.clone()), Found::settled(found));
        self.value(&place, "metadata", values, show_metadata, change);
        Ok(())
    }
}

fn show_metadata(metadata: &Option<Metadata>) -> String {
    match metadata {
        Some(Metadata { name, symbol, uri }) => format!("{name} ({symbol}), {uri:?}"),
        None => "none".into(),
    }
}

fn unlimited(policy: MintPolicy) -> MinterTerms {
    MinterTerms {
        policy,
        window_limit: u64::MAX,
        window_seconds: 1,
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
