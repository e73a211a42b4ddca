use super::errors;

errors! {
    /// Errors of `io_mint`.
    MintError from 6000 {
        Unauthorized = "the signer may not do this; sign with the account that the config or the minter names",
        WrongAccount = "an account is not the one this instruction needs; derive it with the client library",
        NotUpgradeAuthority = "only the program's upgrade authority may initialize it; sign with that account",
        NotNominated = "the signer was not nominated as authority; have the current authority nominate it first",
        Paused = "minting is paused; wait until the authority resumes it (burning still works)",
        ZeroAmount = "the amount is zero; name at least one raw unit",
        NotActive = "the minter is not active yet; wait until its `active_at`",
        AllowanceExceeded = "the minter's allowance does not reach so far; mint at most `total - minted`",
        ScheduleExceeded = "the schedule has not emitted so much yet; mint at most what is due by now",
        WindowExceeded = "the minter's rate limit is reached; mint less or wait until the window drains",
        HardCapExceeded = "more than 800,000,000 IO would be minted or promised; stay within the hard cap",
        UnknownCurve = "no emission curve has this id; use that of a curve in `math::curve`",
        ScheduleWithWindow = "a schedule is a rate limit already, and a second one could stop its crank for good; use u64::MAX",
        BadWindow = "a rate limit needs an amount and a length above zero; use u64::MAX for no limit",
        NotAnAllowance = "only an allowance can be raised or lowered; a schedule can only be revoked",
        BurnExceedsMinted = "more would be burned than was ever minted; the books are wrong: report this",
        UnsuitableMint = "a mint can be adopted if it is of the SPL token program, has 8 decimals and no freeze authority",
        NotTheMintsAuthority = "the signer may not mint the adopted mint; sign with the mint's own authority",
        MetadataTooLong = "a name has at most 32 bytes, a symbol 10 and a URI 200; shorten it",
    }
}
