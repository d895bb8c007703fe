import type { BulkResult, OwnCase } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { bulkElement, resultText } from './bulk.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, option, ownIds, part, show, showPart, write } from './dom.js';
import { showProblem } from './failures.js';
import { isPaper, takerText } from './parties.js';

/** A case in the list, with whoever is chosen for it. */
interface Choice {
  own: OwnCase;
  item: HTMLElement;
  select: HTMLSelectElement;
}

/**
 * Where a handler who leaves gives the own cases to others: who is left alone with what is looked up
 * each time, so that the work can be stopped, and goes on after another sign-in.
 */
export function handoverView(desk: Desk): HTMLElement {
  const view = copyTemplate('handover');
  const form = part(view, 'form', HTMLFormElement);
  const everything = part(form, 'everything', HTMLSelectElement);
  const all = part(form, 'all', HTMLInputElement);
  let cases: readonly OwnCase[] = [];
  let choices: Choice[] = [];

  const draw = (): void => {
    const alone = cases.filter(({ others }) => others.length === 0);
    const listed = cases.filter(
      ({ others, grantable }) => others.length === 0 || (all.checked && grantable.length > 0),
    );
    write(
      view,
      'count',
      alone.length === 0
        ? t('desk.handover.done_all')
        : plural('desk.handover.alone', alone.length),
    );
    const shared = cases.length - alone.length;
    show(write(view, 'shared', plural('desk.handover.shared', shared)), shared > 0);
    choices = listed.map((own) => choiceOf(desk, own));
    part(form, 'cases').replaceChildren(...choices.map(({ item }) => item));
    const takers = listed.flatMap(({ grantable }) => grantable);
    // paper takes no case on: it is chosen for one by itself, or not at all
    const people = takers.filter(({ id }) => !isPaper(desk, id));
    const names = new Map(people.map(({ id, name }) => [id, name]));
    everything.replaceChildren(
      option('', t('desk.handover.nobody')),
      ...[...names].map(([id, name]) => option(id, name)),
    );
    show(form, cases.length > 0);
    showPart(
      form,
      'nobody',
      alone.some(({ grantable }) => grantable.length === 0),
    );
    showPart(view, 'give', takers.length > 0);
    showPart(view, 'found', true);
  };

  everything.addEventListener('change', () => {
    for (const { select } of choices) {
      const possible = [...select.options].some(({ value }) => value === everything.value);
      if (possible) select.value = everything.value;
    }
  });
  all.addEventListener('change', draw);

  const looking = bulkElement(
    t('desk.handover.look'),
    (onProgress, signal) => desk.api.findOwnCases(onProgress, signal),
    (found, { say }) => {
      say(resultText(desk, '', { changed: 0, failed: found.failed }));
      ({ cases } = found);
      draw();
      part(view, 'count').focus();
    },
  );
  part(view, 'look').replaceChildren(looking.element);

  const giving = bulkElement<BulkResult | null>(
    t('desk.handover.do'),
    async (onProgress, signal) => {
      showPart(form, 'problem', false);
      const plan = choices.flatMap(({ own, select }) =>
        select.value === '' ? [] : { id: own.id, to: [select.value] },
      );
      if (plan.length === 0) return null;
      return desk.api.handOver(plan, onProgress, signal);
    },
    (result, { say }) => {
      if (result === null) {
        showProblem(form, t('desk.handover.choose'));
        everything.focus();
        return;
      }
      say(resultText(desk, plural('desk.handover.given', result.changed), result));
      void looking.run();
    },
  );
  part(view, 'give').replaceChildren(giving.element);
  return view;
}

function choiceOf(desk: Desk, own: OwnCase): Choice {
  const item = ownIds(copyTemplate('handover-case'));
  const select = part(item, 'to', HTMLSelectElement);
  const title = own.title === '' ? numberOf(own) : own.title;
  keepPrivate(write(item, 'title', title));
  write(
    item,
    'facts',
    t(`desk.handover.facts.${own.state}`, { number: numberOf(own), day: dayText(own.receivedOn) }),
  );
  write(item, 'label', t('desk.handover.to'));
  select.setAttribute('aria-label', t('desk.handover.to_label', { title }));
  keepPrivate(select);
  select.append(
    option('', t('desk.handover.nobody')),
    ...own.grantable.map((each) => option(each.id, takerText(desk, each))),
  );
  showPart(item, 'field', own.grantable.length > 0);
  const why = write(item, 'why', t(`desk.handover.${own.paper ? 'only_paper' : 'only_you'}`));
  show(why, own.grantable.length === 0);
  return { own, item, select };
}

function numberOf({ id }: OwnCase): string {
  return id.slice(0, 8);
}
