//! A market: the router set up, a real pool, a renter and a supplier.

use io_client::{
    Instruction, Pubkey, mint,
    payments::{self, Order, Part, PayOut, TokenPayment},
    pda,
    shared::{
        constants::{IO, USDC, VERSION},
        errors::PaymentsError,
        events::{Paid, PaidPart},
        ids::{TOKEN_PROGRAM, io_mint},
        math::fee::fee_of,
        state::{MintPolicy, MinterTerms, PayoutPreference, Receipt, Supplier},
    },
    venues::Route,
};
use io_tests::{
    Failure, Outcome, World,
    amm::{AMM_PROGRAM, Amm, Deposit, FEES},
};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

pub(crate) const MINT: Pubkey = io_mint::MINT.address;
pub(crate) const FEE_BPS: u64 = 200;
pub(crate) const MINIMUM: u64 = 10_000;
pub(crate) const ORDER: [u8; 32] = [42; 32];

/// A world with the router set up and a pool of 1,000,000 IO and 150,000 USDC.
pub(crate) struct Market {
    pub(crate) world: World,
    pub(crate) usdc: Pubkey,
    pub(crate) amm: Amm,
    pub(crate) guardian: Keypair,
    pub(crate) treasury: Keypair,
    pub(crate) treasury_usdc: Pubkey,
    pub(crate) renter: Keypair,
    pub(crate) renter_io: Pubkey,
    pub(crate) renter_usdc: Pubkey,
    pub(crate) supplier: Payee,
}

/// A supplier with a payout wallet of its own and its token accounts.
pub(crate) struct Payee {
    pub(crate) owner: Keypair,
    pub(crate) payout: Keypair,
    pub(crate) io: Pubkey,
    pub(crate) usdc: Pubkey,
}

impl Payee {
    pub(crate) fn address(&self) -> Pubkey {
        pda::supplier(&self.owner.pubkey()).0
    }

    pub(crate) fn earnings(&self) -> Pubkey {
        pda::earnings(&self.address()).0
    }
}

/// A world with `io_mint` initialized and a USDC mint: where the router is set up.
pub(crate) fn bare_world() -> (World, Pubkey) {
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
pub(crate) fn io_account(world: &mut World, owner: &Pubkey, amount: u64) -> Pubkey {
    let account = world.create_token_account(owner, &MINT, 0);
    if amount > 0 {
        let authority = world.authority.pubkey();
        world.run(&[mint::mint_to(&authority, &MINT, &account, amount)], &[]);
    }
    account
}

impl Market {
    pub(crate) fn new() -> Self {
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
        let amm = Amm::create(&mut world, &creator, 1, deposits, FEES);
        world.run(
            &[
                payments::initialize(
                    &authority,
                    &guardian.pubkey(),
                    &treasury.pubkey(),
                    &usdc,
                    FEE_BPS,
                ),
                payments::list_asset(&authority, &MINT, &TOKEN_PROGRAM, 0, MINIMUM),
                payments::list_asset(&authority, &usdc, &TOKEN_PROGRAM, FEE_BPS, MINIMUM),
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

    pub(crate) fn authority(&self) -> Pubkey {
        self.world.authority.pubkey()
    }

    pub(crate) fn order(&self) -> Order {
        Order {
            id: ORDER,
            expires_at: self.world.now() + 600,
        }
    }

    pub(crate) fn send(
        &mut self,
        instruction: Instruction,
        signer: &Keypair,
    ) -> Result<Outcome, Failure> {
        attempt(&mut self.world, instruction, &[signer])
    }

    /// The renter's payment in IO.
    pub(crate) fn pay_io(&self, amount: u64) -> Instruction {
        self.pay_io_to(&self.io_destination(), &self.order(), amount)
    }

    pub(crate) fn pay_io_to(
        &self,
        destination: &Pubkey,
        order: &Order,
        amount: u64,
    ) -> Instruction {
        payments::pay_io(
            &self.renter.pubkey(),
            &self.renter_io,
            &self.supplier.owner.pubkey(),
            destination,
            order,
            amount,
        )
    }

    pub(crate) fn io_destination(&self) -> Pubkey {
        let supplier: Supplier = self.world.read(&self.supplier.address());
        payments::io_destination(&supplier, &self.supplier.io)
    }

    /// The supplier's part of a payment.
    pub(crate) fn part(&self, amount: u64) -> Part {
        Part {
            supplier_owner: self.supplier.owner.pubkey(),
            destination: self.io_destination(),
            amount,
        }
    }

    /// The renter's payment in USDC.
    pub(crate) fn usdc_payment(&self, amount: u64, fee_on_top: bool) -> TokenPayment {
        TokenPayment {
            payer: self.renter.pubkey(),
            mint: self.usdc,
            source: self.renter_usdc,
            io_mint: MINT,
            parts: vec![self.part(amount)],
            order: self.order(),
            fee_on_top,
            min_io_out: 1,
        }
    }

    /// The route that swaps all of a payment after the fee.
    pub(crate) fn route(&self, payment: &TokenPayment) -> Route {
        let amount = payment.amount().expect("it fits");
        let fee = fee_of(amount, FEE_BPS).expect("a fee below 100 %");
        let net = if payment.fee_on_top {
            amount
        } else {
            amount - fee
        };
        self.amm.route(&payment.mint, net)
    }

    pub(crate) fn pay_token(&mut self, payment: &TokenPayment) -> Result<Outcome, Failure> {
        let route = self.route(payment);
        self.pay_along(payment, &route)
    }

    pub(crate) fn pay_along(
        &mut self,
        payment: &TokenPayment,
        route: &Route,
    ) -> Result<Outcome, Failure> {
        self.world
            .send(&[payments::pay_token(payment, route)], &[&self.renter])
    }

    /// Lets the supplier take USDC and puts `amount` raw IO into its vault.
    pub(crate) fn earn(&mut self, amount: u64) {
        self.prefer(PayoutPreference::Usdc, 0);
        let instruction = self.pay_io(amount);
        self.world.run(&[instruction], &[&self.renter]);
    }

    /// Like [`Market::earn`], for another order.
    pub(crate) fn earn_more(&mut self, amount: u64) {
        self.prefer(PayoutPreference::Usdc, 0);
        let order = Order {
            id: [77; 32],
            ..self.order()
        };
        let instruction = self.pay_io_to(&self.supplier.earnings(), &order, amount);
        self.world.run(&[instruction], &[&self.renter]);
    }

    pub(crate) fn prefer(&mut self, preference: PayoutPreference, keeper_min_price: u64) {
        let instruction = payments::set_supplier(
            &self.supplier.owner.pubkey(),
            preference,
            &self.supplier.payout.pubkey(),
            keeper_min_price,
        );
        self.world.run(&[instruction], &[&self.supplier.owner]);
    }

    pub(crate) fn out(&self, caller: &Keypair, amount: u64) -> PayOut {
        PayOut {
            caller: caller.pubkey(),
            supplier_owner: self.supplier.owner.pubkey(),
            io_mint: MINT,
            usdc_mint: self.usdc,
            destination: self.supplier.usdc,
            amount,
            min_usdc_out: 1,
        }
    }

    pub(crate) fn pay_out(&mut self, out: &PayOut, caller: &Keypair) -> Result<Outcome, Failure> {
        let route = self.amm.route(&MINT, out.amount);
        self.send(payments::pay_out(out, &route), caller)
    }

    pub(crate) fn owner_pays_out(&mut self, amount: u64) -> Result<Outcome, Failure> {
        let owner = self.supplier.owner.insecure_clone();
        let out = self.out(&owner, amount);
        self.pay_out(&out, &owner)
    }

    /// The fee vault of a mint.
    pub(crate) fn fees(&self, mint: &Pubkey) -> Pubkey {
        pda::fees(mint).0
    }

    pub(crate) fn transit(&self, mint: &Pubkey) -> u64 {
        self.world.token_balance(&pda::transit(mint).0)
    }

    #[track_caller]
    pub(crate) fn assert_transits_empty(&self) {
        assert_eq!((self.transit(&MINT), self.transit(&self.usdc)), (0, 0));
    }

    /// Every balance that a payment or a pay-out may move.
    pub(crate) fn balances(&self) -> Vec<u64> {
        [
            self.renter_io,
            self.renter_usdc,
            self.treasury_usdc,
            self.fees(&self.usdc),
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

    pub(crate) fn receipt(&self) -> Pubkey {
        pda::receipt(&self.renter.pubkey(), &ORDER).0
    }
}

pub(crate) fn register(world: &mut World, usdc: &Pubkey, preference: PayoutPreference) -> Payee {
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
pub(crate) fn attempt(
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

#[track_caller]
pub(crate) fn assert_reason(result: Result<Outcome, Failure>, reason: InstructionError) {
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
pub(crate) fn assert_token_error(result: Result<Outcome, Failure>, code: u32) {
    assert_reason(result, InstructionError::Custom(code));
}

pub(crate) const INSUFFICIENT_FUNDS: u32 = 1;
pub(crate) const MINT_MISMATCH: u32 = 3;
pub(crate) const OWNER_MISMATCH: u32 = 4;
/// Anchor's: an account that must be named once only is named twice.
pub(crate) const DUPLICATE: u32 = 2040;

/// Sends `instruction` with each of `accounts` (position, replacement, error) replaced in turn.
#[track_caller]
pub(crate) fn assert_accounts_checked(
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

pub(crate) fn custom(error: PaymentsError) -> InstructionError {
    InstructionError::Custom(error.code())
}

/// A copy of an account that another program owns.
pub(crate) fn forged(world: &mut World, address: &Pubkey) -> Pubkey {
    let data = world.data(address);
    let copy = world.fresh_address();
    world.put(copy, AMM_PROGRAM, data, false);
    copy
}

/// The parts of the only payment that a transaction made.
pub(crate) fn parts_of(outcome: &Outcome) -> Vec<PaidPart> {
    let mut found = outcome.inner_data().filter_map(Paid::decode_parts);
    let (_, parts) = found.next().expect("a payment");
    assert!(found.next().is_none(), "several payments");
    parts.collect()
}

/// Asserts that the receipt says what the event said.
#[track_caller]
pub(crate) fn assert_receipt(world: &World, outcome: &Outcome) {
    let (paid, parts) = (outcome.event::<Paid>(), parts_of(outcome));
    let (address, bump) = pda::receipt(&paid.payer, &paid.order_id);
    let data = world.data(&address);
    let data: Vec<u64> = data
        .chunks_exact(8)
        .map(|word| u64::from_le_bytes(word.try_into().expect("8 bytes")))
        .collect();
    // SAFETY: words are bytes too.
    let data: &[u8] = unsafe { std::slice::from_raw_parts(data.as_ptr().cast(), data.len() * 8) };
    let (receipt, entries) = Receipt::parts(data).expect("a receipt");
    assert_eq!((receipt.version, receipt.bump), (VERSION, bump));
    assert_eq!(usize::from(receipt.count), parts.len());
    assert_eq!(
        (receipt.payer, receipt.order_id),
        (paid.payer, paid.order_id)
    );
    assert_eq!(
        (receipt.mint, receipt.reference),
        (paid.mint, paid.reference)
    );
    assert_eq!(receipt.rent_payer, paid.payer);
    assert_eq!(
        (receipt.gross, receipt.fee, receipt.delivered),
        (paid.gross, paid.fee, paid.delivered)
    );
    assert_eq!(
        (receipt.paid_at, receipt.expires_at),
        (paid.paid_at, paid.expires_at)
    );
    assert_eq!(u64::from(receipt.oracle_bounded), paid.oracle_bounded);
    for (entry, part) in entries.iter().zip(&parts) {
        assert_eq!(
            (entry.supplier, entry.delivered, entry.refunded),
            (part.supplier, part.delivered, 0)
        );
    }
    let delivered: u64 = parts.iter().map(|part| part.delivered).sum();
    assert_eq!(delivered, paid.delivered);
}

/// Sends a version 0 transaction that finds all accounts it can in a lookup table, as a wallet would;
/// it must fit a packet.
pub(crate) fn send_v0(
    world: &mut World,
    instructions: &[Instruction],
    signers: &[&Keypair],
) -> Result<Outcome, Failure> {
    const PACKET: usize = 1_232;
    let mut addresses: Vec<Pubkey> = instructions
        .iter()
        .flat_map(|instruction| &instruction.accounts)
        .filter(|account| !account.is_signer)
        .map(|account| account.pubkey)
        .collect();
    addresses.sort();
    addresses.dedup();
    let table = AddressLookupTableAccount {
        key: world.fresh_address(),
        addresses,
    };
    // LookupTable, never deactivated, extended in slot 0, no authority; addresses from byte 56 on.
    let mut data = vec![0; 56];
    data[0] = 1;
    data[4..12].fill(u8::MAX);
    for address in &table.addresses {
        data.extend_from_slice(address.as_ref());
    }
    let owner = Pubkey::from_str_const("AddressLookupTab1e1111111111111111111111111");
    world.put(table.key, owner, data, false);
    world.svm.warp_to_slot(10);
    world.svm.expire_blockhash();
    let payer = world.authority.insecure_clone();
    let message = v0::Message::try_compile(
        &payer.pubkey(),
        instructions,
        &[table],
        world.svm.latest_blockhash(),
    )
    .expect("the accounts fit");
    let mut keys = vec![&payer];
    keys.extend(signers);
    let message = VersionedMessage::V0(message);
    let size = 1 + 64 * keys.len() + message.serialize().len();
    assert!(size <= PACKET, "{size} bytes");
    let transaction = VersionedTransaction::try_new(message, &keys).expect("all keys are given");
    match world.svm.send_transaction(transaction) {
        Ok(meta) => Ok(meta.into()),
        Err(failed) => Err(failed.into()),
    }
}

/// Lists `mint` with a fee, and makes a pool of so many raw units of it and of IO.
pub(crate) fn list_with_pool(
    world: &mut World,
    creator: &Keypair,
    source: Deposit,
    io: u64,
    fee_bps: u64,
) -> Amm {
    let authority = world.authority.pubkey();
    let io = Deposit {
        mint: MINT,
        source: io_account(world, &creator.pubkey(), io),
        amount: io,
    };
    let list = payments::list_asset(&authority, &source.mint, &TOKEN_PROGRAM, fee_bps, 1);
    world.run(&[list], &[]);
    Amm::create(world, creator, 2, [source, io], FEES)
}
