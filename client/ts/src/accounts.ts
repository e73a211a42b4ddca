import type { AccountMeta, Instruction, InstructionWithAccounts } from '@solana/kit';

/**
 * The instruction with more accounts behind those that it names: the suppliers of a split payment, the
 * venue of a swap, the pools of a crank.
 */
export function withAccounts<
  T extends Instruction & InstructionWithAccounts<readonly AccountMeta[]>,
>(
  instruction: T,
  accounts: readonly AccountMeta[],
): Omit<T, 'accounts'> & InstructionWithAccounts<readonly AccountMeta[]> {
  return { ...instruction, accounts: [...instruction.accounts, ...accounts] };
}
