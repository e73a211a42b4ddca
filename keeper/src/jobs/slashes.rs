//! Slashes that nobody cancelled in time.

use crate::{
    Job,
    work::{Found, Work},
};
use io_client::{
    Pubkey,
    events::Event,
    rpc::{Network, Result},
    shared::state::{Layout, SlashProposal},
    staking,
};

pub async fn look(network: &Network) -> Result<Vec<(Pubkey, SlashProposal)>> {
    network.scan(&[]).await
}

/// An execution for each proposal that is ripe and has not lapsed.
pub fn find(proposals: &[(Pubkey, SlashProposal)], mint: &Pubkey, now: i64) -> Found {
    let mut found = Found::default();
    for (address, proposal) in proposals {
        if proposal.has_lapsed(now) {
            found.skip("lapsed");
            continue;
        }
        if proposal.check_ripe(now).is_err() {
            continue;
        }
        let seen = *proposal;
        found.work.push(Work {
            job: Job::Slashes,
            subject: proposal.node,
            since: proposal.executable_at,
            what: format!("{} basis points", proposal.bps),
            instructions: vec![staking::execute_slash(
                &proposal.node,
                mint,
                &proposal.rent_payer,
            )],
            rent: 0,
            watch: *address,
            still_due: Box::new(move |data| {
                SlashProposal::read_copy(data)
                    .is_some_and(|now| now.proposed_at == seen.proposed_at)
            }),
            proof: |event, node| matches!(event, Event::NodeSlashed(event) if event.node == *node),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use io_client::shared::constants::DAY;

    #[test]
    fn a_slash_is_executed_between_7_and_30_days() {
        let [address, node, payer] = [1, 2, 3].map(|n| Pubkey::new_from_array([n; 32]));
        let proposal = SlashProposal::new(node, payer, [9; 32], 500, 0, 255).expect("in bounds");
        let proposals = [(address, proposal)];
        for (now, due, lapsed) in [
            (7 * DAY - 1, 0, false),
            (7 * DAY, 1, false),
            (30 * DAY - 1, 1, false),
            (30 * DAY, 0, true),
        ] {
            let found = find(&proposals, &Pubkey::default(), now);
            assert_eq!(found.work.len(), due, "{now}");
            assert_eq!(found.skipped.contains_key("lapsed"), lapsed, "{now}");
        }
    }
}
