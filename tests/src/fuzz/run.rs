//! One step on both sides, and what must hold after it.

use super::{
    action::{Action, Step},
    begin::Genesis,
    cast::Thing,
    compare::Differences,
    coverage::Coverage,
    invariants,
    rig::{Chain, Rig},
};
use crate::{
    Failure, books,
    model::{Account, Reason, Silent},
};
use io_client::Pubkey;
use solana_instruction_error::InstructionError;
use solana_transaction_error::TransactionError;

/// Steps between comparisons of everything that there is.
const EVERYTHING: u64 = 64;

/// A network and how far it got.
pub struct Run {
    pub rig: Rig,
    pub coverage: Coverage,
    steps: u64,
}

impl Run {
    /// A network that has begun, or how the two sides parted before the first IO was minted.
    pub fn new(genesis: &Genesis) -> Result<Self, String> {
        let mut run = Self {
            rig: Rig::unissued(genesis),
            coverage: Coverage::default(),
            steps: 0,
        };
        for (index, step) in genesis.drafts.iter().enumerate() {
            run.step(step)
                .map_err(|error| format!("draft {index}: {error}"))?;
        }
        run.rig.issue(genesis);
        run.steps = 0;
        Ok(run)
    }

    /// Whether chain and model agree about everything, and the books hold.
    pub fn check_everything(&self) -> Result<(), String> {
        let differences = self.rig.differences();
        if !differences.is_empty() {
            return Err(differences.join("\n"));
        }
        invariants::all(&self.rig.model)?;
        books::check(&self.rig.world)
            .map(drop)
            .map_err(|error| format!("{error:#}"))
    }

    /// Takes a step on both sides; whether it was carried out, or how they parted.
    pub fn step(&mut self, step: &Step) -> Result<bool, String> {
        if step.wait != 0 {
            self.rig.world.advance(step.wait);
            self.rig.model.now = self.rig.world.now();
        }
        let mut instructions = Vec::new();
        let mut of_action = Vec::new();
        for (index, action) in step.actions.iter().enumerate() {
            if let Action::Price { token, price } = action {
                self.rig.post(*token, price);
                // Posted by others, whatever becomes of the transaction.
                self.rig.model.oracle[usize::from(*token)] = Some(*price);
            }
            let built = self.rig.builder().build(action);
            of_action.extend(built.iter().map(|_| index));
            instructions.extend(built);
            for thing in things(action) {
                self.rig.know(thing);
            }
        }
        let sent = if instructions.is_empty() {
            Ok(())
        } else {
            Rig::send(&mut self.rig.world, &instructions)
        };
        let mut model = self.rig.model.clone();
        let mut refused = None;
        for (index, action) in step.actions.iter().enumerate() {
            let outcome = match sent {
                Ok(()) => action.apply(&mut model, &Chain(&self.rig.world, &self.rig.cast)),
                Err(_) => action.apply(&mut model, &Silent),
            };
            if let Err(reasons) = outcome {
                refused = Some((index, reasons.0));
                break;
            }
        }
        if step.must && sent.is_err() {
            return Err(format!(
                "invariant 8: an exit was refused: {:?}",
                step.actions
            ));
        }
        if let Some((index, reasons)) = &refused {
            invariants::exit(&step.actions[*index], reasons)?;
        }
        match (&sent, refused) {
            (Ok(()), None) => {
                for action in &step.actions {
                    self.coverage.succeeded(action);
                }
                if let Some(parted) = model.parted.first() {
                    return Err(parted.clone());
                }
                let written: Vec<Pubkey> = instructions
                    .iter()
                    .flat_map(|instruction| &instruction.accounts)
                    .filter(|account| account.is_writable)
                    .map(|account| account.pubkey)
                    .collect();
                let before = std::mem::replace(&mut self.rig.model, model);
                self.compare_written(&written)?;
                let signers: Vec<u8> = instructions
                    .iter()
                    .flat_map(|instruction| &instruction.accounts)
                    .filter(|account| account.is_signer)
                    .map(|account| self.rig.cast.who(&account.pubkey))
                    .collect();
                invariants::after(&before, &self.rig.model, step, &signers)?;
                for (instruction, action) in instructions.iter().zip(&of_action) {
                    self.check_locks(&step.actions[*action], instruction)?;
                }
            }
            (Err(failure), Some((index, reasons))) => {
                let code = self.expected(failure, index, &of_action, &reasons)?;
                self.coverage.refused(code);
            }
            (Ok(()), Some((index, reasons))) => {
                return Err(format!(
                    "{:?} succeeded; the model refuses it for {reasons:?}",
                    step.actions[index]
                ));
            }
            (Err(failure), None) => {
                return Err(format!(
                    "refused with {}; the model allows it",
                    shown(failure)
                ));
            }
        }
        self.steps += 1;
        if self.steps.is_multiple_of(EVERYTHING) {
            self.check_everything()?;
        }
        Ok(sent.is_ok())
    }

    fn compare_written(&self, written: &[Pubkey]) -> Result<(), String> {
        let compare = self.rig.compare();
        let mut found = Differences::default();
        for address in written {
            if let Some(thing) = self.rig.things.get(address) {
                compare.check(*thing, address, &mut found);
            }
        }
        if found.0.is_empty() {
            Ok(())
        } else {
            Err(found.0.join("\n"))
        }
    }

    /// Invariant 9: the hot instructions write nothing that strangers share.
    fn check_locks(
        &self,
        action: &Action,
        instruction: &io_client::Instruction,
    ) -> Result<(), String> {
        let hot = matches!(
            action,
            Action::PayIo { .. }
                | Action::Deposit { .. }
                | Action::Claim { .. }
                | Action::Withdraw { .. }
        );
        let writes = instruction
            .accounts
            .iter()
            .filter(|account| account.is_writable);
        for account in writes.filter(|_| hot) {
            let thing = self.rig.things.get(&account.pubkey);
            if thing.is_some_and(Thing::is_shared) {
                return Err(format!("invariant 9: {action:?} writes {thing:?}"));
            }
        }
        Ok(())
    }

    /// The code of a refusal, if it is one of the model's reasons.
    fn expected(
        &self,
        failure: &Failure,
        index: usize,
        of_action: &[usize],
        reasons: &[Reason],
    ) -> Result<u32, String> {
        let TransactionError::InstructionError(at, error) = &failure.error else {
            return Err(format!(
                "refused with {:?}, wanted {reasons:?}",
                failure.error
            ));
        };
        let at = of_action.get(usize::from(*at)).copied();
        let code = match error {
            InstructionError::Custom(code) => *code,
            _ => 0,
        };
        let ours = (6_000..6_400).contains(&code);
        let known = reasons.iter().any(|reason| match reason {
            Reason::Code(expected) => *expected == code,
            Reason::Funds => code == 1,
            Reason::Account | Reason::Venue => !ours,
        });
        if known && at == Some(index) {
            return Ok(code);
        }
        Err(format!(
            "action {at:?} refused with {}; the model has action {index} refused for {reasons:?}",
            shown(failure)
        ))
    }
}

/// A failure in words.
fn shown(failure: &Failure) -> String {
    let message = failure.code().and_then(io_client::errors::explain);
    let message = message.map(|explained| format!(": {explained:?}"));
    format!("{:?}{}", failure.error, message.unwrap_or_default())
}

/// What an action may bring about at an address that nobody has named before.
fn things(action: &Action) -> Vec<Thing> {
    match action {
        Action::CreateClass { id, .. } => vec![Thing::Class(*id)],
        Action::RegisterNode { by, id, .. } => {
            let node = (*by, *id);
            vec![
                Thing::Node(node),
                Thing::Proposal(node),
                Thing::Emission(node),
                Thing::Token(Account::Stake(node)),
                Thing::Token(Account::Rewards(node)),
            ]
        }
        Action::OpenPosition { at, .. } => vec![Thing::Position(*at)],
        Action::RequestUnstake { at, index, .. } => vec![Thing::Ticket((*at, at.1, *index))],
        Action::UnstakeRetired { by, at } => vec![Thing::Ticket((*at, *by, u64::MAX))],
        Action::PayIo { by, order, .. } | Action::PayIoSplit { by, order, .. } => {
            vec![Thing::Receipt(*by, order.id)]
        }
        Action::PayToken { by, payment } | Action::PayFiat { by, payment } => {
            vec![Thing::Receipt(*by, payment.order.id)]
        }
        _ => Vec::new(),
    }
}
