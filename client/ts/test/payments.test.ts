import { AccountRole } from '@solana/kit';
import { explainError, mint, payments, withAccounts } from '@io-coin/client';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { AMM, launch, register, swapData, type Network } from './network';
import { IO, USDC } from './world';

let network: Network;
before(async () => {
  network = await launch();
});

const order = (n: number) => new Uint8Array(32).fill(n);

test('a payment in IO arrives whole, is recorded once and read back', async () => {
  const { world } = network;
  const renter = await world.wallet();
  const source = await world.createIo(renter.address, 100n * IO);
  const { supplier, io } = await register(world);
  const expiresAt = world.time + 600n;
  const pay = await payments.getPayIoInstructionAsync({
    payer: renter,
    supplier,
    source,
    destination: io,
    orderId: order(1),
    expiresAt,
    amount: 25n * IO,
  });
  const events = await world.send(pay);
  assert.equal(await world.balance(io), 25n * IO);

  const [event] = events;
  assert(events.length === 1 && event?.program === 'payments' && event.name === 'Paid');
  assert.equal(event.data.delivered, 25n * IO);
  assert.equal(event.data.fee, 0n);
  assert.deepEqual(event.data.parts, [{ supplier, destination: io, delivered: 25n * IO }]);

  const seeds = { payer: renter.address, orderId: order(1) };
  const { data: receipt } = await payments.fetchReceiptFromSeeds(world.rpc, seeds);
  assert.equal(receipt.gross, 25n * IO);
  assert.equal(receipt.expiresAt, expiresAt);
  assert.deepEqual(receipt.entries, [{ supplier, delivered: 25n * IO, refunded: 0n }]);

  await assert.rejects(world.send(pay), (error) => {
    assert.equal(explainError(error)?.name, 'AlreadyPaid');
    return true;
  });
});

test('a split payment records each part', async () => {
  const { world } = network;
  const renter = await world.wallet();
  const source = await world.createIo(renter.address, 10n * IO);
  const suppliers = [await register(world), await register(world)];
  const pay = await payments.getPayIoSplitInstructionAsync({
    payer: renter,
    source,
    orderId: order(2),
    expiresAt: world.time + 600n,
    amounts: [1n * IO, 2n * IO],
  });
  const pairs = suppliers.flatMap(({ supplier, io }) => [
    { address: supplier, role: AccountRole.READONLY },
    { address: io, role: AccountRole.WRITABLE },
  ]);
  const [event] = await world.send(withAccounts(pay, pairs));
  assert(event?.name === 'Paid');
  assert.deepEqual(
    event.data.parts.map(({ supplier, delivered }) => [supplier, delivered]),
    [
      [suppliers[0]?.supplier, 1n * IO],
      [suppliers[1]?.supplier, 2n * IO],
    ],
  );
});

test('a payment in USDC is swapped within its bound', async () => {
  const { world, usdc, amm } = network;
  const renter = await world.wallet();
  const source = await world.createToken(renter.address, usdc, 1_000n * USDC);
  const { supplier, io } = await register(world);
  const amount = 100n * USDC;
  // 2 % on top; the pool has 0.15 USDC for one IO.
  const pay = async (orderId: Uint8Array, minIoOut: bigint) =>
    withAccounts(
      await payments.getPayTokenInstructionAsync({
        payer: renter,
        supplier,
        asset: (await payments.findAssetPda({ mint: usdc }))[0],
        venue: amm.venue,
        source,
        fees: (await payments.findFeesPda({ mint: usdc }))[0],
        transit: (await payments.findTransitPda({ mint: usdc }))[0],
        ioTransit: (await payments.findTransitPda({ mint: mint.IO_MINT }))[0],
        destination: io,
        venueProgram: AMM,
        orderId,
        expiresAt: world.time + 600n,
        amounts: [amount],
        feeOnTop: true,
        minIoOut,
        venueData: swapData(amount),
      }),
      amm.accounts,
    );
  const events = await world.send(await pay(order(3), 660n * IO));
  const paid = events.find((event) => event.name === 'Paid');
  assert(paid?.program === 'payments');
  assert.equal(paid.data.gross, 102n * USDC);
  assert.equal(paid.data.fee, 2n * USDC);
  assert.equal(await world.balance(source), 898n * USDC);
  assert.equal(await world.balance(io), paid.data.delivered);
  assert(paid.data.delivered > 660n * IO && paid.data.delivered < 667n * IO);

  await assert.rejects(world.send(await pay(order(4), 667n * IO)), (error) => {
    assert.deepEqual(explainError(error), {
      program: 'io_payments',
      name: 'ReceivedTooLittle',
      message: 'the swap brought less than the least amount named; accept less or try later',
    });
    return true;
  });
});
