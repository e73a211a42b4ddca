/** A chain in this process: LiteSVM with the programs as they would be deployed, behind Solana's RPC. */

import {
  appendTransactionMessageInstructions,
  createKeyPairSignerFromPrivateKeyBytes,
  createSolanaRpcFromTransport,
  createTransactionMessage,
  getAddressEncoder,
  getBase58Decoder,
  getBase64Decoder,
  getBase64EncodedWireTransaction,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getProgramDerivedAddress,
  getSignatureFromTransaction,
  getTransactionDecoder,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  type Address,
  type Instruction,
  type KeyPairSigner,
  type ReadonlyUint8Array,
  type Rpc,
  type SolanaRpcApi,
  type TransactionSigner,
} from '@solana/kit';
import { emissions, eventsOf, mint, payments, staking, type Event } from '@io-coin/client';
import {
  AccountState,
  fetchToken,
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstruction,
  getMintEncoder,
  getTokenEncoder,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { FailedTransactionMetadata, LiteSVM, type TransactionMetadata } from 'litesvm';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** 2024-06-25 12:00 UTC, when the network's emission began. */
export const GENESIS = 1_719_316_800n;
export const HOUR = 3_600n;
export const DAY = 24n * HOUR;
/** Raw units in one. */
export const IO = 10n ** 8n;
export const USDC = 10n ** 6n;

const UPGRADEABLE_LOADER = 'BPFLoaderUpgradeab1e11111111111111111111111' as Address;

/** Where `cargo xtask build` puts the programs; from build/test, where this file runs. */
const DEPLOY = join(__dirname, '../../../../target/deploy');

export class World {
  readonly svm = new LiteSVM();
  /** The chain as a client sees it. */
  readonly rpc: Rpc<SolanaRpcApi>;
  private keys = 0;

  private constructor(
    /** Upgrade authority of the programs, and payer of every transaction's fee. */
    readonly authority: KeyPairSigner,
  ) {
    this.rpc = rpcOf(this.svm);
    this.setTime(GENESIS);
  }

  /** The four programs deployed and nothing initialized, at {@link GENESIS}. */
  static async create(): Promise<World> {
    const world = new World(await signerOf(1));
    world.fund(world.authority.address);
    await world.deploy('io_mint', mint.IO_MINT_PROGRAM_ADDRESS);
    await world.deploy('io_staking', staking.IO_STAKING_PROGRAM_ADDRESS);
    await world.deploy('io_emissions', emissions.IO_EMISSIONS_PROGRAM_ADDRESS);
    await world.deploy('io_payments', payments.IO_PAYMENTS_PROGRAM_ADDRESS);
    return world;
  }

  /** Deploys a binary under the upgradeable loader. */
  async deploy(name: string, program: Address): Promise<void> {
    const path = join(DEPLOY, `${name}.so`);
    if (!existsSync(path)) throw new Error(`${path} is missing; run \`cargo xtask build\``);
    const encoder = getAddressEncoder();
    const [programData] = await getProgramDerivedAddress({
      programAddress: UPGRADEABLE_LOADER,
      seeds: [encoder.encode(program)],
    });
    // UpgradeableLoaderState::ProgramData { slot: 0, upgrade_authority_address: Some(..) }
    const head = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const authority = encoder.encode(this.authority.address);
    const data = Buffer.concat([Buffer.from(head), Buffer.from(authority), readFileSync(path)]);
    this.put(programData, UPGRADEABLE_LOADER, data);
    // UpgradeableLoaderState::Program { programdata_address }
    const pointer = Buffer.concat([
      Buffer.from([2, 0, 0, 0]),
      Buffer.from(encoder.encode(programData)),
    ]);
    this.put(program, UPGRADEABLE_LOADER, pointer, true);
  }

  /** Writes an account as no transaction could. */
  put(address: Address, owner: Address, data: ReadonlyUint8Array, executable = false): void {
    const space = BigInt(data.length);
    this.svm.setAccount({
      address,
      data: new Uint8Array(data),
      executable,
      lamports: lamports(this.svm.minimumBalanceForRentExemption(space)),
      programAddress: owner,
      space,
    });
  }

  /** A new wallet with 1,000 SOL. */
  async wallet(): Promise<KeyPairSigner> {
    this.keys += 1;
    const wallet = await signerOf(100 + this.keys);
    this.fund(wallet.address);
    return wallet;
  }

  private fund(address: Address): void {
    this.svm.airdrop(address, lamports(1_000_000_000_000n));
  }

  get time(): bigint {
    return this.svm.getClock().unixTimestamp;
  }

  private setTime(time: bigint): void {
    const clock = this.svm.getClock();
    clock.unixTimestamp = time;
    this.svm.setClock(clock);
  }

  /** Lets seconds pass. */
  advance(seconds: bigint): void {
    this.setTime(this.time + seconds);
  }

  /** Sends one transaction, signed by all signers that its instructions name; its events. */
  async send(...instructions: Instruction[]): Promise<Event[]> {
    // A new blockhash each time lets the same instructions be sent twice.
    this.svm.expireBlockhash();
    const { value: blockhash } = await this.rpc.getLatestBlockhash().send();
    const transaction = await pipe(
      createTransactionMessage({ version: 0 }),
      (message) =>
        setTransactionMessageFeePayerSigner(this.authority as TransactionSigner, message),
      (message) => setTransactionMessageLifetimeUsingBlockhash(blockhash, message),
      (message) => appendTransactionMessageInstructions(instructions, message),
      (message) => signTransactionMessageWithSigners(message),
    );
    const wire = getBase64EncodedWireTransaction(transaction);
    await this.rpc.sendTransaction(wire, { encoding: 'base64' }).send();
    const signature = getSignatureFromTransaction(transaction);
    const options = { encoding: 'json', maxSupportedTransactionVersion: 0 } as const;
    const recorded = await this.rpc.getTransaction(signature, options).send();
    if (recorded === null) throw new Error('a transaction that was sent is not there');
    return eventsOf(recorded);
  }

  /** A new mint that nobody can mint. */
  async createMint(decimals: number): Promise<Address> {
    const { address } = await this.wallet();
    const data = getMintEncoder().encode({
      mintAuthority: null,
      supply: 0n,
      decimals,
      isInitialized: true,
      freezeAuthority: null,
    });
    this.put(address, TOKEN_PROGRAM_ADDRESS, data);
    return address;
  }

  /** A token account that holds `amount` from the start, for mints other than IO. */
  async createToken(owner: Address, of: Address, amount: bigint): Promise<Address> {
    const { address } = await this.wallet();
    const data = getTokenEncoder().encode({
      mint: of,
      owner,
      amount,
      delegate: null,
      state: AccountState.Initialized,
      isNative: null,
      delegatedAmount: 0n,
      closeAuthority: null,
    });
    this.put(address, TOKEN_PROGRAM_ADDRESS, data);
    return address;
  }

  /** An owner's associated token account of IO with as much freshly minted. */
  async createIo(owner: Address, amount: bigint): Promise<Address> {
    const [token] = await findAssociatedTokenPda({
      owner,
      mint: mint.IO_MINT,
      tokenProgram: TOKEN_PROGRAM_ADDRESS,
    });
    const create = getCreateAssociatedTokenIdempotentInstruction({
      payer: this.authority,
      ata: token,
      owner,
      mint: mint.IO_MINT,
    });
    const mintTo = await mint.getMintToInstructionAsync({
      authority: this.authority,
      mint: mint.IO_MINT,
      destination: token,
      amount,
    });
    await this.send(create, ...(amount > 0n ? [mintTo] : []));
    return token;
  }

  /** Raw units on a token account. */
  async balance(token: Address): Promise<bigint> {
    const account = await fetchToken(this.rpc, token);
    return account.data.amount;
  }
}

/** The signer of a key made of one number. */
async function signerOf(n: number): Promise<KeyPairSigner> {
  const bytes = new Uint8Array(32).fill(7);
  new DataView(bytes.buffer).setUint32(0, n);
  return await createKeyPairSignerFromPrivateKeyBytes(bytes);
}

/** What clients need of Solana's JSON-RPC, answered by LiteSVM. */
function rpcOf(svm: LiteSVM): Rpc<SolanaRpcApi> {
  const recorded = new Map<string, unknown>();
  const withContext = (value: unknown) => ({ context: { slot: 0 }, value });
  const base64 = (data: ReadonlyUint8Array) => [getBase64Decoder().decode(data), 'base64'];
  const account = (address: Address) => {
    const found = svm.getAccount(address);
    if (!found.exists) return null;
    const { data, executable, lamports, programAddress, space } = found;
    const numbers = { lamports: Number(lamports), space: Number(space), rentEpoch: 0 };
    return { ...numbers, data: base64(data), executable, owner: programAddress };
  };
  const methods: Record<string, (...parameters: never[]) => unknown> = {
    getLatestBlockhash: () =>
      withContext({ blockhash: svm.latestBlockhash(), lastValidBlockHeight: 0 }),
    getMinimumBalanceForRentExemption: (space: number) =>
      Number(svm.minimumBalanceForRentExemption(BigInt(space))),
    getAccountInfo: (address: Address) => withContext(account(address)),
    getMultipleAccounts: (addresses: Address[]) => withContext(addresses.map(account)),
    getTransaction: (signature: string) => recorded.get(signature) ?? null,
    sendTransaction: (wire: string) => {
      const transaction = getTransactionDecoder().decode(getBase64Encoder().encode(wire));
      const result = svm.sendTransaction(transaction);
      if (result instanceof FailedTransactionMetadata) throw preflightFailure(result);
      const signature = getSignatureFromTransaction(transaction);
      const message = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
      recorded.set(signature, {
        slot: 0,
        transaction: { message: { accountKeys: message.staticAccounts }, signatures: [signature] },
        meta: metaOf(result),
      });
      return signature;
    },
  };
  const transport = async ({ payload }: { payload: unknown }) => {
    const { id, method, params } = payload as { id: string; method: string; params: never[] };
    const answer = methods[method];
    if (!answer) throw new Error(`no client in these tests calls ${method}`);
    try {
      return { jsonrpc: '2.0', id, result: answer(...params) };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return {
        jsonrpc: '2.0',
        id,
        error: { code: error.code, message: error.message, data: error.data },
      };
    }
  };
  return createSolanaRpcFromTransport(transport as never);
}

/** An error as a node answers it. */
class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data: unknown,
  ) {
    super(message);
  }
}

/** How a node refuses a transaction whose simulation failed. */
function preflightFailure(failure: FailedTransactionMetadata): Error {
  const logs = failure.meta().logs();
  const error = failure.err();
  if (typeof error !== 'object' || !('err' in error)) return new Error(failure.toString());
  const inner = error.err();
  if (typeof inner !== 'object' || !('code' in inner)) return new Error(failure.toString());
  const err = { InstructionError: [error.index, { Custom: inner.code }] };
  return new RpcError(-32002, 'Transaction simulation failed', { err, logs, accounts: null });
}

/** What a node tells of a transaction that landed. */
function metaOf(result: TransactionMetadata): unknown {
  return {
    err: null,
    logMessages: result.logs(),
    innerInstructions: result.innerInstructions().map((inner, index) => ({
      index,
      instructions: inner.map((entry) => {
        const instruction = entry.instruction();
        return {
          programIdIndex: instruction.programIdIndex(),
          accounts: [...instruction.accounts()],
          data: getBase58Decoder().decode(instruction.data()),
          stackHeight: entry.stackHeight(),
        };
      }),
    })),
    loadedAddresses: { writable: [], readonly: [] },
  };
}
