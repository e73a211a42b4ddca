import type { Address } from '@solana/kit';

export const CONFIG =
  'Ha3YqoTYwQRBttr6HG45yscA2GuktBuQykCnYAVEGUnn' as Address<'Ha3YqoTYwQRBttr6HG45yscA2GuktBuQykCnYAVEGUnn'>;
export const HARD_CAP = 80000000000000000n;
export const IO_DECIMALS = 8;
export const IO_MINT =
  'FRSiEKGNSePopdkwDkkgbDpHjhmMgR2danE1uXPDWN3f' as Address<'FRSiEKGNSePopdkwDkkgbDpHjhmMgR2danE1uXPDWN3f'>;
