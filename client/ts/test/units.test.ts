import {
  formatAmount,
  decodeEvent,
  explainCode,
  explainError,
  mint,
  parseAmount,
  payments,
} from '@io-coin/client';
import { getBase16Encoder } from '@solana/kit';
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

test('codes have names and messages, and other errors none', () => {
  assert.deepEqual(explainCode(6000), {
    program: 'io_mint',
    name: 'Unauthorized',
    message:
      'the signer may not do this; sign with the account that the config or the minter names',
  });
  assert.equal(explainCode(1), undefined);
  assert.equal(explainError(new Error('no node answers')), undefined);
});
