//! A chain and a model that begin alike.

use super::{
    build::Builder,
    cast::{
        AUTHORITY, Cast, FIRST, GUARDIAN, OTHER, SCORER, SLASHER, Thing, WALLETS, venue_authority,
        wallet_account,
    },
    compare::{Compare, Differences},
    route::post,
};
use crate::{
    Failure, GENESIS, World,
    amm::{Amm, Deposit, FEES},
    hostile::HOSTILE_PROGRAM,
    model::{
        Account, Asset, DISTRIBUTOR, Emissions, Feed, Governance, IO, Mint, Minter, Model,
        Payments, Policy, Raw, RewardPool, Staking, Time, Tokens, Told, USDC, Who,
        curve::Curve,
        exact::{Scheduled, Window},
    },
};
use io_client::{
    Instruction, Pubkey, emissions, mint, payments, pda,
    shared::{
        constants::{IO as ONE_IO, RULE_CHANGE_DELAY, USDC as ONE_USDC},
        ids::{METADATA_PROGRAM, TOKEN_PROGRAM, io_emissions, io_mint},
        state::{
            EmissionsConfig, EmissionsTerms, MintPolicy, Minter as MinterAccount, MinterTerms,
            Node, RewardPool as PoolAccount,
        },
    },
    staking,
};
use serde::{Deserialize, Serialize};
use solana_account::Account as ChainAccount;
use solana_message::Message;
use solana_program_pack::Pack;
use solana_signer::Signer;
use solana_transaction::Transaction;
use spl_token_interface::state::Mint as MintAccount;
use std::collections::{BTreeMap, HashMap};

/// How a network begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Genesis {
    /// A mint with a supply is adopted, rather than a new one made.
    pub adopt: bool,
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
}

/// What each wallet begins with.
const WALLET_IO: u64 = 20_000_000 * ONE_IO;
const WALLET_USDC: u64 = 2_000_000 * ONE_USDC;
const POOL_IO: u64 = 1_000_000 * ONE_IO;
const POOL_USDC: u64 = 150_000 * ONE_USDC;
const HOARD: u64 = 1_000_000 * ONE_IO;
const ALL_IO: u64 = 500_000_000 * ONE_IO;
const UNLIMITED: Raw = u64::MAX as Raw;

/// A chain and its model.
pub struct Rig {
    pub world: World,
    pub cast: Cast,
    pub model: Model,
    /// What is at the addresses that were ever named.
    pub things: HashMap<Pubkey, Thing>,
    pub ticket_rent: u64,
}

/// What the model is told: the chain as it is after the step.
pub struct Chain<'a>(pub &'a World, pub &'a Cast);

impl Told for Chain<'_> {
    fn emitted(&self) -> Option<Raw> {
        let config: EmissionsConfig = self.0.try_read(&io_emissions::CONFIG.address)?;
        Some(config.emitted.into())
    }

    fn skipped(&self, minter: Who) -> Option<Raw> {
        let address = self.1.address(Thing::Minter(minter));
        let minter: MinterAccount = self.0.try_read(&address)?;
        Some(minter.skipped.into())
    }

    fn per_weight(&self, pool: u8) -> Option<u128> {
        let pool: PoolAccount = self.0.try_read(&pda::reward_pool(pool).0)?;
        Some(pool.acc_per_weight.get())
    }

    fn per_share(&self, node: (Who, u8), tranche: u8) -> Option<u128> {
        let node: Node = self.0.try_read(&self.1.node(node))?;
        Some(node.tranches[usize::from(tranche)].rewards_per_share.get())
    }
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

impl Rig {
    /// The programs deployed and initialized as `genesis` says.
    pub fn new(genesis: &Genesis) -> Self {
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
        let mints = [
            io,
            Pubkey::new_from_array([45; 32]),
            Pubkey::new_from_array([46; 32]),
        ];
        let amm = Self::begin(&mut world, genesis, &wallets, mints);
        let minter: MinterAccount = world.read(&io_emissions::MINTER);
        let model = Self::model(genesis, world.now(), minter.skipped.into());
        let cast = Cast {
            wallets,
            mints,
            amm,
        };
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

    fn begin(world: &mut World, genesis: &Genesis, wallets: &[Pubkey], mints: [Pubkey; 3]) -> Amm {
        let [io, usdc, other] = mints;
        let authority = wallets[usize::from(AUTHORITY)];
        let nobody = venue_authority();
        put_mint(world, usdc, 6, &nobody, 0);
        put_mint(world, other, 9, &nobody, 0);
        let guardian = wallets[usize::from(GUARDIAN)];
        let distributor = MinterTerms {
            policy: MintPolicy::Schedule {
                curve: genesis.curve,
                start_at: GENESIS - genesis.running,
            },
            window_limit: u64::MAX,
            window_seconds: 0,
        };
        let schedule = mint::add_minter(&authority, &io_emissions::CONFIG.address, &distributor);
        let held = Self::holdings();
        if genesis.adopt {
            put_mint(world, io, 8, &wallets[usize::from(FIRST)], ALL_IO);
            for (address, owner, amount) in held {
                let owner = owner.map_or(nobody, |who| wallets[usize::from(who)]);
                world.put_token_account(address, &owner, &io, amount);
            }
            let old = wallets[usize::from(FIRST)];
            Self::must(
                world,
                &[mint::adopt(&authority, &old, &io, &guardian), schedule],
            );
        } else {
            let allowance = MinterTerms {
                policy: MintPolicy::Allowance { amount: ALL_IO },
                window_limit: u64::MAX,
                window_seconds: 0,
            };
            let allow = mint::add_minter(&authority, &authority, &allowance);
            Self::must(
                world,
                &[mint::initialize(&authority, &guardian), schedule, allow],
            );
            for (address, owner, amount) in held {
                let owner = owner.map_or(nobody, |who| wallets[usize::from(who)]);
                world.put_token_account(address, &owner, &io, 0);
                Self::must(world, &[mint::mint_to(&authority, &io, &address, amount)]);
            }
        }
        for (who, wallet) in (0..).zip(wallets) {
            world.put_token_account(wallet_account(who, USDC), wallet, &usdc, WALLET_USDC);
            world.put_token_account(wallet_account(who, OTHER), wallet, &other, WALLET_USDC);
        }
        for (token, mint) in [(USDC, usdc), (OTHER, other)] {
            world.put_token_account(wallet_account(200, token), &nobody, &mint, HOARD);
        }
        let creator = world.authority.insecure_clone();
        let sides = [(io, IO, POOL_IO), (usdc, USDC, POOL_USDC)];
        let deposits = sides.map(|(mint, token, amount)| Deposit {
            mint,
            source: wallet_account(AUTHORITY, token),
            amount,
        });
        let amm = Amm::create(world, &creator, 1, deposits, FEES);
        let [
            bounty_bps,
            bounty_cap,
            max_boost_bps,
            max_score_age,
            max_score_step_bps,
        ] = genesis.rules;
        let terms = EmissionsTerms {
            guardian,
            scorer: wallets[usize::from(SCORER)],
            curve: genesis.curve,
            start_at: GENESIS - genesis.running,
            bounty_bps,
            bounty_cap,
            max_boost_bps,
            max_score_age,
            max_score_step_bps,
            pool_shares: genesis.shares,
        };
        let slasher = wallets[usize::from(SLASHER)];
        let treasury = authority;
        Self::must(
            world,
            &[staking::initialize(
                &authority,
                &guardian,
                &slasher,
                genesis.min_self_stake,
            )],
        );
        Self::must(world, &[emissions::initialize(&authority, &io, &terms)]);
        Self::must(
            world,
            &[
                payments::initialize(&authority, &guardian, &treasury, &usdc, genesis.payout_fee),
                payments::list_asset(&authority, &io, &TOKEN_PROGRAM, 0, 1),
                payments::list_asset(&authority, &usdc, &TOKEN_PROGRAM, genesis.usdc_fee, 10_000),
            ],
        );
        amm
    }

    /// The first accounts of IO: address, owner among the wallets, raw IO.
    fn holdings() -> Vec<(Pubkey, Option<Who>, u64)> {
        let others = u64::from(WALLETS - 1) * WALLET_IO + HOARD;
        let mut held = vec![(wallet_account(200, IO), None, HOARD)];
        for who in 0..WALLETS {
            let amount = if who == AUTHORITY {
                ALL_IO - others
            } else {
                WALLET_IO
            };
            held.push((wallet_account(who, IO), Some(who), amount));
        }
        held
    }

    fn must(world: &mut World, instructions: &[Instruction]) {
        if let Err(failure) = Self::send(world, instructions) {
            panic!("the beginning: {:?}", failure.error);
        }
    }

    /// Sends a transaction that everyone named has signed.
    pub fn send(world: &mut World, instructions: &[Instruction]) -> Result<(), Failure> {
        let payer = world.authority.pubkey();
        let message = Message::new(instructions, Some(&payer));
        let mut transaction = Transaction::new_unsigned(message);
        transaction.message.recent_blockhash = world.svm.latest_blockhash();
        match world.svm.send_transaction(transaction) {
            Ok(_) => Ok(()),
            Err(failed) => Err(failed.into()),
        }
    }

    /// The model of the same beginning.
    fn model(genesis: &Genesis, now: Time, told: Raw) -> Model {
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
        let minter = |policy, minted| Minter {
            policy,
            active_at: now,
            minted,
            limit: UNLIMITED,
            seconds: 0,
            window: Window { used: 0, at: now },
            rent_payer: AUTHORITY,
        };
        let schedule = Policy::Schedule {
            curve: genesis.curve,
            start,
            skipped,
        };
        let distributor = Minter {
            active_at,
            ..minter(schedule, 0)
        };
        let mut minters = BTreeMap::from([(DISTRIBUTOR, distributor)]);
        if !genesis.adopt {
            let allowance = Policy::Allowance(Scheduled::new(ALL_IO.into()));
            minters.insert(AUTHORITY, minter(allowance, ALL_IO.into()));
        }
        let mut tokens = Tokens::default();
        for (address, who, amount) in Self::holdings() {
            let account = who.map_or(Account::Hoard(IO), |who| Account::Wallet(who, IO));
            debug_assert_ne!(address, Pubkey::default());
            tokens.add(account, amount.into());
        }
        for who in 0..WALLETS {
            tokens.add(Account::Wallet(who, USDC), WALLET_USDC.into());
            tokens.add(Account::Wallet(who, OTHER), WALLET_USDC.into());
        }
        for token in [USDC, OTHER] {
            tokens.add(Account::Hoard(token), HOARD.into());
        }
        for (token, amount) in [(IO, POOL_IO), (USDC, POOL_USDC)] {
            let (from, to) = (Account::Wallet(AUTHORITY, token), Account::Reserve(token));
            tokens
                .transfer(from, to, amount.into())
                .expect("it has that");
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
                minted: ALL_IO.into(),
                burned: 0,
                minters,
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
                assets: BTreeMap::from([
                    (IO, asset(0, 1)),
                    (USDC, asset(genesis.usdc_fee, 10_000)),
                ]),
                venues: BTreeMap::new(),
                suppliers: BTreeMap::new(),
                gateways: BTreeMap::new(),
                receipts: BTreeMap::new(),
            },
            oracle: [None; 3],
            parted: Vec::new(),
        }
    }

    /// Learns what is at the address of `thing`.
    pub fn know(&mut self, thing: Thing) {
        self.things.insert(self.cast.address(thing), thing);
    }

    fn know_all(&mut self) {
        let wallets = 0..WALLETS;
        let tokens = [IO, USDC, OTHER];
        let mut things = vec![
            Thing::MintConfig,
            Thing::IoMint,
            Thing::StakingConfig,
            Thing::EmissionsConfig,
            Thing::PaymentsConfig,
            Thing::Token(Account::Emissions),
            Thing::Minter(DISTRIBUTOR),
        ];
        things.extend((0..4).map(Thing::Pool));
        things.extend((0..2).map(Thing::Venue));
        for who in wallets {
            things.extend([
                Thing::Minter(who),
                Thing::Supplier(who),
                Thing::Gateway(who),
            ]);
            things.push(Thing::Token(Account::Earnings(who)));
            things.extend(tokens.map(|token| Thing::Token(Account::Wallet(who, token))));
        }
        for token in tokens {
            things.push(Thing::Asset(token));
            let of = [
                Account::Transit(token),
                Account::Fees(token),
                Account::Hoard(token),
            ];
            things.extend(of.map(Thing::Token));
        }
        things.extend([IO, USDC].map(|token| Thing::Token(Account::Reserve(token))));
        for thing in things {
            self.know(thing);
        }
    }

    pub fn builder(&self) -> Builder<'_> {
        Builder {
            cast: &self.cast,
            model: &self.model,
            rent: self.ticket_rent,
        }
    }

    pub fn compare(&self) -> Compare<'_> {
        Compare {
            svm: &self.world.svm,
            cast: &self.cast,
            model: &self.model,
        }
    }

    /// What differs between chain and model, over everything that was ever named.
    pub fn differences(&self) -> Vec<String> {
        let compare = self.compare();
        let mut found = Differences::default();
        for (address, thing) in &self.things {
            compare.check(*thing, address, &mut found);
        }
        found.0
    }

    /// Posts a price.
    pub fn post(&mut self, token: u8, price: &crate::model::Price) {
        post(&mut self.world, token, price);
    }
}
