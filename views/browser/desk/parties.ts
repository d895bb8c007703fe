import type { AccessView, PartyView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText } from './days.js';

/** Who wrote an entry or changed the access, as the desk says it. */
export function partyText(party: PartyView): string {
  if (party.side === 'reporter') return t('desk.entry.reporter');
  return party.outside === true ? t('desk.entry.outside', { name: party.name }) : party.name;
}

/** Who reads a case, with a guest's last day. */
export function memberText({ name, guest }: AccessView['readers'][number]): string {
  return guest === undefined ? name : t('desk.guest.named', { name, day: dayText(guest.until) });
}
