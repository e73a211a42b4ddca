//! Terms of nodes that differ from their class's, and weights that differ from what the stake is worth.

use crate::{
    Job,
    nodes::{Entry, Nodes},
    work::{Found, Work},
};
use io_client::{
    Pubkey, emissions,
    events::Event,
    pda,
    shared::state::{DeviceClass, Layout, Node, NodeEmission},
    staking,
};
use std::collections::HashSet;

/// A sync for each node that needs one, once those in `harvested` are harvested.
pub fn find(nodes: &Nodes, harvested: &HashSet<Pubkey>, now: i64) -> Found {
    let mut found = Found::default();
    for (address, entry) in &nodes.nodes {
        // It earns nothing, for good.
        if entry.node.is_retired() {
            continue;
        }
        let work = terms(nodes, address, entry, now)
            .or_else(|| weight(nodes, address, entry, harvested.contains(address), now));
        found.work.extend(work);
    }
    found
}

/// Terms: harvested in front, because what accrued belongs to the old ones, and weighed behind.
fn terms(nodes: &Nodes, address: &Pubkey, entry: &Entry, now: i64) -> Option<Work> {
    let class = *nodes.classes.get(&entry.node.class)?;
    let config = nodes.staking;
    let differ = move |node: &Node, class: &DeviceClass| {
        { *node }.sync_terms(class, &config, now) == Ok(true)
    };
    if !differ(&entry.node, &class) {
        return None;
    }
    let mut instructions = Vec::new();
    if entry.emission.is_some() {
        instructions.push(emissions::harvest(address, class.pool));
    }
    instructions.push(staking::sync_class(address, class.id, class.pool));
    if entry.emission.is_some() && nodes.is_advanced(now) {
        instructions.push(emissions::sync_node(address, class.pool));
    }
    Some(Work {
        job: Job::Sync,
        subject: *address,
        since: nodes.opened_at(),
        what: "terms of its class".to_owned(),
        instructions,
        rent: 0,
        watch: *address,
        still_due: Box::new(move |data| {
            Node::read_copy(data).is_some_and(|node| differ(&node, &class))
        }),
        proof: |event, node| matches!(event, Event::NodeTermsSynced(event) if event.node == *node),
    })
}

/// A weight that rose with the stake, or waited for its epoch, or lost its ground by itself. One that a
/// harvest puts in force needs no sync.
fn weight(
    nodes: &Nodes,
    address: &Pubkey,
    entry: &Entry,
    harvested: bool,
    now: i64,
) -> Option<Work> {
    if !nodes.is_advanced(now) {
        return None;
    }
    let before = if harvested {
        nodes.harvested(entry, now)?.1
    } else {
        entry.emission?
    };
    let after = nodes.synced(&entry.node, &before, now)?;
    let weights = |emission: &NodeEmission| (emission.weight, emission.pending_weight);
    if weights(&before) == weights(&after) {
        return None;
    }
    let (weight, waiting) = weights(&after);
    Some(Work {
        job: Job::Sync,
        subject: *address,
        since: nodes.opened_at(),
        what: format!(
            "weight {weight}, from the next epoch on {}",
            waiting.max(weight)
        ),
        instructions: vec![emissions::sync_node(address, before.pool)],
        rent: 0,
        watch: pda::node_emission(address).0,
        still_due: Box::new(move |data| {
            NodeEmission::read_copy(data).is_some_and(|now| weights(&now) == weights(&before))
        }),
        proof: |event, node| matches!(event, Event::NodeSynced(event) if event.node == *node),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::tests::{Cluster, MIN, NOW};
    use io_client::shared::state::{ClassRule, NodeStatus, Scheduled};

    fn synced(cluster: &Cluster, harvested: &[Pubkey], now: i64) -> Vec<Work> {
        let harvested = harvested.iter().copied().collect();
        find(&cluster.nodes, &harvested, now).work
    }

    #[test]
    fn nodes_that_are_up_to_date_are_left_alone() {
        let mut cluster = Cluster::new();
        cluster.earning(5);
        cluster.enrolled();
        assert!(synced(&cluster, &[], NOW).is_empty());
    }

    #[test]
    fn a_deposit_raises_the_weight_once() {
        let mut cluster = Cluster::new();
        let node = cluster.earning(0);
        cluster.node(&node).tranches[0].stake = 3 * MIN;
        let work = synced(&cluster, &[], NOW);
        assert_eq!(work.len(), 1);
        assert_eq!(work[0].instructions.len(), 1);
        // Synced: it waits for the next epoch, and nothing more is due in this one.
        let entry = cluster.nodes.nodes[&node];
        let after = cluster
            .nodes
            .synced(&entry.node, &cluster.emission(&node), NOW);
        let after = after.expect("it adds up");
        let due = &work[0].still_due;
        assert!(due(&crate::nodes::tests::bytes(&cluster.emission(&node))));
        assert!(!due(&crate::nodes::tests::bytes(&after)));
        *cluster.emission_mut(&node) = after;
        assert!(synced(&cluster, &[], NOW).is_empty());
        // Then it is put in force: by a harvest if there is one, else by a sync.
        cluster.next_epoch();
        assert_eq!(synced(&cluster, &[], NOW).len(), 1);
        assert!(synced(&cluster, &[node], NOW).is_empty());
    }

    #[test]
    fn no_weight_rises_before_the_epoch_is_advanced() {
        let mut cluster = Cluster::new();
        let node = cluster.earning(0);
        cluster.node(&node).tranches[0].stake = 3 * MIN;
        let late = NOW + 3_600;
        assert!(synced(&cluster, &[], late).is_empty());
    }

    #[test]
    fn terms_are_synced_with_a_harvest_in_front() {
        let mut cluster = Cluster::new();
        let [earning, unknown] = [cluster.earning(5), cluster.registered()];
        let class = cluster.nodes.classes.get_mut(&1).expect("the only one");
        class
            .schedule(ClassRule::MaxStakeMultiple, 7, NOW - 200_000)
            .expect("allowed");
        let work = synced(&cluster, &[], NOW);
        let mut count: Vec<_> = work
            .iter()
            .map(|w| (w.subject, w.instructions.len()))
            .collect();
        count.sort_unstable();
        let mut expected = [(earning, 3), (unknown, 1)];
        expected.sort_unstable();
        assert_eq!(count, expected);
        cluster.node(&earning).status = NodeStatus::Retired as u8;
        assert_eq!(synced(&cluster, &[], NOW).len(), 1);
    }

    #[test]
    fn terms_that_wait_for_their_time_are_not_due() {
        let mut cluster = Cluster::new();
        cluster.registered();
        cluster.nodes.staking.min_self_stake_bps = Scheduled::waiting(5_000, 6_000, NOW + 1);
        assert!(synced(&cluster, &[], NOW).is_empty());
        assert_eq!(synced(&cluster, &[], NOW + 1).len(), 1);
    }
}
