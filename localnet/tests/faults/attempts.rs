//! What a wallet tries through an endpoint that fails, and what it was told of it.

use std::sync::{Arc, Mutex};

use fastrand::Rng;
use io_client::{
    Instruction,
    events::Event,
    payments::{self, Order, Part, TokenPayment},
    pda,
    rpc::{Error, Landed, Network, Result, Signature, Stage},
    shared::{
        constants::{HOUR, IO, USDC},
        state::Position,
    },
    staking,
};
use solana_signer::Signer;

use crate::people::{IO_MINT, PaidSupplier, People, WALLET_IO, Wallet};

/// Slippage that a payment in USDC allows, in basis points.
const SLIPPAGE_BPS: u64 = 100;

/// What to do. No wallet does two things alike: orders, references and amounts tell them apart.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    PayIo { order: [u8; 32], amount: u64 },
    PayUsdc { order: [u8; 32], amount: u64 },
    PayMicro { reference: [u8; 32], amount: u64 },
    Deposit { amount: u64 },
    Unstake { amount: u64 },
}

impl Deed {
    /// Whether `event` says that it was done.
    pub fn is_told_by(&self, event: &Event) -> bool {
        match (self, event) {
            (Self::PayIo { order, amount }, Event::Paid(paid, _)) => {
                paid.order_id == *order && paid.mint == IO_MINT && paid.gross == *amount
            }
            (Self::PayUsdc { order, amount }, Event::Paid(paid, _)) => {
                paid.order_id == *order && paid.mint != IO_MINT && paid.gross == *amount
            }
            (Self::PayMicro { reference, amount }, Event::MicroPaid(paid)) => {
                paid.reference == *reference && paid.amount == *amount
            }
            (Self::Deposit { amount }, Event::Deposited(made)) => made.amount == *amount,
            (Self::Unstake { amount }, Event::UnstakeRequested(made)) => made.amount == *amount,
            _ => false,
        }
    }
}

/// What can become of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// It can be done.
    Good,
    /// Another attempt for the same order stands against it.
    Contested,
    /// It cannot be done.
    None,
}

/// Something tried once.
#[derive(Debug)]
pub struct Attempt {
    pub deed: Deed,
    pub prospect: Prospect,
    /// Every signature that was made for it.
    pub signed: Vec<Signature>,
    pub outcome: Result<Landed>,
}

/// One wallet at work behind `network`.
pub struct Worker<'a> {
    pub people: &'a People,
    pub wallet: &'a Wallet,
    pub network: Network,
    pub random: Rng,
    /// Everything in it is good until then.
    pub now: i64,
    pub attempts: Vec<Attempt>,
}

impl Worker<'_> {
    /// Tries at least the first of `count` things, and up to the last until it is `enough`, one after the other
    /// but for races.
    pub async fn work(mut self, count: (u64, u64), enough: impl Fn() -> bool) -> Vec<Attempt> {
        // Something to take out again.
        self.attempt(Deed::Deposit { amount: 100 * IO }, Prospect::Good)
            .await;
        let (least, most) = count;
        for number in 1..=most {
            if number > least && enough() {
                break;
            }
            self.next(number).await;
        }
        self.attempts
    }

    /// Pays once, without a receipt that would refuse to be paid again.
    pub async fn pay_without_receipt(mut self) -> Vec<Attempt> {
        let reference = self.random_id();
        let amount = IO;
        self.attempt(Deed::PayMicro { reference, amount }, Prospect::Good)
            .await;
        self.attempts
    }

    async fn next(&mut self, number: u64) {
        let id = self.random_id();
        let io = number + self.random.u64(1..100) * IO;
        let usdc = number + self.random.u64(1..20) * USDC;
        match self.random.u32(..20) {
            0..6 => {
                self.attempt(
                    Deed::PayIo {
                        order: id,
                        amount: io,
                    },
                    Prospect::Good,
                )
                .await
            }
            6..10 => {
                self.attempt(
                    Deed::PayUsdc {
                        order: id,
                        amount: usdc,
                    },
                    Prospect::Good,
                )
                .await
            }
            10..14 => {
                self.attempt(
                    Deed::PayMicro {
                        reference: id,
                        amount: io,
                    },
                    Prospect::Good,
                )
                .await
            }
            14 => {
                self.attempt(Deed::Deposit { amount: io }, Prospect::Good)
                    .await
            }
            15 => {
                self.attempt(Deed::Unstake { amount: number }, Prospect::Good)
                    .await
            }
            16 => self.pay_again(io).await,
            17 => {
                let amount = WALLET_IO + number;
                self.attempt(
                    Deed::PayMicro {
                        reference: id,
                        amount,
                    },
                    Prospect::None,
                )
                .await;
            }
            _ => self.race(id, io, usdc).await,
        }
    }

    /// Pays an order once more, after it was paid if the wallet was told so.
    async fn pay_again(&mut self, amount: u64) {
        let paid = self
            .attempts
            .iter()
            .rev()
            .find_map(|attempt| match attempt.deed {
                Deed::PayIo { order, .. } | Deed::PayUsdc { order, .. }
                    if attempt.outcome.is_ok() =>
                {
                    Some(order)
                }
                _ => None,
            });
        if let Some(order) = paid {
            self.attempt(Deed::PayIo { order, amount }, Prospect::None)
                .await;
        }
    }

    /// Pays one order twice at the same time.
    async fn race(&mut self, order: [u8; 32], io: u64, usdc: u64) {
        let [one, other] = [
            Deed::PayIo { order, amount: io },
            Deed::PayUsdc {
                order,
                amount: usdc,
            },
        ];
        let supplier = self.some_supplier();
        let (one, other) = tokio::join!(
            self.run(one, supplier, Prospect::Contested),
            self.run(other, supplier, Prospect::Contested)
        );
        let both = one.outcome.is_ok() && other.outcome.is_ok();
        assert!(!both, "paid twice: {one:?} {other:?}");
        self.attempts.extend([one, other]);
    }

    async fn attempt(&mut self, deed: Deed, prospect: Prospect) {
        let supplier = self.some_supplier();
        let attempt = self.run(deed, supplier, prospect).await;
        self.attempts.push(attempt);
    }

    fn some_supplier(&mut self) -> PaidSupplier {
        self.people.suppliers[self.random.usize(..self.people.suppliers.len())]
    }

    fn random_id(&mut self) -> [u8; 32] {
        let mut id = [0; 32];
        self.random.fill(&mut id);
        id
    }

    async fn run(&self, deed: Deed, supplier: PaidSupplier, prospect: Prospect) -> Attempt {
        let signed = Arc::new(Mutex::new(Vec::new()));
        let observed = signed.clone();
        let network = self.network.clone().observed_by(move |stage| {
            if let Stage::Signed { signature, .. } = stage {
                observed.lock().expect("no panic").push(*signature);
            }
        });
        let outcome = self.execute(&network, &deed, &supplier).await;
        let signed = signed.lock().expect("no panic").clone();
        Attempt {
            deed,
            prospect,
            signed,
            outcome,
        }
    }

    async fn execute(
        &self,
        network: &Network,
        deed: &Deed,
        supplier: &PaidSupplier,
    ) -> Result<Landed> {
        let instructions = self.instructions(network, deed, supplier).await?;
        let key = &self.wallet.key;
        network.execute(&key.pubkey(), &instructions, &[key]).await
    }

    async fn instructions(
        &self,
        network: &Network,
        deed: &Deed,
        supplier: &PaidSupplier,
    ) -> Result<Vec<Instruction>> {
        let (wallet, payer) = (self.wallet, self.wallet.key.pubkey());
        let PaidSupplier { owner, destination } = supplier;
        let order = |id: &[u8; 32]| Order {
            id: *id,
            expires_at: self.now + HOUR,
        };
        let one = match deed {
            Deed::PayIo { order: id, amount } => {
                payments::pay_io(&payer, &wallet.io, owner, destination, &order(id), *amount)
            }
            Deed::PayUsdc { order: id, amount } => {
                let mint = self.people.usdc_mint;
                let quote = network
                    .payment_quote(&mint, *amount, false, SLIPPAGE_BPS)
                    .await?;
                let payment = TokenPayment {
                    payer,
                    mint,
                    source: wallet.usdc,
                    io_mint: IO_MINT,
                    parts: vec![Part {
                        supplier_owner: *owner,
                        destination: *destination,
                        amount: *amount,
                    }],
                    order: order(id),
                    fee_on_top: false,
                    min_io_out: quote.swap.min_out,
                };
                payments::pay_token(&payment, &quote.swap.route())
            }
            Deed::PayMicro { reference, amount } => payments::pay_io_unreceipted(
                &payer,
                &wallet.io,
                owner,
                destination,
                *amount,
                reference,
            ),
            Deed::Deposit { amount } => {
                staking::deposit(&wallet.stake, &wallet.io, 0, *amount, *amount)
            }
            Deed::Unstake { amount } => {
                let position: Position = network.account(&wallet.stake.position()).await?;
                let space = usize::try_from(staking::TICKET_SPACE).expect("a size");
                let rent = network.rent(space).await?;
                let index = position.next_ticket;
                return Ok(staking::request_unstake(
                    &payer,
                    &wallet.stake,
                    0,
                    index,
                    *amount,
                    rent,
                )
                .to_vec());
            }
        };
        Ok(vec![one])
    }
}

/// Whether an attempt that ended like this may have been done all the same.
pub fn may_be_done(outcome: &Result<Landed>) -> bool {
    matches!(outcome, Ok(_) | Err(Error::Unknown { .. }))
}

/// The receipt of an order that `wallet` pays.
pub fn receipt(wallet: &Wallet, order: &[u8; 32]) -> io_client::Pubkey {
    pda::receipt(&wallet.key.pubkey(), order).0
}
