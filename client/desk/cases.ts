import {
  CaseList,
  type CaseListing,
  type CaseOpened,
  type EntryContent,
  type FileReference,
  type HandlerAppend,
  type Head,
  headOf,
  type Outcome,
  recordHashOf,
  sealHead,
} from '../../crypto/private.js';
import { pause, persist } from '../api.js';
import { accessViews, entryViews, warningsOf, writableOf } from '../case-view.js';
import { createSentRecords, isConflict, lacksFiles, type SentRecords } from '../conflict.js';
import { download } from '../download.js';
import { ClientError } from '../errors.js';
import { createUploadKeeper, type UploadKeeper } from '../keeper.js';
import type { CaseRow, FileSource, HandlerCaseView, SendProgress } from '../models.js';
import { fetchCase, openListing, rowOf, type OpenedForHandler } from './case-opening.js';
import {
  grantable,
  prepareGrant,
  prepareMessage,
  prepareNote,
  prepareRenewal,
  prepareRevocation,
  prepareTitle,
} from './case-work.js';
import type { DirectoryWatch } from './directory-watch.js';
import { createSearch, type Search, type SearchIndex } from './search.js';
import type { DeskSession, SignedInState } from './session.js';

/** What a handler writes to the reporter; the time is added when it is sealed. */
export type HandlerInput =
  | { kind: 'acknowledgement' | 'reply' | 'feedback' | 'reopening'; text: string }
  | { kind: 'closure'; outcome: Outcome; text: string };

type OnProgress = (progress: SendProgress) => void;

/** The case work of a signed-in handler. */
export interface CaseDesk {
  /** The first page of the list, newest activity first. */
  inbox(state: 'open' | 'closed'): Promise<{ rows: CaseRow[]; next: string | null }>;
  /** The page after one that named `next`. */
  more(state: 'open' | 'closed', next: string): Promise<{ rows: CaseRow[]; next: string | null }>;
  openCase(id: string): Promise<HandlerCaseView>;
  reply(
    id: string,
    message: HandlerInput,
    files: readonly FileSource[],
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<HandlerCaseView>;
  note(
    id: string,
    text: string,
    files: readonly FileSource[],
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<HandlerCaseView>;
  decideNothingFurther(id: string, text: string): Promise<HandlerCaseView>;
  rename(id: string, title: string): Promise<HandlerCaseView>;
  grant(id: string, readerId: string): Promise<HandlerCaseView>;
  revoke(id: string, readerId: string): Promise<HandlerCaseView>;
  /** New keys for those who may read; the only thing that a case `after_new_keys` takes first. */
  renew(id: string): Promise<HandlerCaseView>;
  download(
    id: string,
    file: FileReference,
    onReceived: (bytes: number) => void,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  search: Search['search'];
}

function caseView(opened: OpenedForHandler): HandlerCaseView {
  const { answer, file, directory } = opened;
  const members = file.dialogue.chain.epochs.at(-1)?.body.members ?? [];
  const known = members.flatMap(({ id }) => {
    const reader = directory.directory.readers.find(({ record }) => record.id === id);
    return reader === undefined ? [] : [reader];
  });
  return {
    ...rowOf(answer, opened.overview, false, file.faults[0] ?? file.mendable[0] ?? null),
    entries: entryViews(file, directory.directory, answer.readings),
    access: accessViews(file, directory.directory),
    readers: known.map(({ record: { id, name, part } }) => ({ id, name, part })),
    grantable: grantable(opened),
    departed: known
      .filter(({ state }) => state !== 'active')
      .map(({ record: { id, name } }) => ({ id, name })),
    writable: writableOf(file),
    warnings: warningsOf(file),
  };
}

/** How something is appended to a case. */
interface AppendOptions {
  done?: (opened: OpenedForHandler) => boolean;
  mends?: boolean;
  signal?: AbortSignal | undefined;
}

/** What the case work keeps in memory while one person is signed in; it ends with the session. */
interface Workplace {
  uploads: UploadKeeper;
  sent: SentRecords;
  /** How far each case was seen, whatever the server says was seen. */
  heads: Map<string, Head>;
  texts: SearchIndex;
}

/** The head as it is once these entries stand. */
function headWith(head: Head | undefined, { entries }: HandlerAppend): Head | undefined {
  return entries.reduce((before, entry) => {
    const { compartment, sequence } = entry.header;
    return before && { ...before, [compartment]: { sequence, hash: recordHashOf(entry) } };
  }, head);
}

/** See {@link CaseDesk}. */
export function createCaseDesk(session: DeskSession, watch: DirectoryWatch): CaseDesk {
  const { api } = session;
  const workplaces = new WeakMap<SignedInState, Workplace>();

  function workplace(): Workplace {
    const state = session.signedIn();
    const here = workplaces.get(state) ?? {
      uploads: createUploadKeeper(api),
      sent: createSentRecords(),
      heads: new Map(),
      texts: new Map(),
    };
    workplaces.set(state, here);
    return here;
  }

  async function open(id: string): Promise<OpenedForHandler> {
    const { heads } = workplace();
    const opened = await fetchCase(session, watch, id, heads.get(id) ?? null);
    if (opened.file.faults.length === 0) keepHead(heads, id, headOf(opened.file, 0));
    return opened;
  }

  function keepHead(heads: Map<string, Head>, id: string, head: Head): void {
    const before = heads.get(id);
    const goesOn =
      head.dialogue.sequence >= (before?.dialogue.sequence ?? 0) &&
      (head.internal?.sequence ?? 0) >= (before?.internal?.sequence ?? 0);
    if (goesOn) heads.set(id, head);
  }

  async function listings(
    state: 'open' | 'closed',
    after: string | null,
  ): Promise<{ listings: CaseListing[]; next: string | null }> {
    const { credential } = session.signedIn();
    const query = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const path = `/api/desk/cases?state=${state}${query}`;
    const answer = await api.ask(CaseList, { method: 'GET', path, credential });
    return { listings: answer.cases, next: answer.next };
  }

  async function page(
    state: 'open' | 'closed',
    after: string | null,
  ): Promise<{ rows: CaseRow[]; next: string | null }> {
    const signedIn = session.signedIn();
    await watch.current();
    const { listings: found, next } = await listings(state, after);
    return { rows: found.map((listing) => openListing(signedIn, listing)), next };
  }

  /** Keeps what was seen; of a case that does not open as it should nothing is, and it stays unread. */
  async function keepOpened(opened: OpenedForHandler, readThrough: number | null): Promise<void> {
    if (writableOf(opened.file) !== 'yes') return;
    const state = session.signedIn();
    const { id } = opened.file;
    const head = readThrough === null ? null : headOf(opened.file, readThrough);
    const kept: CaseOpened = {
      keys: opened.newOwnKeys,
      head: head === null ? null : sealHead(state.keys.own, id, state.account.id, head),
      through: head === null ? 0 : (readThrough ?? 0),
    };
    if (kept.keys.length === 0 && kept.head === null) return;
    const path = `/api/desk/cases/${id}/opened`;
    await api.tell({ method: 'PUT', path, credential: state.credential, json: kept });
  }

  async function view(id: string): Promise<HandlerCaseView> {
    const opened = await open(id);
    await keepOpened(opened, opened.file.dialogue.chain.records.length);
    return caseView(opened);
  }

  /**
   * Seals and sends; reads again and seals again when somebody else wrote in the same moment.
   *
   * @param what is to be said: the same again, after a lost answer, is not written twice.
   * @param done whether a case is already as it should become, for what is no entry.
   * @param mends whether it may go into a case that needs new keys, since it brings them.
   */
  async function append(
    id: string,
    what: unknown,
    prepare: (opened: OpenedForHandler, state: SignedInState) => HandlerAppend,
    { done = () => false, mends = false, signal }: AppendOptions = {},
  ): Promise<HandlerCaseView> {
    const state = session.signedIn();
    const { uploads, sent, heads } = workplace();
    const message = JSON.stringify([id, what]);
    for (let tries = 1; ; tries += 1) {
      const opened = await persist(() => open(id), signal);
      if (sent.arrived(message, opened.file) || (tries > 1 && done(opened))) break;
      const { faults, mendable } = opened.file;
      const fault = faults[0] ?? (mends ? undefined : mendable[0]);
      if (fault !== undefined) throw new ClientError(fault);
      const request = prepare(opened, state);
      sent.note(message, request.entries);
      try {
        await api.tell({
          method: 'POST',
          path: `/api/desk/cases/${id}/entries`,
          credential: state.credential,
          json: request,
          signal,
        });
        const head = headWith(heads.get(id), request);
        if (head !== undefined) keepHead(heads, id, head);
        break;
      } catch (error) {
        if (lacksFiles(error)) uploads.forget();
        const passing = error instanceof ClientError && error.temporary;
        if ((!passing && !isConflict(error)) || tries >= 5) throw error;
        if (passing) await pause(250 * 2 ** tries, signal);
      }
    }
    const after = await view(id);
    uploads.forget();
    sent.forget(message);
    return after;
  }

  const search = createSearch({
    listings,
    open,
    keep: (opened) => keepOpened(opened, null),
    texts: () => workplace().texts,
  });

  return {
    inbox: (state) => page(state, null),
    more: (state, next) => page(state, next),
    openCase: view,

    async reply(id, message, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      const references = await workplace().uploads.sendAll(files, onProgress, signal);
      onProgress({ step: 'sending' });
      const content = { ...message, at: session.now().toISOString(), files: references };
      return append(
        id,
        [message, references],
        (opened, state) => prepareMessage(opened, state, content, references),
        { signal },
      );
    },

    async note(id, text, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      const references = await workplace().uploads.sendAll(files, onProgress, signal);
      onProgress({ step: 'sending' });
      const at = session.now().toISOString();
      const content: EntryContent = { kind: 'note', at, text, files: references };
      return append(
        id,
        ['note', text, references],
        (opened, state) => prepareNote(opened, state, content, references),
        { signal },
      );
    },

    decideNothingFurther(id, text) {
      const at = session.now().toISOString();
      const content: EntryContent = { kind: 'decision', at, decision: 'nothing_further', text };
      return append(
        id,
        ['nothing_further', text],
        (opened, state) => prepareNote(opened, state, content, []),
        { done: (opened) => opened.answer.decisionBy === null },
      );
    },

    rename: (id, title) =>
      append(id, ['title', title], (opened, state) => prepareTitle(opened, state, title), {
        done: (opened) => opened.overview.title === title,
      }),

    grant: (id, readerId) =>
      append(id, ['grant', readerId], (opened, state) => prepareGrant(opened, state, readerId), {
        done: (opened) => caseView(opened).readers.some((reader) => reader.id === readerId),
      }),

    revoke: (id, readerId) =>
      append(
        id,
        ['revoke', readerId],
        (opened, state) => prepareRevocation(opened, state, readerId),
        {
          done: (opened) => !caseView(opened).readers.some((reader) => reader.id === readerId),
          mends: true,
        },
      ),

    renew: (id) => append(id, ['renew'], prepareRenewal, { mends: true }),

    async *download(id, file, onReceived, signal) {
      const { credential } = session.signedIn();
      const path = `/api/desk/cases/${id}/attachments/${file.attachment}`;
      yield* download(api, { path, credential }, file, onReceived, signal);
    },

    search: (query, onRead, signal) => search.search(query, onRead, signal),
  };
}
