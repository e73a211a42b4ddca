//! Instructions of `io_payments`.

use crate::{
    Instruction, Pubkey,
    instruction::{build, read, sign, write, write_sign},
    pda,
    venues::{Route, padded},
};
use borsh::BorshSerialize;
use io_shared::{
    ids::{
        SYSTEM_PROGRAM, TOKEN_PROGRAM, io_mint,
        io_payments::{self, CONFIG, EVENT_AUTHORITY, PROGRAM_DATA, ROUTER},
    },
    state::{Feed, PayoutPreference, Supplier},
};
use solana_program::instruction::AccountMeta;

/// Creates the config. Signed by the program's upgrade authority, which pays and becomes the
/// authority. `payout_fee_bps` is the fee on earnings taken in USDC.
pub fn initialize(
    authority: &Pubkey,
    guardian: &Pubkey,
    treasury: &Pubkey,
    usdc_mint: &Pubkey,
    payout_fee_bps: u64,
) -> Instruction {
    payments_instruction(
        "initialize",
        &(guardian.to_bytes(), treasury.to_bytes(), payout_fee_bps),
        vec![
            write_sign(*authority),
            read(PROGRAM_DATA),
            write(CONFIG.address),
            read(io_mint::CONFIG.address),
            read(*usdc_mint),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Lets renters pay in a token of `token_program`, the SPL token program or Token-2022, and the router
/// swap it. Signed by the authority, which pays the rent. IO and USDC are listed like any other; IO
/// without a fee.
pub fn list_asset(
    authority: &Pubkey,
    mint: &Pubkey,
    token_program: &Pubkey,
    fee_bps: u64,
    minimum: u64,
) -> Instruction {
    payments_instruction(
        "list_asset",
        &(fee_bps, minimum),
        vec![
            write_sign(*authority),
            write(CONFIG.address),
            read(*mint),
            write(pda::asset(mint).0),
            write(pda::transit(mint).0),
            write(pda::fees(mint).0),
            read(*token_program),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Enables or disables payments in a token. Signed by the authority, or, to disable, the guardian.
pub fn set_asset_enabled(signer: &Pubkey, mint: &Pubkey, enabled: bool) -> Instruction {
    payments_instruction(
        "set_asset_enabled",
        &enabled,
        vec![
            sign(*signer),
            write(pda::asset(mint).0),
            read(CONFIG.address),
        ],
    )
}

/// Sets the smallest payment in a token, raw units. Signed by the authority.
pub fn set_asset_minimum(authority: &Pubkey, mint: &Pubkey, minimum: u64) -> Instruction {
    payments_instruction(
        "set_asset_minimum",
        &minimum,
        vec![
            sign(*authority),
            write(pda::asset(mint).0),
            read(CONFIG.address),
        ],
    )
}

/// Lets the router swap through the instructions of `program` that begin with `discriminator`, 1 to
/// 8 bytes. Signed by the authority, which pays the rent.
///
/// # Panics
///
/// If the discriminator has more than 8 bytes.
pub fn list_venue(authority: &Pubkey, program: &Pubkey, discriminator: &[u8]) -> Instruction {
    let bytes = padded(discriminator);
    let len = u8::try_from(discriminator.len()).expect("checked by `padded`");
    payments_instruction(
        "list_venue",
        &(bytes, len),
        vec![
            write_sign(*authority),
            read(*program),
            write(pda::venue(program, &bytes).0),
            read(CONFIG.address),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Enables or disables swaps through a venue. Signed by the authority, or, to disable, the guardian.
///
/// # Panics
///
/// If the discriminator has more than 8 bytes.
pub fn set_venue_enabled(
    signer: &Pubkey,
    program: &Pubkey,
    discriminator: &[u8],
    enabled: bool,
) -> Instruction {
    payments_instruction(
        "set_venue_enabled",
        &enabled,
        vec![
            sign(*signer),
            write(pda::venue(program, &padded(discriminator)).0),
            read(CONFIG.address),
        ],
    )
}

/// Pauses or resumes payments. Signed by the authority, or, to pause, the guardian.
pub fn set_paused(signer: &Pubkey, paused: bool) -> Instruction {
    payments_instruction(
        "set_paused",
        &paused,
        vec![sign(*signer), write(CONFIG.address)],
    )
}

/// Schedules the renter's fee on payments in a token. Signed by the authority.
pub fn schedule_asset_fee(authority: &Pubkey, mint: &Pubkey, fee_bps: u64) -> Instruction {
    payments_instruction(
        "schedule_asset_fee",
        &fee_bps,
        vec![
            sign(*authority),
            write(pda::asset(mint).0),
            read(CONFIG.address),
        ],
    )
}

/// Schedules the price feed that bounds swaps of a token, all zero for none. Swaps are bounded if both
/// their tokens have one. Signed by the authority.
pub fn schedule_feed(authority: &Pubkey, mint: &Pubkey, feed: &Feed) -> Instruction {
    payments_instruction(
        "schedule_feed",
        &(
            (feed.owner.to_bytes(), feed.id),
            (
                feed.max_age,
                feed.max_confidence_bps,
                feed.max_deviation_bps,
            ),
        ),
        vec![
            sign(*authority),
            write(pda::asset(mint).0),
            write(CONFIG.address),
        ],
    )
}

/// Lets at most `cap` raw IO be swapped through a venue in a rolling day; `u64::MAX` for no limit.
/// Signed by the authority, or, to lower it, the guardian.
///
/// # Panics
///
/// If the discriminator has more than 8 bytes.
pub fn set_venue_cap(
    signer: &Pubkey,
    program: &Pubkey,
    discriminator: &[u8],
    cap: u64,
) -> Instruction {
    payments_instruction(
        "set_venue_cap",
        &cap,
        vec![
            sign(*signer),
            write(pda::venue(program, &padded(discriminator)).0),
            read(CONFIG.address),
        ],
    )
}

/// Schedules the fee on earnings taken in USDC. Signed by the authority.
pub fn schedule_payout_fee(authority: &Pubkey, fee_bps: u64) -> Instruction {
    payments_instruction(
        "schedule_payout_fee",
        &fee_bps,
        vec![sign(*authority), write(CONFIG.address)],
    )
}

/// Schedules another owner of the accounts that fees go to. Signed by the authority.
pub fn schedule_treasury(authority: &Pubkey, treasury: &Pubkey) -> Instruction {
    payments_instruction(
        "schedule_treasury",
        &treasury.to_bytes(),
        vec![sign(*authority), write(CONFIG.address)],
    )
}

/// Schedules how many raw USDC of fees may buy IO back in a day; 0 for none. Signed by the authority.
pub fn schedule_buy_back(authority: &Pubkey, daily: u64) -> Instruction {
    payments_instruction(
        "schedule_buy_back",
        &daily,
        vec![sign(*authority), write(CONFIG.address)],
    )
}

/// Sends the fees in `mint`, which belongs to `token_program`, to `destination`, a token account of the
/// treasury: of USDC all but what may buy IO back in a day. Nobody need sign.
pub fn sweep(mint: &Pubkey, token_program: &Pubkey, destination: &Pubkey) -> Instruction {
    payments_instruction(
        "sweep",
        &(),
        vec![
            read(pda::asset(mint).0),
            write(pda::fees(mint).0),
            write(*destination),
            read(CONFIG.address),
            read(*token_program),
        ],
    )
}

/// A purchase of IO with fees, to be burned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuyBack {
    /// The authority, or anyone if an oracle bounds the swap.
    pub caller: Pubkey,
    pub io_mint: Pubkey,
    pub usdc_mint: Pubkey,
    /// Raw USDC to swap.
    pub amount: u64,
    /// Least raw IO that the swap must bring.
    pub min_io_out: u64,
}

/// Swaps fees in USDC to IO along `route` and burns it. Signed by the caller.
pub fn buy_back(buy_back: &BuyBack, route: &Route) -> Instruction {
    let mut accounts = vec![
        sign(buy_back.caller),
        write(CONFIG.address),
        write(pda::venue(&route.program, &route.discriminator).0),
        write(pda::fees(&buy_back.usdc_mint).0),
        write(pda::transit(&buy_back.usdc_mint).0),
        write(pda::transit(&buy_back.io_mint).0),
        read(ROUTER.address),
        write(io_mint::CONFIG.address),
        write(buy_back.io_mint),
        read(io_mint::EVENT_AUTHORITY.address),
        read(io_mint::ID),
        read(route.program),
        read(TOKEN_PROGRAM),
    ];
    accounts.extend(own_accounts());
    accounts.extend_from_slice(&route.accounts);
    build(
        io_payments::ID,
        "buy_back",
        &(buy_back.amount, buy_back.min_io_out, &route.data),
        accounts,
    )
}

/// Lets a fiat gateway pay on renters' behalf, at most `daily_limit` raw USDC in a day, fees included.
/// Signed by the authority, which pays the rent.
pub fn list_gateway(
    authority: &Pubkey,
    wallet: &Pubkey,
    fee_bps: u64,
    daily_limit: u64,
) -> Instruction {
    payments_instruction(
        "list_gateway",
        &(wallet.to_bytes(), fee_bps, daily_limit),
        vec![
            write_sign(*authority),
            write(pda::gateway(wallet).0),
            read(CONFIG.address),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Schedules the renter's fee on a gateway's payments. Signed by the authority.
pub fn schedule_gateway_fee(authority: &Pubkey, wallet: &Pubkey, fee_bps: u64) -> Instruction {
    gateway_rule("schedule_gateway_fee", authority, wallet, &fee_bps)
}

/// Schedules a gateway's daily limit. Signed by the authority.
pub fn schedule_gateway_limit(
    authority: &Pubkey,
    wallet: &Pubkey,
    daily_limit: u64,
) -> Instruction {
    gateway_rule("schedule_gateway_limit", authority, wallet, &daily_limit)
}

/// Lowers a gateway's daily limit at once. Signed by the authority or the guardian.
pub fn lower_gateway_limit(signer: &Pubkey, wallet: &Pubkey, daily_limit: u64) -> Instruction {
    gateway_rule("lower_gateway_limit", signer, wallet, &daily_limit)
}

/// Enables or disables a gateway. Signed by the authority, or, to disable, the guardian.
pub fn set_gateway_enabled(signer: &Pubkey, wallet: &Pubkey, enabled: bool) -> Instruction {
    gateway_rule("set_gateway_enabled", signer, wallet, &enabled)
}

fn gateway_rule(
    name: &str,
    signer: &Pubkey,
    wallet: &Pubkey,
    argument: &impl BorshSerialize,
) -> Instruction {
    payments_instruction(
        name,
        argument,
        vec![
            sign(*signer),
            write(pda::gateway(wallet).0),
            read(CONFIG.address),
        ],
    )
}

/// First step of a hand-over of the authority; the zero address withdraws a nomination. Signed by
/// the authority.
pub fn nominate_authority(authority: &Pubkey, nominee: &Pubkey) -> Instruction {
    payments_instruction(
        "nominate_authority",
        &nominee.to_bytes(),
        vec![sign(*authority), write(CONFIG.address)],
    )
}

/// Second step of a hand-over of the authority. Signed by the nominee.
pub fn accept_authority(nominee: &Pubkey) -> Instruction {
    payments_instruction(
        "accept_authority",
        &(),
        vec![sign(*nominee), write(CONFIG.address)],
    )
}

/// Replaces the guardian; the zero address leaves none. Signed by the authority.
pub fn set_guardian(authority: &Pubkey, guardian: &Pubkey) -> Instruction {
    payments_instruction(
        "set_guardian",
        &guardian.to_bytes(),
        vec![sign(*authority), write(CONFIG.address)],
    )
}

/// Registers `owner` as a supplier, paid on token accounts of `payout`. Signed by the owner and by
/// `payer`, which pays the rent and may be the same.
pub fn register_supplier(
    payer: &Pubkey,
    owner: &Pubkey,
    preference: PayoutPreference,
    payout: &Pubkey,
    io_mint: &Pubkey,
) -> Instruction {
    let (supplier, _) = pda::supplier(owner);
    payments_instruction(
        "register_supplier",
        &(preference as u8, payout.to_bytes()),
        vec![
            write_sign(*payer),
            sign(*owner),
            write(supplier),
            write(pda::earnings(&supplier).0),
            read(*io_mint),
            read(CONFIG.address),
            read(TOKEN_PROGRAM),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Changes how a supplier is paid from now on. `keeper_min_price` is the least raw USDC for one IO
/// that lets a keeper pay out; 0 lets none. Signed by the owner.
///
/// It is a standing offer: a keeper chooses the pool, so anyone can take all earnings at that price
/// through a pool of their own. Keep it close to the market's.
pub fn set_supplier(
    owner: &Pubkey,
    preference: PayoutPreference,
    payout: &Pubkey,
    keeper_min_price: u64,
) -> Instruction {
    payments_instruction(
        "set_supplier",
        &(preference as u8, payout.to_bytes(), keeper_min_price),
        vec![sign(*owner), write(pda::supplier(owner).0)],
    )
}

/// The token account that a supplier is paid IO on: its earnings vault if it takes USDC, else
/// `payout_account`, an IO account of its payout wallet.
pub fn io_destination(supplier: &Supplier, payout_account: &Pubkey) -> Pubkey {
    if supplier.takes_usdc() {
        supplier.earnings
    } else {
        *payout_account
    }
}

/// An order that a payment settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Unique for the payer: an order is paid once.
    pub id: [u8; 32],
    /// The payment is good until then, Unix seconds, at most 30 days ahead. Every attempt to pay an
    /// order must name the same time: once it has passed the receipt can be closed, and an attempt
    /// that is good for longer could pay the order again.
    pub expires_at: i64,
}

/// Pays a supplier `amount` raw IO for an order, from the token account `source` to `destination`
/// (see [`io_destination`]). Signed by the payer, who pays the receipt's rent.
pub fn pay_io(
    payer: &Pubkey,
    source: &Pubkey,
    supplier_owner: &Pubkey,
    destination: &Pubkey,
    order: &Order,
    amount: u64,
) -> Instruction {
    payments_instruction(
        "pay_io",
        &(order.id, order.expires_at, amount),
        vec![
            write_sign(*payer),
            read(pda::supplier(supplier_owner).0),
            write(*source),
            write(*destination),
            write(pda::receipt(payer, &order.id).0),
            read(CONFIG.address),
            read(TOKEN_PROGRAM),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Pays a supplier `amount` raw IO without a receipt; `reference` is the payer's own. Signed by the
/// payer.
pub fn pay_io_unreceipted(
    payer: &Pubkey,
    source: &Pubkey,
    supplier_owner: &Pubkey,
    destination: &Pubkey,
    amount: u64,
    reference: &[u8; 32],
) -> Instruction {
    payments_instruction(
        "pay_io_unreceipted",
        &(amount, *reference),
        vec![
            sign(*payer),
            read(pda::supplier(supplier_owner).0),
            write(*source),
            write(*destination),
            read(CONFIG.address),
            read(TOKEN_PROGRAM),
        ],
    )
}

/// What a payment gives to one supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub supplier_owner: Pubkey,
    /// See [`io_destination`].
    pub destination: Pubkey,
    /// Raw units of what is paid in, before or after the fee.
    pub amount: u64,
}

/// Pays 1 to 16 suppliers in IO for an order, from the token account `source`, with one receipt. Signed
/// by the payer, who pays the receipt's rent. For one supplier, [`pay_io`] is cheaper.
pub fn pay_io_split(payer: &Pubkey, source: &Pubkey, parts: &[Part], order: &Order) -> Instruction {
    let mut accounts = vec![
        write_sign(*payer),
        write(*source),
        write(pda::receipt(payer, &order.id).0),
        read(CONFIG.address),
        read(TOKEN_PROGRAM),
        read(SYSTEM_PROGRAM),
    ];
    accounts.extend(own_accounts());
    accounts.extend(pairs(parts));
    build(
        io_payments::ID,
        "pay_io_split",
        &(order.id, order.expires_at, amounts(parts)),
        accounts,
    )
}

/// A payment in a listed token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPayment {
    pub payer: Pubkey,
    /// Mint paid in.
    pub mint: Pubkey,
    /// The payer's token account of `mint`.
    pub source: Pubkey,
    pub io_mint: Pubkey,
    /// 1 to 16, to each its part of what the swap brings.
    pub parts: Vec<Part>,
    pub order: Order,
    /// The fee is paid on top of the amounts rather than out of them.
    pub fee_on_top: bool,
    /// Least raw IO that the swap must bring.
    pub min_io_out: u64,
}

impl TokenPayment {
    /// Raw units of `mint` in all, before or after the fee; `None` if that does not fit.
    pub fn amount(&self) -> Option<u64> {
        let mut amounts = self.parts.iter().map(|part| part.amount);
        amounts.try_fold(0, u64::checked_add)
    }

    fn accounts(&self, route: &Route) -> Vec<AccountMeta> {
        let (first, others) = self.parts.split_first().expect("a supplier is named");
        let mut accounts = vec![
            write_sign(self.payer),
            read(pda::supplier(&first.supplier_owner).0),
            read(pda::asset(&self.mint).0),
            write(pda::venue(&route.program, &route.discriminator).0),
            write(self.source),
            write(pda::fees(&self.mint).0),
            write(pda::transit(&self.mint).0),
            write(pda::transit(&self.io_mint).0),
            read(ROUTER.address),
            write(first.destination),
            write(pda::receipt(&self.payer, &self.order.id).0),
            read(CONFIG.address),
            read(route.program),
            read(TOKEN_PROGRAM),
            read(SYSTEM_PROGRAM),
        ];
        accounts.extend(own_accounts());
        accounts.extend(pairs(others));
        accounts.extend_from_slice(&route.accounts);
        accounts
    }

    fn terms(&self) -> impl BorshSerialize {
        (
            (self.order.id, self.order.expires_at, amounts(&self.parts)),
            (self.fee_on_top, self.min_io_out),
        )
    }
}

/// Pays suppliers in a listed token, swapped along `route`. Signed by the payer, who pays the
/// receipt's rent.
///
/// # Panics
///
/// If no supplier is named.
pub fn pay_token(payment: &TokenPayment, route: &Route) -> Instruction {
    build(
        io_payments::ID,
        "pay_token",
        &(payment.terms(), &route.data),
        payment.accounts(route),
    )
}

/// Pays suppliers out of a fiat gateway's USDC for a renter's order. The payer is the gateway's wallet,
/// which signs and pays the receipt's rent; refunds go to it. `reference` is the processor's.
///
/// # Panics
///
/// If no supplier is named.
pub fn pay_fiat(payment: &TokenPayment, reference: &[u8; 32], route: &Route) -> Instruction {
    let mut accounts = vec![write(pda::gateway(&payment.payer).0)];
    accounts.extend(payment.accounts(route));
    build(
        io_payments::ID,
        "pay_fiat",
        &(payment.terms(), &route.data, *reference),
        accounts,
    )
}

/// Gives back `amount` raw IO of what a supplier got for an order, from `source`: its earnings vault or
/// a token account that its owner may move tokens of. `destination` is an IO account of the `payer` of
/// the order. Signed by the supplier's owner.
pub fn refund(
    supplier_owner: &Pubkey,
    payer: &Pubkey,
    order_id: &[u8; 32],
    source: &Pubkey,
    destination: &Pubkey,
    amount: u64,
) -> Instruction {
    payments_instruction(
        "refund",
        &amount,
        vec![
            sign(*supplier_owner),
            read(pda::supplier(supplier_owner).0),
            write(pda::receipt(payer, order_id).0),
            write(*source),
            write(*destination),
            read(CONFIG.address),
            read(TOKEN_PROGRAM),
        ],
    )
}

fn amounts(parts: &[Part]) -> Vec<u64> {
    parts.iter().map(|part| part.amount).collect()
}

fn pairs(parts: &[Part]) -> impl Iterator<Item = AccountMeta> + '_ {
    parts.iter().flat_map(|part| {
        [
            read(pda::supplier(&part.supplier_owner).0),
            write(part.destination),
        ]
    })
}

/// A pay-out of earnings in USDC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayOut {
    /// The supplier's owner, or a keeper if the supplier lets them.
    pub caller: Pubkey,
    pub supplier_owner: Pubkey,
    pub io_mint: Pubkey,
    pub usdc_mint: Pubkey,
    /// A USDC account of the supplier's payout wallet.
    pub destination: Pubkey,
    /// Raw IO to swap.
    pub amount: u64,
    /// Least raw USDC that must reach the supplier, after the fee.
    pub min_usdc_out: u64,
}

/// Swaps earnings to USDC along `route` and pays them out. Signed by the caller.
pub fn pay_out(pay_out: &PayOut, route: &Route) -> Instruction {
    let (supplier, _) = pda::supplier(&pay_out.supplier_owner);
    let mut accounts = vec![
        sign(pay_out.caller),
        read(supplier),
        write(pda::venue(&route.program, &route.discriminator).0),
        write(pda::earnings(&supplier).0),
        write(pda::transit(&pay_out.io_mint).0),
        write(pda::transit(&pay_out.usdc_mint).0),
        read(ROUTER.address),
        write(pda::fees(&pay_out.usdc_mint).0),
        write(pay_out.destination),
        read(CONFIG.address),
        read(route.program),
        read(TOKEN_PROGRAM),
    ];
    accounts.extend(own_accounts());
    accounts.extend_from_slice(&route.accounts);
    build(
        io_payments::ID,
        "pay_out",
        &(pay_out.amount, pay_out.min_usdc_out, &route.data),
        accounts,
    )
}

/// Takes `amount` raw IO of earnings as they are, to an IO account of the payout wallet. Signed by
/// the supplier's owner.
pub fn take_earnings(owner: &Pubkey, destination: &Pubkey, amount: u64) -> Instruction {
    let (supplier, _) = pda::supplier(owner);
    payments_instruction(
        "take_earnings",
        &amount,
        vec![
            sign(*owner),
            read(supplier),
            write(pda::earnings(&supplier).0),
            write(*destination),
            read(CONFIG.address),
            read(TOKEN_PROGRAM),
        ],
    )
}

/// Closes the receipt of an expired payment; its rent goes back to whoever paid it, who signs. Refunds
/// of the payment end with it.
pub fn close_receipt(payer: &Pubkey, order_id: &[u8; 32], rent_payer: &Pubkey) -> Instruction {
    payments_instruction(
        "close_receipt",
        &(),
        vec![
            write(pda::receipt(payer, order_id).0),
            write_sign(*rent_payer),
        ],
    )
}

/// What every instruction ends with: the accounts of its event.
fn own_accounts() -> [AccountMeta; 2] {
    [read(EVENT_AUTHORITY.address), read(io_payments::ID)]
}

fn payments_instruction(
    name: &str,
    arguments: &impl BorshSerialize,
    mut accounts: Vec<AccountMeta>,
) -> Instruction {
    accounts.extend(own_accounts());
    build(io_payments::ID, name, arguments, accounts)
}
