/** What a spreadsheet takes for the beginning of a formula, also behind white space. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/u;

function cellOf(text: string): string {
  // an apostrophe in front makes every spreadsheet show the cell as text
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/**
 * A table as comma-separated values (RFC 4180), every cell quoted, none of which a spreadsheet takes
 * for a formula. It begins with a byte order mark, by which spreadsheets know UTF-8.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')}`;
}
