import { describe, expect, it } from 'vitest';
import { archiveEnd } from '../../../client/archive/zip-layout.js';

describe('the directory of an archive', () => {
  it('takes more files than a call takes arguments', () => {
    const one = { name: 'a', check: 0, size: 0, at: 0 };
    const end = archiveEnd(
      Array.from({ length: 130_000 }, () => one),
      0,
    );
    expect(end.length).toBe(130_000 * 47 + 98);
  });
});
