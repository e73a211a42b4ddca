//! What instructions name: payments, routes, prices, and accounts that the model knows of.

use super::{
    build::Builder,
    cast::{OTHER, feed_id, order_id, price_account, venue_authority, wallet_account},
};
use crate::{
    World,
    hostile::Script,
    model::{Account, Feed, IO, Order, Part, Route, TokenPayment, Trick, USDC, Who},
    network::transfer,
    pyth::{PYTH, Post},
};
use io_client::{
    Instruction, payments,
    shared::{ids::TOKEN_PROGRAM, state},
    venues,
};
use spl_token_interface::instruction as token;

/// Writes a price account, as no instruction of ours does.
pub fn post(world: &mut World, token: u8, price: &crate::model::Price) {
    let post = Post {
        owner: PYTH,
        discriminator: [34, 241, 35, 99, 157, 126, 244, 205],
        verification: u8::from(price.verified),
        id: feed_id(token, price.right_id),
        price: price.price,
        confidence: price.confidence,
        exponent: price.exponent,
        age: world.now() - price.published,
    };
    post.put(world, price_account(token));
}

impl Builder<'_> {
    pub(super) fn order(order: &Order) -> payments::Order {
        payments::Order {
            id: order_id(order.id),
            expires_at: order.expires_at,
        }
    }

    pub(super) fn part(&self, part: &Part) -> payments::Part {
        payments::Part {
            supplier_owner: self.wallet(part.supplier),
            destination: match part.to {
                Some(to) => wallet_account(to, IO),
                None => self.cast.account(Account::Earnings(part.supplier)),
            },
            amount: part.amount,
        }
    }

    pub(super) fn payment(&self, by: Who, payment: &TokenPayment) -> payments::TokenPayment {
        payments::TokenPayment {
            payer: self.wallet(by),
            mint: self.cast.mint(payment.token),
            source: wallet_account(by, payment.token),
            io_mint: self.cast.mint(IO),
            parts: payment.parts.iter().map(|part| self.part(part)).collect(),
            order: Self::order(&payment.order),
            fee_on_top: payment.on_top,
            min_io_out: payment.min,
        }
    }

    /// A route through the venue, behind the price accounts if both tokens have a feed in force.
    pub(super) fn route(&self, route: &Route, [from, to]: [u8; 2], bounded: bool) -> venues::Route {
        let built = match *route {
            Route::Pool { amount } => {
                let mint = self.cast.mint(if from == OTHER { USDC } else { from });
                self.cast.amm.route(&mint, amount)
            }
            Route::Script { take, give, trick } => self.script([from, to], take, give, trick),
        };
        let feeds = [from, to].map(|token| self.model.payments.feed(token, self.model.now));
        if bounded && feeds.iter().all(Feed::is_listed) {
            return built.bounded_by([price_account(from), price_account(to)]);
        }
        built
    }

    pub(super) fn script(
        &self,
        [from, to]: [u8; 2],
        take: u64,
        give: u64,
        trick: Trick,
    ) -> venues::Route {
        let router = io_client::shared::ids::io_payments::ROUTER.address;
        let (source, target) = (
            self.cast.account(Account::Transit(from)),
            self.cast.account(Account::Transit(to)),
        );
        let hoard = |token| self.cast.account(Account::Hoard(token));
        let mut script = Script::default()
            .call(transfer(&source, &hoard(from), &router, take))
            .call(transfer(&hoard(to), &target, &venue_authority(), give));
        match trick {
            Trick::Honest | Trick::OtherData => {}
            // A mint without an authority mints nothing.
            Trick::Fail => {
                script = script.call(transfer(&hoard(from), &hoard(to), &router, u64::MAX));
            }
            Trick::Delegate => {
                let approve =
                    token::approve(&TOKEN_PROGRAM, &source, &venue_authority(), &router, &[], 1);
                script = script.call(approve.expect("well formed"));
            }
            Trick::Steal(victim) => {
                let from = wallet_account(victim, IO);
                script = script.call(transfer(&from, &hoard(IO), &venue_authority(), 1));
            }
            Trick::Expose => {
                let other = [IO, USDC, OTHER]
                    .into_iter()
                    .find(|token| ![from, to].contains(token))
                    .expect("three tokens");
                let exposed = self.cast.account(Account::Transit(other));
                script = script.call(transfer(&exposed, &hoard(other), &router, 0));
            }
        }
        let mut route = script.route();
        if trick == Trick::OtherData {
            route.data[0] ^= 1;
        }
        route
    }

    pub(super) fn feed(token: u8, feed: &Feed) -> state::Feed {
        if *feed == Feed::default() {
            return state::Feed::NONE;
        }
        let number = |value| u64::try_from(value).unwrap_or(u64::MAX);
        state::Feed {
            owner: PYTH,
            id: feed_id(token, feed.right_id),
            max_age: number(feed.age),
            max_confidence_bps: number(feed.confidence),
            max_deviation_bps: number(feed.deviation),
        }
    }

    pub(super) fn pools(&self) -> u8 {
        u8::try_from(self.model.emissions.pools.len()).expect("at most four")
    }

    /// Who proposed the slash that waits.
    pub(super) fn proposer(&self, node: (Who, u8)) -> Who {
        let node = self.model.staking.nodes.get(&node);
        node.and_then(|node| node.slash).map_or(0, |slash| slash.by)
    }

    /// The emission pool that a node earns from.
    pub(super) fn pool(&self, node: (Who, u8)) -> u8 {
        let staking = &self.model.staking;
        let class = staking.nodes.get(&node).map(|node| node.class);
        class
            .and_then(|class| staking.classes.get(&class))
            .map_or(0, |class| class.pool)
    }

    pub(super) fn class(&self, node: (Who, u8)) -> u16 {
        self.model
            .staking
            .nodes
            .get(&node)
            .map_or(0, |node| node.class)
    }

    /// Lets `by` sign where the owner should.
    pub(super) fn signed_by(
        &self,
        mut instruction: Instruction,
        owner: Who,
        by: Who,
    ) -> Instruction {
        if owner != by {
            let owner = self.wallet(owner);
            for account in &mut instruction.accounts {
                if account.pubkey == owner && account.is_signer {
                    account.pubkey = self.wallet(by);
                }
            }
        }
        instruction
    }
}
