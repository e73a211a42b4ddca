//! Who governs, and what runs.

use super::Survey;
use crate::{
    Program,
    chain::Chain,
    cluster::{Hash, to_hex},
    finding::{Finding, Kind},
    loader::{self, Deployed, Running},
};
use anyhow::Result;
use io_client::{
    Pubkey,
    shared::{
        constants::IO_DECIMALS,
        ids::{TOKEN_PROGRAM, io_mint},
    },
};

impl<C: Chain> Survey<'_, C> {
    /// What the programs run, who may change that, and who is the authority of each.
    pub(super) fn powers(&mut self) -> Result<()> {
        for program in Program::ALL {
            self.binary(program)?;
        }
        for program in Program::ALL {
            self.governor(program);
        }
        self.mint_powers()
    }

    fn report(
        &mut self,
        kind: Kind,
        path: String,
        (file, chain): (impl ToString, impl ToString),
        advice: &str,
    ) {
        let finding = Finding {
            path,
            file: file.to_string(),
            chain: chain.to_string(),
            kind,
            advice: advice.into(),
        };
        self.note(finding, None);
    }

    fn binary(&mut self, program: Program) -> Result<()> {
        let path = format!("programs.{program}");
        let (kind, chain, advice) = match loader::deployed(self.chain, program)? {
            Deployed::Running(running) => {
                self.running(program, &running);
                return Ok(());
            }
            Deployed::Nothing { .. } => (Kind::Missing, "nothing", "deploy it"),
            Deployed::Closed => (
                Kind::Unsafe,
                "a closed program",
                "it can never run at this address again; build the programs with other addresses",
            ),
            Deployed::Foreign => (
                Kind::Unsafe,
                "something else",
                "find out who holds the program's key",
            ),
        };
        self.report(kind, path, (program.id(), chain), advice);
        Ok(())
    }

    fn running(&mut self, program: Program, running: &Running) {
        if let Some(Hash(wanted)) = self.cluster.programs.sha256.get(&program) {
            let found = loader::hash(&running.elf);
            if found != *wanted {
                let path = format!("programs.sha256.{program}");
                let values = (to_hex(wanted), to_hex(&found));
                self.report(Kind::Differs, path, values, "upgrade it");
            }
        }
        let wanted = self.cluster.upgrade_authority(self.operator);
        let (chain, advice) = match running.upgrade_authority {
            Some(found) if found == wanted => return,
            None => (
                "nobody".into(),
                "the program cannot change any more; if that is meant, remove [handover]'s \
                 `upgrade_authority`",
            ),
            Some(found) if found == self.operator.authority => (found.to_string(), "hand it over"),
            Some(found) => (
                found.to_string(),
                "only that key can change the program or hand it over",
            ),
        };
        let path = format!("handover.upgrade_authority of {program}");
        self.report(Kind::Unsafe, path, (wanted, chain), advice);
    }

    fn governor(&mut self, program: Program) {
        let Some(governance) = self.governance(program) else {
            return;
        };
        let wanted = self.cluster.authority(self.operator);
        let pending = governance.pending_authority;
        let nominated = pending != Pubkey::default();
        let path = format!("handover.authority of {program}");
        if governance.authority != wanted {
            let (chain, advice) = if pending == wanted {
                (
                    format!("{}, who nominated it", governance.authority),
                    "let the multisig accept",
                )
            } else if governance.authority == self.operator.authority {
                (governance.authority.to_string(), "hand it over")
            } else {
                (
                    governance.authority.to_string(),
                    "only that key can hand it over",
                )
            };
            self.report(Kind::Unsafe, path.clone(), (wanted, chain), advice);
        }
        if nominated && pending != wanted {
            let chain = format!("{pending} is nominated");
            let advice = "nominate the right one, or the zero address to withdraw it";
            self.report(Kind::Unsafe, path, (wanted, chain), advice);
        }
    }

    /// That nobody can mint, or freeze holders' accounts, without `io_mint`.
    fn mint_powers(&mut self) -> Result<()> {
        if self.mint.is_none() {
            return Ok(());
        }
        let io = self.io()?;
        let found = self
            .chain
            .account(&io)?
            .filter(|account| account.owner == TOKEN_PROGRAM)
            .and_then(|account| TokenMint::read(&account.data));
        let Some(found) = found else {
            let advice = "this is no token of the SPL token program";
            self.report(Kind::Unsafe, "mint".into(), (io, "something else"), advice);
            return Ok(());
        };
        let config = io_mint::CONFIG.address;
        let name = |key: Option<Pubkey>| key.map_or("nobody".into(), |key| key.to_string());
        if found.authority != Some(config) {
            let values = (format!("{config} mints"), name(found.authority));
            let advice = "the mint is not `io_mint`'s; do not use this cluster";
            self.report(Kind::Unsafe, "mint".into(), values, advice);
        }
        if found.freeze_authority.is_some() {
            let values = ("nobody freezes", name(found.freeze_authority));
            let advice = "its holder can freeze any account of IO; let it give that up";
            self.report(Kind::Unsafe, "mint".into(), values, advice);
        }
        let decimals = (IO_DECIMALS, found.decimals);
        let advice = "decimals cannot change; this is another token";
        self.fixed("mint", decimals, |d| format!("{d} decimals"), advice);
        Ok(())
    }
}

/// A mint of the SPL token program.
struct TokenMint {
    authority: Option<Pubkey>,
    decimals: u8,
    freeze_authority: Option<Pubkey>,
}

impl TokenMint {
    fn read(data: &[u8]) -> Option<Self> {
        const LEN: usize = 82;
        let data: &[u8; LEN] = data.try_into().ok()?;
        let optional = |at: usize| {
            let (tag, key) = data
                .get(at..at.checked_add(36)?)?
                .split_first_chunk::<4>()?;
            let key = Pubkey::try_from(key).ok()?;
            Some((u32::from_le_bytes(*tag) == 1).then_some(key))
        };
        Some(Self {
            authority: optional(0)?,
            decimals: *data.get(44)?,
            freeze_authority: optional(46)?,
        })
    }
}
