import {
  createAddressWithSeed,
  getAddressEncoder,
  getBase16Decoder,
  type Address,
  type Instruction,
  type TransactionSigner,
} from '@solana/kit';
import { getAllocateWithSeedInstruction, getTransferSolInstruction } from '@solana-program/system';
import {
  getRequestUnstakeInstructionAsync,
  getTicketSize,
  IO_STAKING_PROGRAM_ADDRESS,
} from './generated/staking';

/** 16 hexadecimal digits of the position, then 16 of the ticket's index. */
function ticketSeed(position: Address, index: bigint): string {
  const start = getAddressEncoder().encode(position).slice(0, 8);
  return getBase16Decoder().decode(start) + index.toString(16).padStart(16, '0');
}

/**
 * Where `owner`'s ticket is: not a PDA but an account of the owner's address and a seed, since its
 * owner makes it. `index` is the position's `nextTicket` when it was made.
 */
export async function findTicketAddress(
  owner: Address,
  position: Address,
  index: bigint,
): Promise<Address> {
  return await createAddressWithSeed({
    baseAddress: owner,
    programAddress: IO_STAKING_PROGRAM_ADDRESS,
    seed: ticketSeed(position, index),
  });
}

/** What an unstaking names. */
export type UnstakeInput = {
  /** Pays the ticket's rent and gets it back. */
  payer: TransactionSigner;
  owner: TransactionSigner;
  node: Address;
  position: Address;
  /** The node's. */
  rewardPool: Address;
  /** The position's `nextTicket`. */
  index: bigint;
  /** Raw IO; 2n ** 64n - 1n stands for all of it. */
  amount: bigint;
  /** Lamports for `staking.getTicketSize()` bytes. */
  rent: bigint;
};

/**
 * Makes a ticket and requests that stake leave with it: for one transaction, as they stand. The stake
 * stops earning at once and can be withdrawn after `staking.COOLDOWN` seconds.
 */
export async function getUnstakeInstructions(input: UnstakeInput): Promise<Instruction[]> {
  const { payer, owner, node, position, rewardPool, index, amount, rent } = input;
  const ticket = await findTicketAddress(owner.address, position, index);
  const pay = getTransferSolInstruction({ source: payer, destination: ticket, amount: rent });
  const make = getAllocateWithSeedInstruction({
    newAccount: ticket,
    baseAccount: owner,
    base: owner.address,
    seed: ticketSeed(position, index),
    space: getTicketSize(),
    programAddress: IO_STAKING_PROGRAM_ADDRESS,
  });
  const request = await getRequestUnstakeInstructionAsync({
    owner,
    node,
    position,
    ticket,
    rentPayer: payer,
    rewardPool,
    amount,
  });
  return [pay, make, request];
}
