import type { Knex } from 'knex';
import {
  absenceHolds,
  activeHandlers,
  type PutAbsence,
  type ReaderId,
  type SealedAbsence,
} from '../../crypto/public.js';
import type { Directories } from '../directory/versions.js';
import { ApiError } from '../http/errors.js';
import { asApiError } from '../http/faults.js';
import { absencesFor, lastNumber, replaceAbsence } from './store.js';

/** What handlers say of being away, sealed to handlers. */
export interface AbsencesService {
  /** What everybody said last. */
  list(reader: ReaderId): Promise<SealedAbsence[]>;
  /**
   * Puts what a handler says in the place of what was said before. The server cannot tell somebody
   * who leaves from somebody who comes back.
   *
   * @throws ApiError `wrong_signature`, `wrong_members` where it is not sealed to exactly the
   * handlers who are active, or `conflict` for a number that does not follow.
   */
  put(reader: ReaderId, input: PutAbsence): Promise<void>;
}

/** Makes the keeping of absences. */
export function createAbsences({
  db,
  directories,
}: {
  db: Knex;
  directories: Directories;
}): AbsencesService {
  return {
    list: (reader) => absencesFor(db, reader),
    async put(reader, { keys, ...said }) {
      await db.transaction(async (trx) => {
        const { directory } = await directories.current(trx);
        const active = activeHandlers(directory);
        const sig = directory.readers.find(({ record }) => record.id === reader)?.record.sig ?? '';
        const absence = { reader, ...said };
        const holds = asApiError(() => absenceHolds(directory.installation, sig, absence));
        if (!holds) throw new ApiError('wrong_signature');
        const wanted = new Set<string>(active.map(({ id }) => id));
        const isWhole =
          keys.length === wanted.size && keys.every(({ recipient }) => wanted.delete(recipient));
        if (!isWhole) throw new ApiError('wrong_members');
        if (said.number <= (await lastNumber(trx, reader))) throw new ApiError('conflict');
        await replaceAbsence(trx, absence, keys);
      });
    },
  };
}
