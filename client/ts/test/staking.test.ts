import { AccountRole } from '@solana/kit';
import {
  emissions,
  explainError,
  findTicketAddress,
  getUnstakeInstructions,
  mint,
  staking,
  withAccounts,
} from '@io-coin/client';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASS, launch } from './network';
import { HOUR, IO } from './world';

test('a node is registered, staked on, scored, earns and pays out', async () => {
  const { world } = await launch();
  const { rpc } = world;
  const operator = await world.wallet();
  const wallet = await world.createIo(operator.address, 1_000n * IO);
  const nodeId = new Uint8Array(32).fill(3);
  const [node] = await staking.findNodePda({ operator: operator.address, nodeId });
  const [deviceClass] = await staking.findDeviceClassPda({ id: CLASS });
  const [rewardPool] = await emissions.findRewardPoolPda({ id: 0 });
  const seeds = { node, owner: operator.address, tranche: staking.TrancheKind.Operator };
  const [position] = await staking.findPositionPda(seeds);

  const registered = await world.send(
    await staking.getRegisterNodeInstructionAsync({
      payer: operator,
      operator,
      class: deviceClass,
      mint: mint.IO_MINT,
      nodeId,
      processors: 2,
      commissionBps: 1_000n,
      delegationOpen: false,
    }),
    await staking.getOpenPositionInstructionAsync({
      payer: operator,
      owner: operator,
      node,
      tranche: staking.TrancheKind.Operator,
    }),
  );
  assert.deepEqual(
    registered.map(({ program, name }) => [program, name]),
    [
      ['staking', 'NodeRegistered'],
      ['staking', 'PositionOpened'],
    ],
  );

  const deposit = async (amount: bigint) =>
    await staking.getDepositInstructionAsync({
      owner: operator,
      node,
      position,
      source: wallet,
      rewardPool,
      amount,
      minAccepted: amount,
    });
  // 2 processors: 400 IO at least, five times as much at most.
  await assert.rejects(world.send(await deposit(2_001n * IO)), (error) => {
    assert.equal(explainError(error)?.program, 'io_staking');
    return true;
  });
  const [deposited] = await world.send(await deposit(600n * IO));
  assert(deposited?.program === 'staking' && deposited.name === 'Deposited');
  assert.equal(deposited.data.amount, 600n * IO);

  const { data: books } = await staking.fetchNode(rpc, node);
  assert.equal(books.status, staking.NodeStatus.Open);
  assert.equal(books.minStake.value, 400n * IO);
  assert.equal(books.maxStake, 2_000n * IO);
  assert.equal(books.tranches[staking.TrancheKind.Operator]?.stake, 600n * IO);
  assert.equal(books.tranches[staking.TrancheKind.Operator]?.rewardsPerShare, 0n);

  // It earns from the epoch after the one that it is scored in.
  const keeper = await world.createIo((await world.wallet()).address, 0n);
  const pool = { address: rewardPool, role: AccountRole.WRITABLE };
  const crank = withAccounts(
    emissions.getAdvanceEpochInstruction({ bountyAccount: keeper, mint: mint.IO_MINT }),
    [pool],
  );
  const [nodeEmission] = await emissions.findNodeEmissionPda({ node });
  const score = withAccounts(
    emissions.getSetScoresInstruction({
      scorer: world.authority,
      pool: rewardPool,
      scores: [10_000],
    }),
    [
      { address: node, role: AccountRole.READONLY },
      { address: nodeEmission, role: AccountRole.WRITABLE },
    ],
  );
  const enroll = await emissions.getEnrollNodeInstructionAsync({
    payer: operator,
    node,
    pool: rewardPool,
  });
  await world.send(enroll, crank);
  assert((await world.balance(keeper)) > 0n);
  const [scored] = await world.send(score);
  assert(scored?.program === 'emissions' && scored.name === 'ScoresSet');
  assert.deepEqual(
    scored.data.nodes.map(({ node, scoreBps }) => ({ node, scoreBps })),
    [{ node, scoreBps: 10_000n }],
  );
  for (const _ of [1, 2, 3]) {
    world.advance(HOUR);
    await world.send(crank);
    await world.send(score);
  }
  const harvest = await emissions.getHarvestInstructionAsync({ node, pool: rewardPool });
  const harvested = await world.send(harvest);
  assert.deepEqual(
    harvested.map(({ name }) => name),
    ['RewardsShared', 'Harvested'],
  );
  const before = await world.balance(wallet);
  const [claimed] = await world.send(
    await staking.getClaimInstructionAsync({ node, position, destination: wallet }),
  );
  assert(claimed?.program === 'staking' && claimed.name === 'Claimed');
  const reward = (await world.balance(wallet)) - before;
  assert.equal(claimed.data.amount, reward);
  assert(reward > 4_000n * IO, `${reward} raw IO`);

  // All of it leaves, after the cooldown.
  const { data: held } = await staking.fetchPosition(rpc, position);
  const rent = await rpc.getMinimumBalanceForRentExemption(BigInt(staking.getTicketSize())).send();
  const unstake = await getUnstakeInstructions({
    payer: operator,
    owner: operator,
    node,
    position,
    rewardPool,
    index: held.nextTicket,
    amount: 2n ** 64n - 1n,
    rent,
  });
  await world.send(...unstake);
  const ticket = await findTicketAddress(operator.address, position, held.nextTicket);
  const { data: left } = await staking.fetchTicket(rpc, ticket);
  assert.equal(left.amount, 600n * IO);
  assert.equal(left.unlockAt - left.requestedAt, staking.COOLDOWN);

  const withdraw = await staking.getWithdrawInstructionAsync({
    node,
    position,
    ticket,
    destination: wallet,
    rentPayer: operator.address,
  });
  world.advance(staking.COOLDOWN - 1n);
  await assert.rejects(world.send(withdraw), (error) => {
    assert.equal(explainError(error)?.name, 'StillCooling');
    return true;
  });
  world.advance(1n);
  await world.send(withdraw);
  assert.equal(await world.balance(wallet), before + reward + 600n * IO);
  assert.equal((await staking.fetchMaybeTicket(rpc, ticket)).exists, false);
});
