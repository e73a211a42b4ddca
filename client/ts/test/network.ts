/** A network in a {@link World}: the programs initialized, a device class, a pool to swap in. */

import {
  AccountRole,
  getAddressEncoder,
  getProgramDerivedAddress,
  type AccountMeta,
  type Address,
  type KeyPairSigner,
} from '@solana/kit';
import { emissions, mint, payments, staking, withAccounts } from '@io-coin/client';
import { getMintEncoder, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { DAY, GENESIS, IO, USDC, World } from './world';

const NOBODY = '11111111111111111111111111111111' as Address;
/** Where SPL token-swap is deployed. */
export const AMM = 'SwaPpA9LAaLfeLi3a68M4DjnLqgtticKg6CnyNwgAC8' as Address;
/** The number of its instruction that swaps. */
const SWAP = 1;
const UNLIMITED = 2n ** 64n - 1n;

/** The device class of the tests: 200 IO for a processor, in pool 0. */
export const CLASS = 7;

export type Network = {
  world: World;
  usdc: Address;
  amm: Amm;
};

/** A pool of SPL token-swap. */
export type Amm = {
  venue: Address;
  /** The venue's part of a swap's accounts, from USDC to IO. */
  accounts: AccountMeta[];
};

export async function launch(): Promise<Network> {
  const world = await World.create();
  const { authority } = world;
  const guardian = NOBODY;

  await world.send(
    mint.getInitializeInstruction({ authority, guardian }),
    await mint.getAddMinterInstructionAsync({
      authority,
      minterAuthority: authority.address,
      policy: { __kind: 'Allowance', amount: 100_000_000n * IO },
      windowLimit: UNLIMITED,
      windowSeconds: 0n,
    }),
    await mint.getAddMinterInstructionAsync({
      authority,
      minterAuthority: emissions.CONFIG,
      policy: { __kind: 'Schedule', curve: 0, startAt: GENESIS },
      windowLimit: UNLIMITED,
      windowSeconds: 0n,
    }),
  );
  await world.send(
    staking.getInitializeInstruction({
      authority,
      guardian,
      slasher: NOBODY,
      minSelfStakeBps: 5_000n,
    }),
    await staking.getCreateClassInstructionAsync({
      authority,
      id: CLASS,
      name: new TextEncoder().encode('test'.padEnd(16, '\0')),
      pool: 0,
      multiplierMilli: 1_000n,
      maxStakeMultiple: 5n,
      delegatorsSlashable: false,
    }),
  );
  const [rewardPool] = await emissions.findRewardPoolPda({ id: 0 });
  const initialize = emissions.getInitializeInstruction({
    authority,
    mint: mint.IO_MINT,
    guardian,
    scorer: authority.address,
    curve: 0,
    startAt: GENESIS,
    bountyBps: 10n,
    bountyCap: 5n * IO,
    maxBoostBps: 20_000n,
    maxScoreAge: 24n,
    maxScoreStepBps: 10_000n,
    poolShares: [10_000n, 0n, 0n, 0n],
  });
  await world.send(withAccounts(initialize, [{ address: rewardPool, role: AccountRole.WRITABLE }]));

  const usdc = await world.createMint(6);
  await world.send(
    payments.getInitializeInstruction({
      authority,
      guardian,
      treasury: (await world.wallet()).address,
      usdcMint: usdc,
      payoutFeeBps: 200n,
    }),
    ...(await Promise.all(
      [
        { listed: mint.IO_MINT, feeBps: 0n },
        { listed: usdc, feeBps: 200n },
      ].map(({ listed, feeBps }) =>
        payments.getListAssetInstructionAsync({
          authority,
          mint: listed,
          tokenProgram: TOKEN_PROGRAM_ADDRESS,
          feeBps,
          minimum: 10_000n,
        }),
      ),
    )),
  );
  const amm = await createAmm(world, usdc);
  // A class is a rule, and no rule is sooner than two days.
  world.advance(2n * DAY);
  return { world, usdc, amm };
}

/** A pool of 1,000,000 IO and 150,000 USDC without fees, listed as a venue. */
async function createAmm(world: World, usdc: Address): Promise<Amm> {
  await world.deploy('amm', AMM);
  const { authority } = world;
  const discriminator = new Uint8Array([SWAP, 0, 0, 0, 0, 0, 0, 0]);
  const list = await payments.getListVenueInstructionAsync({
    authority,
    venueProgram: AMM,
    venueDiscriminator: discriminator,
    discriminatorLen: 1,
  });
  await world.send(list);
  const [venue] = await payments.findVenuePda({
    venueProgram: AMM,
    venueDiscriminator: discriminator,
  });

  const encoder = getAddressEncoder();
  const { address: swap } = await world.wallet();
  const [owner, bump] = await getProgramDerivedAddress({
    programAddress: AMM,
    seeds: [encoder.encode(swap)],
  });
  const { address: shares } = await world.wallet();
  const minted = { supply: 1n, decimals: 8, isInitialized: true, freezeAuthority: null };
  world.put(
    shares,
    TOKEN_PROGRAM_ADDRESS,
    getMintEncoder().encode({ mintAuthority: owner, ...minted }),
  );
  const fees = await world.createToken(authority.address, shares, 0n);
  const io = await world.createIo(owner, 1_000_000n * IO);
  const reserve = await world.createToken(owner, usdc, 150_000n * USDC);
  // version | initialized | bump | token program | reserves | pool mint | mints | fee account | fees: 8 × u64
  // | curve: constant product
  const keys = [TOKEN_PROGRAM_ADDRESS, io, reserve, shares, mint.IO_MINT, usdc, fees];
  const fraction = Buffer.alloc(16);
  fraction.writeBigUInt64LE(1n, 8);
  const state = [
    Buffer.from([1, 1, bump]),
    ...keys.map((key) => Buffer.from(encoder.encode(key))),
    ...Array<Buffer>(4).fill(fraction),
    Buffer.alloc(33),
  ];
  world.put(swap, AMM, Buffer.concat(state));

  const transit = async (of: Address) => (await payments.findTransitPda({ mint: of }))[0];
  const { READONLY, WRITABLE } = AccountRole;
  const accounts: [Address, AccountRole][] = [
    [swap, READONLY],
    [owner, READONLY],
    [payments.ROUTER, READONLY],
    [await transit(usdc), WRITABLE],
    [reserve, WRITABLE],
    [io, WRITABLE],
    [await transit(mint.IO_MINT), WRITABLE],
    [shares, WRITABLE],
    [fees, WRITABLE],
    [TOKEN_PROGRAM_ADDRESS, READONLY],
  ];
  return { venue, accounts: accounts.map(([address, role]) => ({ address, role })) };
}

/** The data of a swap of `amount`, with no bound of its own. */
export function swapData(amount: bigint): Uint8Array {
  const data = Buffer.alloc(17);
  data.writeUInt8(SWAP);
  data.writeBigUInt64LE(amount, 1);
  return data;
}

/** A supplier that is paid in IO, with its token account. */
export async function register(
  world: World,
): Promise<{ owner: KeyPairSigner; supplier: Address; io: Address }> {
  const owner = await world.wallet();
  const io = await world.createIo(owner.address, 0n);
  const instruction = await payments.getRegisterSupplierInstructionAsync({
    payer: owner,
    owner,
    ioMint: mint.IO_MINT,
    preference: payments.PayoutPreference.Io,
    payout: owner.address,
  });
  await world.send(instruction);
  const [supplier] = await payments.findSupplierPda({ owner: owner.address });
  return { owner, supplier, io };
}
