import type { AccessView, PartyView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';

/** Who wrote an entry or changed the access, as the desk says it. */
export function partyText(party: PartyView): string {
  if (party.side === 'reporter') return t('desk.entry.reporter');
  return party.outside === true ? t('desk.entry.outside', { name: party.name }) : party.name;
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
