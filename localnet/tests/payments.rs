//! Payments over RPC: many at once for one order.

mod common;

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use common::{Folder, port, rpc, send, signed};
use io_client::{
    Pubkey,
    payments::{self, Order, Part, TokenPayment},
    pda,
    shared::{
        constants::{HOUR, IO, USDC},
        ids::{TOKEN_PROGRAM, io_mint},
        state::{Layout, PayoutPreference, Receipt},
    },
    token,
};
use io_localnet::Localnet;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;
use spl_token_interface::instruction::transfer;
use surfpool_core::solana_rpc_client::{
    api::config::RpcSendTransactionConfig, rpc_client::RpcClient,
};

const IO_MINT: Pubkey = io_mint::MINT.address;
/// Attempts at each order, sent at the same time.
const AT_ONCE: u64 = 12;

fn balance(rpc: &RpcClient, account: &Pubkey) -> Result<u64> {
    Ok(rpc.get_token_account_balance(account)?.amount.parse()?)
}

fn now(rpc: &RpcClient) -> Result<i64> {
    let clock = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
    let data = rpc.get_account_data(&clock)?;
    Ok(i64::from_le_bytes(data[32..40].try_into()?))
}

/// Sends a transaction that nobody looks at before, and says whether it succeeded.
fn succeeds(rpc: &RpcClient, transaction: &Transaction) -> Result<bool> {
    let config = RpcSendTransactionConfig {
        skip_preflight: true,
        ..RpcSendTransactionConfig::default()
    };
    let signature = rpc.send_transaction_with_config(transaction, config)?;
    let sent = Instant::now();
    loop {
        if let Some(outcome) = rpc.get_signature_status(&signature)? {
            return Ok(outcome.is_ok());
        }
        let waited = sent.elapsed();
        ensure!(waited < Duration::from_secs(120), "{signature} was lost");
        thread::sleep(Duration::from_millis(100));
    }
}

/// Twelve payments of one order, half in IO and half in USDC, each of another amount, sent at the same
/// time without waiting for one another: one is made.
fn pay_at_once(network: &Localnet) -> Result<()> {
    let rpc = rpc(network);
    let (authority, renter, owner) = (&network.authority, Keypair::new(), Keypair::new());
    let (payer, usdc) = (renter.pubkey(), network.usdc);
    let [renter_io, renter_usdc] = [IO_MINT, usdc].map(|mint| token::associated(&payer, &mint));
    let supplier_io = token::associated(&owner.pubkey(), &IO_MINT);
    let rich = authority.pubkey();
    let give = |mint: &Pubkey, to: &Pubkey, amount| {
        transfer(
            &TOKEN_PROGRAM,
            &token::associated(&rich, mint),
            to,
            &rich,
            &[],
            amount,
        )
    };
    rpc.poll_for_signature(&rpc.request_airdrop(&payer, 10_000_000_000)?)?;
    send(
        &rpc,
        &[
            token::create_associated(&rich, &payer, &IO_MINT),
            token::create_associated(&rich, &payer, &usdc),
            token::create_associated(&rich, &owner.pubkey(), &IO_MINT),
            give(&IO_MINT, &renter_io, 1_000 * IO)?,
            give(&usdc, &renter_usdc, 1_000 * USDC)?,
        ],
        &[authority],
    )?;
    let register = payments::register_supplier(
        &rich,
        &owner.pubkey(),
        PayoutPreference::Io,
        &owner.pubkey(),
        &IO_MINT,
    );
    send(&rpc, &[register], &[authority, &owner])?;

    let order = Order {
        id: [42; 32],
        expires_at: now(&rpc)? + HOUR,
    };
    let before = [balance(&rpc, &renter_io)?, balance(&rpc, &renter_usdc)?];
    let mut attempts = Vec::new();
    for number in 1..=AT_ONCE {
        let instruction = if number % 2 == 0 {
            payments::pay_io(
                &payer,
                &renter_io,
                &owner.pubkey(),
                &supplier_io,
                &order,
                number * IO,
            )
        } else {
            let amount = number * USDC;
            // The fee is inside.
            let net = amount - amount / 50;
            let route = network
                .pool
                .route(&usdc, net, 1)
                .context("not the pool's")?;
            let payment = TokenPayment {
                payer,
                mint: usdc,
                source: renter_usdc,
                io_mint: IO_MINT,
                parts: vec![Part {
                    supplier_owner: owner.pubkey(),
                    destination: supplier_io,
                    amount,
                }],
                order,
                fee_on_top: false,
                min_io_out: 1,
            };
            payments::pay_token(&payment, &route)
        };
        attempts.push(signed(&rpc, &[instruction], &[&renter])?);
    }
    // All of them come to the program, whoever of them is the first.
    let paid: Result<Vec<bool>> = thread::scope(|scope| {
        let sent: Vec<_> = attempts
            .iter()
            .map(|attempt| scope.spawn(|| succeeds(&rpc, attempt)))
            .collect();
        sent.into_iter()
            .map(|thread| thread.join().expect("no thread panics"))
            .collect()
    });
    let paid = paid?.into_iter().filter(|paid| *paid).count();
    assert_eq!(paid, 1, "an order is paid once");

    let data = rpc.get_account_data(&pda::receipt(&payer, &order.id).0)?;
    let receipt = Receipt::read_copy(&data).context("not a receipt")?;
    assert_eq!(balance(&rpc, &supplier_io)?, receipt.delivered);
    let after = [balance(&rpc, &renter_io)?, balance(&rpc, &renter_usdc)?];
    let spent: Vec<u64> = before.iter().zip(after).map(|(b, a)| b - a).collect();
    let in_io = receipt.mint == IO_MINT;
    assert_eq!(spent[usize::from(!in_io)], receipt.gross);
    assert_eq!(spent[usize::from(in_io)], 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_sent_many_times_at_once_is_paid_once() -> Result<()> {
    let folder = Folder::new("payments");
    let network = Localnet::start(&folder.0, port(), true, |_| ()).await?;
    tokio::task::block_in_place(|| pay_at_once(&network))?;
    network.stop().await
}
