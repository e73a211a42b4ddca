import {
  decodeEvent,
  emissions,
  eventsOf,
  explainCode,
  explainError,
  findTicketAddress,
  formatAmount,
  mint,
  parseAmount,
  payments,
  staking,
} from '@io-coin/client';
import {
  getBase16Encoder,
  getBase58Decoder,
  SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
  SolanaError,
  type Address,
} from '@solana/kit';
import assert from 'node:assert/strict';
import { test } from 'node:test';

test('amounts round trip', () => {
  const cases: [string, bigint, string][] = [
    ['0', 0n, '0'],
    ['1.5', 150_000_000n, '1.5'],
    ['0.00000001', 1n, '0.00000001'],
    ['500_000_000', 50_000_000_000_000_000n, '500,000,000'],
    ['1234.5', 123_450_000_000n, '1,234.5'],
    ['184467440737.09551615', 2n ** 64n - 1n, '184,467,440,737.09551615'],
  ];
  for (const [text, raw, shown] of cases) {
    assert.equal(parseAmount(text, mint.IO_DECIMALS), raw);
    assert.equal(formatAmount(raw, mint.IO_DECIMALS), shown);
  }
  assert.equal(parseAmount('7', 0), 7n);
  assert.equal(formatAmount(1_234n, 0), '1,234');
});

test('what is no amount is refused', () => {
  for (const text of ['', '.', '1.', '.5', '-1', '1e3', ' 1', '1,000', '_1', '1.0_0', '0x10']) {
    assert.throws(() => parseAmount(text, 8), /write it like/, text);
  }
  assert.throws(() => parseAmount('0.123456789', 8), /8 decimals/);
  assert.throws(() => parseAmount('184467440737.09551616', 8), /larger than/);
});

const BURNED = 'e445a52e51cb9a1d' + mint.EVENTS.Burned.discriminator;
const bytes = (hex: string) => getBase16Encoder().encode(hex);

test('only a whole event of its own program decodes', () => {
  const program = mint.IO_MINT_PROGRAM_ADDRESS;
  const fields = '01'.repeat(32) + '02'.repeat(32) + '0300000000000000' + '0400000000000000';
  const event = decodeEvent(program, bytes(BURNED + fields));
  assert(event?.program === 'mint' && event.name === 'Burned');
  assert.equal(event.data.amount, 3n);
  assert.equal(event.data.burned, 4n);
  assert.equal(
    decodeEvent(payments.IO_PAYMENTS_PROGRAM_ADDRESS, bytes(BURNED + fields)),
    undefined,
  );
  assert.equal(decodeEvent(program, bytes(BURNED + fields + '00')), undefined);
  assert.equal(decodeEvent(program, bytes(BURNED.slice(0, -2) + '00' + fields)), undefined);
  assert.equal(decodeEvent(program, bytes('00' + BURNED.slice(2) + fields)), undefined);
  assert.equal(decodeEvent(program, bytes(BURNED + fields.slice(2))), undefined);
  assert.equal(decodeEvent(program, bytes('e4')), undefined);
});

test('every event decodes', () => {
  const programs = { mint, staking, emissions, payments };
  let count = 0;
  for (const [program, { EVENTS }] of Object.entries(programs)) {
    const address = Object.entries(programs[program as keyof typeof programs]).find(([name]) =>
      name.endsWith('_PROGRAM_ADDRESS'),
    )?.[1] as Address;
    for (const [name, { discriminator, decoder }] of Object.entries(EVENTS)) {
      // Zeros, which are no parts where parts follow.
      const size = 'fixedSize' in decoder ? decoder.fixedSize : name === 'Paid' ? 216 : 24;
      const data = bytes('e445a52e51cb9a1d' + discriminator + '00'.repeat(size));
      const event = decodeEvent(address, data);
      assert.deepEqual([event?.program, event?.name], [program, name]);
      count += 1;
    }
  }
  assert(count > 80);
});

test('events of a program that a lookup table names are found', () => {
  const [payer, other] = [mint.CONFIG, payments.ROUTER];
  const burned = (amount: string) =>
    getBase58Decoder().decode(bytes(BURNED + '00'.repeat(64) + amount + '00'.repeat(15)));
  const instructions = [
    { programIdIndex: 1, data: burned('01') },
    { programIdIndex: 2, data: burned('02') },
  ];
  const transaction = { message: { accountKeys: [payer] } };
  const events = eventsOf({
    transaction,
    meta: {
      innerInstructions: [{ instructions }],
      loadedAddresses: { writable: [other], readonly: [mint.IO_MINT_PROGRAM_ADDRESS] },
    },
  });
  const [event] = events;
  assert(events.length === 1 && event?.name === 'Burned');
  assert.equal(event.data.amount, 2n);
  assert.deepEqual(eventsOf({ transaction, meta: null }), []);
});

test('a ticket is where the Rust client has it', async () => {
  const owner = '8qbHbw2BbbTHBW1sbeqakYXVKRQM8Ne7pLK7m6CVfeR' as Address;
  const node = '4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi' as Address;
  const tranche = staking.TrancheKind.Protected;
  const [position] = await staking.findPositionPda({ node, owner, tranche });
  assert.equal(position, 'DxYCgDuuuvjj34VWVF9V3FeRbJ2sPoZMrV4ihHxWQSmE');
  const ticket = await findTicketAddress(owner, position, 0x1_0000_0003n);
  assert.equal(ticket, '4amHXqWu2fn1iNvfEpz6uqxnRLUeTuSCczMfeFEYmCdx');
});

/** A node's refusal of a transaction whose instruction failed with `code`. */
function refusal(code: number, logs: string[]): Error {
  return new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE, {
    accounts: null,
    cause: new SolanaError(SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM, { code, index: 0 }),
    logs,
  } as never);
}

test('codes have names and messages, and other errors none', () => {
  assert.deepEqual(explainCode(6000), {
    program: 'io_mint',
    name: 'Unauthorized',
    message:
      'the signer may not do this; sign with the account that the config or the minter names',
  });
  assert.equal(explainCode(1), undefined);
  assert.equal(explainError(new Error('no node answers')), undefined);
  assert.equal(explainError(refusal(6300, []))?.name, explainCode(6300)?.name);
  // A venue's own error, passed on by the router.
  const router = payments.IO_PAYMENTS_PROGRAM_ADDRESS;
  const failed = (program: string) => `Program ${program} failed: custom program error: 0x189c`;
  const venue = '11111111111111111111111111111111';
  assert.equal(explainError(refusal(6300, [failed(venue), failed(router)])), undefined);
  assert.equal(explainError(refusal(6300, ['Program log: x', failed(router)])), explainCode(6300));
});
