//! What is under way, on stderr.

use indicatif::{ProgressBar, ProgressStyle};
use io_client::{
    Pubkey,
    rpc::{Signature, Stage},
};
use solana_signer::{Signer, SignerError};
use std::time::Duration;

/// A line that says what is under way, where stderr is a terminal.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn start(what: &'static str) -> Self {
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
        bar.enable_steady_tick(Duration::from_millis(100));
        bar.set_message(what);
        Self(bar)
    }

    /// Tells of a transaction's stages.
    pub fn observer(&self) -> impl Fn(&Stage) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |stage| match stage {
            Stage::Signed { signature, attempt } => {
                // On a terminal or not: with it the transaction can be looked up whatever happens.
                bar.suspend(|| eprintln!("  signature {signature}"));
                bar.set_message(format!("attempt {attempt}, waiting until it lands"));
            }
            Stage::SentAgain { .. } => bar.set_message("sent again, waiting until it lands"),
            Stage::Expired { .. } => bar.set_message("it did not land; signing anew"),
            Stage::Landed { slot, .. } => bar.set_message(format!("landed in slot {slot}")),
            Stage::Prepared { .. } => {}
        }
    }

    pub const fn bar(&self) -> &ProgressBar {
        &self.0
    }

    pub fn end(self) {
        self.0.finish_and_clear();
    }
}

/// A key that may ask somebody before it signs, with the line out of the way until it is answered.
pub struct Asking<'a> {
    key: &'a dyn Signer,
    bar: &'a ProgressBar,
}

impl<'a> Asking<'a> {
    pub const fn new(key: &'a dyn Signer, bar: &'a ProgressBar) -> Self {
        Self { key, bar }
    }
}

impl Signer for Asking<'_> {
    fn try_pubkey(&self) -> Result<Pubkey, SignerError> {
        self.key.try_pubkey()
    }

    fn try_sign_message(&self, message: &[u8]) -> Result<Signature, SignerError> {
        match self.key.is_interactive() {
            true => self.bar.suspend(|| self.key.try_sign_message(message)),
            false => self.key.try_sign_message(message),
        }
    }

    fn is_interactive(&self) -> bool {
        self.key.is_interactive()
    }
}
