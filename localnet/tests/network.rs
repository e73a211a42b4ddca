//! The network as a client meets it: over RPC, with the built programs.

mod common;

use anyhow::{Context, Result};
use common::{Folder, port, rpc, send};
use io_client::{
    Pubkey, pda,
    shared::{
        constants::IO,
        ids::{io_mint, io_staking},
        state::{Layout, Node, TrancheKind},
    },
    staking::{self, NodeTerms, Stake},
    token,
};
use io_localnet::{IO_USD, Localnet, RECEIVER};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::net::TcpListener;
use surfpool_core::solana_rpc_client::rpc_client::RpcClient;

const STAKE: u64 = 48_000 * IO;

/// Registers a B200 node of eight and stakes its minimum.
fn stake(rpc: &RpcClient, authority: &Keypair) -> Result<Pubkey> {
    let mint = io_mint::MINT.address;
    let owner = authority.pubkey();
    let node_id = [7; 32];
    let node = pda::node(&owner, &node_id).0;
    let terms = NodeTerms {
        node_id,
        class: 1,
        processors: 8,
        commission_bps: 1_000,
        delegation_open: true,
    };
    let own = Stake {
        node,
        owner,
        tranche: TrancheKind::Operator,
    };
    let source = token::associated(&owner, &mint);
    send(
        rpc,
        &[
            staking::register_node(&owner, &owner, &mint, &terms),
            staking::open_position(&owner, &own),
            staking::deposit(&own, &source, 0, STAKE, STAKE),
        ],
        &[authority],
    )?;
    Ok(node)
}

fn staked(rpc: &RpcClient, node: &Pubkey) -> Result<u64> {
    let data = rpc.get_account_data(node)?;
    Ok(Node::read_copy(&data).context("not a node")?.active_stake())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_set_up_used_kept_and_reset() -> Result<()> {
    let folder = Folder::new("localnet");
    let port = port();
    let start = |reset| Localnet::start(&folder.0, port, reset, |_| ());

    let network = start(false).await?;
    let second = start(false).await.err().context("two on one folder")?;
    assert!(format!("{second:#}").contains("stop it first"));
    let (node, price) = tokio::task::block_in_place(|| {
        let rpc = rpc(&network);
        let node = stake(&rpc, &network.authority)?;
        assert_eq!(staked(&rpc, &node)?, STAKE);
        // Registering it again is refused by the program, and said so over RPC.
        let again = stake(&rpc, &network.authority).expect_err("it is registered");
        assert!(
            format!("{again:#}").contains("simulation failed"),
            "{again:#}"
        );
        // The four programs can be upgraded by the authority, as on a real cluster.
        let program = rpc.get_account(&io_staking::ID)?;
        assert!(program.executable);
        anyhow::Ok((node, rpc.get_account(&IO_USD.account)?))
    })?;
    assert_eq!(price.owner, RECEIVER);
    // 2,000,000 USDC stand against 10,000,000 IO.
    let at = |range| price.data.get(range).context("a short price account");
    assert_eq!(at(73..81)?, 20_000_000_i64.to_le_bytes());
    assert_eq!(at(89..93)?, (-8_i32).to_le_bytes());
    network.stop().await?;

    let network = start(false).await?;
    tokio::task::block_in_place(|| {
        assert_eq!(staked(&rpc(&network), &node)?, STAKE, "kept between runs");
        anyhow::Ok(())
    })?;
    network.stop().await?;

    let network = start(true).await?;
    tokio::task::block_in_place(|| {
        assert!(rpc(&network).get_account(&node).is_err(), "begun anew");
    });
    network.stop().await
}

#[test]
fn ports_are_given_once_and_not_where_somebody_listens() {
    let first = port();
    // Somebody has the RPC port of the next pair, and the WebSocket port of the one after it.
    let taken = [first + 2, first + 5].map(|port| TcpListener::bind(("127.0.0.1", port)));
    let mut given = vec![first];
    for _ in 0..3 {
        let next = port();
        assert!(!given.contains(&next), "{next} is given twice");
        for port in [next, next + 1] {
            assert!(TcpListener::bind(("127.0.0.1", port)).is_ok(), "{port}");
        }
        given.push(next);
    }
    drop(taken);
}
