import { isSolanaError, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM } from '@solana/kit';
import { ERRORS } from './generated/errors';

/** What a code of one of the programs means. */
export type ProgramError = (typeof ERRORS)[keyof typeof ERRORS];

/** The error that `code` stands for; codes are unique among the four programs. */
export function explainCode(code: number): ProgramError | undefined {
  return (ERRORS as Record<number, ProgramError>)[code];
}

/** The program's error that a failed transaction or simulation comes down to, if it does. */
export function explainError(error: unknown): ProgramError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isSolanaError(cause, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM)) {
      return explainCode(cause.context.code);
    }
  }
  return undefined;
}
