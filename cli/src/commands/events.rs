//! `io events`: what transactions recorded, as it happens.

mod fields;

pub use fields::json_of;

use crate::{
    context::Context,
    failure::Result,
    output::{
        Report,
        paint::{BOLD, Stream, paint},
    },
};
use clap::{Args, ValueEnum, value_parser};
use fields::{Mints, line_of};
use io_client::{
    Pubkey,
    events::Event,
    rpc::{History, Network, Recorded, Signature},
    shared::ids::{io_emissions, io_mint, io_payments, io_staking},
};
use jiff::Timestamp;
use serde_json::json;
use solana_rpc_client::rpc_client::GetConfirmedSignaturesForAddress2Config;
use std::{
    collections::{HashSet, VecDeque},
    io::Write,
    time::Duration,
};

/// Between two looks for new transactions.
const LOOK: Duration = Duration::from_secs(2);
/// Transactions that are remembered as told: histories of several programs name the same ones.
const REMEMBERED: usize = 10_000;

/// Show what transactions recorded, a line an event; --follow goes on until interrupted
#[derive(Args)]
pub struct Events {
    /// Of this program
    #[arg(long, value_enum)]
    program: Option<Program>,
    /// Of transactions that name this address: a node, a wallet, a receipt
    #[arg(long, value_name = "ADDRESS", conflicts_with = "program")]
    address: Option<Pubkey>,
    /// Only events with this name, for example Deposited; may be given several times
    #[arg(long, value_name = "NAME")]
    event: Vec<String>,
    /// Begin after this transaction
    #[arg(long, value_name = "SIGNATURE", conflicts_with = "last")]
    since: Option<Signature>,
    /// Begin so many transactions back, at most 999
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = value_parser!(u16).range(..1_000))]
    last: u16,
    /// Go on with what lands from now on
    #[arg(short, long)]
    follow: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Program {
    Mint,
    Staking,
    Emissions,
    Payments,
}

impl Program {
    const ALL: [Self; 4] = [Self::Mint, Self::Staking, Self::Emissions, Self::Payments];

    const fn id(self) -> Pubkey {
        match self {
            Self::Mint => io_mint::ID,
            Self::Staking => io_staking::ID,
            Self::Emissions => io_emissions::ID,
            Self::Payments => io_payments::ID,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Mint => "io_mint",
            Self::Staking => "io_staking",
            Self::Emissions => "io_emissions",
            Self::Payments => "io_payments",
        }
    }
}

/// Histories that are followed together: a transaction that several of them name is told once.
struct Followed {
    histories: Vec<History>,
    told: HashSet<Signature>,
    /// In the order in which they were told, the oldest to be forgotten first.
    order: VecDeque<Signature>,
}

impl Followed {
    /// From the transaction after `since`, or `last` transactions back in each history.
    async fn begin(
        network: &Network,
        addresses: &[Pubkey],
        since: Option<Signature>,
        last: usize,
    ) -> Result<Self> {
        let mut histories = Vec::new();
        for address in addresses {
            let seen = match since {
                Some(since) => Some(since),
                None => before_last(network, address, last).await?,
            };
            histories.push(History::of(*address, seen));
        }
        Ok(Self {
            histories,
            told: HashSet::new(),
            order: VecDeque::new(),
        })
    }

    /// What landed since the last call, oldest first.
    async fn next(&mut self, network: &Network) -> Result<Vec<Recorded>> {
        let mut found = Vec::new();
        for history in &mut self.histories {
            for recorded in history.next(network).await? {
                if self.told.insert(recorded.signature) {
                    self.order.push_back(recorded.signature);
                    found.push(recorded);
                }
            }
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.told.remove(&oldest);
            }
        }
        found.sort_by_key(|recorded| recorded.slot);
        Ok(found)
    }
}

impl Events {
    pub async fn run(self, context: &Context) -> Result<Report> {
        let network = &context.network;
        let mints = Mints::read(network).await?;
        let addresses = match (self.address, self.program) {
            (Some(address), _) => vec![address],
            (None, Some(program)) => vec![program.id()],
            (None, None) => Program::ALL.map(Program::id).to_vec(),
        };
        let last = usize::from(self.last);
        let mut followed = Followed::begin(network, &addresses, self.since, last).await?;
        let mut found = followed.next(network).await?;
        match self.since {
            // Endpoints may ignore it in the histories of programs that it does not name.
            Some(since) => {
                let slot = network.events(&since).await?.slot;
                found.retain(|recorded| recorded.slot >= slot && recorded.signature != since);
            }
            None => {
                found.drain(..found.len().saturating_sub(last));
            }
        }
        loop {
            for recorded in &found {
                for event in recorded.events.iter().filter(|event| self.admits(event)) {
                    let line = if context.json {
                        json_line(recorded, event)
                    } else {
                        human_line(recorded, event, &mints)
                    };
                    if writeln!(std::io::stdout(), "{line}").is_err() {
                        // Whoever closed the pipe wants no more of it.
                        return Ok(Report::said());
                    }
                }
            }
            if !self.follow {
                return Ok(Report::said());
            }
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return Ok(Report::said()),
                () = tokio::time::sleep(LOOK) => found = followed.next(network).await?,
            }
        }
    }

    fn admits(&self, event: &Event) -> bool {
        let named = |name: &String| name.eq_ignore_ascii_case(event.name());
        self.program
            .is_none_or(|program| program.name() == event.program())
            && (self.event.is_empty() || self.event.iter().any(named))
    }
}

/// The transaction that `count` others of `address` came after; `None` if there are no more.
async fn before_last(
    network: &Network,
    address: &Pubkey,
    count: usize,
) -> Result<Option<Signature>> {
    let config = GetConfirmedSignaturesForAddress2Config {
        limit: Some(count.saturating_add(1)),
        commitment: Some(network.rpc().commitment()),
        ..GetConfirmedSignaturesForAddress2Config::default()
    };
    let page = network
        .rpc()
        .get_signatures_for_address_with_config(address, config)
        .await
        .map_err(io_client::rpc::Error::from)?;
    Ok(page
        .get(count)
        .and_then(|entry| entry.signature.parse().ok()))
}

fn json_line(recorded: &Recorded, event: &Event) -> String {
    let line = json!({
        "slot": recorded.slot,
        "time": recorded.time,
        "signature": recorded.signature.to_string(),
        "event": event.name(),
        "program": event.program(),
        "fields": fields::fields_of(event),
    });
    line.to_string()
}

fn human_line(recorded: &Recorded, event: &Event, mints: &Mints) -> String {
    let time = recorded.time.and_then(|at| Timestamp::from_second(at).ok());
    let time = time.map_or_else(
        || format!("slot {}", recorded.slot),
        |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    );
    let name = paint(Stream::Stdout, BOLD, &format!("{:<18}", event.name()));
    let signature = recorded.signature.to_string();
    let start = signature.get(..8).unwrap_or(&signature);
    format!("{time}  {name} {}  [{start}…]", line_of(event, mints))
}
