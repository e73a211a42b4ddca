//! Jupiter v6: routes over many venues, computed by its API.

use super::{Route, padded};
use crate::{Instruction, Pubkey, pda};
use io_shared::{constants::MAX_VENUE_ACCOUNTS, ids::io_payments::ROUTER};
use solana_program::instruction::AccountMeta;

/// The program on mainnet.
pub const JUPITER: Pubkey = Pubkey::from_str_const("JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4");

/// Discriminator of `route`.
const ROUTE: [u8; 8] = [0xe5, 0x17, 0xcb, 0x97, 0x7a, 0xe3, 0xad, 0x2a];
/// Accounts of `route` before those of the venues on the way.
const OWN_ACCOUNTS: usize = 9;
/// Bytes after the plan: amount in, quoted amount out, slippage, fee.
const TAIL: usize = 19;

/// Why an instruction of Jupiter's API cannot go through the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteRefused {
    /// It is no `route` of Jupiter v6: ask for no shared accounts, and for exact input.
    OtherInstruction,
    /// It trades for another user, or from or to other accounts than the router's transits: name the
    /// router as user and the transit as destination token account.
    OtherAccounts,
    /// It swaps another amount than the payment brings.
    OtherAmount,
    /// It pays a fee to someone: ask for no platform fee.
    PlatformFee,
    /// It wants another signature than the router's.
    OtherSigner,
    /// It takes more accounts than the router passes on: ask for fewer (`maxAccounts`).
    TooManyAccounts,
}

/// The swap instruction that Jupiter's API answered, as a route; `program` is [`JUPITER`] on mainnet.
///
/// Ask the API with the router as `userPublicKey`, its transit of `mint_out` as
/// `destinationTokenAccount`, neither wrapped SOL nor shared accounts nor a fee.
pub fn jupiter_route(
    program: &Pubkey,
    answer: &Instruction,
    mint_in: &Pubkey,
    mint_out: &Pubkey,
    amount_in: u64,
) -> Result<Route, RouteRefused> {
    let tail = answer
        .data
        .strip_prefix(&ROUTE)
        .and_then(|arguments| arguments.last_chunk::<TAIL>())
        .filter(|_| answer.program_id == *program)
        .ok_or(RouteRefused::OtherInstruction)?;
    // token program, authority, source, destination, [destination of someone else], destination mint,
    // [fee account], event authority, program; an optional one left out is the program's id.
    let [_, user, source, transit, destination, mint, fee_account, ..] = answer.accounts.as_slice()
    else {
        return Err(RouteRefused::OtherInstruction);
    };
    if answer.accounts.len() < OWN_ACCOUNTS {
        return Err(RouteRefused::OtherInstruction);
    }
    let transit_out = pda::transit(mint_out).0;
    if user.pubkey != ROUTER.address
        || source.pubkey != pda::transit(mint_in).0
        || transit.pubkey != transit_out
        || ![transit_out, *program].contains(&destination.pubkey)
        || mint.pubkey != *mint_out
    {
        return Err(RouteRefused::OtherAccounts);
    }
    let [amount @ .., _, _, _, _, _, _, _, _, _, _, fee_bps] = tail;
    if *amount != amount_in.to_le_bytes() {
        return Err(RouteRefused::OtherAmount);
    }
    if *fee_bps != 0 || fee_account.pubkey != *program {
        return Err(RouteRefused::PlatformFee);
    }
    if answer
        .accounts
        .iter()
        .any(|account| account.is_signer && account.pubkey != ROUTER.address)
    {
        return Err(RouteRefused::OtherSigner);
    }
    if answer.accounts.len() > MAX_VENUE_ACCOUNTS {
        return Err(RouteRefused::TooManyAccounts);
    }
    let unsigned = |account: &AccountMeta| AccountMeta {
        is_signer: false,
        // The router signs, but is never written to.
        is_writable: account.is_writable && account.pubkey != ROUTER.address,
        ..account.clone()
    };
    Ok(Route {
        program: *program,
        discriminator: padded(&ROUTE),
        data: answer.data.clone(),
        accounts: answer.accounts.iter().map(unsigned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::tests::{key, listed};
    use io_shared::ids::TOKEN_PROGRAM;

    /// Arguments of a `route` seen on mainnet: one Whirlpool from A to B, 14,300,000 in.
    const SEEN: [u8; 36] = [
        0xe5, 0x17, 0xcb, 0x97, 0x7a, 0xe3, 0xad, 0x2a, // route
        1, 0, 0, 0, // one step
        0x11, 1, // Whirlpool, A to B
        100, 0, 1, // all of account 0 to account 1
        0x60, 0x33, 0xda, 0, 0, 0, 0, 0, // in
        0xa9, 0x5d, 0x39, 0x1a, 0, 0, 0, 0, // quoted out
        0, 0, // slippage
        0, // platform fee
    ];
    const AMOUNT: u64 = 14_300_000;

    fn answer() -> Instruction {
        let [source, destination] = [3, 4].map(|n| pda::transit(&key(n)).0);
        let event_authority = Pubkey::find_program_address(&[b"__event_authority"], &JUPITER).0;
        let mut accounts = listed(&[
            ('r', TOKEN_PROGRAM),
            ('r', ROUTER.address),
            ('w', source),
            ('w', destination),
            ('r', JUPITER),
            ('r', key(4)),
            ('r', JUPITER),
            ('r', event_authority),
            ('r', JUPITER),
            // Whirlpool: program, token program, authority, pool, …
            ('r', key(20)),
            ('r', TOKEN_PROGRAM),
            ('r', ROUTER.address),
            ('w', key(21)),
        ]);
        accounts[1].is_signer = true;
        accounts[11].is_signer = true;
        Instruction {
            program_id: JUPITER,
            accounts,
            data: SEEN.to_vec(),
        }
    }

    fn route(answer: &Instruction) -> Result<Route, RouteRefused> {
        jupiter_route(&JUPITER, answer, &key(3), &key(4), AMOUNT)
    }

    #[test]
    fn a_jupiter_route_is_passed_on_as_it_is_without_signatures() {
        let answer = answer();
        let route = route(&answer).expect("a good answer");
        assert_eq!(route.data, answer.data);
        assert_eq!(route.discriminator, [229, 23, 203, 151, 122, 227, 173, 42]);
        let mut unsigned = answer.accounts;
        unsigned[1].is_signer = false;
        unsigned[11].is_signer = false;
        assert_eq!(route.accounts, unsigned);
    }

    #[test]
    fn an_answer_for_another_payment_is_refused() {
        let change = |change: &dyn Fn(&mut Instruction)| {
            let mut answer = answer();
            change(&mut answer);
            route(&answer).err()
        };
        for position in [1, 2, 3, 4, 5] {
            assert_eq!(
                change(&|answer| answer.accounts[position].pubkey = key(99)),
                Some(RouteRefused::OtherAccounts),
                "account {position}"
            );
        }
        assert_eq!(
            change(&|answer| answer.accounts[4].pubkey = answer.accounts[3].pubkey),
            None,
            "the destination named twice"
        );
        assert_eq!(
            change(&|answer| answer.program_id = key(99)),
            Some(RouteRefused::OtherInstruction)
        );
        assert_eq!(
            change(&|answer| answer.data[0] = 0),
            Some(RouteRefused::OtherInstruction)
        );
        assert_eq!(
            change(&|answer| answer.data.truncate(26)),
            Some(RouteRefused::OtherInstruction)
        );
        assert_eq!(
            change(&|answer| answer.accounts.truncate(8)),
            Some(RouteRefused::OtherInstruction)
        );
        assert_eq!(
            change(&|answer| answer.data[17] += 1),
            Some(RouteRefused::OtherAmount)
        );
        assert_eq!(
            change(&|answer| answer.data[35] = 1),
            Some(RouteRefused::PlatformFee)
        );
        assert_eq!(
            change(&|answer| answer.accounts[6].pubkey = key(99)),
            Some(RouteRefused::PlatformFee)
        );
        assert_eq!(
            change(&|answer| answer.accounts[12].is_signer = true),
            Some(RouteRefused::OtherSigner)
        );
        assert_eq!(
            change(&|answer| answer.accounts.resize(55, AccountMeta::new(key(30), false))),
            Some(RouteRefused::TooManyAccounts)
        );
    }
}
