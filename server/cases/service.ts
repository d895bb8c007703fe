import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  isEpochEntry,
  type CaseId,
  type CaseList,
  type CaseListing,
  type CaseOpened,
  type Day,
  type DeskCase,
  type HandlerAppend,
  type ReaderId,
} from '../../crypto/public.js';
import type { Audit } from '../audit/service.js';
import { textOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import { directoryLookup, type Directories } from '../records/directory.js';
import { caseFacts, type BindAttachments, type PurgeOn } from '../records/facts.js';
import { grantOf, type AccessRow, type CaseRow, type OverviewRow } from '../records/rows.js';
import {
  appendEntries,
  changeCase,
  keepOverview,
  readEntries,
  readGrants,
  readReadings,
} from '../records/service.js';
import {
  firstOpeningOn,
  headOf,
  insertStatistics,
  keepHead,
  keepOwnKeys,
  listCases,
  markRead,
  openableCase,
  overviewOf,
  ownKeyOf,
  ownKeysOf,
  type ListedCase,
  type ListPlace,
} from './store.js';

/** Cases in one page of the list. */
export const PAGE = 50;

/** What handlers do with cases. For somebody who may not open it, a case is not there. */
export interface Cases {
  /**
   * A page of the cases this reader may open, newest activity first.
   *
   * @param cursor what an earlier page gave as `next`; null for the first page.
   * @throws ApiError `malformed` for a cursor that no page gave.
   */
  list(
    reader: ReaderId,
    state: AccessRow['state'],
    cursor: string | null,
  ): Promise<v.InferOutput<typeof CaseList>>;
  /** @throws ApiError `case_not_found`, uniform. */
  open(reader: ReaderId, id: string): Promise<DeskCase>;
  /** Which case this is, if the reader may open it. Throws ApiError `case_not_found`, uniform. */
  identify(reader: ReaderId, id: string): Promise<CaseId>;
  /**
   * Keeps what a desk remembers of a case, and the day on which the reporter's entries were read.
   *
   * @throws ApiError `case_not_found`, or `malformed`.
   */
  opened(reader: ReaderId, id: string, kept: CaseOpened): Promise<void>;
  /**
   * Adds a handler's entries with all that belongs to them, or nothing.
   *
   * @throws ApiError `case_not_found`, `case_closed`, `case_open`, `overview_missing`,
   * `wrong_statistics`, and what records and attachments find wrong.
   */
  append(reader: ReaderId, id: string, request: HandlerAppend): Promise<void>;
}

/** Makes the service. */
export function createCases(options: {
  readonly db: Knex;
  readonly today: () => Day;
  readonly audit: Audit;
  readonly directories: Directories;
  readonly bindAttachments: BindAttachments;
  readonly purgeOn: PurgeOn;
}): Cases {
  const { db, today, audit, directories, bindAttachments, purgeOn } = options;

  async function caseOf(handle: Knex, reader: ReaderId, id: string): Promise<CaseRow> {
    const row = await openableCase(handle, reader, id);
    if (row === undefined) throw new ApiError('case_not_found');
    return row;
  }

  async function listingOf(trx: Knex, listed: ListedCase): Promise<CaseListing> {
    const { row, overview, key, head } = listed;
    return {
      case: await caseFacts(trx, row, purgeOn),
      decisionBy: row.decision_due_day as CaseListing['decisionBy'],
      escalated: row.escalated === 1,
      overview: sealedOverview(overview),
      key: 'recipient' in key ? grantOf(key) : ownKeyOf(key),
      commitment: overview.commitment,
      newest: {
        dialogue: row.dialogue_sequence,
        internal: row.internal_sequence,
        reporter: row.reporter_sequence,
      },
      head: head === null ? null : textOf(head),
    };
  }

  /** Lists what the log says of an append: the server knows no more of it than this. */
  async function writeAudit(
    trx: Knex,
    row: CaseRow,
    reader: ReaderId,
    { entries, state }: HandlerAppend,
  ): Promise<void> {
    const note = (action: string, details: Record<string, string | number>): Promise<void> =>
      audit.append(trx, { scope: row.audit_scope, action, actor: reader, details });
    for (const entry of entries) {
      const { compartment, sequence, epoch } = entry.header;
      if (isEpochEntry(entry)) await note('access_changed', { compartment, sequence, epoch });
      else await note('entry_added', { compartment, sequence });
    }
    if (state !== null) await note(auditActions[state], {});
  }

  return {
    async list(reader, state, cursor) {
      const place = cursor === null ? null : readCursor(cursor);
      return db.transaction(async (trx) => {
        // one more than a page holds tells whether there is another
        const found = await listCases(trx, reader, state, place, PAGE + 1);
        const cases: CaseListing[] = [];
        for (const listed of found.slice(0, PAGE)) cases.push(await listingOf(trx, listed));
        const last = found.length > PAGE ? found[PAGE - 1] : undefined;
        return { cases, next: last === undefined ? null : cursorOf(last.row) };
      });
    },

    async open(reader, id) {
      return db.transaction(async (trx) => {
        const row = await caseOf(trx, reader, id);
        const overview = await overviewOf(trx, row.id);
        if (overview === undefined) throw new Error('a case without an overview');
        const day = today();
        if (await firstOpeningOn(trx, row.id, reader, day)) {
          const scope = row.audit_scope;
          await audit.append(trx, { scope, action: 'opened', actor: reader, details: {} });
        }
        return {
          case: await caseFacts(trx, row, purgeOn),
          decisionBy: row.decision_due_day as DeskCase['decisionBy'],
          escalated: row.escalated === 1,
          reporter: { kem: textOf(row.reporter_kem), sig: textOf(row.reporter_sig) },
          entries: await readEntries(trx, row.id, ['dialogue', 'internal']),
          grants: await readGrants(trx, row.id, reader),
          keys: await ownKeysOf(trx, row.id, reader),
          overview: sealedOverview(overview),
          readings: await readReadings(trx, row.id),
          head: await headOf(trx, row.id, reader),
        };
      });
    },

    async identify(reader, id) {
      return (await caseOf(db, reader, id)).id;
    },

    async opened(reader, id, { keys, head, through }) {
      await db.transaction(async (trx) => {
        const row = await caseOf(trx, reader, id);
        const known = keys.every(({ compartment, epoch }) => epoch <= row[`${compartment}_epoch`]);
        if (!known || through > row.dialogue_sequence) throw new ApiError('malformed');
        await keepOwnKeys(trx, row.id, reader, keys);
        if (head !== null) await keepHead(trx, row.id, reader, head);
        await markRead(trx, row.id, through, today());
      });
    },

    async append(reader, id, request) {
      await db.transaction(async (trx) => {
        const row = await caseOf(trx, reader, id);
        checkState(row, request);
        checkStatistics(row, request, today());
        const newest = await directories.newest(trx);
        if (newest === null) throw new ApiError('case_not_found');
        const lookup = directoryLookup(directories, newest);
        const { entries, grants, overview, attachments, statistics } = request;
        const appended = await appendEntries(trx, row, reader, entries, grants, lookup);
        if (overview !== null) await keepOverview(trx, appended, overview);
        else if (appended.row.dialogue_epoch !== row.dialogue_epoch) {
          // a new reader has keys for the newest epochs only
          throw new ApiError('overview_missing');
        }
        await bindAttachments(trx, row.id, attachments);
        await insertStatistics(trx, statistics);
        await changeCase(trx, appended.row, stateChanges(request, today()));
        await writeAudit(trx, row, reader, request);
      });
    },
  };
}

const auditActions = {
  close: 'closed',
  reopen: 'reopened',
  nothing_further: 'nothing_further',
} as const;

function sealedOverview({ compartment, epoch, box }: OverviewRow): DeskCase['overview'] {
  return { compartment, epoch, box: textOf(box) };
}

function cursorOf(row: CaseRow): string {
  return `${row.active_day}.${row.id}`;
}

function readCursor(cursor: string): ListPlace {
  const found = /^(\d{4}-\d\d-\d\d)\.([A-Za-z0-9_-]{43})$/.exec(cursor);
  const [, activeDay, caseId] = found ?? [];
  if (activeDay === undefined || caseId === undefined) throw new ApiError('malformed');
  return { activeDay, caseId };
}

/** A closed case takes notes and changes of access, nothing to the reporter, until it is reopened. */
function checkState(row: CaseRow, { entries, state }: HandlerAppend): void {
  if (row.closed_day === null) {
    if (state === 'reopen' || state === 'nothing_further') throw new ApiError('case_open');
    return;
  }
  if (state === 'reopen') return;
  const speaks = entries.some(
    (entry) => entry.header.compartment === 'dialogue' && !isEpochEntry(entry),
  );
  if (state === 'close' || speaks) throw new ApiError('case_closed');
}

/** Statistics come with a closure, name the channel and year of the case, and never a practice case. */
function checkStatistics(row: CaseRow, { statistics, state }: HandlerAppend, today: Day): void {
  const [first] = statistics;
  if (first === undefined) return;
  const years = [row.received_day, today].map((day) => Number(day.slice(0, 4)));
  const fits = statistics.every(
    (record) =>
      record.id === first.id && record.channel === row.channel && years.includes(record.year),
  );
  if (state !== 'close' || row.practice === 1 || !fits) throw new ApiError('wrong_statistics');
}

function stateChanges(
  { state }: HandlerAppend,
  day: Day,
): Partial<Pick<CaseRow, 'active_day' | 'closed_day' | 'decision_due_day' | 'escalated'>> {
  switch (state) {
    case 'close':
      return { active_day: day, closed_day: day, decision_due_day: null, escalated: 0 };
    case 'reopen':
      return { active_day: day, closed_day: null, decision_due_day: null, escalated: 0 };
    case 'nothing_further':
      return { decision_due_day: null };
    case null:
      return {};
  }
}
