//! Events of `io_mint`.

use super::event;
use crate::Address;

event! {
    /// The config and the IO mint were created.
    MintInitialized {
        authority: Address,
        guardian: Address,
        mint: Address,
    }
}

event! {
    /// The config was created for a mint that exists, and became its authority.
    MintAdopted {
        authority: Address,
        guardian: Address,
        mint: Address,
        /// Could mint until now.
        old_mint_authority: Address,
        /// Raw IO that the mint had issued, counted as minted.
        supply: u64,
    }
}

event! {
    /// Name, symbol and URI of the mint were set, each zero padded.
    MetadataSet {
        mint: Address,
        metadata: Address,
        /// 1 if the metadata account was created.
        created: u64,
        name: [u8; 32],
        symbol: [u8; 16],
        uri: [u8; 200],
    }
}

event! {
    /// An authority was given the right to mint.
    MinterAdded {
        minter: Address,
        authority: Address,
        rent_payer: Address,
        /// 0 allowance, 1 schedule.
        policy: u64,
        /// Raw IO in all; allowance only.
        total: u64,
        /// Curve id; schedule only.
        curve: u64,
        /// When epoch 0 opens; schedule only.
        start_at: i64,
        /// Raw IO of the curve that is not this minter's to mint; schedule only.
        skipped: u64,
        /// No mint before this time.
        active_at: i64,
        /// Raw IO per window; `u64::MAX` for no limit.
        window_limit: u64,
        window_seconds: u64,
        /// Raw IO promised to all minters, what is minted included.
        promised: u64,
    }
}

event! {
    /// An allowance was lowered at once, or a raise of it was scheduled or dropped.
    MinterRaised {
        minter: Address,
        /// Raw IO in all, in force now.
        total: u64,
        /// Raw IO in all from `next_total_at` on; 0 if nothing waits.
        next_total: u64,
        /// 0 if nothing waits.
        next_total_at: i64,
        /// Raw IO promised to all minters, what is minted included.
        promised: u64,
    }
}

event! {
    /// A minter was closed; its authority cannot mint any more.
    MinterRevoked {
        minter: Address,
        authority: Address,
        /// Raw IO it had minted.
        minted: u64,
        /// Raw IO promised to all minters, what is minted included.
        promised: u64,
    }
}

event! {
    /// IO was minted.
    Minted {
        minter: Address,
        /// Token account that received it.
        destination: Address,
        /// Raw IO.
        amount: u64,
        /// Raw IO minted by this minter so far.
        minter_minted: u64,
        /// Raw IO minted ever.
        minted: u64,
    }
}

event! {
    /// IO was burned.
    Burned {
        /// Token account that it came from.
        source: Address,
        /// Owner or delegate that signed.
        authority: Address,
        /// Raw IO.
        amount: u64,
        /// Raw IO burned ever.
        burned: u64,
    }
}

event! {
    /// Minting was paused or resumed.
    MintPauseSet {
        signer: Address,
        /// 1 paused, 0 resumed.
        paused: u64,
    }
}

event! {
    /// First step of a hand-over of the authority; all zero withdraws a nomination.
    MintAuthorityNominated {
        authority: Address,
        nominee: Address,
    }
}

event! {
    /// Second step of a hand-over of the authority.
    MintAuthorityAccepted {
        authority: Address,
    }
}

event! {
    /// The guardian was replaced.
    MintGuardianSet {
        guardian: Address,
    }
}
