//! Classes, nodes and slashes.

use anyhow::{Context, Result};
use io_client::{
    Pubkey,
    actions::{Actor, staking},
    pda,
    shared::{
        ids::io_staking,
        state::{DeviceClass, Node, NodeStatus, SlashProposal, StakingConfig},
    },
    staking::NodeTerms,
};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::path::{Path, PathBuf};

use crate::{
    offices::io,
    town::{IO_MINT, Town},
};

/// Least stake of a node of eight B200.
const STAKE: u64 = io(48_000);

/// Registers a node of eight B200 of an operator of its own and stakes its minimum.
pub async fn node(town: &Town, id: u8) -> Result<Pubkey> {
    let operator = Keypair::new();
    let owner = operator.pubkey();
    town.give(&IO_MINT, &owner, STAKE).await?;
    let actor = Actor {
        wallet: owner,
        payer: town.authority().address(),
    };
    let terms = NodeTerms {
        node_id: [id; 32],
        class: 1,
        processors: 8,
        commission_bps: 1_000,
        delegation_open: true,
    };
    let register = staking::register_node(&town.chain, &actor, &terms).await?;
    town.execute(&register, &[&operator]).await?;
    let node = pda::node(&owner, &terms.node_id).0;
    let deposit = staking::stake(&town.chain, &actor, &node, STAKE, STAKE).await?;
    town.execute(&deposit, &[&operator]).await?;
    Ok(node)
}

fn written(town: &Town, name: &str, text: &str) -> Result<PathBuf> {
    let path = town.path(name);
    std::fs::write(&path, text)?;
    Ok(path)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path in UTF-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn classes_and_rules_of_all_nodes_change() -> Result<()> {
    let town = Town::open("admin-classes").await?;
    let guardian = town.person("guardian", 0, 0).await?;
    town.admin(&["guardian", &guardian.name(), "--program", "staking"])?;
    let class = async || town.state::<DeviceClass>(&pda::device_class(50).0).await;
    let now = town.now().await?;

    let create = ["class", "create", "50", "--name", "B300", "--pool", "0"];
    town.admin(&[&create[..], &["--multiplier", "32.5"]].concat())?;
    let made = class().await?;
    assert_eq!(&made.name[..5], b"B300\0");
    assert_eq!(made.multiplier_milli.at(now), 32_500);
    let again = [&create[..], &["--multiplier", "1"]].concat();
    let again = town.refused(&town.authority(), &again)?;
    assert!(again["message"].to_string().contains("class 50 already"));

    for (rule, value) in [
        ("--multiplier", "40"),
        ("--max-stake-multiple", "6"),
        ("--delegators-slashable", "yes"),
    ] {
        let answer = town.admin(&["class", "schedule", "50", rule, value])?;
        assert!(
            answer["effective_at"].as_i64() > Some(now + 86_400),
            "{answer:#}"
        );
    }
    let changed = class().await?;
    let next = |rule: &io_client::shared::state::Scheduled| rule.pending(now).map(|(next, _)| next);
    assert_eq!(next(&changed.multiplier_milli), Some(40_000));
    assert_eq!(next(&changed.max_stake_multiple), Some(6));
    assert_eq!(next(&changed.delegators_slashable), Some(1));
    let out = town.refused(
        &town.authority(),
        &["class", "schedule", "50", "--max-stake-multiple", "101"],
    )?;
    assert_eq!(out["name"], "ClassOutOfBounds");
    town.by(&guardian, &["class", "cancel", "50"])?;
    assert_eq!(next(&class().await?.multiplier_milli), None);

    town.by(&guardian, &["class", "suspend", "50"])?;
    assert_eq!(class().await?.suspended, 1);
    let refused = town.refused(&guardian, &["class", "resume", "50"])?;
    assert!(
        refused["message"]
            .to_string()
            .contains(&town.authority().name())
    );
    town.admin(&["class", "resume", "50"])?;
    assert_eq!(class().await?.suspended, 0);
    let answer = town.admin(&["class", "end", "50"])?;
    assert_eq!(answer["effective_at"], class().await?.supported_until);
    let ended = town.refused(&town.authority(), &["class", "end", "50"])?;
    assert!(ended["message"].to_string().contains("already"));

    let config = async || {
        town.state::<StakingConfig>(&io_staking::CONFIG.address)
            .await
    };
    town.admin(&["staking", "min-self-stake", "60"])?;
    assert_eq!(next(&config().await?.min_self_stake_bps), Some(6_000));
    town.by(&guardian, &["staking", "cancel"])?;
    assert_eq!(next(&config().await?.min_self_stake_bps), None);
    let nothing = town.refused(&guardian, &["staking", "cancel"])?;
    assert_eq!(nothing["message"], "no change waits");
    town.admin(&["staking", "slasher", &guardian.name()])?;
    assert_eq!(config().await?.slasher, guardian.address());
    town.local.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_halted_and_slashed() -> Result<()> {
    let town = Town::open("admin-slash").await?;
    let guardian = town.person("guardian", 0, 0).await?;
    let slasher = town.person("slasher", 0, 0).await?;
    town.admin(&["guardian", &guardian.name(), "--program", "staking"])?;
    town.admin(&["staking", "slasher", &slasher.name()])?;
    let address = node(&town, 1).await?;
    let name = address.to_string();
    let node = async || town.state::<Node>(&address).await;

    town.by(&guardian, &["node", "halt", &name])?;
    assert_eq!(node().await?.status, NodeStatus::Halted as u8);
    town.admin(&["node", "resume", &name])?;
    assert_eq!(node().await?.status, NodeStatus::Open as u8);

    let reason = written(&town, "reason.txt", "It lied about its GPUs.")?;
    let propose = ["slash", "propose", &name, "20", "--reason", text(&reason)?];
    let open = town.refused(&slasher, &propose)?;
    assert_eq!(open["name"], "HaltFirst");
    town.by(&guardian, &["node", "halt", &name])?;
    let authority = town.refused(&town.authority(), &propose)?;
    assert!(authority["message"].to_string().contains(&slasher.name()));
    let answer = town.by(&slasher, &propose)?;
    assert_eq!(answer["amount"], STAKE / 5);
    let slash: SlashProposal = town.state(&pda::slash(&address).0).await?;
    assert_eq!(answer["effective_at"], slash.executable_at);
    // As sha256sum gives it.
    let hash = "9849eb3b6494ebc15d7ea4bfa3abdf6e185368a474d9f9cdc356e8958e6bb3bf";
    assert_eq!(answer["reason_hash"], hash);
    let resume = town.refused(&town.authority(), &["node", "resume", &name])?;
    assert!(resume["advice"].to_string().contains("slash cancel"));

    town.by(&guardian, &["slash", "cancel", &name])?;
    let none = town.refused(&guardian, &["slash", "cancel", &name])?;
    assert!(none["message"].to_string().contains("no slash is proposed"));
    let by_hash = [
        "slash",
        "propose",
        &name,
        "50",
        "--reason-hash",
        &"ab".repeat(32),
    ];
    town.by(&slasher, &by_hash)?;
    let slash: SlashProposal = town.state(&pda::slash(&address).0).await?;
    assert_eq!((slash.bps, slash.reason_hash), (5_000, [0xab; 32]));
    let early = town.refused(&slasher, &["slash", "execute", &name])?;
    assert!(
        early["message"]
            .to_string()
            .contains("can be executed from")
    );
    town.travel(7 * 86_400).await?;
    town.by(&guardian, &["slash", "execute", &name])?;
    assert_eq!(node().await?.active_stake(), STAKE / 2);
    town.local.stop().await
}
