//! The same binaries under another runner: `solana-program-test`, with the bank of a validator and
//! `BanksClient`. The cluster is migrated step by step, then a node lives through a life.

use anyhow::{Result, bail};
use io_client::{
    Instruction, Pubkey, emissions, mint, payments, pda,
    shared::{
        constants::{COOLDOWN, HOUR, IO, USDC_DECIMALS},
        errors::{EmissionsError, MintError, PaymentsError, StakingError},
        events::{Claimed, EpochAdvanced, Event, Harvested, Paid, UnstakeRequested},
        ids::{TOKEN_PROGRAM, io_emissions, io_mint, io_staking},
        state::{
            EmissionsConfig, Layout, MintConfig, Minter, Node, PayoutPreference, Receipt,
            StakingConfig, TrancheKind,
        },
    },
    staking::{self, NodeTerms, Stake},
    token,
};
use io_migrations::{Chain, Cluster, Operator, Step, plan};
use io_tests::{GENESIS, PROGRAMS, amm::AMM_PROGRAM, deployment, network::transfer};
use solana_account::Account;
use solana_clock::Clock;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_program_pack::Pack;
use solana_program_test::{ProgramTest, ProgramTestContext};
use solana_signer::Signer;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;
use spl_token_interface::state::{Account as TokenAccount, Mint};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

const CLUSTER: &str = include_str!("../../migrations/clusters/localnet.toml");
const MINT: Pubkey = io_mint::MINT.address;
const USDC: Pubkey = Pubkey::new_from_array([8; 32]);
const COMPUTE_BUDGET: Pubkey =
    Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");
const SOL: u64 = 1_000_000_000;

/// A bank with the programs as they would be deployed, and the key that may initialize them.
struct Banks {
    context: ProgramTestContext,
    authority: Keypair,
    sent: u32,
}

impl Banks {
    async fn start() -> Self {
        let authority = Keypair::new_from_array([1; 32]);
        let mut genesis = ProgramTest::default();
        // It turns every program's log on.
        if std::env::var_os("RUST_LOG").is_none() {
            log::set_max_level(log::LevelFilter::Off);
        }
        let mut programs = PROGRAMS.to_vec();
        programs.push(("amm", AMM_PROGRAM));
        for (name, id) in programs {
            for (address, owner, data, executable) in deployment(name, id, &authority.pubkey()) {
                genesis.add_genesis_account(address, account(owner, data, executable));
            }
        }
        let usdc = Mint {
            mint_authority: None.into(),
            supply: 0,
            decimals: USDC_DECIMALS,
            is_initialized: true,
            freeze_authority: None.into(),
        };
        let mut data = vec![0; Mint::LEN];
        usdc.pack_into_slice(&mut data);
        genesis.add_genesis_account(USDC, account(TOKEN_PROGRAM, data, false));
        for key in [&authority, &wallet(1), &wallet(2), &wallet(3)] {
            let funded = account(Pubkey::default(), Vec::new(), false);
            genesis.add_genesis_account(key.pubkey(), funded);
        }
        let banks = Self {
            context: genesis.start_with_context().await,
            authority,
            sent: 0,
        };
        banks.set_clock(GENESIS).await;
        banks
    }

    /// A bank with the cluster migrated.
    async fn migrated() -> Self {
        let mut banks = Self::start().await;
        for step in banks.plan().await {
            banks.run(&step.instructions, &[]).await;
        }
        banks
    }

    async fn set_clock(&self, unix_timestamp: i64) {
        let mut clock: Clock = self
            .context
            .banks_client
            .get_sysvar()
            .await
            .expect("a clock");
        clock.unix_timestamp = unix_timestamp;
        self.context.set_sysvar(&clock);
    }

    /// What the cluster file wants and the bank has not.
    async fn plan(&self) -> Vec<Step> {
        self.plan_by(&self.authority.pubkey()).await
    }

    async fn plan_by(&self, authority: &Pubkey) -> Vec<Step> {
        let cluster = Cluster::parse(CLUSTER).expect("the cluster file");
        let operator = Operator {
            authority: *authority,
            usdc: USDC,
        };
        // A plan reads at once and a bank answers later, so the plan is made again until it asks for
        // nothing that was not fetched.
        let mut seen = Seen::default();
        loop {
            let steps = plan(&cluster, &operator, &seen);
            let asked = seen.asked.take();
            if asked.is_empty() {
                return steps.expect("a plan");
            }
            for address in asked {
                let account = self.account(&address).await;
                seen.accounts.insert(address, account);
            }
        }
    }

    /// A transaction that differs from every other, paid by the authority.
    async fn transaction(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Transaction {
        self.sent += 1;
        let mut limit = vec![2];
        limit.extend_from_slice(&(1_000_000 + self.sent).to_le_bytes());
        let mut all = vec![Instruction {
            program_id: COMPUTE_BUDGET,
            accounts: Vec::new(),
            data: limit,
        }];
        all.extend_from_slice(instructions);
        let blockhash = self.context.banks_client.get_latest_blockhash().await;
        let mut keys = vec![&self.authority];
        keys.extend(signers);
        let message = Message::new(&all, Some(&self.authority.pubkey()));
        let mut transaction = Transaction::new_unsigned(message);
        transaction
            .try_sign(&keys, blockhash.expect("a blockhash"))
            .expect("every signer is given");
        transaction
    }

    async fn send(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<(), TransactionError> {
        let transaction = self.transaction(instructions, signers).await;
        let client = &self.context.banks_client;
        let processed = client.process_transaction_with_metadata(transaction).await;
        processed.expect("the bank answers").result
    }

    #[track_caller]
    fn run<'a>(
        &'a mut self,
        instructions: &'a [Instruction],
        signers: &'a [&Keypair],
    ) -> impl Future<Output = ()> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            if let Err(error) = self.send(instructions, signers).await {
                panic!("{error:?} at {caller}");
            }
        }
    }

    /// The only event of type `E` that the instructions would record.
    async fn event<E: Event>(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> E {
        let transaction = self.transaction(instructions, signers).await;
        let simulated = self
            .context
            .banks_client
            .simulate_transaction(transaction)
            .await;
        let simulated = simulated.expect("the bank answers");
        assert_eq!(simulated.result, Some(Ok(())));
        let details = simulated.simulation_details.expect("details");
        let events: Vec<E> = details
            .inner_instructions
            .expect("inner instructions")
            .iter()
            .flatten()
            .filter_map(|inner| E::decode(&inner.instruction.data))
            .collect();
        assert_eq!(events.len(), 1, "{}", E::NAME);
        events[0]
    }

    async fn account(&self, address: &Pubkey) -> Option<Account> {
        self.context
            .banks_client
            .get_account(*address)
            .await
            .expect("the bank answers")
    }

    async fn read<L: Layout>(&self, address: &Pubkey) -> L {
        let account = self.account(address).await.expect("the account is there");
        assert_eq!(account.owner, L::OWNER);
        L::read_copy(&account.data).expect("the layout")
    }

    /// Lamports that an account of `space` bytes must hold.
    async fn rent(&self, space: u64) -> u64 {
        let rent = self.context.banks_client.get_rent().await;
        let space = usize::try_from(space).expect("an account's size");
        rent.expect("the bank answers").minimum_balance(space)
    }

    async fn tokens(&self, address: &Pubkey) -> u64 {
        let account = self
            .account(address)
            .await
            .expect("the token account is there");
        TokenAccount::unpack(&account.data)
            .expect("a token account")
            .amount
    }

    /// Raw IO of the genesis supply for a wallet.
    async fn give(&mut self, wallet: &Pubkey, amount: u64) -> Pubkey {
        let authority = self.authority.pubkey();
        let account = token::associated(wallet, &MINT);
        let from = token::associated(&authority, &MINT);
        self.run(
            &[
                token::create_associated(&authority, wallet, &MINT),
                transfer(&from, &account, &authority, amount),
            ],
            &[],
        )
        .await;
        account
    }
}

/// What was fetched from a bank, and what a plan asked for besides.
#[derive(Default)]
struct Seen {
    accounts: HashMap<Pubkey, Option<Account>>,
    asked: RefCell<HashSet<Pubkey>>,
}

impl Chain for Seen {
    fn account(&self, address: &Pubkey) -> Result<Option<Account>> {
        let seen = self.accounts.get(address).cloned();
        Ok(seen.unwrap_or_else(|| {
            self.asked.borrow_mut().insert(*address);
            None
        }))
    }

    fn accounts_of(&self, _: &Pubkey, _: &[u8]) -> Result<Vec<(Pubkey, Account)>> {
        bail!("a bank's client does not list accounts")
    }
}

fn account(owner: Pubkey, data: Vec<u8>, executable: bool) -> Account {
    Account {
        lamports: 100 * SOL,
        data,
        owner,
        executable,
        rent_epoch: u64::MAX,
    }
}

fn wallet(n: u8) -> Keypair {
    Keypair::new_from_array([100 + n; 32])
}

/// Asserts that a program stopped a transaction with its own error.
#[track_caller]
fn assert_code(result: Result<(), TransactionError>, code: u32) {
    // The first instruction is the compute budget's.
    let Err(TransactionError::InstructionError(1.., InstructionError::Custom(got))) = result else {
        panic!("wanted custom error {code}, got {result:?}");
    };
    assert_eq!(got, code);
}

fn names(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|step| step.what.as_str()).collect()
}

#[tokio::test]
async fn a_migration_goes_on_wherever_it_was_interrupted() {
    let mut banks = Banks::start().await;
    let whole = banks.plan().await;
    let cluster = Cluster::parse(CLUSTER).expect("the cluster file");
    // Mint, two minters, distributor, staking, router; and what the file lists.
    let listed = cluster.classes.len()
        + cluster.allocations.len()
        + cluster.assets.len()
        + cluster.venues.len()
        + cluster.gateways.len();
    assert_eq!(whole.len(), 6 + listed);

    for done in 0..whole.len() {
        // Each time a new process that knows nothing but the bank.
        let rest = banks.plan().await;
        assert_eq!(names(&rest), names(&whole[done..]));
        for (again, first) in rest.iter().zip(&whole[done..]) {
            assert_eq!(again.instructions, first.instructions, "{}", first.what);
        }
        banks.run(&rest[0].instructions, &[]).await;
    }
    assert_eq!(names(&banks.plan().await), [""; 0]);

    // No step can be done twice, and none was.
    let before = banks.read::<MintConfig>(&io_mint::CONFIG.address).await;
    for step in &whole {
        let again = banks.send(&step.instructions, &[]).await;
        assert!(
            matches!(again, Err(TransactionError::InstructionError(1.., _))),
            "{}: {again:?}",
            step.what
        );
    }
    assert_eq!(before.minted, 500_000_000 * IO);
    let after = banks.read::<MintConfig>(&io_mint::CONFIG.address).await;
    assert_eq!((after.minted, after.burned), (before.minted, 0));
    let authority = banks.authority.pubkey();
    let treasury = token::associated(&authority, &MINT);
    assert_eq!(banks.tokens(&treasury).await, 500_000_000 * IO);
    let minter: Minter = banks.read(&pda::minter(&authority).0).await;
    assert_eq!(
        (minter.minted, minter.total),
        (500_000_000 * IO, 500_000_000 * IO)
    );
    let staking: StakingConfig = banks.read(&io_staking::CONFIG.address).await;
    assert_eq!(staking.governance.authority, authority);
    let emissions: EmissionsConfig = banks.read(&io_emissions::CONFIG.address).await;
    assert_eq!((emissions.start_at, emissions.emitted), (GENESIS, 0));
}

#[tokio::test]
async fn only_the_upgrade_authority_initializes() {
    let mut banks = Banks::start().await;
    let stranger = wallet(1);
    let theirs = banks.plan_by(&stranger.pubkey()).await;
    let result = banks.send(&theirs[0].instructions, &[&stranger]).await;
    assert_code(result, MintError::NotUpgradeAuthority.code());

    // The others want the mint first, and the distributor its minter.
    for step in banks.plan().await {
        if step.what.starts_with("create the distributor") {
            break;
        }
        banks.run(&step.instructions, &[]).await;
    }
    for (what, code) in [
        (
            "create the distributor with 2 pools",
            EmissionsError::NotUpgradeAuthority.code(),
        ),
        (
            "create the staking config",
            StakingError::NotUpgradeAuthority.code(),
        ),
        (
            "create the payment router",
            PaymentsError::NotUpgradeAuthority.code(),
        ),
    ] {
        let step = theirs.iter().find(|step| step.what == what).expect(what);
        let result = banks.send(&step.instructions, &[&stranger]).await;
        assert_code(result, code);
    }
    // The same steps of the authority are still possible.
    for step in banks.plan().await {
        banks.run(&step.instructions, &[]).await;
    }
}

/// A node alone in its pool earns all of the pool's part.
#[tokio::test]
async fn a_node_earns_is_paid_and_leaves() {
    const POOL: u8 = 1;
    const STAKE: u64 = 200 * IO;
    let mut banks = Banks::migrated().await;
    let scorer = banks.authority.pubkey();
    let (operator, keeper, renter) = (wallet(1), wallet(2), wallet(3));
    let owner = operator.pubkey();
    let operator_io = banks.give(&owner, STAKE).await;
    let keeper_io = banks.give(&keeper.pubkey(), 0).await;
    let renter_io = banks.give(&renter.pubkey(), 20 * IO).await;

    // Epoch 0: registered, staked and scored.
    let terms = NodeTerms {
        node_id: [5; 32],
        class: 9,
        processors: 1,
        commission_bps: 1_000,
        delegation_open: true,
    };
    let node = pda::node(&owner, &terms.node_id).0;
    let stake = Stake {
        node,
        owner,
        tranche: TrancheKind::Operator,
    };
    let register = staking::register_node(&owner, &owner, &MINT, &terms);
    let open = staking::open_position(&owner, &stake);
    banks.run(&[register, open], &[&operator]).await;
    let deposit = |amount| staking::deposit(&stake, &operator_io, POOL, amount, amount);
    let result = banks.send(&[deposit(0)], &[&operator]).await;
    assert_code(result, StakingError::ZeroAmount.code());
    banks.run(&[deposit(STAKE)], &[&operator]).await;
    assert_eq!(banks.tokens(&operator_io).await, 0);
    assert_eq!(banks.tokens(&pda::stake_vault(&node).0).await, STAKE);
    banks
        .run(&[emissions::enroll_node(&owner, &node, POOL)], &[&operator])
        .await;
    let score = emissions::set_scores(&scorer, POOL, &[(node, 10_000)]);
    banks.run(std::slice::from_ref(&score), &[]).await;
    let result = banks.send(std::slice::from_ref(&score), &[]).await;
    assert_code(result, EmissionsError::AlreadyScored.code());

    // Epoch 1: nobody weighed anything in epoch 0, whose emission is carried; scored again.
    let crank = emissions::advance_epoch(&keeper_io, &MINT, 2);
    let crank = std::slice::from_ref(&crank);
    banks.set_clock(GENESIS + HOUR).await;
    banks.run(crank, &[]).await;
    banks.run(std::slice::from_ref(&score), &[]).await;

    // Epoch 2: 4,566.21004566 IO and 4,566.14663492 IO, the keeper's 10 bps off, 30 % for this pool.
    let emitted = [456_621_004_566, 456_614_663_492_u64];
    let bounties = emitted.map(|emission| emission / 1_000);
    // Of epoch 0's part, which was carried, as much again as epoch 1's is shared out with it.
    let earned = (emitted[1] - bounties[1]) * 3 / 10 * 2;
    banks.set_clock(GENESIS + 2 * HOUR).await;
    let advanced: EpochAdvanced = banks.event(crank, &[]).await;
    assert_eq!(
        (advanced.epochs, advanced.emission, advanced.bounty),
        (1, emitted[1], bounties[1])
    );
    banks.run(crank, &[]).await;
    assert_eq!(banks.tokens(&keeper_io).await, bounties[0] + bounties[1]);
    let config: EmissionsConfig = banks.read(&io_emissions::CONFIG.address).await;
    assert_eq!(config.emitted, emitted[0] + emitted[1]);
    // A crank too early does nothing.
    banks.run(crank, &[]).await;
    assert_eq!(banks.tokens(&keeper_io).await, bounties[0] + bounties[1]);

    // The last pool takes the rounding of two cranks, settling takes less than 1 raw each time.
    let harvest = emissions::harvest(&node, POOL);
    let harvest = std::slice::from_ref(&harvest);
    let harvested: Harvested = banks.event(harvest, &[]).await;
    assert!(
        (earned - 2..=earned + 2).contains(&harvested.amount),
        "{harvested:?}, {earned}"
    );
    banks.run(harvest, &[]).await;
    let rewards = pda::reward_vault(&node).0;
    assert_eq!(banks.tokens(&rewards).await, harvested.amount);

    let claim = staking::claim(&stake, &operator_io);
    let claim = std::slice::from_ref(&claim);
    let claimed: Claimed = banks.event(claim, &[]).await;
    assert_eq!(claimed.commission, harvested.amount / 10);
    assert!(claimed.amount <= harvested.amount && claimed.amount + 1 >= harvested.amount);
    banks.run(claim, &[]).await;
    assert_eq!(banks.tokens(&operator_io).await, claimed.amount);
    let result = banks.send(claim, &[]).await;
    assert_code(result, StakingError::NothingToClaim.code());

    // A renter pays in IO, once.
    let supplier = payments::register_supplier(&owner, &owner, PayoutPreference::Io, &owner, &MINT);
    banks.run(&[supplier], &[&operator]).await;
    let order = payments::Order {
        id: [6; 32],
        expires_at: GENESIS + 3 * HOUR,
    };
    let amount = 12 * IO + IO / 2;
    let pay = payments::pay_io(
        &renter.pubkey(),
        &renter_io,
        &owner,
        &operator_io,
        &order,
        amount,
    );
    let pay = std::slice::from_ref(&pay);
    let paid: Paid = banks.event(pay, &[&renter]).await;
    assert_eq!((paid.gross, paid.fee, paid.delivered), (amount, 0, amount));
    banks.run(pay, &[&renter]).await;
    assert_eq!(banks.tokens(&renter_io).await, 20 * IO - amount);
    assert_eq!(banks.tokens(&operator_io).await, claimed.amount + amount);
    let receipt: Receipt = banks
        .read(&pda::receipt(&renter.pubkey(), &order.id).0)
        .await;
    assert_eq!(
        (receipt.gross, receipt.fee, receipt.delivered),
        (amount, 0, amount)
    );
    let result = banks.send(pay, &[&renter]).await;
    assert_code(result, PaymentsError::AlreadyPaid.code());
    assert_eq!(banks.tokens(&renter_io).await, 20 * IO - amount);

    // Leaving takes 14 days to the second, and nobody's help.
    let rent = banks.rent(staking::TICKET_SPACE).await;
    let request = &staking::request_unstake(&owner, &stake, POOL, 0, u64::MAX, rent);
    let requested: UnstakeRequested = banks.event(request, &[&operator]).await;
    let unlock_at = GENESIS + 2 * HOUR + COOLDOWN;
    assert_eq!((requested.amount, requested.unlock_at), (STAKE, unlock_at));
    banks.run(request, &[&operator]).await;
    let state: Node = banks.read(&node).await;
    assert_eq!((state.active_stake(), state.cooling_stake()), (0, STAKE));
    let withdraw = staking::withdraw(&stake, 0, &operator_io, &owner);
    let withdraw = std::slice::from_ref(&withdraw);
    banks.set_clock(unlock_at - 1).await;
    let result = banks.send(withdraw, &[]).await;
    assert_code(result, StakingError::StillCooling.code());
    banks.set_clock(unlock_at).await;
    banks.run(withdraw, &[]).await;
    assert_eq!(
        banks.tokens(&operator_io).await,
        claimed.amount + amount + STAKE
    );
    assert_eq!(banks.tokens(&pda::stake_vault(&node).0).await, 0);
    let ticket = stake.ticket(0);
    assert!(banks.account(&ticket).await.is_none());
    let state: Node = banks.read(&node).await;
    assert_eq!((state.active_stake(), state.cooling_stake()), (0, 0));
    let config: MintConfig = banks.read(&io_mint::CONFIG.address).await;
    assert_eq!(config.minted, 500_000_000 * IO + emitted[0] + emitted[1]);
    let burn = mint::burn(&owner, &io_mint::MINT.address, &operator_io, IO);
    banks.run(&[burn], &[&operator]).await;
    let config: MintConfig = banks.read(&io_mint::CONFIG.address).await;
    assert_eq!(config.burned, IO);
}
