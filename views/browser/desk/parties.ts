import type { AccessView, EntryView, HandlerCaseView, PartyView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import { kindName } from './spoken-lines.js';

/** Who wrote an entry or changed the access, as the desk says it. */
export function partyText(party: PartyView): string {
  if (party.side === 'reporter') return t('desk.entry.reporter');
  return party.outside === true ? t('desk.entry.outside', { name: party.name }) : party.name;
}

type Origin = Pick<HandlerCaseView, 'origin' | 'dataRequest'>;
type Said = Pick<EntryView, 'author' | 'content'>;

/** Who wrote an entry: a handler wrote down what somebody else had reported, or asked for. */
export function authorText({ origin, dataRequest }: Origin, { author, content }: Said): string {
  if (content.kind !== 'report' || origin.made !== 'handler') return partyText(author);
  const name = origin.name ?? t('desk.made.nobody');
  return t(dataRequest ? 'desk.request.author' : 'desk.made.author', { name });
}

/** What kind of entry it is. */
export function kindText(data: HandlerCaseView, { content }: Pick<Said, 'content'>): string {
  const isRequest = content.kind === 'report' && data.dataRequest;
  return t(`desk.entry.${isRequest ? 'request' : kindName(data, content)}`);
}

/**
 * Whether an entry came through a key that a handler made, who may have written it. Not the one that
 * begins a request about data: it is that handler's, and says so.
 */
export function isThroughMadeKey(
  { origin, dataRequest }: Origin,
  { author, content }: Said,
): boolean {
  const isRequest = content.kind === 'report' && dataRequest;
  return author.side === 'reporter' && origin.made === 'handler' && !isRequest;
}

/** Who reads a case, with a guest's last day. */
export function memberText({ name, guest }: AccessView['readers'][number]): string {
  return guest === undefined ? name : t('desk.guest.named', { name, day: dayText(guest.until) });
}

/** Whether it is a recovery officer: a key that lies on paper, and nobody who works on a case. */
export function isPaper({ directory }: Pick<Desk, 'directory'>, id: string): boolean {
  return directory.people.some((each) => each.id === id && each.part === 'recovery_officer');
}

/** Who can be given a case. */
export function takerText(
  desk: Pick<Desk, 'directory'>,
  { id, name }: { id: string; name: string },
): string {
  return isPaper(desk, id) ? t('desk.access.paper', { name }) : name;
}
