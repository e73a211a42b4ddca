//! The programs: what is to be deployed or upgraded, and how.
//!
//! A binary is written into a buffer in chunks, and from there into the program in one transaction. The
//! buffer's address comes from the operator, the program and the binary, so whoever plans again after a
//! failure finds it, and writes only what is not written yet.

use crate::{
    Operator, Program,
    chain::{self, Chain},
    cluster::{Binary, Cluster, to_hex},
    loader::{self, Buffer, Deployed, Running},
    step::{Step, Then},
};
use anyhow::{Context, Result, ensure};
use io_client::{Instruction, Pubkey, amount, shared::ids::UPGRADEABLE_LOADER};
use sha2::{Digest, Sha256};
use solana_loader_v3_interface::{
    instruction::{self as loader_v3, MINIMUM_EXTEND_PROGRAM_BYTES},
    state::UpgradeableLoaderState,
};
use solana_rent::Rent;
use solana_system_interface::{MAX_PERMITTED_DATA_LENGTH, instruction as system};
use std::fmt;

/// Bytes of a binary in one transaction, with room for a fee payer of its own and a compute budget.
const CHUNK: usize = 850;
/// Decimals of SOL.
const SOL_DECIMALS: u8 = 9;

/// What is to be done about one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub program: Program,
    /// SHA-256 of the binary that is to run, without the zeros that it may end on.
    pub hash: [u8; 32],
    pub action: Action,
    /// Whose signature the deployment or the upgrade wants; the operator writes the buffer.
    pub authority: Pubkey,
    /// What to send, in order; empty if nothing is to be done or can be.
    pub steps: Vec<Step>,
}

/// What is to be done about one program, with what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It runs what it should.
    UpToDate,
    /// Nothing is there yet.
    Deploy {
        upload: Upload,
        /// What the program's two accounts hold from then on, for as long as it exists.
        lamports: u64,
    },
    /// It runs something else.
    Upgrade {
        upload: Upload,
        /// Bytes that the program's account is too short by, and at least what the loader adds.
        extend: u32,
        /// What the longer account holds in addition from then on.
        lamports: u64,
    },
    /// It cannot be what it should.
    Impossible(Obstacle),
}

/// A binary on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub buffer: Pubkey,
    /// Length of the binary.
    pub bytes: usize,
    /// Transactions that write it, and how many of them are still to be sent.
    pub chunks: usize,
    pub unwritten: usize,
    /// The buffer is still to be made.
    pub unmade: bool,
    /// What the buffer holds until the binary is in the program, and the operator gets back.
    pub lamports: u64,
}

/// Why a program cannot be deployed or upgraded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It was closed, and nothing can be deployed at its address again.
    Closed,
    /// Nobody can change it any more.
    Immutable,
    /// Only this key can change it, which the file does not name.
    Authority(Pubkey),
    /// Another program or account is at its address.
    Foreign,
    /// Someone sent lamports to the address of the program's binary, where the loader creates no account
    /// then.
    Squatted(Pubkey),
    /// The buffer is not the operator's, or has other bytes and is handed over.
    Buffer(Pubkey),
}

/// What is to be done for the programs to run `binaries`.
///
/// A program whose upgrade authority is another than the operator, because the file hands it over, gets
/// its buffer handed over too: the last step, the upgrade itself, wants that authority's signature.
pub fn deploy_plan(
    cluster: &Cluster,
    operator: &Operator,
    binaries: &[Binary],
    chain: &impl Chain,
) -> Result<Vec<Deployment>> {
    let rent = chain::rent(chain)?;
    binaries
        .iter()
        .map(|binary| {
            let planner = Planner {
                cluster,
                operator,
                binary,
                chain,
                rent: &rent,
            };
            planner
                .deployment()
                .with_context(|| format!("plan the deployment of {}", binary.program))
        })
        .collect()
}

struct Planner<'a, C> {
    cluster: &'a Cluster,
    operator: &'a Operator,
    binary: &'a Binary,
    chain: &'a C,
    rent: &'a Rent,
}

impl<C: Chain> Planner<'_, C> {
    fn deployment(&self) -> Result<Deployment> {
        let elf = &self.binary.elf;
        let longest = usize::try_from(MAX_PERMITTED_DATA_LENGTH)?
            .saturating_sub(UpgradeableLoaderState::size_of_programdata_metadata());
        ensure!(
            !elf.is_empty() && elf.len() <= longest,
            "a binary has 1 to {longest} bytes, and not {}",
            elf.len()
        );
        let operator = self.operator.authority;
        match loader::deployed(self.chain, self.binary.program)? {
            Deployed::Nothing { lamports } => self.deploy(lamports),
            Deployed::Closed => Ok(self.impossible(operator, Obstacle::Closed)),
            Deployed::Foreign => Ok(self.impossible(operator, Obstacle::Foreign)),
            Deployed::Running(running) => self.upgrade(&running),
        }
    }

    fn answer(&self, authority: Pubkey, action: Action, steps: Vec<Step>) -> Deployment {
        Deployment {
            program: self.binary.program,
            hash: loader::hash(&self.binary.elf),
            action,
            authority,
            steps,
        }
    }

    fn impossible(&self, authority: Pubkey, obstacle: Obstacle) -> Deployment {
        self.answer(authority, Action::Impossible(obstacle), Vec::new())
    }

    fn deploy(&self, there: u64) -> Result<Deployment> {
        let (operator, id) = (self.operator.authority, self.binary.program.id());
        let data = self.binary.program.program_data();
        if self.chain.account(&data)?.is_some() {
            return Ok(self.impossible(operator, Obstacle::Squatted(data)));
        }
        let (upload, mut steps) = match self.upload(&operator)? {
            Ok(upload) => upload,
            Err(obstacle) => return Ok(self.impossible(operator, obstacle)),
        };
        let space = UpgradeableLoaderState::size_of_program();
        let lamports = self.rent.minimum_balance(space);
        let elf = &self.binary.elf;
        let [_, deploy] = pair(loader_v3::deploy_with_max_program_len(
            &operator,
            &id,
            &upload.buffer,
            &operator,
            lamports,
            elf.len(),
        )?)?;
        let program_space = u64::try_from(space)?;
        // The system program creates no account where somebody sent lamports.
        let mut instructions = top_up(&operator, &id, there, lamports);
        instructions.extend([
            system::allocate(&id, program_space),
            system::assign(&id, &UPGRADEABLE_LOADER),
            deploy,
        ]);
        let what = format!("deploy {}", self.binary.program);
        steps.push(Step::new(what, instructions).then(Then::NextSlot));
        let data = UpgradeableLoaderState::size_of_programdata(elf.len());
        let lamports = lamports.saturating_add(self.rent.minimum_balance(data));
        let action = Action::Deploy { upload, lamports };
        Ok(self.answer(operator, action, steps))
    }

    fn upgrade(&self, running: &Running) -> Result<Deployment> {
        let (operator, program) = (self.operator.authority, self.binary.program);
        let elf = &self.binary.elf;
        let Some(authority) = running.upgrade_authority else {
            let action = if loader::same(&running.elf, elf) {
                Action::UpToDate
            } else {
                Action::Impossible(Obstacle::Immutable)
            };
            return Ok(self.answer(operator, action, Vec::new()));
        };
        if loader::same(&running.elf, elf) {
            return Ok(self.answer(authority, Action::UpToDate, Vec::new()));
        }
        if authority != operator && authority != self.cluster.upgrade_authority(self.operator) {
            return Ok(self.impossible(authority, Obstacle::Authority(authority)));
        }
        let (extend, lamports) = self.extension(running.elf.len())?;
        let (upload, write) = match self.upload(&authority)? {
            Ok(upload) => upload,
            Err(obstacle) => return Ok(self.impossible(authority, obstacle)),
        };
        let mut steps = write;
        if extend > 0 {
            let instruction = loader_v3::extend_program(&program.id(), Some(&operator), extend);
            let what = format!("make room for {extend} bytes more of {program}");
            let extend = Step::new(what, vec![instruction]).then(Then::NextSlot);
            match steps.first_mut() {
                // Together with the buffer, which can be made only once: two who run the same plan
                // would make room twice.
                Some(create) if upload.unmade => {
                    create.what = format!("{} and {}", create.what, extend.what);
                    create.instructions.extend(extend.instructions);
                    create.then = extend.then;
                }
                _ => steps.insert(0, extend),
            }
        }
        let instruction = loader_v3::upgrade(&program.id(), &upload.buffer, &authority, &operator);
        let what = format!("upgrade {program}");
        steps.push(Step::new(what, vec![instruction]).then(Then::NextSlot));
        let action = Action::Upgrade {
            upload,
            extend,
            lamports,
        };
        Ok(self.answer(authority, action, steps))
    }

    /// How much longer the program's account must become, and what that costs.
    fn extension(&self, there: usize) -> Result<(u32, u64)> {
        let missing = self.binary.elf.len().saturating_sub(there);
        if missing == 0 {
            return Ok((0, 0));
        }
        let data = UpgradeableLoaderState::size_of_programdata(there);
        let headroom = usize::try_from(MAX_PERMITTED_DATA_LENGTH)?.saturating_sub(data);
        let least = usize::try_from(MINIMUM_EXTEND_PROGRAM_BYTES)?;
        let extend = missing.max(least).min(headroom);
        let longer = self.rent.minimum_balance(data.saturating_add(extend));
        let lamports = longer.saturating_sub(self.rent.minimum_balance(data));
        Ok((u32::try_from(extend)?, lamports))
    }

    /// Steps that put the binary into a buffer of `authority`.
    fn upload(&self, authority: &Pubkey) -> Result<Result<(Upload, Vec<Step>), Obstacle>> {
        let (operator, elf) = (&self.operator.authority, &self.binary.elf);
        let program = self.binary.program;
        let seed = self.seed();
        let address = Pubkey::create_with_seed(operator, &seed, &UPGRADEABLE_LOADER)?;
        let space = UpgradeableLoaderState::size_of_buffer(elf.len());
        let rent = self.rent.minimum_balance(space);
        let account = self.chain.account(&address)?;
        let there = account.as_ref().map_or(0, |account| account.lamports);
        let buffer = match &account {
            Some(account) => loader::buffer(account)?,
            None => None,
        };
        let mut steps = Vec::new();
        let buffer = if let Some(buffer) = buffer {
            buffer
        } else {
            let [_, initialize] = pair(loader_v3::create_buffer(
                operator,
                &address,
                operator,
                rent,
                elf.len(),
            )?)?;
            let mut instructions = top_up(operator, &address, there, rent);
            let space = u64::try_from(space)?;
            instructions.extend([
                system::allocate_with_seed(&address, operator, &seed, space, &UPGRADEABLE_LOADER),
                initialize,
            ]);
            let what = format!("create the buffer {address} for {program}");
            steps.push(Step::new(what, instructions));
            Buffer {
                authority: Some(*operator),
                elf: vec![0; elf.len()],
            }
        };
        let writes = self.writes(&address, &buffer);
        let upload = Upload {
            buffer: address,
            bytes: elf.len(),
            chunks: elf.len().div_ceil(CHUNK),
            unwritten: writes.len(),
            unmade: !steps.is_empty(),
            lamports: rent,
        };
        let whole = buffer.elf.len() == elf.len();
        let handed_over = buffer.authority == Some(*authority) && writes.is_empty();
        if !whole || !(handed_over || buffer.authority == Some(*operator)) {
            return Ok(Err(Obstacle::Buffer(address)));
        }
        steps.extend(writes);
        if buffer.authority != Some(*authority) {
            let what = format!("hand the buffer {address} over to {authority}");
            let hand = loader_v3::set_buffer_authority(&address, operator, authority);
            steps.push(Step::new(what, vec![hand]));
        }
        Ok(Ok((upload, steps)))
    }

    /// Steps that write what `buffer` does not have yet.
    fn writes(&self, address: &Pubkey, buffer: &Buffer) -> Vec<Step> {
        let program = self.binary.program;
        let chunks = self.binary.elf.chunks(CHUNK).zip((0_u32..).step_by(CHUNK));
        let found = buffer.elf.chunks(CHUNK).map(Some);
        chunks
            .zip(found.chain(std::iter::repeat(None)))
            .filter(|((chunk, _), found)| *found != Some(chunk))
            .map(|((chunk, offset), _)| {
                let what = format!("write {} bytes of {program} at {offset}", chunk.len());
                let operator = &self.operator.authority;
                let write = loader_v3::write(address, operator, offset, chunk.to_vec());
                Step::new(what, vec![write]).then(Then::AnyOrder)
            })
            .collect()
    }

    /// What the buffer's address is made of: 32 characters for this program and binary.
    fn seed(&self) -> String {
        let hash = Sha256::new()
            .chain_update(self.binary.program.id())
            .chain_update(&self.binary.elf)
            .finalize();
        to_hex(&hash).chars().take(32).collect()
    }
}

/// A transfer of what `address` has less than `lamports`, if it has less.
fn top_up(payer: &Pubkey, address: &Pubkey, there: u64, lamports: u64) -> Vec<Instruction> {
    match lamports.saturating_sub(there) {
        0 => Vec::new(),
        less => vec![system::transfer(payer, address, less)],
    }
}

fn pair(instructions: Vec<Instruction>) -> Result<[Instruction; 2]> {
    instructions
        .try_into()
        .ok()
        .context("the loader's interface changed: it gives two instructions")
}

impl fmt::Display for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sol = |lamports| amount::format(lamports, SOL_DECIMALS);
        write!(f, "{}: ", self.program)?;
        match &self.action {
            Action::UpToDate => f.write_str("up to date"),
            Action::Deploy { upload, lamports } => {
                write!(f, "deploy {upload}; costs {} SOL", sol(*lamports))
            }
            Action::Upgrade {
                upload,
                extend,
                lamports,
            } => {
                write!(f, "upgrade to {upload}")?;
                if *extend > 0 {
                    let sol = sol(*lamports);
                    write!(f, "; {extend} bytes more room cost {sol} SOL")?;
                }
                write!(f, "; {} signs", self.authority)
            }
            Action::Impossible(obstacle) => write!(f, "impossible: {obstacle}"),
        }
    }
}

impl fmt::Display for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes by the buffer {} ({} of {} chunks to write, {} SOL until then)",
            self.bytes,
            self.buffer,
            self.unwritten,
            self.chunks,
            amount::format(self.lamports, SOL_DECIMALS)
        )
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str(
                "the program was closed, and the loader never takes another at its address; build \
                 the programs with other addresses",
            ),
            Self::Immutable => f.write_str(
                "the program has no upgrade authority; correct the file's binaries, or build the \
                 programs with other addresses",
            ),
            Self::Authority(key) => write!(
                f,
                "only {key} can upgrade it; run this as that key, or name it in [handover]"
            ),
            Self::Foreign => f.write_str(
                "something else is at its address; find out who holds the program's key",
            ),
            Self::Squatted(address) => write!(
                f,
                "someone sent lamports to {address}, where the loader creates no account then; build \
                 the programs with other addresses"
            ),
            Self::Buffer(address) => write!(
                f,
                "the buffer {address} has another authority or other bytes; let its authority close it"
            ),
        }
    }
}
