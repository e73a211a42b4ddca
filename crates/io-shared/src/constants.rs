//! Units, bounds and delays that no authority can change.

/// Decimals of the IO mint.
pub const IO_DECIMALS: u8 = 8;
/// Raw units in one IO.
pub const IO: u64 = 100_000_000;
/// Decimals of USDC.
pub const USDC_DECIMALS: u8 = 6;
/// Raw units in one USDC.
pub const USDC: u64 = 1_000_000;
/// IO in existence at genesis, raw.
pub const GENESIS_SUPPLY: u64 = 500_000_000 * IO;
/// Most IO that may ever be minted, raw. Burning does not make room under it.
pub const HARD_CAP: u64 = 800_000_000 * IO;

/// 100 % in basis points.
pub const BPS: u64 = 10_000;
/// Highest fee any asset or payout may be given, in basis points.
pub const MAX_FEE_BPS: u64 = 500;
/// Highest commission an operator may take, in basis points.
pub const MAX_COMMISSION_BPS: u64 = BPS;
/// Most that one slash proposal may take, in basis points.
pub const MAX_SLASH_BPS: u64 = 5_000;
/// Highest bounty for a crank, in basis points of the emission it covers.
pub const MAX_BOUNTY_BPS: u64 = 100;
/// Highest stake boost at the maximum stake (5 x).
pub const MAX_BOOST_BPS: u64 = 50_000;

/// Seconds in an hour.
pub const HOUR: i64 = 3_600;
/// Seconds in a day.
pub const DAY: i64 = 24 * HOUR;
/// Shortest notice for a change to a rule that moves money.
pub const RULE_CHANGE_DELAY: i64 = 2 * DAY;
/// How long unstaked tokens cool before they can be withdrawn; they earn nothing meanwhile.
pub const COOLDOWN: i64 = 14 * DAY;
/// Shortest notice for a raised minimum on nodes that exist already.
pub const MIN_STAKE_GRACE: i64 = 30 * DAY;
/// Shortest wait between a slash proposal and its execution.
pub const SLASH_DELAY: i64 = 7 * DAY;
/// An unexecuted slash proposal lapses after this.
pub const SLASH_LAPSE: i64 = 30 * DAY;

/// Collateral for one processor of a class with a multiplier of at most 1, raw IO.
pub const BASE_COLLATERAL: u64 = 200 * IO;
/// A class multiplier of 1, in thousandths.
pub const MULTIPLIER_ONE: u64 = 1_000;
/// Largest class multiplier, in thousandths.
pub const MAX_MULTIPLIER_MILLI: u64 = 1_000_000;
/// Most processors one node may declare.
pub const MAX_PROCESSORS: u16 = 1_024;

/// After the curve's end, a pool's carry is shared out in parts of one in this many epochs.
pub const CARRY_TAIL_EPOCHS: u64 = 168;

/// A deposit on an earning node is refused when the pool's next crank is this many seconds overdue.
pub const DEPOSIT_MAX_CRANK_DELAY: i64 = 2 * HOUR;

/// A deposit on an earning node is refused when the node was settled longer ago than this many
/// epochs, so that a latecomer cannot share in rewards earned before.
pub const DEPOSIT_MAX_LAG_EPOCHS: u64 = 2;
/// Longest that a score may count, in epochs (a week of hours).
pub const MAX_SCORE_AGE_EPOCHS: u64 = 168;
/// Most reward pools; `advance_epoch` touches all of them.
pub const MAX_POOLS: u8 = 4;
/// How long a payment may stay good, and its receipt with it.
pub const MAX_PAYMENT_VALIDITY: i64 = 30 * DAY;
/// Most of an amount that a venue may leave unspent, in basis points; it goes back to the payer.
pub const MAX_LEFT_BPS: u64 = 100;
/// Oldest price that any feed may be given, in seconds.
pub const MAX_FEED_AGE: u64 = 3_600;
/// Widest confidence interval that any feed may be given, in basis points of the price.
pub const MAX_FEED_CONFIDENCE_BPS: u64 = 1_000;
/// Furthest that any feed may let a swap stay below its price, in basis points.
pub const MAX_FEED_DEVIATION_BPS: u64 = 2_000;
/// Length of the rolling window that a venue's cap is for, in seconds.
pub const VENUE_WINDOW: u64 = 86_400;
/// Most accounts that the router passes on to a venue: what fits into one stack frame, and more than a
/// transaction that may lock 64 accounts has left for it.
pub const MAX_VENUE_ACCOUNTS: usize = 54;
/// Most suppliers one payment may name.
pub const MAX_SUPPLIERS: usize = 16;

/// Layout version written into every account.
pub const VERSION: u8 = 1;
