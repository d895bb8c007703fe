import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  isEpochEntry,
  type CaseId,
  type CustodyAnswer,
  type CustodyCase,
  type CustodyList,
  type CustodyOpening,
  type Day,
  type HandlerAppend,
  type IdentityOfCase,
  type ReaderId,
} from '../../crypto/public.js';
import type { Audit } from '../audit/service.js';
import { textOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import { directoryLookup, type Directories } from '../records/directory.js';
import type { CaseRow } from '../records/rows.js';
import {
  appendEntries,
  CUSTODIAN_WRITES,
  identityMembers,
  readEntries,
  readEpochs,
  readGrants,
  readNewest,
} from '../records/service.js';
import {
  countRequests,
  insertRequest,
  keepAnswer,
  noteOpened,
  questionsTo,
  requestsOf,
} from './store.js';

/** Requests for the identity that one case takes. */
const MOST_REQUESTS = 100;

/** What the case work needs of the identity. */
export interface IdentityRequests {
  of(trx: Knex, id: CaseId): Promise<IdentityOfCase>;
  /**
   * Puts a handler's request, if there is one, to the custodians.
   *
   * @throws ApiError `malformed` unless an entry among handlers goes along, `wrong_members` for
   * anybody who could not open the identity, `conflict` for an id that is taken, `case_full`,
   * `case_restricted`.
   */
  keep(trx: Knex, row: CaseRow, by: ReaderId, request: HandlerAppend, day: Day): Promise<void>;
}

/** What custodians do. A case in which they were asked nothing is not there for them. */
export interface Custody {
  list(custodian: ReaderId): Promise<v.InferOutput<typeof CustodyList>>;
  /** @throws ApiError `case_not_found`, uniform. */
  read(custodian: ReaderId, id: string): Promise<CustodyCase>;
  /**
   * Takes the entry by which a custodian opens the identity; only then `read` gives it out.
   *
   * @throws ApiError `case_not_found`, `case_restricted`, and what records find wrong.
   */
  open(custodian: ReaderId, id: string, opening: CustodyOpening): Promise<void>;
  /** Keeps a custodian's answer. @throws ApiError `case_not_found`, `case_restricted`, or `conflict` for a second one. */
  answer(custodian: ReaderId, id: string, answer: CustodyAnswer): Promise<void>;
}

/** As long as a case is restricted, who reported it is given to nobody (GDPR article 18). */
function checkUnrestricted(row: CaseRow): void {
  if (row.restricted !== 0) throw new ApiError('case_restricted');
}

/** What the case work needs of the identity; see {@link IdentityRequests}. */
export const identityRequests: IdentityRequests = {
  async of(trx, id) {
    const epochs = await readEpochs(trx, id, 'identity');
    return { epochs, requests: await requestsOf(trx, id) };
  },

  async keep(trx, row, by, { identityRequest, entries }, day) {
    if (identityRequest === undefined) return;
    checkUnrestricted(row);
    const says = entries.some(
      (entry) => entry.header.compartment === 'internal' && !isEpochEntry(entry),
    );
    if (!says) throw new ApiError('malformed');
    const members = await identityMembers(trx, row);
    const recipients = new Set(identityRequest.questions.map(({ recipient }) => recipient));
    const fits = [...recipients].every((id) => members.has(id));
    if (!fits || recipients.size !== identityRequest.questions.length) {
      throw new ApiError('wrong_members');
    }
    if ((await countRequests(trx, row.id)) >= MOST_REQUESTS) throw new ApiError('case_full');
    if (!(await insertRequest(trx, row.id, by, day, identityRequest))) {
      throw new ApiError('conflict');
    }
  },
};

/** Makes the service. */
export function createCustody(options: {
  readonly db: Knex;
  readonly today: () => Day;
  readonly audit: Audit;
  readonly directories: Directories;
}): Custody {
  const { db, today, audit, directories } = options;

  /** The case, if this custodian was asked something there: that it is another's is no answer. */
  async function caseOf(trx: Knex, custodian: ReaderId, id: string): Promise<CaseRow> {
    const [asked] = await questionsTo(trx, custodian, id);
    const row = asked && (await trx<CaseRow>('cases').where({ id: asked.case_id }).first());
    if (row === undefined) throw new ApiError('case_not_found');
    return row;
  }

  async function checkAsked(
    trx: Knex,
    custodian: ReaderId,
    id: string,
    request: string,
  ): Promise<void> {
    const asked = await questionsTo(trx, custodian, id);
    if (!asked.some((each) => each.request === request)) throw new ApiError('case_not_found');
  }

  async function note(
    trx: Knex,
    { audit_scope: scope }: CaseRow,
    actor: ReaderId,
    action: string,
  ): Promise<void> {
    await audit.append(trx, { scope, action, actor, details: {} });
  }

  return {
    async list(custodian) {
      const asked = await questionsTo(db, custodian);
      return {
        requests: asked.map((each) => ({
          case: each.case_id,
          channel: each.channel,
          practice: each.practice === 1,
          request: each.request,
          askedOn: each.asked_day,
          openedOn: each.opened_day,
          answeredOn: each.answered_day,
          kem: textOf(each.kem),
          box: textOf(each.box),
        })),
      };
    },

    async read(custodian, id) {
      return db.transaction(async (trx) => {
        const row = await caseOf(trx, custodian, id);
        const newest = await readNewest(trx, row, 'identity');
        if (newest === null) throw new ApiError('case_not_found');
        const entries = await readEntries(trx, row.id, CUSTODIAN_WRITES);
        const opened = entries.findLastIndex(({ header }) => header.author === custodian);
        const grants = await readGrants(trx, row.id, custodian);
        return {
          readers: await readEpochs(trx, row.id, 'dialogue'),
          reporter: { kem: textOf(row.reporter_kem), sig: textOf(row.reporter_sig) },
          epochs: entries.filter(isEpochEntry),
          grants: grants.filter(({ compartment }) => compartment === 'identity'),
          newest,
          // whatever a custodian writes says that the identity is opened
          entries: entries.slice(0, opened + 1),
        };
      });
    },

    async open(custodian, id, { request, entry }) {
      await db.transaction(async (trx) => {
        const row = await caseOf(trx, custodian, id);
        await checkAsked(trx, custodian, id, request);
        checkUnrestricted(row);
        const newest = await directories.newest(trx);
        if (newest === null) throw new ApiError('case_not_found');
        const lookup = directoryLookup(directories, newest);
        await appendEntries(trx, row, custodian, [entry], [], lookup, CUSTODIAN_WRITES);
        await noteOpened(trx, row.id, request, today());
        await note(trx, row, custodian, 'identity_opened');
      });
    },

    async answer(custodian, id, { request, box }) {
      await db.transaction(async (trx) => {
        const row = await caseOf(trx, custodian, id);
        await checkAsked(trx, custodian, id, request);
        checkUnrestricted(row);
        if (!(await keepAnswer(trx, row.id, request, today(), box))) throw new ApiError('conflict');
        await note(trx, row, custodian, 'identity_answered');
      });
    },
  };
}
