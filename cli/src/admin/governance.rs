//! Pauses, guardians and the hand-over of the authority, on one program or all.

use super::{change::Change, named::somebody, office::Office};
use crate::{
    context::Context,
    failure::{Failure, Result},
    output::{Report, Shown},
    signing::Signing,
};
use clap::{Args, ValueEnum};
use io_client::{
    Instruction, Pubkey, emissions, mint, payments,
    rpc::Network,
    shared::state::{EmissionsConfig, Governance, MintConfig, PaymentsConfig, StakingConfig},
    staking,
};
use io_migrations::Program;

/// Programs that a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Programs {
    Mint,
    Staking,
    Emissions,
    Payments,
    All,
}

impl Programs {
    fn list(self) -> Vec<Program> {
        match self {
            Self::Mint => vec![Program::IoMint],
            Self::Staking => vec![Program::IoStaking],
            Self::Emissions => vec![Program::IoEmissions],
            Self::Payments => vec![Program::IoPayments],
            Self::All => Program::ALL.to_vec(),
        }
    }
}

/// Programs that can be paused: the distributor stops with the mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Pausable {
    /// No IO is minted, and so none emitted; burning goes on
    Mint,
    /// No deposits and no new nodes; exits go on
    Staking,
    /// No payments and no buy-back; pay-outs and refunds go on
    Payments,
    /// All three
    All,
}

impl Pausable {
    fn list(self) -> Vec<Program> {
        match self {
            Self::Mint => vec![Program::IoMint],
            Self::Staking => vec![Program::IoStaking],
            Self::Payments => vec![Program::IoPayments],
            Self::All => vec![Program::IoMint, Program::IoStaking, Program::IoPayments],
        }
    }
}

/// What a program's config says of who governs it.
struct Seat {
    program: Program,
    governance: Governance,
    paused: bool,
}

/// What a value is called that a program has now.
const fn now_of(program: Program) -> &'static str {
    match program {
        Program::IoMint => "io_mint, now",
        Program::IoStaking => "io_staking, now",
        Program::IoEmissions => "io_emissions, now",
        Program::IoPayments => "io_payments, now",
    }
}

async fn seat(network: &Network, program: Program) -> Result<Seat> {
    let config = &program.config();
    let (governance, paused) = match program {
        Program::IoMint => {
            let config: MintConfig = network.account(config).await?;
            (config.governance, config.paused)
        }
        Program::IoStaking => {
            let config: StakingConfig = network.account(config).await?;
            (config.governance, config.paused)
        }
        Program::IoEmissions => {
            let config: EmissionsConfig = network.account(config).await?;
            (config.governance, 0)
        }
        Program::IoPayments => {
            let config: PaymentsConfig = network.account(config).await?;
            (config.governance, config.paused)
        }
    };
    Ok(Seat {
        program,
        governance,
        paused: paused != 0,
    })
}

fn nominate(program: Program, authority: &Pubkey, nominee: &Pubkey) -> Instruction {
    match program {
        Program::IoMint => mint::nominate_authority(authority, nominee),
        Program::IoStaking => staking::nominate_authority(authority, nominee),
        Program::IoEmissions => emissions::nominate_authority(authority, nominee),
        Program::IoPayments => payments::nominate_authority(authority, nominee),
    }
}

fn accept(program: Program, nominee: &Pubkey) -> Instruction {
    match program {
        Program::IoMint => mint::accept_authority(nominee),
        Program::IoStaking => staking::accept_authority(nominee),
        Program::IoEmissions => emissions::accept_authority(nominee),
        Program::IoPayments => payments::accept_authority(nominee),
    }
}

fn set_guardian(program: Program, authority: &Pubkey, guardian: &Pubkey) -> Instruction {
    match program {
        Program::IoMint => mint::set_guardian(authority, guardian),
        Program::IoStaking => staking::set_guardian(authority, guardian),
        Program::IoEmissions => emissions::set_guardian(authority, guardian),
        Program::IoPayments => payments::set_guardian(authority, guardian),
    }
}

/// `None` for the distributor, which has no pause of its own.
fn pause_or_resume(program: Program, signer: &Pubkey, paused: bool) -> Option<Instruction> {
    match program {
        Program::IoMint => Some(mint::set_paused(signer, paused)),
        Program::IoStaking => Some(staking::set_paused(signer, paused)),
        Program::IoEmissions => None,
        Program::IoPayments => Some(payments::set_paused(signer, paused)),
    }
}

async fn seats(network: &Network, programs: Vec<Program>) -> Result<Vec<Seat>> {
    let mut seats = Vec::new();
    for program in programs {
        seats.push(seat(network, program).await?);
    }
    Ok(seats)
}

/// Pause minting, deposits or payments, at once (guardian or authority)
#[derive(Args)]
pub struct Pause {
    /// What to pause
    #[arg(long, value_enum)]
    program: Pausable,
    #[command(flatten)]
    signing: Signing,
}

impl Pause {
    pub async fn run(self, context: &Context) -> Result<Report> {
        set_paused(context, &self.signing, self.program, true).await
    }
}

/// End a pause, at once (authority)
#[derive(Args)]
pub struct Resume {
    /// What to resume
    #[arg(long, value_enum)]
    program: Pausable,
    #[command(flatten)]
    signing: Signing,
}

impl Resume {
    pub async fn run(self, context: &Context) -> Result<Report> {
        set_paused(context, &self.signing, self.program, false).await
    }
}

async fn set_paused(
    context: &Context,
    signing: &Signing,
    programs: Pausable,
    paused: bool,
) -> Result<Report> {
    let seats = seats(&context.network, programs.list()).await?;
    let now = context.network.clock().await?.now;
    let (verb, state) = match paused {
        true => ("pause", "paused"),
        false => ("resume", "running"),
    };
    let left: Vec<_> = seats
        .into_iter()
        .filter(|seat| seat.paused != paused)
        .collect();
    let Some(first) = left.first() else {
        return Err(Failure::refused(
            format!("it is {state} already"),
            "nothing is to be done",
        ));
    };
    let office = |seat: &Seat| Office::guarding(seat.program.name(), &seat.governance, paused);
    let acting = office(first).acting(signing, context)?;
    for seat in &left {
        office(seat).check(&acting.wallet)?;
    }
    let names: Vec<_> = left.iter().map(|seat| seat.program.name()).collect();
    let instructions = left
        .iter()
        .filter_map(|seat| pause_or_resume(seat.program, &acting.wallet, paused))
        .collect();
    Change::of(format!("{verb} {}", names.join(", ")), now, instructions)
        .with("Paused", "was_paused", Shown::Flag(!paused))
        .with("Will be", "paused", Shown::Flag(paused))
        .carry_out(&acting)
        .await
}

/// Replace the guardian, who may pause, halt and cancel, at once (authority)
#[derive(Args)]
pub struct Guardian {
    /// The new guardian, or `none`
    #[arg(value_parser = somebody)]
    guardian: Pubkey,
    /// Of which program
    #[arg(long, value_enum)]
    program: Programs,
    #[command(flatten)]
    signing: Signing,
}

impl Guardian {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let set =
            |program: Program, authority: &Pubkey| set_guardian(program, authority, &self.guardian);
        let is = |governance: &Governance| governance.guardian;
        let what = "replace the guardian";
        by_authority(
            context,
            &self.signing,
            self.program,
            what,
            self.guardian,
            is,
            set,
        )
        .await
    }
}

/// Nominate the next authority, who has to accept; until then nothing changes (authority)
#[derive(Args)]
pub struct Nominate {
    /// Who may accept, or `none` to withdraw a nomination
    #[arg(value_parser = somebody)]
    nominee: Pubkey,
    /// Of which program
    #[arg(long, value_enum)]
    program: Programs,
    #[command(flatten)]
    signing: Signing,
}

impl Nominate {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let set =
            |program: Program, authority: &Pubkey| nominate(program, authority, &self.nominee);
        let is = |governance: &Governance| governance.pending_authority;
        let what = "nominate the next authority";
        by_authority(
            context,
            &self.signing,
            self.program,
            what,
            self.nominee,
            is,
            set,
        )
        .await
    }
}

/// Sets one of the keys of a config to `next`, where it is another.
async fn by_authority(
    context: &Context,
    signing: &Signing,
    programs: Programs,
    what: &str,
    next: Pubkey,
    is: impl Fn(&Governance) -> Pubkey,
    set: impl Fn(Program, &Pubkey) -> Instruction,
) -> Result<Report> {
    let seats = seats(&context.network, programs.list()).await?;
    let now = context.network.clock().await?.now;
    let left: Vec<_> = seats
        .iter()
        .filter(|seat| is(&seat.governance) != next)
        .collect();
    let Some(first) = left.first() else {
        return Err(Failure::refused(
            "that key is named already",
            "nothing is to be done",
        ));
    };
    let office = |seat: &Seat| Office::authority(seat.program.name(), &seat.governance);
    let acting = office(first).acting(signing, context)?;
    for seat in &left {
        office(seat).check(&acting.wallet)?;
    }
    let instructions = left.iter().map(|seat| set(seat.program, &acting.wallet));
    let mut change = Change::of(what, now, instructions.collect());
    for seat in &left {
        let (label, key) = (now_of(seat.program), seat.program.name());
        change = change.with(label, key, Shown::or_nobody(is(&seat.governance)));
    }
    change
        .with("Will be", "will_be", Shown::or_nobody(next))
        .carry_out(&acting)
        .await
}

/// Become the authority, at once (whoever is nominated)
#[derive(Args)]
pub struct Accept {
    /// Of which program; `all` for each that nominated the wallet
    #[arg(long, value_enum)]
    program: Programs,
    #[command(flatten)]
    signing: Signing,
}

impl Accept {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let seats = seats(&context.network, self.program.list()).await?;
        let now = context.network.clock().await?.now;
        let nominated: Vec<_> = seats
            .iter()
            .filter(|seat| seat.governance.pending_authority != Pubkey::default())
            .collect();
        let Some(first) = nominated.first() else {
            return Err(Failure::refused(
                "nobody is nominated",
                "let the authority nominate you first: io admin nominate",
            ));
        };
        let office = |seat: &Seat| {
            let nominee = seat.governance.pending_authority;
            Office::new(seat.program.name(), "nominee", nominee)
        };
        let acting = self.signing.acting_for(context, office(first).first())?;
        let mine: Vec<_> = nominated
            .iter()
            .filter(|seat| seat.governance.pending_authority == acting.wallet)
            .collect();
        if mine.is_empty() {
            office(first).check(&acting.wallet)?;
        }
        let instructions = mine.iter().map(|seat| accept(seat.program, &acting.wallet));
        let mut change = Change::of("accept the authority", now, instructions.collect());
        for seat in mine {
            let (label, key) = (now_of(seat.program), seat.program.name());
            change = change.with(label, key, Shown::Address(seat.governance.authority));
        }
        change
            .with("Will be", "will_be", Shown::Address(acting.wallet))
            .carry_out(&acting)
            .await
    }
}
