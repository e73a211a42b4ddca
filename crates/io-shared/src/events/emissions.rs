//! Events of `io_emissions`.

use super::{EVENT_TAG, Event, event};
use crate::Address;
use bytemuck::{Pod, Zeroable};

event! {
    /// The distributor began.
    EmissionsInitialized {
        authority: Address,
        guardian: Address,
        scorer: Address,
        mint: Address,
        /// Id of the curve.
        curve: u64,
        start_at: i64,
        /// Epochs that others emitted before, on an adopted mint.
        epochs_done: u64,
        /// Raw IO that they emitted.
        emitted: u64,
        bounty_bps: u64,
        /// Raw IO.
        bounty_cap: u64,
        max_boost_bps: u64,
        max_score_age: u64,
        max_score_step_bps: u64,
        pool_count: u64,
        /// Basis points by pool id; 0 from `pool_count` on.
        pool_shares: [u64; 4],
    }
}

event! {
    /// A node can be scored from now on.
    NodeEnrolled {
        node: Address,
        rent_payer: Address,
        /// Pool id.
        pool: u64,
    }
}

event! {
    /// A node's emission account was closed, its weight taken out of the pool.
    NodeEmissionClosed {
        node: Address,
        rent_payer: Address,
        /// Back in the pool, raw IO.
        forfeited: u64,
    }
}

event! {
    /// Epochs were paid for.
    EpochAdvanced {
        /// The epoch that is open now.
        epoch: u64,
        /// How many this call covered.
        epochs: u64,
        /// Raw IO minted.
        emission: u64,
        /// Part of it for the cranker, raw IO.
        bounty: u64,
        /// Token account that the bounty went to.
        bounty_account: Address,
        /// Raw IO by pool id; carried where the pool had no weight.
        pool_amounts: [u64; 4],
    }
}

event! {
    /// A node's emission was settled and its weight brought up to date.
    NodeSynced {
        node: Address,
        epoch: u64,
        /// Raw IO.
        earned: u64,
        /// Back in the pool, raw IO.
        forfeited: u64,
        weight: u64,
        pending_weight: u64,
    }
}

event! {
    /// A node's emission was settled and moved to its reward vault.
    Harvested {
        node: Address,
        /// The open epoch as far as the pool has been given its part.
        epoch: u64,
        /// Raw IO.
        earned: u64,
        /// Back in the pool, raw IO.
        forfeited: u64,
        /// Moved, raw IO.
        amount: u64,
        weight: u64,
        pending_weight: u64,
    }
}

event! {
    /// Someone else posts scores now.
    ScorerSet {
        scorer: Address,
    }
}

event! {
    /// First step of a hand-over of the authority; all zero withdraws a nomination.
    EmissionsAuthorityNominated {
        authority: Address,
        nominee: Address,
    }
}

event! {
    /// Second step of a hand-over of the authority.
    EmissionsAuthorityAccepted {
        authority: Address,
    }
}

event! {
    /// The guardian was replaced.
    EmissionsGuardianSet {
        guardian: Address,
    }
}

event! {
    /// Every change that waited was dropped.
    EmissionsChangesCancelled {
        signer: Address,
    }
}

event! {
    /// A rule will change.
    EmissionsRuleScheduled {
        /// An [`crate::state::EmissionsRule`].
        rule: u64,
        next: u64,
        effective_at: i64,
    }
}

event! {
    /// The split over the pools will change.
    PoolSharesScheduled {
        /// Basis points by pool id.
        pool_shares: [u64; 4],
        effective_at: i64,
    }
}

event! {
    /// Nodes of one pool were scored: the head of [`ScoresSetEvent`], which `count` [`NodeScore`]s follow.
    ScoresSet {
        /// Pool id.
        pool: u64,
        epoch: u64,
        count: u64,
    }
}

/// One node's part of [`ScoresSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
pub struct NodeScore {
    pub node: Address,
    /// Basis points; 0 for down.
    pub score_bps: u64,
    /// Raw IO.
    pub earned: u64,
    /// Back in the pool, raw IO.
    pub forfeited: u64,
    pub weight: u64,
    pub pending_weight: u64,
}

/// Most nodes that one call may score.
pub const MAX_SCORES: usize = 24;

/// The bytes of a [`ScoresSet`] with its nodes, as they are recorded.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct ScoresSetEvent {
    tag: [u8; 8],
    discriminator: [u8; 8],
    head: ScoresSet,
    nodes: [NodeScore; MAX_SCORES],
}

impl ScoresSetEvent {
    pub fn new(pool: u8, epoch: u64) -> Self {
        Self {
            tag: EVENT_TAG,
            discriminator: ScoresSet::DISCRIMINATOR,
            head: ScoresSet {
                pool: u64::from(pool),
                epoch,
                count: 0,
            },
            nodes: Zeroable::zeroed(),
        }
    }

    /// Adds a node; `None` if there are [`MAX_SCORES`] already.
    #[inline]
    pub fn push(&mut self, node: NodeScore) -> Option<()> {
        let count = usize::try_from(self.head.count).ok()?;
        *self.nodes.get_mut(count)? = node;
        self.head.count = self.head.count.checked_add(1)?;
        Some(())
    }

    /// What to record: everything up to the last node.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        let bytes = bytemuck::bytes_of(self);
        let unused = MAX_SCORES
            .saturating_sub(usize::try_from(self.head.count).unwrap_or(MAX_SCORES))
            .saturating_mul(size_of::<NodeScore>());
        bytes
            .get(..bytes.len().saturating_sub(unused))
            .unwrap_or(bytes)
    }
}

impl ScoresSet {
    /// Decodes the data of an event instruction into the head and its nodes; `None` if it is another
    /// event or none.
    pub fn decode_nodes(data: &[u8]) -> Option<(Self, impl Iterator<Item = NodeScore> + '_)> {
        let data = data.strip_prefix(&EVENT_TAG)?;
        let data = data.strip_prefix(&Self::DISCRIMINATOR)?;
        let (head, nodes) = data.split_at_checked(size_of::<Self>())?;
        let head: Self = bytemuck::try_pod_read_unaligned(head).ok()?;
        let nodes = nodes.chunks_exact(size_of::<NodeScore>());
        if !nodes.remainder().is_empty() || u64::try_from(nodes.len()) != Ok(head.count) {
            return None;
        }
        Some((head, nodes.map(bytemuck::pod_read_unaligned)))
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails"
)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn score(n: u8) -> NodeScore {
        NodeScore {
            node: Address::new_from_array([n; 32]),
            score_bps: u64::from(n),
            earned: 1,
            forfeited: 2,
            weight: 3,
            pending_weight: 4,
        }
    }

    #[test]
    fn batches_of_scores_round_trip() {
        for count in 0..=24 {
            let mut event = ScoresSetEvent::new(2, 99);
            for n in 0..count {
                event.push(score(n)).expect("room");
            }
            let (head, nodes) = ScoresSet::decode_nodes(event.bytes()).expect("decodes");
            assert_eq!(
                head,
                ScoresSet {
                    pool: 2,
                    epoch: 99,
                    count: u64::from(count)
                }
            );
            assert_eq!(
                nodes.collect::<Vec<_>>(),
                (0..count).map(score).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_full_batch_takes_no_more_and_a_cut_one_is_refused() {
        let mut event = ScoresSetEvent::new(0, 0);
        for n in 0..24 {
            event.push(score(n)).expect("room");
        }
        assert_eq!(event.push(score(24)), None);
        let bytes = event.bytes();
        assert!(ScoresSet::decode_nodes(&bytes[..bytes.len() - 1]).is_none());
        assert!(ScoresSet::decode_nodes(&bytes[..bytes.len() - size_of::<NodeScore>()]).is_none());
        assert!(ScoresSet::decode_nodes(&bytes[1..]).is_none());
    }
}
