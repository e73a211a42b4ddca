//! What nodes earned, moved to their stakers.

use crate::{
    HarvestRules, Job,
    nodes::Nodes,
    work::{Found, Work},
};
use io_client::{
    Pubkey, amount, emissions,
    events::Event,
    pda,
    shared::state::{Layout, NodeEmission},
};

/// A harvest for each node that has enough to harvest, or anything and its turn.
pub fn find(nodes: &Nodes, rules: &HarvestRules, now: i64) -> Found {
    let mut found = Found::default();
    for (address, entry) in &nodes.nodes {
        let (Some(before), Some((pending, _))) = (entry.emission, nodes.harvested(entry, now))
        else {
            continue;
        };
        if pending == 0 {
            continue;
        }
        let turn = is_turn(address, nodes.emissions.epochs_done, rules.every);
        if pending < rules.min && !turn {
            found.skip("less than min to harvest");
            continue;
        }
        found.work.push(Work {
            job: Job::Harvest,
            subject: *address,
            since: nodes.opened_at(),
            what: format!("{} IO", amount::format_io(pending)),
            instructions: vec![emissions::harvest(address, before.pool)],
            rent: 0,
            watch: pda::node_emission(address).0,
            still_due: Box::new(move |data| {
                NodeEmission::read_copy(data).is_some_and(|now| now.harvested == before.harvested)
            }),
            proof: |event, node| {
                matches!(event, Event::Harvested(event) if event.node == *node && event.amount > 0)
            },
        });
    }
    found
}

/// Whether the node is harvested in this epoch however little it has: once in `every` epochs, each node in
/// one of its own, the same for all keepers.
fn is_turn(node: &Pubkey, epoch: u64, every: u64) -> bool {
    let [a, b, c, d, ..] = node.to_bytes();
    let place = u64::from(u32::from_le_bytes([a, b, c, d]));
    match (place.checked_rem(every), epoch.checked_rem(every)) {
        (Some(place), Some(now)) => place == now,
        // Never, with 0.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::tests::{Cluster, NOW};
    use io_client::shared::constants::IO;

    #[test]
    fn a_node_is_harvested_from_the_minimum_on() {
        let mut cluster = Cluster::new();
        let [poor, rich, _new] = [
            cluster.earning(IO - 1),
            cluster.earning(IO),
            cluster.enrolled(),
        ];
        let rules = HarvestRules { min: IO, every: 0 };
        let found = find(&cluster.nodes, &rules, NOW);
        let harvested: Vec<_> = found.work.iter().map(|work| work.subject).collect();
        assert_eq!(harvested, [rich]);
        assert_eq!(found.skipped, [("less than min to harvest", 1)].into());
        let all = HarvestRules { min: 1, every: 0 };
        assert_eq!(find(&cluster.nodes, &all, NOW).work.len(), 2);
        // What the pool gave since the last settlement counts too.
        cluster.share_out(0, 10 * IO);
        let found = find(&cluster.nodes, &rules, NOW);
        assert!(found.work.iter().any(|work| work.subject == poor));
    }

    #[test]
    fn every_node_has_its_turn() {
        let mut cluster = Cluster::new();
        let nodes: Vec<_> = (0..20).map(|_| cluster.earning(1)).collect();
        let rules = HarvestRules { min: IO, every: 5 };
        let mut turns = Vec::new();
        for epoch in 100..105 {
            cluster.nodes.emissions.epochs_done = epoch;
            let found = find(&cluster.nodes, &rules, NOW);
            turns.extend(found.work.iter().map(|work| work.subject));
        }
        turns.sort_unstable();
        let mut nodes = nodes;
        nodes.sort_unstable();
        assert_eq!(turns, nodes, "once each");
    }

    #[test]
    fn somebody_elses_harvest_ends_it_and_a_score_does_not() {
        let mut cluster = Cluster::new();
        let node = cluster.earning(IO);
        let rules = HarvestRules { min: IO, every: 0 };
        let found = find(&cluster.nodes, &rules, NOW);
        let emission = cluster.emission(&node);
        let scored = NodeEmission {
            settlements: 9,
            owed: 2 * IO,
            ..emission
        };
        let harvested = NodeEmission {
            owed: 0,
            harvested: IO,
            ..emission
        };
        let due = |emission: &NodeEmission| {
            (found.work[0].still_due)(&crate::nodes::tests::bytes(emission))
        };
        assert!(due(&emission) && due(&scored) && !due(&harvested));
    }
}
