use crate::{
    ID,
    remaining::{layout, layout_mut},
};
use anchor_lang::{address_eq, pinocchio::sysvars::Sysvar as _, prelude::*};
use io_shared::{
    errors::EmissionsError,
    events::{MAX_SCORES, NodeScore, ScoresSetEvent},
    ids::io_emissions,
    state::{EmissionsConfig, Node, NodeEmission, RewardPool, WeightRules},
};

/// Scores nodes of one pool: settles each, puts the score in force and brings the weight up to date.
///
/// - `scorer` signs and is the config's
/// - every epoch that is over was shared out
/// - after the declared accounts come a node and its node emission for each score, at most 24 pairs
/// - each node is of this pool, and was not scored in this epoch
/// - each score is at most 10,000 basis points, and 0 or within reach of the node's last
#[derive(Accounts)]
pub struct SetScores {
    #[account(address = config.scorer @ EmissionsError::Unauthorized)]
    pub scorer: Signer,
    #[account(address = io_emissions::CONFIG.address @ EmissionsError::WrongAccount)]
    pub config: Account<EmissionsConfig>,
    #[account(mut)]
    pub pool: Account<RewardPool>,
    #[account(address = io_emissions::EVENT_AUTHORITY.address @ EmissionsError::WrongAccount)]
    pub event_authority: UncheckedAccount,
    #[account(address = io_emissions::ID @ EmissionsError::WrongAccount)]
    pub program: UncheckedAccount,
}

impl SetScores {
    pub fn set_scores(&mut self, accounts: &[AccountView], scores: &[u16]) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let epoch = self.pool.epochs_done;
        require!(self.config.epoch(now) <= epoch, EmissionsError::CrankFirst);
        let (pairs, rest) = accounts.as_chunks::<2>();
        require!(
            pairs.len() == scores.len() && scores.len() <= MAX_SCORES && rest.is_empty(),
            EmissionsError::WrongScoreCount
        );
        let rules = self.config.weight_rules(now);
        let mut event = ScoresSetEvent::new(self.pool.id, epoch);
        for ([node, emission], score) in pairs.iter().zip(scores) {
            let scored = score_node(&mut self.pool, node, emission, *score, &rules, now)?;
            event.push(scored).ok_or(EmissionsError::WrongScoreCount)?;
        }
        io_cpi::event::emit_bytes(
            &ID,
            self.event_authority.account(),
            io_emissions::EVENT_AUTHORITY.bump,
            event.bytes(),
        );
        Ok(())
    }
}

#[inline(always)]
fn score_node(
    pool: &mut RewardPool,
    node_view: &AccountView,
    emission: &AccountView,
    score: u16,
    rules: &WeightRules,
    now: i64,
) -> Result<NodeScore> {
    let mut emission = *emission;
    let node = layout::<Node>(node_view).ok_or(EmissionsError::WrongNode)?;
    // SAFETY: a node emission is neither the node (of another program) nor the pool (of another
    // discriminator), and the caller's loop holds no other.
    let emission = unsafe { layout_mut::<NodeEmission>(&mut emission) }
        .filter(|emission| address_eq(&emission.node, node_view.address()))
        .ok_or(EmissionsError::WrongNode)?;
    require!(emission.pool == pool.id, EmissionsError::WrongPool);
    let settled = emission
        .settle(node, pool, rules, now)
        .ok_or(EmissionsError::Overflow)?;
    emission.score(u64::from(score), pool, rules)?;
    emission
        .touch(node, node.earning_stake(now), pool, rules, now)
        .ok_or(EmissionsError::Overflow)?;
    Ok(NodeScore {
        node: *node_view.address(),
        score_bps: u64::from(score),
        earned: settled.earned,
        forfeited: settled.forfeited,
        weight: emission.weight,
        pending_weight: emission.pending_weight,
    })
}
