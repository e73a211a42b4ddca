//! Keypairs, named as the Solana CLI names them.

use crate::{
    failure::{Failure, Result},
    hardware::Devices,
};
use dialoguer::Password;
use io_client::Pubkey;
use solana_derivation_path::DerivationPath;
use solana_keypair::{
    Keypair, keypair_from_seed_phrase_and_passphrase, read_keypair_file,
    seed_derivable::keypair_from_seed_and_derivation_path,
};
use solana_seed_phrase::generate_seed_from_seed_phrase_and_passphrase;
use solana_signer::Signer;
use std::path::PathBuf;

const SOURCES: &str = "name a keypair file as solana-keygen writes it, `-` for standard input, \
                       `prompt://` for a seed phrase, or `usb://ledger` for a hardware wallet";

/// The keypair that `source` names: a file, `-` or `stdin://` for standard input, `prompt://` for a seed
/// phrase (with `?key=ACCOUNT/CHANGE` or `?full-path=m/44'/501'/…`), `ASK` for one that nothing is
/// derived from, `usb://ledger` or `usb://trezor` for one of `devices` (with `?key=ACCOUNT/CHANGE`).
pub fn read_keypair(source: &str, devices: &Devices) -> Result<Box<dyn Signer>> {
    let keypair = match source.split_once(':') {
        _ if source == "-" => stdin(),
        Some(("stdin", _)) => stdin(),
        Some(("prompt", uri)) => prompt(Some(path(uri)?)),
        _ if source == "ASK" => prompt(None),
        Some(("usb", _)) => return Ok(Box::new(devices.key(source)?)),
        Some(("file", path)) => file(path),
        _ => file(source),
    };
    Ok(Box::new(keypair?))
}

/// The address that `source` names: one written out, or that of its keypair.
pub fn address_of(source: &str, devices: &Devices) -> Result<Pubkey> {
    match source.parse() {
        Ok(address) => Ok(address),
        Err(_) => Ok(read_keypair(source, devices)?.pubkey()),
    }
}

fn stdin() -> Result<Keypair> {
    solana_keypair::read_keypair(&mut std::io::stdin())
        .map_err(|error| Failure::usage(format!("standard input is no keypair: {error}"), SOURCES))
}

fn file(source: &str) -> Result<Keypair> {
    let path = match (source.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(source),
    };
    read_keypair_file(&path).map_err(|error| {
        let what = format!("the keypair {} cannot be read: {error}", path.display());
        Failure::usage(what, SOURCES)
    })
}

/// Where in a seed's tree the key is.
fn path(uri: &str) -> Result<DerivationPath> {
    let bad = |error: String| {
        Failure::usage(
            format!("prompt:{uri} names no key: {error}"),
            "write prompt://, prompt://?key=0/0 or prompt://?full-path=m/44'/501'/0'/0'",
        )
    };
    let Some((_, query)) = uri.split_once('?') else {
        return Ok(DerivationPath::default());
    };
    match query.split_once('=') {
        Some(("key", path)) => DerivationPath::from_key_str(path),
        Some(("full-path", path)) => DerivationPath::from_absolute_path_str(path),
        _ => return Err(bad(format!("`{query}` is not understood"))),
    }
    .map_err(|error| bad(error.to_string()))
}

fn prompt(path: Option<DerivationPath>) -> Result<Keypair> {
    let ask = |question: &str, may_be_empty| {
        Password::new()
            .with_prompt(question)
            .allow_empty_password(may_be_empty)
            .interact()
            .map_err(|error| {
                let what = format!("the seed phrase cannot be asked for: {error}");
                Failure::usage(what, "run on a terminal, or name a keypair file")
            })
    };
    let phrase = ask("Seed phrase", false)?;
    let phrase = phrase.split_whitespace().collect::<Vec<_>>().join(" ");
    let passphrase = ask("Passphrase (may be empty)", true)?;
    derive(&phrase, &passphrase, path)
}

/// The key that a seed phrase stands for, at `path` of its tree, or itself.
fn derive(phrase: &str, passphrase: &str, path: Option<DerivationPath>) -> Result<Keypair> {
    let keypair = match path {
        None => keypair_from_seed_phrase_and_passphrase(phrase, passphrase),
        Some(path) => {
            let seed = generate_seed_from_seed_phrase_and_passphrase(phrase, passphrase);
            keypair_from_seed_and_derivation_path(&seed, Some(path))
        }
    };
    keypair.map_err(|error| Failure::usage(format!("no key comes of it: {error}"), SOURCES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    #[test]
    fn what_is_no_keypair_says_what_is() {
        for source in [
            "/nowhere/id.json",
            "usb://nano",
            "prompt://?keys=0",
            "prompt://?key=x",
        ] {
            let failure = read_keypair(source, &Devices::default()).err();
            let kind = failure.map(|failure| failure.kind);
            assert_eq!(kind, Some(Kind::Usage), "{source}");
        }
    }

    /// The address that wallets show for the seed phrase that BIP 39 tests with.
    #[test]
    fn a_seed_phrase_gives_the_key_that_wallets_derive() {
        let phrase = ["abandon"; 11].join(" ") + " about";
        let first = path("//?key=0/0").expect("a path");
        let derived = derive(&phrase, "", Some(first)).expect("a key");
        let shown = "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk";
        assert_eq!(derived.pubkey().to_string(), shown);
        let full = path("//?full-path=m/44'/501'/0'/0'").expect("a path");
        assert_eq!(derive(&phrase, "", Some(full)).ok(), Some(derived));
        let itself = derive(&phrase, "", None).expect("a key");
        assert_ne!(itself.pubkey().to_string(), shown);
    }

    #[test]
    fn an_address_needs_no_keypair() {
        let address = Pubkey::new_from_array([7; 32]);
        let found = address_of(&address.to_string(), &Devices::default());
        assert_eq!(found.ok(), Some(address));
    }
}
