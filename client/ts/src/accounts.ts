import type { AccountMeta, Instruction, InstructionWithAccounts } from '@solana/kit';

/**
 * The instruction with more accounts behind those that its IDL names.
 *
 * | instruction | more accounts, in this order |
 * |---|---|
 * | `payments.payIoSplit` | supplier and destination (writable) of each part |
 * | `payments.payToken`, `payFiat` | supplier and destination (writable) of each part but the first, the prices, the venue's |
 * | `payments.payOut`, `buyBack` | the prices, the venue's |
 * | `emissions.initialize`, `advanceEpoch`, `scheduleShares`, `cancelChanges` | all pools (writable) by id |
 * | `emissions.setScores` | node and node emission (writable) of each score |
 *
 * The prices are the price accounts of the token swapped from and the one swapped to, if both have a
 * feed; a supplier that pays itself out names none.
 */
export function withAccounts<
  T extends Instruction & InstructionWithAccounts<readonly AccountMeta[]>,
>(
  instruction: T,
  accounts: readonly AccountMeta[],
): Omit<T, 'accounts'> & InstructionWithAccounts<readonly AccountMeta[]> {
  return { ...instruction, accounts: [...instruction.accounts, ...accounts] };
}
