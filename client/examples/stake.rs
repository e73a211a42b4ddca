//! Stakes IO on a node and says what the wallet has there: the node is harvested first, the position and its
//! accounts are made if they are missing.
//!
//! ```sh
//! cargo run --example stake -- http://127.0.0.1:8899 holder.json NODE 1000
//! ```

use anyhow::{Context, Result, bail};
use io_client::{
    Pubkey,
    actions::{Actor, staking},
    amount,
    rpc::Network,
};
use solana_keypair::{Signer, read_keypair_file};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, keypair, node, io] = arguments.as_slice() else {
        bail!("usage: stake URL KEYPAIR NODE IO");
    };
    let holder = read_keypair_file(keypair).map_err(|error| anyhow::anyhow!("{error}"))?;
    let node: Pubkey = node.parse().context("NODE is an address")?;
    let io = amount::parse_io(io)?;

    let network = Network::new(url);
    let actor = Actor::alone(holder.pubkey());
    let instructions = staking::stake(&network, &actor, &node, io, io).await?;
    network
        .execute(&actor.payer, &instructions, &[&holder])
        .await?;

    let state = staking::NodeState::read(&network, &node).await?;
    for holding in state.holdings(&network, &actor.wallet).await? {
        println!(
            "{:?}: {} IO staked, {} IO to claim",
            holding.stake.tranche,
            amount::format_io(holding.value),
            amount::format_io(holding.claimable),
        );
    }
    Ok(())
}
