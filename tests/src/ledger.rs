//! The accounts that the books are kept in, however they are reached.

use crate::World;
use io_client::Pubkey;

/// Every account of a chain at one moment.
pub trait Ledger {
    /// Owner and bytes of an account, if it is there.
    fn account(&self, address: &Pubkey) -> Option<(Pubkey, Vec<u8>)>;
    /// Addresses and bytes of all accounts of `program`.
    fn accounts_of(&self, program: &Pubkey) -> Vec<(Pubkey, Vec<u8>)>;
    /// The time on chain, Unix seconds.
    fn time(&self) -> i64;
}

impl Ledger for World {
    fn account(&self, address: &Pubkey) -> Option<(Pubkey, Vec<u8>)> {
        let account = self.svm.get_account(address)?;
        Some((account.owner, account.data))
    }

    fn accounts_of(&self, program: &Pubkey) -> Vec<(Pubkey, Vec<u8>)> {
        let accounts = self.svm.get_program_accounts(program);
        let bytes = accounts.into_iter().map(|(at, account)| (at, account.data));
        bytes.collect()
    }

    fn time(&self) -> i64 {
        self.now()
    }
}
