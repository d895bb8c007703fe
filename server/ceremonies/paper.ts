import type { Knex } from 'knex';
import {
  channelReaders,
  type CaseId,
  type Day,
  type Directory,
  type EpochEntry,
  fromBase64,
  type PaperAnswer,
  type PaperCase,
  type PaperEpochs,
  paperFields,
  type PaperProof,
  type Reader,
  type ReaderId,
  type SignedCeremony,
  verify,
} from '../../crypto/public.js';
import type { Audit } from '../audit/service.js';
import { bytesOf, textOf } from '../bytes.js';
import type { CaseReading } from '../cases/service.js';
import type { Directories } from '../directory/versions.js';
import { ApiError } from '../http/errors.js';
import { directoryLookup } from '../records/directory.js';
import { caseFacts, type ReadPurgeOn } from '../records/facts.js';
import { readEpochBody } from '../records/rules.js';
import type { CaseRow } from '../records/rows.js';
import {
  appendEntries,
  changeCase,
  HANDLER_WRITES,
  keepOverview,
  readEntries,
  readGrants,
} from '../records/service.js';
import type { CeremoniesService, StandingCeremony } from './service.js';
import { casesOfPaperAlone } from './store.js';

/**
 * What somebody does who holds a recovery officer's paper, while a ceremony stands and with cases that
 * nobody else opens. Everything else is not there: one answer, `ceremony_not_found` or
 * `case_not_found`.
 */
export interface PaperService {
  open(shown: PaperProof): Promise<PaperAnswer>;
  /** Whether a ceremony stands for this paper, before anything is held for it. */
  check(shown: PaperProof): Promise<void>;
  read(shown: PaperProof, id: string): Promise<PaperCase>;
  /**
   * Takes the epochs by which a case is given on.
   *
   * @throws ApiError `wrong_epoch` for entries under another ceremony, and what records find wrong.
   */
  giveOn(id: string, request: PaperEpochs): Promise<void>;
}

export interface PaperOptions {
  db: Knex;
  today: () => Day;
  audit: Audit;
  directories: Directories;
  ceremonies: Pick<CeremoniesService, 'standing' | 'noteUse'>;
  /** Ids of accounts that can be signed in to. */
  openAccounts: (db: Knex) => Promise<ReadonlySet<string>>;
  reading: CaseReading;
  readPurgeOn: ReadPurgeOn;
}

interface Shown extends StandingCeremony {
  officer: ReaderId;
  /** Handlers who could still read, by the directory and by what was signed. */
  holders: string[];
}

/** Makes the service. */
export function createPaper(options: PaperOptions): PaperService {
  const { db, today, audit, directories, ceremonies, reading, readPurgeOn, openAccounts } = options;

  async function shownIn(trx: Knex, { id, proof }: PaperProof): Promise<Shown> {
    const standing = await ceremonies.standing(trx, id);
    if (standing === null) throw new ApiError('ceremony_not_found');
    const { directory } = await directories.current(trx);
    const { officer, lost } = standing.signed.terms;
    const key = directory.readers.find(({ record }) => record.id === officer)?.record.sig ?? '';
    const fields = paperFields(directory.installation, id);
    if (!verify(fromBase64(key), bytesOf(proof), 'paper', ...fields)) {
      throw new ApiError('ceremony_not_found');
    }
    return { ...standing, officer, holders: holdersOf(directory, lost) };
  }

  async function caseOf(trx: Knex, { officer, holders }: Shown, id: string): Promise<CaseRow> {
    const [row] = await casesOfPaperAlone(trx, officer, holders, id as CaseId);
    if (row === undefined) throw new ApiError('case_not_found');
    return row;
  }

  return {
    async open(proof) {
      return db.transaction(async (trx) => {
        const shown = await shownIn(trx, proof);
        const rows = await casesOfPaperAlone(trx, shown.officer, shown.holders);
        return { ceremony: shown.signed, until: shown.until, cases: rows.map(({ id }) => id) };
      });
    },

    async check(proof) {
      await db.transaction((trx) => shownIn(trx, proof));
    },

    async read(proof, id) {
      return db.transaction(async (trx) => {
        const shown = await shownIn(trx, proof);
        const row = await caseOf(trx, shown, id);
        if (await reading.noteOpening(trx, row.id, shown.officer, today())) {
          const scope = row.audit_scope;
          const actor = shown.officer;
          await audit.append(trx, { scope, action: 'paper_used', actor, details: {} });
        }
        return {
          case: caseFacts(row, await readPurgeOn(trx)),
          reporter: { kem: textOf(row.reporter_kem), sig: textOf(row.reporter_sig) },
          entries: await readEntries(trx, row.id, HANDLER_WRITES),
          grants: await readGrants(trx, row.id, shown.officer),
          overview: await reading.overview(trx, row.id),
        };
      });
    },

    async giveOn(id, { entries, grants, overview, ...proof }) {
      await db.transaction(async (trx) => {
        const shown = await shownIn(trx, proof);
        const row = await caseOf(trx, shown, id);
        const { officer, signed } = shown;
        const newest = await directories.current(trx);
        checkEpochs(entries, signed, channelReaders(newest.directory, row.channel));
        const open = await openAccounts(trx);
        const lookup = directoryLookup(directories, newest, undefined, open);
        const appended = await appendEntries(trx, row, officer, entries, grants, lookup);
        await keepOverview(trx, appended, overview);
        await changeCase(trx, appended.row, { active_day: today() });
        await ceremonies.noteUse(trx, signed.terms.id, today());
        for (const { header } of entries) {
          const { compartment, sequence, epoch } = header;
          const details = { compartment, sequence, epoch };
          const scope = row.audit_scope;
          await audit.append(trx, { scope, action: 'access_changed', actor: officer, details });
        }
        await audit.append(trx, {
          scope: row.audit_scope,
          action: 'given_by_paper',
          actor: officer,
          details: {
            asked: signed.asked.by,
            agreed: signed.agreed.by,
            ground: signed.terms.ground,
          },
        });
      });
    },
  };
}

/**
 * Epochs are by the very ceremony that stands, and give the case to none of those whom it names but
 * readers of the channel.
 *
 * @throws ApiError `wrong_epoch` or `wrong_members`.
 */
function checkEpochs(
  entries: readonly EpochEntry[],
  signed: SignedCeremony,
  readers: readonly Reader[],
): void {
  const to: readonly string[] = signed.terms.to;
  const ofChannel = new Set<string>(readers.map(({ record }) => record.id));
  for (const entry of entries) {
    const { recovers, members } = readEpochBody(entry);
    if (JSON.stringify(recovers) !== JSON.stringify(signed)) throw new ApiError('wrong_epoch');
    if (members.some(({ id }) => to.includes(id) && !ofChannel.has(id))) {
      throw new ApiError('wrong_members');
    }
  }
}

/** Handlers of a directory who are there and not named as unable to read. */
function holdersOf({ readers }: Directory, lost: readonly string[]): string[] {
  return readers.flatMap(({ record, state }) =>
    state === 'active' && record.part === 'handler' && !lost.includes(record.id) ? record.id : [],
  );
}
