//! What a thief does with each key, hour by hour, in the order that brings most.

use crate::{
    thief::Thief,
    town::{MINT, RTX_4090, Town},
};
use io_client::{
    Pubkey, emissions, mint, payments,
    shared::{
        constants::{BPS, HARD_CAP, MAX_BOUNTY_BPS, MAX_FEE_BPS, MAX_SLASH_BPS, USDC},
        errors::{EmissionsError, MintError, PaymentsError, StakingError},
        ids::TOKEN_PROGRAM,
        state::{EmissionsRule, Feed, MintPolicy, MinterTerms},
    },
    staking,
};
use io_tests::{
    Failure, Outcome, assert_fails,
    hostile::{HOSTILE_PROGRAM, SCRIPT},
    network::transfer,
};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Hours until a change of rules is in force, and until a slash can be executed.
const RULES: u64 = 48;
const SLASH: u64 = 168;

/// A key that was stolen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Nobody,
    Authority,
    Guardian,
    Slasher,
    GuardianAndSlasher,
    Scorer,
    Gateway,
    Treasury,
}

impl Key {
    pub(crate) const ALL: [Self; 8] = [
        Self::Authority,
        Self::Guardian,
        Self::Slasher,
        Self::GuardianAndSlasher,
        Self::Scorer,
        Self::Gateway,
        Self::Treasury,
        Self::Nobody,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nothing: any keeper",
            Self::Authority => "authority",
            Self::Guardian => "guardian",
            Self::Slasher => "slasher",
            Self::GuardianAndSlasher => "guardian and slasher",
            Self::Scorer => "scorer",
            Self::Gateway => "gateway's wallet",
            Self::Treasury => "treasury",
        }
    }

    /// Whether stake can be slashed with it.
    pub(crate) const fn slashes(self) -> bool {
        matches!(
            self,
            Self::Authority | Self::Slasher | Self::GuardianAndSlasher
        )
    }
}

impl Thief {
    /// What the thief does `hours` after the theft, after the hour's crank and before it is scored. Says
    /// whether the honest scorer scores then.
    pub(crate) fn act(&mut self, key: Key, town: &mut Town, hours: u64) -> bool {
        let (guardian, slasher) = (
            town.keys.guardian.insecure_clone(),
            town.keys.slasher.insecure_clone(),
        );
        match key {
            Key::Nobody => self.keep(town, hours),
            Key::Authority => return self.rule(town, hours),
            Key::Guardian => {
                if hours == 0 {
                    self.halt(town, &guardian);
                }
            }
            Key::Slasher => {
                if hours == 0 {
                    let open = town.members[0].node;
                    let reason = StakingError::HaltFirst;
                    assert_fails(Self::propose(town, &slasher, open), reason);
                    let retired = town.members[2].node;
                    Self::propose(town, &slasher, retired).expect("it is retired");
                }
                self.slash(town, &slasher, hours);
            }
            Key::GuardianAndSlasher => {
                if hours == 0 {
                    self.halt(town, &guardian);
                    self.propose_all(town, &slasher);
                }
                self.slash(town, &slasher, hours);
            }
            Key::Scorer => {
                let scorer = town.keys.scorer.insecure_clone();
                self.score(town, &scorer).expect("a scorer scores");
                return false;
            }
            Key::Gateway => {
                let (key, from) = (town.keys.gateway.insecure_clone(), town.gateway());
                self.empty(town, &key, from);
            }
            Key::Treasury => {
                let (key, treasury) = (town.keys.treasury.insecure_clone(), town.treasury());
                self.sweep(town, treasury);
                self.empty(town, &key, treasury);
            }
        }
        true
    }

    /// As anybody can: cranks first, pays out and buys back through pools of one's own, once a day.
    fn keep(&mut self, town: &mut Town, hours: u64) {
        town.bounty = self.me.io;
        if hours.is_multiple_of(24) {
            self.pay_out(town);
            self.buy_back(town, 100 * USDC);
        }
    }

    fn rule(&mut self, town: &mut Town, hours: u64) -> bool {
        // No key but the authority's signs; it pays for every transaction as well.
        let authority = town.network.world.authority.insecure_clone();
        if hours == 0 {
            self.seize(town, &authority);
        }
        if hours < RULES {
            self.wait(town, hours);
        }
        if hours >= RULES && hours.is_multiple_of(24) {
            self.cash(town);
        }
        let me = self.me.key.insecure_clone();
        self.slash(town, &me, hours);
        let scored = self.score(town, &me);
        if hours < RULES {
            scored.expect("the thief is the scorer");
        }
        false
    }

    /// Everything that is there at once, and everything that waits.
    fn seize(&self, town: &mut Town, authority: &Keypair) {
        let (by, me, usdc) = (authority.pubkey(), self.me.address(), town.network.usdc);
        self.assert_bounded(town, authority);
        town.network.world.deploy("hostile_venue", HOSTILE_PROGRAM);
        for instruction in [
            // Nobody is left who could cancel.
            mint::set_guardian(&by, &me),
            staking::set_guardian(&by, &me),
            emissions::set_guardian(&by, &me),
            payments::set_guardian(&by, &me),
            staking::set_slasher(&by, &me),
            emissions::set_scorer(&by, &me),
            payments::schedule_treasury(&by, &me),
            payments::schedule_asset_fee(&by, &usdc, MAX_FEE_BPS),
            payments::schedule_payout_fee(&by, MAX_FEE_BPS),
            payments::schedule_feed(&by, &usdc, &Feed::NONE),
            payments::schedule_feed(&by, &MINT, &Feed::NONE),
            // What may buy back is not swept.
            payments::schedule_buy_back(&by, 0),
            payments::list_venue(&by, &HOSTILE_PROGRAM, &SCRIPT),
            payments::list_gateway(&by, &me, 0, u64::MAX),
            emissions::schedule_rule(&by, EmissionsRule::BountyBps, MAX_BOUNTY_BPS),
            emissions::schedule_rule(&by, EmissionsRule::BountyCap, u64::MAX),
            emissions::schedule_shares(&by, &[BPS - 1, 1, 0, 0]),
            staking::end_class(&by, RTX_4090.0),
        ] {
            self.must(town, instruction, authority);
        }
        town.bounty = self.me.io;
        self.halt(town, authority);
        self.propose_all(town, &self.me.key);
    }

    /// More than the code allows is not there to be scheduled.
    fn assert_bounded(&self, town: &mut Town, authority: &Keypair) {
        let (by, me, usdc) = (authority.pubkey(), self.me.address(), town.network.usdc);
        let raw_unit = MinterTerms {
            policy: MintPolicy::Allowance { amount: 1 },
            window_limit: u64::MAX,
            window_seconds: 0,
        };
        for promise in [
            mint::add_minter(&by, &me, &raw_unit),
            mint::raise_minter(&by, &by, HARD_CAP),
        ] {
            assert_fails(town.send(promise, authority), MintError::HardCapExceeded);
        }
        for fee in [
            payments::schedule_asset_fee(&by, &usdc, MAX_FEE_BPS + 1),
            payments::schedule_payout_fee(&by, MAX_FEE_BPS + 1),
        ] {
            assert_fails(town.send(fee, authority), PaymentsError::FeeTooHigh);
        }
        let bounty = MAX_BOUNTY_BPS + 1;
        let bounty = emissions::schedule_rule(&by, EmissionsRule::BountyBps, bounty);
        assert_fails(
            town.send(bounty, authority),
            EmissionsError::RuleOutOfBounds,
        );
    }

    /// What waits is not there yet.
    fn wait(&mut self, town: &mut Town, hours: u64) {
        let sweep = payments::sweep(&town.network.usdc, &TOKEN_PROGRAM, &self.me.usdc);
        assert_fails(town.send(sweep, &self.me.key), PaymentsError::WrongTreasury);
        if hours == 0 || hours == RULES - 1 {
            let refused = self.pay_out_by_venue(town).expect_err("listed today");
            let capped = PaymentsError::VenueCapReached.code();
            assert_eq!(refused.code(), Some(capped), "{:?}", refused.error);
        }
    }

    /// What the authority's changes let it take, once they are in force.
    fn cash(&mut self, town: &mut Town) {
        self.sweep(town, self.me.usdc);
        self.pay_out_by_venue(town).expect("the venue is listed");
        self.sweep(town, self.me.usdc);
    }

    fn sweep(&self, town: &mut Town, destination: Pubkey) {
        let sweep = payments::sweep(&town.network.usdc, &TOKEN_PROGRAM, &destination);
        if let Err(failure) = town.send(sweep, &self.me.key) {
            let nothing = PaymentsError::NothingToSweep.code();
            assert_eq!(failure.code(), Some(nothing), "{:?}", failure.error);
        }
    }

    fn empty(&self, town: &mut Town, key: &Keypair, from: Pubkey) {
        let held = town.balance(&from);
        let take = transfer(&from, &self.me.usdc, &key.pubkey(), held);
        self.must(town, take, key);
    }

    fn halt(&self, town: &mut Town, key: &Keypair) {
        let nodes: Vec<_> = town.earning().map(|node| (node.node, node.pool)).collect();
        for (node, pool) in nodes {
            self.must(town, staking::halt_node(&key.pubkey(), &node, pool), key);
        }
    }

    fn propose(town: &mut Town, slasher: &Keypair, node: Pubkey) -> Result<Outcome, Failure> {
        let propose = |bps| staking::propose_slash(&slasher.pubkey(), &node, bps, [1; 32]);
        let more = town.send(propose(MAX_SLASH_BPS + 1), slasher);
        assert_fails(more, StakingError::SlashOutOfBounds);
        town.send(propose(MAX_SLASH_BPS), slasher)
    }

    fn propose_all(&self, town: &mut Town, slasher: &Keypair) {
        for node in town.members.each_ref().map(|member| member.node) {
            Self::propose(town, slasher, node).expect("it is halted or retired");
        }
    }

    /// Tries to execute every hour; nothing is ripe before seven days are over, to the second.
    fn slash(&self, town: &mut Town, slasher: &Keypair, hours: u64) {
        let nodes = town.members.each_ref().map(|member| member.node);
        for node in nodes {
            if town.node(&node).slash_lapses_at == 0 {
                continue;
            }
            let execute = staking::execute_slash(&node, &MINT, &slasher.pubkey());
            let second = i64::from(hours == SLASH);
            town.network.world.advance(-second);
            let early = town.send(execute.clone(), slasher);
            assert_fails(early, StakingError::SlashNotRipe);
            town.network.world.advance(second);
            if hours == SLASH {
                self.must(town, execute, slasher);
            }
        }
    }
}
