//! A venue that does whatever a script in the test says: `tests/programs/hostile-venue`.

use crate::World;
use io_client::{
    Instruction, Pubkey,
    venues::{Route, padded},
};
use solana_account::Account;
use solana_instruction::AccountMeta;
use std::collections::BTreeMap;

/// Where it is deployed.
pub const HOSTILE_PROGRAM: Pubkey =
    Pubkey::from_str_const("Hosti1eVenueDoesWhateverTheTestSays11111111");
/// A second copy, for calls that come back by a detour.
pub const HOSTILE_TWIN: Pubkey =
    Pubkey::from_str_const("Hosti1eTwinDoesWhateverTheTestSays111111111");

/// Its only instruction.
pub const SCRIPT: [u8; 1] = [66];

const CALL: u8 = 0;
const SAY: u8 = 1;
const PAY: u8 = 2;
const WRITABLE: u8 = 1;
const SIGNER: u8 = 2;

/// What the venue does, step by step.
#[derive(Clone, Debug)]
pub struct Script {
    program: Pubkey,
    accounts: Vec<AccountMeta>,
    steps: Vec<u8>,
}

impl Default for Script {
    fn default() -> Self {
        Self::of(HOSTILE_PROGRAM)
    }
}

impl Script {
    /// An empty script of the copy at `program`.
    pub fn of(program: Pubkey) -> Self {
        Self {
            program,
            accounts: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// The PDA that the venue signs with, owner of what it owns.
    pub fn authority(&self) -> Pubkey {
        Pubkey::find_program_address(&[b"venue"], &self.program).0
    }

    /// Calls another program; the venue asks for whatever rights the instruction names.
    #[must_use]
    pub fn call(mut self, instruction: Instruction) -> Self {
        let program = self.position(&AccountMeta::new_readonly(instruction.program_id, false));
        let mut step = vec![CALL, program, byte(instruction.accounts.len())];
        for account in &instruction.accounts {
            let mut flags = 0;
            if account.is_writable {
                flags |= WRITABLE;
            }
            if account.is_signer {
                flags |= SIGNER;
            }
            step.extend_from_slice(&[self.position(account), flags]);
        }
        step.extend_from_slice(&length(&instruction.data));
        step.extend_from_slice(&instruction.data);
        self.steps.extend_from_slice(&step);
        self
    }

    /// Sets the return data.
    #[must_use]
    pub fn say(mut self, data: &[u8]) -> Self {
        self.steps.push(SAY);
        self.steps.extend_from_slice(&length(data));
        self.steps.extend_from_slice(data);
        self
    }

    /// Moves lamports as if both accounts were its own.
    #[must_use]
    pub fn pay(mut self, from: &Pubkey, to: &Pubkey, lamports: u64) -> Self {
        let from = self.position(&AccountMeta::new(*from, false));
        let to = self.position(&AccountMeta::new(*to, false));
        self.steps.extend_from_slice(&[PAY, from, to]);
        self.steps.extend_from_slice(&lamports.to_le_bytes());
        self
    }

    /// Lets the caller name an account read-only though the script writes to it.
    #[must_use]
    pub fn named_readonly(mut self, account: &Pubkey) -> Self {
        for meta in &mut self.accounts {
            if meta.pubkey == *account {
                meta.is_writable = false;
            }
        }
        self
    }

    /// The script as an instruction.
    pub fn instruction(&self) -> Instruction {
        let (_, bump) = Pubkey::find_program_address(&[b"venue"], &self.program);
        let mut data = SCRIPT.to_vec();
        data.push(bump);
        data.extend_from_slice(&self.steps);
        Instruction {
            program_id: self.program,
            accounts: self.accounts.clone(),
            data,
        }
    }

    /// The script as a route of the router.
    pub fn route(&self) -> Route {
        let Instruction {
            program_id,
            accounts,
            data,
        } = self.instruction();
        Route {
            program: program_id,
            discriminator: padded(&SCRIPT),
            data,
            accounts,
        }
    }

    /// Where the venue finds an account; as writable as any step wants it, and never a signer.
    fn position(&mut self, wanted: &AccountMeta) -> u8 {
        let known = self
            .accounts
            .iter()
            .position(|known| known.pubkey == wanted.pubkey);
        let position = known.unwrap_or_else(|| {
            self.accounts
                .push(AccountMeta::new_readonly(wanted.pubkey, false));
            self.accounts.len() - 1
        });
        self.accounts[position].is_writable |= wanted.is_writable;
        byte(position)
    }
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).expect("a script is short")
}

fn length(data: &[u8]) -> [u8; 2] {
    u16::try_from(data.len())
        .expect("a script is short")
        .to_le_bytes()
}

/// Every account but those of the runtime itself, to show that nothing changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot(BTreeMap<Pubkey, Account>);

impl World {
    /// Everything there is, but for the payer of fees.
    pub fn snapshot(&self) -> Snapshot {
        const SYSVARS: Pubkey =
            Pubkey::from_str_const("Sysvar1111111111111111111111111111111111111");
        let payer = solana_signer::Signer::pubkey(&self.authority);
        let accounts = self.svm.accounts_db().inner.iter();
        Snapshot(
            accounts
                .map(|(address, account)| (*address, Account::from(account.clone())))
                .filter(|(address, account)| {
                    *address != payer && account.owner != SYSVARS && account.lamports > 0
                })
                .collect(),
        )
    }

    /// Asserts that nothing differs from `before`.
    #[track_caller]
    pub fn assert_unchanged(&self, before: &Snapshot) {
        let now = self.snapshot();
        for (address, account) in &before.0 {
            assert_eq!(now.0.get(address), Some(account), "{address} changed");
        }
        for address in now.0.keys() {
            assert!(before.0.contains_key(address), "{address} is new");
        }
    }
}
