import type { AccessView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { faultText } from './case-faults.js';
import { dayText } from './days.js';
import { channelName, type Desk } from './desk.js';
import { copyTemplate, element, part, write } from './dom.js';
import { leftOutOf, type LeftOut } from './left-out.js';
import { findingsList } from './log-findings.js';
import { renewalElement } from './renewal.js';
import { listText } from './texts.js';

type Changed = (data: HandlerCaseView, said: string) => void;

/** Codes of which a notice of its own tells. */
const TOLD: readonly string[] = ['left_out_member', 'wrong_facts'];

/** One notice: what it is called, then what happened, what is safe and what to do. */
interface Notice {
  title: string;
  paragraphs: string[];
  grave: boolean;
}

/**
 * What stands above a case where something is not as it should be. Three kinds: the server does not
 * show the case as it is, and nothing may be written; its keys must be renewed first; or something
 * stands in it for good that hinders nobody.
 */
export function caseNotices(desk: Desk, data: HandlerCaseView, changed: Changed): HTMLElement[] {
  const leftOut = leftOutOf(desk, data);
  const contradicted = leftOut.filter((each) => each.contradicted);
  const letIn = leftOut.filter((each) => each.letInBy !== null && !each.contradicted);
  const reading = letIn.filter(({ reads }) => reads);
  const gone = letIn.filter(({ reads }) => !reads);
  const boxes: HTMLElement[] = [...madeNotice(data)];
  if (data.writable === 'no') {
    const box = noticeElement(shutNotice(data));
    const codes = data.warnings.map(({ code }) => code).join(', ');
    box.append(element('p', t('desk.shut.codes', { codes }), 'soft'));
    boxes.push(box);
  }
  if (data.log === null || data.log.length > 0) boxes.push(logNotice(desk, data.log));
  if (data.writable === 'after_new_keys') {
    const box = noticeElement(keysNotice(desk, data, reading));
    box.append(renewalElement(desk, data, changed));
    boxes.push(box);
  }
  if (data.writable === 'no' && reading.length > 0) {
    boxes.push(noticeElement(readingNotice(desk, reading)));
  }
  const { agreedOn, tooSoon } = data.removal;
  if (tooSoon && agreedOn !== null) {
    const days = { agreed: dayText(agreedOn), day: dayText(data.purgeOn ?? agreedOn) };
    const paragraphs = [t('desk.disposal.too_soon', days), t('desk.disposal.too_soon_what')];
    const title = t('desk.disposal.too_soon_title');
    boxes.push(noticeElement({ title, paragraphs, grave: true }));
  }
  if (data.erasures.some(({ mine }) => !mine)) {
    boxes.push(calmElement(t('desk.erasure.notice_title'), t('desk.erasure.notice')));
  }
  if (waitingExports(data)) {
    boxes.push(calmElement(t('desk.export.notice_title'), t('desk.export.notice')));
  }
  if (gone.length > 0) {
    const text = t('desk.left_out.gone', names(gone));
    const title = t('desk.left_out.gone_title');
    boxes.push(calmElement(title, text, t('desk.left_out.gone_advice')));
  }
  if (contradicted.length > 0) {
    const people = listText(contradicted.map(({ name }) => name));
    const text = t('desk.left_out.contradicted', { names: people });
    const advice = t('desk.left_out.contradicted_advice');
    boxes.push(calmElement(t('desk.left_out.contradicted_title'), text, advice));
  }
  const origin = originTexts(desk, data);
  if (origin.length > 0) {
    boxes.push(calmElement(t('desk.origin.title'), ...origin, t('desk.origin.safe')));
  }
  // whatever else hinders nobody is the line in the list
  if (data.writable === 'yes' && data.warnings.some(({ code }) => !TOLD.includes(code))) {
    boxes.push(calmElement(t('desk.overview.title'), t('desk.overview.text')));
  }
  return boxes;
}

/** Whether a colleague waits for somebody's word before the case may be taken out. */
function waitingExports({ keeping, exports }: HandlerCaseView): boolean {
  if (keeping.restriction !== null) return false;
  return exports.some(({ state, own, second }) => state === 'asked' && !own && second === null);
}

/** Who made the case, where that was not its reporter for certain: a title, and what to know of it. */
export function madeTexts({
  origin,
}: Pick<HandlerCaseView, 'origin'>): [title: string, ...texts: string[]] | null {
  if (origin.made === 'reporter') return null;
  if (origin.made === 'unknown') return [t('desk.made.unknown_title'), t('desk.made.unknown')];
  const { way, receivedOn, recordedOn, key } = origin;
  const name = origin.name ?? t('desk.made.nobody');
  const days = { received: dayText(receivedOn), recorded: dayText(recordedOn) };
  if (way === 'data_request' && origin.name !== null) {
    const text = t('desk.request.made', { name: origin.name, ...days });
    return [t('desk.request.made_title'), text, t('desk.request.made_answer')];
  }
  const isUnsigned = origin.name === null && key === 'not_kept';
  return [
    t('desk.made.title'),
    t('desk.made.text', { name, way: t(`desk.way.${way}`), ...days }),
    ...(origin.name === null ? [t('desk.made.unproven')] : []),
    t(`desk.made.key.${isUnsigned ? 'unsigned' : key}`),
  ];
}

function madeNotice(data: HandlerCaseView): HTMLElement[] {
  const texts = madeTexts(data);
  if (texts === null) return [];
  const box = calmElement(...texts);
  keepPrivate(box);
  return [box];
}

function noticeElement({ title, paragraphs, grave }: Notice): HTMLElement {
  const box = copyTemplate('case-notice');
  box.classList.toggle('signal', grave);
  if (grave) box.setAttribute('role', 'alert');
  write(box, 'title', title);
  part(box, 'text').append(...paragraphs.map((text) => element('p', text)));
  return box;
}

function shutNotice({ fault }: HandlerCaseView): Notice {
  return {
    title: t('desk.shut.title'),
    paragraphs: [faultText(fault ?? 'malformed'), t('desk.shut.safe'), t('desk.shut.advice')],
    grave: true,
  };
}

function keysNotice(desk: Desk, data: HandlerCaseView, reading: readonly LeftOut[]): Notice {
  // the lost keys come first; after these two only notices stand
  const codes = data.warnings.map(({ code }) => code);
  const end = codes.findIndex((code) => TOLD.includes(code));
  const lost = end === -1 ? codes : codes.slice(0, end);
  const paragraphs: string[] = [];
  if (lost.length > 0) {
    const by = data.access.reduce<AccessView | null>(newer, null)?.by ?? null;
    const kind = lost.includes('missing_entry') ? 'missing' : 'wrong';
    const name = by === null ? t('desk.keys.somebody') : whoText(by);
    paragraphs.push(t(`desk.keys.${kind}`, { name }), t('desk.keys.safe'));
  }
  if (reading.length > 0) paragraphs.push(...readingNotice(desk, reading).paragraphs);
  return {
    title: t('desk.keys.title'),
    paragraphs: [...paragraphs, t('desk.keys.advice')],
    grave: true,
  };
}

/** The later change of access, by the number of its keys. */
function newer(before: AccessView | null, change: AccessView): AccessView {
  return before === null || change.epoch >= before.epoch ? change : before;
}

function readingNotice(desk: Desk, reading: readonly LeftOut[]): Notice {
  const self = reading.some(({ id }) => id === desk.account.id);
  return {
    title: t('desk.fault.left_out'),
    paragraphs: [
      ...(self ? [t('desk.left_out.self')] : []),
      t('desk.left_out.reads', names(reading)),
      t('desk.left_out.safe'),
    ],
    grave: true,
  };
}

/** In what the report and the server do not say the same of where it belongs. */
function originTexts(desk: Desk, data: HandlerCaseView): string[] {
  const report = data.entries.find(({ content }) => content.kind === 'report')?.content;
  if (report?.kind !== 'report') return [];
  const texts: string[] = [];
  if (report.practice !== data.practice) {
    texts.push(t(report.practice ? 'desk.origin.practice' : 'desk.origin.real'));
  }
  if (report.channel !== data.channel) {
    const name = (id: string): string => channelName(desk, id) || t('desk.origin.no_channel');
    const [wanted, given] = [name(report.channel), name(data.channel)];
    texts.push(t('desk.origin.channel', { wanted, given }));
  }
  return texts;
}

/** What speaks against the log of the case; it stands for itself, since the case can be worked on. */
function logNotice(desk: Desk, findings: HandlerCaseView['log']): HTMLElement {
  if (findings === null) return calmElement(t('desk.log.case_title'), t('desk.log.case_unchecked'));
  const title = t('desk.log.case_title');
  const box = noticeElement({ title, paragraphs: [t('desk.log.case_text')], grave: true });
  const names = new Map(
    desk.directory.channels.flatMap(({ readers }) => readers.map(({ id, name }) => [id, name])),
  );
  names.set(desk.account.id, desk.account.name);
  box.append(findingsList(findings, names, null), element('p', t('desk.log.advice')));
  return box;
}

function calmElement(title: string, ...paragraphs: string[]): HTMLElement {
  return noticeElement({ title, paragraphs, grave: false });
}

function names(people: readonly LeftOut[]): { names: string; by: string } {
  const by = new Set(people.flatMap(({ letInBy }) => (letInBy === null ? [] : whoText(letInBy))));
  return { names: listText(people.map(({ name }) => name)), by: listText([...by]) };
}

/** Who changed the keys, within a sentence. */
function whoText(by: AccessView['by']): string {
  return by.side === 'reporter' ? t('desk.keys.reporter') : by.name;
}
