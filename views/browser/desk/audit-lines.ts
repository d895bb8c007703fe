import type { AuditLine } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { copyTemplate, element, fillList, part, show, write } from './dom.js';
import { momentText } from './days.js';
import type { Desk } from './desk.js';
import { textOr } from './texts.js';

/** Names of people by the ids that the log has. */
export type Names = ReadonlyMap<string, string>;

/** Everybody's name: as shown to reporters, else the name to sign in with. */
export async function namesOf(desk: Desk): Promise<Names> {
  const names = new Map<string, string>();
  for (const { id, name } of (await desk.api.members()).accounts) names.set(id, name);
  for (const { id, name } of desk.directory.channels.flatMap(({ readers }) => readers)) {
    names.set(id, name);
  }
  return names;
}

/** What an action is called; a new one of the server shows its code. */
export function actionText(action: string): string {
  return textOr(action, () => t(`desk.action.${action}`));
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
  write(item, 'action', actionText(line.action));
  const place = part(item, 'case');
  show(place, caseOf !== null && line.caseId !== null);
  if (caseOf !== null && line.caseId !== null) {
    place.replaceChildren(keepPrivate(caseOf(line.caseId)));
  }
  const details = Object.entries(line.details);
  fillList(part(item, 'details'), details, ([name, value]) =>
    element('span', `${textOr(name, () => t(`desk.detail.${name}`))}: ${detailText(value, names)}`),
  );
  return item;
}

function detailText(value: string | number, names: Names): string {
  if (typeof value === 'number') return value.toString();
  return names.get(value) ?? textOr(value, () => t(`desk.detail_value.${value}`));
}
