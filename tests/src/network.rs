//! A whole network in a [`World`]: migrated as its cluster file says, with a funded AMM pool.

use crate::{
    World,
    amm::{AMM_PROGRAM, Amm, Deposit, FEES},
};
use anyhow::{Context, Result, ensure};
use io_client::{
    Pubkey,
    shared::ids::{TOKEN_PROGRAM, io_mint},
    token,
};
use io_migrations::{Chain, Cluster, Operator, plan};
use solana_account::Account;
use solana_signer::Signer;

impl Chain for World {
    fn account(&self, address: &Pubkey) -> Result<Option<Account>> {
        let account = self.svm.get_account(address);
        Ok(account.filter(|account| account.lamports > 0))
    }

    fn accounts_of(&self, program: &Pubkey, prefix: &[u8]) -> Result<Vec<(Pubkey, Account)>> {
        let mut accounts = self.svm.get_program_accounts(program);
        accounts.retain(|(_, account)| account.data.starts_with(prefix));
        Ok(accounts)
    }
}

/// The programs initialized, the genesis supply with the authority, and a pool to swap in.
pub struct Network {
    pub world: World,
    pub cluster: Cluster,
    pub usdc: Pubkey,
    /// The authority's account with the genesis supply; also the treasury's.
    pub treasury_io: Pubkey,
    /// Where fees in USDC go.
    pub treasury_usdc: Pubkey,
    pub amm: Amm,
    /// Steps that the migration took.
    pub migrated: Vec<String>,
}

impl Network {
    /// Migrates a new world at the time `now` and funds a pool with raw `io` and `usdc`.
    pub fn launch(cluster: &str, now: i64, io: u64, usdc: u64) -> Result<Self> {
        let cluster = Cluster::parse(cluster)?;
        let mut world = World::new();
        world.set_clock(now);
        let authority = world.authority.pubkey();
        let usdc_mint = world.create_mint(io_client::shared::constants::USDC_DECIMALS);
        let operator = Operator {
            authority,
            usdc: usdc_mint,
        };
        world.deploy("amm", AMM_PROGRAM);
        let steps = plan(&cluster, &operator, &world)?;
        for step in &steps {
            world
                .send(&step.instructions, &[])
                .map_err(|failure| anyhow::anyhow!("{:?}", failure.error))
                .with_context(|| format!("migration: {}", step.what))?;
        }
        ensure!(
            plan(&cluster, &operator, &world)?.is_empty(),
            "a migrated cluster still has something to migrate"
        );
        let treasury_usdc = token::associated(&authority, &usdc_mint);
        world.put_token_account(treasury_usdc, &authority, &usdc_mint, 0);
        let treasury_io = token::associated(&authority, &io_mint::MINT.address);
        let reserve = world.create_token_account(&authority, &usdc_mint, usdc);
        let creator = world.authority.insecure_clone();
        let amm = Amm::create(
            &mut world,
            &creator,
            1,
            [
                Deposit {
                    mint: io_mint::MINT.address,
                    source: treasury_io,
                    amount: io,
                },
                Deposit {
                    mint: usdc_mint,
                    source: reserve,
                    amount: usdc,
                },
            ],
            FEES,
        );
        Ok(Self {
            world,
            cluster,
            usdc: usdc_mint,
            treasury_io,
            treasury_usdc,
            amm,
            migrated: steps.into_iter().map(|step| step.what).collect(),
        })
    }

    /// Sends raw IO of the genesis supply to a wallet, whose token account is made if need be.
    pub fn give_io(&mut self, wallet: &Pubkey, amount: u64) -> Pubkey {
        let authority = self.world.authority.pubkey();
        let account = token::associated(wallet, &io_mint::MINT.address);
        self.world.run(
            &[
                token::create_associated(&authority, wallet, &io_mint::MINT.address),
                transfer(&self.treasury_io, &account, &authority, amount),
            ],
            &[],
        );
        account
    }

    /// Gives a wallet a USDC account with `amount` raw USDC.
    pub fn give_usdc(&mut self, wallet: &Pubkey, amount: u64) -> Pubkey {
        let account = token::associated(wallet, &self.usdc);
        self.world
            .put_token_account(account, wallet, &self.usdc, amount);
        account
    }
}

/// A transfer of the SPL token program.
pub fn transfer(from: &Pubkey, to: &Pubkey, owner: &Pubkey, amount: u64) -> io_client::Instruction {
    spl_token_interface::instruction::transfer(&TOKEN_PROGRAM, from, to, owner, &[], amount)
        .expect("a transfer is well formed")
}
