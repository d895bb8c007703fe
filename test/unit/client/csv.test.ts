import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../client/csv.js';

/** Reads comma-separated values as RFC 4180 has them. */
function read(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = /"((?:[^"]|"")*)"(,|\r\n)/gy;
  cells.lastIndex = 1;
  for (let found = cells.exec(text); found !== null; found = cells.exec(text)) {
    row.push((found[1] ?? '').replaceAll('""', '"'));
    if (found[2] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('comma-separated values', () => {
  it('give back every cell, but for an apostrophe before what looks like a formula', () => {
    const rows = fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }));
    fc.assert(
      fc.property(rows, (table) => {
        const back = read(csvOf(table));
        expect(back.map((row) => row.length)).toEqual(table.map((row) => row.length));
        expect(back.map((row) => row.map((cell) => cell.replace(/^'/, '')))).toEqual(
          table.map((row) => row.map((cell) => cell.replace(/^'/, ''))),
        );
      }),
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =HYPERLINK("x")', '\r=1', '＝1', '\n=1'])(
    'make no formula of %j',
    (cell) => {
      expect(csvOf([[cell]])).toBe(`\uFEFF"'${cell.replaceAll('"', '""')}"\r\n`);
    },
  );
});
