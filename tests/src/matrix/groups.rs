//! Cells that replace several accounts at once.

use super::{
    subject::Kind,
    substitutes::{OTHER_MINT, Row},
    substitution::Substitution,
};
use io_client::Pubkey;
use solana_account::Account;
use solana_program_pack::Pack;
use spl_token_interface::state::Account as TokenAccount;
use std::collections::BTreeMap;

/// Parts of a call that are replaced in every combination.
const MOST_PARTS: usize = 11;

impl Row<'_> {
    /// Pairs of remaining accounts: nodes with their emission, suppliers with their destination.
    pub fn pairs(&mut self) {
        let first = |name: &str| name == "… Node" || name == "… Supplier";
        let names = self.subject.accounts.iter().enumerate();
        let pairs: Vec<usize> = names
            .filter(|(_, name)| first(name))
            .map(|(index, _)| index)
            .collect();
        for one in &pairs {
            for other in &pairs {
                if other > one {
                    let mut instruction = self.subject.instruction.clone();
                    instruction.accounts.swap(*one, *other);
                    instruction.accounts.swap(one + 1, other + 1);
                    self.push(*one, Substitution::Swapped, instruction, Vec::new());
                }
                if other != one {
                    let mut instruction = self.subject.instruction.clone();
                    let metas = &mut instruction.accounts;
                    for next in [0, 1] {
                        metas[one + next] = metas[other + next].clone();
                    }
                    self.push(*one, Substitution::Repeated, instruction, Vec::new());
                }
            }
        }
    }

    /// Two or more accounts of another party's call at once, but not all: that is its own call. The
    /// remaining ones go together if there are many.
    pub fn mixed(&mut self) {
        let Some(twin) = self.subject.twin.clone() else {
            return;
        };
        let ours = &self.subject.instruction.accounts;
        let declared = self.subject.declared;
        let differs = |position: &usize| ours[*position] != twin.accounts[*position];
        let mut units: Vec<Vec<usize>> = (0..declared).filter(differs).map(|at| vec![at]).collect();
        let rest: Vec<usize> = (declared..ours.len()).filter(differs).collect();
        if units.len() + rest.len() < MOST_PARTS {
            units.extend(rest.into_iter().map(|at| vec![at]));
        } else {
            units.push(rest);
        }
        for chosen in combinations(units.len(), false) {
            let mut instruction = self.subject.instruction.clone();
            for at in chosen.iter().flat_map(|unit| &units[*unit]) {
                instruction.accounts[*at] = twin.accounts[*at].clone();
            }
            let first = units[chosen[0]][0];
            self.push(first, Substitution::Mixed, instruction, Vec::new());
        }
    }

    /// Accounts of one mint, itself among them, become those of another: a forged currency.
    pub fn currencies(&mut self) {
        let mut currencies: BTreeMap<Pubkey, Vec<usize>> = BTreeMap::new();
        for (position, meta) in self.subject.instruction.accounts.iter().enumerate() {
            if position >= self.subject.declared {
                break;
            }
            let account = self.subject.account(&meta.pubkey);
            let mint = match (&self.subject.kinds[position], account) {
                (Kind::Mint, Some(_)) => meta.pubkey,
                (Kind::Token, Some(account)) => {
                    TokenAccount::unpack(&account.data)
                        .expect("a token account")
                        .mint
                }
                _ => continue,
            };
            currencies.entry(mint).or_default().push(position);
        }
        for (mint, positions) in currencies {
            let forged: Vec<(usize, Pubkey, Account)> = positions
                .into_iter()
                .map(|position| self.forged(position, &mint))
                .collect();
            for chosen in combinations(forged.len(), true) {
                let mut instruction = self.subject.instruction.clone();
                let mut overlay = Vec::new();
                for index in &chosen {
                    let (position, address, account) = &forged[*index];
                    instruction.accounts[*position].pubkey = *address;
                    overlay.push((*address, account.clone()));
                }
                let first = forged[chosen[0]].0;
                self.push(first, Substitution::OtherCurrency, instruction, overlay);
            }
        }
    }

    /// An account of `mint`, or the mint itself, in the forged currency.
    fn forged(&self, position: usize, mint: &Pubkey) -> (usize, Pubkey, Account) {
        let key = self.subject.instruction.accounts[position].pubkey;
        let mut account = self.subject.account(&key).expect("it exists");
        if key == *mint {
            return (position, OTHER_MINT, account);
        }
        let tokens = TokenAccount::unpack(&account.data).expect("a token account");
        let forged = TokenAccount {
            mint: OTHER_MINT,
            ..tokens
        };
        forged.pack_into_slice(&mut account.data);
        let mut address = [0xD1; 32];
        address[0] = u8::try_from(position).expect("accounts are few");
        (position, Pubkey::new_from_array(address), account)
    }
}

/// Every choice of two or more of `parts` parts; that of all only if `all`.
fn combinations(parts: usize, all: bool) -> Vec<Vec<usize>> {
    assert!(parts <= MOST_PARTS, "{parts} parts");
    let everything = (1_usize << parts) - 1;
    (0..=everything)
        .filter(|chosen| all || *chosen != everything)
        .filter(|chosen| chosen.count_ones() >= 2)
        .map(|chosen| (0..parts).filter(|part| chosen >> part & 1 == 1).collect())
        .collect()
}
