use super::errors;

errors! {
    /// Errors of `io_staking`.
    StakingError from 6100 {
        Unauthorized = "the signer may not do this; sign with the account named in the config",
        WrongAccount = "an account is not the one this instruction needs; derive it with the client library",
        NotUpgradeAuthority = "only the program's upgrade authority may initialize it",
        NotNominated = "the signer is not the nominated authority; the authority nominates first",
        NotOperator = "only the node's operator may do this; sign with its wallet",
        NotOwner = "only the position's owner may do this; sign with its wallet",
        WrongNode = "the account belongs to another node; pass the node it was made for",
        WrongPosition = "the ticket belongs to another position; pass the position it was requested from",
        WrongClass = "the class is not the node's; pass the class the node was registered with",
        WrongVault = "the token account is not this node's vault; read its address from the node",
        WrongDestination = "the destination is not a token account of the position's payout wallet",
        WrongRentPayer = "the rent goes to another account; read its address from the account to close",
        WrongTranche = "the tranche is not open to this owner; use the operator's, or the class's delegator tranche",
        ClassOutOfBounds = "a class needs a pool below 4, a multiplier up to 1,000 and a maximum of 1 to 100 minimums",
        ClassDisabled = "the class takes no new nodes; choose another",
        ProcessorsOutOfBounds = "a node has 1 to 1,024 processors",
        CommissionTooHigh = "a commission is at most 10,000 basis points",
        SelfStakeTooHigh = "the operator's smallest part is at most 10,000 basis points",
        Paused = "deposits and new nodes are paused; exits and claims are not",
        NodeNotOpen = "the node takes no stake and cannot be halted: it is halted or retired",
        NodeNotHalted = "the node is not halted; only a halted node can resume",
        DelegationClosed = "the operator takes no stake of others; choose another node",
        NodeFull = "the node's maximum stake leaves less room than asked for; lower the amount or min_accepted",
        OperatorStakeTooLow = "the operator's own stake does not cover this much stake of others; lower the amount",
        HarvestFirst = "the node has rewards to share out first; put io_emissions' harvest before this instruction",
        ZeroAmount = "the amount must be more than 0",
        InsufficientStake = "the position is worth less than the amount; ask for less, or for all with u64::MAX",
        StillCooling = "the ticket has not cooled down; wait until its unlock_at",
        SlashOpen = "a slash proposal is open on the node; wait until it is executed, cancelled or lapsed",
        NothingToClaim = "no rewards to claim; harvest the node first or come back later",
        TicketNotBlank = "the ticket is not a blank account of io_staking; make one in the instruction before, as the client library does",
        Overflow = "the amounts do not fit the books; ask for less",
    }
}
