//! From instructions to a transaction that landed: simulated, shown, confirmed, signed, sent; or printed
//! for others to sign.

mod batch;
mod export;
mod handed;
mod priority;
mod progress;

use crate::{
    args::{address_of, read_keypair},
    context::Context,
    failure::{Failure, Kind, Result},
    output::{
        Record, Report, Shown,
        paint::{BOLD, Stream, paint},
    },
};
use clap::Args;
use indicatif::ProgressBar;
use io_client::{
    Instruction, Pubkey,
    actions::Actor,
    events::Event,
    rpc::{Error, Landed, Network, Prepared, Priority, Recorded},
};
use priority::priority;
use progress::{Asking, Progress};
use solana_signer::Signer;
use std::{
    collections::HashSet,
    io::{IsTerminal, Write},
    time::Duration,
};

/// How often a transaction that landed is asked for what it did: an endpoint may know that later.
const LOOKS: u32 = 10;
const LOOK: Duration = Duration::from_millis(500);

/// Options of every command that makes a transaction.
#[derive(Args)]
#[command(next_help_heading = "Signing")]
pub struct Signing {
    #[command(flatten)]
    keys: Keys,
    /// Print the transaction instead of signing it: for a multisig, or a key that is elsewhere. An address is
    /// enough as --fee-payer then
    #[arg(long)]
    export: bool,
    /// With --export: the wallet that will sign [default: the keypair's; for `io admin` the one whose office it
    /// is]
    #[arg(long, value_name = "ADDRESS", requires = "export")]
    authority: Option<Pubkey>,
}

/// Options of every command that signs.
#[derive(Args)]
#[command(next_help_heading = "Signing")]
pub struct Keys {
    /// Keypair that pays the fee and rents [default: the wallet]
    #[arg(long, value_name = "KEYPAIR")]
    fee_payer: Option<String>,
    /// Sign without asking
    #[arg(short, long)]
    yes: bool,
    /// What is offered for being included soon: `auto` for the market's price up to 0.0001 SOL, `none`, or
    /// micro-lamports for a compute unit
    #[arg(long, value_name = "FEE", value_parser = priority, default_value = "auto")]
    priority_fee: Priority,
}

/// Who acts in a transaction, and how it is made.
pub struct Acting {
    /// The wallet that acts, and signs.
    pub wallet: Pubkey,
    /// Pays fees and rents.
    pub payer: Pubkey,
    /// Whether the payer was named, and pays for what others sign alone too.
    payer_named: bool,
    network: Network,
    keys: Vec<Box<dyn Signer>>,
    export: bool,
    yes: bool,
}

impl Signing {
    /// Reads the keys that will sign; with `--export` only addresses.
    pub fn acting(&self, context: &Context) -> Result<Acting> {
        self.acting_or(context, || context.wallet_or(None))
    }

    /// The same for a thing that only `holder` may do: with `--export`, in its name unless another is named.
    pub fn acting_for(&self, context: &Context, holder: Pubkey) -> Result<Acting> {
        self.acting_or(context, || Ok(holder))
    }

    fn acting_or(
        &self,
        context: &Context,
        exported: impl FnOnce() -> Result<Pubkey>,
    ) -> Result<Acting> {
        if !self.export {
            return self.keys.acting(context);
        }
        let wallet = self.authority.map_or_else(exported, Ok)?;
        let address = |source| address_of(source, &context.devices);
        let payer = self.keys.fee_payer.as_deref().map(address).transpose()?;
        Ok(Acting {
            wallet,
            payer: payer.unwrap_or(wallet),
            payer_named: payer.is_some(),
            network: self.keys.network(context),
            keys: Vec::new(),
            export: true,
            yes: false,
        })
    }
}

impl Keys {
    fn network(&self, context: &Context) -> Network {
        context.network.clone().priority(self.priority_fee)
    }

    /// Reads the keys that will sign.
    pub fn acting(&self, context: &Context) -> Result<Acting> {
        let wallet = context.wallet()?;
        let read = |source| read_keypair(source, &context.devices);
        let payer = self.fee_payer.as_deref().map(read).transpose()?;
        let mut acting = Acting {
            wallet: wallet.pubkey(),
            payer: payer.as_ref().unwrap_or(&wallet).pubkey(),
            payer_named: payer.is_some(),
            network: self.network(context),
            keys: Vec::new(),
            export: false,
            yes: self.yes,
        };
        core::iter::once(wallet)
            .chain(payer)
            .for_each(|key| acting.add(key));
        Ok(acting)
    }
}

impl Acting {
    /// The same for the client library.
    pub const fn actor(&self) -> Actor {
        Actor {
            wallet: self.wallet,
            payer: self.payer,
        }
    }

    /// Simulates `instructions`, shows `what` will happen with the figures that `describe` finds in the
    /// events of the simulation, asks, signs, sends, and answers with the figures of what did happen. With
    /// `--export` answers with the transaction instead.
    ///
    /// # Errors
    ///
    /// Those of preparing and sending; [`Kind::NotConfirmed`] if nobody says yes.
    pub async fn carry_out(
        &self,
        what: &str,
        instructions: &[Instruction],
        describe: impl Fn(&[Event]) -> Record,
    ) -> Result<Report> {
        let prepared = self.prepare(instructions).await?;
        let expected = describe(&prepared.events);
        if self.export {
            return export::report(&self.network, what, &prepared, expected).await;
        }
        self.confirm(what, &expected, &prepared)?;
        let (landed, recorded) = self.send(&prepared).await?;
        let events = recorded
            .as_ref()
            .map_or(&prepared.events, |recorded| &recorded.events);
        let fee = recorded
            .as_ref()
            .map_or(prepared.lamports, |recorded| recorded.fee);
        let record = describe(events)
            .with("Network fee", "fee_lamports", Shown::Sol(fee))
            .with(
                "Signature",
                "signature",
                Shown::text(landed.signature.to_string()),
            )
            .with("Slot", "slot", Shown::Number(landed.slot));
        let report = Report::new()
            .title(format!("Done: {what}"))
            .record(record)
            .data("events", crate::commands::events::json_of(events));
        Ok(match recorded {
            Some(_) => report,
            None => report.note(
                "The endpoint does not tell yet what the transaction did: these are the figures of the \
                 simulation.",
            ),
        })
    }

    async fn prepare(&self, instructions: &[Instruction]) -> Result<Prepared> {
        let progress = Progress::start("simulating");
        let prepared = self.network.prepare(&self.payer, instructions).await;
        progress.end();
        prepared.map_err(|error| self.not_prepared(error))
    }

    /// Whether one of the keys is on a device, which asks its holder for each signature.
    fn asks(&self) -> bool {
        self.keys.iter().any(|key| key.is_interactive())
    }

    fn not_prepared(&self, error: Error) -> Failure {
        match error {
            Error::TooLarge { size, limit } if self.asks() => Failure::usage(
                format!(
                    "hardware wallets know transactions of version 0, which have at most {limit} \
                     bytes: this one would have {size}"
                ),
                "do less at once, or sign with a keypair file",
            ),
            error => error.into(),
        }
    }

    /// Asks on stderr whether to sign.
    fn confirm(&self, what: &str, expected: &Record, prepared: &Prepared) -> Result<()> {
        let expected = expected.clone().and(cost(prepared));
        self.ask(what, "", &expected)
    }

    /// Asks on stderr whether to sign, after a title, what there is to say in detail, and the figures.
    fn ask(&self, what: &str, details: &str, expected: &Record) -> Result<()> {
        self.ask_to("Sign and send?", what, details, expected)
    }

    fn ask_to(&self, question: &str, what: &str, details: &str, expected: &Record) -> Result<()> {
        let wallet = Record::new().with("Wallet", "wallet", Shown::Address(self.wallet));
        let lines = expected.clone().and(wallet).lines(Stream::Stderr);
        eprintln!(
            "{}",
            paint(Stream::Stderr, BOLD, &format!("About to {what}:"))
        );
        eprint!("{details}{lines}");
        if self.yes {
            return Ok(());
        }
        let unconfirmed = |message: &str| {
            Err(Failure::new(
                Kind::NotConfirmed,
                message,
                "nothing was signed; answer y, or add --yes",
            ))
        };
        if !std::io::stdin().is_terminal() {
            return unconfirmed("nobody is there to confirm");
        }
        eprint!("{question} [y/N] ");
        // A terminal that cannot be written to cannot answer either.
        let _ = std::io::stderr().flush();
        let mut answer = String::new();
        match std::io::stdin().read_line(&mut answer) {
            Ok(_) if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) => Ok(()),
            _ => unconfirmed("not confirmed"),
        }
    }

    /// Those of the keys whose signature is wanted, which may ask for it while `progress` is shown.
    fn signers<'a>(
        &'a self,
        payer: &Pubkey,
        instructions: &[Instruction],
        progress: &'a ProgressBar,
    ) -> Vec<Asking<'a>> {
        let metas = instructions.iter().flat_map(|one| &one.accounts);
        let wanted: HashSet<_> = metas
            .filter(|meta| meta.is_signer)
            .map(|meta| meta.pubkey)
            .chain([*payer])
            .collect();
        let keys = self.keys.iter();
        let keys = keys.filter(|key| wanted.contains(&key.pubkey()));
        keys.map(|key| Asking::new(key.as_ref(), progress))
            .collect()
    }

    /// Signs and sends, and asks for what happened.
    async fn send(&self, prepared: &Prepared) -> Result<(Landed, Option<Recorded>)> {
        let progress = Progress::start("signing");
        let network = self.network.clone().observed_by(progress.observer());
        let signers = self.signers(&self.payer, &prepared.instructions, progress.bar());
        let signers: Vec<_> = signers.iter().map(|key| key as &dyn Signer).collect();
        let sent = network.send(prepared, &signers).await;
        let landed = match sent {
            Ok(landed) => landed,
            Err(error) => {
                progress.end();
                return Err(error.into());
            }
        };
        let mut recorded = None;
        for _ in 0..LOOKS {
            match network.events(&landed.signature).await {
                Ok(found) => {
                    recorded = Some(found);
                    break;
                }
                Err(_) => tokio::time::sleep(LOOK).await,
            }
        }
        progress.end();
        Ok((landed, recorded))
    }
}

/// What a transaction costs its payer in lamports.
fn cost(prepared: &Prepared) -> Record {
    costs(prepared.lamports, prepared.rents)
}

fn costs(fee: u64, rents: i64) -> Record {
    let record = Record::new().with("Network fee", "fee_lamports", Shown::Sol(fee));
    let shown = Shown::Sol(rents.unsigned_abs());
    match rents {
        0 => record,
        paid if paid > 0 => record.with("Rents", "rents_lamports", shown),
        _ => record.with("Rents that come back", "rents_back_lamports", shown),
    }
}
