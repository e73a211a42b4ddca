//! The config, and what is listed in it.

use crate::fixture::*;
use io_client::{
    Pubkey, payments, pda,
    shared::{
        constants::VERSION,
        errors::PaymentsError,
        events::{AssetListed, PaymentsInitialized, VenueListed},
        ids::{
            self, TOKEN_PROGRAM,
            io_payments::{CONFIG, ROUTER},
        },
        state::{Asset, PaymentsConfig, Venue},
    },
    venues::padded,
};
use io_tests::{amm::AMM_PROGRAM, assert_fails};
use solana_instruction_error::InstructionError;
use solana_signer::Signer;

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
    let list = payments::list_asset(&authority, &mint, &TOKEN_PROGRAM, 150, 77);
    let outcome = market.world.run(&[list.clone()], &[]);

    let (address, bump) = pda::asset(&mint);
    let (transit, _) = pda::transit(&mint);
    let (fees, _) = pda::fees(&mint);
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
            token_program: TOKEN_PROGRAM,
            transit,
            fees,
            decimals: 9,
            fee_bps: 150,
            minimum: 77,
        }
    );
    assert_eq!(asset.fees, fees);
    for (vault, owner) in [(transit, ROUTER.address), (fees, CONFIG.address)] {
        let account = market.world.token_account(&vault);
        assert_eq!((account.owner, account.mint), (owner, mint));
        assert!(account.delegate.is_none() && account.close_authority.is_none());
    }

    let config: PaymentsConfig = market.world.read(&CONFIG.address);
    assert_eq!(config.io_transit, pda::transit(&MINT).0);
    assert_eq!(config.usdc_transit, pda::transit(&market.usdc).0);
    assert_eq!(config.usdc_fees, pda::fees(&market.usdc).0);
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
            payments::list_asset(&stranger.pubkey(), &usdc, &TOKEN_PROGRAM, 0, 1),
            PaymentsError::Unauthorized,
        ),
        (
            payments::list_asset(&authority, &usdc, &TOKEN_PROGRAM, 501, 1),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::list_asset(&authority, &MINT, &TOKEN_PROGRAM, 1, 1),
            PaymentsError::FeeTooHigh,
        ),
        (
            payments::list_asset(&authority, &token_account, &TOKEN_PROGRAM, 0, 1),
            PaymentsError::UnsupportedMint,
        ),
        (
            payments::list_asset(&authority, &token_2022, &TOKEN_PROGRAM, 0, 1),
            PaymentsError::UnsupportedMint,
        ),
    ] {
        assert_fails(attempt(&mut world, instruction, &[&stranger]), error);
    }
    let good = payments::list_asset(&authority, &usdc, &TOKEN_PROGRAM, FEE_BPS, 1);
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
            (5, pda::fees(&MINT).0, wrong.clone()),
            (6, stranger.pubkey(), wrong.clone()),
            (7, stranger.pubkey(), wrong.clone()),
            (8, stranger.pubkey(), wrong.clone()),
            (9, stranger.pubkey(), wrong),
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
    assert_eq!((venue.discriminator_len, venue.cap.at(0)), (3, u64::MAX));
    assert_eq!(
        outcome.event::<VenueListed>(),
        VenueListed {
            venue: address,
            program: AMM_PROGRAM,
            discriminator: bytes,
            discriminator_len: 3,
            usable_from: market.world.now(),
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
