//! `io_payments` on its real binary, swapping through a real SPL token-swap pool: each instruction,
//! each error it can return, each account it checks.

use io_client::{
    Instruction, Pubkey, mint,
    payments::{self, Order, PayOut, TokenPayment},
    pda,
    shared::{
        constants::{DAY, IO, RULE_CHANGE_DELAY, USDC, VERSION},
        errors::PaymentsError,
        events::{
            AssetEnabled, AssetFeeScheduled, AssetListed, EarningsTaken, MicroPaid, Paid, PaidOut,
            PaymentsAuthorityAccepted, PaymentsAuthorityNominated, PaymentsGuardianSet,
            PaymentsInitialized, PaymentsPaused, PayoutFeeScheduled, ReceiptClosed,
            SupplierChanged, SupplierRegistered, TreasuryScheduled, VenueEnabled, VenueListed,
        },
        ids::{
            self, TOKEN_PROGRAM, io_mint,
            io_payments::{CONFIG, ROUTER},
        },
        math::fee::fee_of,
        state::{
            Asset, Layout, MintPolicy, MinterTerms, PaymentsConfig, PayoutPreference, Receipt,
            ReceiptOfOne, Supplier, Venue,
        },
    },
    venues::{Route, padded},
};
use io_tests::{
    Failure, Outcome, World,
    amm::{AMM_PROGRAM, Amm, Deposit, Fees, Trade},
    assert_fails,
};
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::state::{Account, AccountState};

const MINT: Pubkey = io_mint::MINT.address;
const FEE_BPS: u64 = 200;
const MINIMUM: u64 = 10_000;
const ORDER: [u8; 32] = [42; 32];

/// A world with the router set up and a pool of 1,000,000 IO and 150,000 USDC.
struct Market {
    world: World,
    usdc: Pubkey,
    amm: Amm,
    guardian: Keypair,
    treasury: Keypair,
    treasury_usdc: Pubkey,
    renter: Keypair,
    renter_io: Pubkey,
    renter_usdc: Pubkey,
    supplier: Payee,
}

/// A supplier with a payout wallet of its own and its token accounts.
struct Payee {
    owner: Keypair,
    payout: Keypair,
    io: Pubkey,
    usdc: Pubkey,
}

impl Payee {
    fn address(&self) -> Pubkey {
        pda::supplier(&self.owner.pubkey()).0
    }

    fn earnings(&self) -> Pubkey {
        pda::earnings(&self.address()).0
    }
}

/// A world with `io_mint` initialized and a USDC mint: where the router is set up.
fn bare_world() -> (World, Pubkey) {
    let mut world = World::new();
    let authority = world.authority.pubkey();
    let terms = MinterTerms {
        policy: MintPolicy::Allowance {
            amount: 100_000_000 * IO,
        },
        window_limit: u64::MAX,
        window_seconds: 0,
    };
    world.run(
        &[
            mint::initialize(&authority, &authority),
            mint::add_minter(&authority, &authority, &terms),
        ],
        &[],
    );
    let usdc = world.create_mint(6);
    (world, usdc)
}

/// An IO account of `owner` with freshly minted IO.
fn io_account(world: &mut World, owner: &Pubkey, amount: u64) -> Pubkey {
    let account = world.create_token_account(owner, &MINT, 0);
    if amount > 0 {
        let authority = world.authority.pubkey();
        world.run(&[mint::mint_to(&authority, &MINT, &account, amount)], &[]);
    }
    account
}

impl Market {
    fn new() -> Self {
        let (mut world, usdc) = bare_world();
        let authority = world.authority.pubkey();
        let [guardian, treasury, renter, creator] = std::array::from_fn(|_| world.wallet());
        let creator_io = io_account(&mut world, &creator.pubkey(), 1_000_000 * IO);
        let creator_usdc = world.create_token_account(&creator.pubkey(), &usdc, 150_000 * USDC);
        let deposits = [
            Deposit {
                mint: MINT,
                source: creator_io,
                amount: 1_000_000 * IO,
            },
            Deposit {
                mint: usdc,
                source: creator_usdc,
                amount: 150_000 * USDC,
            },
        ];
        let amm = Amm::create(&mut world, &creator, 1, deposits, Fees::default());
        world.run(
            &[
                payments::initialize(
                    &authority,
                    &guardian.pubkey(),
                    &treasury.pubkey(),
                    &usdc,
                    FEE_BPS,
                ),
                payments::list_asset(&authority, &MINT, 0, MINIMUM),
                payments::list_asset(&authority, &usdc, FEE_BPS, MINIMUM),
                payments::list_venue(&authority, &AMM_PROGRAM, &[1]),
            ],
            &[],
        );
        let treasury_usdc = world.create_token_account(&treasury.pubkey(), &usdc, 0);
        let renter_io = io_account(&mut world, &renter.pubkey(), 10_000 * IO);
        let renter_usdc = world.create_token_account(&renter.pubkey(), &usdc, 10_000 * USDC);
        let supplier = register(&mut world, &usdc, PayoutPreference::Io);
        Self {
            world,
            usdc,
            amm,
            guardian,
            treasury,
            treasury_usdc,
            renter,
            renter_io,
            renter_usdc,
            supplier,
        }
    }

    fn authority(&self) -> Pubkey {
        self.world.authority.pubkey()
    }

    fn order(&self) -> Order {
        Order {
            id: ORDER,
            expires_at: self.world.now() + 600,
        }
    }

    fn send(&mut self, instruction: Instruction, signer: &Keypair) -> Result<Outcome, Failure> {
        attempt(&mut self.world, instruction, &[signer])
    }

    /// The renter's payment in IO.
    fn pay_io(&self, amount: u64) -> Instruction {
        self.pay_io_to(&self.io_destination(), &self.order(), amount)
    }

    fn pay_io_to(&self, destination: &Pubkey, order: &Order, amount: u64) -> Instruction {
        payments::pay_io(
            &self.renter.pubkey(),
            &self.renter_io,
            &self.supplier.owner.pubkey(),
            destination,
            order,
            amount,
        )
    }

    fn io_destination(&self) -> Pubkey {
        let supplier: Supplier = self.world.read(&self.supplier.address());
        payments::io_destination(&supplier, &self.supplier.io)
    }

    /// The renter's payment in USDC.
    fn usdc_payment(&self, amount: u64, fee_on_top: bool) -> TokenPayment {
        TokenPayment {
            payer: self.renter.pubkey(),
            mint: self.usdc,
            source: self.renter_usdc,
            treasury: self.treasury_usdc,
            io_mint: MINT,
            supplier_owner: self.supplier.owner.pubkey(),
            destination: self.io_destination(),
            order: self.order(),
            amount,
            fee_on_top,
            min_io_out: 1,
        }
    }

    /// The route that swaps all of a payment after the fee.
    fn route(&self, payment: &TokenPayment) -> Route {
        let fee = fee_of(payment.amount, FEE_BPS).expect("a fee below 100 %");
        let net = if payment.fee_on_top {
            payment.amount
        } else {
            payment.amount - fee
        };
        self.amm.route(&payment.mint, net)
    }

    fn pay_token(&mut self, payment: &TokenPayment) -> Result<Outcome, Failure> {
        let route = self.route(payment);
        self.pay_along(payment, &route)
    }

    fn pay_along(&mut self, payment: &TokenPayment, route: &Route) -> Result<Outcome, Failure> {
        self.world
            .send(&[payments::pay_token(payment, route)], &[&self.renter])
    }

    /// Lets the supplier take USDC and puts `amount` raw IO into its vault.
    fn earn(&mut self, amount: u64) {
        self.prefer(PayoutPreference::Usdc, 0);
        let instruction = self.pay_io(amount);
        self.world.run(&[instruction], &[&self.renter]);
    }

    fn prefer(&mut self, preference: PayoutPreference, keeper_min_price: u64) {
        let instruction = payments::set_supplier(
            &self.supplier.owner.pubkey(),
            preference,
            &self.supplier.payout.pubkey(),
            keeper_min_price,
        );
        self.world.run(&[instruction], &[&self.supplier.owner]);
    }

    fn out(&self, caller: &Keypair, amount: u64) -> PayOut {
        PayOut {
            caller: caller.pubkey(),
            supplier_owner: self.supplier.owner.pubkey(),
            io_mint: MINT,
            usdc_mint: self.usdc,
            treasury: self.treasury_usdc,
            destination: self.supplier.usdc,
            amount,
            min_usdc_out: 1,
        }
    }

    fn pay_out(&mut self, out: &PayOut, caller: &Keypair) -> Result<Outcome, Failure> {
        let route = self.amm.route(&MINT, out.amount);
        self.send(payments::pay_out(out, &route), caller)
    }

    fn owner_pays_out(&mut self, amount: u64) -> Result<Outcome, Failure> {
        let owner = self.supplier.owner.insecure_clone();
        let out = self.out(&owner, amount);
        self.pay_out(&out, &owner)
    }

    fn transit(&self, mint: &Pubkey) -> u64 {
        self.world.token_balance(&pda::transit(mint).0)
    }

    #[track_caller]
    fn assert_transits_empty(&self) {
        assert_eq!((self.transit(&MINT), self.transit(&self.usdc)), (0, 0));
    }

    /// Every balance that a payment or a pay-out may move.
    fn balances(&self) -> Vec<u64> {
        [
            self.renter_io,
            self.renter_usdc,
            self.treasury_usdc,
            self.supplier.io,
            self.supplier.usdc,
            self.supplier.earnings(),
            pda::transit(&MINT).0,
            pda::transit(&self.usdc).0,
            self.amm.pool.reserve_a,
            self.amm.pool.reserve_b,
        ]
        .iter()
        .map(|account| self.world.token_balance(account))
        .collect()
    }

    fn receipt(&self) -> Pubkey {
        pda::receipt(&self.renter.pubkey(), &ORDER).0
    }

    /// Lists an instruction that could never be listed, to see what a hostile venue could do with
    /// the router's signature: the token program itself.
    fn list_token_program(&mut self, discriminator: u8) {
        let bytes = padded(&[discriminator]);
        let (address, bump) = pda::venue(&TOKEN_PROGRAM, &bytes);
        let venue = Venue {
            program: TOKEN_PROGRAM,
            ..Venue::new(AMM_PROGRAM, bytes, 1, bump).expect("a good venue")
        };
        let mut data = Venue::DISCRIMINATOR.to_vec();
        data.extend_from_slice(bytes_of(&venue));
        self.world.put(address, Venue::OWNER, data, false);
    }
}

fn bytes_of(venue: &Venue) -> &[u8] {
    // SAFETY: `Venue` is plain old data without padding.
    unsafe { std::slice::from_raw_parts(std::ptr::from_ref(venue).cast(), size_of::<Venue>()) }
}

fn register(world: &mut World, usdc: &Pubkey, preference: PayoutPreference) -> Payee {
    let [owner, payout] = std::array::from_fn(|_| world.wallet());
    let io = world.create_token_account(&payout.pubkey(), &MINT, 0);
    let usdc = world.create_token_account(&payout.pubkey(), usdc, 0);
    let instruction = payments::register_supplier(
        &owner.pubkey(),
        &owner.pubkey(),
        preference,
        &payout.pubkey(),
        &MINT,
    );
    world.run(&[instruction], &[&owner]);
    Payee {
        owner,
        payout,
        io,
        usdc,
    }
}

/// Sends `instruction` signed by those of `signers` whose signature it asks for.
fn attempt(
    world: &mut World,
    instruction: Instruction,
    signers: &[&Keypair],
) -> Result<Outcome, Failure> {
    let asked = |key: &Pubkey| {
        let mut accounts = instruction.accounts.iter();
        accounts.any(|account| account.is_signer && account.pubkey == *key)
    };
    let signers: Vec<&Keypair> = signers
        .iter()
        .copied()
        .filter(|signer| asked(&signer.pubkey()))
        .collect();
    world.send(&[instruction], &signers)
}

/// A call of the token program that the router signs, as a route.
fn token_program_route(data: Vec<u8>, accounts: Vec<AccountMeta>) -> Route {
    Route {
        program: TOKEN_PROGRAM,
        discriminator: padded(&data[..1]),
        data,
        accounts,
    }
}

#[track_caller]
fn assert_reason(result: Result<Outcome, Failure>, reason: InstructionError) {
    match result {
        Ok(_) => panic!("succeeded instead of failing with {reason:?}"),
        Err(failure) => assert_eq!(
            failure.reason(),
            Some(&reason),
            "{}",
            failure.meta.pretty_logs()
        ),
    }
}

/// The token program's own error.
#[track_caller]
fn assert_token_error(result: Result<Outcome, Failure>, code: u32) {
    assert_reason(result, InstructionError::Custom(code));
}

const INSUFFICIENT_FUNDS: u32 = 1;
const MINT_MISMATCH: u32 = 3;
const OWNER_MISMATCH: u32 = 4;
/// Anchor's: an account that must be named once only is named twice.
const DUPLICATE: u32 = 2040;

/// Sends `instruction` with each of `accounts` (position, replacement, error) replaced in turn.
#[track_caller]
fn assert_accounts_checked(
    world: &mut World,
    instruction: &Instruction,
    signers: &[&Keypair],
    accounts: &[(usize, Pubkey, InstructionError)],
) {
    for (position, replacement, error) in accounts {
        let mut wrong = instruction.clone();
        wrong.accounts[*position].pubkey = *replacement;
        match attempt(world, wrong, signers) {
            Ok(_) => panic!("account {position} is not checked"),
            Err(failure) => assert_eq!(
                failure.reason(),
                Some(error),
                "account {position}: {}",
                failure.meta.pretty_logs()
            ),
        }
    }
}

fn custom(error: PaymentsError) -> InstructionError {
    InstructionError::Custom(error.code())
}

// ---------------------------------------------------------------- setting up

#[test]
fn initialize_creates_the_config() {
    let (mut world, usdc) = bare_world();
    let authority = world.authority.pubkey();
    let [guardian, treasury] = std::array::from_fn(|_| world.wallet().pubkey());
    let initialize = payments::initialize(&authority, &guardian, &treasury, &usdc, FEE_BPS);
    let outcome = world.run(&[initialize.clone()], &[]);

    let config: PaymentsConfig = world.read(&CONFIG.address);
    assert_eq!((config.version, config.bump), (VERSION, CONFIG.bump));
    assert_eq!(config.governance.authority, authority);
    assert_eq!(config.governance.guardian, guardian);
    assert_eq!(config.treasury, treasury);
    assert_eq!((config.io_mint, config.usdc_mint), (MINT, usdc));
    assert_eq!(config.payout_fee_bps.at(world.now()), FEE_BPS);
    assert_eq!(config.paused, 0);
    assert_eq!(
        outcome.event::<PaymentsInitialized>(),
        PaymentsInitialized {
            authority,
            guardian,
            treasury,
            io_mint: MINT,
            usdc_mint: usdc,
            payout_fee_bps: FEE_BPS,
        }
    );
    assert!(world.send(&[initialize], &[]).is_err(), "works once");
}

#[test]
fn initialize_refuses_bad_rules_and_strangers() {
    let (mut world, usdc) = bare_world();
    let authority = world.authority.pubkey();
    let stranger = world.wallet();
    let eight = world.create_mint(8);
    let key = stranger.pubkey();
    let nobody = Pubkey::default();
    for (instruction, error) in [
        (
            payments::initialize(&key, &key, &key, &usdc, FEE_BPS),
            PaymentsError::NotUpgradeAuthority,
        ),
        (
            payments::initialize(&authority, &key, &nobody, &usdc, FEE_BPS),
            PaymentsError::NobodyNamed,
        ),
        (
            payments::initialize(&authority, &key, &key, &usdc, 501),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::initialize(&authority, &key, &key, &eight, FEE_BPS),
            PaymentsError::UnsupportedMint,
        ),
        (
            payments::initialize(&authority, &key, &key, &MINT, FEE_BPS),
            PaymentsError::UnsupportedMint,
        ),
        (
            payments::initialize(&authority, &key, &key, &key, FEE_BPS),
            PaymentsError::UnsupportedMint,
        ),
    ] {
        assert_fails(attempt(&mut world, instruction, &[&stranger]), error);
    }
    let good = payments::initialize(&authority, &key, &key, &usdc, FEE_BPS);
    let wrong = custom(PaymentsError::WrongAccount);
    assert_accounts_checked(
        &mut world,
        &good,
        &[],
        &[
            (1, ids::io_mint::PROGRAM_DATA, wrong.clone()),
            (2, key, wrong.clone()),
            (3, usdc, InstructionError::IllegalOwner),
            (5, key, wrong.clone()),
            (6, key, wrong.clone()),
            (7, ids::io_mint::ID, wrong),
        ],
    );
    world.run(&[good], &[]);
}

#[test]
fn list_asset_creates_the_asset_and_its_transit() {
    let mut market = Market::new();
    let authority = market.authority();
    let mint = market.world.create_mint(9);
    let list = payments::list_asset(&authority, &mint, 150, 77);
    let outcome = market.world.run(&[list.clone()], &[]);

    let (address, bump) = pda::asset(&mint);
    let (transit, _) = pda::transit(&mint);
    let asset: Asset = market.world.read(&address);
    assert_eq!(
        (asset.version, asset.bump, asset.enabled),
        (VERSION, bump, 1)
    );
    assert_eq!((asset.mint, asset.decimals), (mint, 9));
    assert_eq!(
        (asset.transit, asset.token_program),
        (transit, TOKEN_PROGRAM)
    );
    assert_eq!(
        (asset.fee_bps.at(market.world.now()), asset.minimum),
        (150, 77)
    );
    assert_eq!(
        outcome.event::<AssetListed>(),
        AssetListed {
            mint,
            transit,
            decimals: 9,
            fee_bps: 150,
            minimum: 77,
        }
    );
    let account = market.world.token_account(&transit);
    assert_eq!((account.owner, account.mint), (ROUTER.address, mint));
    assert!(account.delegate.is_none() && account.close_authority.is_none());

    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert_eq!(config.io_transit, pda::transit(&MINT).0);
    assert_eq!(config.usdc_transit, pda::transit(&market.usdc).0);
    assert_fails(
        attempt(&mut market.world, list, &[]),
        PaymentsError::AlreadyListed,
    );
}

#[test]
fn list_asset_refuses_bad_terms_and_strangers() {
    let (mut world, usdc) = bare_world();
    let authority = world.authority.pubkey();
    let stranger = world.wallet();
    let initialize = payments::initialize(&authority, &authority, &authority, &usdc, FEE_BPS);
    world.run(&[initialize], &[]);
    let token_account = world.create_token_account(&authority, &usdc, 1);
    let token_2022 = world.fresh_address();
    let data = world.data(&usdc);
    world.put(
        token_2022,
        Pubkey::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"),
        data,
        false,
    );
    for (instruction, error) in [
        (
            payments::list_asset(&stranger.pubkey(), &usdc, 0, 1),
            PaymentsError::Unauthorized,
        ),
        (
            payments::list_asset(&authority, &usdc, 501, 1),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::list_asset(&authority, &MINT, 1, 1),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::list_asset(&authority, &token_account, 0, 1),
            PaymentsError::UnsupportedMint,
        ),
        (
            payments::list_asset(&authority, &token_2022, 0, 1),
            PaymentsError::UnsupportedMint,
        ),
    ] {
        assert_fails(attempt(&mut world, instruction, &[&stranger]), error);
    }
    let good = payments::list_asset(&authority, &usdc, FEE_BPS, 1);
    let wrong = custom(PaymentsError::WrongAccount);
    assert_accounts_checked(
        &mut world,
        &good,
        &[],
        &[
            (3, pda::asset(&MINT).0, wrong.clone()),
            (
                4,
                pda::transit(&MINT).0,
                custom(PaymentsError::WrongTransit),
            ),
            (5, stranger.pubkey(), wrong.clone()),
            (6, stranger.pubkey(), wrong),
        ],
    );
    world.run(&[good], &[]);
}

#[test]
fn list_venue_creates_the_pair() {
    let mut market = Market::new();
    let authority = market.authority();
    let discriminator = [1, 2, 3];
    let list = payments::list_venue(&authority, &AMM_PROGRAM, &discriminator);
    let outcome = market.world.run(&[list.clone()], &[]);
    let bytes = padded(&discriminator);
    let (address, bump) = pda::venue(&AMM_PROGRAM, &bytes);
    let venue: Venue = market.world.read(&address);
    assert_eq!(
        (venue.version, venue.bump, venue.enabled),
        (VERSION, bump, 1)
    );
    assert_eq!((venue.program, venue.discriminator), (AMM_PROGRAM, bytes));
    assert_eq!((venue.discriminator_len, venue.window_limit), (3, u64::MAX));
    assert_eq!(
        outcome.event::<VenueListed>(),
        VenueListed {
            venue: address,
            program: AMM_PROGRAM,
            discriminator: bytes,
            discriminator_len: 3,
        }
    );
    assert_fails(
        attempt(&mut market.world, list, &[]),
        PaymentsError::AlreadyListed,
    );
}

#[test]
fn list_venue_refuses_what_is_no_venue() {
    let mut market = Market::new();
    let authority = market.authority();
    let stranger = market.world.wallet();
    let wallet = stranger.pubkey();
    let list = |program: &Pubkey, bytes: &[u8]| payments::list_venue(&authority, program, bytes);
    for (instruction, error) in [
        (
            payments::list_venue(&wallet, &AMM_PROGRAM, &[9]),
            PaymentsError::Unauthorized,
        ),
        (list(&AMM_PROGRAM, &[]), PaymentsError::BadDiscriminator),
        (list(&TOKEN_PROGRAM, &[3]), PaymentsError::ForbiddenVenue),
        (
            list(&ids::SYSTEM_PROGRAM, &[2]),
            PaymentsError::ForbiddenVenue,
        ),
        (list(&ids::io_mint::ID, &[9]), PaymentsError::ForbiddenVenue),
        (
            list(&ids::io_payments::ID, &[9]),
            PaymentsError::ForbiddenVenue,
        ),
        (
            list(&ids::io_staking::ID, &[9]),
            PaymentsError::ForbiddenVenue,
        ),
        (
            list(&ids::io_emissions::ID, &[9]),
            PaymentsError::ForbiddenVenue,
        ),
        (list(&wallet, &[9]), PaymentsError::ForbiddenVenue),
    ] {
        assert_fails(attempt(&mut market.world, instruction, &[&stranger]), error);
    }
    let mut other = list(&AMM_PROGRAM, &[9]);
    other.accounts[2].pubkey = pda::venue(&AMM_PROGRAM, &padded(&[8])).0;
    assert_fails(
        attempt(&mut market.world, other, &[]),
        PaymentsError::WrongAccount,
    );
}

#[test]
fn the_guardian_can_only_switch_off() {
    let mut market = Market::new();
    let authority = market.world.authority.insecure_clone();
    let guardian = market.guardian.insecure_clone();
    let stranger = market.world.wallet();
    let usdc = market.usdc;
    let venue = pda::venue(&AMM_PROGRAM, &padded(&[1])).0;
    let by = guardian.pubkey();

    type Switch<'a> = &'a dyn Fn(&Keypair, bool) -> Instruction;
    let asset: Switch = &|signer, on| payments::set_asset_enabled(&signer.pubkey(), &usdc, on);
    let swaps: Switch =
        &|signer, on| payments::set_venue_enabled(&signer.pubkey(), &AMM_PROGRAM, &[1], on);
    let payment: Switch = &|signer, on| payments::set_paused(&signer.pubkey(), !on);
    for switch in [asset, swaps, payment] {
        let refused = PaymentsError::Unauthorized;
        assert_fails(market.send(switch(&stranger, false), &stranger), refused);
        assert_fails(market.send(switch(&guardian, true), &guardian), refused);
        let off = market
            .send(switch(&guardian, false), &guardian)
            .expect("the guardian switches off");
        assert_fails(market.send(switch(&guardian, true), &guardian), refused);
        for event in off.events::<AssetEnabled>() {
            assert_eq!(
                event,
                AssetEnabled {
                    mint: usdc,
                    by,
                    enabled: 0
                }
            );
        }
        for event in off.events::<VenueEnabled>() {
            assert_eq!(
                event,
                VenueEnabled {
                    venue,
                    by,
                    enabled: 0
                }
            );
        }
        for event in off.events::<PaymentsPaused>() {
            assert_eq!(event, PaymentsPaused { by, paused: 1 });
        }
        let count = off.events::<AssetEnabled>().len()
            + off.events::<VenueEnabled>().len()
            + off.events::<PaymentsPaused>().len();
        assert_eq!(count, 1);
        market
            .send(switch(&authority, true), &authority)
            .expect("the authority switches on");
    }
    assert_eq!(market.world.read::<Asset>(&pda::asset(&usdc).0).enabled, 1);
    assert_eq!(market.world.read::<Venue>(&venue).enabled, 1);
    assert_eq!(
        market.world.read::<PaymentsConfig>(&CONFIG.address).paused,
        0
    );
}

#[test]
fn rules_change_after_the_delay() {
    let mut market = Market::new();
    let authority = market.world.authority.insecure_clone();
    let stranger = market.world.wallet();
    let treasury = market.world.wallet().pubkey();
    let key = authority.pubkey();
    let usdc = market.usdc;
    let effective_at = market.world.now() + RULE_CHANGE_DELAY;
    let outcome = market.world.run(
        &[
            payments::schedule_asset_fee(&key, &usdc, 300),
            payments::schedule_payout_fee(&key, 100),
            payments::schedule_treasury(&key, &treasury),
        ],
        &[],
    );
    assert_eq!(
        outcome.event::<AssetFeeScheduled>(),
        AssetFeeScheduled {
            mint: usdc,
            fee_bps: 300,
            effective_at
        }
    );
    assert_eq!(
        outcome.event::<PayoutFeeScheduled>(),
        PayoutFeeScheduled {
            fee_bps: 100,
            effective_at
        }
    );
    assert_eq!(
        outcome.event::<TreasuryScheduled>(),
        TreasuryScheduled {
            treasury,
            effective_at
        }
    );
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    let asset: Asset = market.world.read(&pda::asset(&usdc).0);
    assert_eq!(
        asset.fee_bps.pending(market.world.now()),
        Some((300, effective_at))
    );
    assert_eq!(
        config.payout_fee_bps.pending(market.world.now()),
        Some((100, effective_at))
    );
    assert_eq!(config.treasury_at(effective_at), &treasury);

    let refused = PaymentsError::Unauthorized;
    let other = stranger.pubkey();
    for (instruction, error) in [
        (payments::schedule_asset_fee(&other, &usdc, 1), refused),
        (payments::schedule_payout_fee(&other, 1), refused),
        (payments::schedule_treasury(&other, &other), refused),
        (
            payments::schedule_asset_fee(&key, &usdc, 501),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::schedule_asset_fee(&key, &MINT, 1),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::schedule_payout_fee(&key, 501),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::schedule_treasury(&key, &Pubkey::default()),
            PaymentsError::NobodyNamed,
        ),
    ] {
        assert_fails(market.send(instruction, &stranger), error);
    }
    // In force, the new treasury is the only one that can be paid, and the new fee is taken.
    market.world.advance(RULE_CHANGE_DELAY);
    let payment = market.usdc_payment(USDC, true);
    assert_fails(market.pay_token(&payment), PaymentsError::WrongTreasury);
    let treasury_usdc = market.world.create_token_account(&treasury, &usdc, 0);
    market
        .pay_token(&TokenPayment {
            treasury: treasury_usdc,
            ..payment
        })
        .expect("the new treasury is paid");
    assert_eq!(market.world.token_balance(&treasury_usdc), 30_000);
}

#[test]
fn the_authority_is_handed_over_in_two_steps() {
    let mut market = Market::new();
    let authority = market.world.authority.insecure_clone();
    let [next, stranger] = std::array::from_fn(|_| market.world.wallet());
    let (old, new) = (authority.pubkey(), next.pubkey());
    let refused = PaymentsError::Unauthorized;

    let nominate = payments::nominate_authority(&stranger.pubkey(), &new);
    assert_fails(market.send(nominate, &stranger), refused);
    let accept = payments::accept_authority(&new);
    assert_fails(
        market.send(accept.clone(), &next),
        PaymentsError::NotNominated,
    );
    let outcome = market
        .send(payments::nominate_authority(&old, &new), &authority)
        .expect("the authority nominates");
    assert_eq!(
        outcome.event::<PaymentsAuthorityNominated>(),
        PaymentsAuthorityNominated {
            authority: old,
            nominee: new
        }
    );
    let outcome = market.send(accept, &next).expect("the nominee accepts");
    assert_eq!(
        outcome.event::<PaymentsAuthorityAccepted>(),
        PaymentsAuthorityAccepted { authority: new }
    );

    let guardian = stranger.pubkey();
    assert_fails(
        market.send(payments::set_guardian(&old, &guardian), &authority),
        refused,
    );
    let outcome = market
        .send(payments::set_guardian(&new, &guardian), &next)
        .expect("the new authority acts");
    assert_eq!(
        outcome.event::<PaymentsGuardianSet>(),
        PaymentsGuardianSet { guardian }
    );
    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert_eq!(
        (config.governance.authority, config.governance.guardian),
        (new, guardian)
    );
}

// ---------------------------------------------------------------- suppliers

#[test]
fn a_supplier_registers_with_a_vault_of_its_own() {
    let mut market = Market::new();
    let [owner, payer] = std::array::from_fn(|_| market.world.wallet());
    let payout = market.world.wallet().pubkey();
    let usdc = PayoutPreference::Usdc;
    let register =
        payments::register_supplier(&payer.pubkey(), &owner.pubkey(), usdc, &payout, &MINT);
    let before = market.world.lamports(&owner.pubkey());
    let outcome = market.world.run(&[register.clone()], &[&owner, &payer]);
    assert_eq!(market.world.lamports(&owner.pubkey()), before);

    let (address, bump) = pda::supplier(&owner.pubkey());
    let (earnings, _) = pda::earnings(&address);
    let supplier: Supplier = market.world.read(&address);
    assert_eq!((supplier.version, supplier.bump), (VERSION, bump));
    assert_eq!((supplier.owner, supplier.payout), (owner.pubkey(), payout));
    assert_eq!(
        (supplier.earnings, supplier.rent_payer),
        (earnings, payer.pubkey())
    );
    assert_eq!(
        (supplier.preference, supplier.keeper_min_price),
        (usdc as u8, 0)
    );
    let vault = market.world.token_account(&earnings);
    assert_eq!((vault.owner, vault.mint), (address, MINT));
    assert_eq!(
        outcome.event::<SupplierRegistered>(),
        SupplierRegistered {
            supplier: address,
            owner: owner.pubkey(),
            payout,
            earnings,
            rent_payer: payer.pubkey(),
            preference: 1,
        }
    );
    let again = market.world.send(&[register], &[&owner, &payer]);
    assert_fails(again, PaymentsError::AlreadyRegistered);
}

#[test]
fn registration_checks_what_it_is_given() {
    let mut market = Market::new();
    let owner = market.world.wallet();
    let key = owner.pubkey();
    let io = PayoutPreference::Io;
    let nobody = payments::register_supplier(&key, &key, io, &Pubkey::default(), &MINT);
    assert_fails(market.send(nobody, &owner), PaymentsError::NobodyNamed);
    let good = payments::register_supplier(&key, &key, io, &key, &MINT);
    let mut unknown = good.clone();
    unknown.data[8] = 2;
    assert_fails(
        market.send(unknown, &owner),
        PaymentsError::UnknownPreference,
    );
    let mut unsigned = good.clone();
    unsigned.accounts[1] = AccountMeta::new_readonly(market.renter.pubkey(), false);
    assert_reason(
        market.send(unsigned, &owner),
        InstructionError::MissingRequiredSignature,
    );
    let wrong = custom(PaymentsError::WrongAccount);
    let usdc = market.usdc;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&owner],
        &[
            (2, market.supplier.address(), wrong.clone()),
            (3, market.supplier.earnings(), wrong.clone()),
            (4, usdc, wrong.clone()),
            (6, key, wrong.clone()),
            (7, key, wrong),
        ],
    );
    market
        .send(good, &owner)
        .expect("nothing was wrong with it");
}

#[test]
fn a_supplier_switches_at_any_time() {
    let mut market = Market::new();
    let owner = market.supplier.owner.insecure_clone();
    let stranger = market.world.wallet();
    let payout = market.world.wallet().pubkey();
    let supplier = market.supplier.address();
    let set = payments::set_supplier(&owner.pubkey(), PayoutPreference::Usdc, &payout, 150_000);
    let outcome = market
        .send(set.clone(), &owner)
        .expect("the owner switches");
    let read: Supplier = market.world.read(&supplier);
    assert!(read.takes_usdc());
    assert_eq!((read.payout, read.keeper_min_price), (payout, 150_000));
    assert_eq!(
        outcome.event::<SupplierChanged>(),
        SupplierChanged {
            supplier,
            payout,
            preference: 1,
            keeper_min_price: 150_000
        }
    );

    let mut foreign = set.clone();
    foreign.accounts[0].pubkey = stranger.pubkey();
    assert_fails(market.send(foreign, &stranger), PaymentsError::Unauthorized);
    let mut unknown = set;
    unknown.data[8] = 7;
    assert_fails(
        market.send(unknown, &owner),
        PaymentsError::UnknownPreference,
    );
    let nobody = Pubkey::default();
    let nobody = payments::set_supplier(&owner.pubkey(), PayoutPreference::Io, &nobody, 0);
    assert_fails(market.send(nobody, &owner), PaymentsError::NobodyNamed);
}

// ---------------------------------------------------------------- payments in IO

#[test]
fn io_goes_straight_to_the_payout_wallet() {
    let mut market = Market::new();
    let amount = 12 * IO + 345;
    let order = market.order();
    let instruction = market.pay_io(amount);
    let outcome = market.world.run(&[instruction], &[&market.renter]);

    assert_eq!(market.world.token_balance(&market.supplier.io), amount);
    assert_eq!(
        market.world.token_balance(&market.renter_io),
        10_000 * IO - amount
    );
    let paid = Paid {
        payer: market.renter.pubkey(),
        supplier: market.supplier.address(),
        destination: market.supplier.io,
        order_id: ORDER,
        mint: MINT,
        venue: Pubkey::default(),
        gross: amount,
        fee: 0,
        delivered: amount,
        paid_at: market.world.now(),
        expires_at: order.expires_at,
    };
    assert_eq!(outcome.event::<Paid>(), paid);
    assert_receipt(&market, &paid);
}

/// Asserts that the receipt says what the event said.
#[track_caller]
fn assert_receipt(market: &Market, paid: &Paid) {
    let address = market.receipt();
    let ReceiptOfOne { receipt, entry } = market.world.read(&address);
    assert_eq!((receipt.version, receipt.count), (VERSION, 1));
    assert_eq!(receipt.bump, pda::receipt(&paid.payer, &ORDER).1);
    assert_eq!(receipt.oracle_bounded, 0);
    assert_eq!(
        (receipt.payer, receipt.rent_payer),
        (paid.payer, paid.payer)
    );
    assert_eq!((receipt.order_id, receipt.mint), (paid.order_id, paid.mint));
    assert_eq!(receipt.reference, [0; 32]);
    assert_eq!((receipt.gross, receipt.fee), (paid.gross, paid.fee));
    assert_eq!(receipt.delivered, paid.delivered);
    assert_eq!(
        (receipt.paid_at, receipt.expires_at),
        (paid.paid_at, paid.expires_at)
    );
    assert_eq!(entry.supplier, paid.supplier);
    assert_eq!((entry.delivered, entry.refunded), (paid.delivered, 0));
    assert_eq!(
        market.world.data(&address).len(),
        Receipt::SPACE + size_of_val(&entry)
    );
}

#[test]
fn io_waits_in_the_vault_of_a_supplier_who_takes_usdc() {
    let mut market = Market::new();
    market.prefer(PayoutPreference::Usdc, 0);
    let instruction = market.pay_io(5 * IO);
    let outcome = market.world.run(&[instruction], &[&market.renter]);
    assert_eq!(
        outcome.event::<Paid>().destination,
        market.supplier.earnings()
    );
    assert_eq!(
        market.world.token_balance(&market.supplier.earnings()),
        5 * IO
    );
    assert_eq!(market.world.token_balance(&market.supplier.io), 0);

    // The wallet is wrong now, and after switching back the vault is.
    let order = Order {
        id: [1; 32],
        ..market.order()
    };
    let to_wallet = market.pay_io_to(&market.supplier.io, &order, IO);
    let to_vault = market.pay_io_to(&market.supplier.earnings(), &order, IO);
    let renter = market.renter.insecure_clone();
    let wrong = PaymentsError::WrongDestination;
    assert_fails(market.send(to_wallet.clone(), &renter), wrong);
    market.prefer(PayoutPreference::Io, 0);
    assert_fails(market.send(to_vault, &renter), wrong);
    market.send(to_wallet, &renter).expect("paid to the wallet");
}

#[test]
fn an_order_is_paid_once() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let instruction = market.pay_io(IO);
    market.send(instruction.clone(), &renter).expect("paid");
    assert_fails(
        market.send(instruction.clone(), &renter),
        PaymentsError::AlreadyPaid,
    );
    let payment = market.usdc_payment(USDC, true);
    assert_fails(market.pay_token(&payment), PaymentsError::AlreadyPaid);

    // Another payer's order of the same id is another order.
    let other = market.world.wallet();
    let source = io_account(&mut market.world, &other.pubkey(), IO);
    let theirs = payments::pay_io(
        &other.pubkey(),
        &source,
        &market.supplier.owner.pubkey(),
        &market.supplier.io,
        &market.order(),
        IO,
    );
    market.send(theirs, &other).expect("paid");

    // The receipt stays until the payment expires; after that the payment is refused for good.
    let close = payments::close_receipt(&renter.pubkey(), &ORDER, &renter.pubkey());
    market.world.advance(599);
    let stranger = market.world.wallet();
    assert_fails(
        market.send(close.clone(), &stranger),
        PaymentsError::NotExpired,
    );
    market.world.advance(1);
    let rent = market.world.lamports(&market.receipt());
    let before = market.world.lamports(&renter.pubkey());
    let outcome = market.send(close, &stranger).expect("anyone closes it");
    assert_eq!(market.world.lamports(&renter.pubkey()), before + rent);
    assert!(!market.world.exists(&market.receipt()));
    assert_eq!(
        outcome.event::<ReceiptClosed>(),
        ReceiptClosed {
            receipt: market.receipt(),
            payer: renter.pubkey(),
            order_id: ORDER,
            rent_payer: renter.pubkey(),
        }
    );
    assert_fails(market.send(instruction, &renter), PaymentsError::Expired);
}

#[test]
fn closing_pays_the_rent_back_to_its_payer_only() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let instruction = market.pay_io(IO);
    market.send(instruction, &renter).expect("paid");
    market.world.advance(600);
    let thief = market.world.wallet();
    let close = payments::close_receipt(&renter.pubkey(), &ORDER, &thief.pubkey());
    assert_fails(market.send(close, &thief), PaymentsError::WrongAccount);
    let mut close = payments::close_receipt(&renter.pubkey(), &ORDER, &renter.pubkey());
    close.accounts[0].pubkey = CONFIG.address;
    assert_reason(
        market.send(close, &thief),
        InstructionError::InvalidAccountData,
    );
}

#[test]
fn lamports_sent_to_a_receipt_beforehand_stop_nothing() {
    let mut market = Market::new();
    let receipt = market.receipt();
    market.world.fund(&receipt);
    let instruction = market.pay_io(IO);
    let outcome = market.world.run(&[instruction], &[&market.renter]);
    assert_receipt(&market, &outcome.event::<Paid>());
}

#[test]
fn a_payment_is_good_for_at_most_thirty_days() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let now = market.world.now();
    let destination = market.supplier.io;
    for (n, expires_at, error) in [
        (1, now, Some(PaymentsError::Expired)),
        (2, i64::MIN, Some(PaymentsError::Expired)),
        (3, now + 30 * DAY + 1, Some(PaymentsError::ExpiresTooLate)),
        (4, i64::MAX, Some(PaymentsError::ExpiresTooLate)),
        (5, now + 1, None),
        (6, now + 30 * DAY, None),
    ] {
        let order = Order {
            id: [n; 32],
            expires_at,
        };
        let payment = TokenPayment {
            order,
            ..market.usdc_payment(USDC, false)
        };
        let in_token = market.pay_token(&payment);
        let order = Order {
            id: [100 + n; 32],
            expires_at,
        };
        let instruction = market.pay_io_to(&destination, &order, IO);
        let in_io = market.send(instruction, &renter);
        match error {
            Some(error) => {
                assert_fails(in_token, error);
                assert_fails(in_io, error);
            }
            None => assert!(in_token.is_ok() && in_io.is_ok(), "{expires_at}"),
        }
    }
}

#[test]
fn io_payments_check_what_they_are_given() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let zero = market.pay_io(0);
    assert_fails(market.send(zero, &renter), PaymentsError::ZeroAmount);
    let too_much = market.pay_io(10_000 * IO + 1);
    assert_token_error(market.send(too_much, &renter), INSUFFICIENT_FUNDS);

    let good = market.pay_io(IO);
    let rival = register(
        &mut market.world,
        &market.usdc.clone(),
        PayoutPreference::Usdc,
    );
    let thief = market.world.wallet();
    let thief_io = io_account(&mut market.world, &thief.pubkey(), 0);
    let thief_rich = io_account(&mut market.world, &thief.pubkey(), IO);
    let payout_usdc = market.supplier.usdc;
    let wrong = custom(PaymentsError::WrongAccount);
    let destination = custom(PaymentsError::WrongDestination);
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&renter],
        &[
            (1, CONFIG.address, InstructionError::InvalidAccountData),
            (1, thief.pubkey(), InstructionError::IllegalOwner),
            (2, thief_rich, InstructionError::Custom(OWNER_MISMATCH)),
            (
                2,
                market.renter_usdc,
                InstructionError::Custom(MINT_MISMATCH),
            ),
            (3, thief_io, destination.clone()),
            (3, payout_usdc, destination.clone()),
            (3, rival.earnings(), destination.clone()),
            (3, rival.address(), destination),
            (3, market.renter_io, InstructionError::Custom(DUPLICATE)),
            (4, pda::receipt(&thief.pubkey(), &ORDER).0, wrong.clone()),
            (6, thief.pubkey(), wrong.clone()),
            (7, thief.pubkey(), wrong.clone()),
            (8, thief.pubkey(), wrong.clone()),
            (9, thief.pubkey(), wrong),
        ],
    );
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    assert_reason(
        attempt(&mut market.world, unsigned, &[]),
        InstructionError::MissingRequiredSignature,
    );
    // Another supplier's vault is no destination for one who takes USDC either.
    market.prefer(PayoutPreference::Usdc, 0);
    let stolen = market.pay_io_to(&rival.earnings(), &market.order(), IO);
    assert_fails(
        market.send(stolen, &renter),
        PaymentsError::WrongDestination,
    );
    assert_eq!(market.world.token_balance(&market.renter_io), 10_000 * IO);
}

#[test]
fn a_payment_without_a_receipt_is_cheaper() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let pay = |market: &Market, destination: &Pubkey, amount| {
        payments::pay_io_unreceipted(
            &market.renter.pubkey(),
            &market.renter_io,
            &market.supplier.owner.pubkey(),
            destination,
            amount,
            &[8; 32],
        )
    };
    let destination = market.supplier.io;
    let good = pay(&market, &destination, 7);
    let outcome = market.send(good.clone(), &renter).expect("paid");
    assert_eq!(
        outcome.event::<MicroPaid>(),
        MicroPaid {
            payer: renter.pubkey(),
            supplier: market.supplier.address(),
            destination,
            reference: [8; 32],
            amount: 7,
        }
    );
    assert_eq!(market.world.token_balance(&destination), 7);

    let zero = pay(&market, &destination, 0);
    assert_fails(market.send(zero, &renter), PaymentsError::ZeroAmount);
    let wrong = custom(PaymentsError::WrongAccount);
    let vault = market.supplier.earnings();
    let key = renter.pubkey();
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&renter],
        &[
            (1, CONFIG.address, InstructionError::InvalidAccountData),
            (
                2,
                market.renter_usdc,
                InstructionError::Custom(MINT_MISMATCH),
            ),
            (3, vault, custom(PaymentsError::WrongDestination)),
            (5, key, wrong.clone()),
            (6, key, wrong.clone()),
            (7, key, wrong),
        ],
    );
    market.prefer(PayoutPreference::Usdc, 0);
    let to_vault = pay(&market, &vault, 9);
    market.send(to_vault, &renter).expect("paid");
    assert_eq!(market.world.token_balance(&vault), 9);
}

// ---------------------------------------------------------------- payments in a token

#[test]
fn usdc_is_swapped_to_the_raw_unit() {
    // amount, on top, fee = ceil(2 %)
    for (amount, fee_on_top, fee) in [
        (100 * USDC, false, 2 * USDC),
        (100 * USDC, true, 2 * USDC),
        (1_234_567, false, 24_692),
        (1_234_567, true, 24_692),
        (10_001, false, 201),
        (10_001, true, 201),
        (MINIMUM, false, 200),
        (999_999_999, true, 20_000_000),
    ] {
        let mut market = Market::new();
        let (gross, net) = if fee_on_top {
            (amount + fee, amount)
        } else {
            (amount, amount - fee)
        };
        let Trade { spent, received } = market.amm.quote(&market.world, &market.usdc, net);
        let reserves = market.amm.reserves(&market.world, &market.usdc);
        let payment = TokenPayment {
            min_io_out: received,
            ..market.usdc_payment(amount, fee_on_top)
        };
        let outcome = market.pay_token(&payment).expect("paid");

        let gross = gross - (net - spent);
        let paid = Paid {
            payer: market.renter.pubkey(),
            supplier: market.supplier.address(),
            destination: market.supplier.io,
            order_id: ORDER,
            mint: market.usdc,
            venue: pda::venue(&AMM_PROGRAM, &padded(&[1])).0,
            gross,
            fee,
            delivered: received,
            paid_at: market.world.now(),
            expires_at: payment.order.expires_at,
        };
        assert_eq!(outcome.event::<Paid>(), paid);
        assert_receipt(&market, &paid);
        let world = &market.world;
        assert_eq!(world.token_balance(&market.supplier.io), received);
        assert_eq!(world.token_balance(&market.treasury_usdc), fee);
        assert_eq!(
            world.token_balance(&market.renter_usdc),
            10_000 * USDC - gross
        );
        assert_eq!(
            market.amm.reserves(world, &market.usdc),
            (reserves.0 + spent, reserves.1 - received)
        );
        market.assert_transits_empty();
    }
}

#[test]
fn usdc_paid_to_a_supplier_who_takes_usdc_waits_as_io() {
    let mut market = Market::new();
    market.prefer(PayoutPreference::Usdc, 0);
    let payment = market.usdc_payment(50 * USDC, false);
    let outcome = market.pay_token(&payment).expect("paid");
    let delivered = outcome.event::<Paid>().delivered;
    assert_eq!(
        market.world.token_balance(&market.supplier.earnings()),
        delivered
    );
    market.assert_transits_empty();
}

#[test]
fn a_payment_that_brings_too_little_changes_nothing() {
    let mut market = Market::new();
    let payment = market.usdc_payment(100 * USDC, false);
    let Trade { received, .. } = market.amm.quote(&market.world, &market.usdc, 98 * USDC);
    let before = market.balances();
    let greedy = TokenPayment {
        min_io_out: received + 1,
        ..payment
    };
    assert_fails(market.pay_token(&greedy), PaymentsError::ReceivedTooLittle);
    // The venue's own bound stops it as well.
    let route = market
        .amm
        .pool
        .route(&market.usdc, 98 * USDC, received + 1)
        .expect("the pool holds it");
    const EXCEEDED_SLIPPAGE: u32 = 16;
    assert_token_error(market.pay_along(&payment, &route), EXCEEDED_SLIPPAGE);
    assert_eq!(market.balances(), before);
    assert!(!market.world.exists(&market.receipt()));
    let exact = TokenPayment {
        min_io_out: received,
        ..payment
    };
    market.pay_token(&exact).expect("exactly enough");
}

#[test]
fn what_the_venue_leaves_goes_back() {
    let mut market = Market::new();
    let payment = market.usdc_payment(100 * USDC, true);
    // The data asks the venue for less than it is given: 1 % is the most it may leave.
    let stingy = market.amm.route(&market.usdc, 99 * USDC - 1);
    assert_fails(
        market.pay_along(&payment, &stingy),
        PaymentsError::TooMuchLeft,
    );
    let route = market.amm.route(&market.usdc, 99 * USDC);
    let trade = market.amm.quote(&market.world, &market.usdc, 99 * USDC);
    assert_eq!(trade.spent, 99 * USDC);
    let outcome = market.pay_along(&payment, &route).expect("paid");
    let paid = outcome.event::<Paid>();
    assert_eq!((paid.gross, paid.fee), (101 * USDC, 2 * USDC));
    assert_eq!(paid.delivered, trade.received);
    assert_eq!(
        market.world.token_balance(&market.renter_usdc),
        9_899 * USDC
    );
    market.assert_transits_empty();
}

#[test]
fn tokens_left_on_a_transit_by_a_stranger_stop_nothing() {
    let mut market = Market::new();
    let usdc = market.usdc;
    for (mint, amount) in [(MINT, 5), (usdc, 7)] {
        let transit = pda::transit(&mint).0;
        market
            .world
            .put_token_account(transit, &ROUTER.address, &mint, amount);
    }
    let Trade { received, .. } = market.amm.quote(&market.world, &usdc, 98 * USDC);
    // They do not help to reach the bound, and are cleared away.
    let payment = market.usdc_payment(100 * USDC, false);
    let greedy = TokenPayment {
        min_io_out: received + 1,
        ..payment
    };
    assert_fails(market.pay_token(&greedy), PaymentsError::ReceivedTooLittle);
    let outcome = market.pay_token(&payment).expect("paid");
    let paid = outcome.event::<Paid>();
    assert_eq!((paid.gross, paid.delivered), (100 * USDC, received + 5));
    assert_eq!(
        market.world.token_balance(&market.renter_usdc),
        9_900 * USDC + 7
    );
    market.assert_transits_empty();
}

#[test]
fn other_listed_tokens_are_swapped_like_usdc() {
    let mut market = Market::new();
    let authority = market.authority();
    let mint = market.world.create_mint(9);
    let creator = market.world.wallet();
    let io = io_account(&mut market.world, &creator.pubkey(), 200_000 * IO);
    let source = market
        .world
        .create_token_account(&creator.pubkey(), &mint, 1_000_000_000_000);
    let deposits = [
        Deposit {
            mint,
            source,
            amount: 1_000_000_000_000,
        },
        Deposit {
            mint: MINT,
            source: io,
            amount: 200_000 * IO,
        },
    ];
    let amm = Amm::create(&mut market.world, &creator, 2, deposits, Fees::default());
    market
        .world
        .run(&[payments::list_asset(&authority, &mint, 150, 1)], &[]);
    let renter = market.renter.pubkey();
    let treasury = market.treasury.pubkey();
    let payment = TokenPayment {
        mint,
        source: market
            .world
            .create_token_account(&renter, &mint, 5_000_000_000),
        treasury: market.world.create_token_account(&treasury, &mint, 0),
        ..market.usdc_payment(1_000_000_003, false)
    };
    let (fee, net) = (15_000_001, 985_000_002);
    let Trade { spent, received } = amm.quote(&market.world, &mint, net);
    let outcome = market
        .pay_along(&payment, &amm.route(&mint, net))
        .expect("paid");
    let paid = outcome.event::<Paid>();
    assert_eq!((paid.mint, paid.fee, paid.delivered), (mint, fee, received));
    assert_eq!(paid.gross, fee + spent);
    assert_eq!(market.world.token_balance(&payment.treasury), fee);
    assert_eq!(market.transit(&mint), 0);
}

#[test]
fn token_payments_are_refused_for_a_reason() {
    let mut market = Market::new();
    let authority = market.authority();
    let usdc = market.usdc;
    let payment = market.usdc_payment(USDC, false);
    let before = market.balances();

    let zero = TokenPayment {
        amount: 0,
        ..payment
    };
    assert_fails(market.pay_token(&zero), PaymentsError::ZeroAmount);
    let small = TokenPayment {
        amount: MINIMUM - 1,
        ..payment
    };
    assert_fails(market.pay_token(&small), PaymentsError::BelowMinimum);
    let huge = TokenPayment {
        amount: u64::MAX,
        fee_on_top: true,
        ..payment
    };
    assert_fails(market.pay_token(&huge), PaymentsError::Overflow);
    let poor = TokenPayment {
        amount: 10_001 * USDC,
        ..payment
    };
    assert_token_error(market.pay_token(&poor), INSUFFICIENT_FUNDS);

    // IO is listed, but paid without a swap.
    let treasury_io = io_account(&mut market.world, &market.treasury.pubkey(), 0);
    let in_io = TokenPayment {
        mint: MINT,
        source: market.renter_io,
        treasury: treasury_io,
        ..payment
    };
    let route = market.route(&payment);
    assert_fails(
        market.pay_along(&in_io, &route),
        PaymentsError::PayIoDirectly,
    );

    // An asset or a venue that nobody listed has no account.
    let unlisted = market.world.create_mint(6);
    let foreign = TokenPayment {
        mint: unlisted,
        ..payment
    };
    assert_reason(
        market.pay_along(&foreign, &route),
        InstructionError::UninitializedAccount,
    );
    let elsewhere = Route {
        discriminator: padded(&[2]),
        ..route.clone()
    };
    assert_reason(
        market.pay_along(&payment, &elsewhere),
        InstructionError::UninitializedAccount,
    );
    // Another instruction of a listed venue, and the listed one of another program.
    for data in [vec![2; 17], vec![]] {
        let other = Route {
            data,
            ..route.clone()
        };
        assert_fails(
            market.pay_along(&payment, &other),
            PaymentsError::WrongVenueInstruction,
        );
    }

    for (off, on, error) in [
        (
            payments::set_asset_enabled(&authority, &usdc, false),
            payments::set_asset_enabled(&authority, &usdc, true),
            PaymentsError::AssetDisabled,
        ),
        (
            payments::set_venue_enabled(&authority, &AMM_PROGRAM, &[1], false),
            payments::set_venue_enabled(&authority, &AMM_PROGRAM, &[1], true),
            PaymentsError::VenueDisabled,
        ),
        (
            payments::set_paused(&authority, true),
            payments::set_paused(&authority, false),
            PaymentsError::Paused,
        ),
    ] {
        market.world.run(&[off], &[]);
        assert_fails(market.pay_token(&payment), error);
        market.world.run(&[on], &[]);
    }
    assert_eq!(market.balances(), before);
    market.pay_token(&payment).expect("nothing else was wrong");
}

#[test]
fn token_payments_check_their_accounts() {
    let mut market = Market::new();
    let renter = market.renter.insecure_clone();
    let usdc = market.usdc;
    let rival = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let thief = market.world.wallet();
    let thief_io = io_account(&mut market.world, &thief.pubkey(), 0);
    let thief_usdc = market
        .world
        .create_token_account(&thief.pubkey(), &usdc, 5 * USDC);
    let treasury_io = io_account(&mut market.world, &market.treasury.pubkey(), 0);
    let router_usdc = market.world.create_token_account(&ROUTER.address, &usdc, 0);
    let router_io = market.world.create_token_account(&ROUTER.address, &MINT, 0);

    let payment = market.usdc_payment(USDC, false);
    let good = payments::pay_token(&payment, &market.route(&payment));
    let before = market.balances();
    let wrong = custom(PaymentsError::WrongAccount);
    let destination = custom(PaymentsError::WrongDestination);
    let treasury = custom(PaymentsError::WrongTreasury);
    let transit = custom(PaymentsError::WrongTransit);
    let no_layout = InstructionError::InvalidAccountData;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&renter],
        &[
            (1, CONFIG.address, no_layout.clone()),
            (2, CONFIG.address, no_layout.clone()),
            (2, pda::asset(&MINT).0, transit.clone()),
            (3, CONFIG.address, no_layout),
            (4, thief_usdc, InstructionError::Custom(OWNER_MISMATCH)),
            (4, market.renter_io, InstructionError::Custom(MINT_MISMATCH)),
            (5, thief_usdc, treasury.clone()),
            (5, treasury_io, treasury.clone()),
            (5, market.treasury.pubkey(), treasury),
            (6, router_usdc, transit.clone()),
            (6, pda::transit(&MINT).0, transit.clone()),
            (7, router_io, transit.clone()),
            (7, pda::transit(&usdc).0, transit),
            (8, thief.pubkey(), wrong.clone()),
            (9, thief_io, destination.clone()),
            (9, rival.earnings(), destination.clone()),
            (9, market.supplier.earnings(), destination.clone()),
            (9, market.supplier.usdc, destination),
            (10, pda::receipt(&thief.pubkey(), &ORDER).0, wrong.clone()),
            (12, TOKEN_PROGRAM, wrong.clone()),
            (13, thief.pubkey(), wrong.clone()),
            (14, thief.pubkey(), wrong.clone()),
            (15, thief.pubkey(), wrong.clone()),
            (16, thief.pubkey(), wrong),
        ],
    );
    assert_eq!(market.balances(), before);
}

// ---------------------------------------------------------------- hostile venues

#[test]
fn a_venue_gets_no_more_than_it_may() {
    let mut market = Market::new();
    let usdc = market.usdc;
    let payment = market.usdc_payment(USDC, false);
    let route = market.route(&payment);
    let stray = market
        .world
        .create_token_account(&ROUTER.address, &usdc, 9 * USDC);
    let before = market.balances();

    // A token account of the router besides the transits may be named, but not writable.
    let mut exposing = route.clone();
    exposing.accounts.push(AccountMeta::new(stray, false));
    assert_fails(
        market.pay_along(&payment, &exposing),
        PaymentsError::RouterAccountExposed,
    );
    // Nor a frozen one, which its mint's freezer may thaw during the call, or the router close.
    let mut frozen = market.world.token_account(&stray);
    frozen.state = AccountState::Frozen;
    let mut data = vec![0; Account::LEN];
    frozen.pack_into_slice(&mut data);
    market.world.put(stray, TOKEN_PROGRAM, data, false);
    assert_fails(
        market.pay_along(&payment, &exposing),
        PaymentsError::RouterAccountExposed,
    );
    // Accounts that the router pays from and to by itself cannot be named at all.
    for account in [
        payment.payer,
        payment.source,
        payment.treasury,
        payment.destination,
        market.receipt(),
    ] {
        let mut aliasing = route.clone();
        aliasing
            .accounts
            .push(AccountMeta::new_readonly(account, false));
        assert_token_error(market.pay_along(&payment, &aliasing), DUPLICATE);
    }
    let mut long = route.clone();
    while long.accounts.len() <= 40 {
        long.accounts
            .push(AccountMeta::new_readonly(TOKEN_PROGRAM, false));
    }
    assert_fails(
        market.pay_along(&payment, &long),
        PaymentsError::TooManyAccounts,
    );
    assert_eq!(market.balances(), before);
    long.accounts.pop();
    // The program reads an eleventh account as the host's fee account, so a real one goes there.
    long.accounts[10] = AccountMeta::new(market.amm.pool.fee_account, false);
    market
        .pay_along(&payment, &long)
        .expect("forty are passed on");
}

/// Neither its signer's lamports nor where its money comes from and goes to is in a venue's reach, so
/// that nothing checked before the call can be another thing after it.
#[test]
fn a_pay_out_names_its_own_accounts_to_no_venue() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let owner = market.supplier.owner.insecure_clone();
    let out = market.out(&owner, IO);
    let route = market.amm.route(&MINT, IO);
    for account in [market.supplier.earnings(), out.treasury, out.destination] {
        for writable in [false, true] {
            let mut aliasing = route.clone();
            aliasing.accounts.push(AccountMeta {
                pubkey: account,
                is_signer: false,
                is_writable: writable,
            });
            let instruction = payments::pay_out(&out, &aliasing);
            assert_token_error(market.send(instruction, &owner), DUPLICATE);
        }
    }
    let instruction = payments::pay_out(&out, &route);
    market.send(instruction, &owner).expect("paid out");
}

#[test]
fn a_venue_gets_no_signature_but_the_routers() {
    let mut market = Market::new();
    let usdc = market.usdc;
    let authority = market.authority();
    let victim = market.world.create_token_account(&authority, &usdc, USDC);
    let thief = market
        .world
        .create_token_account(&market.treasury.pubkey(), &usdc, 0);
    const TRANSFER: u8 = 3;
    market.list_token_program(TRANSFER);
    let mut data = vec![TRANSFER];
    data.extend_from_slice(&USDC.to_le_bytes());
    let accounts = vec![
        AccountMeta::new(victim, false),
        AccountMeta::new(thief, false),
        // Signs the transaction, as its fee's payer.
        AccountMeta::new_readonly(authority, true),
    ];
    let payment = market.usdc_payment(USDC, false);
    let stolen = market.pay_along(&payment, &token_program_route(data, accounts));
    assert_reason(stolen, InstructionError::MissingRequiredSignature);
    assert_eq!(market.world.token_balance(&victim), USDC);
}

#[test]
fn a_venue_cannot_keep_what_it_is_lent() {
    let mut market = Market::new();
    let usdc = market.usdc;
    let [from, to] = [usdc, MINT].map(|mint| pda::transit(&mint).0);
    let thief = market.world.wallet().pubkey();
    let loot = market.world.create_token_account(&thief, &usdc, 0);
    let router = AccountMeta::new_readonly(ROUTER.address, false);
    let payment = TokenPayment {
        min_io_out: 0,
        ..market.usdc_payment(USDC, true)
    };
    let write = |account| AccountMeta::new(account, false);
    const TRANSFER: u8 = 3;
    const APPROVE: u8 = 4;
    const SET_AUTHORITY: u8 = 6;
    const CLOSE: u8 = 9;
    let set_authority = |kind: u8| {
        let mut data = vec![SET_AUTHORITY, kind, 1];
        data.extend_from_slice(thief.as_ref());
        data
    };
    let amount = |instruction: u8, amount: u64| {
        let mut data = vec![instruction];
        data.extend_from_slice(&amount.to_le_bytes());
        data
    };
    let (account_owner, close_account) = (2, 3);
    let tampered = PaymentsError::TransitTampered;
    let nothing = PaymentsError::ReceivedTooLittle;
    for instruction in [TRANSFER, APPROVE, SET_AUTHORITY, CLOSE] {
        market.list_token_program(instruction);
    }
    // Seven raw USDC that someone left on the transit are not the venue's either.
    market
        .world
        .put_token_account(from, &ROUTER.address, &usdc, 7);
    let before = market.balances();
    for (data, accounts, error) in [
        (
            amount(TRANSFER, USDC),
            vec![write(from), write(loot), router.clone()],
            nothing,
        ),
        (
            amount(TRANSFER, 0),
            vec![write(from), write(loot), router.clone()],
            nothing,
        ),
        (
            amount(TRANSFER, USDC + 1),
            vec![write(from), write(loot), router.clone()],
            PaymentsError::SpentTooMuch,
        ),
        (
            amount(APPROVE, 1),
            vec![
                write(from),
                AccountMeta::new_readonly(thief, false),
                router.clone(),
            ],
            tampered,
        ),
        (
            amount(APPROVE, 1),
            vec![
                write(to),
                AccountMeta::new_readonly(thief, false),
                router.clone(),
            ],
            tampered,
        ),
        (
            set_authority(account_owner),
            vec![write(from), router.clone()],
            tampered,
        ),
        (
            set_authority(account_owner),
            vec![write(to), router.clone()],
            tampered,
        ),
        (
            set_authority(close_account),
            vec![write(from), router.clone()],
            tampered,
        ),
        (
            set_authority(close_account),
            vec![write(to), router.clone()],
            tampered,
        ),
        (
            vec![CLOSE],
            vec![write(to), write(thief), router.clone()],
            tampered,
        ),
    ] {
        let route = token_program_route(data, accounts);
        assert_fails(market.pay_along(&payment, &route), error);
    }
    assert_eq!(market.balances(), before);
}

#[test]
fn a_transit_with_a_delegate_is_never_used() {
    // Cannot come about; the check after the call would catch it all the same.
    let mut market = Market::new();
    let transit = pda::transit(&MINT).0;
    let account = Account {
        mint: MINT,
        owner: ROUTER.address,
        delegate: Some(market.treasury.pubkey()).into(),
        delegated_amount: u64::MAX,
        state: AccountState::Initialized,
        ..Account::default()
    };
    let mut data = vec![0; Account::LEN];
    account.pack_into_slice(&mut data);
    market.world.put(transit, TOKEN_PROGRAM, data, false);
    let payment = market.usdc_payment(USDC, false);
    assert_fails(market.pay_token(&payment), PaymentsError::TransitTampered);
}

// ---------------------------------------------------------------- earnings

#[test]
fn earnings_are_paid_out_in_usdc_to_the_raw_unit() {
    for amount in [100 * IO, 33 * IO + 12_345_679, 1_000 * IO + 1, IO] {
        let mut market = Market::new();
        market.earn(1_500 * IO);
        let Trade { spent, received } = market.amm.quote(&market.world, &MINT, amount);
        let fee = fee_of(received, FEE_BPS).expect("a fee below 100 %");
        let reserves = market.amm.reserves(&market.world, &MINT);
        let owner = market.supplier.owner.insecure_clone();
        let out = PayOut {
            min_usdc_out: received - fee,
            ..market.out(&owner, amount)
        };
        let outcome = market.pay_out(&out, &owner).expect("paid out");
        assert_eq!(
            outcome.event::<PaidOut>(),
            PaidOut {
                supplier: market.supplier.address(),
                by: owner.pubkey(),
                destination: market.supplier.usdc,
                venue: pda::venue(&AMM_PROGRAM, &padded(&[1])).0,
                sold: spent,
                proceeds: received,
                fee,
                delivered: received - fee,
            }
        );
        let world = &market.world;
        assert_eq!(world.token_balance(&market.supplier.usdc), received - fee);
        assert_eq!(world.token_balance(&market.treasury_usdc), fee);
        assert_eq!(
            world.token_balance(&market.supplier.earnings()),
            1_500 * IO - spent
        );
        assert_eq!(
            market.amm.reserves(world, &MINT),
            (reserves.0 + spent, reserves.1 - received)
        );
        market.assert_transits_empty();
    }
}

#[test]
fn pay_outs_and_earnings_work_while_everything_is_paused() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let guardian = market.guardian.insecure_clone();
    let usdc = market.usdc;
    let by = guardian.pubkey();
    market.world.run(
        &[
            payments::set_paused(&by, true),
            payments::set_asset_enabled(&by, &usdc, false),
            payments::set_asset_enabled(&by, &MINT, false),
        ],
        &[&guardian],
    );
    let renter = market.renter.insecure_clone();
    let payment = market.pay_io_to(
        &market.supplier.earnings(),
        &Order {
            id: [1; 32],
            ..market.order()
        },
        IO,
    );
    assert_fails(market.send(payment, &renter), PaymentsError::Paused);
    let micro = payments::pay_io_unreceipted(
        &renter.pubkey(),
        &market.renter_io,
        &market.supplier.owner.pubkey(),
        &market.supplier.earnings(),
        1,
        &[0; 32],
    );
    assert_fails(market.send(micro, &renter), PaymentsError::Paused);

    market
        .owner_pays_out(IO)
        .expect("pay-outs are never paused");
    // With no venue left, the earnings can still be taken as they are.
    let off = payments::set_venue_enabled(&by, &AMM_PROGRAM, &[1], false);
    market.world.run(&[off], &[&guardian]);
    assert_fails(market.owner_pays_out(IO), PaymentsError::VenueDisabled);
    let owner = market.supplier.owner.insecure_clone();
    let take = payments::take_earnings(&owner.pubkey(), &market.supplier.io, 8 * IO);
    market
        .send(take, &owner)
        .expect("earnings can always be taken");
    assert_eq!(market.world.token_balance(&market.supplier.io), 8 * IO);
    market.world.advance(600);
    let close = payments::close_receipt(&renter.pubkey(), &ORDER, &renter.pubkey());
    market
        .send(close, &renter)
        .expect("receipts can always be closed");
}

#[test]
fn a_keeper_pays_out_at_the_suppliers_price_or_better() {
    let mut market = Market::new();
    market.earn(100 * IO);
    let keeper = market.world.wallet();
    let out = market.out(&keeper, 10 * IO);
    assert_fails(
        market.pay_out(&out, &keeper),
        PaymentsError::KeeperNotAllowed,
    );

    // The pool pays 0.15 USDC for one IO, less its fee, ours and the slippage.
    market.prefer(PayoutPreference::Usdc, 145_000);
    let low = PayOut {
        min_usdc_out: 1_449_999,
        ..out
    };
    assert_fails(
        market.pay_out(&low, &keeper),
        PaymentsError::KeeperPriceTooLow,
    );
    let bound = PayOut {
        min_usdc_out: 1_450_000,
        ..out
    };
    let outcome = market.pay_out(&bound, &keeper).expect("paid out");
    let paid = outcome.event::<PaidOut>();
    assert_eq!(paid.by, keeper.pubkey());
    assert!(paid.delivered >= 1_450_000);
    assert_eq!(
        market.world.token_balance(&market.supplier.usdc),
        paid.delivered
    );

    // A price that the market does not pay stops the keeper, not the owner.
    market.prefer(PayoutPreference::Usdc, 160_000);
    let high = PayOut {
        min_usdc_out: 1_600_000,
        ..out
    };
    assert_fails(
        market.pay_out(&high, &keeper),
        PaymentsError::ReceivedTooLittle,
    );
    market
        .owner_pays_out(10 * IO)
        .expect("the owner names the price");
}

#[test]
fn a_pay_out_that_brings_too_little_changes_nothing() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let before = market.balances();
    let owner = market.supplier.owner.insecure_clone();
    let Trade { received, .. } = market.amm.quote(&market.world, &MINT, 10 * IO);
    let fee = fee_of(received, FEE_BPS).expect("a fee below 100 %");
    let out = market.out(&owner, 10 * IO);
    let greedy = PayOut {
        min_usdc_out: received - fee + 1,
        ..out
    };
    assert_fails(
        market.pay_out(&greedy, &owner),
        PaymentsError::ReceivedTooLittle,
    );
    let zero = market.out(&owner, 0);
    let route = market.amm.route(&MINT, 1);
    let zero = payments::pay_out(&zero, &route);
    assert_fails(market.send(zero, &owner), PaymentsError::ZeroAmount);
    assert_token_error(market.owner_pays_out(10 * IO + 1), INSUFFICIENT_FUNDS);
    assert_eq!(market.balances(), before);
}

#[test]
fn pay_outs_check_their_accounts() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let owner = market.supplier.owner.insecure_clone();
    let usdc = market.usdc;
    let rival = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let thief = market.world.wallet();
    let thief_usdc = market.world.create_token_account(&thief.pubkey(), &usdc, 0);
    let router_usdc = market.world.create_token_account(&ROUTER.address, &usdc, 0);
    let router_io = market.world.create_token_account(&ROUTER.address, &MINT, 0);
    let treasury_io = io_account(&mut market.world, &market.treasury.pubkey(), 0);

    let out = market.out(&owner, IO);
    let good = payments::pay_out(&out, &market.amm.route(&MINT, IO));
    let before = market.balances();
    let wrong = custom(PaymentsError::WrongAccount);
    let destination = custom(PaymentsError::WrongDestination);
    let treasury = custom(PaymentsError::WrongTreasury);
    let transit = custom(PaymentsError::WrongTransit);
    let no_layout = InstructionError::InvalidAccountData;
    assert_accounts_checked(
        &mut market.world,
        &good,
        &[&owner],
        &[
            (1, CONFIG.address, no_layout.clone()),
            (1, rival.address(), wrong.clone()),
            (2, CONFIG.address, no_layout),
            (3, rival.earnings(), wrong.clone()),
            (4, router_io, transit.clone()),
            (5, router_usdc, transit),
            (6, thief.pubkey(), wrong.clone()),
            (7, thief_usdc, treasury.clone()),
            (7, treasury_io, treasury),
            (8, thief_usdc, destination.clone()),
            (8, market.supplier.io, destination.clone()),
            (8, rival.usdc, destination),
            (10, TOKEN_PROGRAM, wrong.clone()),
            (11, thief.pubkey(), wrong.clone()),
            (12, thief.pubkey(), wrong.clone()),
            (13, thief.pubkey(), wrong),
        ],
    );
    // A supplier's vault cannot be sold by another supplier, whatever vault is named.
    let mut stolen = good;
    stolen.accounts[0].pubkey = rival.owner.pubkey();
    assert_fails(
        attempt(&mut market.world, stolen, &[&rival.owner]),
        PaymentsError::KeeperNotAllowed,
    );
    assert_eq!(market.balances(), before);
}

#[test]
fn earnings_can_be_taken_as_io() {
    let mut market = Market::new();
    market.earn(10 * IO);
    let owner = market.supplier.owner.insecure_clone();
    let stranger = market.world.wallet();
    let usdc = market.usdc;
    let rival = register(&mut market.world, &usdc, PayoutPreference::Usdc);
    let destination = market.supplier.io;
    let take = payments::take_earnings(&owner.pubkey(), &destination, 4 * IO);
    let outcome = market.send(take.clone(), &owner).expect("taken");
    assert_eq!(
        outcome.event::<EarningsTaken>(),
        EarningsTaken {
            supplier: market.supplier.address(),
            destination,
            amount: 4 * IO,
        }
    );
    assert_eq!(market.world.token_balance(&destination), 4 * IO);
    assert_eq!(
        market.world.token_balance(&market.supplier.earnings()),
        6 * IO
    );

    let zero = payments::take_earnings(&owner.pubkey(), &destination, 0);
    assert_fails(market.send(zero, &owner), PaymentsError::ZeroAmount);
    let more = payments::take_earnings(&owner.pubkey(), &destination, 6 * IO + 1);
    assert_token_error(market.send(more, &owner), INSUFFICIENT_FUNDS);
    let mut foreign = take.clone();
    foreign.accounts[0].pubkey = stranger.pubkey();
    assert_fails(market.send(foreign, &stranger), PaymentsError::Unauthorized);
    let wrong = custom(PaymentsError::WrongAccount);
    let no_destination = custom(PaymentsError::WrongDestination);
    assert_accounts_checked(
        &mut market.world,
        &take,
        &[&owner],
        &[
            (1, rival.address(), custom(PaymentsError::Unauthorized)),
            (2, rival.earnings(), wrong.clone()),
            (3, rival.io, no_destination.clone()),
            (3, market.supplier.usdc, no_destination),
            (5, stranger.pubkey(), wrong.clone()),
            (6, stranger.pubkey(), wrong.clone()),
            (7, stranger.pubkey(), wrong),
        ],
    );
}
