//! Transactions as they go over the wire: with an address lookup table, within one packet and within
//! the accounts that the network lets one transaction lock.

use crate::{Failure, Outcome, World};
use io_client::{Instruction, Pubkey};
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

/// Bytes of a packet's payload: the minimum MTU of IPv6 less its headers.
pub const PACKET_BYTES: usize = 1_232;
/// Accounts that one transaction may lock on the live network.
pub const ACCOUNT_LOCKS: usize = 64;

const LOOKUP_TABLE_PROGRAM: Pubkey =
    Pubkey::from_str_const("AddressLookupTab1e1111111111111111111111111");

/// What a transaction takes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub bytes: usize,
    pub accounts: usize,
}

impl Size {
    /// Whether the network takes such a transaction.
    pub fn fits(self) -> bool {
        self.bytes <= PACKET_BYTES && self.accounts <= ACCOUNT_LOCKS
    }
}

impl World {
    /// An address lookup table that was extended in an earlier slot.
    pub fn create_table(&mut self, addresses: Vec<Pubkey>) -> AddressLookupTableAccount {
        let key = self.fresh_address();
        // ProgramState::LookupTable: never deactivated, extended in slot 0, without authority.
        let mut data = vec![0; 56];
        data[0] = 1;
        data[4..12].copy_from_slice(&u64::MAX.to_le_bytes());
        for address in &addresses {
            data.extend_from_slice(address.as_ref());
        }
        self.put(key, LOOKUP_TABLE_PROGRAM, data, false);
        self.svm
            .warp_to_slot(self.svm.get_sysvar::<solana_clock::Clock>().slot + 1);
        AddressLookupTableAccount { key, addresses }
    }

    /// Sends one version 0 transaction, paid by the first signer; says what it took up.
    pub fn send_packet(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
        table: &AddressLookupTableAccount,
    ) -> (Size, Result<Outcome, Failure>) {
        self.svm.expire_blockhash();
        let message = v0::Message::try_compile(
            &signers[0].pubkey(),
            instructions,
            std::slice::from_ref(table),
            self.svm.latest_blockhash(),
        )
        .expect("the accounts are not too many for an index");
        let looked_up: usize = message
            .address_table_lookups
            .iter()
            .map(|lookup| lookup.writable_indexes.len() + lookup.readonly_indexes.len())
            .sum();
        let accounts = message.account_keys.len() + looked_up;
        let transaction = VersionedTransaction::try_new(VersionedMessage::V0(message), signers)
            .expect("every signer that the instructions name is given");
        let bytes = 1 + 64 * transaction.signatures.len() + transaction.message.serialize().len();
        let result = match self.svm.send_transaction(transaction) {
            Ok(meta) => Ok(meta.into()),
            Err(failed) => Err(failed.into()),
        };
        (Size { bytes, accounts }, result)
    }
}
