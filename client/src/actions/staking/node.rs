//! A node with all that its instructions need.

use crate::{
    Instruction, Pubkey,
    actions::emissions::EmissionState,
    emissions, pda,
    rpc::{At, Error, Network, Result},
    staking::Stake,
};
use core::mem::offset_of;
use io_shared::{
    constants::DEPOSIT_MAX_CRANK_DELAY,
    ids::io_emissions,
    state::{DeviceClass, EmissionsConfig, Node, NodeEmission, Position, RewardPool, TrancheKind},
};
use std::collections::HashMap;

/// A node and what belongs to it, at one moment.
#[derive(Clone, Copy, Debug)]
pub struct NodeState {
    pub address: Pubkey,
    pub node: Node,
    pub class: DeviceClass,
    /// The rules that weigh it and the clock of the emission.
    pub config: EmissionsConfig,
    pub pool: RewardPool,
    /// What it earns; `None` if it was never enrolled.
    pub emission: Option<NodeEmission>,
    /// Unix seconds, as programs see them.
    pub now: i64,
}

/// One wallet's stake of one kind on a node.
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    pub stake: Stake,
    pub position: Position,
    /// Raw IO that its shares are worth.
    pub value: u64,
    /// Raw IO that a claim brings, with a harvest in front.
    pub claimable: u64,
}

impl NodeState {
    /// The node at `address` as the chain has it.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none.
    pub async fn read(network: &Network, address: &Pubkey) -> Result<Self> {
        let node: Node = network.account(address).await?;
        let emission = network.find(&node.node_emission).await?;
        Ok(Self {
            address: *address,
            node,
            class: network.account(&pda::device_class(node.class).0).await?,
            config: network.account(&io_emissions::CONFIG.address).await?,
            pool: network.account(&node.reward_pool).await?,
            emission,
            now: network.clock().await?.now,
        })
    }

    /// Every node, or every node of one operator, sorted by address, with as few requests as that takes.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] on a cluster that was not set up.
    pub async fn scan(network: &Network, operator: Option<&Pubkey>) -> Result<Vec<Self>> {
        let of = operator.map(|operator| At::field(offset_of!(Node, operator), operator));
        let nodes = network.scan::<Node>(of.as_slice()).await?;
        let emissions = match operator {
            // One request for all is less than one for each hundred.
            None => network.scan::<NodeEmission>(&[]).await?,
            Some(_) => {
                let addresses: Vec<_> = nodes.iter().map(|(_, node)| node.node_emission).collect();
                let found = network.find_all(&addresses).await?;
                addresses
                    .into_iter()
                    .zip(found)
                    .filter_map(|(address, emission)| Some((address, emission?)))
                    .collect()
            }
        };
        let emissions: HashMap<Pubkey, NodeEmission> = emissions.into_iter().collect();
        let classes = network.scan::<DeviceClass>(&[]).await?;
        let state = EmissionState::read(network).await?;
        let classes: HashMap<u16, DeviceClass> = classes
            .into_iter()
            .map(|(_, class)| (class.id, class))
            .collect();
        let nodes = nodes.into_iter().filter_map(|(address, node)| {
            let class = *classes.get(&node.class)?;
            Some(Self {
                address,
                node,
                class,
                config: state.config,
                pool: *state.pools.get(usize::from(class.pool))?,
                emission: emissions.get(&node.node_emission).copied(),
                now: state.now,
            })
        });
        Ok(nodes.collect())
    }

    /// Id of the emission pool of its class.
    pub const fn pool_id(&self) -> u8 {
        self.class.pool
    }

    /// The kind of stake that `wallet` would deposit now.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if the node names no kind.
    pub fn kind_of(&self, wallet: &Pubkey) -> Result<TrancheKind> {
        if *wallet == self.node.operator {
            return Ok(TrancheKind::Operator);
        }
        self.node
            .delegator_kind()
            .map_err(|error| Error::Unusable(error.message().to_owned()))
    }

    /// What brings the rewards of the stake that is there to its owners: a harvest, if the node earns.
    pub fn harvest(&self) -> Option<Instruction> {
        self.emission
            .map(|_| emissions::harvest(&self.address, self.pool_id()))
    }

    /// Whether a deposit is refused until somebody cranks.
    pub fn needs_crank(&self) -> bool {
        let earns = self.emission.is_some_and(|emission| emission.weight != 0);
        // Half the delay that is allowed, so that it is still allowed when the deposit lands.
        earns && self.now.saturating_sub(self.pool.due_at) > DEPOSIT_MAX_CRANK_DELAY / 2
    }

    /// What it earns, after a settlement now: with what it is owed, and the weight that its score and its
    /// stake leave it. `None` if it was never enrolled.
    pub fn settled(&self) -> Option<NodeEmission> {
        let (mut emission, mut pool) = (self.emission?, self.pool);
        let rules = self.config.weight_rules(self.now);
        // Books that do not add up are left as they are.
        let _ = emission.settle(&self.node, &mut pool, &rules, self.now);
        Some(emission)
    }

    /// The node's books after a harvest.
    fn harvested(&self) -> Node {
        let mut node = self.node;
        let owed = self.settled().map_or(0, |emission| emission.owed);
        // Books that do not add up are left as they are.
        let _ = node.share_out(owed, self.now);
        node
    }

    /// What a position is worth and brings.
    pub fn holding(&self, stake: Stake, position: Position) -> Holding {
        let value = self.node.tranche(stake.tranche).value_of(position.shares);
        let claim = self.harvested().claim(&mut { position });
        Holding {
            stake,
            position,
            value: value.unwrap_or(0),
            claimable: claim.map_or(0, |claim| claim.amount),
        }
    }

    /// The wallet's positions on this node, the one that risks most first.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`] alone.
    pub async fn holdings(&self, network: &Network, owner: &Pubkey) -> Result<Vec<Holding>> {
        let kinds = [
            TrancheKind::Operator,
            TrancheKind::Exposed,
            TrancheKind::Protected,
        ];
        let stakes = kinds.map(|tranche| Stake {
            node: self.address,
            owner: *owner,
            tranche,
        });
        let positions = network
            .find_all::<Position>(&stakes.map(|stake| stake.position()))
            .await?;
        Ok(stakes
            .into_iter()
            .zip(positions)
            .filter_map(|(stake, position)| Some(self.holding(stake, position?)))
            .collect())
    }
}
