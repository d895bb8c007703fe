import type { Knex } from 'knex';
import * as v from 'valibot';
import {
  CeremonyTerms,
  ceremonyFields,
  type AccountId,
  type AskCeremony,
  type CeremonyAnswer,
  type Day,
  type Directory,
  faultInTerms,
  fromBase64,
  type SignedCeremony,
  verify,
} from '../../crypto/public.js';
import type { DeskSession } from '../accounts/sessions.js';
import { ORGANISATION_SCOPE, type Audit } from '../audit/service.js';
import { bytesOf } from '../bytes.js';
import type { Clock } from '../clock.js';
import type { Directories } from '../directory/versions.js';
import { ApiError } from '../http/errors.js';
import {
  ceremonyById,
  endCeremony,
  insertCeremony,
  isSomebodySignedIn,
  listCeremonies,
  updateCeremony,
  type CeremonyRow,
} from './store.js';

/** How long something that was asked for waits to be agreed to, and how long the paper opens then. */
export const ASKED_HOURS = 7 * 24;
export const AGREED_HOURS = 24;

const HOUR = 60 * 60 * 1000;

/** A ceremony that two people signed and that has not ended. */
export interface StandingCeremony {
  signed: SignedCeremony;
  until: string;
}

/** That a recovery officer's paper is used, as two people agree to it. */
export interface CeremoniesService {
  list(): Promise<CeremonyAnswer>;
  /**
   * Asks that a paper is used.
   *
   * @throws ApiError `wrong_record` for terms that do not fit the directory and the accounts,
   * `wrong_signature`, `wrong_day`, or `conflict` while another one stands.
   */
  ask(session: DeskSession, asked: AskCeremony): Promise<void>;
  /**
   * Agrees to it; from now on the paper opens for {@link AGREED_HOURS}.
   *
   * @throws ApiError `ceremony_not_found`, `forbidden` for somebody who may not be the second,
   * `wrong_signature`, or `conflict` where it was agreed to before.
   */
  agree(session: DeskSession, id: string, signature: string): Promise<void>;
  /** Ends one, whoever asked for it. @throws ApiError `ceremony_not_found`. */
  withdraw(session: DeskSession, id: string): Promise<void>;
  /** One that a paper can be used by now, null for none. */
  standing(db: Knex, id: string): Promise<StandingCeremony | null>;
  /** Notes that a case was given on by it. */
  noteUse(trx: Knex, id: string, day: Day): Promise<void>;
}

export interface CeremoniesOptions {
  db: Knex;
  clock: Clock;
  audit: Audit;
  directories: Directories;
  /** Ids of accounts that can be signed in to. */
  openAccounts: (db: Knex) => Promise<ReadonlySet<string>>;
  checkDay: (day: string) => void;
}

/** Makes the service. */
export function createCeremonies(options: CeremoniesOptions): CeremoniesService {
  const { db, clock, audit, directories, openAccounts, checkDay } = options;
  const now = (): string => clock().toISOString();

  async function tell(
    trx: Knex,
    session: DeskSession,
    action: string,
    { ground, officer }: CeremonyTerms,
  ): Promise<void> {
    const details = { ground, reader: officer };
    const actor = session.account.id;
    await audit.append(trx, { scope: ORGANISATION_SCOPE, action, actor, details });
  }

  /** The row, if it has not ended. */
  async function openRow(trx: Knex, row: CeremonyRow | undefined): Promise<CeremonyRow | null> {
    if (row === undefined || untilOf(row) <= now()) return null;
    const { directory } = await directories.current(trx);
    return isActive(directory, termsOf(row).officer, 'recovery_officer') ? row : null;
  }

  async function found(trx: Knex, id: string): Promise<CeremonyRow> {
    const row = await openRow(trx, await ceremonyById(trx, id));
    if (row === null) throw new ApiError('ceremony_not_found');
    return row;
  }

  async function checkTerms(trx: Knex, session: DeskSession, terms: CeremonyTerms): Promise<void> {
    const { directory } = await directories.current(trx);
    const open = await openAccounts(trx);
    const named: string[] = [...terms.to, ...terms.lost];
    const fits =
      terms.installation === directory.installation &&
      isActive(directory, terms.officer, 'recovery_officer') &&
      new Set(named).size === named.length &&
      // keys in wrong hands leave the directory first: whoever is only unable stays a reader
      named.every((id) => isActive(directory, id, 'handler') && open.has(id)) &&
      !terms.lost.some((id) => (id as string) === session.account.id);
    if (!fits) throw new ApiError('wrong_record');
    checkDay(terms.on);
    if (await isSomebodySignedIn(trx, terms.lost, now())) throw new ApiError('wrong_record');
  }

  return {
    async list() {
      return db.transaction(async (trx) => {
        const rows = await listCeremonies(trx);
        let standing: CeremonyAnswer['standing'] = null;
        for (const row of rows) {
          if ((await openRow(trx, row)) === null) continue;
          const { asked, agreed } = signersOf(row);
          standing = { terms: termsOf(row), asked, agreed, until: untilOf(row) };
          break;
        }
        const used = rows.flatMap((row) =>
          row.used_day === null ? [] : [{ officer: termsOf(row).officer, on: row.used_day as Day }],
        );
        return { standing, used };
      });
    },

    async ask(session, { terms, signature }) {
      await db.transaction(async (trx) => {
        await checkTerms(trx, session, terms);
        const { directory } = await directories.current(trx);
        const key = keyOf(directory, session.account.id);
        if (!verify(fromBase64(key), bytesOf(signature), 'ceremony', ...ceremonyFields(terms))) {
          throw new ApiError('wrong_signature');
        }
        const rows = await listCeremonies(trx);
        for (const row of rows) {
          if (row.id === terms.id || (await openRow(trx, row)) !== null) {
            throw new ApiError('conflict');
          }
        }
        await insertCeremony(trx, {
          id: terms.id,
          terms: JSON.stringify(terms),
          asked_by: session.account.id,
          asked_signature: signature,
          asked_at: now(),
          agreed_by: null,
          agreed_signature: null,
          agreed_at: null,
          used_day: null,
        });
        await tell(trx, session, 'ceremony_asked', terms);
      });
    },

    async agree(session, id, signature) {
      await db.transaction(async (trx) => {
        const row = await found(trx, id);
        if (row.agreed_by !== null) throw new ApiError('conflict');
        const { directory } = await directories.current(trx);
        const by = session.account.id;
        const key = keyOf(directory, by);
        bytesOf(signature);
        const terms = termsOf(row);
        const { asked } = signersOf(row);
        const fault = faultInTerms({ terms, asked, agreed: { by, signature } }, directory);
        const holds = verify(
          fromBase64(key),
          bytesOf(signature),
          'ceremony',
          ...ceremonyFields(terms),
        );
        if (!holds) throw new ApiError('wrong_signature');
        if (fault !== null) throw new ApiError('forbidden');
        const agreed = { agreed_by: by, agreed_signature: signature, agreed_at: now() };
        await updateCeremony(trx, id, agreed);
        await tell(trx, session, 'ceremony_agreed', terms);
      });
    },

    async withdraw(session, id) {
      await db.transaction(async (trx) => {
        const row = await found(trx, id);
        await endCeremony(trx, row);
        await tell(trx, session, 'ceremony_withdrawn', termsOf(row));
      });
    },

    async standing(handle, id) {
      const row = await openRow(handle, await ceremonyById(handle, id));
      if (row === null) return null;
      const { asked, agreed } = signersOf(row);
      if (agreed === null) return null;
      return { signed: { terms: termsOf(row), asked, agreed }, until: untilOf(row) };
    },

    noteUse: (trx, id, day) => updateCeremony(trx, id, { used_day: day }),
  };
}

function termsOf({ terms }: CeremonyRow): CeremonyTerms {
  return v.parse(CeremonyTerms, JSON.parse(terms));
}

function signersOf(row: CeremonyRow): Pick<SignedCeremony, 'asked'> & {
  agreed: SignedCeremony['agreed'] | null;
} {
  const { agreed_by: by, agreed_signature: signature } = row;
  return {
    asked: { by: row.asked_by as AccountId, signature: row.asked_signature },
    agreed: by === null || signature === null ? null : { by: by as AccountId, signature },
  };
}

function untilOf({ asked_at: asked, agreed_at: agreed }: CeremonyRow): string {
  const end =
    agreed === null
      ? Date.parse(asked) + ASKED_HOURS * HOUR
      : Date.parse(agreed) + AGREED_HOURS * HOUR;
  return new Date(end).toISOString();
}

function isActive(
  { readers }: Directory,
  id: string,
  part: 'handler' | 'recovery_officer',
): boolean {
  return readers.some(
    ({ record, state }) => record.id === id && record.part === part && state === 'active',
  );
}

/** The signing key of an active handler or administrator. Throws `forbidden`. */
function keyOf({ administrators, readers }: Directory, id: string): string {
  const administrator = administrators.find((each) => each.id === id && each.state === 'active');
  const reader = readers.find(({ record, state }) => record.id === id && state === 'active');
  const key = administrator?.sig ?? reader?.record.sig;
  if (key === undefined) throw new ApiError('forbidden');
  return key;
}
