import type { AuditLine } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { copyTemplate, element, fillList, part, show, write } from './dom.js';
import { momentText } from './days.js';
import { localText, type Desk } from './desk.js';
import { listText, textOr } from './texts.js';

/** Names of people, channels and open invitations by the ids that the log has. */
export type Names = ReadonlyMap<string, string>;

/** Everybody's name, as shown to reporters, else the name to sign in with; and what else has one. */
export async function namesOf(desk: Desk): Promise<Names> {
  const names = new Map<string, string>();
  const { accounts, invitations } = await desk.api.members();
  for (const { id, name } of accounts) names.set(id, name);
  for (const { id, shownName } of invitations) names.set(id, shownName);
  for (const channel of desk.directory.channels) {
    names.set(channel.id, localText(channel.names));
    for (const { id, name } of channel.readers) names.set(id, name);
  }
  return names;
}

/** What an action is called, in a part of the case if need be; a new one of the server shows its code. */
function actionText({ action, details }: AuditLine): string {
  const place = `${details['epoch'] === 1 ? 'first_' : ''}${String(details['compartment'])}`;
  return textOr(
    action,
    () => t(`desk.action.${action}.${place}`),
    () => t(`desk.action.${action}`),
  );
}

/**
 * One line of the log.
 *
 * @param caseOf what stands for the line's case, null where the case goes without saying.
 */
export function auditItem(
  line: AuditLine,
  names: Names,
  caseOf: ((id: string) => HTMLElement) | null,
): HTMLElement {
  const item = copyTemplate('audit-line');
  write(item, 'at', momentText(line.at));
  const actor =
    line.actor === null ? t('desk.audit.nobody') : (names.get(line.actor) ?? line.actor);
  write(item, 'actor', actor);
  write(item, 'action', actionText(line));
  const place = part(item, 'case');
  show(place, caseOf !== null && line.caseId !== null);
  if (caseOf !== null && line.caseId !== null) {
    place.replaceChildren(keepPrivate(caseOf(line.caseId)));
  }
  // the part of the case is in the action's own words
  const details = Object.entries(line.details).filter(([name]) => name !== 'compartment');
  fillList(part(item, 'details'), details, ([name, value]) => detailElement(name, value, names));
  return item;
}

/** One line of the log in words. */
export function auditText(line: AuditLine, names: Names): string {
  const actor =
    line.actor === null ? t('desk.audit.nobody') : (names.get(line.actor) ?? line.actor);
  const details = Object.entries(line.details)
    .filter(([name]) => name !== 'compartment')
    .map(([name, value]) => {
      const label = textOr(name, () => t(`desk.detail.${name}`));
      return `${label}: ${names.get(String(value)) ?? detailText(name, String(value))}`;
    });
  return [`${momentText(line.at)}: ${actor} ${actionText(line)}`, ...details].join(' · ');
}

function detailElement(name: string, value: string | number, names: Names): HTMLElement {
  const label = textOr(name, () => t(`desk.detail.${name}`));
  const whole = String(value);
  const text = names.get(whole) ?? detailText(name, whole);
  const shown = ID.test(text) ? `${text.slice(0, 8)}…` : text;
  const detail = element('span', `${label}: ${shown}`);
  if (shown !== text) detail.title = text;
  return detail;
}

/** An id of something that has no name any more. */
const ID = /^[\w-]{22}$/;

function detailText(name: string, value: string): string {
  if (/^\d{4}-\d\d-\d\d(T|$)/.test(value)) return momentText(value);
  // what changed of a channel is several words
  const words = name === 'fields' ? value.split(' ') : [value];
  return listText(words.map((word) => textOr(word, () => t(`desk.detail_value.${word}`))));
}
