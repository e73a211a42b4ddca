//! What an account is replaced by.

use super::{
    idl::Idls,
    subject::{Kind, STRANGER, Subject, kind},
    substitution::Substitution,
};
use crate::amm::AMM_PROGRAM;
use io_client::{
    Instruction, Pubkey,
    shared::ids::{SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM},
};
use solana_account::Account;
use solana_program_pack::Pack;
use spl_token_interface::state::Account as TokenAccount;
use std::collections::{BTreeMap, BTreeSet};

/// A program that the four do not know.
const FOREIGN: Pubkey = Pubkey::new_from_array([0xF0; 32]);
/// Where copies stand.
const COPY: Pubkey = Pubkey::new_from_array([0xC0; 32]);
/// Where there is nothing.
const NOWHERE: Pubkey = Pubkey::new_from_array([0xE0; 32]);
/// A mint that nothing else uses.
pub(super) const OTHER_MINT: Pubkey = Pubkey::new_from_array([0xD0; 32]);
/// A program that says yes to whatever it is told, and does nothing.
const YES: Pubkey = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");

/// A call with one account replaced, or more where the substitution says so.
pub struct Cell {
    pub position: usize,
    pub substitution: Substitution,
    pub instruction: Instruction,
    /// Accounts as no transaction made them.
    pub overlay: Vec<(Pubkey, Account)>,
}

/// All accounts of a chain by kind, and everyone who signs in its calls.
pub struct Surroundings {
    accounts: BTreeMap<Pubkey, Account>,
    kinds: BTreeMap<Pubkey, Kind>,
    signers: BTreeSet<Pubkey>,
}

impl Surroundings {
    pub fn of(subject: &Subject, signers: &BTreeSet<Pubkey>, idls: &Idls) -> Self {
        let accounts = subject.all();
        let kinds = accounts
            .iter()
            .map(|(address, account)| (*address, kind(Some(account), idls)));
        Self {
            kinds: kinds.collect(),
            signers: signers.clone(),
            accounts,
        }
    }

    /// Addresses of the kind of `like`, one of each pair of mint and owner if they are token accounts.
    fn others(&self, like: &Kind, than: &Pubkey, model: Option<&Account>) -> Vec<Pubkey> {
        let mut holders = BTreeSet::new();
        let mut others = Vec::new();
        for (address, kind) in &self.kinds {
            let account = &self.accounts[address];
            if address == than || kind != like {
                continue;
            }
            let fits = match kind {
                Kind::Token => {
                    let tokens = TokenAccount::unpack(&account.data).expect("a token account");
                    holders.insert((tokens.mint, tokens.owner))
                }
                // Of another program: what could be taken for it.
                Kind::Foreign => model.is_some_and(|model| {
                    model.owner == account.owner && model.data.get(..4) == account.data.get(..4)
                }),
                _ => true,
            };
            if fits {
                others.push(*address);
            }
        }
        others
    }

    /// One account of each other layout of the same program.
    fn other_layouts(&self, layout: &str, owner: &Pubkey) -> Vec<Pubkey> {
        let mut found = BTreeMap::new();
        for (address, kind) in &self.kinds {
            if let Kind::Ours(other) = kind
                && other != layout
                && self.accounts[address].owner == *owner
            {
                found.entry(other.clone()).or_insert(*address);
            }
        }
        found.into_values().collect()
    }
}

/// Every cell of one call.
pub fn cells(subject: &Subject, around: &Surroundings) -> Vec<Cell> {
    let mut row = Row {
        subject,
        around,
        cells: Vec::new(),
    };
    for position in 0..subject.instruction.accounts.len() {
        row.position(position);
    }
    row.pairs();
    row.mixed();
    row.currencies();
    row.cells
}

/// The cells of one call, so far.
pub(super) struct Row<'a> {
    pub subject: &'a Subject,
    around: &'a Surroundings,
    cells: Vec<Cell>,
}

impl Row<'_> {
    fn position(&mut self, position: usize) {
        let meta = self.subject.instruction.accounts[position].clone();
        let key = meta.pubkey;
        if meta.is_signer {
            self.flagged(position, Substitution::Unsigned);
            self.unsigned_beside_a_stranger(position, key);
            let signers = self.around.signers.iter().copied();
            let signers: Vec<_> = signers.chain([STRANGER]).filter(|to| *to != key).collect();
            for signer in signers {
                self.replace(position, Substitution::OtherSigner, signer, Vec::new());
                let mut unsigned = self.subject.instruction.clone();
                unsigned.accounts[position].pubkey = signer;
                unsigned.accounts[position].is_signer = false;
                self.push(position, Substitution::Unsigned, unsigned, Vec::new());
            }
        }
        if meta.is_writable {
            self.flagged(position, Substitution::ReadOnly);
        }
        match (self.subject.account(&key), meta.is_signer) {
            (Some(account), false) => self.of_account(position, key, &account),
            (None, false) => self.of_nothing(position, key),
            (_, true) => {}
        }
        self.within(position, key);
    }

    /// The same account with a right less, wherever the call names it.
    fn flagged(&mut self, position: usize, substitution: Substitution) {
        let mut instruction = self.subject.instruction.clone();
        let key = instruction.accounts[position].pubkey;
        for meta in &mut instruction.accounts {
            if meta.pubkey == key {
                match substitution {
                    Substitution::Unsigned => meta.is_signer = false,
                    _ => meta.is_writable = false,
                }
            }
        }
        self.push(position, substitution, instruction, Vec::new());
    }

    /// Where one wallet signs in two places, a stranger signs in the others and it not at all.
    fn unsigned_beside_a_stranger(&mut self, position: usize, key: Pubkey) {
        let mut instruction = self.subject.instruction.clone();
        let mut others = 0;
        for (index, meta) in instruction.accounts.iter_mut().enumerate() {
            if meta.pubkey == key && meta.is_signer {
                if index == position {
                    meta.is_signer = false;
                } else {
                    meta.pubkey = STRANGER;
                    others += 1;
                }
            }
        }
        if others > 0 {
            self.push(position, Substitution::Unsigned, instruction, Vec::new());
        }
    }

    fn replace(
        &mut self,
        position: usize,
        substitution: Substitution,
        substitute: Pubkey,
        overlay: Vec<(Pubkey, Account)>,
    ) {
        let mut instruction = self.subject.instruction.clone();
        instruction.accounts[position].pubkey = substitute;
        self.push(position, substitution, instruction, overlay);
    }

    pub fn push(
        &mut self,
        position: usize,
        substitution: Substitution,
        instruction: Instruction,
        overlay: Vec<(Pubkey, Account)>,
    ) {
        self.cells.push(Cell {
            position,
            substitution,
            instruction,
            overlay,
        });
    }

    /// Another account, made for this.
    fn planted(&mut self, position: usize, substitution: Substitution, at: Pubkey, as_is: Account) {
        self.replace(position, substitution, at, vec![(at, as_is)]);
    }

    fn of_account(&mut self, position: usize, key: Pubkey, account: &Account) {
        use Substitution as S;
        let kind = self.subject.kinds[position].clone();
        if kind == Kind::Program {
            let ours = crate::PROGRAMS.map(|(_, id)| id);
            let known = [
                SYSTEM_PROGRAM,
                TOKEN_PROGRAM,
                TOKEN_2022_PROGRAM,
                YES,
                AMM_PROGRAM,
            ];
            let others: Vec<_> = known
                .into_iter()
                .chain(ours)
                .filter(|id| *id != key)
                .collect();
            for program in others {
                self.replace(position, S::OtherProgram, program, Vec::new());
            }
            return;
        }
        let others = self.around.others(&kind, &key, Some(account));
        for other in others {
            self.replace(position, S::Anothers, other, Vec::new());
        }
        if kind == Kind::Wallet {
            return;
        }
        self.planted(position, S::Closed, key, Account::default());
        let owned_by = |owner| Account {
            owner,
            ..account.clone()
        };
        self.planted(position, S::WrongOwner, key, owned_by(FOREIGN));
        self.planted(position, S::WrongSeeds, COPY, account.clone());
        self.planted(position, S::OtherProgramsCopy, COPY, owned_by(FOREIGN));
        match &kind {
            Kind::Ours(layout) => {
                for other in self.around.other_layouts(layout, &account.owner) {
                    self.replace(position, S::OtherLayout, other, Vec::new());
                }
            }
            Kind::Token => self.of_tokens(position, account),
            Kind::Mint => {
                self.planted(
                    position,
                    S::OtherProgramsCopy,
                    COPY,
                    owned_by(TOKEN_2022_PROGRAM),
                );
            }
            _ => {}
        }
    }

    fn of_tokens(&mut self, position: usize, account: &Account) {
        use Substitution as S;
        let tokens = TokenAccount::unpack(&account.data).expect("a token account");
        let holding = |tokens: TokenAccount, owner| {
            let mut data = vec![0; TokenAccount::LEN];
            tokens.pack_into_slice(&mut data);
            Account {
                data,
                owner,
                ..account.clone()
            }
        };
        let mints = self.around.kinds.iter();
        let mints: Vec<_> = mints
            .filter(|(address, kind)| **kind == Kind::Mint && **address != tokens.mint)
            .map(|(address, _)| *address)
            .chain([OTHER_MINT])
            .collect();
        for mint in mints {
            let of_mint = holding(TokenAccount { mint, ..tokens }, TOKEN_PROGRAM);
            self.planted(position, S::WrongMint, COPY, of_mint);
        }
        let owner = STRANGER;
        let strangers = holding(TokenAccount { owner, ..tokens }, TOKEN_PROGRAM);
        self.planted(position, S::StrangersTokens, COPY, strangers);
        let other_program = holding(tokens, TOKEN_2022_PROGRAM);
        self.planted(position, S::OtherProgramsCopy, COPY, other_program);
    }

    fn of_nothing(&mut self, position: usize, key: Pubkey) {
        use Substitution as S;
        self.replace(position, S::WrongSeeds, NOWHERE, Vec::new());
        self.replace(position, S::Anothers, STRANGER, Vec::new());
        if !self.subject.made[position] {
            return;
        }
        let (_, made) = self.subject.changes[&key].clone();
        let made = made.expect("the call makes it");
        self.planted(position, S::Occupied, key, made);
        let kind = self.subject.kinds[position].clone();
        for other in self.around.others(&kind, &key, None) {
            self.replace(position, S::Anothers, other, Vec::new());
        }
    }

    /// Other accounts of the call in its place.
    fn within(&mut self, position: usize, key: Pubkey) {
        let metas = &self.subject.instruction.accounts;
        let signs = metas[position].is_signer;
        let mut seen = BTreeSet::from([key]);
        let mut others = Vec::new();
        for (index, meta) in metas.iter().enumerate() {
            // Programs and their accounts have no keys to sign with.
            if seen.insert(meta.pubkey) && (!signs || self.subject.kinds[index] == Kind::Wallet) {
                others.push((index, meta.pubkey));
            }
        }
        for (index, other) in others {
            self.replace(position, Substitution::Duplicate, other, Vec::new());
            if index > position && self.subject.kinds[index] == self.subject.kinds[position] {
                let mut instruction = self.subject.instruction.clone();
                instruction.accounts[position].pubkey = other;
                instruction.accounts[index].pubkey = key;
                self.push(position, Substitution::Swapped, instruction, Vec::new());
            }
        }
    }
}
