//! Who acts, and the addresses of everything that they act on.

use crate::{
    amm::{AMM_PROGRAM, Amm},
    hostile::{HOSTILE_PROGRAM, SCRIPT, Script},
    model::{
        Account, DISTRIBUTOR, IO, NOBODY, NodeKey, PositionKey, TicketKey, USDC, Who, swap::POOL,
    },
};
use io_client::{
    Pubkey, pda,
    shared::{
        ids::{io_emissions, io_payments},
        state::TrancheKind,
    },
    staking::Stake,
};
use std::{cell::RefCell, collections::HashMap};

/// Wallets by number: the offices first, who hold no stake of others, then everybody.
pub const AUTHORITY: Who = 0;
pub const GUARDIAN: Who = 1;
pub const SCORER: Who = 2;
pub const SLASHER: Who = 3;
pub const GATEWAY: Who = 4;
/// The first wallet without an office.
pub const FIRST: Who = 5;
pub const WALLETS: Who = 14;
/// A mint with no pool, so that only the scripted venue takes it.
pub const OTHER: u8 = 2;

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    MintConfig,
    IoMint,
    Minter(Who),
    StakingConfig,
    Class(u16),
    Node(NodeKey),
    Position(PositionKey),
    Ticket(TicketKey),
    Proposal(NodeKey),
    EmissionsConfig,
    Pool(u8),
    Emission(NodeKey),
    PaymentsConfig,
    Asset(u8),
    Venue(u8),
    Supplier(Who),
    Gateway(Who),
    Receipt(Who, u16),
    Token(Account),
}

impl Thing {
    /// Whether strangers share it: invariant 9 keeps the hot instructions from writing it.
    pub fn is_shared(&self) -> bool {
        !matches!(
            self,
            Self::Node(_)
                | Self::Position(_)
                | Self::Ticket(_)
                | Self::Supplier(_)
                | Self::Receipt(..)
                | Self::Token(
                    Account::Wallet(..)
                        | Account::Stake(_)
                        | Account::Rewards(_)
                        | Account::Earnings(_)
                )
        )
    }
}

/// The addresses.
pub struct Cast {
    pub wallets: Vec<Pubkey>,
    /// Mints by token.
    pub mints: [Pubkey; 3],
    pub amm: Amm,
    /// Addresses that were looked for before.
    known: RefCell<HashMap<Thing, Pubkey>>,
}

impl Cast {
    pub fn new(wallets: Vec<Pubkey>, mints: [Pubkey; 3], amm: Amm) -> Self {
        Self {
            wallets,
            mints,
            amm,
            known: RefCell::default(),
        }
    }

    /// A wallet's address; all zero for nobody.
    pub fn wallet(&self, who: Who) -> Pubkey {
        match who {
            NOBODY => Pubkey::default(),
            DISTRIBUTOR => io_emissions::CONFIG.address,
            _ => self.wallets[usize::from(who)],
        }
    }

    /// Who has an address.
    pub fn who(&self, address: &Pubkey) -> Who {
        let index = self.wallets.iter().position(|wallet| wallet == address);
        match index {
            Some(index) => Who::try_from(index).expect("few wallets"),
            None if *address == io_emissions::CONFIG.address => DISTRIBUTOR,
            None => NOBODY,
        }
    }

    pub fn mint(&self, token: u8) -> Pubkey {
        self.mints[usize::from(token)]
    }

    pub fn node(&self, (operator, id): NodeKey) -> Pubkey {
        self.address(Thing::Node((operator, id)))
    }

    pub fn stake(&self, (node, owner, tranche): PositionKey) -> Stake {
        Stake {
            node: self.node(node),
            owner: self.wallet(owner),
            tranche: TrancheKind::from_byte(tranche).unwrap_or(TrancheKind::Operator),
        }
    }

    /// A ticket's account: of the owner's, or of a stranger's who took a retired node's position out.
    pub fn ticket(&self, (position, maker, index): TicketKey) -> Pubkey {
        let stake = self.stake(position);
        if index == u64::MAX {
            return io_client::staking::unstake_retired(&self.wallet(maker), &stake, 1).0;
        }
        stake.ticket(index)
    }

    pub fn supplier(&self, owner: Who) -> Pubkey {
        self.address(Thing::Supplier(owner))
    }

    pub fn venue(&self, venue: u8) -> (Pubkey, &'static [u8]) {
        if venue == POOL {
            (AMM_PROGRAM, &[1])
        } else {
            (HOSTILE_PROGRAM, &SCRIPT)
        }
    }

    pub fn account(&self, account: Account) -> Pubkey {
        match account {
            Account::Wallet(who, token) => wallet_account(who, token),
            Account::Stake(node) => pda::stake_vault(&self.node(node)).0,
            Account::Rewards(node) => pda::reward_vault(&self.node(node)).0,
            Account::Emissions => io_emissions::VAULT.address,
            Account::Earnings(owner) => pda::earnings(&self.supplier(owner)).0,
            Account::Transit(token) => pda::transit(&self.mint(token)).0,
            Account::Fees(token) => pda::fees(&self.mint(token)).0,
            Account::Reserve(token) if token == IO => self.amm.pool.reserve_a,
            Account::Reserve(_) => self.amm.pool.reserve_b,
            Account::Hoard(token) => wallet_account(200, token),
        }
    }

    pub fn address(&self, thing: Thing) -> Pubkey {
        let known = self.known.borrow().get(&thing).copied();
        known.unwrap_or_else(|| {
            let address = self.find(thing);
            self.known.borrow_mut().insert(thing, address);
            address
        })
    }

    fn find(&self, thing: Thing) -> Pubkey {
        use io_client::shared::ids::{io_mint, io_staking};
        match thing {
            Thing::MintConfig => io_mint::CONFIG.address,
            Thing::IoMint => self.mint(IO),
            Thing::Minter(who) => pda::minter(&self.wallet(who)).0,
            Thing::StakingConfig => io_staking::CONFIG.address,
            Thing::Class(id) => pda::device_class(id).0,
            Thing::Node((operator, id)) => pda::node(&self.wallet(operator), &[id; 32]).0,
            Thing::Position(position) => self.stake(position).position(),
            Thing::Ticket(ticket) => self.ticket(ticket),
            Thing::Proposal(node) => pda::slash(&self.node(node)).0,
            Thing::EmissionsConfig => io_emissions::CONFIG.address,
            Thing::Pool(id) => pda::reward_pool(id).0,
            Thing::Emission(node) => pda::node_emission(&self.node(node)).0,
            Thing::PaymentsConfig => io_payments::CONFIG.address,
            Thing::Asset(token) => pda::asset(&self.mint(token)).0,
            Thing::Venue(venue) => {
                let (program, discriminator) = self.venue(venue);
                pda::venue(&program, &io_client::venues::padded(discriminator)).0
            }
            Thing::Supplier(owner) => pda::supplier(&self.wallet(owner)).0,
            Thing::Gateway(wallet) => pda::gateway(&self.wallet(wallet)).0,
            Thing::Receipt(payer, order) => pda::receipt(&self.wallet(payer), &order_id(order)).0,
            Thing::Token(account) => self.account(account),
        }
    }
}

/// A wallet's only account of a token.
pub fn wallet_account(who: Who, token: u8) -> Pubkey {
    let mut bytes = [55; 32];
    bytes[..2].copy_from_slice(&[who, token]);
    Pubkey::new_from_array(bytes)
}

/// Where a token's price is posted.
pub fn price_account(token: u8) -> Pubkey {
    let mut bytes = [66; 32];
    bytes[0] = token;
    Pubkey::new_from_array(bytes)
}

/// A token's feed id, or that of another feed.
pub fn feed_id(token: u8, right: bool) -> [u8; 32] {
    if right { [token + 1; 32] } else { [99; 32] }
}

pub fn order_id(order: u16) -> [u8; 32] {
    let mut id = [0; 32];
    id[..2].copy_from_slice(&order.to_le_bytes());
    id
}

/// Who signs for the scripted venue's tokens.
pub fn venue_authority() -> Pubkey {
    Script::default().authority()
}

/// The tokens that the pool swaps.
pub const POOLED: [u8; 2] = [IO, USDC];
