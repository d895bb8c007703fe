import type { Knex } from 'knex';
import {
  handbookRecipients,
  verifyHandbook,
  type HandbookAnswer,
  type PutHandbook,
} from '../../crypto/public.js';
import type { DeskSession } from '../accounts/sessions.js';
import { ORGANISATION_SCOPE, type Audit } from '../audit/service.js';
import { bytesOf, textOf } from '../bytes.js';
import type { Directories } from '../directory/versions.js';
import { ApiError } from '../http/errors.js';
import { asApiError } from '../http/faults.js';
import { keyFor, newestHandbook, recipientsOf, replaceHandbook } from './store.js';

/** The organisation's handbook: signed, and sealed to its handlers and administrators. */
export interface HandbookService {
  /** The newest with the key for whoever asks. */
  newest(session: DeskSession): Promise<HandbookAnswer>;
  /**
   * Puts the next one in the place of the newest. The newest again is no error.
   *
   * @throws ApiError `forbidden` for one that another administrator signed, `malformed`
   * where signature or contents do not hold, `wrong_directory`, `wrong_day`, `wrong_members` where it is not sealed to
   * exactly the active handlers and administrators, or `handbook_conflict` where another came first.
   */
  put(session: DeskSession, input: PutHandbook): Promise<void>;
}

export interface HandbookOptions {
  db: Knex;
  audit: Audit;
  directories: Directories;
  /** Throws ApiError `wrong_day` for a day that is not about today. */
  checkDay: (day: string) => void;
}

/** Makes the keeping of the handbook. */
export function createHandbook(options: HandbookOptions): HandbookService {
  const { db, audit, directories, checkDay } = options;

  return {
    async newest({ account }) {
      const row = await newestHandbook(db);
      if (row === undefined) return { handbook: null };
      const { document, administrator, signature } = row;
      return {
        handbook: {
          handbook: { document, administrator, signature },
          box: textOf(row.box),
          key: await keyFor(db, account.id),
          recipients: await recipientsOf(db),
        },
      };
    },

    async put({ account }, { handbook: signed, box, keys }) {
      if (signed.administrator !== account.id) throw new ApiError('forbidden');
      await db.transaction(async (trx) => {
        const { directory } = await directories.current(trx);
        const { handbook, hash, counts } = asApiError(() => verifyHandbook(signed, box, directory));
        if (!counts) throw new ApiError('forbidden');
        const before = await newestHandbook(trx);
        if (before?.hash === hash) return;
        const number = before?.number ?? 0;
        const follows =
          handbook.number === number + 1
            ? handbook.previous === (before?.hash ?? null)
            : handbook.number > number;
        if (!follows) throw new ApiError('handbook_conflict');
        checkDay(handbook.date);
        const wanted = new Set<string>(handbookRecipients(directory).map(({ id }) => id));
        const isWhole =
          keys.length === wanted.size && keys.every(({ recipient }) => wanted.delete(recipient));
        if (!isWhole) throw new ApiError('wrong_members');
        const row = { number: handbook.number, hash, ...signed, box: bytesOf(box) };
        await replaceHandbook(trx, row, keys);
        await audit.append(trx, {
          scope: ORGANISATION_SCOPE,
          action: 'handbook_changed',
          actor: account.id,
          details: { number: handbook.number },
        });
      });
    },
  };
}
