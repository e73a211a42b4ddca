//! A malicious venue, listed as if it were a good one. Each attack begins with an honest swap, or
//! takes its place, and changes nothing: no account, no balance, no lamport but the fee.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey,
    payments::{self, PayOut, TokenPayment},
    pda,
    shared::{
        constants::{IO, USDC},
        errors::PaymentsError,
        ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_payments::ROUTER},
    },
};
use io_tests::{
    Failure, Outcome,
    hostile::{HOSTILE_PROGRAM, HOSTILE_TWIN, SCRIPT, Script},
};
use solana_instruction::AccountMeta;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::{
    instruction::{self as token, AuthorityType},
    state::{Account, Mint},
};

mod amounts;
mod authority;
mod transits;

const WRAPPED_SOL: Pubkey = Pubkey::from_str_const("So11111111111111111111111111111111111111112");

/// Which payment is attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    PayToken,
    PayOut,
}

/// A market with the venue listed and stocked, and what a swap through it moves.
struct Trap {
    market: Market,
    way: Way,
    /// Mint swapped from, and mint swapped to.
    mints: [Pubkey; 2],
    /// The router's transits, in the same order.
    from: Pubkey,
    to: Pubkey,
    /// What the router asks the venue to swap, and what an honest swap brings.
    asked: u64,
    brings: u64,
    /// The venue's own accounts of both mints.
    reserve: Pubkey,
    stock: Pubkey,
    thief: Keypair,
    /// The thief's own accounts of both mints.
    loot: [Pubkey; 2],
}

impl Trap {
    fn new(way: Way) -> Self {
        let mut market = Market::new();
        let authority = market.authority();
        market.world.deploy("hostile_venue", HOSTILE_PROGRAM);
        market.world.deploy("hostile_venue", HOSTILE_TWIN);
        market.world.run(
            &[payments::list_venue(&authority, &HOSTILE_PROGRAM, &SCRIPT)],
            &[],
        );
        if way == Way::PayOut {
            market.earn(100 * IO);
        }
        let (mints, asked, brings) = match way {
            Way::PayToken => ([market.usdc, MINT], 98 * USDC, 600 * IO),
            Way::PayOut => ([MINT, market.usdc], 50 * IO, 7 * USDC),
        };
        let venue = Script::default().authority();
        let thief = market.world.wallet();
        let mut account = |owner: &Pubkey, mint: Pubkey, amount: u64| {
            if mint == MINT {
                io_account(&mut market.world, owner, amount)
            } else {
                market.world.create_token_account(owner, &mint, amount)
            }
        };
        let reserve = account(&venue, mints[0], 5);
        let stock = account(&venue, mints[1], brings * 2);
        let loot = mints.map(|mint| account(&thief.pubkey(), mint, 0));
        Self {
            from: pda::transit(&mints[0]).0,
            to: pda::transit(&mints[1]).0,
            market,
            way,
            mints,
            asked,
            brings,
            reserve,
            stock,
            thief,
            loot,
        }
    }

    /// The payment, with no bound of its own.
    fn send(&mut self, script: &Script) -> Result<Outcome, Failure> {
        let route = script.route();
        match self.way {
            Way::PayToken => {
                let payment = TokenPayment {
                    min_io_out: 0,
                    ..self.market.usdc_payment(100 * USDC, false)
                };
                self.market.pay_along(&payment, &route)
            }
            Way::PayOut => {
                let owner = self.market.supplier.owner.insecure_clone();
                let out = PayOut {
                    min_usdc_out: 0,
                    ..self.market.out(&owner, self.asked)
                };
                self.market.send(payments::pay_out(&out, &route), &owner)
            }
        }
    }

    /// Takes what the router lends.
    fn take(&self, script: Script, to: &Pubkey, amount: u64) -> Script {
        script.call(transfer(&self.from, to, &ROUTER.address, amount))
    }

    /// Pays from the venue's stock.
    fn give(&self, script: Script, to: &Pubkey, amount: u64) -> Script {
        let venue = script.authority();
        script.call(transfer(&self.stock, to, &venue, amount))
    }

    /// What an honest venue does.
    fn honest(&self) -> Script {
        let taken = self.take(Script::default(), &self.reserve, self.asked);
        self.give(taken, &self.to, self.brings)
    }

    #[track_caller]
    fn assert_stopped(&mut self, what: &str, script: &Script, reason: &InstructionError) {
        let before = self.market.world.snapshot();
        match self.send(script) {
            Ok(_) => panic!("{:?}: {what} got through", self.way),
            Err(failure) => assert_eq!(
                failure.reason(),
                Some(reason),
                "{:?}: {what}\n{}",
                self.way,
                failure.meta.pretty_logs()
            ),
        }
        self.market.world.assert_unchanged(&before);
    }

    #[track_caller]
    fn assert_refused(&mut self, what: &str, script: &Script, error: PaymentsError) {
        self.assert_stopped(what, script, &custom(error));
    }
}

/// Runs `attack` against a payment and against a pay-out.
fn both(attack: impl Fn(&mut Trap)) {
    for way in [Way::PayToken, Way::PayOut] {
        attack(&mut Trap::new(way));
    }
}

fn transfer(from: &Pubkey, to: &Pubkey, owner: &Pubkey, amount: u64) -> Instruction {
    token::transfer(&TOKEN_PROGRAM, from, to, owner, &[], amount).expect("well formed")
}

fn approve(account: &Pubkey, delegate: &Pubkey) -> Instruction {
    token::approve(
        &TOKEN_PROGRAM,
        account,
        delegate,
        &ROUTER.address,
        &[],
        u64::MAX,
    )
    .expect("well formed")
}

fn assign(account: &Pubkey, kind: AuthorityType, to: &Pubkey) -> Instruction {
    token::set_authority(
        &TOKEN_PROGRAM,
        account,
        Some(to),
        kind,
        &ROUTER.address,
        &[],
    )
    .expect("well formed")
}

fn close(account: &Pubkey, to: &Pubkey) -> Instruction {
    token::close_account(&TOKEN_PROGRAM, account, to, &ROUTER.address, &[]).expect("well formed")
}

/// The system program's `Transfer`.
fn lamports(from: &Pubkey, to: &Pubkey, amount: u64) -> Instruction {
    let mut data = vec![2, 0, 0, 0];
    data.extend_from_slice(&amount.to_le_bytes());
    Instruction {
        program_id: SYSTEM_PROGRAM,
        accounts: vec![AccountMeta::new(*from, true), AccountMeta::new(*to, false)],
        data,
    }
}

/// Fields of a mint that tests set as no transaction could.
trait Mints {
    fn put_supply(&mut self, mint: &Pubkey, supply: u64);
    fn put_freeze_authority(&mut self, mint: &Pubkey, authority: &Pubkey);
    fn put_wrapped_sol(&mut self);
    fn wrap_sol(&mut self, owner: &Pubkey, amount: u64) -> Pubkey;
}

impl Mints for io_tests::World {
    fn put_supply(&mut self, mint: &Pubkey, supply: u64) {
        edit(self, mint, |mint| mint.supply = supply);
    }

    fn put_freeze_authority(&mut self, mint: &Pubkey, authority: &Pubkey) {
        edit(self, mint, |mint| {
            mint.freeze_authority = Some(*authority).into();
        });
    }

    fn put_wrapped_sol(&mut self) {
        let mint = Mint {
            decimals: 9,
            is_initialized: true,
            ..Mint::default()
        };
        let mut data = vec![0; Mint::LEN];
        mint.pack_into_slice(&mut data);
        self.put(WRAPPED_SOL, TOKEN_PROGRAM, data, false);
    }

    fn wrap_sol(&mut self, owner: &Pubkey, amount: u64) -> Pubkey {
        let address = self.fresh_address();
        let rent = self.rent(Account::LEN as u64);
        let account = Account {
            mint: WRAPPED_SOL,
            owner: *owner,
            amount,
            state: spl_token_interface::state::AccountState::Initialized,
            is_native: Some(rent).into(),
            ..Account::default()
        };
        let mut data = vec![0; Account::LEN];
        account.pack_into_slice(&mut data);
        self.svm
            .set_account(
                address,
                solana_account::Account {
                    lamports: rent + amount,
                    data,
                    owner: TOKEN_PROGRAM,
                    executable: false,
                    rent_epoch: u64::MAX,
                },
            )
            .expect("a good account");
        address
    }
}

fn edit(world: &mut io_tests::World, address: &Pubkey, change: impl FnOnce(&mut Mint)) {
    let mut data = world.data(address);
    let mut mint = Mint::unpack(&data).expect("a mint");
    change(&mut mint);
    mint.pack_into_slice(&mut data);
    world.put(*address, TOKEN_PROGRAM, data, false);
}
