//! The examples of `cli/README.md`, run as they stand on a terminal where somebody says yes.

use crate::{
    terminal::examples,
    town::{Person, Town},
};
use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey,
    actions::staking::{node_id, tickets_of},
    pda,
    shared::constants::{COOLDOWN, DAY, HOUR, IO},
};
use std::fs;

/// Who is in the examples.
struct Cast {
    town: Town,
    /// Runs the node of the holders' and keepers' examples.
    operator: Person,
    renter: Person,
    supplier: Person,
    other_supplier: Person,
    holder: Person,
    processor: Person,
}

impl Cast {
    async fn open() -> Result<Self> {
        let town = Town::open("cli-readme").await?;
        let cast = Self {
            operator: town.person("operator", 10_000, 0).await?,
            renter: town.person("renter", 1_000, 1_000).await?,
            supplier: town.person("supplier", 2_000, 0).await?,
            other_supplier: town.person("other", 0, 0).await?,
            holder: town.person("holder", 10_000, 0).await?,
            processor: town.person("processor", 0, 1_000).await?,
            town,
        };
        let Self { town, operator, .. } = &cast;
        town.done(&cast.other_supplier, &["supplier", "register"])?;
        town.done(operator, &["supplier", "register"])?;
        let register = "node register old --class H100 --processors 1 --commission 5";
        town.done(operator, &register.split(' ').collect::<Vec<_>>())?;
        town.done(operator, &["stake", &cast.node().to_string(), "2000"])?;
        let processor = cast.processor.name();
        let list = format!("admin gateway list {processor} --fee 2 --daily-limit 1000");
        town.done(&town.authority(), &list.split(' ').collect::<Vec<_>>())?;
        Ok(cast)
    }

    /// The operator's node.
    fn node(&self) -> Pubkey {
        let id = node_id("old").expect("a name");
        pda::node(&self.operator.address(), &id).0
    }

    /// The examples under a heading, run by `person`.
    async fn run(&self, heading: &str, person: &Person, values: &[(&str, String)]) -> Result<()> {
        for line in examples(heading)? {
            match line.strip_prefix("# ") {
                Some(what) => self.happens(what).await?,
                None => self.line(person, line, values).await?,
            }
        }
        Ok(())
    }

    /// What a comment between examples says.
    async fn happens(&self, what: &str) -> Result<()> {
        match what {
            "an hour later" => self.town.travel(HOUR).await,
            "14 days later" => self.town.travel(COOLDOWN).await,
            "a renter pays 50 IO for job-7" => {
                let supplier = self.supplier.name();
                self.town
                    .done(&self.renter, &["pay", &supplier, "50", "--order", "job-7"])?;
                Ok(())
            }
            "the node earns for a day" => self.earn().await,
            other => anyhow::bail!("nothing stands for `{other}`"),
        }
    }

    /// Two scores an epoch apart, so that the node's weight counts, then a day.
    async fn earn(&self) -> Result<()> {
        let authority = self.town.authority();
        let scores = authority.file.with_file_name("scores.csv");
        fs::write(&scores, format!("node,score_bps\n{},10000\n", self.node()))?;
        let scores = scores.to_str().context("not UTF-8")?;
        for wait in [HOUR, DAY] {
            self.town.done(&authority, &["emissions", "advance"])?;
            self.town
                .done(&authority, &["admin", "emissions", "scores", scores])?;
            self.town.travel(wait).await?;
        }
        self.town.done(&authority, &["emissions", "advance"])?;
        Ok(())
    }

    async fn line(&self, person: &Person, line: &str, values: &[(&str, String)]) -> Result<()> {
        let mut values = values.to_vec();
        let owner = self.holder.address();
        if let [(_, tickets), ..] = tickets_of(&self.town.chain, &owner, None).await?.as_slice()
            && let Some((ticket, _)) = tickets.first()
        {
            values.push(("TICKET", ticket.to_string()));
        }
        let (code, said) = self.town.line(person, line, &values)?.answer("y")?;
        ensure!(code == 0, "{line}\n{said}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_examples_run() -> Result<()> {
    let cast = Cast::open().await?;
    let node = cast.node().to_string();
    let operator = cast.operator.name();
    let renters = [
        ("SUPPLIER", operator),
        ("OTHER_SUPPLIER", cast.other_supplier.name()),
    ];
    cast.run("For renters", &cast.renter, &renters).await?;
    cast.run("For fiat processors", &cast.processor, &renters)
        .await?;
    let id = node_id("rack-1").context("a name")?;
    let rack = pda::node(&cast.supplier.address(), &id).0.to_string();
    let suppliers = [("RENTER", cast.renter.name()), ("NODE", rack)];
    cast.run("For suppliers", &cast.supplier, &suppliers)
        .await?;
    let before = cast.town.io_of(&cast.holder).await?;
    assert_eq!(before, 10_000 * IO);
    cast.run(
        "For holders",
        &cast.holder,
        &[("NODE", node.clone()), ("WALLET", cast.holder.name())],
    )
    .await?;
    let after = cast.town.io_of(&cast.holder).await?;
    assert!(after > before, "the holder has its stake back, and rewards");
    let keepers = [("NODE", node), ("RENTER", cast.renter.name())];
    cast.run("For keepers", &cast.town.authority(), &keepers)
        .await?;
    cast.town.local.stop().await
}
