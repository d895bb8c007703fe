import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveName, isArchiveName } from '../../../client/archive/names.js';

describe('names of files in an archive', () => {
  it.each([
    ['a dot where the name is cut', `${'a'.repeat(119)}.${'b'.repeat(30)}`],
    ['dots where the name is cut', `${'a'.repeat(115)}.....${'b'.repeat(30)}`],
    ['an ending that begins at the cut', `${'a'.repeat(110)} .${'b'.repeat(30)}`],
    ['a space and dots', `${'a'.repeat(117)}. .${'b'.repeat(30)}`],
  ])('hold for whoever checks the archive, with %s', (_, name) => {
    expect(isArchiveName(7, archiveName(7, name))).toBe(true);
  });

  it('hold whatever a reporter calls a file', () => {
    const piece = fc.constantFrom('a', '.', ' ', 'é', '\u0301', '\u202e', '/', '😀', '_', '\ud800');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 200 }),
        fc.integer({ min: 1, max: 1200 }),
        (all, n) => {
          expect(isArchiveName(n, archiveName(n, all.join('')))).toBe(true);
        },
      ),
    );
  });

  it('hold at their own place alone, so that no two differ by capitals only', () => {
    expect(isArchiveName(2, 'files/002 a.txt')).toBe(true);
    expect(isArchiveName(2, 'files/001 A.txt')).toBe(false);
  });
});
