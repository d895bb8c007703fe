import { t } from '../strings.js';

/** Who wrote an entry or changed the access, as the desk says it. */
export function partyText(party: { side: 'reporter' } | { side: 'reader'; name: string }): string {
  return party.side === 'reporter' ? t('desk.entry.reporter') : party.name;
}
