//! A network with nodes, stakers and suppliers, for keepers to work on.

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use io_client::{
    Instruction, Pubkey, emissions,
    payments::{self, Order},
    pda,
    rpc::{Network, Recorded},
    shared::{
        constants::{HOUR, IO},
        ids::{TOKEN_PROGRAM, io_emissions, io_mint, io_payments, io_staking},
        state::{EmissionsConfig, Node, NodeEmission, PayoutPreference, TrancheKind},
    },
    staking::{self, NodeTerms, Stake, TICKET_SPACE},
    token,
};
use io_keeper::{Config, Keeper};
use io_localnet::Localnet;
use serde_json::json;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_system_interface::instruction::transfer as send_sol;
use spl_token_interface::instruction::transfer;
use std::path::Path;
use surfpool_core::solana_rpc_client::api::request::RpcRequest;

use crate::common::{self, Folder, port};

pub const IO_MINT: Pubkey = io_mint::MINT.address;
/// Minimum of a node with one B200, and its emission pool.
pub const NODE_STAKE: u64 = 6_000 * IO;
pub const POOL: u8 = 0;
const CLASS: u16 = 1;
const LAMPORTS: u64 = 1_000_000_000;

pub struct Stage {
    pub local: Localnet,
    pub chain: Network,
    /// Operated by the authority.
    pub nodes: Vec<Pubkey>,
    folder: Folder,
}

impl Stage {
    /// A network on which `count` nodes earn from the next epoch on: registered, staked, enrolled and scored
    /// at the start of an epoch.
    pub async fn open(name: &str, count: u8) -> Result<Self> {
        let folder = Folder::new(name);
        let local = Localnet::start(&folder.0, port(), true, |_| ()).await?;
        let mut stage = Self {
            chain: Network::new(&local.url),
            local,
            nodes: Vec::new(),
            folder,
        };
        // Nearly an hour lies ahead, so that no epoch ends while this goes on.
        stage.next_epoch().await?;
        stage.nodes = try_join_all((1..=count).map(|number| stage.node(number))).await?;
        let authority = stage.local.authority.pubkey();
        let account = token::associated(&authority, &IO_MINT);
        let crank = emissions::advance_epoch(&account, &IO_MINT, 2);
        stage.execute(&[crank], &[]).await?;
        stage.score().await?;
        Ok(stage)
    }

    /// Where the network keeps its state.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// A keeper with a wallet of its own. It does at once what is due.
    pub async fn keeper(&self, change: impl FnOnce(&mut Config)) -> Result<Keeper> {
        let key = Keypair::new();
        let authority = self.local.authority.pubkey();
        let fund = send_sol(&authority, &key.pubkey(), LAMPORTS);
        self.execute(&[fund], &[]).await?;
        Ok(self.keeper_of(key, change))
    }

    /// A keeper whose wallet is funded already.
    pub fn keeper_of(&self, key: Keypair, change: impl FnOnce(&mut Config)) -> Keeper {
        let mut config = Config {
            url: self.local.url.clone(),
            jitter: 0,
            ..Config::default()
        };
        change(&mut config);
        Keeper::new(config, key)
    }

    /// Sends instructions that the authority pays for.
    pub async fn execute(&self, instructions: &[Instruction], others: &[&Keypair]) -> Result<()> {
        let mut signers: Vec<&dyn Signer> = vec![&self.local.authority];
        signers.extend(others.iter().map(|key| *key as &dyn Signer));
        let payer = self.local.authority.pubkey();
        self.chain.execute(&payer, instructions, &signers).await?;
        Ok(())
    }

    async fn node(&self, number: u8) -> Result<Pubkey> {
        let owner = self.local.authority.pubkey();
        let node_id = [number; 32];
        let node = pda::node(&owner, &node_id).0;
        let terms = NodeTerms {
            node_id,
            class: CLASS,
            processors: 1,
            commission_bps: 1_000,
            delegation_open: true,
        };
        let own = self.own_stake(node);
        let source = token::associated(&owner, &IO_MINT);
        let instructions = [
            staking::register_node(&owner, &owner, &IO_MINT, &terms),
            staking::open_position(&owner, &own),
            staking::deposit(&own, &source, POOL, NODE_STAKE, NODE_STAKE),
            emissions::enroll_node(&owner, &node, POOL),
        ];
        self.execute(&instructions, &[]).await.context("a node")?;
        Ok(node)
    }

    pub fn own_stake(&self, node: Pubkey) -> Stake {
        Stake {
            node,
            owner: self.local.authority.pubkey(),
            tranche: TrancheKind::Operator,
        }
    }

    /// Scores every node fully.
    pub async fn score(&self) -> Result<()> {
        let scorer = self.local.authority.pubkey();
        try_join_all(self.nodes.chunks(8).map(|nodes| async move {
            let scores: Vec<_> = nodes.iter().map(|node| (*node, 10_000)).collect();
            let score = emissions::set_scores(&scorer, POOL, &scores);
            self.execute(&[score], &[]).await
        }))
        .await?;
        Ok(())
    }

    /// A wallet with lamports and, of IO, `amount`.
    pub async fn wallet(&self, amount: u64) -> Result<Keypair> {
        let (key, authority) = (Keypair::new(), self.local.authority.pubkey());
        let owner = key.pubkey();
        let [from, to] = [authority, owner].map(|owner| token::associated(&owner, &IO_MINT));
        self.execute(
            &[
                send_sol(&authority, &owner, LAMPORTS),
                token::create_associated(&authority, &owner, &IO_MINT),
                transfer(&TOKEN_PROGRAM, &from, &to, &authority, &[], amount)?,
            ],
            &[],
        )
        .await?;
        Ok(key)
    }

    /// Somebody who stakes `amount` on a node.
    pub async fn delegator(&self, node: Pubkey, amount: u64) -> Result<(Keypair, Stake)> {
        let key = self.wallet(amount).await?;
        let tranche = self.chain.account::<Node>(&node).await?.delegator_kind()?;
        let stake = Stake {
            node,
            owner: key.pubkey(),
            tranche,
        };
        let source = token::associated(&key.pubkey(), &IO_MINT);
        let authority = self.local.authority.pubkey();
        let instructions = [
            staking::open_position(&authority, &stake),
            emissions::harvest(&node, POOL),
            staking::deposit(&stake, &source, POOL, amount, amount),
        ];
        self.execute(&instructions, &[&key])
            .await
            .context("a delegator")?;
        Ok((key, stake))
    }

    /// Starts the cooldown of a whole position; the ticket.
    pub async fn unstake(&self, key: &Keypair, stake: &Stake) -> Result<Pubkey> {
        let rent = self.chain.rent(usize::try_from(TICKET_SPACE)?).await?;
        let authority = self.local.authority.pubkey();
        let mut instructions = vec![emissions::harvest(&stake.node, POOL)];
        let request = staking::request_unstake(&authority, stake, POOL, 0, u64::MAX, rent);
        instructions.extend(request);
        let signers: &[&Keypair] = if key.pubkey() == authority {
            &[]
        } else {
            &[key]
        };
        self.execute(&instructions, signers)
            .await
            .context("a ticket")?;
        Ok(stake.ticket(0))
    }

    /// A supplier who takes USDC at `keeper_min_price` raw USDC for an IO or more, and has an account for it.
    pub async fn supplier(&self, keeper_min_price: u64) -> Result<Pubkey> {
        let (key, authority) = (Keypair::new(), self.local.authority.pubkey());
        let (owner, usdc) = (key.pubkey(), PayoutPreference::Usdc);
        self.execute(
            &[
                token::create_associated(&authority, &owner, &self.local.usdc),
                payments::register_supplier(&authority, &owner, usdc, &owner, &IO_MINT),
                payments::set_supplier(&owner, usdc, &owner, keeper_min_price),
            ],
            &[&key],
        )
        .await
        .context("a supplier")?;
        Ok(owner)
    }

    /// Pays a supplier who takes USDC `amount` raw IO for an order that expires in an hour. `payer` has the
    /// IO and pays the receipt's rent.
    pub async fn pay(&self, payer: &Keypair, supplier: &Pubkey, id: u8, amount: u64) -> Result<()> {
        let order = Order {
            id: [id; 32],
            expires_at: self.chain.clock().await?.now + HOUR,
        };
        let source = token::associated(&payer.pubkey(), &IO_MINT);
        let earnings = pda::earnings(&pda::supplier(supplier).0).0;
        let pay = payments::pay_io(
            &payer.pubkey(),
            &source,
            supplier,
            &earnings,
            &order,
            amount,
        );
        self.execute(&[pay], &[payer]).await.context("a payment")
    }

    /// Lets `seconds` pass.
    pub async fn travel(&self, seconds: i64) -> Result<()> {
        common::travel(&self.chain, seconds).await
    }

    /// Puts `data` where no instruction could.
    pub async fn overwrite(&self, address: &Pubkey, owner: &Pubkey, data: &[u8]) -> Result<()> {
        let request = RpcRequest::Custom {
            method: "surfnet_setAccount",
        };
        let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
        let account = json!({ "data": hex, "owner": owner.to_string() });
        let arguments = json!([address.to_string(), account]);
        self.chain
            .rpc()
            .send::<serde_json::Value>(request, arguments)
            .await?;
        Ok(())
    }

    /// Goes to the minute after the open epoch's end.
    pub async fn next_epoch(&self) -> Result<()> {
        let config = self.emissions().await?;
        let now = self.chain.clock().await?.now;
        let into = (now - config.start_at) % HOUR;
        self.travel(HOUR - into + 60).await
    }

    pub async fn emissions(&self) -> Result<EmissionsConfig> {
        Ok(self.chain.account(&io_emissions::CONFIG.address).await?)
    }

    pub async fn emission(&self, node: &Pubkey) -> Result<NodeEmission> {
        Ok(self.chain.account(&pda::node_emission(node).0).await?)
    }

    pub async fn balance(&self, owner: &Pubkey, mint: &Pubkey) -> Result<u64> {
        let account = token::associated(owner, mint);
        let balance = self.chain.token_balance(&account).await?;
        balance.context("no token account")
    }

    /// Lamports that `payer`'s transactions have cost, of which it signed all that name it but the first.
    pub async fn fees(&self, payer: &Pubkey) -> Result<u64> {
        let mut fees = 0;
        for recorded in self.signed_by(payer).await? {
            fees += recorded.fee;
        }
        Ok(fees)
    }

    /// What happened to `payer` since it was funded.
    pub async fn signed_by(&self, payer: &Pubkey) -> Result<Vec<Recorded>> {
        let mut all = io_client::rpc::History::of(*payer, None)
            .next(&self.chain)
            .await?;
        ensure!(!all.is_empty(), "{payer} was never funded");
        Ok(all.split_off(1))
    }

    /// Every account of the four programs.
    pub async fn accounts(&self) -> Result<Vec<(Pubkey, Vec<u8>)>> {
        let mut all = Vec::new();
        for program in [
            io_mint::ID,
            io_staking::ID,
            io_emissions::ID,
            io_payments::ID,
        ] {
            all.extend(self.chain.scan_raw(&program, &[], &[]).await?);
        }
        all.sort_unstable();
        Ok(all)
    }
}
