//! Those who do not sign upgrades: members of the multisig who look at them, and thieves.

use anyhow::{Context, Result, bail, ensure};
use io_client::{Instruction, rpc::Error};
use io_migrations::Program;
use io_tests::artifact;
use serde_json::Value;
use solana_keypair::Keypair;
use solana_loader_v3_interface::{instruction as loader_v3, state::UpgradeableLoaderState};
use solana_signer::Signer;

use crate::town::{Person, Town, text};

/// Bytes of a binary in one transaction.
const CHUNK: usize = 850;

/// With the buffers ready, nobody upgrades but the vault, not even who wrote them; everybody can look.
pub async fn are_refused(
    town: &Town,
    vault: &Person,
    file: &str,
    upgrades: &[Value],
) -> Result<()> {
    let operator = town.authority();
    let again = town.done(&operator, &["admin", "deploy", file])?;
    ensure!(again["transactions"].is_null(), "it did more: {again:#}");
    let member = town.person("member", 0, 0).await?;
    look(town, &member, &operator, file, upgrades)?;
    for upgrade in upgrades {
        let upgrade = text(upgrade, "transaction_base64")?;
        for other in [&member, &operator] {
            town.failed(other, &["admin", "sign", upgrade], 1, &vault.name())?;
        }
    }
    let thief = town.person("thief", 0, 0).await?;
    steal(town, &thief).await
}

/// A member plans the same upgrades on a machine of its own, and reads what they do.
fn look(
    town: &Town,
    member: &Person,
    operator: &Person,
    file: &str,
    upgrades: &[Value],
) -> Result<()> {
    let name = operator.name();
    let plan = ["admin", "deploy", file, "--export", "--authority", &name];
    let planned = town.told(member, &plan)?;
    let planned = planned["transactions"].as_array();
    let planned = planned.map_or(&[][..], Vec::as_slice);
    ensure!(planned.len() == upgrades.len(), "{planned:#?}");
    for (planned, upgrade) in planned.iter().zip(upgrades) {
        ensure!(
            planned["instructions"] == upgrade["instructions"],
            "{planned:#}\nand not {upgrade:#}"
        );
        let written = text(upgrade, "transaction_base64")?;
        let decoded = town.told(member, &["admin", "decode", written])?;
        ensure!(decoded["all_known"] == true, "{decoded:#}");
    }
    Ok(())
}

/// Someone with a buffer of its own asks the loader.
async fn steal(town: &Town, thief: &Person) -> Result<()> {
    let (buffer, address) = (Keypair::new(), thief.address());
    let elf = std::fs::read(artifact("hostile_venue"))?;
    let space = UpgradeableLoaderState::size_of_buffer(elf.len());
    let rent = town.chain.rent(space).await?;
    let make = loader_v3::create_buffer(&address, &buffer.pubkey(), &address, rent, elf.len())?;
    let send = async |instructions: &[Instruction], others: &[&Keypair]| {
        let mut signers: Vec<&dyn Signer> = vec![&thief.key];
        signers.extend(others.iter().map(|key| *key as &dyn Signer));
        town.chain.execute(&address, instructions, &signers).await
    };
    send(&make, &[&buffer]).await?;
    for (number, chunk) in elf.chunks(CHUNK).enumerate() {
        let at = u32::try_from(number * CHUNK)?;
        let write = loader_v3::write(&buffer.pubkey(), &address, at, chunk.to_vec());
        send(&[write], &[]).await?;
    }
    for program in Program::ALL {
        let before = town.chain.raw_account(&program.program_data()).await?;
        let upgrade = loader_v3::upgrade(&program.id(), &buffer.pubkey(), &address, &address);
        let Err(Error::Refused(why)) = send(&[upgrade], &[]).await else {
            bail!("{program} was stolen");
        };
        let why = format!("{why:?}");
        ensure!(why.contains("IncorrectAuthority"), "{why}");
        let after = town.chain.raw_account(&program.program_data()).await?;
        ensure!(before.context("a program")? == after.context("a program")?);
    }
    Ok(())
}
