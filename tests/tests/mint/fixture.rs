//! A world in which `io_mint` is initialized, and what its tests share.

use io_client::{
    Pubkey, mint, pda,
    shared::{
        ids::io_mint,
        state::{MintConfig, MintPolicy, Minter, MinterTerms},
    },
};
use io_tests::{Failure, Outcome, World};
use solana_keypair::Keypair;
use solana_signer::Signer;

pub const CONFIG: Pubkey = io_mint::CONFIG.address;

pub const MINT: Pubkey = io_mint::MINT.address;

/// A world in which `io_mint` is initialized.
pub struct Fixture {
    pub world: World,
    pub guardian: Keypair,
}

impl Fixture {
    pub fn new() -> Self {
        let mut world = World::new();
        let guardian = world.wallet();
        let authority = world.authority.pubkey();
        world.run(&[mint::initialize(&authority, &guardian.pubkey())], &[]);
        Self { world, guardian }
    }

    pub fn authority(&self) -> Pubkey {
        self.world.authority.pubkey()
    }

    pub fn config(&self) -> MintConfig {
        let config: MintConfig = self.world.read(&CONFIG);
        assert!(config.invariant());
        config
    }

    pub fn minter(&self, authority: &Keypair) -> Minter {
        let minter: Minter = self.world.read(&minter_of(authority));
        assert!(minter.invariant());
        minter
    }

    pub fn try_add(&mut self, minter: &Keypair, terms: MinterTerms) -> Result<Outcome, Failure> {
        let instruction = mint::add_minter(&self.authority(), &minter.pubkey(), &terms);
        self.world.send(&[instruction], &[])
    }

    /// A new wallet that may mint on `terms`.
    pub fn add(&mut self, terms: MinterTerms) -> Keypair {
        let minter = self.world.wallet();
        self.try_add(&minter, terms).expect("the terms are good");
        minter
    }

    /// An empty IO account of a new wallet.
    pub fn io_account(&mut self) -> (Keypair, Pubkey) {
        let owner = self.world.wallet();
        let account = self.world.create_token_account(&owner.pubkey(), &MINT, 0);
        (owner, account)
    }

    pub fn mint(&mut self, minter: &Keypair, to: &Pubkey, amount: u64) -> Result<Outcome, Failure> {
        let instruction = mint::mint_to(&minter.pubkey(), &MINT, to, amount);
        self.world.send(&[instruction], &[minter])
    }

    pub fn raise(&mut self, minter: &Keypair, next_total: u64) -> Result<Outcome, Failure> {
        let instruction = mint::raise_minter(&self.authority(), &minter.pubkey(), next_total);
        self.world.send(&[instruction], &[])
    }
}

pub fn minter_of(authority: &Keypair) -> Pubkey {
    pda::minter(&authority.pubkey()).0
}

pub fn unlimited(policy: MintPolicy) -> MinterTerms {
    MinterTerms {
        policy,
        window_limit: u64::MAX,
        window_seconds: 0,
    }
}

pub fn allowance(amount: u64) -> MinterTerms {
    unlimited(MintPolicy::Allowance { amount })
}

pub fn schedule(curve: u8, start_at: i64) -> MinterTerms {
    unlimited(MintPolicy::Schedule { curve, start_at })
}

/// Asserts that the token program stopped the transaction with its error `code`.
#[track_caller]
pub fn assert_token_error(result: Result<Outcome, Failure>, code: u32) {
    assert_eq!(
        result.map(|_| ()).map_err(|failure| failure.code()),
        Err(Some(code))
    );
}

pub const OWNER_MISMATCH: u32 = 4;

pub const MINT_MISMATCH: u32 = 3;

pub const INSUFFICIENT_FUNDS: u32 = 1;
