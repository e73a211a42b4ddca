//! `io admin` as those run it who hold an office.

use crate::town::{Person, Town};
use anyhow::{Result, ensure};
use io_client::shared::constants::IO;
use serde_json::Value;

impl Town {
    /// `io admin …` by a person, which has to succeed.
    pub fn by(&self, person: &Person, arguments: &[&str]) -> Result<Value> {
        self.done(person, &[&["admin"], arguments].concat())
    }

    /// The same by the authority.
    pub fn admin(&self, arguments: &[&str]) -> Result<Value> {
        self.by(&self.authority(), arguments)
    }

    /// `io admin …` that has to be refused; what it says.
    pub fn refused(&self, person: &Person, arguments: &[&str]) -> Result<Value> {
        let all = [&["admin"], arguments, &["--yes"]].concat();
        let (code, document) = self.answer(person, &all)?;
        ensure!(code != 0, "{arguments:?} was carried out: {document:#}");
        ensure!(document["error"]["code"] == code, "{document:#}");
        Ok(document["error"].clone())
    }
}

/// Raw IO of as many IO.
pub const fn io(amount: u64) -> u64 {
    amount * IO
}
