//! One call of the matrix: what its accounts are, and what it does.

use super::{idl::Idls, substitutes::Cell, substitution::Substitution, tape::Call};
use io_client::{
    Instruction, Pubkey,
    shared::ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM},
};
use litesvm::LiteSVM;
use solana_account::{Account, ReadableAccount};
use solana_message::Message;
use solana_program_pack::Pack;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;
use spl_token_interface::state::{Account as TokenAccount, Mint};
use std::collections::BTreeMap;

/// Pays every transaction's fee, and is part of no call.
pub const FEE_PAYER: Pubkey = Pubkey::new_from_array([0xFE; 32]);
/// A stranger with lamports and nothing else.
pub const STRANGER: Pubkey = Pubkey::new_from_array([0xA7; 32]);

/// What an account is, as far as substitutes for it differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Program,
    /// Of one of the four programs, by layout.
    Ours(String),
    Token,
    Mint,
    /// A wallet: nothing but lamports, or not even these.
    Wallet,
    /// Of any other program.
    Foreign,
}

/// Accounts that a call changed: as they were and as they are.
pub type Changes = BTreeMap<Pubkey, (Option<Account>, Option<Account>)>;

/// A call that succeeds, and what is known of it.
pub struct Subject {
    /// `program::instruction`.
    pub name: String,
    /// Of the accounts, remaining ones included.
    pub accounts: Vec<String>,
    /// How many of them the instruction declares.
    pub declared: usize,
    pub kinds: Vec<Kind>,
    /// Whether the call makes the account.
    pub made: Vec<bool>,
    pub instruction: Instruction,
    pub changes: Changes,
    /// Data of every instruction that a program called.
    pub inner: Vec<Vec<u8>>,
    /// The same of another party, and what it does if it succeeds at the same time.
    pub twin: Option<Instruction>,
    pub twin_changes: Option<Changes>,
    svm: LiteSVM,
}

impl Subject {
    /// What there is to know of a call; an error of the runtime if it does not succeed by itself.
    pub fn of(call: Call, idls: &Idls) -> Result<Self, TransactionError> {
        let mut svm = call
            .before
            .with_sigverify(false)
            .with_blockhash_check(false)
            .with_transaction_history(0);
        for wallet in [FEE_PAYER, STRANGER] {
            let rich = Account {
                lamports: 1_000_000_000_000,
                ..Account::default()
            };
            svm.set_account(wallet, rich)
                .expect("a wallet is well formed");
        }
        let instruction = call.instruction;
        let (changes, inner) = simulate(&svm, &instruction)?;
        let names = idls
            .names(&instruction)
            .expect("the call is one of the four programs'");
        let mut subject = Self {
            name: names.instruction,
            declared: names.accounts.len(),
            accounts: names.accounts,
            kinds: Vec::new(),
            made: Vec::new(),
            instruction,
            changes,
            inner,
            twin_changes: call
                .twin
                .as_ref()
                .and_then(|twin| simulate(&svm, twin).ok())
                .map(|(changes, _)| changes),
            twin: call.twin,
            svm,
        };
        let metas = subject.instruction.accounts.clone();
        for meta in &metas {
            let before = subject.account(&meta.pubkey);
            let after = subject.changes.get(&meta.pubkey);
            let made = before.is_none() && after.is_some_and(|(_, after)| after.is_some());
            let known = if made {
                after.and_then(|(_, after)| after.clone())
            } else {
                before
            };
            subject.made.push(made);
            subject.kinds.push(kind(known.as_ref(), idls));
        }
        for index in subject.accounts.len()..metas.len() {
            let name = subject.remaining(index);
            subject.accounts.push(name);
        }
        Ok(subject)
    }

    /// An account as it is before the call, if it exists.
    pub fn account(&self, address: &Pubkey) -> Option<Account> {
        existing(&self.svm, address)
    }

    /// Every account there is, in the order of their addresses.
    pub fn all(&self) -> BTreeMap<Pubkey, Account> {
        let accounts = self.svm.accounts_db().inner.iter();
        accounts
            .filter(|(_, account)| account.lamports() > 0)
            .map(|(address, account)| (*address, account.clone().into()))
            .collect()
    }

    /// The account that a cell is about; all of them, if it mixes several.
    pub fn account_name(&self, cell: &Cell) -> String {
        if !matches!(
            cell.substitution,
            Substitution::Mixed | Substitution::OtherCurrency
        ) {
            return self.accounts[cell.position].clone();
        }
        let ours = self.instruction.accounts.iter();
        let pairs = ours.zip(&cell.instruction.accounts).zip(&self.accounts);
        let mut names: Vec<&str> = pairs
            .filter(|((ours, theirs), _)| ours != theirs)
            .map(|(_, name)| name.as_str())
            .collect();
        names.dedup();
        names.join(" + ")
    }

    /// What another instruction does on the same chain with `overlay` laid over it.
    pub fn attempt(
        &mut self,
        instruction: &Instruction,
        overlay: &[(Pubkey, Account)],
    ) -> Result<Changes, TransactionError> {
        let before: Vec<_> = overlay
            .iter()
            .map(|(address, account)| {
                let before = self.svm.get_account(address).unwrap_or_default();
                self.put(address, account.clone());
                (*address, before)
            })
            .collect();
        let result = simulate(&self.svm, instruction).map(|(changes, _)| changes);
        for (address, account) in before {
            self.put(&address, account);
        }
        result
    }

    fn put(&mut self, address: &Pubkey, account: Account) {
        self.svm
            .set_account(*address, account)
            .expect("a substitute is well formed");
    }

    /// The name of an account after the declared ones, by what it is for.
    fn remaining(&self, index: usize) -> String {
        if let Kind::Ours(layout) = &self.kinds[index] {
            return format!("… {layout}");
        }
        if self.kinds[index - 1] == Kind::Ours("Supplier".into()) {
            return "… destination".into();
        }
        let owner = |account: Account| account.owner;
        let meta = &self.instruction.accounts[index];
        if self.account(&meta.pubkey).map(owner) == Some(crate::pyth::PYTH) {
            return "… price".into();
        }
        if self.accounts.iter().any(|name| name == "venue_program") {
            return "… of the venue".into();
        }
        "…".into()
    }
}

/// Runs one instruction, of which nothing lasts: what it changes, and the data of the instructions that
/// programs called.
fn simulate(
    svm: &LiteSVM,
    instruction: &Instruction,
) -> Result<(Changes, Vec<Vec<u8>>), TransactionError> {
    let message = Message::new(std::slice::from_ref(instruction), Some(&FEE_PAYER));
    let done = svm
        .simulate_transaction(Transaction::new_unsigned(message))
        .map_err(|failed| failed.err)?;
    let changes = done
        .post_accounts
        .into_iter()
        .filter_map(|(address, after)| {
            let before = existing(svm, &address);
            let after = Some(Account::from(after)).filter(|account| account.lamports > 0);
            (address != FEE_PAYER && before != after).then_some((address, (before, after)))
        });
    let inner = done.meta.inner_instructions.into_iter().flatten();
    let inner = inner.map(|inner| inner.instruction.data);
    Ok((changes.collect(), inner.collect()))
}

fn existing(svm: &LiteSVM, address: &Pubkey) -> Option<Account> {
    svm.get_account(address)
        .filter(|account| account.lamports > 0)
}

/// What an account is.
pub fn kind(account: Option<&Account>, idls: &Idls) -> Kind {
    match account {
        None => Kind::Wallet,
        Some(account) if account.executable => Kind::Program,
        Some(account) if account.owner == SYSTEM_PROGRAM => Kind::Wallet,
        Some(account) if account.owner == TOKEN_PROGRAM => match account.data.len() {
            TokenAccount::LEN => Kind::Token,
            Mint::LEN => Kind::Mint,
            _ => Kind::Foreign,
        },
        Some(account) => idls
            .layout(&account.owner, &account.data)
            .map_or(Kind::Foreign, |layout| Kind::Ours(layout.into())),
    }
}
