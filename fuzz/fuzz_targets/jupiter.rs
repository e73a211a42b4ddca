//! Instructions of Jupiter's API, as routes for the router.
#![no_main]

use arbitrary::Arbitrary;
use io_client::{
    Instruction, Pubkey, pda,
    shared::{constants::MAX_VENUE_ACCOUNTS, ids::io_payments::ROUTER},
    venues::{JUPITER, RouteRefused, jupiter_route},
};
use libfuzzer_sys::fuzz_target;
use solana_program::instruction::AccountMeta;
use std::sync::LazyLock;

const ROUTE: [u8; 8] = [0xe5, 0x17, 0xcb, 0x97, 0x7a, 0xe3, 0xad, 0x2a];
const MINT_IN: Pubkey = Pubkey::new_from_array([3; 32]);
const MINT_OUT: Pubkey = Pubkey::new_from_array([4; 32]);

/// Addresses that an answer may name.
static ADDRESSES: LazyLock<[Pubkey; 8]> = LazyLock::new(|| {
    [
        ROUTER.address,
        pda::transit(&MINT_IN).0,
        pda::transit(&MINT_OUT).0,
        JUPITER,
        MINT_IN,
        MINT_OUT,
        Pubkey::new_from_array([9; 32]),
        Pubkey::default(),
    ]
});
/// Of a good answer's first accounts, the place in [`ADDRESSES`].
const GOOD: [u8; 9] = [7, 0, 1, 2, 3, 5, 3, 6, 3];

#[derive(Arbitrary, Debug)]
struct Input {
    other_program: bool,
    /// The data, or only what follows the discriminator.
    whole: bool,
    data: Vec<u8>,
    /// Beside the first ones of a good answer: address, signs, is written.
    changes: Vec<(u8, u8)>,
    accounts: Vec<(u8, bool, bool)>,
    length: Option<u8>,
    /// Unless it is what the data says.
    amount: Option<u64>,
}

impl Input {
    fn answer(&self) -> Instruction {
        let mut data = self.data.clone();
        if !self.whole {
            data.splice(0..0, ROUTE);
        }
        let address = |n: u8| ADDRESSES[usize::from(n) % ADDRESSES.len()];
        let mut accounts: Vec<_> = GOOD
            .into_iter()
            .map(|n| (n, n == 0, (1..3).contains(&n)))
            .chain(self.accounts.iter().copied())
            .map(|(n, is_signer, is_writable)| meta(address(n), is_signer, is_writable))
            .collect();
        for (at, n) in &self.changes {
            let at = usize::from(*at) % accounts.len();
            accounts[at].pubkey = address(*n);
        }
        accounts.truncate(self.length.map_or(usize::MAX, usize::from));
        Instruction {
            program_id: if self.other_program { MINT_IN } else { JUPITER },
            accounts,
            data,
        }
    }
}

fn meta(pubkey: Pubkey, is_signer: bool, is_writable: bool) -> AccountMeta {
    AccountMeta {
        pubkey,
        is_signer,
        is_writable,
    }
}

/// Why an answer is refused, reason by reason in the order in which they are documented.
fn refused(answer: &Instruction, amount: u64) -> Option<RouteRefused> {
    let (data, accounts) = (&answer.data, &answer.accounts);
    if answer.program_id != JUPITER || !data.starts_with(&ROUTE) || data.len() < 8 + 19 {
        return Some(RouteRefused::OtherInstruction);
    }
    if accounts.len() < 9 {
        return Some(RouteRefused::OtherInstruction);
    }
    let key = |at: usize| accounts[at].pubkey;
    let transits = [ADDRESSES[1], ADDRESSES[2]];
    let elsewhere = key(4) != JUPITER && key(4) != transits[1];
    if [key(1), key(2), key(3)] != [ROUTER.address, transits[0], transits[1]]
        || elsewhere
        || key(5) != MINT_OUT
    {
        return Some(RouteRefused::OtherAccounts);
    }
    let tail = data.len() - 19;
    if data[tail..tail + 8] != amount.to_le_bytes() {
        return Some(RouteRefused::OtherAmount);
    }
    if data[data.len() - 1] != 0 || key(6) != JUPITER {
        return Some(RouteRefused::PlatformFee);
    }
    let foreign = |account: &AccountMeta| account.is_signer && account.pubkey != ROUTER.address;
    if accounts.iter().any(foreign) {
        return Some(RouteRefused::OtherSigner);
    }
    (accounts.len() > MAX_VENUE_ACCOUNTS).then_some(RouteRefused::TooManyAccounts)
}

fuzz_target!(|input: Input| {
    let answer = input.answer();
    let said = answer.data.last_chunk::<19>().map_or(0, |tail| {
        u64::from_le_bytes(*tail.first_chunk().expect("8 of 19"))
    });
    let amount = input.amount.unwrap_or(said);
    let route = jupiter_route(&JUPITER, &answer, &MINT_IN, &MINT_OUT, amount);
    assert_eq!(route.as_ref().err().copied(), refused(&answer, amount));
    let Ok(route) = route else { return };

    assert_eq!((route.program, &route.data), (JUPITER, &answer.data));
    assert_eq!(route.discriminator, ROUTE);
    assert_eq!(route.accounts.len(), answer.accounts.len());
    for (passed, answered) in route.accounts.iter().zip(&answer.accounts) {
        assert_eq!(passed.pubkey, answered.pubkey);
        assert!(!passed.is_signer);
        let router = passed.pubkey == ROUTER.address;
        assert_eq!(passed.is_writable, answered.is_writable && !router);
    }
});
