import { explainError } from '@io-coin/client';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { payForOrder } from './example';
import { launch, register } from './network';
import { IO } from './world';

/** The package; from build/test, where this file runs. */
const PACKAGE = join(__dirname, '../..');

test('the example of the README is the one that runs', () => {
  const readme = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
  const [, example] = /```ts\n([^]*?)```/.exec(readme) ?? [];
  assert.equal(example, readFileSync(join(PACKAGE, 'test/example.ts'), 'utf8'));
});

test('the example pays', async () => {
  const { world } = await launch();
  world.advance(BigInt(Math.floor(Date.now() / 1000)) - world.time);
  const renter = await world.wallet();
  await world.createIo(renter.address, 20n * IO);
  const { owner, io } = await register(world);
  const orderId = new Uint8Array(32).fill(9);
  const paid = await payForOrder(world.rpc, renter, owner.address, orderId);
  assert(paid?.program === 'payments');
  assert.equal(paid.data.delivered, 1_250_000_000n);
  assert.equal(await world.balance(io), 1_250_000_000n);
  // Another blockhash, or the second transaction would be the first.
  world.svm.expireBlockhash();
  await assert.rejects(payForOrder(world.rpc, renter, owner.address, orderId), (error) => {
    assert.equal(explainError(error)?.name, 'AlreadyPaid');
    return true;
  });
});
