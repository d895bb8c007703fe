import type { ReporterCaseView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { datesText, showAuthority } from './directory.js';
import { byId, show, write } from './dom.js';
import { formatDay } from './format.js';
import type { Milestone, Situation } from './situation.js';

/** A day of the case, in a sentence. */
export function milestoneText({ kind, state, day }: Milestone): string {
  if (day === null) return t(kind === 'removed' ? 'dates.removed.none' : 'dates.opened.due');
  return t(`dates.${kind}.${state}`, { day: formatDay(day) });
}

/** The picture of a case's days: what was, what is to come, what is late. */
export function drawTimeline(view: ReporterCaseView, situation: Situation): void {
  byId('timeline').replaceChildren(
    ...situation.milestones.map((milestone) => {
      const item = document.createElement('li');
      item.className = milestone.state;
      item.textContent = milestoneText(milestone);
      return item;
    }),
  );
  write('basis', datesText(view.country, view.channel, view.receivedOn));
}

function openedText({ kind, openedOn }: Situation['newest']): string {
  const isReport = kind === 'report';
  if (openedOn === null) return t(isReport ? 'case.unopened' : 'case.unopened.newest');
  const day = formatDay(openedOn);
  return t(isReport ? 'case.opened' : 'case.opened.newest', { day });
}

/** What is new, what comes next, and what may be done about what is late. */
export function drawSituation(view: ReporterCaseView, situation: Situation): void {
  const { fresh, next, late } = situation;
  const lines: string[] = [];
  const known = fresh > 0 ? plural('case.new', fresh) : t('case.nothing');
  write('case-title', view.writable === 'no' ? t('case.partly') : known);
  lines.push(openedText(situation.newest));
  if (view.closedOn !== null) lines.push(t('case.closed', { day: formatDay(view.closedOn) }));
  const newest = view.entries.at(-1);
  if (fresh > 0 && newest?.content.kind === 'reply') lines.push(t('case.asked'));
  if (next?.day !== undefined && next.day !== null) {
    lines.push(t(`case.next.${next.kind}`, { day: formatDay(next.day) }));
  }
  byId('situation').replaceChildren(
    ...lines.map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
  show('to-new', fresh > 0);
  show('reprisals', situation.asksAboutReprisals);
  show('overdue', late.length > 0);
  if (late.length === 0) return;
  // handlers who answered may have put feedback off in their own words
  const mayBePutOff = late.every(({ kind }) => kind === 'feedback');
  const what = late.every(({ state }) => state === 'missed')
    ? 'promise'
    : mayBePutOff
      ? 'feedback'
      : 'text';
  write('overdue-text', t(`overdue.${what}`));
  showAuthority(view.country, view.channel);
}
