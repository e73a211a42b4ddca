//! Every node with what decides on what it earns: what harvests and syncs are found by.

use futures::try_join;
use io_client::{
    Pubkey, pda,
    rpc::{Network, Result},
    shared::{
        ids::io_staking,
        math::curve::Curve,
        state::{DeviceClass, EmissionsConfig, Node, NodeEmission, RewardPool, StakingConfig},
    },
};
use std::collections::{BTreeMap, HashMap};

/// When an epoch opens, Unix seconds.
pub fn epoch_start(config: &EmissionsConfig, epoch: u64) -> i64 {
    Curve::by_id(config.curve)
        .and_then(|curve| curve.epoch_start(config.start_at, epoch))
        .unwrap_or(i64::MAX)
}

/// A node and, if it is enrolled, its emission account.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub node: Node,
    pub emission: Option<NodeEmission>,
}

/// The nodes of a cluster and the rules that they live by.
#[derive(Clone, Debug)]
pub struct Nodes {
    pub emissions: EmissionsConfig,
    pub staking: StakingConfig,
    /// By id.
    pub pools: Vec<RewardPool>,
    pub classes: HashMap<u16, DeviceClass>,
    pub nodes: BTreeMap<Pubkey, Entry>,
}

impl Nodes {
    pub async fn look(network: &Network, emissions: EmissionsConfig) -> Result<Self> {
        let pools = async {
            let ids = 0..emissions.pool_count;
            let addresses: Vec<_> = ids.map(|id| pda::reward_pool(id).0).collect();
            let pools = network.find_all::<RewardPool>(&addresses).await?;
            Ok(pools.into_iter().flatten().collect())
        };
        let (staking, pools, classes, nodes, mut earning) = try_join!(
            network.account::<StakingConfig>(&io_staking::CONFIG.address),
            pools,
            network.scan::<DeviceClass>(&[]),
            network.scan::<Node>(&[]),
            async {
                let found = network.scan::<NodeEmission>(&[]).await?;
                let found = found.into_iter();
                Ok(found
                    .map(|(_, emission)| (emission.node, emission))
                    .collect::<HashMap<_, _>>())
            },
        )?;
        Ok(Self {
            emissions,
            staking,
            pools,
            classes: classes
                .into_iter()
                .map(|(_, class)| (class.id, class))
                .collect(),
            nodes: nodes
                .into_iter()
                .map(|(address, node)| {
                    let emission = earning.remove(&address);
                    (address, Entry { node, emission })
                })
                .collect(),
        })
    }

    /// Whether every epoch that is over at `now` was shared out.
    pub fn is_advanced(&self, now: i64) -> bool {
        self.emissions.epoch(now) <= self.emissions.epochs_done
    }

    /// When the epoch opened that is open by the books.
    pub fn opened_at(&self) -> i64 {
        epoch_start(&self.emissions, self.emissions.epochs_done)
    }

    /// What a harvest at `now` would move, raw IO, and the node's emission account after it. `None` if the
    /// node is not enrolled.
    pub fn harvested(&self, entry: &Entry, now: i64) -> Option<(u64, NodeEmission)> {
        let mut emission = entry.emission?;
        let mut pool = *self.pools.get(usize::from(emission.pool))?;
        let rules = self.emissions.weight_rules(now);
        emission.settle(&entry.node, &mut pool, &rules, now)?;
        if emission.is_due(&pool) && self.is_advanced(now) {
            let stake = entry.node.earning_stake(now);
            emission.touch(&entry.node, stake, &mut pool, &rules, now)?;
        }
        Some((emission.harvest(&mut pool)?, emission))
    }

    /// The node's emission account `before` after a sync at `now`.
    pub fn synced(&self, node: &Node, before: &NodeEmission, now: i64) -> Option<NodeEmission> {
        let mut emission = *before;
        let mut pool = *self.pools.get(usize::from(emission.pool))?;
        let rules = self.emissions.weight_rules(now);
        emission.settle(node, &mut pool, &rules, now)?;
        emission.touch(node, node.earning_stake(now), &mut pool, &rules, now)?;
        Some(emission)
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
pub mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use io_client::shared::{
        constants::{HOUR, IO},
        state::{EmissionsTerms, Layout, Scheduled, Tranche, TrancheKind},
    };

    const START: i64 = 1_000_000;
    /// In epoch 10, whose predecessors are shared out.
    pub const NOW: i64 = START + 10 * HOUR;
    /// Least stake of a node of one processor.
    pub const MIN: u64 = 200 * IO;

    /// The whole account of a layout.
    pub fn bytes<T: Layout>(account: &T) -> Vec<u8> {
        let mut bytes = T::DISCRIMINATOR.to_vec();
        bytes.extend_from_slice(bytemuck::bytes_of(account));
        bytes
    }

    /// Nodes of one class and one pool.
    pub struct Cluster {
        pub nodes: Nodes,
    }

    impl Cluster {
        pub fn new() -> Self {
            let terms = EmissionsTerms {
                guardian: Pubkey::default(),
                scorer: Pubkey::default(),
                curve: 0,
                start_at: START,
                bounty_bps: 10,
                bounty_cap: IO,
                max_boost_bps: 20_000,
                max_score_age: 24,
                max_score_step_bps: 500,
                pool_shares: [10_000, 0, 0, 0],
            };
            let key = Pubkey::default();
            let mut emissions = EmissionsConfig::new(key, key, 255, &terms).expect("good terms");
            emissions.advance(NOW).expect("ten epochs are over");
            let mut pool = RewardPool::new(0, 10_000, 255);
            pool.epochs_done = 10;
            let class = DeviceClass {
                id: 1,
                multiplier_milli: Scheduled::new(1_000),
                multiplier_before: 1_000,
                max_stake_multiple: Scheduled::new(5),
                ..DeviceClass::zeroed()
            };
            let staking = StakingConfig {
                min_self_stake_bps: Scheduled::new(5_000),
                ..StakingConfig::zeroed()
            };
            Self {
                nodes: Nodes {
                    emissions,
                    staking,
                    pools: vec![pool],
                    classes: [(1, class)].into(),
                    nodes: BTreeMap::new(),
                },
            }
        }

        /// A node with its minimum staked, not known to emissions.
        pub fn registered(&mut self) -> Pubkey {
            let count = u8::try_from(self.nodes.nodes.len()).expect("few");
            // Spread, so that their turns differ.
            let address = Pubkey::new_from_array([count.wrapping_mul(7).wrapping_add(1); 32]);
            let own = Tranche {
                stake: MIN,
                shares: MIN,
                ..Tranche::default()
            };
            let node = Node {
                class: 1,
                processors: 1,
                multiplier_milli: 1_000,
                min_stake: Scheduled::new(MIN),
                max_stake: 5 * MIN,
                min_self_stake_bps: 5_000,
                delegator_tranche: TrancheKind::Protected as u8,
                drop_settlement: u64::MAX,
                tranches: [own, Tranche::default(), Tranche::default()],
                ..Node::zeroed()
            };
            let entry = Entry {
                node,
                emission: None,
            };
            self.nodes.nodes.insert(address, entry);
            address
        }

        /// One that emissions know and nobody scored yet.
        pub fn enrolled(&mut self) -> Pubkey {
            let address = self.registered();
            let pool = self.nodes.pools[0];
            let emission = NodeEmission::new(address, Pubkey::default(), 255, &pool);
            self.nodes
                .nodes
                .get_mut(&address)
                .expect("just made")
                .emission = Some(emission);
            address
        }

        /// One that is scored fully, has its weight in force and `owed` to harvest.
        pub fn earning(&mut self, owed: u64) -> Pubkey {
            let address = self.enrolled();
            let emission = self.emission_mut(&address);
            emission.score_bps = 10_000;
            emission.quality_bps = 10_000;
            emission.score_epoch = 10;
            emission.weight = 10_000_000;
            emission.owed = owed;
            self.nodes.pools[0].total_weight += 10_000_000;
            self.nodes.pools[0].owed += owed;
            address
        }

        pub fn node(&mut self, address: &Pubkey) -> &mut Node {
            &mut self.nodes.nodes.get_mut(address).expect("a node").node
        }

        pub fn emission(&self, address: &Pubkey) -> NodeEmission {
            self.nodes.nodes[address].emission.expect("enrolled")
        }

        pub fn emission_mut(&mut self, address: &Pubkey) -> &mut NodeEmission {
            let entry = self.nodes.nodes.get_mut(address).expect("a node");
            entry.emission.as_mut().expect("enrolled")
        }

        /// Gives the pool `amount` raw IO for the nodes that weigh.
        pub fn share_out(&mut self, pool: usize, amount: u64) {
            let pool = &mut self.nodes.pools[pool];
            pool.distribute(amount, pool.epochs_done, 0).expect("fits");
        }

        /// Shares out an epoch without emission, as if the clock had stood still.
        pub fn next_epoch(&mut self) {
            self.nodes.emissions.epochs_done += 1;
            self.nodes.pools[0].epochs_done += 1;
        }
    }
}
