import { Members } from '../../crypto/private.js';
import { persist } from '../api.js';
import type { DeskSession } from './session.js';

/**
 * Ids of the accounts that nobody can sign in to now, as the server says: it alone knows, since no
 * signed directory holds the state of an account.
 */
export async function closedAccounts(session: DeskSession): Promise<ReadonlySet<string>> {
  const { credential } = session.signedIn();
  const ask = { method: 'GET', path: '/api/desk/members', credential } as const;
  const { accounts } = await persist(() => session.api.ask(Members, ask));
  return new Set(accounts.flatMap(({ id, state }) => (state === 'active' ? [] : [id])));
}
