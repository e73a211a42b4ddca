//! A real SPL token-swap pool: constant product, with fees.
//!
//! [`NewPool`] is the transactions that make one on any chain; [`Amm`] is one in a [`World`], with
//! the exact arithmetic of the program to hold it against.

use crate::World;
use io_client::{
    Instruction, Pubkey,
    shared::ids::{SYSTEM_PROGRAM, TOKEN_PROGRAM},
    venues::{Route, TokenSwapFees, TokenSwapPool},
};
use solana_instruction::AccountMeta;
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_signer::Signer;
use spl_token_interface::{
    instruction as token,
    state::{Account, Mint},
};

pub use io_client::venues::Trade;

/// Where SPL token-swap is deployed.
pub const AMM_PROGRAM: Pubkey =
    Pubkey::from_str_const("SwaPpA9LAaLfeLi3a68M4DjnLqgtticKg6CnyNwgAC8");

/// Decimals of a pool's own token.
const POOL_DECIMALS: u8 = 8;

/// 0.25 % and 0.05 %.
pub const FEES: TokenSwapFees = TokenSwapFees {
    trade: (25, 10_000),
    owner: (5, 10_000),
};

/// One side of a new pool.
#[derive(Clone, Copy, Debug)]
pub struct Deposit {
    pub mint: Pubkey,
    /// Token account of the pool's creator that the reserve comes from.
    pub source: Pubkey,
    /// Raw units.
    pub amount: u64,
}

/// A pool to be made: its addresses, and transactions with the keys that sign each besides the
/// creator.
pub struct NewPool {
    pub pool: TokenSwapPool,
    pub transactions: Vec<(Vec<Instruction>, Vec<Keypair>)>,
}

impl NewPool {
    /// A pool of `a` and `b`, paid and funded by `creator`. `seed` makes its keys; `rent` knows the
    /// rent of so many bytes.
    pub fn plan(
        creator: &Pubkey,
        seed: u8,
        [a, b]: [Deposit; 2],
        fees: TokenSwapFees,
        rent: impl Fn(usize) -> u64,
    ) -> Self {
        let key = |n: u8| {
            let mut bytes = [n; 32];
            bytes[0] = seed;
            Keypair::new_from_array(bytes)
        };
        let [swap, pool_mint, reserve_a, reserve_b, fee_account, shares] =
            [key(201), key(202), key(203), key(204), key(205), key(206)];
        let pool = TokenSwapPool {
            program: AMM_PROGRAM,
            swap: swap.pubkey(),
            mint_a: a.mint,
            mint_b: b.mint,
            reserve_a: reserve_a.pubkey(),
            reserve_b: reserve_b.pubkey(),
            pool_mint: pool_mint.pubkey(),
            fee_account: fee_account.pubkey(),
        };
        let authority = pool.authority();
        let create = |account: &Keypair, space: usize, owner: &Pubkey| {
            create_account(creator, &account.pubkey(), rent(space), space, owner)
        };
        let create_token_account = |account: &Keypair, mint: &Pubkey, owner: &Pubkey| {
            vec![
                create(account, Account::LEN, &TOKEN_PROGRAM),
                token::initialize_account3(&TOKEN_PROGRAM, &account.pubkey(), mint, owner)
                    .expect("the token program is the one it knows"),
            ]
        };
        let reserve = |account: &Keypair, deposit: &Deposit| {
            let mut instructions = create_token_account(account, &deposit.mint, &authority);
            instructions.push(
                token::transfer(
                    &TOKEN_PROGRAM,
                    &deposit.source,
                    &account.pubkey(),
                    creator,
                    &[],
                    deposit.amount,
                )
                .expect("the token program is the one it knows"),
            );
            instructions
        };
        let mint = vec![
            create(&pool_mint, Mint::LEN, &TOKEN_PROGRAM),
            token::initialize_mint2(
                &TOKEN_PROGRAM,
                &pool_mint.pubkey(),
                &authority,
                None,
                POOL_DECIMALS,
            )
            .expect("the token program is the one it knows"),
        ];
        let fee = create_token_account(&fee_account, &pool_mint.pubkey(), creator);
        let share = create_token_account(&shares, &pool_mint.pubkey(), creator);
        let (fund_a, fund_b) = (reserve(&reserve_a, &a), reserve(&reserve_b, &b));
        let initialize = vec![
            create(&swap, TokenSwapPool::SPACE, &AMM_PROGRAM),
            initialize(&pool, &shares.pubkey(), fees),
        ];
        Self {
            pool,
            transactions: vec![
                (mint, vec![pool_mint]),
                (fund_a, vec![reserve_a]),
                (fund_b, vec![reserve_b]),
                (fee, vec![fee_account]),
                (share, vec![shares]),
                (initialize, vec![swap]),
            ],
        }
    }
}

/// `00 | fees: 8 × u64 | curve: u8 = 0 (constant product) | 32 zero bytes`.
fn initialize(pool: &TokenSwapPool, shares: &Pubkey, fees: TokenSwapFees) -> Instruction {
    let mut data = vec![0];
    for (numerator, denominator) in [fees.trade, fees.owner, (0, 0), (0, 0)] {
        data.extend_from_slice(&numerator.to_le_bytes());
        data.extend_from_slice(&denominator.to_le_bytes());
    }
    data.extend_from_slice(&[0; 33]);
    Instruction {
        program_id: pool.program,
        accounts: vec![
            AccountMeta::new(pool.swap, true),
            AccountMeta::new_readonly(pool.authority(), false),
            AccountMeta::new_readonly(pool.reserve_a, false),
            AccountMeta::new_readonly(pool.reserve_b, false),
            AccountMeta::new(pool.pool_mint, false),
            AccountMeta::new_readonly(pool.fee_account, false),
            AccountMeta::new(*shares, false),
            AccountMeta::new_readonly(TOKEN_PROGRAM, false),
        ],
        data,
    }
}

/// The system program's `CreateAccount`.
pub fn create_account(
    payer: &Pubkey,
    account: &Pubkey,
    lamports: u64,
    space: usize,
    owner: &Pubkey,
) -> Instruction {
    let mut data = vec![0; 4];
    data.extend_from_slice(&lamports.to_le_bytes());
    data.extend_from_slice(&u64::try_from(space).expect("a small account").to_le_bytes());
    data.extend_from_slice(owner.as_ref());
    Instruction {
        program_id: SYSTEM_PROGRAM,
        accounts: vec![
            AccountMeta::new(*payer, true),
            AccountMeta::new(*account, true),
        ],
        data,
    }
}

/// A pool in a [`World`].
#[derive(Clone, Copy, Debug)]
pub struct Amm {
    pub pool: TokenSwapPool,
    pub fees: TokenSwapFees,
}

impl Amm {
    /// Deploys the program unless it is there and makes a pool funded by `creator`.
    pub fn create(
        world: &mut World,
        creator: &Keypair,
        seed: u8,
        deposits: [Deposit; 2],
        fees: TokenSwapFees,
    ) -> Self {
        if !world.exists(&AMM_PROGRAM) {
            world.deploy("amm", AMM_PROGRAM);
        }
        let plan = NewPool::plan(&creator.pubkey(), seed, deposits, fees, |space| {
            world.svm.minimum_balance_for_rent_exemption(space)
        });
        for (instructions, keys) in &plan.transactions {
            let mut signers = vec![creator];
            signers.extend(keys);
            world.run(instructions, &signers);
        }
        Self {
            pool: plan.pool,
            fees,
        }
    }

    /// The reserve of `mint`, and that of the other.
    pub fn reserves(&self, world: &World, mint: &Pubkey) -> (u64, u64) {
        let a = world.token_balance(&self.pool.reserve_a);
        let b = world.token_balance(&self.pool.reserve_b);
        if *mint == self.pool.mint_a {
            (a, b)
        } else {
            (b, a)
        }
    }

    /// What swapping `amount` of `mint` would do now.
    #[track_caller]
    pub fn quote(&self, world: &World, mint: &Pubkey, amount: u64) -> Trade {
        let (reserve_in, reserve_out) = self.reserves(world, mint);
        self.fees
            .trade(amount, reserve_in, reserve_out)
            .expect("the amount is large enough for the pool")
    }

    /// Swaps `amount` of `mint`, with no bound of its own.
    #[track_caller]
    pub fn route(&self, mint: &Pubkey, amount: u64) -> Route {
        self.pool
            .route(mint, amount, 0)
            .expect("the pool holds this mint")
    }
}
