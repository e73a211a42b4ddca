//! Price accounts, and the floor that two prices put under a swap.
#![no_main]

use arbitrary::Arbitrary;
use io_client::shared::{
    Address,
    errors::PaymentsError,
    state::{Feed, Price, Side, require_fair},
};
use libfuzzer_sys::fuzz_target;
use num_bigint::BigInt;

#[derive(Arbitrary, Debug)]
struct Input {
    account: Account,
    owner: bool,
    max_age: u64,
    max_confidence_bps: u16,
    now: i64,
    spent: Token,
    received: Token,
    deviation_bps: u64,
}

#[derive(Arbitrary, Debug)]
enum Account {
    Bytes(Vec<u8>),
    /// A price as Pyth writes it; some of it maybe cut off.
    Price {
        verification: u8,
        id: bool,
        price: i64,
        confidence: u64,
        exponent: i32,
        age: i16,
        cut: u8,
    },
}

#[derive(Arbitrary, Debug)]
struct Token {
    amount: u64,
    decimals: u8,
    low: u64,
    high: u64,
    exponent: i8,
}

const OWNER: Address = Address::new_from_array([1; 32]);
const ID: [u8; 32] = [2; 32];

impl Account {
    fn bytes(&self, now: i64) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Price {
                verification,
                id,
                price,
                confidence,
                exponent,
                age,
                cut,
            } => {
                let mut bytes = vec![34, 241, 35, 99, 157, 126, 244, 205];
                bytes.extend_from_slice(&[9; 32]);
                bytes.push(*verification);
                bytes.extend_from_slice(if *id { &ID } else { &[3; 32] });
                bytes.extend_from_slice(&price.to_le_bytes());
                bytes.extend_from_slice(&confidence.to_le_bytes());
                bytes.extend_from_slice(&exponent.to_le_bytes());
                bytes.extend_from_slice(&now.wrapping_sub((*age).into()).to_le_bytes());
                bytes.resize(134, 0);
                bytes.truncate(134_usize.saturating_sub((*cut).into()));
                bytes
            }
        }
    }
}

/// What the account says, by its layout in pyth-solana-receiver: each field cut out by its place.
fn exact(feed: &Feed, account: &[u8], now: i64) -> Result<Price, PaymentsError> {
    let unknown = PaymentsError::WrongPriceAccount;
    if account.len() < 41 || account[..8] != [34, 241, 35, 99, 157, 126, 244, 205] {
        return Err(unknown);
    }
    if account[40] != 1 {
        return Err(PaymentsError::PriceNotVerified);
    }
    if account.len() < 101 || account[41..73] != feed.id {
        return Err(unknown);
    }
    let word = |at: usize| <[u8; 8]>::try_from(&account[at..at + 8]).expect("8 bytes");
    let price = i64::from_le_bytes(word(73));
    let confidence = u64::from_le_bytes(word(81));
    let exponent = i32::from_le_bytes(account[89..93].try_into().expect("4 bytes"));
    let published = i128::from(i64::from_le_bytes(word(93)));
    if (published - i128::from(now)).unsigned_abs() > u128::from(feed.max_age) {
        return Err(PaymentsError::PriceStale);
    }
    if price <= 0 || !(-12..=0).contains(&exponent) {
        return Err(PaymentsError::PriceUnusable);
    }
    let [exact_price, width] = [BigInt::from(price), BigInt::from(confidence)];
    if &width * 10_000 > &exact_price * feed.max_confidence_bps {
        return Err(PaymentsError::PriceTooWide);
    }
    Ok(Price {
        low: u64::try_from(&exact_price - &width).expect("the interval is above zero"),
        high: u64::try_from(exact_price + width).expect("the interval fits"),
        exponent,
    })
}

impl Token {
    fn side(&self) -> Side {
        Side {
            amount: self.amount,
            decimals: self.decimals,
            price: Price {
                low: self.low,
                high: self.high,
                exponent: self.exponent.into(),
            },
        }
    }

    fn exponent(&self) -> i32 {
        i32::from(self.exponent) - i32::from(self.decimals)
    }
}

/// received × high × 10^… × 10,000 ≥ spent × low × 10^… × (10,000 − deviation), in whole numbers.
fn fair(spent: &Token, received: &Token, deviation_bps: u64) -> Result<(), PaymentsError> {
    let difference = received.exponent() - spent.exponent();
    if deviation_bps > 10_000 || difference.abs() > 30 {
        return Err(PaymentsError::Overflow);
    }
    let ten = |power: i32| BigInt::from(10).pow(power.max(0).unsigned_abs());
    let got = BigInt::from(received.amount) * received.high * ten(difference) * 10_000;
    let gave = BigInt::from(spent.amount) * spent.low * ten(-difference) * (10_000 - deviation_bps);
    if got >= gave {
        Ok(())
    } else {
        Err(PaymentsError::BelowOraclePrice)
    }
}

fuzz_target!(|input: Input| {
    let feed = Feed {
        owner: OWNER,
        id: ID,
        max_age: input.max_age,
        // Any feed that may be listed trusts no interval as wide as the price.
        max_confidence_bps: u64::from(input.max_confidence_bps) % 10_000,
        max_deviation_bps: 0,
    };
    let account = input.account.bytes(input.now);
    let owner = if input.owner {
        OWNER
    } else {
        Address::default()
    };
    let read = feed.read(&owner, &account, input.now);
    if input.owner {
        assert_eq!(read, exact(&feed, &account, input.now));
    } else {
        assert_eq!(read, Err(PaymentsError::WrongPriceAccount));
    }

    let (spent, received) = (&input.spent, &input.received);
    assert_eq!(
        require_fair(&spent.side(), &received.side(), input.deviation_bps),
        fair(spent, received, input.deviation_bps),
    );
});
