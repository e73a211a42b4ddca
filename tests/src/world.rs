//! A chain in this process: LiteSVM with the programs as they would be deployed.

use crate::{Failure, Outcome, matrix::Tape};
use io_client::{
    Instruction, Pubkey,
    shared::{ids, state::Layout},
};
use litesvm::LiteSVM;
use solana_account::Account;
use solana_clock::Clock;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::path::PathBuf;

/// The time at which every world begins: 2024-06-25 12:00 UTC, when the network's emission began.
pub const GENESIS: i64 = 1_719_316_800;

/// The four programs by the name of their binary.
pub const PROGRAMS: [(&str, Pubkey); 4] = [
    ("io_mint", ids::io_mint::ID),
    ("io_staking", ids::io_staking::ID),
    ("io_emissions", ids::io_emissions::ID),
    ("io_payments", ids::io_payments::ID),
];

/// Names a folder with other binaries than the checkout's, all of them.
const PROGRAMS_FOLDER: &str = "IO_TEST_PROGRAMS";

/// Where `cargo xtask build` puts the binary of a program, or where [`PROGRAMS_FOLDER`] has another one.
pub fn artifact(name: &str) -> PathBuf {
    let deploy = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/deploy");
    let folder = std::env::var_os(PROGRAMS_FOLDER).map_or_else(deploy, PathBuf::from);
    folder.join(format!("{name}.so"))
}

/// The accounts of a program deployed at `id` under the upgradeable loader: address, owner, data
/// and whether it is executable.
pub fn deployment(
    name: &str,
    id: Pubkey,
    upgrade_authority: &Pubkey,
) -> [(Pubkey, Pubkey, Vec<u8>, bool); 2] {
    let path = artifact(name);
    let elf = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask build`", path.display()));
    let (program_data, _) = Pubkey::find_program_address(&[id.as_ref()], &ids::UPGRADEABLE_LOADER);
    // UpgradeableLoaderState::ProgramData { slot: 0, upgrade_authority_address: Some(..) }
    let mut data = vec![3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    data.extend_from_slice(upgrade_authority.as_ref());
    data.extend_from_slice(&elf);
    // UpgradeableLoaderState::Program { programdata_address }
    let mut program = vec![2, 0, 0, 0];
    program.extend_from_slice(program_data.as_ref());
    [
        (program_data, ids::UPGRADEABLE_LOADER, data, false),
        (id, ids::UPGRADEABLE_LOADER, program, true),
    ]
}

/// A chain with the four programs, and the keys that own them.
pub struct World {
    pub svm: LiteSVM,
    /// Upgrade authority of the programs, and payer of every transaction's fee.
    pub authority: Keypair,
    /// Keeps the calls that succeed, if it is there.
    pub tape: Option<Tape>,
    wallets: u64,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// The programs deployed and nothing initialized, at [`GENESIS`].
    pub fn new() -> Self {
        let mut world = Self {
            svm: LiteSVM::new(),
            authority: Keypair::new_from_array([1; 32]),
            tape: None,
            wallets: 0,
        };
        world.fund(&world.authority.pubkey());
        world.set_clock(GENESIS);
        for (name, id) in PROGRAMS {
            world.deploy(name, id);
        }
        world
    }

    /// Deploys the binary `name` at `id` under the upgradeable loader.
    pub fn deploy(&mut self, name: &str, id: Pubkey) {
        for (address, owner, data, executable) in deployment(name, id, &self.authority.pubkey()) {
            self.put(address, owner, data, executable);
        }
    }

    /// Writes an account as no transaction could; for hostile accounts in tests.
    pub fn put(&mut self, address: Pubkey, owner: Pubkey, data: Vec<u8>, executable: bool) {
        let account = Account {
            lamports: self.svm.minimum_balance_for_rent_exemption(data.len()),
            data,
            owner,
            executable,
            rent_epoch: u64::MAX,
        };
        self.svm
            .set_account(address, account)
            .expect("the account is well formed");
    }

    /// Removes an account as no transaction could.
    pub fn remove(&mut self, address: &Pubkey) {
        self.svm
            .set_account(*address, Account::default())
            .expect("an empty account is well formed");
    }

    /// A new wallet with 1,000 SOL; the same ones in the same order in every world.
    pub fn wallet(&mut self) -> Keypair {
        self.wallets += 1;
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&self.wallets.to_le_bytes());
        let wallet = Keypair::new_from_array(seed);
        self.fund(&wallet.pubkey());
        wallet
    }

    /// Gives `address` 1,000 SOL.
    pub fn fund(&mut self, address: &Pubkey) {
        self.svm
            .airdrop(address, 1_000_000_000_000)
            .expect("the faucet pays");
    }

    /// Sends one transaction paid by [`World::authority`] and signed by `signers` besides.
    pub fn send(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<Outcome, Failure> {
        // A new blockhash each time lets the same instructions be sent twice.
        self.svm.expire_blockhash();
        let mut keys = vec![&self.authority];
        for signer in signers {
            if keys.iter().all(|key| key.pubkey() != signer.pubkey()) {
                keys.push(signer);
            }
        }
        let message = Message::new(instructions, Some(&self.authority.pubkey()));
        let mut transaction = Transaction::new_unsigned(message);
        transaction
            .try_sign(&keys, self.svm.latest_blockhash())
            .expect("every signer that the instructions name is given");
        let tape = self.tape.as_ref();
        let call = tape.and_then(|tape| tape.before(&self.svm, instructions));
        let meta = self.svm.send_transaction(transaction)?;
        if let (Some(tape), Some(call)) = (&mut self.tape, call) {
            tape.keep(call);
        }
        Ok(meta.into())
    }

    /// Like [`World::send`], for what must succeed.
    #[track_caller]
    pub fn run(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Outcome {
        match self.send(instructions, signers) {
            Ok(outcome) => outcome,
            Err(failure) => panic!("{:?}\n{}", failure.error, failure.meta.pretty_logs()),
        }
    }

    /// The time on chain.
    pub fn now(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Sets the time on chain, forwards or backwards.
    pub fn set_clock(&mut self, unix_timestamp: i64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = unix_timestamp;
        self.svm.set_sysvar(&clock);
    }

    /// Lets `seconds` pass.
    pub fn advance(&mut self, seconds: i64) {
        self.set_clock(self.now() + seconds);
    }

    /// Lamports that an account of `space` bytes must hold.
    pub fn rent(&self, space: u64) -> u64 {
        let space = usize::try_from(space).expect("an account's size");
        self.svm.minimum_balance_for_rent_exemption(space)
    }

    /// Whether an account exists.
    pub fn exists(&self, address: &Pubkey) -> bool {
        self.svm
            .get_account(address)
            .is_some_and(|account| account.lamports > 0)
    }

    /// Lamports of an account; 0 if it does not exist.
    pub fn lamports(&self, address: &Pubkey) -> u64 {
        self.svm.get_balance(address).unwrap_or(0)
    }

    /// An account of one of the four programs.
    #[track_caller]
    pub fn read<L: Layout>(&self, address: &Pubkey) -> L {
        self.try_read(address)
            .unwrap_or_else(|| panic!("{address} is not the account that was asked for"))
    }

    /// An account of one of the four programs, if it is there.
    pub fn try_read<L: Layout>(&self, address: &Pubkey) -> Option<L> {
        let account = self.svm.get_account(address)?;
        (account.owner == L::OWNER).then(|| L::read_copy(&account.data))?
    }

    /// Bytes of an account.
    #[track_caller]
    pub fn data(&self, address: &Pubkey) -> Vec<u8> {
        self.svm
            .get_account(address)
            .unwrap_or_else(|| panic!("{address} does not exist"))
            .data
    }
}

impl World {
    /// An address that nothing else uses.
    pub fn fresh_address(&mut self) -> Pubkey {
        self.wallets += 1;
        let mut bytes = [9; 32];
        bytes[..8].copy_from_slice(&self.wallets.to_le_bytes());
        Pubkey::new_from_array(bytes)
    }
}
