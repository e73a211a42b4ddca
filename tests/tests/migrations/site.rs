//! A chain under the real loader, and the keys that a migration is run with.

use io_client::{Instruction, Pubkey, shared::ids};
use io_migrations::{Cluster, Finding, Kind, Operator, Step, Then, plan, verify};
use io_tests::World;
use litesvm::LiteSVM;
use solana_account::Account;
use solana_clock::Clock;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::collections::{BTreeMap, BTreeSet};

/// Sends what a migration plans, as a process would that can stop at any time.
pub struct Site {
    pub world: World,
    /// Stands for the multisig's vault.
    pub multisig: Keypair,
    /// Transactions sent so far.
    pub sent: usize,
}

impl Site {
    /// A chain with the four programs, deployed by the authority.
    pub fn new() -> Self {
        let mut world = World::new();
        let multisig = Keypair::new_from_array([2; 32]);
        world.fund(&multisig.pubkey());
        Self {
            world,
            multisig,
            sent: 0,
        }
    }

    /// A chain without any of the programs. Their keys are not in this repository, so signatures are not
    /// checked; that the right ones are asked for, is.
    pub fn bare() -> Self {
        let mut site = Self::new();
        let now = site.world.now();
        site.world.svm = LiteSVM::new().with_sigverify(false);
        site.world.set_clock(now);
        site.world.fund(&site.operator());
        site.world.fund(&site.multisig.pubkey());
        site.later();
        site
    }

    pub fn operator(&self) -> Pubkey {
        self.world.authority.pubkey()
    }

    /// The next slot.
    pub fn later(&mut self) {
        let slot = self.world.svm.get_sysvar::<Clock>().slot;
        self.world.svm.warp_to_slot(slot + 1);
    }

    /// Sends one step, signed by whichever of the two keys it wants. The slot moves on only where the
    /// step says that it must.
    pub fn try_send(&mut self, step: &Step) -> Result<(), String> {
        let sent = self.send_as(&step.instructions);
        if step.then == Then::NextSlot {
            self.later();
        }
        sent
    }

    pub fn send_as(&mut self, instructions: &[Instruction]) -> Result<(), String> {
        self.sent += 1;
        self.world.svm.expire_blockhash();
        let message = Message::new(instructions, Some(&self.operator()));
        let keys = [&self.world.authority, &self.multisig];
        let wanted = message.signer_keys();
        let keys: Vec<&Keypair> = keys
            .into_iter()
            .filter(|key| wanted.contains(&&key.pubkey()))
            .collect();
        let mut transaction = Transaction::new_unsigned(message);
        transaction.partial_sign(&keys, self.world.svm.latest_blockhash());
        let size = transaction.message_data().len() + 1 + 64 * transaction.signatures.len();
        assert!(
            size <= 1_232,
            "a transaction of {size} bytes does not fit a packet"
        );
        match self.world.svm.send_transaction(transaction) {
            Ok(_) => Ok(()),
            Err(failed) => Err(format!("{:?}\n{}", failed.err, failed.meta.pretty_logs())),
        }
    }

    #[track_caller]
    pub fn send(&mut self, step: &Step) {
        if let Err(failure) = self.try_send(step) {
            panic!("{}: {failure}", step.what);
        }
    }

    /// Every account but the sysvars, without what differs between two runs of the same: lamports of
    /// who paid the fees, and the slots that the loader notes.
    pub fn state(&self) -> BTreeMap<Pubkey, Account> {
        let accounts = self.world.svm.accounts_db().inner.iter();
        let mut state: BTreeMap<Pubkey, Account> = accounts
            .map(|(address, account)| (*address, Account::from(account.clone())))
            .filter(|(_, account)| account.owner != solana_sdk_ids::sysvar::ID)
            .collect();
        let payer = state.get_mut(&self.operator()).expect("the payer is there");
        payer.lamports = 0;
        state.remove(&self.world.svm.airdrop_pubkey());
        for account in state.values_mut() {
            let program_data = account.data.starts_with(&[3, 0, 0, 0]);
            if account.owner == solana_sdk_ids::bpf_loader_upgradeable::ID && program_data {
                account.data[4..12].fill(0);
            }
        }
        state
    }

    /// Asserts that every account is as on `other`.
    #[track_caller]
    pub fn assert_like(&self, other: &Self, when: &str) {
        let (here, there) = (self.state(), other.state());
        let addresses: BTreeSet<&Pubkey> = here.keys().chain(there.keys()).collect();
        for address in addresses {
            let (here, there) = (here.get(address), there.get(address));
            assert!(
                here == there,
                "{when}: {address} is {here:?} and not {there:?}"
            );
        }
    }
}

pub fn names(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|step| step.what.as_str()).collect()
}

/// A site with the file that it is to follow.
pub struct Cast {
    pub site: Site,
    pub text: String,
    usdc: Pubkey,
}

impl Cast {
    /// The programs deployed and nothing set up, with the file of the local network.
    pub fn new() -> Self {
        Self::on(Site::new())
    }

    pub fn on(mut site: Site) -> Self {
        let usdc = site.world.create_mint(6);
        site.world.deploy("amm", io_tests::amm::AMM_PROGRAM);
        let text = include_str!("../../../migrations/clusters/localnet.toml").into();
        Self { site, text, usdc }
    }

    /// The cluster set up as the file says.
    pub fn set_up() -> Self {
        Self::set_up_with(&[])
    }

    /// The cluster set up as the file says after some edits.
    pub fn set_up_with(edits: &[(&str, &str)]) -> Self {
        let mut cast = Self::new();
        for (from, to) in edits {
            cast.edit(from, to);
        }
        cast.migrate();
        cast
    }

    #[track_caller]
    pub fn edit(&mut self, from: &str, to: &str) {
        assert!(self.text.contains(from), "{from:?} is not in the file");
        self.text = self.text.replacen(from, to, 1);
    }

    #[track_caller]
    pub fn cluster(&self) -> Cluster {
        Cluster::parse(&self.text).expect("a sound file")
    }

    pub fn operator(&self) -> Operator {
        Operator {
            authority: self.site.operator(),
            usdc: self.usdc,
        }
    }

    #[track_caller]
    pub fn plan(&self) -> Vec<Step> {
        plan(&self.cluster(), &self.operator(), &self.site.world).expect("a plan")
    }

    #[track_caller]
    pub fn verify(&self) -> Vec<Finding> {
        verify(&self.cluster(), &self.operator(), &self.site.world).expect("findings")
    }

    #[track_caller]
    pub fn kinds(&self) -> Vec<(String, Kind)> {
        let found = self.verify().into_iter();
        found.map(|found| (found.path, found.kind)).collect()
    }

    /// Takes every step of a plan.
    #[track_caller]
    pub fn migrate(&mut self) {
        for step in self.plan() {
            self.site.send(&step);
        }
    }

    /// The IO mint.
    pub fn io(&self) -> Pubkey {
        ids::io_mint::MINT.address
    }
}
