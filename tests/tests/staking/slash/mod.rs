//! Slashes: proposed, cancelled, executed, lapsed; who pays, and who does not.

use crate::fixture::{Fixture, MINT};
use io_client::{
    Instruction, pda,
    shared::{
        constants::SLASH_DELAY,
        events::NodeSlashed,
        ids::{TOKEN_PROGRAM, io_mint},
        state::{MintConfig, SlashProposal},
    },
    staking,
};
use io_tests::{Failure, Outcome, books};
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::{Account as TokenAccount, Mint};

mod cancel;
mod earnings;
mod execute;
mod exits;
mod lapse;
mod new_stake;
mod payers;
mod propose;
mod tickets;

const REASON: [u8; 32] = [0xAB; 32];
/// The most that one proposal may take.
const HALF: u64 = 5_000;

impl Fixture {
    /// Makes the IO that tests wrote onto token accounts count as minted, so that it can be burned.
    pub fn count_supply(&mut self) {
        let accounts = self.world.svm.get_program_accounts(&TOKEN_PROGRAM);
        let held = accounts
            .iter()
            .filter_map(|(_, account)| TokenAccount::unpack(&account.data).ok())
            .filter(|account| account.mint == MINT)
            .map(|account| account.amount)
            .sum();
        let mut data = self.world.data(&MINT);
        let mut mint = Mint::unpack(&data).expect("a mint");
        mint.supply = held;
        mint.pack_into_slice(&mut data);
        self.world.put(MINT, TOKEN_PROGRAM, data, false);
        self.edit::<MintConfig>(&io_mint::CONFIG.address, |config| {
            config.minted = held + config.burned;
            config.promised = config.minted;
        });
    }

    pub fn try_propose(&mut self, bps: u64) -> Result<Outcome, Failure> {
        let slasher = self.slasher.insecure_clone();
        let propose = staking::propose_slash(&slasher.pubkey(), &self.node, bps, REASON);
        self.world.send(&[propose], &[&slasher])
    }

    #[track_caller]
    pub fn propose(&mut self, bps: u64) -> Outcome {
        self.try_propose(bps).expect("halted, and none is open")
    }

    fn execution(&self) -> Instruction {
        staking::execute_slash(&self.node, &MINT, &self.slasher.pubkey())
    }

    /// Sent by nobody in particular.
    pub fn try_execute(&mut self) -> Result<Outcome, Failure> {
        self.count_supply();
        let outcome = self.world.send(&[self.execution()], &[]);
        books::check(&self.world).expect("the books add up");
        outcome
    }

    pub fn try_cancel_slash(&mut self, by: &Keypair) -> Result<Outcome, Failure> {
        let cancel = staking::cancel_slash(&by.pubkey(), &self.node, &self.slasher.pubkey());
        self.world.send(&[cancel], &[by])
    }

    /// From halt to resumption.
    #[track_caller]
    pub fn slash(&mut self, bps: u64) -> NodeSlashed {
        self.halt();
        self.propose(bps);
        self.world.advance(SLASH_DELAY);
        let event = self.try_execute().expect("ripe").event();
        self.resume();
        event
    }

    pub fn proposal(&self) -> Option<SlashProposal> {
        self.world.try_read(&pda::slash(&self.node).0)
    }

    fn burned(&self) -> u64 {
        let config: MintConfig = self.world.read(&io_mint::CONFIG.address);
        config.burned
    }
}
