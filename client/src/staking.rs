//! Instructions of `io_staking`.

use crate::{
    Instruction, Pubkey,
    instruction::{build, read, sign, write, write_sign},
    pda,
};
use borsh::BorshSerialize;
use io_shared::{
    ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM, io_mint, io_staking},
    state::{ClassRule, Layout, Ticket, TrancheKind},
};
use solana_program::instruction::AccountMeta;
use solana_system_interface::instruction::{allocate_with_seed, transfer};

/// Bytes of a ticket's account.
pub const TICKET_SPACE: u64 = Ticket::SPACE as u64;

/// A node, as its operator knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeTerms {
    /// The operator's own name for the node.
    pub node_id: [u8; 32],
    /// Device class id.
    pub class: u16,
    pub processors: u16,
    /// The operator's part of each reward, in basis points.
    pub commission_bps: u64,
    /// Whether others may stake on it.
    pub delegation_open: bool,
}

/// A kind of device, as the authority sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassTerms {
    pub id: u16,
    /// UTF-8, zero padded.
    pub name: [u8; 16],
    /// Emission pool that its nodes earn from.
    pub pool: u8,
    /// Weight and collateral of one processor, in thousandths of the base.
    pub multiplier_milli: u64,
    /// A node's maximum stake as a multiple of its minimum.
    pub max_stake_multiple: u64,
    /// Whether delegators who come now can be slashed.
    pub delegators_slashable: bool,
}

/// One staker's part of one node: what most instructions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    pub node: Pubkey,
    pub owner: Pubkey,
    pub tranche: TrancheKind,
}

impl Stake {
    pub fn position(&self) -> Pubkey {
        pda::position(&self.node, &self.owner, self.tranche).0
    }

    /// Where this library makes the position's ticket number `index`: an address that only the owner
    /// can make an account at.
    pub fn ticket(&self, index: u64) -> Pubkey {
        ticket_address(&self.owner, &self.ticket_seed(index))
    }

    /// 16 hexadecimal digits of the position, then 16 of the index.
    fn ticket_seed(&self, index: u64) -> String {
        let position = self.position().to_bytes();
        let start: String = position[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{start}{index:016x}")
    }
}

fn ticket_address(base: &Pubkey, seed: &str) -> Pubkey {
    Pubkey::create_with_seed(base, seed, &io_staking::ID)
        .expect("a ticket's seed is 32 characters long")
}

/// Creates the config. Signed by the program's upgrade authority, which pays and becomes the
/// authority.
pub fn initialize(
    authority: &Pubkey,
    guardian: &Pubkey,
    slasher: &Pubkey,
    min_self_stake_bps: u64,
) -> Instruction {
    staking_instruction(
        "initialize",
        &(guardian.to_bytes(), slasher.to_bytes(), min_self_stake_bps),
        vec![
            write_sign(*authority),
            read(io_staking::PROGRAM_DATA),
            read(io_mint::CONFIG.address),
            write(io_staking::CONFIG.address),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Adds a kind of device. Signed by the authority, which pays the rent.
pub fn create_class(authority: &Pubkey, terms: &ClassTerms) -> Instruction {
    staking_instruction(
        "create_class",
        &(
            terms.id,
            terms.name,
            terms.pool,
            terms.multiplier_milli,
            terms.max_stake_multiple,
            terms.delegators_slashable,
        ),
        vec![
            write_sign(*authority),
            read(io_staking::CONFIG.address),
            write(pda::device_class(terms.id).0),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Changes a rule of a class after the delay for rules. Signed by the authority.
pub fn schedule_class(authority: &Pubkey, class: u16, rule: ClassRule, next: u64) -> Instruction {
    class_instruction("schedule_class", &(rule as u8, next), authority, class)
}

/// Drops every change of a class's rules that waits. Signed by the guardian or the authority.
pub fn cancel_class_changes(by: &Pubkey, class: u16) -> Instruction {
    class_instruction("cancel_class_changes", &(), by, class)
}

/// Suspends a class (guardian or authority), or ends that (authority).
pub fn suspend_class(by: &Pubkey, class: u16, suspended: bool) -> Instruction {
    class_instruction("suspend_class", &suspended, by, class)
}

/// Ends the support of a class, for good. Signed by the authority.
pub fn end_class(authority: &Pubkey, class: u16) -> Instruction {
    class_instruction("end_class", &(), authority, class)
}

/// Registers a node with its two vaults. Signed by the operator, and by `payer` for the rent. `mint`
/// is the IO mint that the config names.
pub fn register_node(
    payer: &Pubkey,
    operator: &Pubkey,
    mint: &Pubkey,
    terms: &NodeTerms,
) -> Instruction {
    let node = pda::node(operator, &terms.node_id).0;
    staking_instruction(
        "register_node",
        &(
            terms.node_id,
            terms.processors,
            terms.commission_bps,
            terms.delegation_open,
        ),
        vec![
            write_sign(*payer),
            sign(*operator),
            read(io_staking::CONFIG.address),
            read(pda::device_class(terms.class).0),
            write(node),
            write(pda::stake_vault(&node).0),
            write(pda::reward_vault(&node).0),
            read(*mint),
            read(TOKEN_PROGRAM),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Opens a node to stake of others, or closes it. Signed by the operator.
pub fn set_delegation(operator: &Pubkey, node: &Pubkey, open: bool) -> Instruction {
    staking_instruction("set_delegation", &open, vec![sign(*operator), write(*node)])
}

/// Sets the operator's part of rewards, in basis points: a lower one at once, a raise after the cooldown,
/// with `emissions::harvest` in front where the node earns. Signed by the operator. `pool` is the emission
/// pool of the node's class.
pub fn set_commission(operator: &Pubkey, node: &Pubkey, pool: u8, bps: u64) -> Instruction {
    staking_instruction(
        "set_commission",
        &bps,
        vec![
            sign(*operator),
            write(*node),
            read(pda::reward_pool(pool).0),
            read(pda::node_emission(node).0),
        ],
    )
}

/// Brings a node's terms up to date with its class, number `class`, and the config. Anyone may send it;
/// where the node earns, with `emissions::harvest` in front. `pool` is the class's emission pool.
pub fn sync_class(node: &Pubkey, class: u16, pool: u8) -> Instruction {
    staking_instruction(
        "sync_class",
        &(),
        vec![
            read(io_staking::CONFIG.address),
            read(pda::device_class(class).0),
            write(*node),
            read(pda::reward_pool(pool).0),
            read(pda::node_emission(node).0),
        ],
    )
}

/// Opens a position. Signed by its owner, and by `payer` for the rent.
pub fn open_position(payer: &Pubkey, stake: &Stake) -> Instruction {
    staking_instruction(
        "open_position",
        &(stake.tranche as u8),
        vec![
            write_sign(*payer),
            sign(stake.owner),
            write(stake.node),
            write(stake.position()),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Stakes `amount` from the token account `source`, or if the node has less room what fits, down to
/// `min_accepted`. Signed by the owner. `pool` is the emission pool of the node's class.
pub fn deposit(
    stake: &Stake,
    source: &Pubkey,
    pool: u8,
    amount: u64,
    min_accepted: u64,
) -> Instruction {
    staking_instruction(
        "deposit",
        &(amount, min_accepted),
        vec![
            sign(stake.owner),
            read(io_staking::CONFIG.address),
            write(stake.node),
            write(stake.position()),
            write(*source),
            write(pda::stake_vault(&stake.node).0),
            read(pda::reward_pool(pool).0),
            read(pda::node_emission(&stake.node).0),
            read(TOKEN_PROGRAM),
        ],
    )
}

/// Moves a position's rewards into its stake, all of them or if the node has less room what fits, down to
/// `min_accepted`. Signed by the owner. `pool` is the emission pool of the node's class.
pub fn compound(stake: &Stake, pool: u8, min_accepted: u64) -> Instruction {
    staking_instruction(
        "compound",
        &min_accepted,
        vec![
            sign(stake.owner),
            read(io_staking::CONFIG.address),
            write(stake.node),
            write(stake.position()),
            write(pda::reward_vault(&stake.node).0),
            write(pda::stake_vault(&stake.node).0),
            read(pda::reward_pool(pool).0),
            read(pda::node_emission(&stake.node).0),
            read(TOKEN_PROGRAM),
        ],
    )
}

/// Starts the cooldown of `amount`, of the whole position with `u64::MAX`: pays for the ticket's
/// account, makes it, fills it in. All three belong into one transaction. Signed by the owner, and by
/// `payer` for `rent`, which is what the cluster asks for [`TICKET_SPACE`] bytes. `index` is the
/// position's `next_ticket`.
///
/// Lamports that someone sent to the ticket's address beforehand stop nothing; `payer` gets them with
/// the rent.
pub fn request_unstake(
    payer: &Pubkey,
    stake: &Stake,
    pool: u8,
    index: u64,
    amount: u64,
    rent: u64,
) -> [Instruction; 3] {
    let ticket = stake.ticket(index);
    let pay = transfer(payer, &ticket, rent);
    let make = allocate_with_seed(
        &ticket,
        &stake.owner,
        &stake.ticket_seed(index),
        TICKET_SPACE,
        &io_staking::ID,
    );
    let request = staking_instruction(
        "request_unstake",
        &amount,
        vec![
            sign(stake.owner),
            write(stake.node),
            write(stake.position()),
            write(ticket),
            sign(*payer),
            read(pda::reward_pool(pool).0),
            read(pda::node_emission(&stake.node).0),
        ],
    );
    [pay, make, request]
}

/// Takes a ticket's stake back into the position. Signed by the owner. `rent_payer` is the ticket's.
pub fn cancel_unstake(stake: &Stake, pool: u8, index: u64, rent_payer: &Pubkey) -> Instruction {
    let position = stake.position();
    staking_instruction(
        "cancel_unstake",
        &(),
        vec![
            sign(stake.owner),
            read(io_staking::CONFIG.address),
            write(stake.node),
            write(position),
            write(stake.ticket(index)),
            write(*rent_payer),
            read(pda::reward_pool(pool).0),
            read(pda::node_emission(&stake.node).0),
        ],
    )
}

/// Pays a ticket that has cooled down to `destination`, a token account of the position's payout
/// wallet. Anyone may send it. `rent_payer` is the ticket's.
pub fn withdraw(
    stake: &Stake,
    index: u64,
    destination: &Pubkey,
    rent_payer: &Pubkey,
) -> Instruction {
    withdraw_ticket(stake, &stake.ticket(index), destination, rent_payer)
}

/// [`withdraw`] for a ticket that is not at the owner's address, as one of [`unstake_retired`].
pub fn withdraw_ticket(
    stake: &Stake,
    ticket: &Pubkey,
    destination: &Pubkey,
    rent_payer: &Pubkey,
) -> Instruction {
    let position = stake.position();
    staking_instruction(
        "withdraw",
        &(),
        vec![
            write(stake.node),
            write(position),
            write(*ticket),
            write(pda::stake_vault(&stake.node).0),
            write(*destination),
            write(*rent_payer),
            read(TOKEN_PROGRAM),
        ],
    )
}

/// Pays a position's rewards to `destination`, a token account of its payout wallet. Anyone may send
/// it.
pub fn claim(stake: &Stake, destination: &Pubkey) -> Instruction {
    staking_instruction(
        "claim",
        &(),
        vec![
            write(stake.node),
            write(stake.position()),
            write(pda::reward_vault(&stake.node).0),
            write(*destination),
            read(TOKEN_PROGRAM),
        ],
    )
}

/// Shares out what arrived in a node's reward vault. Anyone may send it.
pub fn distribute(node: &Pubkey) -> Instruction {
    staking_instruction(
        "distribute",
        &(),
        vec![write(*node), read(pda::reward_vault(node).0)],
    )
}

/// Sets the wallet that claims and withdrawals pay. Signed by the owner.
pub fn set_payout(stake: &Stake, payout: &Pubkey) -> Instruction {
    staking_instruction(
        "set_payout",
        &payout.to_bytes(),
        vec![sign(stake.owner), write(stake.position())],
    )
}

/// Stops a node. Signed by the guardian or the authority. `pool` is the emission pool of its class.
pub fn halt_node(by: &Pubkey, node: &Pubkey, pool: u8) -> Instruction {
    staking_instruction(
        "halt_node",
        &(),
        vec![
            sign(*by),
            read(io_staking::CONFIG.address),
            write(*node),
            read(pda::reward_pool(pool).0),
            read(pda::node_emission(node).0),
        ],
    )
}

/// Opens a halted node again. Signed by the authority.
pub fn resume_node(authority: &Pubkey, node: &Pubkey) -> Instruction {
    staking_instruction(
        "resume_node",
        &(),
        vec![
            sign(*authority),
            read(io_staking::CONFIG.address),
            write(*node),
        ],
    )
}

/// Pauses deposits and new nodes (guardian or authority), or ends that (authority).
pub fn set_paused(by: &Pubkey, paused: bool) -> Instruction {
    config_instruction("set_paused", &paused, by)
}

/// Changes the operator's smallest part of a node's stake: a raise after 30 days, a lower one after the
/// delay for rules. Signed by the authority.
pub fn schedule_min_self_stake(authority: &Pubkey, bps: u64) -> Instruction {
    config_instruction("schedule_min_self_stake", &bps, authority)
}

/// Drops the change of the operator's smallest part that waits. Signed by the guardian or the authority.
pub fn cancel_changes(by: &Pubkey) -> Instruction {
    config_instruction("cancel_changes", &(), by)
}

/// Replaces the guardian; the zero address leaves none. Signed by the authority.
pub fn set_guardian(authority: &Pubkey, guardian: &Pubkey) -> Instruction {
    config_instruction("set_guardian", &guardian.to_bytes(), authority)
}

/// Replaces the slasher; the zero address leaves none. Signed by the authority.
pub fn set_slasher(authority: &Pubkey, slasher: &Pubkey) -> Instruction {
    config_instruction("set_slasher", &slasher.to_bytes(), authority)
}

/// Names who may become the authority. Signed by the authority.
pub fn nominate_authority(authority: &Pubkey, nominee: &Pubkey) -> Instruction {
    config_instruction("nominate_authority", &nominee.to_bytes(), authority)
}

/// Makes the nominee the authority. Signed by the nominee.
pub fn accept_authority(nominee: &Pubkey) -> Instruction {
    config_instruction("accept_authority", &(), nominee)
}

fn config_instruction(name: &str, arguments: &impl BorshSerialize, signer: &Pubkey) -> Instruction {
    staking_instruction(
        name,
        arguments,
        vec![sign(*signer), write(io_staking::CONFIG.address)],
    )
}

fn class_instruction(
    name: &str,
    arguments: &impl BorshSerialize,
    signer: &Pubkey,
    class: u16,
) -> Instruction {
    staking_instruction(
        name,
        arguments,
        vec![
            sign(*signer),
            read(io_staking::CONFIG.address),
            write(pda::device_class(class).0),
        ],
    )
}

/// An instruction with the two accounts that every one ends with: those that record its event.
fn staking_instruction(
    name: &str,
    arguments: &impl BorshSerialize,
    mut accounts: Vec<AccountMeta>,
) -> Instruction {
    accounts.push(read(io_staking::EVENT_AUTHORITY.address));
    accounts.push(read(io_staking::ID));
    build(io_staking::ID, name, arguments, accounts)
}

/// Proposes to take `bps` of the stake at risk on a halted or retired node; `reason_hash` is that of the
/// document that says why. Signed by the slasher, who pays the rent.
pub fn propose_slash(
    slasher: &Pubkey,
    node: &Pubkey,
    bps: u64,
    reason_hash: [u8; 32],
) -> Instruction {
    staking_instruction(
        "propose_slash",
        &(bps, reason_hash),
        vec![
            write_sign(*slasher),
            read(io_staking::CONFIG.address),
            write(*node),
            write(pda::slash(node).0),
            read(SYSTEM_PROGRAM),
        ],
    )
}

/// Takes a slash proposal back. Signed by the guardian or the authority, by anyone once it has lapsed.
/// `rent_payer` is the proposal's.
pub fn cancel_slash(by: &Pubkey, node: &Pubkey, rent_payer: &Pubkey) -> Instruction {
    staking_instruction(
        "cancel_slash",
        &(),
        vec![
            sign(*by),
            read(io_staking::CONFIG.address),
            write(*node),
            write(pda::slash(node).0),
            write(*rent_payer),
        ],
    )
}

/// Executes a slash after its 7 days. Anyone may send it. `mint` is the IO mint, `rent_payer` the
/// proposal's.
pub fn execute_slash(node: &Pubkey, mint: &Pubkey, rent_payer: &Pubkey) -> Instruction {
    staking_instruction(
        "execute_slash",
        &(),
        vec![
            write(*node),
            write(pda::slash(node).0),
            write(pda::stake_vault(node).0),
            write(*rent_payer),
            write(io_mint::CONFIG.address),
            write(*mint),
            read(TOKEN_PROGRAM),
            read(io_mint::EVENT_AUTHORITY.address),
            read(io_mint::ID),
        ],
    )
}

/// Gives a node up for good. Signed by the operator. `pool` is the emission pool of the node's class.
pub fn retire_node(operator: &Pubkey, node: &Pubkey, pool: u8) -> Instruction {
    staking_instruction(
        "retire_node",
        &(),
        vec![
            sign(*operator),
            write(*node),
            read(pda::reward_pool(pool).0),
            read(pda::node_emission(node).0),
        ],
    )
}

/// Starts the cooldown of somebody's whole position on a retired node, paid out to them as ever; with
/// `emissions::harvest` and [`distribute`] in front if there is anything to share out. Signed by `caller`,
/// who pays for the ticket's account, at an address of `caller`'s own, and gets the rent back. Returns the
/// ticket with the instructions, which belong into one transaction.
pub fn unstake_retired(caller: &Pubkey, stake: &Stake, rent: u64) -> (Pubkey, [Instruction; 3]) {
    let seed = stake.ticket_seed(u64::MAX);
    let ticket = ticket_address(caller, &seed);
    let pay = transfer(caller, &ticket, rent);
    let make = allocate_with_seed(&ticket, caller, &seed, TICKET_SPACE, &io_staking::ID);
    let request = staking_instruction(
        "unstake_retired",
        &(),
        vec![
            sign(*caller),
            write(stake.node),
            write(stake.position()),
            write(ticket),
            read(pda::reward_vault(&stake.node).0),
            read(pda::node_emission(&stake.node).0),
        ],
    );
    (ticket, [pay, make, request])
}

/// Closes an empty position. Signed by its owner, by anyone if the node is retired. `rent_payer` is the
/// position's.
pub fn close_position(by: &Pubkey, stake: &Stake, rent_payer: &Pubkey) -> Instruction {
    staking_instruction(
        "close_position",
        &(),
        vec![
            sign(*by),
            write(stake.node),
            write(stake.position()),
            write(*rent_payer),
        ],
    )
}

/// Closes a retired node that nobody has anything on, after `io_emissions` closed its account of it.
/// Anyone may send it. `destination` is a token account of the operator, `rent_payer` the node's.
pub fn close_node(node: &Pubkey, destination: &Pubkey, rent_payer: &Pubkey) -> Instruction {
    staking_instruction(
        "close_node",
        &(),
        vec![
            write(*node),
            write(pda::stake_vault(node).0),
            write(pda::reward_vault(node).0),
            read(pda::node_emission(node).0),
            write(*destination),
            write(*rent_payer),
            read(TOKEN_PROGRAM),
        ],
    )
}
