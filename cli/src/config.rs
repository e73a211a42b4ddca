//! The Solana CLI's config file and the names it has for clusters.

use crate::failure::{Failure, Result};
use io_client::rpc::CommitmentConfig;
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the Solana CLI looks, from the home folder.
const CONFIG: &str = ".config/solana/cli/config.yml";
const KEYPAIR: &str = ".config/solana/id.json";

/// What this program reads of the Solana CLI's config file.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Config {
    pub json_rpc_url: Option<String>,
    pub keypair_path: Option<String>,
    pub commitment: Option<String>,
}

impl Config {
    /// The config in `path`, which has to be there, or the Solana CLI's own, which need not.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        let (path, required) = match path {
            Some(path) => (path.to_owned(), true),
            None => match home(CONFIG) {
                Some(path) => (path, false),
                None => return Ok(Self::default()),
            },
        };
        let unusable = |error: String| {
            Failure::usage(
                format!("the config file {} cannot be used: {error}", path.display()),
                "write one with `solana config set`, or name another with --config",
            )
        };
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(unusable),
            Err(error) if required || error.kind() != std::io::ErrorKind::NotFound => {
                Err(unusable(error.to_string()))
            }
            Err(_) => Ok(Self::default()),
        }
    }

    fn parse(text: &str) -> core::result::Result<Self, String> {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    }

    /// The keypair that signs: `chosen`, or the config's, or the Solana CLI's default.
    pub fn keypair(&self, chosen: Option<&str>) -> Option<String> {
        let configured = || self.keypair_path.clone();
        let default = || home(KEYPAIR).map(|path| path.display().to_string());
        chosen
            .map(str::to_owned)
            .or_else(configured)
            .or_else(default)
    }

    /// The endpoint's URL: `chosen`, or the config's, or mainnet's, with names of clusters replaced.
    pub fn url(&self, chosen: Option<&str>) -> Result<String> {
        let named = chosen.or(self.json_rpc_url.as_deref()).unwrap_or("mainnet");
        url_of(named)
    }

    /// How sure the chain has to be: `chosen`, or the config's, or confirmed.
    pub fn commitment(&self, chosen: Option<&str>) -> Result<CommitmentConfig> {
        match chosen.or(self.commitment.as_deref()) {
            None | Some("") => Ok(CommitmentConfig::confirmed()),
            Some(name) => name.parse().map_err(|_| {
                Failure::usage(
                    format!("`{name}` is no commitment"),
                    "use processed, confirmed or finalized",
                )
            }),
        }
    }
}

/// The URL that a cluster's name stands for, as in the Solana CLI; a URL stands for itself.
fn url_of(name: &str) -> Result<String> {
    Ok(match name {
        "m" | "mainnet" | "mainnet-beta" => "https://api.mainnet-beta.solana.com",
        "t" | "testnet" => "https://api.testnet.solana.com",
        "d" | "devnet" => "https://api.devnet.solana.com",
        "l" | "u" | "localhost" | "localnet" => "http://localhost:8899",
        url if url.starts_with("http://") || url.starts_with("https://") => url,
        other => {
            return Err(Failure::usage(
                format!("`{other}` is neither a cluster nor a URL"),
                "use mainnet (m), testnet (t), devnet (d), localnet (l), or a URL with http",
            ));
        }
    }
    .to_owned())
}

fn home(path: &str) -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `solana config set` writes it.
    const WRITTEN: &str = "---\njson_rpc_url: http://localhost:8899\nwebsocket_url: ''\n\
                           keypair_path: /home/me/id.json\naddress_labels:\n  \
                           '11111111111111111111111111111111': System Program\n\
                           commitment: finalized\n";

    #[test]
    fn the_solana_clis_config_is_understood() {
        let config = Config::parse(WRITTEN).expect("a config");
        assert_eq!(
            config.url(None).ok().as_deref(),
            Some("http://localhost:8899")
        );
        assert_eq!(config.keypair(None).as_deref(), Some("/home/me/id.json"));
        let commitment = config.commitment(None).expect("known");
        assert_eq!(commitment, CommitmentConfig::finalized());
        // What is typed goes first.
        assert_eq!(config.keypair(Some("k.json")).as_deref(), Some("k.json"));
        assert!(
            config
                .url(Some("d"))
                .is_ok_and(|url| url.contains("devnet"))
        );
        assert!(config.commitment(Some("probably")).is_err());
        assert!(Config::parse("- a list").is_err());
    }

    #[test]
    fn clusters_have_the_solana_clis_names() {
        for (names, part) in [
            (["m", "mainnet", "mainnet-beta"], "mainnet"),
            (
                ["t", "testnet", "https://api.testnet.solana.com"],
                "testnet",
            ),
            (["d", "devnet", "https://api.devnet.solana.com"], "devnet"),
            (["l", "localhost", "localnet"], "localhost"),
        ] {
            for name in names {
                let url = url_of(name).expect(name);
                assert!(url.contains(part), "{name}");
            }
        }
        assert!(url_of("mainet").is_err());
        let default = Config::default().url(None).expect("a URL");
        assert!(default.contains("mainnet"));
    }
}
