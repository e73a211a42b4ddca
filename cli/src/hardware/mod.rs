//! Keys on hardware wallets, named as the Solana CLI names them: `usb://ledger?key=0/0`.
//!
//! What is said to a device is said by the Solana CLI's own crate; which devices there are is asked here,
//! since a device that cannot be opened, or that other programs hold, is told from none, and libusb, which
//! a Trezor needs, fails where a machine has no USB at all.

mod key;
mod refusal;

pub use key::DeviceKey;

use crate::failure::{Failure, Result};
use hidapi::{DeviceInfo, HidApi};
use io_client::Pubkey;
use refusal::{absent, several, unusable};
use solana_derivation_path::DerivationPath;
use solana_remote_wallet::{
    ledger::{LedgerWallet, is_valid_ledger},
    locator::{Locator, Manufacturer},
    remote_wallet::{RemoteWallet, RemoteWalletError, RemoteWalletType, is_valid_hid_device},
    trezor::TrezorWallet,
};
use std::{cell::OnceCell, path::Path, rc::Rc};
use trezor_client::{
    AvailableDevice,
    transport::{udp::UdpTransport, webusb::WebUsbTransport},
};

/// Where Linux has the devices of its USB buses.
const USB: &str = "/dev/bus/usb";

/// The devices that are plugged in. Each is opened once: two that listen to one get each other's answers.
#[derive(Default)]
pub struct Devices {
    ledgers: OnceCell<Vec<Plugged>>,
    trezors: OnceCell<Vec<Plugged>>,
}

/// A device that is plugged in.
struct Plugged {
    /// Its maker and model.
    name: String,
    opened: core::result::Result<Opened, RemoteWalletError>,
}

/// A device that answers.
#[derive(Clone)]
struct Opened {
    wallet: RemoteWalletType,
    /// The key at the root of what it derives for Solana, which tells it from others.
    root: Pubkey,
}

impl Devices {
    /// The key that `source` names: of the only device of its maker, or of that with the key named.
    pub fn key(&self, source: &str) -> Result<DeviceKey> {
        let (locator, path) = parse(source)?;
        let plugged = match locator.manufacturer {
            Manufacturer::Trezor => self.trezors.get_or_init(trezors),
            _ => self.ledgers.get_or_init(ledgers),
        };
        let (name, device) = choose(plugged, &locator)?;
        DeviceKey::new(name, device.wallet, path).map_err(|error| unusable(name, &error))
    }
}

/// Which device, and which of its keys.
fn parse(source: &str) -> Result<(Locator, DerivationPath)> {
    let bad = |error: String| {
        Failure::usage(
            format!("{source} names no key: {error}"),
            "write usb://ledger or usb://trezor, with ?key=ACCOUNT or ?key=ACCOUNT/CHANGE, and \
             /BASE_ADDRESS in front of that if there are several",
        )
    };
    let (device, query) = source.split_once('?').unwrap_or((source, ""));
    let locator = Locator::new_from_path(device).map_err(|error| bad(error.to_string()))?;
    let path = match query.split_once('=') {
        _ if query.is_empty() => Ok(DerivationPath::default()),
        Some(("key", path)) => DerivationPath::from_key_str(path),
        _ => return Err(bad(format!("`{query}` is not understood"))),
    };
    Ok((locator, path.map_err(|error| bad(error.to_string()))?))
}

/// The one device of `plugged` that is meant.
fn choose<'a>(plugged: &'a [Plugged], locator: &Locator) -> Result<(&'a str, Opened)> {
    let maker = locator.manufacturer;
    let opened = || {
        plugged
            .iter()
            .filter_map(|one| Some((one.name.as_str(), one.opened.as_ref().ok()?)))
    };
    let named = |root: &Pubkey| locator.pubkey.is_none_or(|named| named == *root);
    let mut meant = opened().filter(|(_, device)| named(&device.root));
    match (meant.next(), meant.next()) {
        (Some((name, device)), None) => return Ok((name, device.clone())),
        (Some(_), Some(_)) => {}
        (None, _) => {
            let failed = |one: &'a Plugged| Some((&one.name, one.opened.as_ref().err()?));
            if let Some((name, error)) = plugged.iter().find_map(failed) {
                return Err(unusable(name, error));
            }
            if plugged.is_empty() {
                return Err(absent(maker));
            }
        }
    }
    let known = opened().map(|(name, device)| (name, device.root));
    Err(several(maker, locator.pubkey, known))
}

fn ledgers() -> Vec<Plugged> {
    let usb = match HidApi::new() {
        Ok(usb) => usb,
        Err(error) => {
            return vec![Plugged {
                name: "USB".to_owned(),
                opened: Err(error.into()),
            }];
        }
    };
    let ledgers = usb.device_list().filter(|one| {
        is_valid_ledger(one.vendor_id(), one.product_id())
            && is_valid_hid_device(one.usage_page(), one.interface_number())
    });
    ledgers
        .map(|one| Plugged {
            name: format!("Ledger {}", one.product_string().unwrap_or_default())
                .trim_end()
                .to_owned(),
            opened: open_ledger(&usb, one),
        })
        .collect()
}

fn open_ledger(
    usb: &HidApi,
    device: &DeviceInfo,
) -> core::result::Result<Opened, RemoteWalletError> {
    let mut ledger = LedgerWallet::new(usb.open_path(device.path())?);
    let info = ledger.read_device(device)?;
    match info.error {
        Some(error) => Err(error),
        None => Ok(Opened {
            wallet: RemoteWalletType::Ledger(Rc::new(ledger)),
            root: info.pubkey,
        }),
    }
}

/// Trezors on USB, and the emulator of their firmware at its port on this machine, as the Solana CLI finds
/// them.
fn trezors() -> Vec<Plugged> {
    let has_usb = Path::new(USB)
        .read_dir()
        .is_ok_and(|mut buses| buses.next().is_some());
    let usb = has_usb.then(|| WebUsbTransport::find_devices(false));
    // Who cannot be asked is not there: an emulator hardly ever is.
    let emulator = UdpTransport::find_devices(false, None).unwrap_or_default();
    let usb = match usb {
        Some(Err(error)) => {
            return vec![Plugged {
                name: "USB".to_owned(),
                opened: Err(RemoteWalletError::Hid(error.to_string())),
            }];
        }
        Some(Ok(found)) => found,
        None => Vec::new(),
    };
    usb.into_iter()
        .chain(emulator)
        .map(|device| Plugged {
            name: device.model.to_string(),
            opened: open_trezor(device),
        })
        .collect()
}

fn open_trezor(device: AvailableDevice) -> core::result::Result<Opened, RemoteWalletError> {
    let mut trezor = device
        .connect()
        .map_err(|error| RemoteWalletError::Hid(error.to_string()))?;
    trezor.init_device(None)?;
    let wallet = TrezorWallet::new(trezor);
    let root = wallet.get_pubkey(&DerivationPath::default(), false)?;
    Ok(Opened {
        wallet: RemoteWalletType::Trezor(Rc::new(wallet)),
        root,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    const ADDRESS: &str = "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk";

    #[test]
    fn a_device_and_a_key_are_named_as_the_solana_cli_names_them() {
        for (source, maker, named, path) in [
            ("usb://ledger", Manufacturer::Ledger, false, "m/44'/501'"),
            (
                "usb://ledger?key=3",
                Manufacturer::Ledger,
                false,
                "m/44'/501'/3'",
            ),
            (
                "usb://ledger?key=0'/1'",
                Manufacturer::Ledger,
                false,
                "m/44'/501'/0'/1'",
            ),
            (
                "usb://trezor?key=0/1",
                Manufacturer::Trezor,
                false,
                "m/44'/501'/0'/1'",
            ),
            (
                "usb://ledger/HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk?key=0",
                Manufacturer::Ledger,
                true,
                "m/44'/501'/0'",
            ),
        ] {
            let (locator, found) = parse(source).expect(source);
            assert_eq!(locator.manufacturer, maker, "{source}");
            let address = named.then(|| ADDRESS.parse().expect("an address"));
            assert_eq!(locator.pubkey, address, "{source}");
            let path = DerivationPath::from_absolute_path_str(path).expect("a path");
            assert_eq!(found, path, "{source}");
        }
    }

    #[test]
    fn what_names_no_key_is_refused() {
        for source in [
            "usb://",
            "usb://nano",
            "usb:ledger",
            "usb://ledger/abc",
            "usb://ledger?key=x",
            "usb://ledger?key=0/0/0",
            "usb://ledger?keys=0",
            "usb://ledger?full-path=m/44'/501'/0'",
            "usb://ledger?key=0&key=1",
        ] {
            let failure = parse(source).err();
            assert_eq!(
                failure.map(|failure| failure.kind),
                Some(Kind::Usage),
                "{source}"
            );
        }
    }

    #[test]
    fn a_device_that_cannot_be_used_is_told_from_none() {
        let locator = Locator::new_from_path("usb://ledger").expect("a device");
        let said = |plugged: &[Plugged]| {
            let failure = choose(plugged, &locator).err().expect("no device answers");
            assert_eq!(failure.kind, Kind::Usage);
            failure.to_json().to_string()
        };
        assert!(said(&[]).contains("no hardware wallet found"));
        let locked = Plugged {
            name: "Ledger Nano X".to_owned(),
            opened: Err(RemoteWalletError::Protocol("Unknown error")),
        };
        let said = said(&[locked]);
        assert!(
            said.contains("does not answer on the Ledger Nano X"),
            "{said}"
        );
    }
}
