import { csvOf } from '../../../client/csv.js';
import type { AccessReview } from '../../../client/models.js';
import { saveFile } from '../save-file.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { namesOf } from './audit-lines.js';
import { bulkElement } from './bulk.js';
import { copyTemplate, element, fillList, option, part, show, showPart } from './dom.js';
import { momentText } from './days.js';
import type { Desk } from './desk.js';
import { printSheet } from './print.js';
import { dayAnswer, personAnswer, type ReviewAnswer, type ReviewRow } from './review-tables.js';
import { caseReference, reviewNames, type ReviewNames } from './review-texts.js';

/** Cases that stand in the page at once. */
const SHOWN = 200;

/** Who could read which case on any day, and what one person could read when and why. */
export function reviewView(desk: Desk): HTMLElement {
  const view = copyTemplate('review');
  const { part: own } = desk.account;
  for (const each of view.querySelectorAll<HTMLElement>('[data-for]')) {
    if (each.dataset['for'] !== own) each.hidden = true;
  }
  part(view, 'lead').textContent = t(`desk.review.lead.${own}`);
  const bulk = bulkElement(
    t(`desk.review.look.${own}`),
    async (onProgress, signal) => {
      const review = await desk.api.accessReview(onProgress, signal);
      return { review, accounts: await namesOf(desk) };
    },
    ({ review, accounts }) => {
      bulk.say('');
      showReview(desk, view, review, reviewNames(review, desk.directory, accounts));
    },
  );
  part(view, 'bulk').replaceChildren(bulk.element);
  return view;
}

function showReview(desk: Desk, view: HTMLElement, review: AccessReview, names: ReviewNames): void {
  const person = part(view, 'person', HTMLSelectElement);
  const day = part(view, 'day', HTMLInputElement);
  const practice = part(view, 'practice', HTMLInputElement);
  let shown = SHOWN;
  person.replaceChildren(
    option('', t('desk.review.everybody')),
    ...review.people.map(({ id, name, left }) =>
      option(id, left === null ? name : t('desk.review.who_left', { name })),
    ),
  );
  day.value = review.today;
  day.max = review.today;
  fillContradictions(view, review, names);

  const answerNow = (): ReviewAnswer => {
    const cases = review.cases.filter((row) => practice.checked || !row.practice);
    return person.value === ''
      ? dayAnswer(review, cases, names, day.value)
      : personAnswer(review, cases, names, person.value);
  };
  const draw = (): void => {
    const asked = person.value === '';
    // nobody knows who will be able to read on a day to come
    const wrong = asked && (day.value === '' || day.value > review.today);
    showPart(view, 'day-field', asked);
    showPart(view, 'day-wrong', wrong);
    day.setAttribute('aria-invalid', String(wrong));
    showPart(view, 'answered', !wrong);
    if (wrong) return;
    const answer = answerNow();
    part(view, 'answer').replaceChildren(...answerElements(desk, answer, shown));
    showPart(view, 'more-line', answer.cases.length > shown);
  };
  for (const field of [person, day, practice]) {
    field.addEventListener('change', () => {
      shown = SHOWN;
      draw();
    });
  }
  part(view, 'more').onclick = () => {
    shown += SHOWN;
    draw();
  };
  const titles = part(view, 'titles', HTMLInputElement);
  part(view, 'print').onclick = () => {
    printSheet(sheetElement(answerNow(), titles.checked, review.today));
  };
  part(view, 'save').onclick = () => {
    const text = csvOf(answerNow().table(titles.checked));
    saveFile(new Blob([text], { type: 'text/csv' }), `casekey-access-${review.today}.csv`);
  };
  draw();
  show(part(view, 'found'), true);
}

function fillContradictions(view: HTMLElement, review: AccessReview, names: ReviewNames): void {
  const place = part(view, 'contradictions');
  const found = review.contradictions;
  if (found.length === 0) {
    place.replaceChildren(element('p', t('desk.review.agrees'), 'soft'));
    return;
  }
  const rows = new Map(review.cases.map((row) => [row.id, row]));
  const box = element('div', '', 'notice signal');
  const list = element('ul', '', 'findings');
  fillList(list, found, ({ caseId, code, person, at }) => {
    const row = caseId === null ? undefined : rows.get(caseId);
    const where = row === undefined ? t('desk.review.directory') : caseReference(row);
    const values = {
      name: names.person(person),
      at: at === null ? t('desk.review.unknown') : momentText(at),
    };
    return element('li', `${where}: ${t(`desk.review.contradiction.${code}`, values)}`);
  });
  box.append(
    element('p', plural('desk.review.contradictions', found.length)),
    list,
    element('p', t('desk.review.contradictions_advice')),
  );
  place.replaceChildren(box);
}

function answerElements(desk: Desk, answer: ReviewAnswer, shown: number): HTMLElement[] {
  const made: HTMLElement[] = [element('h2', answer.title)];
  const listOf = (rows: readonly ReviewRow[]): HTMLElement => {
    const list = element('ul', '', 'rows');
    fillList(list, rows, (row) => rowElement(desk, row));
    return list;
  };
  if (answer.channels.length > 0) {
    made.push(element('h3', t('desk.review.new_reports')), listOf(answer.channels));
  }
  if (desk.account.part === 'handler') {
    made.push(element('h3', plural('desk.review.cases', answer.cases.length)));
    if (answer.cases.length > 0) made.push(listOf(answer.cases.slice(0, shown)));
  }
  return made;
}

function rowElement(desk: Desk, { row, title, facts, lines }: ReviewRow): HTMLElement {
  const item = copyTemplate('review-row');
  const place = part(item, 'title');
  if (row === null) place.textContent = title;
  else {
    const button = element('button', title, 'quiet');
    button.type = 'button';
    onClickGo(desk, button, row.id);
    place.replaceChildren(keepPrivate(button));
    showPart(item, 'practice', row.practice);
  }
  fillList(part(item, 'facts'), facts, (fact) => element('span', fact));
  showPart(item, 'facts', facts.length > 0);
  fillList(part(item, 'text'), lines, (line) => element('p', line));
  return item;
}

function onClickGo(desk: Desk, button: HTMLElement, id: string): void {
  button.addEventListener('click', () => {
    desk.go({ view: 'case', id });
  });
}

/** The answer as a table on paper. */
function sheetElement(answer: ReviewAnswer, titles: boolean, today: string): HTMLElement {
  const sheet = element('section', '', 'review-sheet');
  const [head = [], ...lines] = answer.table(titles);
  const table = element('table');
  const rowOf = (cells: readonly string[], tag: 'th' | 'td'): HTMLElement => {
    const line = element('tr');
    fillList(line, cells, (cell) => element(tag, cell));
    return line;
  };
  const top = element('thead');
  top.append(rowOf(head, 'th'));
  const body = element('tbody');
  fillList(body, lines, (cells) => rowOf(cells, 'td'));
  table.append(top, body);
  sheet.append(
    element('h1', t('desk.review.title')),
    element('p', t('desk.review.sheet', { title: answer.title, day: momentText(today) })),
    table,
  );
  return sheet;
}
