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

/** A cell as it comes back: on one line, and but for apostrophes. */
const plain = (cell: string): string =>
  cell.replaceAll(/[\t\r\n\v\f\u0085\u2028\u2029]+/gu, ' ').replaceAll("'", '');

/** Cells as a spreadsheet splits a line at semicolons, reading quotation marks at their start alone. */
const atSemicolons = (text: string): string[] => text.split(';').map((cell) => cell.trimStart());

describe('comma-separated values', () => {
  it('give back every cell on one line, but for an apostrophe before what looks like a formula', () => {
    const rows = fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }));
    fc.assert(
      fc.property(rows, (table) => {
        const back = read(csvOf(table));
        expect(back.map((row) => row.length)).toEqual(table.map((row) => row.length));
        expect(back.map((row) => row.map(plain))).toEqual(table.map((row) => row.map(plain)));
      }),
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =HYPERLINK("x")', '＝1'])(
    'make no formula of %j',
    (cell) => {
      const shown = cell.replace(/^(\s*)/, "$1'").replaceAll('"', '""');
      expect(csvOf([[cell]])).toBe(`\uFEFF"${shown}"\r\n`);
    },
  );

  it.each([
    'Invoices;=cmd|"/C calc"!A0;x',
    'Invoices; +1',
    'Invoices;"=1"',
    'Invoices;\'"\t=1',
    'Invoices\n=1',
    'Invoices\r\n;@SUM(A1)',
    '\t=1',
    '\r=1',
  ])('make no formula of %j where cells are split at semicolons and lines', (cell) => {
    const line = csvOf([['a', cell, 'z']]).slice(1, -2);
    expect(line).not.toMatch(/[\r\n\t]/);
    for (const each of atSemicolons(line)) expect(each).not.toMatch(/^["\s]*[=+\-@＝＋－＠]/u);
  });
});
