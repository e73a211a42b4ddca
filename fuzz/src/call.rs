//! Calls of the programs' own entry points, compiled for this machine: instruction data and accounts as
//! the loader hands them over.
//!
//! Everything that a program does before it asks the runtime for something is as on chain. The clock is refused and calls of
//! other programs do nothing, so a handler mostly ends at the clock.

use crate::idl::{IDLS, bytes, list, name};
use anchor_lang::testing::{AccountRecord, SbfInputBuffer};
use arbitrary::Arbitrary;
use io_shared::{
    Address,
    ids::{self, TOKEN_PROGRAM},
    state::{
        Asset, DeviceClass, EmissionsConfig, Gateway, Layout, MintConfig, Minter, Node,
        NodeEmission, PaymentsConfig, Position, Receipt, RewardPool, SlashProposal, StakingConfig,
        Supplier, Ticket, Venue,
    },
};
use serde_json::Value;

/// Bytes of an account's header in the loader's buffer.
const HEADER: usize = 88;
/// Bytes of a token account.
const TOKEN_ACCOUNT: usize = 165;

/// An account as a program sees it.
#[derive(Clone, Debug)]
pub struct Account {
    pub address: Address,
    pub owner: Address,
    pub signer: bool,
    pub writable: bool,
    pub data: Vec<u8>,
    /// It stands there once more instead of this one.
    pub same_as: Option<u8>,
}

/// What is other than it should be with one account of a call.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Change {
    Unsigned,
    ReadOnly,
    Address(u8),
    Owner(u8),
    Length(u16),
    Byte(u16, u8),
    SameAs(u8),
}

/// An instruction of one of the programs, with the accounts that it declares.
pub struct Call {
    pub idl: &'static Value,
    pub instruction: &'static Value,
    program: usize,
    pub accounts: Vec<Account>,
}

/// How many instructions the programs have.
pub fn instructions() -> usize {
    IDLS.iter().map(|idl| list(idl, "instructions").len()).sum()
}

impl Call {
    /// The instruction at `index` among all of the programs', with zeroed accounts of the layouts that
    /// their names say.
    pub fn new(index: usize) -> Self {
        let mut index = index % instructions();
        let mut program = 0;
        while index >= list(&IDLS[program], "instructions").len() {
            index -= list(&IDLS[program], "instructions").len();
            program += 1;
        }
        let idl = &IDLS[program];
        let instruction = &list(idl, "instructions")[index];
        let accounts = list(instruction, "accounts").iter();
        let accounts = accounts.map(|account| declared(program, account));
        Self {
            idl,
            instruction,
            program,
            accounts: accounts.collect(),
        }
    }

    pub fn discriminator(&self) -> Vec<u8> {
        bytes(&self.instruction["discriminator"])
    }

    /// Changes the account at `place`.
    pub fn change(&mut self, place: u8, change: Change) {
        if self.accounts.is_empty() {
            return;
        }
        let place = usize::from(place) % self.accounts.len();
        let account = &mut self.accounts[place];
        match change {
            Change::Unsigned => account.signer = false,
            Change::ReadOnly => account.writable = false,
            Change::Address(n) => account.address = Address::new_from_array([n; 32]),
            Change::Owner(n) => account.owner = Address::new_from_array([n; 32]),
            Change::Length(length) => account.data.resize(usize::from(length % 2_048), 0),
            Change::Byte(at, byte) if !account.data.is_empty() => {
                let at = usize::from(at) % account.data.len();
                account.data[at] = byte;
            }
            Change::Byte(..) => {}
            // The loader names the first of equal accounts, which comes before.
            Change::SameAs(n) if place > 0 => {
                let first = usize::from(n) % place;
                let first = self.accounts[first].same_as.map_or(first, usize::from);
                self.accounts[place].same_as = u8::try_from(first).ok();
            }
            Change::SameAs(_) => {}
        }
    }

    /// What the program answers to `data`: 0 or an error as the loader sees it.
    pub fn send(&self, data: &[u8]) -> u64 {
        let mut input = self.input();
        // Length, data, program id.
        let mut words = vec![0_u64; 1 + (data.len() + 32).div_ceil(8)];
        words[0] = u64::try_from(data.len()).expect("a length");
        let room: &mut [u8] = bytemuck::cast_slice_mut(&mut words[1..]);
        room[..data.len()].copy_from_slice(data);
        let program = self.program_id();
        room[data.len()..][..32].copy_from_slice(program.as_ref());
        let dispatch = [
            io_mint::__anchor_dispatch,
            io_staking::__anchor_dispatch,
            io_emissions::__anchor_dispatch,
            io_payments::__anchor_dispatch,
        ][self.program];
        // SAFETY: the loader's layouts, of the input and of the words, and both outlive the call.
        unsafe { dispatch(input.as_mut_ptr(), words[1..].as_ptr().cast()) }
    }

    pub fn program_id(&self) -> Address {
        PROGRAMS[self.program]
    }

    fn input(&self) -> SbfInputBuffer {
        let records: Vec<_> = self.accounts.iter().map(record).collect();
        let mut input = SbfInputBuffer::build(&records);
        let offsets = input.record_offsets.clone();
        for (account, offset) in self.accounts.iter().zip(offsets) {
            if account.same_as.is_none() {
                let start = offset + HEADER;
                input.bytes_mut()[start..start + account.data.len()].copy_from_slice(&account.data);
            }
        }
        input
    }
}

const PROGRAMS: [Address; 4] = [
    ids::io_mint::ID,
    ids::io_staking::ID,
    ids::io_emissions::ID,
    ids::io_payments::ID,
];

fn record(account: &Account) -> AccountRecord {
    match account.same_as {
        Some(index) => AccountRecord::Dup { index },
        None => AccountRecord::NonDup {
            address: account.address.to_bytes(),
            owner: account.owner.to_bytes(),
            lamports: 1_000_000_000,
            is_signer: account.signer,
            is_writable: account.writable,
            executable: false,
            data_len: account.data.len(),
        },
    }
}

/// An account as the IDL declares it. Where the IDL has no address, it is the one that a zeroed field of
/// another account names.
fn declared(program: usize, account: &Value) -> Account {
    let address = match account["address"].as_str() {
        Some(address) => address.parse().expect("an address"),
        None => Address::default(),
    };
    let (owner, data) =
        layout(program, name(account)).unwrap_or((TOKEN_PROGRAM, vec![0; TOKEN_ACCOUNT]));
    Account {
        address,
        owner,
        signer: account["signer"] == true,
        writable: account["writable"] == true,
        data,
        same_as: None,
    }
}

/// Owner and zeroed bytes of the layout that accounts of a name have.
fn layout(program: usize, name: &str) -> Option<(Address, Vec<u8>)> {
    fn zeroed<L: Layout>() -> Option<(Address, Vec<u8>)> {
        let mut data = L::DISCRIMINATOR.to_vec();
        data.resize(L::SPACE, 0);
        Some((L::OWNER, data))
    }
    match name {
        "config" => [
            zeroed::<MintConfig>,
            zeroed::<StakingConfig>,
            zeroed::<EmissionsConfig>,
            zeroed::<PaymentsConfig>,
        ][program](),
        "mint_config" => zeroed::<MintConfig>(),
        "staking_config" => zeroed::<StakingConfig>(),
        "emissions_config" => zeroed::<EmissionsConfig>(),
        "minter" => zeroed::<Minter>(),
        "class" => zeroed::<DeviceClass>(),
        "node" => zeroed::<Node>(),
        "position" => zeroed::<Position>(),
        "ticket" => zeroed::<Ticket>(),
        "proposal" => zeroed::<SlashProposal>(),
        "node_emission" => zeroed::<NodeEmission>(),
        "pool" | "reward_pool" => zeroed::<RewardPool>(),
        "asset" => zeroed::<Asset>(),
        "venue" => zeroed::<Venue>(),
        "supplier" => zeroed::<Supplier>(),
        "receipt" => zeroed::<Receipt>(),
        "gateway" => zeroed::<Gateway>(),
        _ => None,
    }
}
