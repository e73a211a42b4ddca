import type { Address } from '@solana/kit';

export const CONFIG =
  '6zrDiQ3baqjyAKzzcxn7FKct7uSWtmRQRxG1G6jYN7uN' as Address<'6zrDiQ3baqjyAKzzcxn7FKct7uSWtmRQRxG1G6jYN7uN'>;
export const VAULT =
  'G8tn8Q2uestHwn1ZatxL3WfYvfgVKXSDPBKgaZsCHtkm' as Address<'G8tn8Q2uestHwn1ZatxL3WfYvfgVKXSDPBKgaZsCHtkm'>;
