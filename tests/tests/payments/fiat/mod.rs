//! Fiat gateways: they pay USDC on renters' behalf, within a day's limit.

use crate::fixture::*;
use io_client::{
    Instruction, Pubkey,
    payments::{self, Order, TokenPayment},
    pda,
    shared::{constants::USDC, math::fee::fee_of, state::Gateway},
};
use io_tests::{Failure, Outcome};
use solana_keypair::Keypair;
use solana_signer::Signer;

mod pay;
mod rules;

const GATEWAY_FEE_BPS: u64 = 300;
const DAILY: u64 = 1_000 * USDC;
const REFERENCE: [u8; 32] = [99; 32];

/// A market with a gateway that has 10,000 USDC and may pay 1,000 in a day at 3 %.
struct Desk {
    market: Market,
    wallet: Keypair,
    usdc: Pubkey,
}

impl Desk {
    fn new() -> Self {
        let mut market = Market::new();
        let authority = market.authority();
        let wallet = market.world.wallet();
        let key = wallet.pubkey();
        let list = payments::list_gateway(&authority, &key, GATEWAY_FEE_BPS, DAILY);
        market.world.run(&[list], &[]);
        let mint = market.usdc;
        let usdc = market
            .world
            .create_token_account(&key, &mint, 10_000 * USDC);
        Self {
            market,
            wallet,
            usdc,
        }
    }

    fn gateway(&self) -> Gateway {
        self.market
            .world
            .read(&pda::gateway(&self.wallet.pubkey()).0)
    }

    fn payment(&self, amount: u64) -> TokenPayment {
        TokenPayment {
            payer: self.wallet.pubkey(),
            source: self.usdc,
            ..self.market.usdc_payment(amount, true)
        }
    }

    fn order(&self, id: u8) -> Order {
        Order {
            id: [id; 32],
            ..self.market.order()
        }
    }

    /// The payment along the route that swaps all that the gateway's fee leaves.
    fn instruction(&self, payment: &TokenPayment, reference: &[u8; 32]) -> Instruction {
        let amount = payment.amount().expect("it fits");
        let fee = fee_of(amount, self.gateway().fee_bps.at(self.market.world.now()));
        let net = if payment.fee_on_top {
            amount
        } else {
            amount - fee.expect("a fee below 100 %")
        };
        let route = self.market.amm.route(&payment.mint, net);
        payments::pay_fiat(payment, reference, &route)
    }

    fn pay(&mut self, payment: &TokenPayment) -> Result<Outcome, Failure> {
        let instruction = self.instruction(payment, &REFERENCE);
        self.market.send(instruction, &self.wallet.insecure_clone())
    }
}
