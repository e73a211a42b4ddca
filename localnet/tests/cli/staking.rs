//! Operators and holders, and the emission.

use crate::town::{Person, Town, number, text};
use anyhow::{Context, Result};
use io_client::{
    Pubkey,
    actions::{
        emissions::EmissionState,
        staking::{NodeState, node_id, positions_of, tickets_of},
    },
    pda,
    shared::{
        constants::{COOLDOWN, GENESIS_SUPPLY, HOUR, IO},
        ids::io_mint,
        state::{MintConfig, Node},
    },
};
use std::fs;

/// A node of eight B200, its operator and a holder.
struct Farm {
    town: Town,
    operator: Person,
    holder: Person,
    node: Pubkey,
}

impl Farm {
    async fn state(&self) -> Result<NodeState> {
        Ok(NodeState::read(&self.town.chain, &self.node).await?)
    }

    fn act(&self, person: &Person, arguments: &[&str]) -> Result<serde_json::Value> {
        self.town.done(person, arguments)
    }

    /// The node's scorer gives it full marks, an hour passes, and somebody cranks.
    async fn epoch(&self) -> Result<()> {
        let authority = self.town.authority();
        let scores = authority.file.with_file_name("scores.csv");
        fs::write(&scores, format!("node,score_bps\n{},10000\n", self.node))?;
        let scores = scores.to_str().context("not UTF-8")?;
        self.act(&authority, &["admin", "emissions", "scores", scores])?;
        self.town.travel(HOUR).await?;
        self.act(&authority, &["emissions", "advance"])?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_and_holders_stake_earn_and_leave() -> Result<()> {
    let town = Town::open("cli-staking").await?;
    let operator = town.person("operator", 100_000, 0).await?;
    let holder = town.person("holder", 10_000, 0).await?;
    let id = node_id("rack-1").context("a name")?;
    let farm = Farm {
        node: pda::node(&operator.address(), &id).0,
        town,
        operator,
        holder,
    };
    registered(&farm).await?;
    staked(&farm).await?;
    earned(&farm).await?;
    left(&farm).await?;
    closed(&farm).await?;
    supplied(&farm).await?;
    farm.town.local.stop().await
}

async fn registered(farm: &Farm) -> Result<()> {
    let Farm {
        town,
        operator,
        node,
        ..
    } = farm;
    let register = [
        "node",
        "register",
        "rack-1",
        "--class",
        "b200",
        "--processors",
        "8",
    ];
    let answer = farm.act(
        operator,
        &[&register[..], &["--commission", "12.5"]].concat(),
    )?;
    assert_eq!(text(&answer, "node")?, node.to_string());
    assert_eq!(number(&answer, "min_stake")?, 48_000 * IO);
    let state = farm.state().await?;
    assert_eq!(state.node.commission_bps.at(state.now), 1_250);
    assert_eq!(state.node.processors, 8);
    assert!(state.emission.is_some(), "enrolled");
    // Nobody has cranked yet: pools are due when the first epoch is over.
    let emission = EmissionState::read(&town.chain).await?;
    let first = emission.config.start_at + HOUR;
    assert_eq!(
        due(&town.told(operator, &["emissions", "status"])?),
        [first; 2]
    );

    let unknown = [
        "node",
        "register",
        "x",
        "--class",
        "C64",
        "--processors",
        "1",
    ];
    let unknown = [&unknown[..], &["--commission", "0"]].concat();
    let error = town.failed(operator, &unknown, 1, "no device class `C64`")?;
    assert!(text(&error, "advice")?.contains("RTX 4090"));
    let classes = town.told(operator, &["node", "classes"])?;
    assert_eq!(classes["classes"][6]["name"], "RTX 4090");
    assert_eq!(number(&classes["classes"][6], "min_stake")?, 250 * IO);
    Ok(())
}

/// When each pool is due, as `io emissions status` says.
fn due(status: &serde_json::Value) -> Vec<i64> {
    let pools = status["pools"].as_array().into_iter().flatten();
    pools.filter_map(|pool| pool["due_at"].as_i64()).collect()
}

async fn staked(farm: &Farm) -> Result<()> {
    let Farm {
        town,
        operator,
        holder,
        node,
        ..
    } = farm;
    let node = node.to_string();
    let nobody = Pubkey::new_from_array([9; 32]).to_string();
    town.failed(holder, &["stake", &nobody, "1"], 1, "there is no Node")?;
    town.failed(holder, &["stake", &node, "10001"], 1, "holds 10,000 IO")?;
    let early = town.failed(holder, &["stake", &node, "1"], 1, "own stake")?;
    assert_eq!(text(&early, "name")?, "OperatorStakeTooLow");
    farm.act(operator, &["stake", &node, "48000"])?;
    let answer = farm.act(holder, &["stake", &node, "1000"])?;
    assert_eq!(number(&answer, "staked")?, 1_000 * IO);
    assert_eq!(town.io_of(holder).await?, 9_000 * IO);
    let state = farm.state().await?;
    assert_eq!(state.node.active_stake(), 49_000 * IO);

    // Over the maximum: refused, or what fits.
    town.give(&crate::town::IO_MINT, &operator.address(), 200_000 * IO)
        .await?;
    let full = town.failed(operator, &["stake", &node, "200000"], 1, "less room")?;
    assert_eq!(text(&full, "name")?, "NodeFull");
    assert!(text(&full, "advice")?.contains("--at-least"));
    let answer = farm.act(operator, &["stake", &node, "200000", "--at-least", "1"])?;
    assert_eq!(number(&answer, "staked")?, 191_000 * IO);

    let status = town.told(holder, &["node", "status", &node])?;
    assert_eq!(number(&status, "active_stake")?, 240_000 * IO);
    assert_eq!(status["positions"][0]["stake"], 1_000 * IO);
    assert_eq!(text(&status, "status")?, "not scored");
    let listed = |arguments: &[&str]| {
        let all = [&["node", "list"], arguments].concat();
        anyhow::Ok(
            town.told(holder, &all)?["nodes"]
                .as_array()
                .map_or(0, Vec::len),
        )
    };
    assert_eq!(listed(&["--operator", &operator.name()])?, 1);
    assert_eq!(listed(&["--operator", &holder.name()])?, 0);
    assert_eq!(listed(&["--class", "B200", "--commission", "12.5"])?, 1);
    assert_eq!(listed(&["--commission", "12.49"])?, 0);
    assert_eq!(listed(&["--room", "1"])?, 0);
    assert_eq!(listed(&["--earning"])?, 0);
    Ok(())
}

async fn earned(farm: &Farm) -> Result<()> {
    let Farm {
        town,
        operator,
        holder,
        node,
        ..
    } = farm;
    let node = node.to_string();
    town.failed(holder, &["claim"], 1, "no rewards to claim")?;
    let authority = town.authority();
    let before = town.io_of(&authority).await?;
    farm.epoch().await?;
    let state = EmissionState::read(&town.chain).await?;
    assert_eq!(state.epoch(), state.config.epochs_done);
    assert_eq!(
        town.io_of(&authority).await? - before,
        state.config.bounties_paid
    );
    let again = farm.act(&authority, &["emissions", "advance"])?;
    assert_eq!(number(&again, "epochs")?, 0, "nothing was due");
    // Scored in one epoch, its weight counts in the next, which then is over.
    farm.epoch().await?;
    farm.act(holder, &["emissions", "harvest", &node])?;
    farm.epoch().await?;

    let pending = farm.state().await?.settled().context("enrolled")?.owed;
    assert!(pending > 0);
    let status = town.told(holder, &["node", "status", &node])?;
    assert_eq!(number(&status, "pending")?, pending);
    assert_eq!(text(&status, "status")?, "earning");
    let claimable = number(&status["positions"][0], "claimable")?;
    let answer = farm.act(holder, &["claim", &node])?;
    // A claim brings what the status said.
    assert_eq!(number(&answer, "claimed")?, claimable);
    assert_eq!(town.io_of(holder).await?, 9_000 * IO + claimable);

    // The operator makes room, then its rewards become stake.
    let answer = farm.act(operator, &["unstake", &node, "100000"])?;
    assert_eq!(number(&answer, "amount")?, 100_000 * IO);
    let before = farm.state().await?.node.operator_stake();
    let answer = farm.act(operator, &["compound", &node])?;
    let compounded = number(&answer, "compounded")?;
    assert!(
        compounded > claimable,
        "the operator has most of the stake, and the commission"
    );
    assert_eq!(
        farm.state().await?.node.operator_stake(),
        before + compounded
    );

    let status = town.told(holder, &["emissions", "status"])?;
    let state = EmissionState::read(&town.chain).await?;
    assert_eq!(number(&status, "emitted")?, state.config.emitted);
    let next = state.next_epoch_at().context("an epoch is open")?;
    assert_eq!(due(&status), [next; 2]);
    assert_eq!(
        status["pools"][0]["total_weight"],
        state.pools[0].total_weight
    );
    Ok(())
}

async fn left(farm: &Farm) -> Result<()> {
    let Farm {
        town,
        operator,
        holder,
        node,
        ..
    } = farm;
    let node = node.to_string();
    town.failed(
        holder,
        &["unstake", &node, "1000.1"],
        1,
        "has 1,000 IO on this node",
    )?;
    town.failed(holder, &["withdraw"], 1, "no ticket has cooled down")?;
    let answer = farm.act(holder, &["unstake", &node, "400"])?;
    let ticket = answer["tickets"][0].as_str().context("no ticket")?;
    let waits = town.failed(holder, &["withdraw", &node], 1, "no ticket has cooled down")?;
    assert!(
        text(&waits, "advice")?.contains("withdraw from 20"),
        "{waits}"
    );
    town.failed(operator, &["cancel-unstake", ticket], 1, "the ticket is")?;
    let answer = farm.act(holder, &["cancel-unstake", ticket])?;
    assert_eq!(number(&answer, "amount")?, 400 * IO);
    assert!(
        tickets_of(&town.chain, &holder.address(), None)
            .await?
            .is_empty()
    );

    farm.act(holder, &["unstake", &node, "--all", "--no-harvest"])?;
    let stakes = tickets_of(&town.chain, &holder.address(), None).await?;
    assert_eq!(stakes[0].1[0].1.amount, 1_000 * IO);
    town.travel(COOLDOWN).await?;
    let before = town.io_of(holder).await?;
    let answer = farm.act(holder, &["withdraw"])?;
    assert_eq!(number(&answer, "withdrawn")?, 1_000 * IO);
    assert_eq!(town.io_of(holder).await?, before + 1_000 * IO);
    assert_eq!(answer["left"], 0);
    Ok(())
}

async fn closed(farm: &Farm) -> Result<()> {
    let Farm {
        town,
        operator,
        holder,
        node: address,
        ..
    } = farm;
    let node = address.to_string();
    // Nobody cranked for 14 days: what wants the node settled cranks first.
    let answer = farm.act(operator, &["node", "commission", &node, "20"])?;
    assert_eq!(answer["events"][1]["event"], "EpochAdvanced", "{answer:#}");
    let state = farm.state().await?;
    let (next, at) = state
        .node
        .commission_bps
        .pending(state.now)
        .context("a raise waits")?;
    assert_eq!(
        (next, at),
        (2_000, i64::try_from(number(&answer, "effective_at")?)?)
    );
    farm.act(operator, &["node", "commission", &node, "5"])?;
    let state = farm.state().await?;
    assert_eq!(state.node.commission_bps.at(state.now), 500);
    farm.act(holder, &["close-position", &node])?;
    assert!(
        positions_of(&town.chain, &holder.address())
            .await?
            .is_empty()
    );
    farm.act(holder, &["stake", &node, "100"])?;
    let elsewhere = town.stranger("elsewhere")?;
    farm.act(holder, &["set-payout", &node, &elsewhere.name()])?;
    farm.act(operator, &["node", "delegation", &node, "closed"])?;
    assert_eq!(farm.state().await?.node.delegation_open, 0);
    let closed = town.failed(
        holder,
        &["stake", &node, "1"],
        1,
        "takes no stake of others",
    )?;
    assert_eq!(text(&closed, "name")?, "DelegationClosed");
    let error = town.failed(
        holder,
        &["node", "delegation", &node, "open"],
        1,
        "operator",
    )?;
    assert_eq!(text(&error, "name")?, "NotOperator");
    let synced = farm.act(holder, &["node", "sync", &node])?;
    assert_eq!(synced["changed"], false);

    for command in ["close", "clear"] {
        town.failed(operator, &["node", command, &node], 1, "not retired")?;
    }
    farm.act(operator, &["node", "retire", &node])?;
    town.failed(operator, &["node", "close", &node], 1, "positions")?;
    farm.act(operator, &["unstake", &node, "--all"])?;
    // The holder does not come back: the operator sees to it that it is paid.
    let answer = farm.act(operator, &["node", "clear", &node])?;
    assert_eq!(number(&answer, "unstaked")?, 100 * IO);
    // A ticket of the operator's had cooled down already.
    assert_eq!(number(&answer, "withdrawn")?, 100_000 * IO);
    town.failed(
        operator,
        &["node", "clear", &node],
        1,
        "nothing can be done",
    )?;
    town.travel(COOLDOWN).await?;
    let answer = farm.act(operator, &["withdraw"])?;
    assert_eq!(answer["tickets"].as_array().map(Vec::len), Some(1));
    let answer = farm.act(operator, &["node", "clear", &node])?;
    assert_eq!(
        (number(&answer, "withdrawn")?, number(&answer, "closed")?),
        (100 * IO, 2)
    );
    assert_eq!(
        town.io_of(&elsewhere).await?,
        100 * IO,
        "where the holder is paid"
    );
    for person in [holder, operator] {
        assert!(
            positions_of(&town.chain, &person.address())
                .await?
                .is_empty()
        );
    }
    farm.act(operator, &["node", "close", &node])?;
    assert!(town.chain.find::<Node>(address).await?.is_none());
    let (code, gone) = town.answer(holder, &["node", "status", &node])?;
    assert_eq!((code, &gone["error"]["kind"]), (1, &"refused".into()));
    Ok(())
}

async fn supplied(farm: &Farm) -> Result<()> {
    let Farm { town, holder, .. } = farm;
    let supply = town.told(holder, &["supply"])?;
    let mint: MintConfig = town.chain.account(&io_mint::CONFIG.address).await?;
    let state = EmissionState::read(&town.chain).await?;
    assert_eq!(number(&supply, "minted")?, mint.minted);
    assert_eq!(mint.minted, GENESIS_SUPPLY + state.config.emitted);
    assert_eq!(number(&supply, "supply")?, mint.minted - mint.burned);
    assert_eq!(
        number(&supply, "curve")?,
        state.curve.cumulative(state.epoch())
    );
    assert_eq!(number(&supply, "emitted")?, state.config.emitted);
    Ok(())
}
