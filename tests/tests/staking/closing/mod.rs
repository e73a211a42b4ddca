//! Nodes that are given up, emptied and closed, and positions that are closed.

use crate::fixture::{Fixture, Staker};
use io_client::{Pubkey, shared::constants::COOLDOWN, staking};
use io_tests::{Failure, Outcome};
use solana_keypair::Keypair;
use solana_signer::Signer;

mod close_node;
mod close_position;
mod emissions;
mod retire_node;
mod unstake_retired;

impl Fixture {
    /// Asked for by `caller`; the ticket.
    fn try_unstake_for(
        &mut self,
        caller: &Keypair,
        staker: &Staker,
    ) -> (Pubkey, Result<Outcome, Failure>) {
        let rent = self.world.rent(staking::TICKET_SPACE);
        let (ticket, instructions) =
            staking::unstake_retired(&caller.pubkey(), &staker.stake, rent);
        (ticket, self.world.send(&instructions, &[caller]))
    }

    fn try_close_position(&mut self, by: &Keypair, staker: &Staker) -> Result<Outcome, Failure> {
        let close = staking::close_position(&by.pubkey(), &staker.stake, &staker.stake.owner);
        self.world.send(&[close], &[by])
    }

    /// What was left goes to `destination`; signed by nobody in particular.
    fn try_close_node(&mut self, destination: &Pubkey) -> Result<Outcome, Failure> {
        let close = staking::close_node(&self.node, destination, &self.operator.pubkey());
        self.world.send(&[close], &[])
    }

    /// What anyone can do for an absent staker on a retired node.
    fn help_out(&mut self, caller: &Keypair, staker: &Staker) {
        if self.position(staker).shares > 0 {
            let (ticket, result) = self.try_unstake_for(caller, staker);
            result.expect("anyone may");
            self.world.advance(COOLDOWN);
            let withdraw =
                staking::withdraw_ticket(&staker.stake, &ticket, &staker.tokens, &caller.pubkey());
            self.world.run(&[withdraw], &[]);
        }
        let _ = self.try_claim(staker);
        self.try_close_position(caller, staker).expect("empty");
    }
}
