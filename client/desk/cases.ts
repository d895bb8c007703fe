import {
  CaseList,
  type CaseListing,
  type CaseOpened,
  type EntryContent,
  type FileReference,
  type HandlerAppend,
  headOf,
  type Outcome,
  sealHead,
} from '../../crypto/private.js';
import { persist } from '../api.js';
import { accessViews, entryViews } from '../case-view.js';
import { carries, isConflict } from '../conflict.js';
import { download } from '../download.js';
import { ClientError } from '../errors.js';
import { createUploadKeeper } from '../keeper.js';
import type { CaseRow, FileSource, HandlerCaseView, SendProgress } from '../models.js';
import { fetchCase, openListing, rowOf, type OpenedForHandler } from './case-opening.js';
import {
  grantable,
  prepareGrant,
  prepareMessage,
  prepareNote,
  prepareRevocation,
  prepareTitle,
} from './case-work.js';
import type { DirectoryWatch } from './directory-watch.js';
import { createSearch, type Search } from './search.js';
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
  const readers = members.flatMap(({ id }) => {
    const reader = directory.directory.readers.find(({ record }) => record.id === id);
    return reader === undefined
      ? []
      : [{ id: reader.record.id, name: reader.record.name, part: reader.record.part }];
  });
  return {
    ...rowOf(answer, opened.overview, false, file.faults[0] ?? null),
    entries: entryViews(file, directory.directory, answer.readings),
    access: accessViews(file, directory.directory),
    readers,
    grantable: grantable(opened),
    warnings: file.faults.map((code) => ({ code })),
  };
}

/** See {@link CaseDesk}. */
export function createCaseDesk(session: DeskSession, watch: DirectoryWatch): CaseDesk {
  const { api } = session;
  const uploads = createUploadKeeper(api);

  async function open(id: string): Promise<OpenedForHandler> {
    return fetchCase(session, await watch.current(), id);
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

  /** Keeps what was seen; a case that does not verify moves no head and counts as unread. */
  async function keepOpened(opened: OpenedForHandler, readThrough: number | null): Promise<void> {
    const state = session.signedIn();
    const { id } = opened.file;
    const holds = opened.file.faults.length === 0;
    const head = holds && readThrough !== null ? headOf(opened.file, readThrough) : null;
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

  /** Seals and sends; reads again and seals again when somebody else wrote in the same moment. */
  async function append(
    id: string,
    prepare: (opened: OpenedForHandler, state: SignedInState) => HandlerAppend,
    arrived: (opened: OpenedForHandler, state: SignedInState) => boolean,
    signal?: AbortSignal,
  ): Promise<HandlerCaseView> {
    for (let tries = 1; ; tries += 1) {
      const state = session.signedIn();
      const opened = await persist(() => open(id), signal);
      if (tries > 1 && arrived(opened, state)) break;
      try {
        await api.tell({
          method: 'POST',
          path: `/api/desk/cases/${id}/entries`,
          credential: state.credential,
          json: prepare(opened, state),
          signal,
        });
        break;
      } catch (error) {
        const again = isConflict(error) || (error instanceof ClientError && error.temporary);
        if (!again || tries >= 5) throw error;
      }
    }
    uploads.forget();
    return view(id);
  }

  function lastMine(
    opened: OpenedForHandler,
    state: SignedInState,
    compartment: 'dialogue' | 'internal',
  ): EntryContent | null {
    const mine = opened.file[compartment]?.entries.findLast(
      ({ author }) => author === state.account.id,
    );
    return mine?.content ?? null;
  }

  const search = createSearch({ listings, open, keep: (opened) => keepOpened(opened, null) });

  return {
    inbox: (state) => page(state, null),
    more: (state, next) => page(state, next),
    openCase: view,

    async reply(id, message, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      const references = await uploads.sendAll(files, onProgress, signal);
      onProgress({ step: 'sending' });
      const content = { ...message, at: session.now().toISOString(), files: references };
      return append(
        id,
        (opened, state) => prepareMessage(opened, state, content, references),
        (opened, state) => {
          const mine = lastMine(opened, state, 'dialogue');
          return mine?.kind === message.kind && carries(mine, message.text, references);
        },
        signal,
      );
    },

    async note(id, text, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      const references = await uploads.sendAll(files, onProgress, signal);
      onProgress({ step: 'sending' });
      const at = session.now().toISOString();
      const content: EntryContent = { kind: 'note', at, text, files: references };
      return append(
        id,
        (opened, state) => prepareNote(opened, state, content, references),
        (opened, state) => {
          const mine = lastMine(opened, state, 'internal');
          return mine?.kind === 'note' && carries(mine, text, references);
        },
        signal,
      );
    },

    decideNothingFurther(id, text) {
      const at = session.now().toISOString();
      const content: EntryContent = { kind: 'decision', at, decision: 'nothing_further', text };
      return append(
        id,
        (opened, state) => prepareNote(opened, state, content, []),
        (opened) => opened.answer.decisionBy === null,
      );
    },

    rename: (id, title) =>
      append(
        id,
        (opened, state) => prepareTitle(opened, state, title),
        (opened) => opened.overview.title === title,
      ),

    grant: (id, readerId) =>
      append(
        id,
        (opened, state) => prepareGrant(opened, state, readerId),
        (opened) => caseView(opened).readers.some((reader) => reader.id === readerId),
      ),

    revoke: (id, readerId) =>
      append(
        id,
        (opened, state) => prepareRevocation(opened, state, readerId),
        (opened) => !caseView(opened).readers.some((reader) => reader.id === readerId),
      ),

    async *download(id, file, onReceived, signal) {
      const { credential } = session.signedIn();
      const path = `/api/desk/cases/${id}/attachments/${file.attachment}`;
      yield* download(api, { path, credential }, file, onReceived, signal);
    },

    search: (query, onRead, signal) => search.search(query, onRead, signal),
  };
}
