//! What is under way on a live network, of every kind that there is, and what has to become of it.

use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey,
    actions::{
        payments::{order_id, receipt},
        staking::{NodeState, node_id},
    },
    pda,
    shared::{
        constants::{COOLDOWN, DAY, HOUR, IO, USDC},
        ids::{io_mint, io_payments},
        state::{Asset, Gateway, MintConfig, Node, PaymentsConfig, SlashProposal, Supplier},
    },
};
use std::fs;

use crate::town::{Person, Town, number};

/// The class of the nodes in migrations/clusters/localnet.toml: 250 IO for each.
const CLASS: [&str; 2] = ["--class", "RTX 4090"];

/// Everybody who waits for something.
pub struct Life {
    operator: Person,
    holder: Person,
    /// Earns, and holds rewards that nobody harvested.
    node: Pubkey,
    accused: Person,
    /// Halted, a slash proposed.
    halted: Pubkey,
    renter: Person,
    in_io: Person,
    in_usdc: Person,
}

/// What the old programs owe.
pub struct Promised {
    /// Raw IO of rewards to the holder.
    rewards: u64,
    /// Raw IO in the supplier's earnings vault.
    earnings: u64,
}

/// Registers a node of one processor and stakes on it.
async fn node(town: &Town, operator: &Person, name: &str, stake: &str) -> Result<Pubkey> {
    let register = ["node", "register", name, "--processors", "1"];
    let terms = ["--commission", "10"];
    town.done(operator, &[&register[..], &CLASS, &terms].concat())?;
    let id = node_id(name).context("a name")?;
    let node = pda::node(&operator.address(), &id).0;
    town.done(operator, &["stake", &node.to_string(), stake])?;
    Ok(node)
}

/// Full marks for `nodes`, an hour passes, and somebody cranks.
async fn epoch(town: &Town, nodes: &[Pubkey]) -> Result<()> {
    let authority = town.authority();
    let path = town.path("scores.csv");
    let lines: String = nodes.iter().map(|node| format!("{node},10000\n")).collect();
    fs::write(&path, format!("node,score_bps\n{lines}"))?;
    let scores = path.to_str().context("UTF-8")?;
    town.done(&authority, &["admin", "emissions", "scores", scores])?;
    town.travel(HOUR).await?;
    town.done(&authority, &["emissions", "advance"])?;
    Ok(())
}

impl Life {
    pub async fn begin(town: &Town, vault: &Person) -> Result<Self> {
        let operator = town.person("operator", 1_000, 0).await?;
        let accused = town.person("accused", 1_000, 0).await?;
        let life = Self {
            node: node(town, &operator, "rack-1", "400").await?,
            halted: node(town, &accused, "rack-2", "500").await?,
            holder: town.person("holder", 1_000, 0).await?,
            renter: town.person("renter", 1_000, 1_000).await?,
            in_io: town.person("in-io", 0, 0).await?,
            in_usdc: town.person("in-usdc", 0, 0).await?,
            operator,
            accused,
        };
        life.earn(town).await?;
        life.pay(town)?;
        life.change(town, vault)?;
        Ok(life)
    }

    /// Rewards that are claimable, rewards that are not harvested, tickets, a slash.
    async fn earn(&self, town: &Town) -> Result<()> {
        let (node, halted) = (self.node.to_string(), self.halted.to_string());
        town.done(&self.holder, &["stake", &node, "200"])?;
        for _ in 0..2 {
            epoch(town, &[self.node, self.halted]).await?;
        }
        town.done(&self.holder, &["unstake", &node, "50"])?;
        town.done(&self.accused, &["unstake", &halted, "100"])?;
        epoch(town, &[self.node, self.halted]).await?;
        let authority = town.authority();
        town.done(&authority, &["admin", "node", "halt", &halted])?;
        let propose = ["admin", "slash", "propose", &halted, "20", "--reason-hash"];
        town.done(&authority, &[&propose[..], &[&"ab".repeat(32)]].concat())?;
        let state = NodeState::read(&town.chain, &self.node).await?;
        let unharvested = state.settled().context("enrolled")?.owed;
        ensure!(unharvested > 0, "everything is harvested");
        Ok(())
    }

    /// Receipts of each kind, earnings, fees, a gateway that has used part of its limit.
    fn pay(&self, town: &Town) -> Result<()> {
        town.done(&self.in_io, &["supplier", "register"])?;
        let usdc = ["supplier", "register", "--paid-in", "usdc"];
        town.done(&self.in_usdc, &usdc)?;
        let (one, other) = (self.in_io.name(), self.in_usdc.name());
        let pay = |person, arguments: &[&str]| town.done(person, &[&["pay"], arguments].concat());
        pay(&self.renter, &[&one, "12.5", "--order", "job-1"])?;
        let also = format!("{other}=30");
        pay(
            &self.renter,
            &[&one, "20", "--also", &also, "--order", "job-2"],
        )?;
        pay(&self.renter, &[&other, "100", "--usdc", "--order", "job-3"])?;
        let fiat = ["--fiat", "--reference", "ch_1", "--order", "invoice-1"];
        pay(&town.authority(), &[&[&*one, "20"], &fiat[..]].concat())?;
        Ok(())
    }

    /// Changes that wait, of each program that has any.
    fn change(&self, town: &Town, vault: &Person) -> Result<()> {
        let node = self.node.to_string();
        town.done(&self.operator, &["node", "commission", &node, "20"])?;
        for change in [
            &["fees", "payout-fee", "1.5"][..],
            &["asset", "fee", "usdc", "1.5"],
            &["class", "schedule", "7", "--max-stake-multiple", "6"],
            &["emissions", "rule", "--bounty", "0.2"],
        ] {
            town.done(vault, &[&["admin"], change].concat())?;
        }
        Ok(())
    }

    /// What the holder and the supplier would get now.
    pub async fn promised(&self, town: &Town) -> Result<Promised> {
        let status = ["node", "status", &self.node.to_string()];
        let status = town.told(&self.holder, &status)?;
        let promised = Promised {
            rewards: number(&status["positions"][0], "claimable")?,
            earnings: self.earnings(town).await?,
        };
        ensure!(promised.rewards > 0 && promised.earnings > 30 * IO);
        Ok(promised)
    }

    async fn earnings(&self, town: &Town) -> Result<u64> {
        let vault = pda::earnings(&pda::supplier(&self.in_usdc.address()).0).0;
        let held = town.chain.token_balance(&vault).await?;
        held.context("no earnings vault")
    }

    /// Finishes what was begun, to the raw unit, and begins anew.
    pub async fn go_on(&self, town: &Town, promised: &Promised) -> Result<()> {
        self.are_paid(town, promised).await?;
        self.is_slashed(town).await?;
        self.changes_count(town).await?;
        self.withdraw(town).await?;
        self.begin_anew(town).await
    }

    /// Rewards are claimed, payments refunded, earnings taken in both currencies.
    async fn are_paid(&self, town: &Town, promised: &Promised) -> Result<()> {
        let node = self.node.to_string();
        let answer = town.done(&self.holder, &["claim", &node])?;
        assert_eq!(number(&answer, "claimed")?, promised.rewards);

        let (payer, before) = (self.renter.name(), town.io_of(&self.renter).await?);
        town.done(&self.in_io, &["refund", &payer, "job-1", "--amount", "2.5"])?;
        town.done(&self.in_usdc, &["refund", &payer, "job-2"])?;
        let back = town.io_of(&self.renter).await? - before;
        assert_eq!(back, 2 * IO + IO / 2 + 30 * IO);
        let kept = receipt(&town.chain, &self.renter.address(), &order_id("job-1")).await?;
        assert_eq!(kept.refunded(), 2 * IO + IO / 2);

        let supplier = &self.in_usdc;
        let left = promised.earnings - 30 * IO;
        assert_eq!(self.earnings(town).await?, left);
        let answer = town.done(supplier, &["supplier", "payout", "10"])?;
        // The pool takes no more than what it pays for.
        let sold = number(&answer, "sold")?;
        assert!(sold <= 10 * IO && sold > 9 * IO, "{answer:#}");
        let delivered = number(&answer, "delivered")?;
        assert!(delivered > USDC, "10 IO bring {delivered}");
        assert_eq!(town.usdc_of(supplier).await?, delivered);
        town.done(supplier, &["supplier", "take", "5"])?;
        assert_eq!(town.io_of(supplier).await?, 5 * IO);
        assert_eq!(self.earnings(town).await?, left - sold - 5 * IO);
        Ok(())
    }

    /// A fifth of what was staked when it was proposed, active and cooling, is burned.
    async fn is_slashed(&self, town: &Town) -> Result<()> {
        let halted = self.halted.to_string();
        let burned = async || {
            let config: MintConfig = town.state(&io_mint::CONFIG.address).await?;
            anyhow::Ok(config.burned)
        };
        let execute = ["admin", "slash", "execute", &halted];
        town.failed(&self.renter, &execute, 1, "can be executed from")?;
        town.travel(7 * DAY).await?;
        let before = burned().await?;
        town.done(&self.renter, &execute)?;
        assert_eq!(burned().await? - before, 100 * IO);
        let node: Node = town.state(&self.halted).await?;
        assert_eq!(node.active_stake(), 320 * IO);
        let proposal = pda::slash(&self.halted).0;
        assert!(town.chain.find::<SlashProposal>(&proposal).await?.is_none());
        Ok(())
    }

    /// What was scheduled under the old programs is in force.
    async fn changes_count(&self, town: &Town) -> Result<()> {
        let now = town.now().await?;
        let config: PaymentsConfig = town.state(&io_payments::CONFIG.address).await?;
        assert_eq!(config.payout_fee_bps.at(now), 150);
        let usdc: Asset = town.state(&pda::asset(&town.local.usdc).0).await?;
        assert_eq!(usdc.fee_bps.at(now), 150);
        let gateway = pda::gateway(&town.authority().address()).0;
        let gateway: Gateway = town.state(&gateway).await?;
        assert!(gateway.used > 20 * USDC, "{}", gateway.used);
        let answer = town.done(&self.operator, &["node", "sync", &self.node.to_string()])?;
        assert_eq!(answer["changed"], true, "{answer:#}");
        let node: Node = town.state(&self.node).await?;
        assert_eq!(node.max_stake, 6 * 250 * IO);
        let waits = node.commission_bps.pending(now);
        assert_eq!(waits.map(|(next, _)| next), Some(2_000));
        Ok(())
    }

    /// Tickets pay what they said, less what was slashed.
    async fn withdraw(&self, town: &Town) -> Result<()> {
        town.travel(COOLDOWN - 7 * DAY).await?;
        let answer = town.done(&self.holder, &["withdraw"])?;
        assert_eq!(number(&answer, "withdrawn")?, 50 * IO);
        let answer = town.done(&self.accused, &["withdraw"])?;
        assert_eq!(number(&answer, "withdrawn")?, 80 * IO);
        let node: Node = town.state(&self.node).await?;
        assert_eq!(node.commission_bps.at(town.now().await?), 2_000);
        town.done(&self.renter, &["receipt", "close", "job-3"])?;
        Ok(())
    }

    /// The node is scored and earns, people stake and pay.
    async fn begin_anew(&self, town: &Town) -> Result<()> {
        let node = self.node.to_string();
        town.done(&town.authority(), &["emissions", "advance"])?;
        for _ in 0..3 {
            epoch(town, &[self.node]).await?;
        }
        let answer = town.done(&self.holder, &["claim", &node])?;
        assert!(number(&answer, "claimed")? > 0);
        let answer = town.done(&self.holder, &["stake", &node, "10"])?;
        assert_eq!(number(&answer, "staked")?, 10 * IO);
        let one = self.in_io.name();
        town.done(&self.renter, &["pay", &one, "1", "--order", "job-4"])?;
        let supplier: Supplier = town.state(&pda::supplier(&self.in_io.address()).0).await?;
        assert_eq!(supplier.payout, self.in_io.address());
        Ok(())
    }
}
