import { CaseList, type CaseListing } from '../../crypto/private.js';
import type { DeskSession } from './session.js';

/** Pages of the list of cases, as the server hands them out. */
export type Listings = (
  state: 'open' | 'closed',
  after: string | null,
) => Promise<{ listings: CaseListing[]; next: string | null }>;

/** See {@link Listings}. */
export function createListings(session: DeskSession): Listings {
  return async (state, after) => {
    const { credential } = session.signedIn();
    const query = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const path = `/api/desk/cases?state=${state}${query}`;
    const answer = await session.api.ask(CaseList, { method: 'GET', path, credential });
    return { listings: answer.cases, next: answer.next };
  };
}
