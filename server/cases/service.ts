import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  channelAuditors,
  isEpochEntry,
  type CaseAccess,
  type CaseId,
  type CaseList,
  type CaseListing,
  type CaseOpened,
  type Day,
  type DeskCase,
  type Effect,
  type HandlerAppend,
  type ReaderId,
} from '../../crypto/public.js';
import type { Audit } from '../audit/service.js';
import { textOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import type { IdentityRequests } from '../custody/service.js';
import { directoryLookup, type Directories } from '../records/directory.js';
import { eraseBodies } from '../records/erasures.js';
import { canBeLetIn, changesForAlone, hasGone, whyNotAlone, type ReadDirectory } from './alone.js';
import { checkKnown, checkRemoval, clockToldOf, removalToldOf } from './removal.js';
import {
  caseFacts,
  type BindAttachments,
  type EraseFiles,
  type KeepStatistics,
  type PurgeOn,
  type ReadPurgeOn,
} from '../records/facts.js';
import { grantOf, type AccessRow, type CaseRow, type OverviewRow } from '../records/rows.js';
import {
  appendEntries,
  changeCase,
  HANDLER_WRITES,
  keepOverview,
  readEntries,
  readEpochs,
  readGrants,
  readReadings,
  readRecused,
} from '../records/service.js';
import { checkGuestsStay } from './restricted.js';
import { changesOf, checkRequest, checkState, checkStatistics, effectOfAppend } from './rules.js';
import {
  firstOpeningOn,
  headOf,
  keepHead,
  keepOwnKeys,
  listCases,
  markRead,
  openableCase,
  overviewOf,
  ownKeyOf,
  ownKeysOf,
  readersOf,
  someoneLacksKey,
  type ListedCase,
  type ListPlace,
} from './store.js';

/** Most cases in one page of the list, and most bytes of it: rows not opened yet are longer. */
export const PAGE = 50;
export const PAGE_BYTES = 100_000;

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
  /**
   * Who was given the keys of a case, without what is in it: no opening, so the log says nothing of
   * it. Throws ApiError `case_not_found`, uniform.
   */
  access(reader: ReaderId, id: string): Promise<CaseAccess>;
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
   * @throws ApiError `case_not_found`, `malformed` for a request without what it needs,
   * `case_closed`, `case_open`, `case_held`, `case_restricted`, `part_restricted`, `case_unread`,
   * `removal_unconfirmed`, `removal_outdated`, `overview_missing` where the overview is not sealed to all who read the case
   * now, `wrong_statistics`, what {@link whyNotAlone} says, and what records and attachments
   * find wrong. What it erases is gone from file and journal when it returns.
   */
  append(reader: ReaderId, id: string, request: HandlerAppend): Promise<void>;
}

/** What guests need of the case work. */
export interface CaseReading {
  /** Notes that a reader opened a case on a day; whether it is the first time on that day. */
  noteOpening(trx: Knex, id: CaseId, reader: ReaderId, day: Day): Promise<boolean>;
  overview(trx: Knex, id: CaseId): Promise<DeskCase['overview']>;
}

/** See {@link CaseReading}. */
export const caseReading: CaseReading = {
  noteOpening: firstOpeningOn,
  async overview(trx, id) {
    const overview = await overviewOf(trx, id);
    if (overview === undefined) throw new Error('a case without an overview');
    return sealedOverview(overview);
  },
};

/** Makes the service. */
export function createCases(options: {
  readonly db: Knex;
  readonly today: () => Day;
  readonly audit: Audit;
  readonly directories: Directories & { readonly version: ReadDirectory };
  readonly bindAttachments: BindAttachments;
  readonly eraseFiles: EraseFiles;
  readonly readPurgeOn: ReadPurgeOn;
  readonly keepStatistics: KeepStatistics;
  readonly identity: IdentityRequests;
  /** Ids of accounts that can be signed in to. */
  readonly openAccounts: (db: Knex) => Promise<ReadonlySet<string>>;
}): Cases {
  const { db, today, audit, directories, bindAttachments, eraseFiles, readPurgeOn } = options;
  const { keepStatistics, identity, openAccounts } = options;

  async function caseOf(handle: Knex, reader: ReaderId, id: string): Promise<CaseRow> {
    const row = await openableCase(handle, reader, id);
    if (row === undefined) throw new ApiError('case_not_found');
    return row;
  }

  /** Lists what the log says of an append: the server knows no more of it than this. */
  async function writeAudit(
    trx: Knex,
    row: CaseRow,
    reader: ReaderId,
    { entries, identityRequest }: HandlerAppend,
  ): Promise<void> {
    const asked = identityRequest !== undefined;
    const note = (action: string, details: Record<string, string | number>): Promise<void> =>
      audit.append(trx, { scope: row.audit_scope, action, actor: reader, details });
    for (const entry of entries) {
      const { compartment, sequence, epoch, effect } = entry.header;
      if (isEpochEntry(entry)) await note('access_changed', { compartment, sequence, epoch });
      else await note('entry_added', { compartment, sequence });
      if (effect !== null) await note(auditActions[effect], {});
    }
    if (asked) await note('identity_asked', {});
    if (entries.length === 0) await note('overview_changed', {});
  }

  /** Takes away what entries erase, which the rules have allowed. */
  async function erase(trx: Knex, id: CaseId, entries: HandlerAppend['entries']): Promise<boolean> {
    for (const { header } of entries) {
      if (header.effect !== 'erase' || header.erases === undefined) continue;
      await eraseBodies(trx, id, header.compartment, header.erases);
      await eraseFiles.release(trx, id, header.compartment, header.erases.files);
    }
    return true;
  }

  return {
    async list(reader, state, cursor) {
      const place = cursor === null ? null : readCursor(cursor);
      return db.transaction(async (trx) => {
        // one more than a page holds tells whether there is another
        const found = await listCases(trx, reader, state, place, PAGE + 1);
        const purgeOn = await readPurgeOn(trx);
        const cases = firstPage(found.map((listed) => listingOf(listed, purgeOn)));
        const last = cases.length < found.length ? found[cases.length - 1] : undefined;
        return { cases, next: last === undefined ? null : cursorOf(last.row) };
      });
    },

    async open(reader, id) {
      return db.transaction(async (trx) => {
        const row = await caseOf(trx, reader, id);
        const day = today();
        if (await firstOpeningOn(trx, row.id, reader, day)) {
          const scope = row.audit_scope;
          await audit.append(trx, { scope, action: 'opened', actor: reader, details: {} });
        }
        return {
          case: caseFacts(row, await readPurgeOn(trx)),
          decisionBy: row.decision_due_day as DeskCase['decisionBy'],
          ...clockToldOf(row),
          escalated: row.escalated === 1,
          reporter: { kem: textOf(row.reporter_kem), sig: textOf(row.reporter_sig) },
          entries: await readEntries(trx, row.id, HANDLER_WRITES),
          grants: await readGrants(trx, row.id, reader),
          keys: await ownKeysOf(trx, row.id, reader),
          overview: await caseReading.overview(trx, row.id),
          readings: await readReadings(trx, row.id),
          ...removalToldOf(row),
          identity: await identity.of(trx, row.id),
          auditScope: row.audit_scope,
          head: await headOf(trx, row.id, reader),
        };
      });
    },

    async access(reader, id) {
      return db.transaction(async (trx) => {
        const row = await caseOf(trx, reader, id);
        return {
          case: caseFacts(row, await readPurgeOn(trx)),
          reporter: { kem: textOf(row.reporter_kem), sig: textOf(row.reporter_sig) },
          epochs: await readEpochs(trx, row.id, 'dialogue'),
          auditScope: row.audit_scope,
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
      const erased = await db.transaction(async (trx) => {
        const row = await openableCase(trx, reader, id);
        if (row === undefined) {
          if (await hasGone(trx, id, reader, request, today())) return false;
          throw new ApiError('case_not_found');
        }
        const newest = await directories.newest(trx);
        if (newest === null) throw new ApiError('case_not_found');
        const open = await openAccounts(trx);
        const lookup = directoryLookup(directories, newest, undefined, open);
        const day = today();
        const effect = effectOfAppend(request);
        const compartment = checkRequest(request, effect);
        checkState(row, request, effect);
        await checkGuestsStay(trx, row, request.entries);
        const { directory } = newest;
        const notAlone =
          effect === 'erase'
            ? await whyNotAlone(trx, row, reader, day, directory, lookup, directories.version)
            : null;
        const auditors = channelAuditors(directory, row.channel);
        const counting = new Set(await readersOf(trx, row.id));
        const recused = await readRecused(trx, row.id, lookup);
        for (const { record } of auditors) {
          if (!recused.has(lookup.person(record.id))) counting.add(record.id);
        }
        checkStatistics(row, request, effect, day, counting);
        const { entries, grants, overview, attachments, statistics } = request;
        const appended = await appendEntries(
          trx,
          row,
          reader,
          entries,
          grants,
          lookup,
          HANDLER_WRITES,
          notAlone,
        );
        await checkKnown(trx, row, entries, effect);
        // as the case is with what comes along: new keys can leave out who proposed it
        if (effect === 'remove') {
          await checkRemoval(trx, appended.row, reader, lookup, () =>
            canBeLetIn(trx, row, reader, directory, lookup, directories.version),
          );
        }
        await identity.keep(trx, appended.row, reader, request, day);
        if (overview !== null) await keepOverview(trx, appended, overview);
        // the list shows overviews: whoever may list the case must have the key of its own
        if (await someoneLacksKey(trx, row.id)) throw new ApiError('overview_missing');
        await bindAttachments(trx, row.id, compartment, attachments);
        if (!(await keepStatistics(trx, statistics))) throw new ApiError('wrong_statistics');
        const changes = {
          ...changesOf(row, request, effect, day, reader),
          ...changesForAlone(request, effect, day),
        };
        if (Object.keys(changes).length > 0) await changeCase(trx, appended.row, changes);
        await writeAudit(trx, row, reader, request);
        return effect === 'erase' && (await erase(trx, row.id, entries));
      });
      // what was confirmed is gone from the disk, as far as it can be
      if (erased) await eraseFiles.finish();
    },
  };
}

function listingOf(
  { row, overview, key, head, opened }: ListedCase,
  purgeOn: PurgeOn,
): CaseListing {
  return {
    case: caseFacts(row, purgeOn),
    decisionBy: row.decision_due_day as CaseListing['decisionBy'],
    ...clockToldOf(row),
    escalated: row.escalated === 1,
    opened,
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

/** As many of the listings as one page holds, one at least. */
function firstPage(listings: readonly CaseListing[]): CaseListing[] {
  // the wrapping, with the place of the next page, and a comma after each
  let bytes = 200;
  return listings.slice(0, PAGE).filter((listing, index) => {
    bytes += JSON.stringify(listing).length + 1;
    return index === 0 || bytes <= PAGE_BYTES;
  });
}

const auditActions = {
  close: 'closed',
  reopen: 'reopened',
  nothing_further: 'nothing_further',
  hold: 'held',
  release: 'released',
  restrict: 'restricted',
  unrestrict: 'unrestricted',
  restrict_part: 'part_restricted',
  unrestrict_part: 'part_unrestricted',
  propose_removal: 'removal_proposed',
  decline_removal: 'removal_declined',
  remove: 'removal_agreed',
  open_identity: 'identity_opened',
  accept_secrecy: 'secrecy_accepted',
  propose_erasure: 'erasure_proposed',
  decline_erasure: 'erasure_declined',
  erase: 'erased',
} as const satisfies Record<Effect, string>;

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
