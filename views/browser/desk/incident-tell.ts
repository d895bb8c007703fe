import type { BulkResult, ExposedCase, IncidentView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { bulkElement, resultText } from './bulk.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, part, show, showPart, write } from './dom.js';
import { showProblem } from './failures.js';
import { languageText } from './languages.js';

/** The ready text by language, as the build wrote it into the page. */
function notices(): Record<string, string> {
  const template = document.getElementById('breach-notices');
  if (!(template instanceof HTMLTemplateElement)) throw new Error('This page carries no notices');
  return JSON.parse(template.content.textContent) as Record<string, string>;
}

/** What came of it: cases that the old keys still open want something else than the others. */
function toldText(desk: Desk, { changed, failed }: BulkResult): string {
  const waiting = failed.filter(({ code }) => code === 'keys_not_renewed');
  const others = failed.filter((each) => !waiting.includes(each));
  const done = plural('desk.incident.tell_done', changed);
  const said = resultText(desk, done, { changed, failed: others });
  if (waiting.length === 0) return said;
  return `${said} ${plural('desk.incident.tell_not_renewed', waiting.length)}`;
}

/**
 * Wires the way to write the ready text to the reporters of many cases. The text says that the old
 * keys are no longer accepted, so nothing is offered before they left the directory.
 *
 * Cases that nobody outside reads are named beside them: nothing written there reaches anybody.
 *
 * @returns what offers the cases, once it is known which could be read.
 */
export function tellElement(
  desk: Desk,
  { account, reads }: Pick<IncidentView, 'account' | 'reads'>,
  box: HTMLElement,
): (found: ExposedCase[]) => void {
  const texts = notices();
  part(box, 'notices').replaceChildren(
    ...Object.entries(texts).map(([language, text]) => {
      const one = element('div');
      one.lang = language;
      one.append(
        element('h6', languageText(language)),
        ...text.split('\n\n').map((each) => element('p', each)),
      );
      return one;
    }),
  );
  const left = reads === 'left';
  write(box, 'tell-first', left ? t('desk.incident.tell_first') : t('desk.incident.tell_later'));
  const form = part(box, 'tell-form', HTMLFormElement);
  const chosen = (): string[] =>
    [...form.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => value);
  const bulk = bulkElement(
    t('desk.incident.tell_do'),
    (onProgress, signal) => desk.api.tellReporters(account, chosen(), texts, onProgress, signal),
    (result, { offer, say }) => {
      offer(false);
      say(toldText(desk, result));
    },
  );
  bulk.offer(false);
  part(box, 'tell-bulk').replaceChildren(bulk.element);
  const ask = (asking: boolean): void => {
    showPart(form, 'confirm', asking);
    showPart(form, 'tell-line', !asking);
  };
  onClick(form, 'tell-ask', () => {
    const count = chosen().length;
    showProblem(form, count === 0 ? t('desk.incident.tell_none') : null);
    if (count === 0) return;
    write(form, 'confirm-text', plural('desk.incident.tell_confirm', count));
    ask(true);
    part(form, 'confirm-do').focus();
  });
  onClick(form, 'confirm-cancel', () => {
    ask(false);
    part(form, 'tell-ask').focus();
  });
  onClick(form, 'confirm-do', async () => {
    ask(false);
    show(form, false);
    await bulk.run();
    show(form, true);
    bulk.offer(false);
  });

  return (found) => {
    if (!left) return;
    const real = found.filter(({ practice }) => !practice);
    const open = real.filter(({ state, outside }) => state === 'open' && !outside);
    const outside = real.filter((each) => each.outside);
    showPart(box, 'tell-first', false);
    showPart(box, 'tell-outside', outside.length > 0);
    fillList(part(box, 'outside'), outside, ({ title, receivedOn }) => {
      const item = element('li');
      const facts = element('span', dayText(receivedOn), 'soft');
      item.append(keepPrivate(element('span', title)), document.createTextNode(' '), facts);
      return item;
    });
    show(form, open.length > 0);
    ask(false);
    part(form, 'choices').replaceChildren(
      ...open.map(({ id, title, receivedOn, language }) => {
        const label = copyTemplate('exposed-choice');
        const input = part(label, 'choice', HTMLInputElement);
        input.value = id;
        keepPrivate(write(label, 'title', title));
        const words = language === null ? [] : [languageText(language)];
        write(label, 'facts', [dayText(receivedOn), ...words].join(', '));
        return label;
      }),
    );
  };
}
