//! Running `tests/programs/floor`: the same calls and writes as a hot instruction, nothing else.

use crate::World;
use io_client::{
    Instruction, Pubkey,
    shared::ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM},
};
use solana_instruction::AccountMeta;
use solana_keypair::Keypair;
use solana_signer::Signer;

const FLOOR: Pubkey = Pubkey::new_from_array([0xf1; 32]);
/// Bytes of the accounts that stand for a program's state.
const STATE_LEN: usize = 512;

/// An operation of the floor program, by the instruction whose floor it is.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    Deposit = 0,
    RequestUnstake = 1,
    Withdraw = 2,
    Claim = 3,
    Pay = 4,
    PayUnreceipted = 5,
    Mint = 6,
    Advance = 7,
    Distribute = 8,
    Harvest = 9,
}

/// Accounts that the floor program works on, in a world of its own.
pub struct Floor {
    world: World,
    mint: Pubkey,
    wallet: Keypair,
    source: Pubkey,
    vault: Pubkey,
    destination: Pubkey,
    authority: Pubkey,
    bump: u8,
}

impl Default for Floor {
    fn default() -> Self {
        Self::new()
    }
}

impl Floor {
    pub fn new() -> Self {
        let mut world = World::new();
        world.deploy("floor", FLOOR);
        let (authority, bump) = Pubkey::find_program_address(&[b"floor"], &FLOOR);
        let mint = world.create_mint_of(8, &authority);
        let wallet = world.wallet();
        let source = world.create_token_account(&wallet.pubkey(), &mint, 1_000);
        let vault = world.create_token_account(&authority, &mint, 1_000);
        let destination = world.create_token_account(&wallet.pubkey(), &mint, 0);
        Self {
            world,
            mint,
            wallet,
            source,
            vault,
            destination,
            authority,
            bump,
        }
    }

    /// Compute units of one operation.
    pub fn measure(&mut self, operation: Operation) -> u64 {
        let wallet = self.wallet.pubkey();
        let states: Vec<Pubkey> = (0..4)
            .map(|_| {
                let address = self.world.fresh_address();
                self.world.put(address, FLOOR, vec![0; STATE_LEN], false);
                address
            })
            .collect();
        let [a, b, c, d] = [states[0], states[1], states[2], states[3]];
        let (new, new_bump) = Pubkey::find_program_address(&[b"new", wallet.as_ref()], &FLOOR);
        let write = |key| AccountMeta::new(key, false);
        let read = |key| AccountMeta::new_readonly(key, false);
        let signer = AccountMeta::new(wallet, true);
        let token = read(TOKEN_PROGRAM);
        let system = read(SYSTEM_PROGRAM);
        let mut accounts = match operation {
            Operation::Deposit => vec![
                signer,
                write(a),
                write(b),
                write(self.source),
                write(self.vault),
                token,
            ],
            Operation::RequestUnstake => vec![signer, write(a), write(b), write(c)],
            Operation::Withdraw => vec![
                write(a),
                write(b),
                write(c),
                write(self.vault),
                write(self.destination),
                write(wallet),
                token,
            ],
            Operation::Claim => vec![
                write(a),
                write(b),
                write(self.vault),
                write(self.destination),
                token,
            ],
            Operation::Pay => vec![
                signer,
                write(self.source),
                write(self.destination),
                write(new),
                token,
                system,
            ],
            Operation::PayUnreceipted => {
                vec![signer, write(self.source), write(self.destination), token]
            }
            Operation::Mint => vec![
                write(a),
                write(b),
                write(self.mint),
                write(self.destination),
                token,
            ],
            Operation::Advance => vec![
                write(a),
                write(b),
                write(c),
                write(d),
                write(self.mint),
                write(self.vault),
                write(self.destination),
                token,
            ],
            Operation::Distribute => vec![write(a), read(self.vault)],
            Operation::Harvest => vec![
                write(a),
                write(b),
                write(c),
                write(self.vault),
                write(self.destination),
                token,
            ],
        };
        accounts.extend([read(self.authority), read(FLOOR)]);
        let instruction = Instruction {
            program_id: FLOOR,
            accounts,
            data: vec![operation as u8, self.bump, new_bump],
        };
        let signs = instruction.accounts.iter().any(|meta| meta.is_signer);
        let signers: &[&Keypair] = if signs { &[&self.wallet] } else { &[] };
        let cu = self.world.run(&[instruction], signers).cu;
        // The next operation may create the same account again.
        self.world.remove(&new);
        cu
    }
}
