import type { Figures, OpenCase, YearFigures } from '../../../client/figures/count.js';
import { countsAsOpen } from '../../../client/figures/open.js';
import { LEAST_TOLD, toldFigures } from '../../../client/figures/suppress.js';
import { csvOf } from '../../../client/csv.js';
import { saveFile } from '../save-file.js';
import { plural, t } from '../strings.js';
import { bulkElement } from './bulk.js';
import { dayText, today } from './days.js';
import { localText, type Desk } from './desk.js';
import { copyTemplate, element, fillList, option, part, show, showPart, write } from './dom.js';
import { figuresFile, figuresTables, toldText, type FiguresTable } from './figures-tables.js';
import { printSheet } from './print.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** The figures of a year, for the report that an organisation owes its board and the authority. */
export function figuresView(desk: Desk): HTMLElement {
  const view = copyTemplate('figures');
  const bulk = bulkElement(
    t('desk.figures.count'),
    (onProgress, signal) => desk.api.figures(openCases(desk), onProgress, signal),
    ({ figures, unreadable }) => {
      showFigures(desk, view, figures);
      const some = unreadable > 0;
      if (some) write(view, 'unreadable', plural('desk.figures.unreadable', unreadable));
      showPart(view, 'unreadable', some);
    },
  );
  part(view, 'bulk').replaceChildren(bulk.element);
  showPart(view, 'auditor', desk.account.part === 'auditor');
  return view;
}

/** The open cases as the inbox has them, null while it has not all of them. */
function openCases({ inbox }: Desk): OpenCase[] | null {
  if (inbox.next.open !== null) return null;
  return [...inbox.rows.values()]
    .filter(countsAsOpen)
    .map(({ channel, category, receivedOn }) => ({ channel, category, receivedOn }));
}

function showFigures(desk: Desk, view: HTMLElement, figures: Figures): void {
  const chosen = part(view, 'year', HTMLSelectElement);
  const small = part(view, 'small', HTMLInputElement);
  const years = figures.years.length > 0 ? figures.years : [emptyYear()];
  const before = chosen.value;
  chosen.replaceChildren(...years.map(({ year }) => option(String(year), String(year))));
  if (years.some(({ year }) => String(year) === before)) chosen.value = before;

  const tables = (): { year: YearFigures; tables: FiguresTable[] } => {
    const year = years.find((each) => String(each.year) === chosen.value) ?? emptyYear();
    const told = toldFigures(figures, year, small.checked ? 1 : LEAST_TOLD);
    return { year, tables: figuresTables(desk, told) };
  };
  const sheet = (): HTMLElement => {
    const { year, tables: found } = tables();
    return sheetElement(headOf(desk, year.year), found, small.checked);
  };
  const draw = (): void => {
    showPart(view, 'small-warning', small.checked);
    part(view, 'sheet').replaceChildren(sheet());
  };
  for (const field of [chosen, small]) field.onchange = draw;
  part(view, 'print').onclick = () => {
    const page = element('div', '', 'figures-sheet');
    page.append(sheet());
    printSheet(page);
  };
  part(view, 'save').onclick = () => {
    const { year, tables: found } = tables();
    const text = csvOf(figuresFile(found, headOf(desk, year.year)));
    saveFile(new Blob([text], { type: 'text/csv' }), `casekey-figures-${String(year.year)}.csv`);
  };
  draw();
  show(part(view, 'found'), true);
}

/** A year without anything, where there is nothing at all. */
function emptyYear(): YearFigures {
  const times = { done: 0, within: 0, limit: 0, median: null, longest: null };
  return {
    year: Number(today().slice(0, 4)),
    received: 0,
    open: { received: 0, byChannel: {}, byCategory: {} },
    receivedByChannel: {},
    receivedByCategory: {},
    closed: 0,
    closedByOutcome: {},
    acknowledgement: times,
    feedback: times,
    money: [],
  };
}

/** What stands above the tables, on paper and in the file too: what they are, of when, and of what. */
function headOf(desk: Desk, year: number): string[] {
  const organisation = localText(desk.directory.organisation.names);
  return [
    t('desk.figures.of', { organisation, year }),
    t('desk.figures.counted', { day: dayText(today()) }),
    ...(desk.account.part === 'auditor' ? [t('desk.figures.auditor_sheet')] : []),
  ];
}

function sheetElement(
  [title = '', ...below]: readonly string[],
  tables: readonly FiguresTable[],
  small: boolean,
): HTMLElement {
  const sheet = element('div', '', 'figures-tables');
  sheet.append(element('h2', title), ...below.map((text) => element('p', text, 'soft')));
  if (!small) {
    sheet.append(element('p', t('desk.figures.hidden_note', { least: LEAST_TOLD }), 'hint'));
  }
  for (const table of tables) {
    const section = element('section');
    section.append(element('h3', table.title));
    section.append(table.kind === 'counts' ? chart(table) : cells(table));
    sheet.append(section);
  }
  return sheet;
}

/** Counts as a table with a bar beside each: the bars say nothing that the numbers do not say. */
function chart({ title, lines }: Extract<FiguresTable, { kind: 'counts' }>): HTMLElement {
  const most = Math.max(1, ...lines.map(({ count }) => count ?? 0));
  const table = element('table', '', 'chart');
  table.setAttribute('aria-label', title);
  const body = element('tbody');
  fillList(body, lines, ({ label, count }) => {
    const row = element('tr');
    const name = element('th', label);
    name.scope = 'row';
    const bar = element('td', '', 'chart-bar');
    bar.append(barPicture((count ?? 0) / most));
    row.append(name, bar, element('td', toldText(count), 'number'));
    return row;
  });
  table.append(body);
  return table;
}

function barPicture(share: number): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', '0 0 100 10');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const bar = document.createElementNS(NAMESPACE, 'rect');
  bar.setAttribute('width', (share * 100).toFixed(2));
  bar.setAttribute('height', '10');
  svg.append(bar);
  return svg;
}

function cells({ title, head, rows }: Extract<FiguresTable, { kind: 'cells' }>): HTMLElement {
  const table = element('table');
  table.setAttribute('aria-label', title);
  const top = element('tr');
  for (const name of head) {
    const cell = element('th', name);
    cell.scope = 'col';
    top.append(cell);
  }
  const headElement = element('thead');
  headElement.append(top);
  const body = element('tbody');
  fillList(body, rows, (row) => {
    const line = element('tr');
    line.append(...row.map((text, index) => element('td', text, index === 0 ? '' : 'number')));
    return line;
  });
  table.append(headElement, body);
  const wide = element('div', '', 'wide-table');
  wide.append(table);
  return wide;
}
