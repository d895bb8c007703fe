import type { GuestCaseView, GuestRow } from '../../client/models.js';
import type { DeskApi } from '../../views/browser/desk/api.js';
import { add, guests, viewOf } from './desk-fake-cases.js';

/** The case that the guest of the fake desk was given. */
const CASE = 'let-in';
const terms = { until: '2027-03-31', write: true, save: false } as GuestCaseView['terms'];
let accepted = false;

function guestCase(id: string): GuestCaseView {
  if (!accepted) throw Object.assign(new Error(id), { code: 'secrecy_not_accepted' });
  return { data: viewOf(id), terms };
}

/** What guests ask of the fake desk, and handlers about them. */
export const guestApi: Pick<
  DeskApi,
  'guestCases' | 'grantedTerms' | 'acceptSecrecy' | 'openGuestCase' | 'guestNote' | 'grantGuest'
> = {
  guestCases() {
    const { channel, practice, receivedOn, closedOn } = viewOf(CASE);
    const row = { id: CASE, channel, practice, receivedOn, closedOn, accepted, ...terms };
    return Promise.resolve([row as GuestRow]);
  },
  grantedTerms: () => Promise.resolve(terms),
  acceptSecrecy(id) {
    accepted = true;
    return Promise.resolve(guestCase(id));
  },
  openGuestCase: async (id) => Promise.resolve(guestCase(id)),
  guestNote(id, text) {
    const by = { side: 'reader', id: 'lara', name: 'Lara Berg', outside: true } as const;
    const note = { kind: 'note', at: new Date().toISOString(), text, files: [] };
    add(id, 'internal', note, by);
    return Promise.resolve(guestCase(id));
  },
  grantGuest(id, guestId, { until, write, save }) {
    const guest = { ...terms, until: until as typeof terms.until, write, save };
    guests.set(id, [{ id: guestId, name: 'Lara Berg', part: 'guest', guest }]);
    return Promise.resolve(viewOf(id));
  },
};
