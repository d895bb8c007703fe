import type { Knex } from 'knex';
import {
  STATISTICS_PAGE,
  type KeepPack,
  type Pack,
  type PackList,
  type ReaderId,
  type StatisticsPage,
} from '../../crypto/public.js';
import type * as v from 'valibot';
import { bytesOf, textOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import { keepPack, packOf, packsOf, removeStatistics, statisticsOf } from './store.js';

/** What remains of cases for the yearly figures, for each reader alone (docs/decisions/0002). */
export interface Figures {
  /**
   * A page of the records sealed to a reader.
   *
   * @param after id of the last record before it; '' for the first page.
   */
  records(reader: ReaderId, after: string): Promise<v.InferOutput<typeof StatisticsPage>>;
  /** The numbers of a reader's packs with their versions, in order. */
  packs(reader: ReaderId): Promise<v.InferOutput<typeof PackList>>;
  /** @throws ApiError `not_found` where the reader has no pack of that number. */
  pack(reader: ReaderId, number: number): Promise<Pack>;
  /**
   * Keeps a pack and removes the records that it took in, or does nothing.
   *
   * @throws ApiError `figures_changed` where another browser of the same reader was faster: the pack
   * is not of the version that this one follows, or a record is not there any more.
   */
  keep(reader: ReaderId, number: number, pack: KeepPack): Promise<void>;
}

/** Makes the service. */
export function createFigures({ db }: { readonly db: Knex }): Figures {
  return {
    async records(reader, after) {
      const rows = await statisticsOf(db, reader, after, STATISTICS_PAGE + 1);
      const page = rows.slice(0, STATISTICS_PAGE);
      return {
        records: page.map((row) => ({ ...row, kem: textOf(row.kem), box: textOf(row.box) })),
        next: page.length < rows.length ? (page.at(-1)?.id ?? null) : null,
      };
    },

    async packs(reader) {
      return { packs: await packsOf(db, reader) };
    },

    async pack(reader, number) {
      const found = await packOf(db, reader, number);
      if (found === undefined) throw new ApiError('not_found');
      return { version: found.version, box: textOf(found.box) };
    },

    async keep(reader, number, { after, box, records }) {
      await db.transaction(async (trx) => {
        const pack = { number, version: after + 1, box: bytesOf(box) };
        const kept = await keepPack(trx, reader, pack);
        if (!kept || !(await removeStatistics(trx, reader, records))) {
          throw new ApiError('figures_changed');
        }
      });
    },
  };
}
