//! That the fuzzer's calls are calls: what it varies decides how far they come.

use anchor_lang::{ErrorCode, prelude::ProgramError};
use io_fuzz::{
    call::{Call, instructions},
    idl::{list, name},
};

/// Without any argument, with accounts as the IDL declares them, a program misses the arguments; but for two
/// instructions that look into the mint and the program they are given before.
#[test]
fn calls_get_as_far_as_their_arguments() {
    let missed = u64::from(ProgramError::from(ErrorCode::InstructionDidNotDeserialize));
    let mut refused = Vec::new();
    for index in 0..instructions() {
        let call = Call::new(index);
        let takes_arguments = !list(call.instruction, "args").is_empty();
        if takes_arguments && call.send(&call.discriminator()) != missed {
            refused.push(name(call.instruction));
        }
    }
    assert_eq!(refused, ["list_asset", "list_venue"]);
}
