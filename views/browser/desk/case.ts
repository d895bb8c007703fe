import type { DatesRule } from '../../../client/law/days.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { fillAccess, wireGrant, wireGuestGrant } from './case-access.js';
import { entryElements, reportLanguage, type Covers } from './case-entries.js';
import { blockedText } from './case-faults.js';
import { allFiles, hidesFiles } from './case-files.js';
import { identityPanel } from './case-identity.js';
import { keepingPanel } from './case-keeping.js';
import { removalPanel } from './case-removal.js';
import { erasurePanel } from './erasure-panel.js';
import { caseNotices } from './case-notices.js';
import { timelineSteps } from './case-timeline.js';
import { fillTrail } from './case-trail.js';
import { subjectText } from './choices.js';
import {
  copyTemplate,
  element,
  fillList,
  focusHeading,
  onClick,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { dayText, numberText, today } from './days.js';
import { lawText } from './channel-dates.js';
import { channelName, ruleOf, type Desk, type Changed } from './desk.js';
import { disclosureOffer } from './disclosure-offer.js';
import { act, send } from './failures.js';
import { stageText } from './handbook-words.js';
import { caseTitle, responsibleNames, statusText } from './inbox-row.js';
import { languageText } from './languages.js';
import { keptOutNames } from './left-out.js';
import { noteForm, noteKey } from './note-form.js';
import { datesPanel } from './case-dates.js';
import { workPanel } from './case-work.js';
import { personsPanel } from './case-persons.js';
import { recordPanel } from './case-record.js';
import { spokenPanel } from './case-spoken.js';
import { wireTabs } from './tabs.js';
import { listText } from './texts.js';
import { writingForm, type WritingForm } from './writing.js';

/** Entries of a conversation from which on a way past them is worth its place. */
const LONG = 3;

/** One case, like a file: facts, dates, conversation, notes, files, access and trail. */
export function caseView(desk: Desk, id: string): HTMLElement {
  const view = copyTemplate('case');
  const content = part(view, 'content');
  const trail = part(view, 'trail').closest<HTMLElement>('[data-panel]') ?? view;
  const tabs = wireTabs(view, (name) => {
    if (name === 'trail') void fillTrail(desk, trail, id);
  });
  const covers: Covers = { shown: new Set() };
  let forms: WritingForm[] = [];

  const changed: Changed = (data, said) => {
    draw(data);
    desk.say(said);
    // what was written stands where somebody looks already
    const tab = view.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
    tab?.focus({ preventScroll: true });
  };

  const work = workPanel(desk, id, changed);
  const persons = personsPanel(desk, id, changed);
  const identity = identityPanel(desk, id, changed);
  part(view, 'persons-place').replaceChildren(persons.panel, identity.panel);
  const spoken = spokenPanel(desk, id, changed);
  part(view, 'spoken').replaceChildren(spoken.panel);
  const record = recordPanel(desk, id, changed);
  part(view, 'record').replaceChildren(record.panel);
  const offer = disclosureOffer(view, (begun) => {
    tabs.show('record');
    record.disclose(begun);
  });
  const written: Changed = (data, said) => {
    const before = desk.inbox.rows.get(id)?.state;
    changed(data, said);
    if (before === 'open' && data.state === 'closed') offer.closed(data.outcome);
  };
  const dates = datesPanel(desk, id, changed, (sentence) => {
    tabs.show('conversation');
    const answer = part(part(view, 'writing'), 'text', HTMLTextAreaElement);
    answer.value = answer.value === '' ? sentence : `${answer.value}\n\n${sentence}`;
    // the draft is kept as if it had been typed
    answer.dispatchEvent(new Event('input'));
    answer.focus();
  });
  part(view, 'work').replaceChildren(work.panel, dates.panel);
  const keeping = keepingPanel(desk, id, changed);
  const removal = removalPanel(desk, id, changed);
  part(view, 'keeping').replaceChildren(keeping.panel, removal.panel);
  const erasure = erasurePanel(desk, id, changed);
  part(view, 'erasure').replaceChildren(erasure.panel);

  const draw = (data: HandlerCaseView): void => {
    desk.inbox.rows.set(id, data);
    if (data.fault === null) desk.inbox.faulty.delete(id);
    else desk.inbox.faulty.set(id, data);
    fillHead(desk, view, data);
    work.update(data);
    persons.update(data);
    identity.update(data);
    record.update(data);
    spoken.update(data);
    dates.update(data);
    keeping.update(data);
    removal.update(data);
    erasure.update(data);
    part(view, 'notices').replaceChildren(...caseNotices(desk, data, changed));
    fillList(
      part(view, 'conversation'),
      entryElements(desk, data, 'dialogue', covers),
      (each) => each,
    );
    const notes = entryElements(desk, data, 'internal', covers);
    fillList(part(view, 'notes'), notes, (each) => each);
    showPart(view, 'no-notes', notes.length === 0);
    const dialogue = data.entries.filter(({ compartment }) => compartment === 'dialogue');
    showPart(view, 'to-writing-line', dialogue.length > LONG);
    const files = allFiles(desk, data);
    fillList(part(view, 'all-files'), files, (each) => each);
    const covered = data.entries.some(hidesFiles);
    showPart(view, 'files-covered', covered);
    showPart(view, 'no-files', files.length === 0 && !covered);
    fillAccess(desk, view, data, changed);
    const count = (name: string, value: number): void => {
      write(view, `count-${name}`, value > 0 ? numberText(value) : '');
    };
    count('notes', data.entries.filter(({ compartment }) => compartment === 'internal').length);
    count('work', data.work.tasks.filter(({ state }) => state === 'open').length);
    count('persons', data.persons.length);
    const waiting = [
      ...data.requests.filter(({ state, answer }) => state === 'made' && answer === null),
      ...data.notices.filter(({ done }) => done === null),
      ...data.erasures.filter(({ mine }) => !mine),
    ];
    count('record', waiting.length);
    count('spoken', spoken.waiting(data));
    count('files', files.length);
    count('access', data.readers.length);
    if (tabs.current() === 'trail') void fillTrail(desk, trail, id);
    for (const form of forms) form.update(data);
  };

  const load = async (): Promise<void> => {
    const data = await desk.api.openCase(id);
    const writing = writingForm(desk, id, await desk.api.draft(id), written);
    const note = noteForm(
      desk,
      id,
      await desk.api.draft(noteKey(id)),
      (...said) => desk.api.note(id, ...said),
      changed,
    );
    forms = [writing, note];
    part(view, 'writing').replaceChildren(writing.form);
    part(view, 'note-writing').replaceChildren(note.form);
    draw(data);
    await Promise.all([persons.restore(), identity.restore(), spoken.restore()]);
    show(content, true);
    if (view.contains(document.activeElement) || document.activeElement === document.body) {
      focusHeading(view);
    }
  };

  onClick(view, 'back', () => {
    desk.go({ view: 'inbox' });
  });
  onClick(view, 'reload', () =>
    act(view, async () => {
      draw(await desk.api.openCase(id));
      desk.say(t('desk.case.reloaded'));
    }),
  );
  onClick(view, 'to-writing', () => {
    const form = part(view, 'writing');
    form.scrollIntoView({ block: 'start' });
    form.querySelector<HTMLElement>('textarea')?.focus({ preventScroll: true });
  });
  wireRename(desk, view, id, changed);
  wireGrant(desk, view, id, changed);
  wireGuestGrant(desk, view, id, changed, (name, day) => {
    offer.granted(name, day);
  });
  tabs.show('conversation');
  void act(view, load).finally(() => {
    write(view, 'working', '');
  });
  return view;
}

function fillHead(desk: Desk, view: HTMLElement, data: HandlerCaseView): void {
  keepPrivate(write(view, 'title', caseTitle({ ...data, fault: null })));
  part(view, 'rename', HTMLButtonElement).disabled = blockedText(data) !== null;
  write(view, 'state', statusText(data));
  part(view, 'state').classList.toggle('strong', data.state === 'open');
  show(part(view, 'practice'), data.practice);
  write(view, 'category', subjectText(data));
  const decision = part(view, 'decision');
  show(decision, data.decisionBy !== null);
  if (data.decisionBy !== null) {
    decision.textContent = t('desk.case.decision', { day: dayText(data.decisionBy) });
  }
  showPart(view, 'escalated', data.escalated && data.state === 'open');
  const rule = ruleOf(desk, data);
  part(view, 'timeline').replaceChildren(...timelineSteps(data, rule, today()));
  write(view, 'law', lawOf(data, rule));
  fillFacts(desk, part(view, 'facts'), data);
}

/** What the dates of a case rest on. */
function lawOf({ practice, dataRequest }: HandlerCaseView, rule: DatesRule | null): string {
  if (practice) return t('desk.law.practice');
  return dataRequest ? t('desk.request.law') : lawText(rule);
}

function fillFacts(desk: Desk, list: HTMLElement, data: HandlerCaseView): void {
  const report = data.entries.find(({ content }) => content.kind === 'report')?.content;
  // what also stands above the conversation gives way on narrow screens
  const facts: [name: string, value: string, kind: string][] = [
    [t('desk.facts.received'), dayText(data.receivedOn), 'repeated'],
    [t('desk.facts.category'), subjectText(data), 'repeated'],
  ];
  if (desk.directory.channels.length > 1) {
    facts.push([t('desk.facts.channel'), channelName(desk, data.channel), '']);
  }
  if (report?.kind === 'report' && !data.dataRequest) {
    facts.push([t('desk.facts.relation'), t(`relation.${report.relation}`), '']);
    facts.push([t('desk.facts.language'), languageText(reportLanguage(data)), '']);
  }
  const { progress, detail } = data.work;
  if (detail !== '' && progress === data.status) {
    const stage = stageText(desk.handbook.contents, progress, detail);
    facts.push([t('desk.work.progress_label'), stage, '']);
  }
  const leftOut = keptOutNames(desk, data);
  if (leftOut.length > 0) {
    facts.push([t('desk.facts.left_out'), listText(leftOut), 'important']);
  }
  const responsible = responsibleNames(desk, data);
  if (responsible.length > 0) {
    facts.push([t('desk.facts.responsible'), listText(responsible), '']);
  }
  if (data.labels.length > 0) facts.push([t('desk.facts.labels'), listText(data.labels), '']);
  if (data.outcome !== null) {
    facts.push([t('desk.facts.outcome'), t(`outcome.${data.outcome}`), '']);
  }
  fillList(keepPrivate(list), facts, ([name, value, kind]) => {
    const fact = element('div', '', `fact ${kind}`);
    fact.append(element('dt', name), element('dd', value));
    return fact;
  });
}

function wireRename(desk: Desk, view: HTMLElement, id: string, changed: Changed): void {
  const form = part(view, 'rename-form', HTMLFormElement);
  const field = part(form, 'new-title', HTMLInputElement);
  const button = part(view, 'rename');
  const toggle = (open: boolean): void => {
    show(form, open);
    show(button, !open);
  };
  button.addEventListener('click', () => {
    field.value = desk.inbox.rows.get(id)?.title ?? '';
    toggle(true);
    field.focus();
  });
  onClick(form, 'rename-cancel', () => {
    toggle(false);
    button.focus();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form, async () => {
      const data = await desk.api.rename(id, field.value.trim());
      toggle(false);
      changed(data, t('desk.case.renamed'));
      button.focus();
    });
  });
}
