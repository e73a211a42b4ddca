//! A chain and its model, side by side.

use super::{
    build::Builder,
    cast::{Cast, OTHER, Thing, WALLETS},
    compare::{Compare, Differences},
    route::post,
};
use crate::{
    Failure, World,
    model::{Account, DISTRIBUTOR, IO, Model, Raw, Told, USDC, Who},
};
use io_client::{
    Instruction, Pubkey,
    shared::{
        ids::io_emissions,
        state::{EmissionsConfig, Minter as MinterAccount, Node, RewardPool as PoolAccount},
    },
};
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::collections::HashMap;

/// A chain and its model.
pub struct Rig {
    pub world: World,
    pub cast: Cast,
    pub model: Model,
    /// What is at the addresses that were ever named.
    pub things: HashMap<Pubkey, Thing>,
    pub ticket_rent: u64,
}

/// What the model is told: the chain as it is after the step.
pub struct Chain<'a>(pub &'a World, pub &'a Cast);

impl Told for Chain<'_> {
    fn emitted(&self) -> Option<Raw> {
        let config: EmissionsConfig = self.0.try_read(&io_emissions::CONFIG.address)?;
        Some(config.emitted.into())
    }

    fn skipped(&self, minter: Who) -> Option<Raw> {
        let address = self.1.address(Thing::Minter(minter));
        let minter: MinterAccount = self.0.try_read(&address)?;
        Some(minter.skipped.into())
    }

    fn per_weight(&self, pool: u8) -> Option<u128> {
        let pool: PoolAccount = self.0.try_read(&self.1.address(Thing::Pool(pool)))?;
        Some(pool.acc_per_weight.get())
    }

    fn per_share(&self, node: (Who, u8), tranche: u8) -> Option<u128> {
        let node: Node = self.0.try_read(&self.1.node(node))?;
        Some(node.tranches[usize::from(tranche)].rewards_per_share.get())
    }
}

impl Rig {
    /// Sends a transaction that everyone named has signed.
    pub fn send(world: &mut World, instructions: &[Instruction]) -> Result<(), Failure> {
        let payer = world.authority.pubkey();
        let message = Message::new(instructions, Some(&payer));
        let mut transaction = Transaction::new_unsigned(message);
        transaction.message.recent_blockhash = world.svm.latest_blockhash();
        match world.svm.send_transaction(transaction) {
            Ok(_) => Ok(()),
            Err(failed) => Err(failed.into()),
        }
    }

    /// Learns what is at the address of `thing`.
    pub fn know(&mut self, thing: Thing) {
        self.things.insert(self.cast.address(thing), thing);
    }

    pub(super) fn know_all(&mut self) {
        let wallets = 0..WALLETS;
        let tokens = [IO, USDC, OTHER];
        let mut things = vec![
            Thing::MintConfig,
            Thing::IoMint,
            Thing::StakingConfig,
            Thing::EmissionsConfig,
            Thing::PaymentsConfig,
            Thing::Token(Account::Emissions),
            Thing::Minter(DISTRIBUTOR),
        ];
        things.extend((0..4).map(Thing::Pool));
        things.extend((0..2).map(Thing::Venue));
        for who in wallets {
            things.extend([
                Thing::Minter(who),
                Thing::Supplier(who),
                Thing::Gateway(who),
            ]);
            things.push(Thing::Token(Account::Earnings(who)));
            things.extend(tokens.map(|token| Thing::Token(Account::Wallet(who, token))));
        }
        for token in tokens {
            things.push(Thing::Asset(token));
            let of = [
                Account::Transit(token),
                Account::Fees(token),
                Account::Hoard(token),
            ];
            things.extend(of.map(Thing::Token));
        }
        things.extend([IO, USDC].map(|token| Thing::Token(Account::Reserve(token))));
        for thing in things {
            self.know(thing);
        }
    }

    pub fn builder(&self) -> Builder<'_> {
        Builder {
            cast: &self.cast,
            model: &self.model,
            rent: self.ticket_rent,
        }
    }

    pub fn compare(&self) -> Compare<'_> {
        Compare {
            svm: &self.world.svm,
            cast: &self.cast,
            model: &self.model,
        }
    }

    /// What differs between chain and model, over everything that was ever named.
    pub fn differences(&self) -> Vec<String> {
        let compare = self.compare();
        let mut found = Differences::default();
        for (address, thing) in &self.things {
            compare.check(*thing, address, &mut found);
        }
        found.0
    }

    /// Posts a price.
    pub fn post(&mut self, token: u8, price: &crate::model::Price) {
        post(&mut self.world, token, price);
    }
}
