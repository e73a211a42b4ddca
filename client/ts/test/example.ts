import { setTimeout } from 'node:timers/promises';
import { eventsOf, mint, parseAmount, payments } from '@io-coin/client';
import * as kit from '@solana/kit';
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

/** Pays a supplier 12.5 IO for an order, out of the renter's associated token account. */
export async function payForOrder(
  rpc: kit.Rpc<kit.SolanaRpcApi>, // e.g. kit.createSolanaRpc('http://127.0.0.1:8899')
  renter: kit.TransactionSigner,
  supplierOwner: kit.Address,
  orderId: Uint8Array, // 32 bytes, another one for each order
) {
  const { data: config } = await mint.fetchMintConfig(rpc, mint.CONFIG);
  const associated = { mint: config.mint, tokenProgram: TOKEN_PROGRAM_ADDRESS };
  const [source] = await findAssociatedTokenPda({ ...associated, owner: renter.address });

  const { address: supplier, data: payee } = await payments.fetchSupplierFromSeeds(rpc, {
    owner: supplierOwner,
  });
  const [wallet] = await findAssociatedTokenPda({ ...associated, owner: payee.payout });
  const takesUsdc = payee.preference === payments.PayoutPreference.Usdc;

  const pay = await payments.getPayIoInstructionAsync({
    payer: renter,
    supplier,
    source,
    destination: takesUsdc ? payee.earnings : wallet,
    orderId,
    // Every attempt to pay this order must name the same time.
    expiresAt: BigInt(Math.floor(Date.now() / 1000)) + 600n,
    amount: parseAmount('12.5', mint.IO_DECIMALS),
  });
  const { value: blockhash } = await rpc.getLatestBlockhash().send();
  const transaction = await kit.signTransactionMessageWithSigners(
    kit.pipe(
      kit.createTransactionMessage({ version: 0 }),
      (message) => kit.setTransactionMessageFeePayerSigner(renter, message),
      (message) => kit.setTransactionMessageLifetimeUsingBlockhash(blockhash, message),
      (message) => kit.appendTransactionMessageInstruction(pay, message),
    ),
  );
  const wire = kit.getBase64EncodedWireTransaction(transaction);
  const signature = await rpc.sendTransaction(wire, { encoding: 'base64' }).send();
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const recorded = await rpc
      .getTransaction(signature, {
        commitment: 'confirmed',
        encoding: 'json',
        maxSupportedTransactionVersion: 0,
      })
      .send();
    if (recorded) return eventsOf(recorded).find((event) => event.name === 'Paid');
    await setTimeout(500);
  }
  throw new Error(`${signature} is not confirmed; send it again while its blockhash is good`);
}
