//! A key on a device.

use super::refusal::{refused, unusable};
use crate::failure::Result;
use io_client::{Pubkey, rpc::Signature};
use sha2::{Digest, Sha256};
use solana_derivation_path::DerivationPath;
use solana_remote_wallet::remote_wallet::{RemoteWalletError, RemoteWalletType};
use solana_signer::{Signer, SignerError};
use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::fd::AsFd,
};

/// A key that never leaves its device, which asks its holder before it signs.
pub struct DeviceKey {
    name: String,
    wallet: RemoteWalletType,
    path: DerivationPath,
    address: Pubkey,
}

impl DeviceKey {
    /// The key at `path` of what the device `name` derives.
    pub fn new(
        name: &str,
        wallet: RemoteWalletType,
        path: DerivationPath,
    ) -> core::result::Result<Self, RemoteWalletError> {
        let address = wallet.get_pubkey(&path, false)?;
        Ok(Self {
            name: name.to_owned(),
            wallet,
            path,
            address,
        })
    }

    /// Lets the device show the address, and its holder say that it is the one expected.
    pub fn confirm(&self) -> Result<Pubkey> {
        eprintln!(
            "{}: compare the address with {} and approve it there",
            self.name, self.address
        );
        silenced(|| self.wallet.get_pubkey(&self.path, true))
            .map_err(|error| unusable(&self.name, &error))
    }
}

impl Signer for DeviceKey {
    fn try_pubkey(&self) -> core::result::Result<Pubkey, SignerError> {
        Ok(self.address)
    }

    fn try_sign_message(&self, message: &[u8]) -> core::result::Result<Signature, SignerError> {
        // What a device shows of a transaction whose programs it does not know.
        let hash = bs58::encode(Sha256::digest(message)).into_string();
        eprintln!("  sign on the device: {}, key {:?}", self.name, self.path);
        eprintln!("  message hash {hash}");
        silenced(|| self.wallet.sign_message(&self.path, message))
            .map_err(|error| refused(&self.name, &error))
    }

    fn is_interactive(&self) -> bool {
        true
    }
}

/// Does `act` with nothing coming out at stdout, which belongs to the answer: the crate that speaks to
/// devices tells people there that it waits.
fn silenced<T>(
    act: impl FnOnce() -> core::result::Result<T, RemoteWalletError>,
) -> core::result::Result<T, RemoteWalletError> {
    let stdout = io::stdout();
    let away = || -> io::Result<_> {
        let nowhere = OpenOptions::new().write(true).open("/dev/null")?;
        stdout.lock().flush()?;
        let kept = stdout.as_fd().try_clone_to_owned()?;
        rustix::stdio::dup2_stdout(nowhere)?;
        Ok(kept)
    };
    let failed = |error: io::Error| RemoteWalletError::Hid(format!("stdout: {error}"));
    let kept = away().map_err(failed)?;
    let done = act();
    stdout.lock().flush().map_err(failed)?;
    rustix::stdio::dup2_stdout(kept).map_err(|error| failed(error.into()))?;
    done
}
