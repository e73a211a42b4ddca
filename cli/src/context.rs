//! What every command knows: the cluster, who signs, and how to answer.

use crate::{
    args::read_keypair,
    config::Config,
    failure::{Failure, Result},
    hardware::Devices,
};
use clap::Args;
use io_client::{Pubkey, rpc::Network};
use solana_signer::Signer;
use std::path::PathBuf;

/// Options that every command takes.
#[derive(Args)]
#[command(next_help_heading = "Cluster and wallet")]
pub struct Global {
    /// URL of the RPC endpoint, or mainnet (m), testnet (t), devnet (d), localnet (l) [default: the Solana
    /// CLI's]
    #[arg(short, long, global = true, value_name = "URL_OR_NAME")]
    url: Option<String>,
    /// How sure the chain has to be: processed, confirmed or finalized [default: the Solana CLI's]
    #[arg(long, global = true, value_name = "COMMITMENT")]
    commitment: Option<String>,
    /// Keypair of the wallet: a file, `-` for standard input, `prompt://` for a seed phrase, `usb://ledger`
    /// for a hardware wallet [default: the Solana CLI's]
    #[arg(short, long, global = true, value_name = "KEYPAIR")]
    keypair: Option<String>,
    /// The Solana CLI's config file [default: ~/.config/solana/cli/config.yml]
    #[arg(short = 'C', long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer with one JSON document: amounts in raw units, times in Unix seconds, numbers above 2^53 as
    /// strings
    #[arg(long, global = true)]
    pub json: bool,
}

/// What every command knows.
pub struct Context {
    pub network: Network,
    pub json: bool,
    /// Hardware wallets that are plugged in.
    pub devices: Devices,
    keypair: Option<String>,
}

impl Context {
    pub fn new(global: &Global) -> Result<Self> {
        let config = Config::load(global.config.as_deref())?;
        let url = config.url(global.url.as_deref())?;
        let commitment = config.commitment(global.commitment.as_deref())?;
        Ok(Self {
            network: Network::with_commitment(&url, commitment),
            json: global.json,
            devices: Devices::default(),
            keypair: config.keypair(global.keypair.as_deref()),
        })
    }

    /// The wallet's keypair.
    pub fn wallet(&self) -> Result<Box<dyn Signer>> {
        read_keypair(self.source()?, &self.devices)
    }

    /// The wallet's address, confirmed on the hardware wallet that has its key.
    pub fn confirmed_wallet(&self) -> Result<Pubkey> {
        let source = self.source()?;
        if !source.starts_with("usb:") {
            return Err(Failure::usage(
                format!("{source} is not on a hardware wallet, which could confirm it"),
                "name one with --keypair usb://ledger, or leave --confirm-key out",
            ));
        }
        self.devices.key(source)?.confirm()
    }

    fn source(&self) -> Result<&str> {
        self.keypair
            .as_deref()
            .ok_or_else(|| Failure::usage("no keypair is named", "name one with --keypair"))
    }

    /// `named`, or else the wallet's address.
    pub fn wallet_or(&self, named: Option<Pubkey>) -> Result<Pubkey> {
        named.map_or_else(|| Ok(self.wallet()?.pubkey()), Ok)
    }
}
