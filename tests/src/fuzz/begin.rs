//! How a network begins, on the chain and in the model: minters before anything is minted, then the first IO and
//! the other programs.

use super::{
    action::Step,
    cast::{
        AUTHORITY, Cast, FIRST, GUARDIAN, OTHER, SCORER, SLASHER, WALLETS, venue_authority,
        wallet_account,
    },
    rig::Rig,
};
use crate::{
    GENESIS, World,
    amm::{Amm, Deposit, FEES, NewPool},
    hostile::HOSTILE_PROGRAM,
    model::{
        Account, Asset, DISTRIBUTOR, Emissions, Feed, Governance, IO, Mint, Minter, Model,
        Payments, Policy, Raw, RewardPool, Silent, Staking, Time, Tokens, USDC,
        curve::{CAP, Curve},
        exact::{Scheduled, Window},
        mint::Terms,
    },
};
use io_client::{
    Instruction, Pubkey, emissions, mint, payments,
    shared::{
        constants::{IO as ONE_IO, RULE_CHANGE_DELAY, USDC as ONE_USDC},
        ids::{METADATA_PROGRAM, TOKEN_PROGRAM, io_emissions, io_mint},
        state::{EmissionsTerms, MintPolicy, Minter as MinterAccount, MinterTerms},
    },
    staking,
};
use serde::{Deserialize, Serialize};
use solana_account::Account as ChainAccount;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::Mint as MintAccount;
use std::collections::{BTreeMap, HashMap};

/// How a network begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Genesis {
    /// A mint with a supply is adopted, rather than a new one made.
    pub adopt: bool,
    /// Raw IO that exist when the network is ready; at least [`LEAST_SUPPLY`].
    pub supply: u64,
    pub curve: u8,
    /// Seconds for which the emission has been running; negative for a start that lies ahead.
    pub running: Time,
    /// The pools' parts of the emission.
    pub shares: [u64; 4],
    pub min_self_stake: u64,
    /// Rules of the emission in the order of their numbers.
    pub rules: [u64; 5],
    pub payout_fee: u64,
    pub usdc_fee: u64,
    /// What happens to minters of a new mint before the first IO is minted; in the end there is room for the
    /// supply, and the authority is no minter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<Step>,
}

/// What each wallet begins with; the authority has the rest of the supply.
const WALLET_IO: u64 = 8_000_000 * ONE_IO;
const WALLET_USDC: u64 = 2_000_000 * ONE_USDC;
const POOL_IO: u64 = 1_000_000 * ONE_IO;
const POOL_USDC: u64 = 150_000 * ONE_USDC;
const HOARD: u64 = 1_000_000 * ONE_IO;
const UNLIMITED: Raw = u64::MAX as Raw;

/// The least that a network begins with: what the wallets have.
pub const LEAST_SUPPLY: u64 = 150_000_000 * ONE_IO;

/// The first accounts of IO: whose, and raw IO.
fn holdings(supply: u64) -> Vec<(Account, u64)> {
    let others = u64::from(WALLETS - 1) * WALLET_IO + HOARD;
    let mut held = vec![(Account::Hoard(IO), HOARD)];
    for who in 0..WALLETS {
        let amount = if who == AUTHORITY {
            supply - others
        } else {
            WALLET_IO
        };
        held.push((Account::Wallet(who, IO), amount));
    }
    held
}

fn put_mint(world: &mut World, address: Pubkey, decimals: u8, authority: &Pubkey, supply: u64) {
    let mint = MintAccount {
        mint_authority: (*authority).into(),
        supply,
        decimals,
        is_initialized: true,
        freeze_authority: None.into(),
    };
    let mut data = vec![0; MintAccount::LEN];
    mint.pack_into_slice(&mut data);
    world.put(address, TOKEN_PROGRAM, data, false);
}

fn must(world: &mut World, instructions: &[Instruction]) {
    if let Err(failure) = Rig::send(world, instructions) {
        panic!("the beginning: {:?}", failure.error);
    }
}

impl Rig {
    /// The programs deployed and the mint governed, with the distributor's minter; nothing is minted yet, unless
    /// the mint is adopted.
    pub fn unissued(genesis: &Genesis) -> Self {
        let mut world = World::new();
        let svm = std::mem::take(&mut world.svm);
        world.svm = svm
            .with_sigverify(false)
            .with_blockhash_check(false)
            .with_transaction_history(0)
            .with_log_bytes_limit(Some(0));
        world.deploy("hostile_venue", HOSTILE_PROGRAM);
        world.deploy("metadata", METADATA_PROGRAM);
        let wallets: Vec<Pubkey> = (0..WALLETS)
            .map(|who| match who {
                AUTHORITY => world.authority.pubkey(),
                _ => Pubkey::new_from_array([who + 100; 32]),
            })
            .collect();
        for wallet in &wallets {
            let account = ChainAccount {
                lamports: 1_000_000_000_000_000,
                ..ChainAccount::default()
            };
            world.svm.set_account(*wallet, account).expect("a wallet");
        }
        let io = if genesis.adopt {
            Pubkey::new_from_array([44; 32])
        } else {
            io_mint::MINT.address
        };
        let usdc = Pubkey::new_from_array([45; 32]);
        let pool = NewPool::plan(&wallets[0], 1, deposits(io, usdc), FEES, |_| 0).pool;
        let mints = [io, usdc, Pubkey::new_from_array([46; 32])];
        let cast = Cast::new(wallets, mints, Amm { pool, fees: FEES });
        govern(&mut world, genesis, &cast);
        let minter: MinterAccount = world.read(&io_emissions::MINTER);
        let model = model(genesis, world.now(), minter.skipped.into());
        let mut rig = Self {
            ticket_rent: world.rent(staking::TICKET_SPACE),
            world,
            cast,
            model,
            things: HashMap::new(),
        };
        rig.know_all();
        rig
    }

    /// The first IO minted by the authority, unless it was there, and the other programs initialized.
    pub fn issue(&mut self, genesis: &Genesis) {
        if !genesis.adopt {
            self.mint_supply(genesis.supply);
        }
        let (model, now) = (&mut self.model, self.world.now());
        for (token, amount) in [(IO, POOL_IO), (USDC, POOL_USDC)] {
            let (from, to) = (Account::Wallet(AUTHORITY, token), Account::Reserve(token));
            model
                .tokens
                .transfer(from, to, amount.into())
                .expect("it has that");
        }
        model.now = now;
        model.staking.created_at = now;
        model.payments.created_at = now;
        initialize(&mut self.world, genesis, &self.cast);
    }

    fn mint_supply(&mut self, supply: u64) {
        let (world, cast, model) = (&mut self.world, &self.cast, &mut self.model);
        let (authority, io) = (cast.wallet(AUTHORITY), cast.mint(IO));
        let allowance = MinterTerms {
            policy: MintPolicy::Allowance { amount: supply },
            window_limit: u64::MAX,
            window_seconds: 0,
        };
        must(
            world,
            &[mint::add_minter(&authority, &authority, &allowance)],
        );
        let terms = Terms::Allowance(supply.into());
        model
            .add_minter(AUTHORITY, AUTHORITY, terms, (UNLIMITED, 0), &Silent)
            .expect("there is room for it");
        for (account, amount) in holdings(supply) {
            let address = cast.account(account);
            must(world, &[mint::mint_to(&authority, &io, &address, amount)]);
            model
                .mint_to(AUTHORITY, account, amount.into())
                .expect("the allowance is that of all holdings");
        }
    }
}

/// The pool's two sides, from the authority's wallet.
fn deposits(io: Pubkey, usdc: Pubkey) -> [Deposit; 2] {
    [(io, IO, POOL_IO), (usdc, USDC, POOL_USDC)].map(|(mint, token, amount)| Deposit {
        mint,
        source: wallet_account(AUTHORITY, token),
        amount,
    })
}

/// The mint's governance and the distributor's minter, and everybody's token accounts.
fn govern(world: &mut World, genesis: &Genesis, cast: &Cast) {
    let [io, usdc, other] = cast.mints;
    let nobody = venue_authority();
    put_mint(world, usdc, 6, &nobody, 0);
    put_mint(world, other, 9, &nobody, 0);
    if genesis.adopt {
        put_mint(world, io, 8, &cast.wallet(FIRST), genesis.supply);
    }
    let (authority, guardian) = (cast.wallet(AUTHORITY), cast.wallet(GUARDIAN));
    let begin = if genesis.adopt {
        mint::adopt(&authority, &cast.wallet(FIRST), &io, &guardian)
    } else {
        mint::initialize(&authority, &guardian)
    };
    let distributor = MinterTerms {
        policy: MintPolicy::Schedule {
            curve: genesis.curve,
            start_at: GENESIS - genesis.running,
        },
        window_limit: u64::MAX,
        window_seconds: 0,
    };
    let schedule = mint::add_minter(&authority, &io_emissions::CONFIG.address, &distributor);
    must(world, &[begin, schedule]);
    for (account, amount) in holdings(genesis.supply) {
        let owner = match account {
            Account::Wallet(who, _) => cast.wallet(who),
            _ => nobody,
        };
        let amount = if genesis.adopt { amount } else { 0 };
        world.put_token_account(cast.account(account), &owner, &io, amount);
    }
    for (token, mint) in [(USDC, usdc), (OTHER, other)] {
        for who in 0..WALLETS {
            let (address, owner) = (wallet_account(who, token), cast.wallet(who));
            world.put_token_account(address, &owner, &mint, WALLET_USDC);
        }
        world.put_token_account(cast.account(Account::Hoard(token)), &nobody, &mint, HOARD);
    }
}

/// The pool and the programs beside the mint's.
fn initialize(world: &mut World, genesis: &Genesis, cast: &Cast) {
    let [io, usdc, _] = cast.mints;
    let creator = world.authority.insecure_clone();
    Amm::create(world, &creator, 1, deposits(io, usdc), FEES);
    let (authority, guardian) = (cast.wallet(AUTHORITY), cast.wallet(GUARDIAN));
    let [
        bounty_bps,
        bounty_cap,
        max_boost_bps,
        max_score_age,
        max_score_step_bps,
    ] = genesis.rules;
    let terms = EmissionsTerms {
        guardian,
        scorer: cast.wallet(SCORER),
        curve: genesis.curve,
        start_at: GENESIS - genesis.running,
        bounty_bps,
        bounty_cap,
        max_boost_bps,
        max_score_age,
        max_score_step_bps,
        pool_shares: genesis.shares,
    };
    let slasher = cast.wallet(SLASHER);
    let treasury = authority;
    must(
        world,
        &[staking::initialize(
            &authority,
            &guardian,
            &slasher,
            genesis.min_self_stake,
        )],
    );
    must(world, &[emissions::initialize(&authority, &io, &terms)]);
    must(
        world,
        &[
            payments::initialize(&authority, &guardian, &treasury, &usdc, genesis.payout_fee),
            payments::list_asset(&authority, &io, &TOKEN_PROGRAM, 0, 1),
            payments::list_asset(&authority, &usdc, &TOKEN_PROGRAM, genesis.usdc_fee, 10_000),
        ],
    );
}

/// The model of a governed mint, with what the other programs will begin with.
pub(super) fn model(genesis: &Genesis, now: Time, told: Raw) -> Model {
    let start = GENESIS - genesis.running;
    let curve = Curve::by_id(genesis.curve).expect("one of the two");
    let active_at = if genesis.adopt {
        now + RULE_CHANGE_DELAY
    } else {
        now
    };
    // Decision 14: on an adopted mint the schedule goes on where its curve is.
    let (epochs, skipped) = if genesis.adopt {
        let epochs = curve.elapsed(start, active_at);
        assert!(curve.agrees(epochs, told), "{told} raw skipped");
        (epochs, told)
    } else {
        (0, 0)
    };
    let distributor = Minter {
        policy: Policy::Schedule {
            curve: genesis.curve,
            start,
            skipped,
        },
        active_at,
        minted: 0,
        limit: UNLIMITED,
        seconds: 0,
        window: Window { used: 0, at: now },
        rent_payer: AUTHORITY,
    };
    let mut tokens = Tokens::default();
    let minted = if genesis.adopt { genesis.supply } else { 0 };
    if genesis.adopt {
        for (account, amount) in holdings(genesis.supply) {
            tokens.add(account, amount.into());
        }
    }
    for token in [USDC, OTHER] {
        for who in 0..WALLETS {
            tokens.add(Account::Wallet(who, token), WALLET_USDC.into());
        }
        tokens.add(Account::Hoard(token), HOARD.into());
    }
    let governance = Governance::new(AUTHORITY, GUARDIAN);
    let asset = |fee: u64, minimum| Asset {
        enabled: true,
        fee: Scheduled::new(fee.into()),
        minimum,
        feed: Scheduled::new(Feed::default()),
    };
    let pools = genesis.shares.iter().filter(|share| **share > 0);
    Model {
        now,
        tokens,
        mint: Mint {
            governance: governance.clone(),
            paused: false,
            minted: minted.into(),
            burned: 0,
            promised: Raw::from(minted) + CAP - skipped,
            minters: BTreeMap::from([(DISTRIBUTOR, distributor)]),
        },
        staking: Staking::new(
            AUTHORITY,
            GUARDIAN,
            SLASHER,
            genesis.min_self_stake.into(),
            now,
        ),
        emissions: Emissions {
            governance: governance.clone(),
            scorer: SCORER,
            curve: genesis.curve,
            start,
            epochs,
            emitted: skipped,
            bounties: 0,
            rules: genesis.rules.map(|rule| Scheduled::new(rule.into())),
            pools: pools
                .map(|share| RewardPool::new((*share).into()))
                .collect(),
            nodes: BTreeMap::new(),
        },
        payments: Payments {
            governance,
            paused: false,
            treasury: Scheduled::new(AUTHORITY),
            payout_fee: Scheduled::new(genesis.payout_fee.into()),
            buy_back_daily: Scheduled::new(0),
            bought: Window::default(),
            created_at: now,
            assets: BTreeMap::from([(IO, asset(0, 1)), (USDC, asset(genesis.usdc_fee, 10_000))]),
            venues: BTreeMap::new(),
            suppliers: BTreeMap::new(),
            gateways: BTreeMap::new(),
            receipts: BTreeMap::new(),
        },
        oracle: [None; 3],
        parted: Vec::new(),
    }
}
