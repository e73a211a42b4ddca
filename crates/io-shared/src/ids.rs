//! Program ids and the fixed addresses derived from them.
//!
//! Each program repeats its id in `declare_id!`, because Anchor reads it from source, and asserts
//! at compile time that it equals the one here; a test does the same for `Anchor.toml`.

use crate::Address;

/// A program derived address that never changes, with its bump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedPda {
    pub address: Address,
    pub bump: u8,
}

const fn fixed(address: &'static str, bump: u8) -> FixedPda {
    FixedPda {
        address: Address::from_str_const(address),
        bump,
    }
}

/// Whether two addresses are equal, for the compiler: each program asserts with it that its
/// `declare_id!` is the id here.
pub const fn same(a: &Address, b: &Address) -> bool {
    let (mut a, mut b) = (a.as_array().as_slice(), b.as_array().as_slice());
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first()) {
        if *x != *y {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    true
}

/// The SPL token program.
pub const TOKEN_PROGRAM: Address =
    Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// The Token-2022 program.
pub const TOKEN_2022_PROGRAM: Address =
    Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The system program.
pub const SYSTEM_PROGRAM: Address = Address::from_str_const("11111111111111111111111111111111");
/// The loader that owns upgradeable programs.
pub const UPGRADEABLE_LOADER: Address =
    Address::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");

/// Metaplex Token Metadata: where wallets read a classic mint's name, symbol and URI.
pub const METADATA_PROGRAM: Address =
    Address::from_str_const("metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s");

/// `io_mint`.
pub mod io_mint {
    use super::*;
    pub const ID: Address = Address::from_str_const("ioMT3Hv9F2KkR6eafztRKtin9JjCyZ2HnJ8AcLvE2mv");
    /// `[b"__event_authority"]`: signs the self-calls that carry events.
    pub const EVENT_AUTHORITY: FixedPda =
        fixed("3hpWXpEzex6BebZUYwYgwnW8CapPtFdNfdHjmWAC82Xo", 252);
    /// `[b"mint-config"]`: config, mint authority and update authority of the mint's metadata.
    pub const CONFIG: FixedPda = fixed("Ha3YqoTYwQRBttr6HG45yscA2GuktBuQykCnYAVEGUnn", 253);
    /// `[b"mint"]`: the IO mint made by `initialize`; an adopted one is anywhere.
    pub const MINT: FixedPda = fixed("FRSiEKGNSePopdkwDkkgbDpHjhmMgR2danE1uXPDWN3f", 254);
    /// The loader's account that names the upgrade authority.
    pub const PROGRAM_DATA: Address =
        Address::from_str_const("BckidUDvTRd8LebomMYU4fiCMLuqmskJiSd5A7R5U8Xz");
}

/// `io_staking`.
pub mod io_staking {
    use super::*;
    pub const ID: Address = Address::from_str_const("ioS9xinYvAVhUYneqM2BcUARumfTg5HTZgLXpCPM9ai");
    /// `[b"__event_authority"]`: signs the self-calls that carry events.
    pub const EVENT_AUTHORITY: FixedPda =
        fixed("ELxDxcknYSLTTFysYkZTmumWqV5u5SRaJ9EnQ1aanoDV", 255);
    /// `[b"staking"]`: config.
    pub const CONFIG: FixedPda = fixed("HwcivNWCVAovjSMzGFEL11XPqqLh4Li8LqzSmcESjY7t", 255);
    /// The loader's account that names the upgrade authority.
    pub const PROGRAM_DATA: Address =
        Address::from_str_const("bW7mMUVsGsVhVWd1oJZbj3qnAdHRBD8QdanJyTuLCHR");
}

/// `io_emissions`.
pub mod io_emissions {
    use super::*;
    pub const ID: Address = Address::from_str_const("ioEjPH9WBjFyoLAT4TDYf6H2h6tfKKF5gM3vapayWou");
    /// `[b"__event_authority"]`: signs the self-calls that carry events.
    pub const EVENT_AUTHORITY: FixedPda =
        fixed("F7TPH5Nbj6fANt2WnEzNuyKZyHMHkGTwUAebUJPN14bE", 255);
    /// `[b"emissions"]`: config, minter authority and owner of the vault.
    pub const CONFIG: FixedPda = fixed("6zrDiQ3baqjyAKzzcxn7FKct7uSWtmRQRxG1G6jYN7uN", 251);
    /// `[b"emissions-vault"]`: token account with what is minted but not yet harvested.
    pub const VAULT: FixedPda = fixed("G8tn8Q2uestHwn1ZatxL3WfYvfgVKXSDPBKgaZsCHtkm", 255);
    /// `[b"minter", CONFIG]` of `io_mint`: the right to mint the emission.
    pub const MINTER: Address =
        Address::from_str_const("4iw6ZQv1rnFwR4v916rw4pYfaBg9B5VN97R7WXiEHLi6");
    /// The loader's account that names the upgrade authority.
    pub const PROGRAM_DATA: Address =
        Address::from_str_const("2T2VcLdegyrMCduzQPhMqwVNyeXJZCTu1C5e9Yvv1hJY");
}

/// `io_payments`.
pub mod io_payments {
    use super::*;
    pub const ID: Address = Address::from_str_const("ioPpk3Ehtfgg8kmNUhNE18AgsyQ2F2nrMczf8KEypCd");
    /// `[b"__event_authority"]`: signs the self-calls that carry events.
    pub const EVENT_AUTHORITY: FixedPda =
        fixed("3mHaTo23GwJZgLrfV779mRXcChV9uZzxc4e9695CaMNa", 255);
    /// `[b"payments"]`: config.
    pub const CONFIG: FixedPda = fixed("BSBYYwe1r6uxdsZkjM7VTZwvi41EjDWdn7KjPgUjCdks", 255);
    /// `[b"router"]`: owns the transit accounts and signs swaps; holds no data.
    pub const ROUTER: FixedPda = fixed("BZBdEY2fhaCcRPQbxhr8UxvJygV7FyCaoXg5hcraRTE", 254);
    /// The loader's account that names the upgrade authority.
    pub const PROGRAM_DATA: Address =
        Address::from_str_const("CforkBKbFZLv4tT6iv4aK4G79M72rjHYUoMKgHizFhX4");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds;

    fn derived(seed: &[u8], program: &Address) -> FixedPda {
        let (address, bump) = Address::find_program_address(&[seed], program);
        FixedPda { address, bump }
    }

    #[test]
    fn fixed_addresses_are_the_derived_ones() {
        for (pda, seed, program) in [
            (
                io_mint::EVENT_AUTHORITY,
                seeds::EVENT_AUTHORITY,
                io_mint::ID,
            ),
            (io_mint::CONFIG, seeds::MINT_CONFIG, io_mint::ID),
            (io_mint::MINT, seeds::MINT, io_mint::ID),
            (
                io_staking::EVENT_AUTHORITY,
                seeds::EVENT_AUTHORITY,
                io_staking::ID,
            ),
            (io_staking::CONFIG, seeds::STAKING_CONFIG, io_staking::ID),
            (
                io_emissions::EVENT_AUTHORITY,
                seeds::EVENT_AUTHORITY,
                io_emissions::ID,
            ),
            (
                io_emissions::CONFIG,
                seeds::EMISSIONS_CONFIG,
                io_emissions::ID,
            ),
            (
                io_emissions::VAULT,
                seeds::EMISSIONS_VAULT,
                io_emissions::ID,
            ),
            (
                io_payments::EVENT_AUTHORITY,
                seeds::EVENT_AUTHORITY,
                io_payments::ID,
            ),
            (io_payments::CONFIG, seeds::PAYMENTS_CONFIG, io_payments::ID),
            (io_payments::ROUTER, seeds::ROUTER, io_payments::ID),
        ] {
            assert_eq!(pda, derived(seed, &program));
        }
        let minter = [seeds::MINTER, io_emissions::CONFIG.address.as_ref()];
        let (minter, _) = Address::find_program_address(&minter, &io_mint::ID);
        assert_eq!(io_emissions::MINTER, minter);
        for (address, program) in [
            (io_mint::PROGRAM_DATA, io_mint::ID),
            (io_staking::PROGRAM_DATA, io_staking::ID),
            (io_emissions::PROGRAM_DATA, io_emissions::ID),
            (io_payments::PROGRAM_DATA, io_payments::ID),
        ] {
            assert_eq!(
                address,
                derived(program.as_ref(), &UPGRADEABLE_LOADER).address
            );
        }
    }
}
