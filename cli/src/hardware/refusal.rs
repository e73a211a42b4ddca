//! Why a device did not do it, and what to do.

use crate::failure::{Failure, Kind};
use io_client::Pubkey;
use solana_remote_wallet::{
    ledger_error::LedgerError, locator::Manufacturer, remote_wallet::RemoteWalletError,
};
use solana_signer::SignerError;

/// How a Trezor says that its holder refused.
const TREZOR_CANCELLED: &str = "Failure_ActionCancelled";

/// No device of `maker` is plugged in.
pub fn absent(maker: Manufacturer) -> Failure {
    Failure::usage(
        format!(
            "no hardware wallet found: no {} is plugged in",
            title(maker)
        ),
        "plug it in and unlock it (in a container or a virtual machine, hand its USB device in), then \
         run again",
    )
}

/// Several devices of `maker` are there and none is named, or another is.
pub fn several<'a>(
    maker: Manufacturer,
    named: Option<Pubkey>,
    known: impl Iterator<Item = (&'a str, Pubkey)>,
) -> Failure {
    let maker_title = title(maker);
    let message = match named {
        Some(root) => format!("no {maker_title} with the base address {root} is plugged in"),
        None => format!("several {maker_title}s are plugged in"),
    };
    let known: Vec<_> = known
        .map(|(name, root)| format!("usb://{maker}/{root} ({name})"))
        .collect();
    Failure::usage(message, format!("name one of {}", known.join(", ")))
}

/// The device `name` cannot be asked for a key.
pub fn unusable(name: &str, error: &RemoteWalletError) -> Failure {
    if is_refusal(error) {
        return Failure::new(
            Kind::NotConfirmed,
            format!("the address was refused on the {name}"),
            "if it differs from the one shown here, do not use it",
        );
    }
    match error {
        RemoteWalletError::Hid(error) => Failure::usage(
            format!("the {name} cannot be opened: {error}"),
            "close other programs that use it, unlock it, and install its maker's udev rules if \
             only root may open it",
        ),
        RemoteWalletError::TrezorError(error) => Failure::usage(
            format!("the {name} does not answer: {error}"),
            "unlock it, bring its firmware up to date, and run again",
        ),
        error => Failure::usage(
            format!("the Solana app does not answer on the {name}: {error}"),
            "unlock it and open its Solana app, then run again",
        ),
    }
}

/// The device `name` did not sign: `what was wrong; what to do`.
pub fn refused(name: &str, error: &RemoteWalletError) -> SignerError {
    if is_refusal(error) {
        let sentence = format!(
            "the transaction was refused on the {name}; run again and approve it there if it was \
             meant"
        );
        return SignerError::UserCancel(sentence);
    }
    SignerError::Custom(match error {
        RemoteWalletError::LedgerError(LedgerError::SdkNotSupported) => format!(
            "the {name} wants blind signing: its Solana app does not know the programs that the \
             transaction calls; allow blind signing in the app's settings, run again, and compare \
             the message hash"
        ),
        RemoteWalletError::LedgerError(
            LedgerError::SolanaInvalidMessage
            | LedgerError::SolanaInvalidMessageHeader
            | LedgerError::SolanaInvalidMessageFormat
            | LedgerError::SolanaInvalidMessageSize,
        ) => format!(
            "the Solana app on the {name} cannot read the transaction ({error}); bring the app up \
             to date, or do less at once"
        ),
        RemoteWalletError::Hid(error) => format!(
            "the {name} was lost while it was asked to sign: {error}; plug it in, unlock it, and \
             run again"
        ),
        RemoteWalletError::TrezorError(error) => format!(
            "the {name} did not sign: {error}; unlock it, bring its firmware up to date, and run \
             again"
        ),
        error => format!(
            "the {name} did not sign: {error}; unlock it, open its Solana app, and run again"
        ),
    })
}

fn is_refusal(error: &RemoteWalletError) -> bool {
    match error {
        RemoteWalletError::UserCancel | RemoteWalletError::LedgerError(LedgerError::UserCancel) => {
            true
        }
        RemoteWalletError::TrezorError(error) => error.contains(TREZOR_CANCELLED),
        _ => false,
    }
}

fn title(maker: Manufacturer) -> &'static str {
    match maker {
        Manufacturer::Trezor => "Trezor",
        _ => "Ledger",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::rpc::Error;

    const NAME: &str = "Ledger Nano X";

    /// How it fails if a device answers so to what it is to sign.
    fn failed(error: RemoteWalletError) -> (Kind, String) {
        let failure = Failure::from(Error::Signer(refused(NAME, &error)));
        let document = failure.to_json();
        let error = &document["error"];
        assert!(error["advice"].is_string(), "{error}");
        (failure.kind, error.to_string())
    }

    #[test]
    fn each_answer_of_a_device_has_a_name() {
        let trezor = "failure received: code=Failure_ActionCancelled message=\"Cancelled\"";
        for (error, kind, says) in [
            (
                LedgerError::UserCancel.into(),
                Kind::NotConfirmed,
                "refused on the Ledger",
            ),
            (
                RemoteWalletError::UserCancel,
                Kind::NotConfirmed,
                "refused on the Ledger",
            ),
            (
                RemoteWalletError::TrezorError(trezor.to_owned()),
                Kind::NotConfirmed,
                "refused on the",
            ),
            (
                LedgerError::SdkNotSupported.into(),
                Kind::Usage,
                "wants blind signing",
            ),
            (
                LedgerError::SolanaInvalidMessageSize.into(),
                Kind::Usage,
                "cannot read the transaction",
            ),
            (
                LedgerError::NoAppResponse.into(),
                Kind::Usage,
                "open its Solana app",
            ),
            (
                RemoteWalletError::Hid("unexpected poll error".to_owned()),
                Kind::Usage,
                "was lost",
            ),
            (
                RemoteWalletError::TrezorError("timeout".to_owned()),
                Kind::Usage,
                "did not sign: timeout",
            ),
        ] {
            let (found, said) = failed(error);
            assert_eq!(found, kind, "{said}");
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn a_device_that_is_shut_says_how_to_open_it() {
        for (error, says) in [
            (LedgerError::NoAppResponse.into(), "open its Solana app"),
            (RemoteWalletError::Protocol("Unknown error"), "unlock it"),
            (
                RemoteWalletError::Hid("Permission denied".to_owned()),
                "udev rules",
            ),
        ] {
            let failure = unusable(NAME, &error);
            assert_eq!(failure.kind, Kind::Usage);
            let said = failure.to_json().to_string();
            assert!(said.contains(says) && said.contains(NAME), "{said}");
        }
        assert_eq!(
            unusable(NAME, &RemoteWalletError::UserCancel).kind,
            Kind::NotConfirmed
        );
    }

    #[test]
    fn several_devices_are_listed() {
        let roots = [[1; 32], [2; 32]].map(Pubkey::new_from_array);
        let known = roots.iter().map(|root| (NAME, *root));
        let said = several(Manufacturer::Ledger, None, known)
            .to_json()
            .to_string();
        for root in roots {
            assert!(
                said.contains(&format!("usb://ledger/{root} ({NAME})")),
                "{said}"
            );
        }
        assert!(said.contains("several Ledgers"), "{said}");
        let known = roots.iter().map(|root| (NAME, *root));
        let named = several(Manufacturer::Ledger, Some(Pubkey::default()), known);
        assert!(
            named
                .to_json()
                .to_string()
                .contains("no Ledger with the base address")
        );
    }
}
