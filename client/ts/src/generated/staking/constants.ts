import type { Address } from '@solana/kit';

export const CONFIG =
  'HwcivNWCVAovjSMzGFEL11XPqqLh4Li8LqzSmcESjY7t' as Address<'HwcivNWCVAovjSMzGFEL11XPqqLh4Li8LqzSmcESjY7t'>;
export const COOLDOWN = 1209600n;
