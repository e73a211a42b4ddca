use super::errors;

errors! {
    /// Errors of `io_staking`.
    StakingError from 6100 {
        Unauthorized = "the signer may not do this; sign with the account named in the config",
        WrongAccount = "an account is not the one this instruction needs; derive it with the client library",
    }
}
