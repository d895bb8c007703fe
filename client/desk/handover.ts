import { HoldingsAnswer } from '../../crypto/private.js';
import type { BulkResult, HoldingView, OwnCase } from '../models.js';
import { grantable, newestMembers, stayingMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import { closedAccounts } from './closed-accounts.js';
import type { CaseWalk, OnBulk } from './case-walk.js';
import { prepareGrant } from './case-work.js';
import { checkNamesNoCase } from './data-requests.js';
import type { DeskSession } from './session.js';
import type { Workplace } from './workplace.js';

/** Giving one's cases to others before one leaves. */
export interface HandoverDesk {
  /** How many cases this handler holds, as the server counts. */
  holdings(): Promise<HoldingView[]>;
  /** Looks through this person's cases for who else reads each, and who could. Marks nothing as read. */
  findOwnCases(
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<{ cases: OwnCase[]; failed: BulkResult['failed'] }>;
  /**
   * Handlers to whom a case can be given now: not there yet, neither left out nor in a conflict, and
   * able to sign in. Marks nothing as read.
   *
   * @throws ClientError `case_not_found`.
   */
  takersOf(id: string): Promise<{ id: string; name: string }[]>;
  /**
   * Gives each case to the people chosen for it. May be stopped and called again: whoever reads a
   * case already is not given it twice. Somebody who may not be given a case fails in it as
   * `not_grantable`.
   */
  handOver(
    plan: readonly { id: string; to: readonly string[] }[],
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<BulkResult>;
}

/** A case as its handler gives it away: to whoever can sign in. */
function ownCase(opened: OpenedForHandler, me: string, closed: ReadonlySet<string>): OwnCase {
  const { answer, overview, file } = opened;
  const { readers } = opened.directory.directory;
  const others = stayingMembers(opened).flatMap(({ id }) => {
    const record = readers.find((reader) => reader.record.id === id)?.record;
    return record === undefined || id === me || closed.has(id) ? [] : record;
  });
  return {
    id: file.id,
    title: overview.title,
    state: answer.case.closedOn === null ? 'open' : 'closed',
    receivedOn: answer.case.receivedOn,
    others: others.flatMap(({ id, name, part }) => (part === 'handler' ? [{ id, name }] : [])),
    paper: others.some(({ part }) => part === 'recovery_officer'),
    grantable: grantable(opened).filter(({ id }) => !closed.has(id)),
  };
}

/** See {@link HandoverDesk}. */
export function createHandoverDesk(
  session: DeskSession,
  workplace: Workplace,
  walk: CaseWalk,
): HandoverDesk {
  return {
    async holdings() {
      const { credential } = session.signedIn();
      const path = '/api/desk/holdings';
      return (await session.api.ask(HoldingsAnswer, { method: 'GET', path, credential })).holdings;
    },

    async findOwnCases(onProgress, signal) {
      const me = session.signedIn().account.id;
      const closed = await closedAccounts(session);
      const cases: OwnCase[] = [];
      const failed = await walk.each(
        await walk.ids(signal),
        (opened) => cases.push(ownCase(opened, me, closed)),
        onProgress,
        signal,
      );
      return { cases, failed };
    },

    async takersOf(id) {
      const closed = await closedAccounts(session);
      const opened = await workplace.open(id);
      const handlers = new Set<string>(
        opened.directory.directory.readers.flatMap(({ record }) =>
          record.part === 'handler' ? [record.id] : [],
        ),
      );
      return grantable(opened).filter((each) => handlers.has(each.id) && !closed.has(each.id));
    },

    async handOver(plan, onProgress, signal) {
      const closed = await closedAccounts(session);
      const chosen = new Map(plan.map(({ id, to }) => [id, to]));
      const missing = (opened: OpenedForHandler, to: readonly string[]): string[] => {
        const present = new Set<string>(newestMembers(opened).map(({ id }) => id));
        return to.filter((id) => !present.has(id));
      };
      return walk.work(
        [...chosen.keys()],
        (id) => {
          const to = chosen.get(id) ?? [];
          return workplace.write(
            id,
            ['hand over', to],
            (opened, state) => {
              const left = missing(opened, to);
              if (left.length === 0) return null;
              checkNamesNoCase(opened, state.account.id, closed);
              return prepareGrant(opened, state, left);
            },
            { done: (opened) => missing(opened, to).length === 0, mends: true, signal },
          );
        },
        onProgress,
        signal,
      );
    },
  };
}
