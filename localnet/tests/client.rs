//! The client library over RPC: typed accounts, transactions that land once, quotes, events.

mod common;

use anyhow::{Context, Result, anyhow, bail};
use common::{Folder, port};
use io_client::{
    Instruction, Pubkey,
    actions::{Actor, staking},
    amount::format_io,
    events::Event,
    payments::{self, Order, Part, TokenPayment},
    pda,
    rpc::{Error, Format, History, Network, Priority, Stage},
    shared::{
        constants::{GENESIS_SUPPLY, HOUR, IO, USDC},
        errors::PaymentsError,
        ids::{TOKEN_PROGRAM, io_mint, io_payments},
        state::{MintConfig, Node, PayoutPreference, Receipt, Supplier},
    },
    staking::NodeTerms,
    token,
};
use io_localnet::Localnet;
use solana_keypair::{Keypair, write_keypair_file};
use solana_signer::Signer;
use spl_token_interface::instruction::transfer;
use std::{
    process::Command,
    sync::{Arc, Mutex},
};

const IO_MINT: Pubkey = io_mint::MINT.address;
const SLIPPAGE_BPS: u64 = 50;

/// A renter with IO and USDC, and suppliers who take IO.
struct Market {
    local: Localnet,
    network: Network,
    renter: Keypair,
    suppliers: Vec<Keypair>,
}

impl Market {
    async fn open(folder: &Folder, suppliers: usize) -> Result<Self> {
        let local = Localnet::start(&folder.0, port(), true, |_| ()).await?;
        let market = Self {
            network: Network::new(&local.url),
            renter: Keypair::new(),
            suppliers: (0..suppliers).map(|_| Keypair::new()).collect(),
            local,
        };
        market.fund().await?;
        Ok(market)
    }

    async fn fund(&self) -> Result<()> {
        let (rich, renter) = (&self.local.authority, self.renter.pubkey());
        let airdrop = self.network.rpc().request_airdrop(&renter, 10_000_000_000);
        let airdrop = airdrop.await?;
        self.network
            .rpc()
            .poll_for_signature_confirmation(&airdrop, 1)
            .await?;
        let mut instructions = Vec::new();
        for (mint, amount) in [(IO_MINT, 10_000 * IO), (self.local.usdc, 10_000 * USDC)] {
            let [from, to] = [rich.pubkey(), renter].map(|owner| token::associated(&owner, &mint));
            let key = rich.pubkey();
            instructions.push(token::create_associated(&key, &renter, &mint));
            instructions.push(transfer(&TOKEN_PROGRAM, &from, &to, &key, &[], amount)?);
        }
        self.execute(&instructions, &[rich]).await?;
        for supplier in &self.suppliers {
            let (payer, owner) = (rich.pubkey(), supplier.pubkey());
            let preference = PayoutPreference::Io;
            let register =
                payments::register_supplier(&payer, &owner, preference, &owner, &IO_MINT);
            let account = token::create_associated(&payer, &owner, &IO_MINT);
            self.execute(&[account, register], &[rich, supplier])
                .await?;
        }
        Ok(())
    }

    async fn execute(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<()> {
        let payer = signers.first().context("nobody pays")?.pubkey();
        let signers: Vec<&dyn Signer> = signers.iter().map(|key| *key as &dyn Signer).collect();
        self.network.execute(&payer, instructions, &signers).await?;
        Ok(())
    }

    async fn order(&self, id: u8) -> Result<Order> {
        Ok(Order {
            id: [id; 32],
            expires_at: self.network.clock().await?.now + HOUR,
        })
    }

    fn pay_io(&self, order: &Order, amount: u64) -> Instruction {
        let (payer, owner) = (self.renter.pubkey(), self.suppliers[0].pubkey());
        let [from, to] = [payer, owner].map(|owner| token::associated(&owner, &IO_MINT));
        payments::pay_io(&payer, &from, &owner, &to, order, amount)
    }

    /// Pays the first `count` suppliers the same amount of USDC each.
    async fn pay_usdc(
        &self,
        order: Order,
        amount: u64,
        count: usize,
        fee_on_top: bool,
    ) -> Result<(u64, Instruction)> {
        let usdc = self.local.usdc;
        let total = amount * u64::try_from(count)?;
        let quote = self
            .network
            .payment_quote(&usdc, total, fee_on_top, SLIPPAGE_BPS)
            .await?;
        let part = |owner: &Keypair| Part {
            supplier_owner: owner.pubkey(),
            destination: token::associated(&owner.pubkey(), &IO_MINT),
            amount,
        };
        let payment = TokenPayment {
            payer: self.renter.pubkey(),
            mint: usdc,
            source: token::associated(&self.renter.pubkey(), &usdc),
            io_mint: IO_MINT,
            parts: self.suppliers.iter().take(count).map(part).collect(),
            order,
            fee_on_top,
            min_io_out: quote.swap.min_out,
        };
        let instruction = payments::pay_token(&payment, &quote.swap.route());
        Ok((quote.swap.amount_out, instruction))
    }

    /// Raw IO that a supplier holds.
    async fn balance(&self, owner: &Keypair) -> Result<u64> {
        let account = token::associated(&owner.pubkey(), &IO_MINT);
        let held = self.network.token_balance(&account).await?;
        held.context("the account is missing")
    }

    async fn receipt(&self, order: &Order) -> Result<Receipt> {
        let address = pda::receipt(&self.renter.pubkey(), &order.id).0;
        Ok(self.network.account(&address).await?)
    }
}

/// The refusal's code, whether it came before sending or after.
fn code(error: &Error) -> Option<u32> {
    match error {
        Error::Refused(refusal) | Error::Failed { refusal, .. } => refusal.code(),
        _ => None,
    }
}

async fn accounts_are_typed(market: &Market) -> Result<()> {
    let network = &market.network;
    let config: MintConfig = network.account(&io_mint::CONFIG.address).await?;
    assert_eq!(config.minted, GENESIS_SUPPLY);
    let wrong = network.account::<Node>(&io_mint::CONFIG.address).await;
    assert!(matches!(
        wrong,
        Err(Error::WrongAccount { what: "Node", .. })
    ));
    let nobody = Pubkey::new_from_array([9; 32]);
    let missing = network.account::<Node>(&nobody).await;
    assert!(matches!(missing, Err(Error::Missing { what: "Node", .. })));
    let suppliers = network.scan::<Supplier>(&[]).await?;
    assert_eq!(suppliers.len(), market.suppliers.len());
    let first = market.suppliers[0].pubkey();
    let owner = core::mem::offset_of!(Supplier, owner);
    let found = network
        .scan::<Supplier>(&[io_client::rpc::At::field(owner, first)])
        .await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, pda::supplier(&first).0);
    Ok(())
}

async fn a_payment_lands_once_and_is_recorded(market: &Market) -> Result<()> {
    let order = market.order(1).await?;
    let payer = market.renter.pubkey();
    let mut history = History::of(io_payments::ID, None);
    history.next(&market.network).await?;

    let stages = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&stages);
    let network = market
        .network
        .clone()
        .priority(Priority::Fixed(1_000_000))
        .observed_by(move |stage| seen.lock().expect("not poisoned").push(stage.clone()));
    let prepared = network
        .prepare(&payer, &[market.pay_io(&order, 7 * IO)])
        .await?;
    let Some(Event::Paid(foreseen, _)) = prepared.events.first().cloned() else {
        bail!("the simulation shows no payment: {:?}", prepared.events);
    };
    assert_eq!(foreseen.delivered, 7 * IO);
    assert!(prepared.limit > prepared.units && prepared.limit < 20_000);
    let landed = network.send(&prepared, &[&market.renter]).await?;

    let recorded = network.events(&landed.signature).await?;
    assert_eq!(recorded.fee, prepared.lamports, "the fee was foretold");
    assert_eq!(recorded.slot, landed.slot);
    let Some(Event::Paid(paid, parts)) = recorded.events.first() else {
        bail!("no payment was recorded");
    };
    assert_eq!((paid.delivered, parts.len()), (7 * IO, 1));
    let new = history.next(&market.network).await?;
    assert_eq!(new.len(), 1, "one transaction since");
    assert_eq!(new[0].events, recorded.events);
    assert!(history.next(&market.network).await?.is_empty());
    {
        let stages = stages.lock().expect("not poisoned");
        assert!(matches!(stages.first(), Some(Stage::Prepared { .. })));
        assert!(matches!(stages.last(), Some(Stage::Landed { .. })));
    }

    // Twice the same order: refused before it is sent, by name.
    let again = network
        .execute(&payer, &prepared.instructions, &[&market.renter])
        .await
        .expect_err("paid already");
    assert_eq!(code(&again), Some(PaymentsError::AlreadyPaid.code()));
    assert!(matches!(again, Error::Refused(_)));
    assert!(again.to_string().contains("use a new order id"), "{again}");
    // What was simulated before and is sent after another paid: it lands, and fails.
    let late = network.send(&prepared, &[&market.renter]).await;
    let late = late.expect_err("paid already");
    assert_eq!(
        code(&late),
        Some(PaymentsError::AlreadyPaid.code()),
        "{late}"
    );
    assert!(matches!(late, Error::Failed { .. }));
    Ok(())
}

async fn a_quote_is_what_a_payment_brings(market: &Market) -> Result<()> {
    let usdc = market.local.usdc;
    for (id, fee_on_top) in [(2, true), (3, false)] {
        let order = market.order(id).await?;
        let (out, pay) = market.pay_usdc(order, 100 * USDC, 1, fee_on_top).await?;
        market.execute(&[pay], &[&market.renter]).await?;
        let receipt = market.receipt(&order).await?;
        assert_eq!(receipt.delivered, out, "to the raw unit");
        let gross = if fee_on_top { 102 * USDC } else { 100 * USDC };
        assert_eq!((receipt.gross, receipt.fee), (gross, 2 * USDC));
    }
    // Somebody trades in between, by more than the slippage.
    let order = market.order(4).await?;
    let (_, stale) = market.pay_usdc(order, 10 * USDC, 1, true).await?;
    let between = market.order(5).await?;
    let (_, large) = market.pay_usdc(between, 9_000 * USDC, 1, true).await?;
    market.execute(&[large], &[&market.renter]).await?;
    let payer = market.renter.pubkey();
    let refused = market.network.prepare(&payer, &[stale]).await;
    let refused = refused.expect_err("the price moved");
    assert_eq!(
        code(&refused),
        Some(PaymentsError::ReceivedTooLittle.code())
    );
    // Too little, too much slippage, a token that nobody takes.
    let quote = |amount, slippage| market.network.payment_quote(&usdc, amount, false, slippage);
    for (amount, slippage, why) in [
        (1, 0, "pay at least 0.01"),
        (USDC, 10_001, "at most 10,000 basis points"),
    ] {
        let error = quote(amount, slippage).await.expect_err(why);
        assert!(error.to_string().contains(why), "{error}");
    }
    let unlisted = Pubkey::new_from_array([9; 32]);
    let quote = market.network.payment_quote(&unlisted, 1, false, 0).await;
    assert!(matches!(quote, Err(Error::Missing { what: "Asset", .. })));
    Ok(())
}

/// Twelve suppliers do not fit the 1,232 bytes of version 0 without a lookup table.
async fn large_payments_go_as_version_1(market: &Market) -> Result<()> {
    let order = market.order(6).await?;
    let payer = market.renter.pubkey();
    let (out, pay) = market.pay_usdc(order, USDC, 12, true).await?;
    let pay = [pay];
    let old = market.network.clone().format(Format::V0);
    let refused = old.prepare(&payer, &pay).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: 1_232, .. })));
    market.execute(&pay, &[&market.renter]).await?;
    let receipt = market.receipt(&order).await?;
    assert_eq!((receipt.count, receipt.delivered), (12, out));
    Ok(())
}

/// Runs an example of the client library, as its documentation says, and gives what it prints.
fn example(name: &str, arguments: &[&str]) -> Result<String> {
    let deps = std::env::current_exe()?;
    let target = deps.ancestors().nth(2).context("not in a target folder")?;
    let binary = target.join("examples").join(name);
    if !binary.exists() {
        bail!(
            "{} is missing; run `cargo build --examples` in client/",
            binary.display()
        );
    }
    let output = Command::new(binary).args(arguments).output()?;
    let said = String::from_utf8(output.stdout)?;
    if !output.status.success() {
        bail!("{said}{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

async fn the_examples_do_what_they_say(market: &Market, folder: &Folder) -> Result<()> {
    let key = folder.0.join("renter.json");
    write_keypair_file(&market.renter, &key).map_err(|error| anyhow!("{error}"))?;
    let (url, key) = (&market.local.url, key.to_str().context("not UTF-8")?);
    let supplier = &market.suppliers[11];
    let address = supplier.pubkey().to_string();
    let expires_at = market.order(0).await?.expires_at.to_string();
    let pay = [url, key, &address, "12.50", "invoice-17", &expires_at];

    let earned = example("earnings", &[url, &address])?;
    let before = market.balance(supplier).await?;
    let said = example("pay", &pay)?;
    assert!(said.starts_with("costs 12.75 USDC of which 0.25"), "{said}");
    let brought = market.balance(supplier).await?.saturating_sub(before);
    assert!(
        said.contains(&format!("paid {} IO in", format_io(brought))),
        "{said}"
    );
    let again = example("pay", &pay)?;
    assert!(again.ends_with("paid by an earlier attempt\n"), "{again}");
    assert_eq!(market.balance(supplier).await?, before + brought);

    let lines = |said: &str| said.lines().count();
    let now_earned = example("earnings", &[url, &address])?;
    assert_eq!(lines(&now_earned), lines(&earned) + 1, "{now_earned}");
    let total = format!("{} IO in all\n", format_io(before + brought));
    assert!(now_earned.ends_with(&total), "{now_earned}");

    // A node that its operator has staked on.
    let operator = &market.local.authority;
    let actor = Actor::alone(operator.pubkey());
    let terms = NodeTerms {
        node_id: staking::node_id("rig-1").context("a name")?,
        class: 9,
        processors: 1,
        commission_bps: 0,
        delegation_open: true,
    };
    let node = pda::node(&operator.pubkey(), &terms.node_id).0;
    let register = staking::register_node(&market.network, &actor, &terms).await?;
    market.execute(&register, &[operator]).await?;
    let stake = staking::stake(&market.network, &actor, &node, 400 * IO, 400 * IO).await?;
    market.execute(&stake, &[operator]).await?;
    let said = example("stake", &[url, key, &node.to_string(), "100"])?;
    assert_eq!(said, "Protected: 100 IO staked, 0 IO to claim\n");
    let said = example("stake", &[url, key, &node.to_string(), "1.5"])?;
    assert_eq!(said, "Protected: 101.5 IO staked, 0 IO to claim\n");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_pays_and_reads() -> Result<()> {
    let folder = Folder::new("client");
    let market = Market::open(&folder, 12).await?;
    accounts_are_typed(&market).await?;
    a_payment_lands_once_and_is_recorded(&market).await?;
    large_payments_go_as_version_1(&market).await?;
    a_quote_is_what_a_payment_brings(&market).await?;
    the_examples_do_what_they_say(&market, &folder).await?;
    market.local.stop().await
}
