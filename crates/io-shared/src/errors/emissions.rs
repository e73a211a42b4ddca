use super::errors;

errors! {
    /// Errors of `io_emissions`.
    EmissionsError from 6200 {
        Unauthorized = "the signer may not do this; sign with the account named in the config",
        WrongAccount = "an account is not the one this instruction needs; derive it with the client library",
        NotUpgradeAuthority = "only the program's upgrade authority may initialize it; sign with that",
        UnknownCurve = "no emission curve has this id; use 0 (hourly) or 1 (monthly)",
        WrongShares = "the pools' shares must be above 0 and sum to 10,000 basis points, one pool account for each",
        RuleOutOfBounds = "the rule does not exist or may not have this value; see the constants",
        WrongMint = "the mint or token account is not of the IO mint that io_mint governs",
        WrongPool = "the pool is not this node's, or the pools are not all there in the order of their ids",
        WrongNode = "the node emission account belongs to another node",
        NodeRetired = "the node is retired and cannot earn again; enroll another",
        NodeNotRetired = "the node is not retired yet; retire it before closing its account",
        NotNominated = "the signer was not nominated; ask the authority to nominate it",
        HarvestFirst = "the node is still owed emission; harvest it first",
        CrankFirst = "an epoch is over and not shared out yet; call advance_epoch first",
        WrongScoreCount = "one score is needed for each pair of node and node emission accounts, at most 24",
        ScoreTooHigh = "a score may be at most 10,000 basis points",
        ScoreStepTooLarge = "the score moves more than max_score_step_bps per epoch; approach it in steps",
        AlreadyScored = "the node was scored in this epoch already; wait for the next",
        Overflow = "the books do not add up; report this, it should be impossible",
        WrongMinter = "the distributor's minter follows no schedule, or another; add one on the same curve and start",
    }
}
