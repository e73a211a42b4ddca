import type { Address } from '@solana/kit';

export const CONFIG =
  'BSBYYwe1r6uxdsZkjM7VTZwvi41EjDWdn7KjPgUjCdks' as Address<'BSBYYwe1r6uxdsZkjM7VTZwvi41EjDWdn7KjPgUjCdks'>;
export const ROUTER =
  'BZBdEY2fhaCcRPQbxhr8UxvJygV7FyCaoXg5hcraRTE' as Address<'BZBdEY2fhaCcRPQbxhr8UxvJygV7FyCaoXg5hcraRTE'>;
