import { holds, type Figure, type Machine, type Measure } from './measure.js';

function numberText(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1 });
}

function limitText({ limit, unit }: Figure): string {
  if (limit === undefined) return '';
  const [word, bound] = 'most' in limit ? ['at most', limit.most] : ['at least', limit.least];
  return `${word} ${numberText(bound)} ${unit}`.trim();
}

/** Prints figures for people, with whether each limit holds. */
export function printTable(
  results: readonly { measure: Measure; figures: Figure[] }[],
  where: Machine,
): void {
  const rows = results.flatMap(({ measure, figures }) => [
    ['', measure.title, '', '', ''],
    ...figures.map((figure) => [
      figure.limit === undefined ? '' : holds(figure) ? 'holds' : 'MISSED',
      `  ${figure.label}`,
      numberText(figure.value),
      figure.unit,
      limitText(figure),
    ]),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 2 ? cell.padStart(widths[2] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    console.log(cells.join('  ').trimEnd());
  }
  const { processor, cores, memoryGiB, system, node, loadAtStart } = where;
  console.log(
    `\n${String(cores)} cores (${processor}), ${String(memoryGiB)} GiB, ${system}, Node ${node}; load at the start ${String(loadAtStart)}`,
  );
}
