import { vi } from 'vitest';

// Argon2id is as slow here as it must be, and people in tests sign in again and again: the same
// passphrase under the same name is stretched once a file, by the real function.
vi.mock(import('../../crypto/passphrase.js'), async (load) => {
  const real = await load();
  const known = new Map<string, Uint8Array>();
  return {
    ...real,
    stretch: (...asked) => {
      const key = JSON.stringify(asked);
      const stretched = known.get(key) ?? real.stretch(...asked);
      known.set(key, stretched);
      // whoever asked may wipe it
      return stretched.slice();
    },
  };
});
