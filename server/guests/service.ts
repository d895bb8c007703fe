import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  type CaseId,
  type Day,
  type GuestAppend,
  type GuestCase,
  type GuestList,
  type GuestTerms,
  type ReaderId,
} from '../../crypto/public.js';
import type { Audit } from '../audit/service.js';
import { textOf } from '../bytes.js';
import type { CaseReading } from '../cases/service.js';
import { ApiError } from '../http/errors.js';
import { directoryLookup, type Directories } from '../records/directory.js';
import { caseFacts, type BindAttachments, type ReadPurgeOn } from '../records/facts.js';
import type { CaseRow } from '../records/rows.js';
import { processedOn } from '../records/processed.js';
import {
  acceptedSecrecy,
  appendEntries,
  changeCase,
  GUEST_WRITES,
  guestTermsOf,
  HANDLER_WRITES,
  readEntries,
  readEpochs,
  readGrants,
  readNewest,
  readReadings,
} from '../records/service.js';
import { guestCases } from './store.js';

/** What guests do. A case whose access ended, or never was, is not there for them. */
export interface Guests {
  list(guest: ReaderId): Promise<v.InferOutput<typeof GuestList>>;
  /**
   * What this guest may have of a case: nothing that is sealed before the entry that accepts secrecy.
   *
   * @throws ApiError `case_not_found`, uniform.
   */
  read(guest: ReaderId, id: string): Promise<GuestCase>;
  /**
   * Takes an entry of a guest.
   *
   * @throws ApiError `case_not_found`, `secrecy_not_accepted`, and what records find wrong.
   */
  append(guest: ReaderId, id: string, append: GuestAppend): Promise<void>;
  /**
   * Which case this is, if the guest may have what is in it.
   *
   * @throws ApiError `case_not_found`, uniform, or `secrecy_not_accepted`.
   */
  identify(guest: ReaderId, id: string): Promise<CaseId>;
}

/** Makes the service. */
export function createGuests(options: {
  readonly db: Knex;
  readonly today: () => Day;
  readonly audit: Audit;
  readonly directories: Directories;
  readonly bindAttachments: BindAttachments;
  readonly readPurgeOn: ReadPurgeOn;
  readonly reading: CaseReading;
}): Guests {
  const { db, today, audit, directories, bindAttachments, readPurgeOn, reading } = options;

  async function caseOf(
    handle: Knex,
    guest: ReaderId,
    id: string,
  ): Promise<{ row: CaseRow; terms: GuestTerms }> {
    const [row] = await guestCases(handle, guest, today(), id);
    const terms = row && (await guestTermsOf(handle, row, guest));
    if (row === undefined || terms === undefined) throw new ApiError('case_not_found');
    return { row, terms };
  }

  return {
    async list(guest) {
      return db.transaction(async (trx) => {
        const purgeOn = await readPurgeOn(trx);
        const cases: v.InferOutput<typeof GuestList>['cases'] = [];
        for (const row of await guestCases(trx, guest, today())) {
          const terms = await guestTermsOf(trx, row, guest);
          if (terms === undefined) continue;
          const accepted = await acceptedSecrecy(trx, row.id, guest);
          cases.push({ case: caseFacts(row, purgeOn), terms, accepted });
        }
        return { cases };
      });
    },

    async read(guest, id) {
      return db.transaction(async (trx) => {
        const { row } = await caseOf(trx, guest, id);
        const newest = await readNewest(trx, row, 'internal');
        if (newest === null) throw new Error('a guest in a case without notes');
        const accepted = await acceptedSecrecy(trx, row.id, guest);
        if (accepted && (await reading.noteOpening(trx, row.id, guest, today()))) {
          const scope = row.audit_scope;
          await audit.append(trx, { scope, action: 'opened', actor: guest, details: {} });
        }
        const epochs = [
          ...(await readEpochs(trx, row.id, 'dialogue')),
          ...(await readEpochs(trx, row.id, 'internal')),
        ];
        return {
          case: caseFacts(row, await readPurgeOn(trx)),
          reporter: { kem: textOf(row.reporter_kem), sig: textOf(row.reporter_sig) },
          epochs,
          grants: await readGrants(trx, row.id, guest),
          newest,
          opened: accepted
            ? {
                entries: await readEntries(trx, row.id, HANDLER_WRITES),
                overview: await reading.overview(trx, row.id),
                readings: await readReadings(trx, row.id),
              }
            : null,
        };
      });
    },

    async append(guest, id, { entry, attachments }) {
      await db.transaction(async (trx) => {
        const { row } = await caseOf(trx, guest, id);
        const newest = await directories.newest(trx);
        if (newest === null) throw new ApiError('case_not_found');
        const lookup = directoryLookup(directories, newest);
        const { sequence, effect } = entry.header;
        if (effect !== null && attachments.length > 0) throw new ApiError('malformed');
        // from then on the guest would read: nothing of a restricted case is given out anew
        if (effect === 'accept_secrecy' && row.restricted !== 0) {
          throw new ApiError('case_restricted');
        }
        const appended = await appendEntries(trx, row, guest, [entry], [], lookup, GUEST_WRITES);
        await bindAttachments(trx, row.id, 'internal', attachments);
        const day = today();
        const processed = effect === null ? processedOn(row, day) : {};
        await changeCase(trx, appended.row, { active_day: day, ...processed });
        const note = (action: string, details: Record<string, string | number>): Promise<void> =>
          audit.append(trx, { scope: row.audit_scope, action, actor: guest, details });
        await note('entry_added', { compartment: 'internal', sequence });
        if (effect === 'accept_secrecy') await note('secrecy_accepted', {});
      });
    },

    async identify(guest, id) {
      const { row } = await caseOf(db, guest, id);
      if (!(await acceptedSecrecy(db, row.id, guest))) throw new ApiError('secrecy_not_accepted');
      return row.id;
    },
  };
}
