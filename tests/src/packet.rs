//! Transactions as they go over the wire: version 0, with an address lookup table, in one packet.

use crate::{Failure, Outcome, World};
use io_client::{Instruction, Pubkey};
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

/// Bytes of the largest transaction that a packet holds.
pub const PACKET: usize = 1_232;

const LOOKUP_TABLES: Pubkey = Pubkey::from_str_const("AddressLookupTab1e1111111111111111111111111");

impl World {
    /// An address lookup table, filled long ago.
    pub fn lookup_table(&mut self, addresses: &[Pubkey]) -> AddressLookupTableAccount {
        let key = self.fresh_address();
        // ProgramState::LookupTable, never deactivated, last extended in slot 0, no authority.
        let mut data = vec![1, 0, 0, 0];
        data.extend_from_slice(&u64::MAX.to_le_bytes());
        data.resize(56, 0);
        for address in addresses {
            data.extend_from_slice(address.as_ref());
        }
        self.put(key, LOOKUP_TABLES, data, false);
        // A table is good from the slot after its last extension.
        let slot = self.svm.get_sysvar::<solana_clock::Clock>().slot;
        self.svm.warp_to_slot(slot.max(1));
        AddressLookupTableAccount {
            key,
            addresses: addresses.to_vec(),
        }
    }

    /// Sends one transaction of version 0 that takes its addresses from `table`; its size comes with
    /// the outcome. Paid by [`World::authority`], signed by `signers` besides.
    pub fn send_packet(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
        table: &AddressLookupTableAccount,
    ) -> (Result<Outcome, Failure>, usize) {
        self.svm.expire_blockhash();
        let mut keys = vec![&self.authority];
        for signer in signers {
            if keys.iter().all(|key| key.pubkey() != signer.pubkey()) {
                keys.push(signer);
            }
        }
        let message = v0::Message::try_compile(
            &self.authority.pubkey(),
            instructions,
            std::slice::from_ref(table),
            self.svm.latest_blockhash(),
        )
        .expect("the instructions fit a message");
        // One byte counts the signatures.
        let size = 1 + keys.len() * 64 + message.serialize().len();
        let transaction = VersionedTransaction::try_new(VersionedMessage::V0(message), &keys)
            .expect("every signer that the instructions name is given");
        let result = match self.svm.send_transaction(transaction) {
            Ok(meta) => Ok(meta.into()),
            Err(failed) => Err(failed.into()),
        };
        (result, size)
    }
}
