//! A multisig of Squads' own program: created, and what `io` exports proposed, approved and executed in it.

use crate::town::{Person, Town, text};
use anyhow::{Context, Result, ensure};
use borsh::BorshSerialize;
use io_client::{Instruction, Pubkey, rpc};
use io_tests::artifact;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use solana_instruction::AccountMeta;
use solana_keypair::Keypair;
use solana_message::VersionedMessage;
use solana_signer::Signer;
use solana_system_interface::program::ID as SYSTEM_PROGRAM;
use std::fs;

const PROGRAM: Pubkey = Pubkey::from_str_const("SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf");
const SEED: &[u8] = b"multisig";
/// A member may propose, vote and execute.
const EVERYTHING: u8 = 0b111;
/// Bytes of a binary written at once, twice as many in hex.
const PIECE: usize = 200_000;

/// A multisig in which a number of members has to approve what its first vault signs.
pub struct Multisig<'a> {
    town: &'a Town,
    members: &'a [Person],
    address: Pubkey,
    pub vault: Pubkey,
    proposals: u64,
}

#[derive(BorshSerialize)]
struct Member {
    key: [u8; 32],
    permissions: u8,
}

impl<'a> Multisig<'a> {
    /// Of `members`, `threshold` of whom approve; its vault gets some SOL for rent.
    pub async fn create(town: &'a Town, members: &'a [Person], threshold: u16) -> Result<Self> {
        deploy(town).await?;
        let seed = Keypair::new();
        let address = pda(&[SEED, SEED, seed.pubkey().as_array()]);
        let vault = pda(&[SEED, address.as_array(), b"vault", &[0]]);
        let creator = town.local.authority.pubkey();
        let listed: Vec<Member> = members
            .iter()
            .map(|member| Member {
                key: member.address().to_bytes(),
                permissions: EVERYTHING,
            })
            .collect();
        let (nobody, no_delay, no_memo) = (None::<[u8; 32]>, 0_u32, None::<String>);
        let create = call(
            "multisig_create",
            &(nobody, threshold, listed, no_delay, no_memo),
            vec![
                AccountMeta::new(address, false),
                AccountMeta::new_readonly(seed.pubkey(), true),
                AccountMeta::new(creator, true),
                AccountMeta::new_readonly(SYSTEM_PROGRAM, false),
            ],
        )?;
        town.execute(&[create], &[&seed]).await?;
        town.airdrop(&vault).await?;
        Ok(Self {
            town,
            members,
            address,
            vault,
            proposals: 0,
        })
    }

    /// Proposes a message that `io` exported, which the multisig's app takes as it is; the proposal's number.
    pub async fn propose(&mut self, exported: &Value) -> Result<u64> {
        let (wrapped, _) = self.message(exported)?;
        let by = &self.members[0];
        let index = self.proposals + 1;
        let rent = vec![
            AccountMeta::new_readonly(by.address(), true),
            AccountMeta::new(by.address(), true),
            AccountMeta::new_readonly(SYSTEM_PROGRAM, false),
        ];
        let [proposal, transaction] = self.addresses(index);
        let accounts = |of| {
            [
                vec![AccountMeta::new(self.address, false), of],
                rent.clone(),
            ]
            .concat()
        };
        let (vault, ephemeral, no_memo) = (0_u8, 0_u8, None::<String>);
        let create = call(
            "vault_transaction_create",
            &(vault, ephemeral, wrapped, no_memo),
            accounts(AccountMeta::new(transaction, false)),
        )?;
        let draft = false;
        let propose = call(
            "proposal_create",
            &(index, draft),
            accounts(AccountMeta::new(proposal, false)),
        )?;
        self.send(by, &[create, propose]).await?;
        self.proposals = index;
        Ok(index)
    }

    pub async fn approve(&self, index: u64, member: usize) -> Result<()> {
        let by = &self.members[member];
        let [proposal, _] = self.addresses(index);
        let approve = call(
            "proposal_approve",
            &None::<String>,
            vec![
                AccountMeta::new_readonly(self.address, false),
                AccountMeta::new(by.address(), true),
                AccountMeta::new(proposal, false),
            ],
        )?;
        Ok(self.send(by, &[approve]).await?)
    }

    /// Executes what was proposed, if enough members have approved.
    pub async fn execute(&self, index: u64, exported: &Value) -> Result<()> {
        let by = &self.members[0];
        let [proposal, transaction] = self.addresses(index);
        let (_, inner) = self.message(exported)?;
        let own = [
            AccountMeta::new_readonly(self.address, false),
            AccountMeta::new(proposal, false),
            AccountMeta::new_readonly(transaction, false),
            AccountMeta::new_readonly(by.address(), true),
        ];
        let execute = call(
            "vault_transaction_execute",
            &(),
            own.into_iter().chain(inner).collect(),
        )?;
        Ok(self.send(by, &[execute]).await?)
    }

    /// The whole way of each of the transactions that `io` exported, in their order.
    pub async fn carry_out(&mut self, exported: &Value) -> Result<()> {
        for transaction in transactions(exported)? {
            let index = self.propose(transaction).await?;
            for member in 0..2 {
                self.approve(index, member).await?;
            }
            self.execute(index, transaction).await?;
        }
        Ok(())
    }

    async fn send(&self, by: &Person, instructions: &[Instruction]) -> Result<(), rpc::Error> {
        let chain = &self.town.chain;
        chain
            .execute(&by.address(), instructions, &[&by.key])
            .await?;
        Ok(())
    }

    fn addresses(&self, index: u64) -> [Pubkey; 2] {
        let index = index.to_le_bytes();
        let transaction: &[&[u8]] = &[SEED, self.address.as_array(), b"transaction", &index];
        [
            pda(&[transaction, &[b"proposal"]].concat()),
            pda(transaction),
        ]
    }

    /// A message as the multisig stores it, and its accounts as they are passed when it is executed.
    fn message(&self, exported: &Value) -> Result<(Vec<u8>, Vec<AccountMeta>)> {
        let bytes = bs58::decode(text(exported, "message_base58")?).into_vec()?;
        let message: VersionedMessage = wincode::deserialize(&bytes)?;
        ensure!(message.address_table_lookups().is_none_or(<[_]>::is_empty));
        let keys = message.static_account_keys();
        ensure!(
            keys.first() == Some(&self.vault) && message.header().num_required_signatures == 1,
            "the vault alone signs and pays: {exported:#}"
        );
        let header = message.header();
        let paying = 1 - header.num_readonly_signed_accounts;
        let readonly = usize::from(header.num_readonly_unsigned_accounts);
        let written = keys.len() - 1 - readonly;
        let instructions = message.instructions();
        let mut wrapped = vec![1, paying, byte(written)?];
        wrapped.push(byte(keys.len())?);
        wrapped.extend(keys.iter().flat_map(Pubkey::to_bytes));
        wrapped.push(byte(instructions.len())?);
        for instruction in instructions {
            wrapped.push(instruction.program_id_index);
            wrapped.push(byte(instruction.accounts.len())?);
            wrapped.extend(&instruction.accounts);
            wrapped.extend(u16::try_from(instruction.data.len())?.to_le_bytes());
            wrapped.extend(&instruction.data);
        }
        // No lookup tables.
        wrapped.push(0);
        let accounts = keys.iter().enumerate().map(|(index, key)| AccountMeta {
            pubkey: *key,
            is_signer: false,
            is_writable: index <= written,
        });
        Ok((wrapped, accounts.collect()))
    }
}

/// What `io` exported, one by one.
pub fn transactions(exported: &Value) -> Result<&Vec<Value>> {
    let all = exported["transactions"].as_array();
    all.with_context(|| format!("no transactions: {exported:#}"))
}

/// Squads' program at its address, which a real network has.
async fn deploy(town: &Town) -> Result<()> {
    let elf = fs::read(artifact("multisig"))?;
    for (piece, offset) in elf.chunks(PIECE).zip((0..).step_by(PIECE)) {
        let hex: String = piece.iter().map(|byte| format!("{byte:02x}")).collect();
        let write = json!([PROGRAM.to_string(), hex, offset]);
        town.cheat("surfnet_writeProgram", write).await?;
    }
    Ok(())
}

fn call(
    name: &str,
    arguments: &impl BorshSerialize,
    accounts: Vec<AccountMeta>,
) -> Result<Instruction> {
    let digest = Sha256::digest(format!("global:{name}"));
    let mut data = digest[..8].to_vec();
    arguments.serialize(&mut data)?;
    Ok(Instruction {
        program_id: PROGRAM,
        accounts,
        data,
    })
}

fn pda(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &PROGRAM).0
}

fn byte(count: usize) -> Result<u8> {
    Ok(u8::try_from(count)?)
}
