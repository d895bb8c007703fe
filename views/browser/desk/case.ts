import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { fillAccess, wireGrant } from './case-access.js';
import { entryElements, reportLanguage } from './case-entries.js';
import { allFiles } from './case-files.js';
import { timelineSteps } from './case-timeline.js';
import { fillTrail } from './case-trail.js';
import { categoryText } from './choices.js';
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
import { channelName, ruleOf, type Desk } from './desk.js';
import { act, failureText } from './failures.js';
import { caseTitle } from './inbox-row.js';
import { languageText } from './languages.js';
import { wireTabs } from './tabs.js';
import { noteForm, writingForm, type WritingForm } from './writing.js';

/** One case, like a file: facts, dates, conversation, notes, files, access and trail. */
export function caseView(desk: Desk, id: string): HTMLElement {
  const view = copyTemplate('case');
  const content = part(view, 'content');
  const trail = part(view, 'trail').closest<HTMLElement>('[data-panel]') ?? view;
  const tabs = wireTabs(view, (name) => {
    if (name === 'trail') void fillTrail(desk, trail, id);
  });
  let writing: WritingForm | null = null;

  const changed = (data: HandlerCaseView, said: string): void => {
    draw(data);
    desk.say(said);
    view.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  };

  const draw = (data: HandlerCaseView): void => {
    desk.inbox.rows.set(id, data);
    fillHead(desk, view, data);
    fillList(part(view, 'conversation'), entryElements(desk, data, 'dialogue'), (each) => each);
    const notes = entryElements(desk, data, 'internal');
    fillList(part(view, 'notes'), notes, (each) => each);
    showPart(view, 'no-notes', notes.length === 0);
    const files = allFiles(desk, data);
    fillList(part(view, 'all-files'), files, (each) => each);
    showPart(view, 'no-files', files.length === 0);
    fillAccess(desk, view, data, changed);
    const count = (name: string, value: number): void => {
      write(view, `count-${name}`, value > 0 ? numberText(value) : '');
    };
    count('notes', data.entries.filter(({ compartment }) => compartment === 'internal').length);
    count('files', files.length);
    count('access', data.readers.length);
    if (tabs.current() === 'trail') void fillTrail(desk, trail, id);
    writing?.update(data);
  };

  const load = async (): Promise<void> => {
    const data = await desk.api.openCase(id);
    const draft = await desk.api.draft(id);
    writing = writingForm(desk, id, draft, changed);
    part(view, 'writing').replaceChildren(writing.form);
    part(view, 'note-writing').replaceChildren(noteForm(desk, id, changed));
    draw(data);
    show(content, true);
    if (view.contains(document.activeElement) || document.activeElement === document.body) {
      focusHeading(view);
    }
  };

  onClick(view, 'back', () => {
    desk.go({ view: 'inbox' });
  });
  wireRename(desk, view, id, changed);
  wireGrant(desk, view, id, changed);
  tabs.show('conversation');
  void act(view, load).finally(() => {
    write(view, 'working', '');
  });
  return view;
}

function fillHead(desk: Desk, view: HTMLElement, data: HandlerCaseView): void {
  keepPrivate(write(view, 'title', caseTitle({ ...data, fault: null })));
  write(view, 'state', t(`desk.case.${data.state}`));
  part(view, 'state').classList.toggle('strong', data.state === 'open');
  show(part(view, 'practice'), data.practice);
  write(view, 'category', categoryText(data.category));
  fillList(part(view, 'warnings'), data.warnings, (warning) => {
    const box = element('div', '', 'notice signal');
    box.setAttribute('role', 'alert');
    box.append(
      element('p', t('desk.case.warning')),
      element('p', failureText(warning)),
      element('p', t('desk.case.warning_advice')),
    );
    return box;
  });
  const decision = part(view, 'decision');
  show(decision, data.decisionBy !== null);
  if (data.decisionBy !== null) {
    decision.textContent = t('desk.case.decision', { day: dayText(data.decisionBy) });
  }
  showPart(view, 'escalated', data.escalated && data.state === 'open');
  const rule = ruleOf(desk, data.channel);
  part(view, 'timeline').replaceChildren(...timelineSteps(data, rule, today()));
  write(view, 'law', t(`desk.law.${rule?.basis ?? 'unsure'}`, { act: rule?.act ?? '' }));
  fillFacts(desk, part(view, 'facts'), data);
}

function fillFacts(desk: Desk, list: HTMLElement, data: HandlerCaseView): void {
  const report = data.entries.find(({ content }) => content.kind === 'report')?.content;
  const facts: [string, string][] = [
    [t('desk.facts.channel'), channelName(desk, data.channel)],
    [t('desk.facts.received'), dayText(data.receivedOn)],
    [t('desk.facts.category'), categoryText(data.category)],
  ];
  if (report?.kind === 'report') {
    facts.push([t('desk.facts.relation'), t(`relation.${report.relation}`)]);
    facts.push([t('desk.facts.language'), languageText(reportLanguage(data))]);
  }
  if (data.outcome !== null) {
    facts.push([t('desk.facts.outcome'), t(`outcome.${data.outcome}`)]);
  }
  list.replaceChildren(
    ...facts.flatMap(([name, value]) => [element('dt', name), element('dd', value)]),
  );
}

function wireRename(
  desk: Desk,
  view: HTMLElement,
  id: string,
  changed: (data: HandlerCaseView, said: string) => void,
): void {
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
    void act(form, async () => {
      const data = await desk.api.rename(id, field.value.trim());
      toggle(false);
      changed(data, t('desk.case.renamed'));
      button.focus();
    });
  });
}
