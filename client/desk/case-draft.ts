import * as v from 'valibot';
import {
  type Compartment,
  type EntryContent,
  type EntryPlace,
  type EpochBody,
  type EpochKey,
  type Erases,
  type Grant,
  type HandlerAppend,
  makeEpochEntry,
  type Member,
  type NewEntry,
  newEpochKey,
  newestOfOtherSide,
  type Overview,
  ReaderId,
  type RecordHash,
  recordHashOf,
  type RecordPlace,
  sealEntry,
  sealGrant,
  type SealedOverview,
  sealOverview,
  sealPreviousKey,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { holdersWhoWent, stayingMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { SignedInState } from './session.js';

/** What an epoch says beside its members: on what a paper opens it. */
type EpochSays = Pick<EpochBody, 'recovers'>;

/** What goes along with the entries of a request. */
type Rest = Partial<
  Pick<HandlerAppend, 'overview' | 'attachments' | 'statistics' | 'identityRequest'>
>;

/** A request in the making: entries in their order, with the keys that come with them. */
export interface CaseDraft {
  /**
   * Opens an epoch in both compartments for these members of the dialogue, with a grant for each. An
   * author who is not among them declares with it to take no part any more: nobody goes in silence.
   * Where there are no notes, neither whoever goes nor a paper begins them.
   *
   * @param says on what a recovery officer's paper opens them.
   */
  openEpochs(members: readonly Member[], says?: EpochSays): void;
  /**
   * Opens what epochs must be there before anything is said. The notes begin with whoever writes
   * first: all readers of the dialogue belong to them. Where one of those left the organisation,
   * or declared to take no part, whoever writes next makes keys that this reader has not.
   */
  ensureEpochs(): void;
  /** Adds an entry; answers where it stands. Throws as `sealEntry` does. */
  say(compartment: Compartment, content: EntryContent, erases?: Erases): RecordPlace;
  /** The overview under the newest key of the notes; of the conversation where there are none. */
  overview(overview: Overview): SealedOverview;
  /** Where epochs were opened, the overview goes along under their key unless `rest` has one. */
  request(rest?: Rest): HandlerAppend;
}

/** Begins a request on a case as it was opened. */
export function beginDraft(
  opened: Pick<OpenedForHandler, 'file' | 'directory' | 'overview' | 'today'>,
  state: { account: Pick<SignedInState['account'], 'id'>; keys: SignedInState['keys'] },
): CaseDraft {
  const { file, directory } = opened;
  const author = v.parse(ReaderId, state.account.id);
  const entries: NewEntry[] = [];
  const grants: Grant[] = [];
  /** Newest epoch of each compartment, its key null where it is lost to me. */
  const epochs = new Map<Compartment, { number: number; key: EpochKey | null }>();
  const heads = new Map<Compartment, { sequence: number; hash: RecordHash }>();
  for (const name of ['dialogue', 'internal'] as const) {
    const number = file[name]?.chain.epochs.length ?? 0;
    epochs.set(name, { number, key: file[name]?.keys.get(number) ?? null });
    const last = file[name]?.chain.records.at(-1);
    if (last !== undefined) {
      heads.set(name, { sequence: last.entry.header.sequence, hash: last.hash });
    }
  }

  function keyOf(compartment: Compartment): EpochKey {
    const key = epochs.get(compartment)?.key;
    if (key === undefined || key === null) throw new ClientError('missing_entry');
    return key;
  }

  function placeIn(compartment: Compartment): EntryPlace {
    const head = heads.get(compartment);
    return {
      author,
      secretKey: state.keys.sig.secretKey,
      sequence: (head?.sequence ?? 0) + 1,
      previous: head?.hash ?? null,
      seen:
        compartment === 'internal'
          ? (heads.get('dialogue')?.hash ?? null)
          : newestOfOtherSide(file.dialogue.chain, author),
    };
  }

  function add(entry: NewEntry): RecordPlace {
    const { compartment, sequence } = entry.header;
    entries.push(entry);
    const place = { sequence, hash: recordHashOf(entry) };
    heads.set(compartment, place);
    return place;
  }

  /** Where the key before it is lost there is no way back: what is older opens by grants of then. */
  function openEpoch(
    compartment: Compartment,
    members: Member[],
    says: EpochSays & Pick<EpochBody, 'recuses'> = {},
  ): void {
    const before = epochs.get(compartment) ?? { number: 0, key: null };
    const number = before.number + 1;
    const key = newEpochKey({ case: file.id, compartment, epoch: number });
    const named = { version: directory.directory.version, hash: directory.hash };
    const previousKey = before.key === null ? null : sealPreviousKey(key, before.key);
    const body = { members, directory: named, previousKey, ...says };
    add(makeEpochEntry(key, placeIn(compartment), body));
    grants.push(...members.map((member) => sealGrant(key, member)));
    epochs.set(compartment, { number, key });
  }

  const readersOf = (members: readonly Member[]): Member[] =>
    members.filter(({ id }) => id !== 'reporter');

  const draft: CaseDraft = {
    openEpochs(members, says = {}) {
      const goes = !members.some(({ id }) => id === author);
      openEpoch('dialogue', [...members], { ...(goes && { recuses: true }), ...says });
      const begins = !goes && says.recovers === undefined;
      if (begins || file.internal !== null) openEpoch('internal', readersOf(members), says);
    },
    ensureEpochs() {
      const staying = stayingMembers(opened);
      if (holdersWhoWent(opened).length > 0) draft.openEpochs(staying);
      else if (file.internal === null) openEpoch('internal', readersOf(staying));
    },
    say(compartment, content, erases) {
      return add(sealEntry(keyOf(compartment), placeIn(compartment), content, erases));
    },
    overview: (overview) => {
      const notes = epochs.get('internal')?.number ?? 0;
      return sealOverview(keyOf(notes === 0 ? 'dialogue' : 'internal'), overview);
    },
    request: (rest = {}) => ({
      entries,
      grants,
      overview: grants.length === 0 ? null : draft.overview(opened.overview),
      attachments: [],
      statistics: [],
      ...rest,
    }),
  };
  return draft;
}
