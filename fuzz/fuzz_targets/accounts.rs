//! Account layouts, as programs and clients read them.
#![no_main]

use arbitrary::Arbitrary;
use bytemuck::bytes_of;
use io_client::shared::{
    Address,
    state::{
        Asset, DeviceClass, EmissionsConfig, Gateway, Layout, MintConfig, Minter, Node,
        NodeEmission, PaymentsConfig, Position, Receipt, ReceiptEntry, RewardPool, SlashProposal,
        StakingConfig, Supplier, Ticket, Venue,
    },
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    /// The layout that `data` holds without its discriminator; or all of it.
    layout: Option<u8>,
    /// Cut or filled up to the layout's length, with so many entries if it is a receipt.
    entries: Option<u8>,
    /// Put before the bytes, so that they begin at any address.
    offset: u8,
    supplier: u8,
    refund: Refund,
    data: Vec<u8>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Refund {
    Amount(u64),
    /// So much more than the supplier may give back.
    Beyond(i8),
}

/// Checks one layout against the bytes of an account; whether they are one.
fn check<L: Layout>(data: &[u8]) -> bool {
    let is = data.len() >= L::SPACE && data[..8] == L::DISCRIMINATOR;
    let copy = L::read_copy(data);
    assert_eq!(copy.is_some(), is);
    if let Some(copy) = copy {
        assert_eq!(bytes_of(&copy), &data[8..L::SPACE]);
    }
    let aligned = data
        .as_ptr()
        .addr()
        .wrapping_add(8)
        .is_multiple_of(align_of::<L>());
    let read = L::read(data);
    assert_eq!(read.is_some(), is && aligned);
    if let Some(read) = read {
        assert_eq!(bytes_of(read), &data[8..L::SPACE]);
    }
    is
}

/// For each layout: its discriminator, its length and its check.
macro_rules! layouts {
    ($($name:ident)+) => {
        [$(($name::DISCRIMINATOR, $name::SPACE, check::<$name> as fn(&[u8]) -> bool)),+]
    };
}

/// A layout's discriminator, length and check.
type Reader = ([u8; 8], usize, fn(&[u8]) -> bool);

const LAYOUTS: [Reader; 17] = layouts! {
    MintConfig Minter
    StakingConfig DeviceClass Node Position Ticket SlashProposal
    EmissionsConfig RewardPool NodeEmission
    PaymentsConfig Asset Venue Supplier Receipt Gateway
};

/// A receipt's entries and what a refund does to them.
fn check_receipt(data: &mut [u8], supplier: u8, refund: Refund) {
    let Some((receipt, entries)) = Receipt::parts(data) else {
        let head = Receipt::read_copy(data);
        let aligned = data.as_ptr().addr().is_multiple_of(align_of::<Receipt>());
        let whole = |head: Receipt| aligned && data.len() == Receipt::space(head.count.into());
        assert!(!head.is_some_and(whole), "a whole receipt is refused");
        return;
    };
    assert_eq!(data.len(), Receipt::space(receipt.count.into()));
    assert_eq!(
        bytemuck::cast_slice::<_, u8>(entries),
        &data[Receipt::SPACE..]
    );

    let before = entries.to_vec();
    let chosen = before.get(usize::from(supplier) % before.len().max(1));
    let supplier = chosen.map_or(Address::default(), |entry| entry.supplier);
    let amount = match (refund, chosen) {
        (Refund::Amount(amount), _) => amount,
        (Refund::Beyond(more), chosen) => chosen
            .map_or(0, |entry| entry.delivered.wrapping_sub(entry.refunded))
            .wrapping_add_signed(more.into()),
    };
    let first = before.iter().position(|entry| entry.supplier == supplier);
    let refunded = Receipt::refund(data, &supplier, amount);
    let (_, after) = Receipt::parts(data).expect("it still is a receipt");
    let may = first.is_some_and(|at| {
        let given = u128::from(before[at].refunded) + u128::from(amount);
        amount > 0 && given <= before[at].delivered.into()
    });
    assert_eq!(refunded.is_ok(), may);
    for (at, (before, after)) in before.iter().zip(after).enumerate() {
        let given = if may && first == Some(at) { amount } else { 0 };
        let expected = ReceiptEntry {
            refunded: before.refunded + given,
            ..*before
        };
        assert_eq!(bytes_of(after), bytes_of(&expected));
    }
}

fuzz_target!(|input: Input| {
    let mut data = input.data;
    if let Some(layout) = input.layout {
        let (discriminator, space, _) = LAYOUTS[usize::from(layout) % LAYOUTS.len()];
        data.splice(0..0, discriminator);
        match input.entries {
            Some(entries) if discriminator == Receipt::DISCRIMINATOR => {
                data.resize(Receipt::space(entries.into()), 0);
                data[10] = entries;
            }
            Some(_) => data.resize(space, 0),
            None => {}
        }
    }
    // Words underneath, so that the offset alone decides the alignment.
    let offset = usize::from(input.offset % 16);
    let mut words = vec![0_u128; (offset + data.len()).div_ceil(16)];
    let room: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
    let account = &mut room[offset..offset + data.len()];
    account.copy_from_slice(&data);

    let are = LAYOUTS
        .iter()
        .filter(|(_, _, check)| check(account))
        .count();
    assert!(are <= 1, "an account of two layouts");
    check_receipt(account, input.supplier, input.refund);
});
