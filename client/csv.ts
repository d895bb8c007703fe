/**
 * What a spreadsheet takes for the beginning of a formula, also behind white space: at the start of a
 * cell, and behind a semicolon, where cells begin for spreadsheets set to many European languages,
 * whatever is in quotation marks.
 */
const FORMULA = /(^|;)(["'\s]*)(?=[=+\-@＝＋－＠])/gu;

function cellOf(text: string): string {
  // a line break within quotation marks ends the row for some; an apostrophe makes a cell a text
  const safe = text
    .replaceAll(/[\t\r\n\v\f\u0085\u2028\u2029]+/gu, ' ')
    .replaceAll(FORMULA, "$1$2'");
  return `"${safe.replaceAll('"', '""')}"`;
}

/**
 * A table as comma-separated values (RFC 4180), every cell quoted and on one line. None of them begins
 * with what spreadsheets take for a formula, not even where they split at semicolons. It begins with a byte order mark, by which spreadsheets know UTF-8.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')}`;
}
