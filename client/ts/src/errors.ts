import {
  isSolanaError,
  SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
  type Address,
} from '@solana/kit';
import { IO_EMISSIONS_PROGRAM_ADDRESS } from './generated/emissions';
import { ERRORS } from './generated/errors';
import { IO_MINT_PROGRAM_ADDRESS } from './generated/mint';
import { IO_PAYMENTS_PROGRAM_ADDRESS } from './generated/payments';
import { IO_STAKING_PROGRAM_ADDRESS } from './generated/staking';

/** What a code of one of the programs means. */
export type ProgramError = (typeof ERRORS)[keyof typeof ERRORS];

const ADDRESSES: Record<ProgramError['program'], Address> = {
  io_mint: IO_MINT_PROGRAM_ADDRESS,
  io_staking: IO_STAKING_PROGRAM_ADDRESS,
  io_emissions: IO_EMISSIONS_PROGRAM_ADDRESS,
  io_payments: IO_PAYMENTS_PROGRAM_ADDRESS,
};

/** The error that `code` stands for if one of the four programs gave it; codes are unique among them. */
export function explainCode(code: number): ProgramError | undefined {
  return (ERRORS as Record<number, ProgramError>)[code];
}

/**
 * The program's error that a transaction was refused with, if it was. Other programs, such as a venue,
 * have the same codes for errors of their own: where the error carries the logs, they tell.
 */
export function explainError(error: unknown): ProgramError | undefined {
  let failed: string | undefined;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (
      isSolanaError(cause, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE)
    ) {
      failed = firstFailed(cause.context.logs ?? []);
    }
    if (isSolanaError(cause, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM)) {
      const explained = explainCode(cause.context.code);
      const another = failed && explained && ADDRESSES[explained.program] !== failed;
      return another ? undefined : explained;
    }
  }
  return undefined;
}

/** The program that failed first: its callers pass its error on. */
function firstFailed(logs: readonly string[]): string | undefined {
  const failures = logs.map((line) => /^Program (\w+) failed: /.exec(line)?.[1]);
  return failures.find((program) => program !== undefined);
}
