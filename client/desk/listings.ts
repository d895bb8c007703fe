import { CaseList, type CaseListing } from '../../crypto/private.js';
import type { DeskSession } from './session.js';

/** Pages of the list of cases, as the server hands them out. */
export type Listings = (
  state: 'open' | 'closed',
  after: string | null,
) => Promise<{ listings: CaseListing[]; next: string | null }>;

/**
 * Every case that this person can list, the open ones first, a page after the other. One that is
 * closed meanwhile may come twice.
 *
 * @throws the signal's reason, before a page.
 */
export async function* everyListing(
  listings: Listings,
  signal: AbortSignal | undefined,
  states: readonly ('open' | 'closed')[] = ['open', 'closed'],
): AsyncGenerator<CaseListing> {
  for (const state of states) {
    let after: string | null = null;
    do {
      signal?.throwIfAborted();
      const page: Awaited<ReturnType<Listings>> = await listings(state, after);
      yield* page.listings;
      after = page.next;
    } while (after !== null);
  }
}

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
