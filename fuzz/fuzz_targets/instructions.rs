//! Instruction data and accounts as the programs take them in.
#![no_main]

use anchor_lang::{ErrorCode, prelude::ProgramError};
use arbitrary::Arbitrary;
use io_fuzz::{
    call::{Call, Change},
    idl::{bytes, length_of, list},
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    instruction: u8,
    /// `data` is all of the data, and not only what follows the discriminator.
    whole: bool,
    /// How many accounts are missing at the end.
    missing: u8,
    changes: Vec<(u8, Change)>,
    data: Vec<u8>,
}

fn code(error: ErrorCode) -> u64 {
    ProgramError::from(error).into()
}

fuzz_target!(|input: Input| {
    let mut call = Call::new(input.instruction.into());
    for (place, change) in input.changes.iter().take(8) {
        call.change(*place, *change);
    }
    let declared = call.accounts.len();
    call.accounts
        .truncate(declared.saturating_sub(usize::from(input.missing)));
    let mut data = input.data;
    if !input.whole {
        data.splice(0..0, call.discriminator());
    }

    let answer = call.send(&data);

    let instructions = list(call.idl, "instructions");
    let called = instructions
        .iter()
        .find(|it| data.starts_with(&bytes(&it["discriminator"])));
    let Some(called) = called else {
        assert_eq!(answer, code(ErrorCode::InstructionFallbackNotFound));
        return;
    };
    let accounts = list(called, "accounts");
    if call.accounts.len() < accounts.len() {
        assert_eq!(answer, code(ErrorCode::AccountNotEnoughKeys));
        return;
    }
    // The IDL's word on the arguments is the program's.
    let whole = length_of(call.idl, list(called, "args"), &data[8..]).is_some();
    assert!(whole || answer != 0, "done on arguments that are none");
    let not_read = answer == code(ErrorCode::InstructionDidNotDeserialize);
    assert!(
        !(whole && not_read),
        "arguments that are whole are not read"
    );
    // Nothing is done for whom the IDL wants signed and who did not.
    let unsigned = accounts
        .iter()
        .zip(&call.accounts)
        .any(|(declared, account)| {
            let account = account
                .same_as
                .map_or(account, |first| &call.accounts[usize::from(first)]);
            declared["signer"] == true && !account.signer
        });
    assert!(!unsigned || answer != 0, "done without a signature");
});
