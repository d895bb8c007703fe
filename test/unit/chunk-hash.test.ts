import { beforeAll, expect, test } from 'vitest';
import { chunkHash, hash, ready } from '../../crypto/private.js';

beforeAll(ready);

test.each([0, 1, 127, 128, 65_576, 1_048_616])(
  'the hash of a chunk of %i bytes is that of the chunk as one field',
  (length) => {
    const sealed = Uint8Array.from({ length }, (_, index) => index % 251);
    expect(chunkHash(sealed)).toEqual(hash('chunk', sealed));
  },
);
