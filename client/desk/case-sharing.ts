import type { HandlerAppend } from '../../crypto/private.js';
import { persist } from '../api.js';
import { ClientError } from '../errors.js';
import type { HandlerCaseView } from '../models.js';
import { newestMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import {
  type GuestInput,
  prepareGrant,
  prepareGuest,
  prepareRecusal,
  prepareRenewal,
  prepareRevocation,
} from './case-work.js';
import { closedAccounts } from './closed-accounts.js';
import { checkNamesNoCase } from './data-requests.js';
import { checkUnrestricted } from './restriction.js';
import type { DeskSession } from './session.js';
import type { Prepare, Workplace } from './workplace.js';

/** Who has the keys to a case. */
export interface CaseSharing {
  grant(id: string, readerId: string): Promise<HandlerCaseView>;
  /**
   * Grants a case to somebody from outside until a day, or changes such a grant.
   *
   * @throws ClientError as `prepareGuest` does.
   */
  grantGuest(id: string, guestId: string, terms: GuestInput): Promise<HandlerCaseView>;
  revoke(id: string, readerId: string): Promise<HandlerCaseView>;
  /**
   * Declares a conflict of interest: one's own keys leave the case, and nobody can give one access to
   * it again. No reason is kept. The case is gone from one's desk afterwards.
   *
   * @throws ClientError `last_holder` where no other handler reads it, `handlers_locked_out` where
   * none of them can sign in, `case_not_found` where it was closed to this account otherwise.
   */
  recuse(id: string): Promise<void>;
  /** New keys for those who may read; the only thing that a case `after_new_keys` takes first. */
  renew(id: string): Promise<HandlerCaseView>;
}

/** See {@link CaseSharing}. */
export function createCaseSharing(session: DeskSession, workplace: Workplace): CaseSharing {
  const isReader = (opened: OpenedForHandler, id: string): boolean =>
    newestMembers(opened).some((member) => member.id === id);

  return {
    async grant(id, readerId) {
      const closed = await closedAccounts(session);
      return workplace.append(
        id,
        ['grant', readerId],
        (opened, state) => {
          checkNamesNoCase(opened, state.account.id, closed);
          return prepareGrant(opened, state, [readerId]);
        },
        {
          done: (opened) => isReader(opened, readerId),
        },
      );
    },

    grantGuest: (id, guestId, terms) =>
      workplace.append(
        id,
        ['grant', guestId, terms],
        (opened, state) => {
          checkNamesNoCase(opened, null);
          checkUnrestricted(opened);
          return prepareGuest(opened, state, guestId, terms);
        },
        {
          done: ({ file }) => {
            const members = file.dialogue.chain.epochs.at(-1)?.body.members ?? [];
            const now = members.find((member) => (member.id as string) === guestId);
            const { until, write, save } = now?.guest ?? {};
            return until === terms.until && write === terms.write && save === terms.save;
          },
        },
      ),

    revoke: (id, readerId) =>
      workplace.append(
        id,
        ['revoke', readerId],
        (opened, state) => prepareRevocation(opened, state, readerId),
        {
          done: (opened) => !isReader(opened, readerId),
          mends: true,
        },
      ),

    async recuse(id) {
      const closed = await closedAccounts(session);
      const tried: HandlerAppend[] = [];
      const prepare: Prepare = (opened, state) => {
        const request = prepareRecusal(opened, state, closed);
        tried.push(request);
        return request;
      };
      try {
        await workplace.write(id, ['recuse'], prepare, { mends: true });
      } catch (error) {
        const isGone = error instanceof ClientError && error.code === 'case_not_found';
        const json = tried.at(-1);
        if (!isGone || json === undefined) throw error;
        // perhaps the answer was lost: the server takes again what stands there, and nothing else
        const { credential } = session.signedIn();
        const path = `/api/desk/cases/${id}/entries`;
        await persist(() => session.api.tell({ method: 'POST', path, credential, json }));
      }
    },

    renew: (id) => workplace.append(id, ['renew'], prepareRenewal, { mends: true }),
  };
}
