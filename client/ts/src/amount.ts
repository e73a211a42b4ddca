/** Decimals of USDC; those of IO are `mint.IO_DECIMALS`. */
export const USDC_DECIMALS = 6;

/** The most raw units that a token account can hold. */
const MOST = 2n ** 64n - 1n;

/**
 * Raw units of `text`, a decimal number of tokens; `_` may separate groups of digits.
 *
 * @throws RangeError if it is none, has more digits after the point than the token has decimals, or is
 *   more than a token account can hold.
 */
export function parseAmount(text: string, decimals: number): bigint {
  const [, whole, fraction = ''] = /^(\d[\d_]*)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) {
    throw new RangeError(`"${text}" is not an amount; write it like 1234.56`);
  }
  if (fraction.length > decimals) {
    throw new RangeError(`this token has ${decimals} decimals; write no more of them`);
  }
  const raw = BigInt(whole.replaceAll('_', '') + fraction.padEnd(decimals, '0'));
  if (raw > MOST) {
    throw new RangeError(`${text} is larger than any token account can hold`);
  }
  return raw;
}

/** Raw units as a decimal number of tokens, in groups of three and without trailing zeros. */
export function formatAmount(raw: bigint, decimals: number): string {
  const digits = raw.toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const whole = digits.slice(0, point).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = digits.slice(point).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
