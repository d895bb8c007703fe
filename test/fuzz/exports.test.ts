import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkExport } from '../../client/archive/check.js';
import { ArchiveFault } from '../../client/archive/faults.js';
import { readArchive } from '../../client/archive/zip-reader.js';
import { ready } from '../../crypto/private.js';
import { makeExport, type TestExport } from '../support/export.js';
import { fileOf } from '../support/fixtures.js';
import {
  changedBytes,
  changedDocument,
  changes,
  fuzz,
  FUZZ_TIMEOUT,
  kept,
} from '../support/fuzz.js';

// What `casekey verify-export` reads: archives that somebody was given by anybody.

let made: TestExport;

beforeAll(async () => {
  await ready();
  made = await makeExport();
});

async function faultOf(bytes: Uint8Array): Promise<string | null> {
  try {
    await checkExport(fileOf(bytes));
    return null;
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error;
    return error.code;
  }
}

describe('an export', () => {
  const exports = kept('exports');

  it('that others make of it, or that is none, is refused in words of its own', async () => {
    for (const { name, bytes } of exports) {
      const fault = await faultOf(bytes);
      if (name === 'whole.zip') expect(fault, name).toBeNull();
      else expect(fault, name).not.toBeNull();
    }
  });

  it(
    'that was changed in any way after it was signed does not hold',
    async () => {
      const whole = exports.find(({ name }) => name === 'whole.zip')?.bytes ?? new Uint8Array();
      await fuzz(fc.record({ list: changes() }), 100, async ({ list }) => {
        const bytes = changedBytes(whole, list);
        const same = Buffer.compare(bytes, whole) === 0;
        expect((await faultOf(bytes)) === null).toBe(same);
      });
    },
    FUZZ_TIMEOUT,
  );

  it(
    'whose documents its signer wrote in any way holds or is refused, and breaks nothing',
    async () => {
      const names = [...made.documents.keys()];
      const inputs = fc.record({ which: fc.nat(names.length - 1), list: changes() });
      await fuzz(inputs, 60, async ({ which, list }) => {
        const name = names[which] ?? '';
        const documents = new Map(made.documents);
        documents.set(name, changedDocument(documents.get(name), list) ?? null);
        await faultOf(await made.archive({ documents }));
      });
    },
    FUZZ_TIMEOUT,
  );

  it(
    'of any bytes is read without more memory than it has bytes',
    async () => {
      await fuzz(
        fc.record({ at: fc.nat(exports.length - 1), list: changes(12) }),
        200,
        async ({ at, list }) => {
          const bytes = changedBytes(exports[at]?.bytes ?? new Uint8Array(), list);
          try {
            const files = await readArchive(fileOf(bytes));
            const sizes = files.reduce((sum, { size }) => sum + size, 0);
            expect(sizes).toBeLessThan(bytes.length);
          } catch (error) {
            expect(error).toBeInstanceOf(ArchiveFault);
          }
        },
      );
    },
    FUZZ_TIMEOUT,
  );
});
