//! A keeper that another overtakes, after each point at which it could have learned of it: it sends
//! nothing.

use anyhow::{Context, Result, ensure};
use io_client::pda;
use io_localnet::{
    books,
    faults::{Proxy, Rates},
};
use serde_json::Value;
use solana_signer::Signer;
use std::time::Duration;
use tokio::{time::timeout, try_join};

use crate::{post::Post, stage::Stage};

/// So few that one transaction does all of them: it is looked at once more, and simulated.
const NODES: u8 = 5;
const RULES: &str = "[harvest]\nmin = \"0.00000001\"\n";
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_is_overtaken_sends_nothing() -> Result<()> {
    let stage = Stage::open("keeper-overtaken", NODES).await?;

    // A sync records the same event whether or not it changes anything: only a last look tells.
    stage.next_epoch().await?;
    overtake(&stage, "advance", simulates).await?;
    overtake(&stage, "sync", has_looked(&stage)).await?;

    // What happens behind that look shows in the simulation, or nowhere.
    stage.score().await?;
    stage.next_epoch().await?;
    overtake(&stage, "advance", simulates).await?;
    overtake(&stage, "harvest", simulates).await?;
    books::audit(&stage.chain).await?;
    stage.local.stop().await
}

fn simulates(request: &Value) -> bool {
    request["method"] == "simulateTransaction"
}

/// Whether a request is of a keeper that has found nodes by a scan: it looks at them once more, or
/// simulates.
fn has_looked(stage: &Stage) -> impl Fn(&Value) -> bool + Send + Sync + use<> {
    let nodes = stage.nodes.iter();
    let watched: Vec<_> = nodes
        .map(|node| Value::from(pda::node_emission(node).0.to_string()))
        .collect();
    move |request| {
        let named = request.pointer("/params/0").and_then(Value::as_array);
        let again = named.is_some_and(|named| named.iter().any(|key| watched.contains(key)));
        again || simulates(request)
    }
}

/// Lets a keeper come to the request that `which` is true of, another do `job` meanwhile, and the first go
/// on.
async fn overtake(
    stage: &Stage,
    job: &str,
    which: impl Fn(&Value) -> bool + Send + Sync + 'static,
) -> Result<()> {
    let proxy = Proxy::start(&stage.local.url, 0, Rates::none()).await?;
    let late = Post::new(stage, &proxy.url, RULES).await?;
    let prompt = Post::new(stage, &stage.local.url, RULES).await?;
    let arguments = ["--once", "--jobs", job];
    proxy.hold(which);
    let overtaking = async {
        let held = timeout(PATIENCE, proxy.holds()).await;
        held.with_context(|| format!("the keeper found nothing to do for {job}"))?;
        prompt.run(&arguments).await?;
        proxy.release();
        Ok(())
    };
    let ((_, log), ()) = try_join!(late.run(&arguments), overtaking)?;

    ensure!(sent(stage, &prompt).await? > 0, "{job} was not to be done");
    let lost = sent(stage, &late).await?;
    ensure!(lost == 0, "{job}: {lost} transactions for nothing\n{log}");
    Ok(())
}

/// Transactions that a keeper paid for, whatever became of them: all but the one that funded it.
async fn sent(stage: &Stage, keeper: &Post) -> Result<usize> {
    let rpc = stage.chain.rpc();
    let all = rpc.get_signatures_for_address(&keeper.key.pubkey()).await?;
    all.len()
        .checked_sub(1)
        .context("the keeper was never funded")
}
