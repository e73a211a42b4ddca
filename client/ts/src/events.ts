import {
  getBase16Decoder,
  getBase58Encoder,
  isSolanaError,
  type Address,
  type ReadonlyUint8Array,
} from '@solana/kit';
import * as emissions from './generated/emissions';
import * as mint from './generated/mint';
import * as payments from './generated/payments';
import * as staking from './generated/staking';

/** Anchor's tag in front of every event: the first 8 bytes of sha256("anchor:event"), as a number. */
const TAG = 'e445a52e51cb9a1d';

const TABLES = {
  mint: mint.EVENTS,
  staking: staking.EVENTS,
  emissions: emissions.EVENTS,
  payments: payments.EVENTS,
} as const;

const PROGRAMS: Record<Address, keyof typeof TABLES> = {
  [mint.IO_MINT_PROGRAM_ADDRESS]: 'mint',
  [staking.IO_STAKING_PROGRAM_ADDRESS]: 'staking',
  [emissions.IO_EMISSIONS_PROGRAM_ADDRESS]: 'emissions',
  [payments.IO_PAYMENTS_PROGRAM_ADDRESS]: 'payments',
};

/** An event of a program: its name and its fields. */
export type EventOf<Program extends keyof typeof TABLES> = {
  [Name in keyof (typeof TABLES)[Program]]: {
    program: Program;
    name: Name;
    data: (typeof TABLES)[Program][Name] extends { decoder: { decode(bytes: never): infer Data } }
      ? Data
      : never;
  };
}[keyof (typeof TABLES)[Program]];

/** An event of any of the programs. */
export type Event = { [Program in keyof typeof TABLES]: EventOf<Program> }[keyof typeof TABLES];

/** The parts of a transaction, as an RPC node gives it in JSON, that its events are in. */
export type RecordedTransaction = {
  transaction: { message: { accountKeys: readonly Address[] } };
  meta: {
    innerInstructions?:
      | readonly {
          instructions: readonly { programIdIndex: number; data: string }[];
        }[]
      | null;
    loadedAddresses?: { writable: readonly Address[]; readonly: readonly Address[] } | null;
  } | null;
};

/**
 * The event in the data of an instruction that `program` sent itself; `undefined` if it is none of an
 * event that this version knows.
 */
export function decodeEvent(program: Address, data: ReadonlyUint8Array): Event | undefined {
  const name = PROGRAMS[program];
  const hex = getBase16Decoder().decode(data.slice(0, 16));
  if (name === undefined || !hex.startsWith(TAG)) return undefined;
  const discriminator = hex.slice(TAG.length);
  const found = Object.entries(TABLES[name]).find(([, it]) => it.discriminator === discriminator);
  if (!found) return undefined;
  const [event, { decoder }] = found;
  try {
    const [decoded, end] = decoder.read(data, 16);
    return end === data.length
      ? ({ program: name, name: event, data: decoded } as Event)
      : undefined;
  } catch (error) {
    // Too short, or a number that stands for nothing.
    if (isSolanaError(error)) return undefined;
    throw error;
  }
}

/**
 * The events that a transaction recorded, in order. Programs record each by calling themselves, so that
 * no log that was cut can lose one; nobody else can make them do so.
 */
export function eventsOf({ transaction, meta }: RecordedTransaction): Event[] {
  const { writable = [], readonly = [] } = meta?.loadedAddresses ?? {};
  const keys = [...transaction.message.accountKeys, ...writable, ...readonly];
  const inner = (meta?.innerInstructions ?? []).flatMap(({ instructions }) => instructions);
  return inner.flatMap(({ programIdIndex, data }) => {
    const program = keys[programIdIndex];
    const event = program && decodeEvent(program, getBase58Encoder().encode(data));
    return event ? [event] : [];
  });
}
