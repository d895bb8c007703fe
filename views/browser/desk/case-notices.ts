import type { AccessView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { faultText } from './case-faults.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, part, write } from './dom.js';
import { leftOutOf, type LeftOut } from './left-out.js';
import { renewalElement } from './renewal.js';
import { listText } from './texts.js';

type Changed = (data: HandlerCaseView, said: string) => void;

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
  const letIn = leftOutOf(desk, data).filter(({ letInBy }) => letInBy !== null);
  const reading = letIn.filter(({ reads }) => reads);
  const gone = letIn.filter(({ reads }) => !reads);
  const boxes: HTMLElement[] = [];
  if (data.writable === 'no') {
    const box = noticeElement(shutNotice(data));
    const codes = data.warnings.map(({ code }) => code).join(', ');
    box.append(element('p', t('desk.shut.codes', { codes }), 'soft'));
    boxes.push(box);
  }
  if (data.writable === 'after_new_keys') {
    const box = noticeElement(keysNotice(desk, data, reading));
    box.append(renewalElement(desk, data, changed));
    boxes.push(box);
  }
  if (data.writable === 'no' && reading.length > 0) {
    boxes.push(noticeElement(readingNotice(desk, reading)));
  }
  if (gone.length > 0) boxes.push(noticeElement(goneNotice(gone)));
  if (data.writable === 'yes') {
    const codes = data.warnings.map(({ code }) => code);
    if (codes.includes('wrong_facts')) {
      boxes.push(calmElement(t('desk.origin.title'), t('desk.origin.text')));
    }
    // whatever else hinders nobody is the line in the list
    const told = ['left_out_member', 'wrong_facts'];
    if (codes.some((code) => !told.includes(code))) {
      boxes.push(calmElement(t('desk.overview.title'), t('desk.overview.text')));
    }
  }
  return boxes;
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
  // the lost keys come first; after those whom the reporter left out only notices stand
  const codes = data.warnings.map(({ code }) => code);
  const end = codes.indexOf('left_out_member');
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

function goneNotice(gone: readonly LeftOut[]): Notice {
  return {
    title: t('desk.left_out.gone_title'),
    paragraphs: [t('desk.left_out.gone', names(gone)), t('desk.left_out.gone_advice')],
    grave: false,
  };
}

function calmElement(title: string, text: string): HTMLElement {
  return noticeElement({ title, paragraphs: [text], grave: false });
}

function names(people: readonly LeftOut[]): { names: string; by: string } {
  const by = new Set(people.flatMap(({ letInBy }) => (letInBy === null ? [] : whoText(letInBy))));
  return { names: listText(people.map(({ name }) => name)), by: listText([...by]) };
}

/** Who changed the keys, within a sentence. */
function whoText(by: AccessView['by']): string {
  return by.side === 'reporter' ? t('desk.keys.reporter') : by.name;
}
