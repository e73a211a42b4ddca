//! SPL tokens in a [`World`].

use crate::World;
use io_client::{Pubkey, shared::ids::TOKEN_PROGRAM};
use solana_program_pack::Pack;
use spl_token_interface::state::{Account, AccountState, Mint};

impl World {
    /// A new mint without authority over it, e.g. for USDC with 6 decimals.
    pub fn create_mint(&mut self, decimals: u8) -> Pubkey {
        self.put_mint(decimals, None)
    }

    /// A new mint that `authority` mints.
    pub fn create_mint_of(&mut self, decimals: u8, authority: &Pubkey) -> Pubkey {
        self.put_mint(decimals, Some(*authority))
    }

    fn put_mint(&mut self, decimals: u8, authority: Option<Pubkey>) -> Pubkey {
        let address = self.fresh_address();
        let mint = Mint {
            mint_authority: authority.into(),
            supply: 0,
            decimals,
            is_initialized: true,
            freeze_authority: None.into(),
        };
        let mut data = vec![0; Mint::LEN];
        mint.pack_into_slice(&mut data);
        self.put(address, TOKEN_PROGRAM, data, false);
        address
    }

    /// A new token account of `owner` that holds `amount` from the start. For a mint other than IO:
    /// its supply does not know of `amount`.
    pub fn create_token_account(&mut self, owner: &Pubkey, mint: &Pubkey, amount: u64) -> Pubkey {
        let address = self.fresh_address();
        self.put_token_account(address, owner, mint, amount);
        address
    }

    /// Like [`World::create_token_account`], at an address of choice.
    pub fn put_token_account(
        &mut self,
        address: Pubkey,
        owner: &Pubkey,
        mint: &Pubkey,
        amount: u64,
    ) {
        let account = Account {
            mint: *mint,
            owner: *owner,
            amount,
            state: AccountState::Initialized,
            ..Account::default()
        };
        let mut data = vec![0; Account::LEN];
        account.pack_into_slice(&mut data);
        self.put(address, TOKEN_PROGRAM, data, false);
    }

    /// A token account as the token program sees it.
    #[track_caller]
    pub fn token_account(&self, address: &Pubkey) -> Account {
        Account::unpack(&self.data(address)).expect("a token account")
    }

    /// Raw units on a token account.
    #[track_caller]
    pub fn token_balance(&self, address: &Pubkey) -> u64 {
        self.token_account(address).amount
    }

    /// Raw units of a mint in existence.
    #[track_caller]
    pub fn supply(&self, mint: &Pubkey) -> u64 {
        Mint::unpack(&self.data(mint)).expect("a mint").supply
    }
}
