//! Migrations over RPC: the network is what its file says, and a program is upgraded and set back.

mod common;

use anyhow::{Result, bail, ensure};
use common::{Folder, port, rpc};
use io_client::payments;
use io_localnet::{CLUSTER, Localnet};
use io_migrations::{
    Action, Cluster, Kind, Operator, Program, Step, Then,
    cluster::{Binary, Hash},
    deploy_plan, plan, verify,
};
use io_tests::artifact;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::{thread, time::Duration};
use surfpool_core::solana_rpc_client::rpc_client::RpcClient;

/// Takes steps as they ask to be taken.
fn take(rpc: &RpcClient, authority: &Keypair, steps: &[Step]) -> Result<()> {
    let mut sent = Vec::new();
    for step in steps {
        if step.then != Then::AnyOrder {
            confirm(rpc, &mut sent)?;
        }
        ensure!(step.signers() == [authority.pubkey()], "{}", step.what);
        let transaction = Transaction::new_signed_with_payer(
            &step.instructions,
            Some(&authority.pubkey()),
            &[authority],
            rpc.get_latest_blockhash()?,
        );
        rpc.send_transaction(&transaction)?;
        sent.push(transaction);
        if step.then != Then::AnyOrder {
            confirm(rpc, &mut sent)?;
        }
        if step.then == Then::NextSlot {
            let slot = rpc.get_slot()?;
            while rpc.get_slot()? <= slot {
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
    confirm(rpc, &mut sent)
}

fn confirm(rpc: &RpcClient, sent: &mut Vec<Transaction>) -> Result<()> {
    for transaction in sent.drain(..) {
        let signature = transaction.signatures[0];
        let mut polls = 0;
        while !rpc.confirm_transaction(&signature)? {
            polls += 1;
            if polls > 2_000 {
                bail!("{signature} did not land");
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_what_its_file_says_and_is_brought_to_another() -> Result<()> {
    let folder = Folder::new("migrations");
    let network = Localnet::start(&folder.0, port(), true, |_| ()).await?;
    let (rpc, authority) = (rpc(&network), network.authority.insecure_clone());
    let file = folder.0.join(CLUSTER);
    tokio::task::spawn_blocking(move || {
        let mut cluster = Cluster::load(&file)?;
        let operator = Operator::of(&cluster, authority.pubkey())?;
        assert_eq!(verify(&cluster, &operator, &rpc)?, []);

        // Something that the file does not name is found by listing accounts.
        let (key, gateway) = (authority.pubkey(), Keypair::new().pubkey());
        let list = payments::list_gateway(&key, &gateway, 200, 1);
        let switch = payments::set_gateway_enabled(&key, &key, false);
        common::send(&rpc, &[list, switch], &[&authority])?;
        let found = verify(&cluster, &operator, &rpc)?;
        let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(paths, ["gateways[0].enabled", "gateways"]);
        assert_eq!(found[1].chain, gateway.to_string());

        // What the file changes is settled.
        cluster.gateways[0].enabled = Some(true);
        cluster.payments.payout_fee_bps = 100;
        take(&rpc, &authority, &plan(&cluster, &operator, &rpc)?)?;
        assert_eq!(plan(&cluster, &operator, &rpc)?, []);
        let found = verify(&cluster, &operator, &rpc)?;
        assert!(matches!(found[0].kind, Kind::Waits(_)), "{}", found[0]);
        assert_eq!(found[0].path, "payments.payout_fee_bps");

        // A program is upgraded to another one, which needs more room, and set back.
        let elf = |name| std::fs::read(artifact(name));
        let program = Program::IoMint;
        for (name, more) in [("io_emissions", true), ("io_mint", false)] {
            let binary = Binary {
                program,
                elf: elf(name)?,
            };
            let binaries = std::slice::from_ref(&binary);
            let deployment = deploy_plan(&cluster, &operator, binaries, &rpc)?.remove(0);
            let Action::Upgrade { extend, .. } = deployment.action else {
                bail!("{deployment}");
            };
            assert_eq!(extend > 0, more, "{deployment}");
            let hash = Hash(deployment.hash);
            cluster.programs.sha256.insert(program, hash);
            let found = verify(&cluster, &operator, &rpc)?;
            assert_eq!(found[0].path, "programs.sha256.io_mint");
            // Half of it, then a new plan.
            let (half, _) = deployment.steps.split_at(deployment.steps.len() / 2);
            take(&rpc, &authority, half)?;
            let rest = deploy_plan(&cluster, &operator, binaries, &rpc)?.remove(0);
            assert_eq!(rest.steps, deployment.steps[half.len()..]);
            take(&rpc, &authority, &rest.steps)?;
            let done = deploy_plan(&cluster, &operator, binaries, &rpc)?.remove(0);
            assert_eq!(done.action, Action::UpToDate);
        }
        let found = verify(&cluster, &operator, &rpc)?;
        assert_eq!(found.len(), 2, "{found:#?}");
        Ok(())
    })
    .await??;
    network.stop().await
}
