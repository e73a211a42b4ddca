//! Whom to tell of a vulnerability: SECURITY.md in short, in each program's binary.

#[doc(hidden)]
pub use solana_security_txt::security_txt as text;

/// Puts a [security.txt](https://github.com/neodyme-labs/solana-security-txt) into the binary of the
/// program with this name.
#[macro_export]
macro_rules! security_txt {
    ($program:literal) => {
        #[cfg(not(feature = "no-entrypoint"))]
        $crate::security::text! {
            name: concat!("IO Coin: ", $program),
            project_url: "not published yet",
            contacts: "other:the repository host's security advisories",
            policy: concat!(
                "Report a vulnerability privately, through the repository host's security advisories. ",
                "Do not open a public issue. You get an answer within two working days."
            ),
            preferred_languages: "en",
            source_release: env!("CARGO_PKG_VERSION"),
            auditors: "none yet"
        }
    };
}
