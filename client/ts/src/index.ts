/**
 * Client of the IO Coin programs: for each program its instructions, accounts, PDAs, events and
 * constants, and beside them what concerns all four.
 */

export * as mint from './generated/mint';
export * as staking from './generated/staking';
export * as emissions from './generated/emissions';
export * as payments from './generated/payments';
export * from './accounts';
export * from './amount';
export * from './errors';
export * from './events';
export * from './tickets';
