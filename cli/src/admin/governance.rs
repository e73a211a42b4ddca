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
    shared::{
        ids::{io_emissions, io_mint, io_payments, io_staking},
        state::{EmissionsConfig, Governance, MintConfig, PaymentsConfig, StakingConfig},
    },
    staking,
};

/// One of the four programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    Mint,
    Staking,
    Emissions,
    Payments,
}

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
            Self::Mint => vec![Program::Mint],
            Self::Staking => vec![Program::Staking],
            Self::Emissions => vec![Program::Emissions],
            Self::Payments => vec![Program::Payments],
            Self::All => vec![
                Program::Mint,
                Program::Staking,
                Program::Emissions,
                Program::Payments,
            ],
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
            Self::Mint => vec![Program::Mint],
            Self::Staking => vec![Program::Staking],
            Self::Payments => vec![Program::Payments],
            Self::All => vec![Program::Mint, Program::Staking, Program::Payments],
        }
    }
}

/// What a program's config says of who governs it.
struct Seat {
    program: Program,
    governance: Governance,
    paused: bool,
}

impl Program {
    const fn name(self) -> &'static str {
        match self {
            Self::Mint => "io_mint",
            Self::Staking => "io_staking",
            Self::Emissions => "io_emissions",
            Self::Payments => "io_payments",
        }
    }

    /// What a value is called that it has now.
    const fn now(self) -> &'static str {
        match self {
            Self::Mint => "io_mint, now",
            Self::Staking => "io_staking, now",
            Self::Emissions => "io_emissions, now",
            Self::Payments => "io_payments, now",
        }
    }

    async fn seat(self, network: &Network) -> Result<Seat> {
        let (governance, paused) = match self {
            Self::Mint => {
                let config: MintConfig = network.account(&io_mint::CONFIG.address).await?;
                (config.governance, config.paused)
            }
            Self::Staking => {
                let config: StakingConfig = network.account(&io_staking::CONFIG.address).await?;
                (config.governance, config.paused)
            }
            Self::Emissions => {
                let config: EmissionsConfig =
                    network.account(&io_emissions::CONFIG.address).await?;
                (config.governance, 0)
            }
            Self::Payments => {
                let config: PaymentsConfig = network.account(&io_payments::CONFIG.address).await?;
                (config.governance, config.paused)
            }
        };
        Ok(Seat {
            program: self,
            governance,
            paused: paused != 0,
        })
    }

    fn nominate(self, authority: &Pubkey, nominee: &Pubkey) -> Instruction {
        match self {
            Self::Mint => mint::nominate_authority(authority, nominee),
            Self::Staking => staking::nominate_authority(authority, nominee),
            Self::Emissions => emissions::nominate_authority(authority, nominee),
            Self::Payments => payments::nominate_authority(authority, nominee),
        }
    }

    fn accept(self, nominee: &Pubkey) -> Instruction {
        match self {
            Self::Mint => mint::accept_authority(nominee),
            Self::Staking => staking::accept_authority(nominee),
            Self::Emissions => emissions::accept_authority(nominee),
            Self::Payments => payments::accept_authority(nominee),
        }
    }

    fn set_guardian(self, authority: &Pubkey, guardian: &Pubkey) -> Instruction {
        match self {
            Self::Mint => mint::set_guardian(authority, guardian),
            Self::Staking => staking::set_guardian(authority, guardian),
            Self::Emissions => emissions::set_guardian(authority, guardian),
            Self::Payments => payments::set_guardian(authority, guardian),
        }
    }

    fn set_paused(self, signer: &Pubkey, paused: bool) -> Option<Instruction> {
        match self {
            Self::Mint => Some(mint::set_paused(signer, paused)),
            Self::Staking => Some(staking::set_paused(signer, paused)),
            Self::Emissions => None,
            Self::Payments => Some(payments::set_paused(signer, paused)),
        }
    }
}

async fn seats(network: &Network, programs: Vec<Program>) -> Result<Vec<Seat>> {
    let mut seats = Vec::new();
    for program in programs {
        seats.push(program.seat(network).await?);
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
        .filter_map(|seat| seat.program.set_paused(&acting.wallet, paused))
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
            |program: Program, authority: &Pubkey| program.set_guardian(authority, &self.guardian);
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
        let set = |program: Program, authority: &Pubkey| program.nominate(authority, &self.nominee);
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
        let (label, key) = (seat.program.now(), seat.program.name());
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
        let instructions = mine.iter().map(|seat| seat.program.accept(&acting.wallet));
        let mut change = Change::of("accept the authority", now, instructions.collect());
        for seat in mine {
            let (label, key) = (seat.program.now(), seat.program.name());
            change = change.with(label, key, Shown::Address(seat.governance.authority));
        }
        change
            .with("Will be", "will_be", Shown::Address(acting.wallet))
            .carry_out(&acting)
            .await
    }
}
