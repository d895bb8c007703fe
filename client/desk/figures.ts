import {
  openStatistics,
  Pack,
  PACK_RECORDS,
  PackList,
  ProtocolError,
  type SealedStatistics,
  StatisticsPage,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { countFigures, type Figures, type OpenCase } from '../figures/count.js';
import { countsAsOpen } from '../figures/open.js';
import { openPack, sealPack, type PackPlace } from '../figures/packs.js';
import { countingRecords, type CountedCase } from '../figures/records.js';
import type { BulkProgress } from '../models.js';
import { openListing } from './case-rows.js';
import { everyListing, type Listings } from './listings.js';
import type { DeskSession, SignedInState } from './session.js';

/** The yearly figures, counted on this person's device. */
export interface FiguresDesk {
  /**
   * Counts what remains of closed cases, and the open ones, of those that this person reads. Practice
   * cases and requests about data do not count. What was sealed to this person case by case is opened
   * once, and then kept together.
   *
   * @param open the open cases, practice and requests about data left out, where the whole list was
   * opened already; null to open it. Not used once this session met a record that it had not read
   * before: whoever closed that case may have done so after the list was opened, and it would count
   * twice.
   * @param onProgress how many records were opened for the first time, of those known to be there.
   * @returns the figures, and how many records could not be read.
   * @throws ClientError as any request, the signal's reason.
   */
  figures(
    open: readonly OpenCase[] | null,
    onProgress: (progress: BulkProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ figures: Figures; unreadable: number }>;
}

/** A pack that lies with the server, with what is in it. */
interface OpenedPack {
  number: number;
  version: number;
  records: CountedCase[];
}

/** Times that everything is read again where another browser of the same person was faster. */
const TRIES = 3;

const base = '/api/desk/figures';

/** See {@link FiguresDesk}. */
export function createFiguresDesk(session: DeskSession, listings: Listings): FiguresDesk {
  const { api } = session;
  /** Whether a list that was opened in this session may have a case as it is no more. */
  let isListOld = false;

  const placeOf = ({ installation, account }: SignedInState, number: number): PackPlace => ({
    installation,
    account: account.id,
    number,
  });

  async function keptPacks(state: SignedInState, signal?: AbortSignal): Promise<OpenedPack[]> {
    const { credential, keys } = state;
    const { packs } = await api.ask(PackList, { method: 'GET', path: `${base}/packs`, credential });
    const opened: OpenedPack[] = [];
    for (const { number } of packs) {
      signal?.throwIfAborted();
      const path = `${base}/packs/${String(number)}`;
      const { version, box } = await api.ask(Pack, { method: 'GET', path, credential });
      opened.push({ number, version, records: openPack(keys.own, placeOf(state, number), box) });
    }
    return opened;
  }

  /** Records that no pack holds yet, as they are sealed. */
  async function newRecords(
    { credential }: SignedInState,
    signal?: AbortSignal,
  ): Promise<SealedStatistics[]> {
    const found: SealedStatistics[] = [];
    let after: string | null = '';
    while (after !== null) {
      signal?.throwIfAborted();
      const query = after === '' ? '' : `?after=${after}`;
      const path = `${base}/records${query}`;
      const page: { records: SealedStatistics[]; next: string | null } = await api.ask(
        StatisticsPage,
        { method: 'GET', path, credential },
      );
      found.push(...page.records);
      after = page.next;
    }
    return found;
  }

  /** Puts opened records into packs: the last one is filled up first. */
  async function keep(
    state: SignedInState,
    packs: OpenedPack[],
    fresh: readonly { id: string; record: CountedCase }[],
  ): Promise<void> {
    const { credential, keys } = state;
    let taken = 0;
    while (taken < fresh.length) {
      const last = packs.at(-1);
      const hasRoom = last !== undefined && last.records.length < PACK_RECORDS;
      const target: OpenedPack = hasRoom
        ? last
        : { number: (last?.number ?? 0) + 1, version: 0, records: [] };
      const some = fresh.slice(taken, taken + PACK_RECORDS - target.records.length);
      const records = [...target.records, ...some.map(({ record }) => record)];
      await api.tell({
        method: 'PUT',
        path: `${base}/packs/${String(target.number)}`,
        credential,
        json: {
          after: target.version,
          box: sealPack(keys.own, placeOf(state, target.number), records),
          records: some.map(({ id }) => id),
        },
      });
      if (target !== last) packs.push(target);
      Object.assign(target, { records, version: target.version + 1 });
      taken += some.length;
    }
  }

  async function read(
    state: SignedInState,
    onProgress: (progress: BulkProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ records: CountedCase[]; unreadable: number }> {
    const packs = await keptPacks(state, signal);
    const sealed = await newRecords(state, signal);
    const fresh: { id: string; record: CountedCase }[] = [];
    for (const [index, each] of sealed.entries()) {
      signal?.throwIfAborted();
      if (index % 50 === 0) onProgress({ done: index, of: sealed.length });
      try {
        const record = { ...openStatistics(state.keys.kem, each), channel: each.channel };
        fresh.push({ id: each.id, record });
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
    await keep(state, packs, fresh);
    isListOld ||= fresh.length > 0;
    return {
      records: packs.flatMap(({ records }) => records),
      unreadable: sealed.length - fresh.length,
    };
  }

  async function openCases(state: SignedInState, signal?: AbortSignal): Promise<OpenCase[]> {
    const found: OpenCase[] = [];
    for await (const listing of everyListing(listings, signal, ['open'])) {
      const row = openListing(state, listing);
      if (!countsAsOpen(row)) continue;
      const { channel, receivedOn, category } = row;
      found.push({ channel, receivedOn, category });
    }
    return found;
  }

  return {
    async figures(known, onProgress, signal) {
      const state = session.signedIn();
      for (let tries = 1; ; tries += 1) {
        try {
          const { records, unreadable } = await read(state, onProgress, signal);
          // an auditor reads no case, and so counts no open one
          const reads = state.account.part === 'handler';
          const listed = isListOld ? null : known;
          const open = listed ?? (reads ? await openCases(state, signal) : []);
          const figures = countFigures(countingRecords(records), open, session.today());
          return { figures, unreadable };
        } catch (error) {
          const faster = error instanceof ClientError && error.code === 'figures_changed';
          if (!faster || tries === TRIES) throw error;
        }
      }
    },
  };
}
