//! What the upgradeable loader says about a program.

use anchor_lang::pinocchio::{account::AccountView, address::Address};
use io_shared::ids::UPGRADEABLE_LOADER;

/// Tag of the loader's `ProgramData` state, a `u32`.
const PROGRAM_DATA_TAG: [u8; 4] = 3_u32.to_le_bytes();

/// Whether `signer` may upgrade the program whose loader account is `program_data`. False for
/// anything but a `ProgramData` account, and for a program that nobody can upgrade any more.
///
/// Says nothing about which program it is, nor that `signer` signed: pin the account's address
/// (`io_shared::ids::…::PROGRAM_DATA`) and take the address from a `Signer`.
pub fn require_upgrade_authority(program_data: &AccountView, signer: &Address) -> bool {
    if !program_data.owned_by(&UPGRADEABLE_LOADER) {
        return false;
    }
    // SAFETY: only compared below; nothing else runs meanwhile.
    let data = unsafe { program_data.borrow_unchecked() };
    is_upgrade_authority(data, signer.as_array())
}

/// `[tag: u32 = 3][slot: u64][some: u8 = 1][authority: 32 bytes]`.
fn is_upgrade_authority(data: &[u8], signer: &[u8; 32]) -> bool {
    let Some((tag, rest)) = data.split_first_chunk::<4>() else {
        return false;
    };
    let Some((_slot, rest)) = rest.split_first_chunk::<8>() else {
        return false;
    };
    let Some(([some], rest)) = rest.split_first_chunk::<1>() else {
        return false;
    };
    *tag == PROGRAM_DATA_TAG && *some == 1 && rest.first_chunk::<32>() == Some(signer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNER: [u8; 32] = [7; 32];

    fn program_data(tag: u8, some: u8) -> [u8; 60] {
        let mut data = [9; 60];
        data[..4].copy_from_slice(&[tag, 0, 0, 0]);
        data[12] = some;
        data[13..45].copy_from_slice(&SIGNER);
        data
    }

    #[test]
    fn only_the_upgrade_authority_passes() {
        let data = program_data(3, 1);
        assert!(is_upgrade_authority(&data, &SIGNER));
        assert!(
            is_upgrade_authority(&data[..45], &SIGNER),
            "a program without code"
        );
        assert!(!is_upgrade_authority(&data, &[8; 32]), "another signer");
        assert!(
            !is_upgrade_authority(&program_data(3, 0), &SIGNER),
            "immutable"
        );
        for tag in [0, 1, 2, 4] {
            assert!(
                !is_upgrade_authority(&program_data(tag, 1), &SIGNER),
                "tag {tag}"
            );
        }
        for len in 0..45 {
            assert!(!is_upgrade_authority(&data[..len], &SIGNER), "{len} bytes");
        }
    }
}
