import type { Knex } from 'knex';
import * as v from 'valibot';
import {
  AuthorityDecision,
  SUBJECTS_STATES,
  type Day,
  type Incident,
  type IncidentLock,
  type Incidents,
  type OpenIncident,
  type SubjectsState,
  type VerifiedDirectory,
} from '../../crypto/public.js';
import { listAccounts, type AccountState } from '../accounts/accounts-store.js';
import type { Locking } from '../accounts/locking.js';
import type { DeskSession } from '../accounts/sessions.js';
import { deleteSessionsOf } from '../accounts/sessions-store.js';
import { ORGANISATION_SCOPE, type Audit } from '../audit/service.js';
import { today, type Clock } from '../clock.js';
import { ApiError } from '../http/errors.js';
import {
  incidentById,
  insertIncident,
  listIncidents,
  updateIncident,
  type IncidentRow,
} from './store.js';

/** Hours in which the authority is to be told, from when it became known: GDPR, article 33(1). */
const HOURS = 72;

/** Keys in wrong hands: what is done at once, and what the organisation documents of it. */
export interface IncidentsService {
  /** All there ever were, the newest first. */
  list(): Promise<v.InferOutput<typeof Incidents>>;
  /**
   * Starts the clock, ends the account's sessions and closes it. One's own account, or as
   * administrator any; a paper key too, which has no account. The same again is no error.
   *
   * @throws ApiError `forbidden`, `not_found` for nobody's id, `wrong_day` for a moment or day to
   * come, `conflict` for an id that is taken.
   */
  open(session: DeskSession, input: OpenIncident): Promise<void>;
  /** Closes the account now that somebody else can go on. @throws ApiError `incident_not_found`, `last_handler`, `last_administrator`. */
  lock(session: DeskSession, id: string): Promise<void>;
  /** Opens an account again whose keys were safe after all. @throws ApiError `incident_not_found`, `account_state` unless it is closed. */
  unlock(session: DeskSession, id: string): Promise<void>;
  /** Writes down that the authority was told, or need not be. @throws ApiError `incident_not_found`, `wrong_day`. */
  decideAuthority(session: DeskSession, id: string, decision: AuthorityDecision): Promise<void>;
  /** Writes down whether people were told. @throws ApiError `incident_not_found`. */
  decideSubjects(session: DeskSession, id: string, state: SubjectsState): Promise<void>;
}

export interface IncidentsOptions {
  db: Knex;
  clock: Clock;
  timeZone: string;
  audit: Audit;
  directories: { current(db: Knex): Promise<VerifiedDirectory> };
  locking: Locking;
}

type Details = Record<string, string | number>;

/** Makes the service. */
export function createIncidents(options: IncidentsOptions): IncidentsService {
  const { db, clock, timeZone, audit, directories, locking } = options;

  async function note(
    trx: Knex,
    session: DeskSession,
    action: string,
    details: Details,
  ): Promise<void> {
    const actor = session.account.id;
    await audit.append(trx, { scope: ORGANISATION_SCOPE, action, actor, details });
  }

  async function stateOf(trx: Knex, account: string): Promise<AccountState | null> {
    return (await listAccounts(trx)).find(({ id }) => id === account)?.state ?? null;
  }

  /** Nobody waits for an end that lies further off than it does, so no moment is to come. */
  function checkPast(moment: string): void {
    if (moment > clock().toISOString()) throw new ApiError('wrong_day');
  }

  async function known(trx: Knex, id: string): Promise<IncidentRow> {
    const row = await incidentById(trx, id);
    if (row === undefined) throw new ApiError('incident_not_found');
    return row;
  }

  /** Closes the account if it can be; answers whether it is closed now. */
  async function close(trx: Knex, session: DeskSession, account: string): Promise<boolean> {
    const { directory } = await directories.current(trx);
    const { admissions: count, channels } = await locking.cutTies(trx, account);
    if (count > 0) await note(trx, session, 'admissions_refused', { account, count });
    for (const channel of channels) await note(trx, session, 'roster_withdrawn', { channel });
    if ((await stateOf(trx, account)) !== 'active') return false;
    if (!(await locking.lock(trx, account, directory))) {
      // whoever took the keys is out until they sign in again; the person changes the passphrase
      const own = session.account.id === account ? session.tokenHash : null;
      await deleteSessionsOf(trx, account, own);
      return false;
    }
    await note(trx, session, 'account_locked', { account });
    return true;
  }

  return {
    async list() {
      return db.transaction(async (trx) => {
        const { directory } = await directories.current(trx);
        const states = new Map(
          (await listAccounts(trx)).map(({ id, state }) => [id as string, state]),
        );
        const rows = await listIncidents(trx);
        const incidents: Incident[] = [];
        for (const row of rows) {
          const state = states.get(row.account) ?? null;
          const last = state === 'active' && (await locking.isLast(trx, row.account, directory));
          incidents.push(incidentOf(row, lockOf(state, last)));
        }
        return { incidents };
      });
    },

    async open(session, { id, account, since, knownAt, cause }) {
      const now = clock().toISOString();
      await db.transaction(async (trx) => {
        if (session.account.part !== 'administrator' && session.account.id !== account) {
          throw new ApiError('forbidden');
        }
        const { directory } = await directories.current(trx);
        const state = await stateOf(trx, account);
        const isReader = directory.readers.some(({ record }) => (record.id as string) === account);
        if (state === 'joined' || (state === null && !isReader)) throw new ApiError('not_found');
        if (knownAt !== null) checkPast(knownAt);
        if (since !== null && since > today(clock, timeZone)) throw new ApiError('wrong_day');
        const before = await incidentById(trx, id);
        if (before !== undefined) {
          if (before.account !== account) throw new ApiError('conflict');
          return;
        }
        await insertIncident(trx, {
          id,
          account,
          since_day: since,
          cause,
          known_at: knownAt ?? now,
          opened_at: now,
          opened_by: session.account.id,
          authority: null,
          authority_by: null,
          authority_at: null,
          subjects: null,
          subjects_by: null,
          subjects_at: null,
        });
        const details: Details = { account, cause, knownAt: knownAt ?? now };
        if (since !== null) details['since'] = since;
        await note(trx, session, 'incident_opened', details);
        await close(trx, session, account);
      });
    },

    async lock(session, id) {
      await db.transaction(async (trx) => {
        const { account } = await known(trx, id);
        if ((await stateOf(trx, account)) !== 'active') return;
        if (await close(trx, session, account)) return;
        const { directory } = await directories.current(trx);
        const isReader = directory.readers.some(({ record }) => (record.id as string) === account);
        throw new ApiError(isReader ? 'last_handler' : 'last_administrator');
      });
    },

    async unlock(session, id) {
      await db.transaction(async (trx) => {
        const { account } = await known(trx, id);
        if ((await stateOf(trx, account)) !== 'locked') throw new ApiError('account_state');
        await locking.unlock(trx, account);
        await note(trx, session, 'account_unlocked', { account });
      });
    },

    async decideAuthority(session, id, decision) {
      await db.transaction(async (trx) => {
        const { account } = await known(trx, id);
        if (decision.state === 'notified') checkPast(decision.at);
        await updateIncident(trx, id, {
          authority: JSON.stringify(decision),
          authority_by: session.account.id,
          authority_at: clock().toISOString(),
        });
        const details: Details =
          decision.state === 'notified' ? { at: decision.at } : { reason: decision.reason };
        await note(trx, session, `incident_${decision.state}`, { account, ...details });
      });
    },

    async decideSubjects(session, id, state) {
      await db.transaction(async (trx) => {
        const { account } = await known(trx, id);
        await updateIncident(trx, id, {
          subjects: state,
          subjects_by: session.account.id,
          subjects_at: clock().toISOString(),
        });
        await note(trx, session, 'incident_subjects', { account, subjects: state });
      });
    },
  };
}

function lockOf(state: AccountState | null, last: boolean): IncidentLock {
  if (state === null) return 'none';
  if (state === 'removed') return 'gone';
  if (state === 'locked') return 'locked';
  return last ? 'last' : 'open';
}

function incidentOf(row: IncidentRow, lock: IncidentLock): Incident {
  const due = new Date(new Date(row.known_at).getTime() + HOURS * 60 * 60_000);
  const { authority, authority_by, authority_at, subjects, subjects_by, subjects_at } = row;
  return {
    id: row.id,
    account: row.account,
    since: row.since_day as Day | null,
    cause: row.cause,
    knownAt: row.known_at,
    dueAt: due.toISOString(),
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    lock,
    authority:
      authority === null || authority_by === null || authority_at === null
        ? null
        : {
            decision: v.parse(AuthorityDecision, JSON.parse(authority)),
            by: authority_by,
            setAt: authority_at,
          },
    subjects:
      subjects === null || subjects_by === null || subjects_at === null
        ? null
        : {
            state: v.parse(v.picklist(SUBJECTS_STATES), subjects),
            by: subjects_by,
            setAt: subjects_at,
          },
  };
}
