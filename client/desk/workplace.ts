import {
  type AuditPlace,
  type CaseOpened,
  type FileReference,
  type HandlerAppend,
  type Head,
  headOf,
  openHead,
  recordHashOf,
  sealHead,
} from '../../crypto/private.js';
import { pause, persist } from '../api.js';
import { writableOf } from '../case-view.js';
import { createSentRecords, isConflict, lacksFiles, type SentRecords } from '../conflict.js';
import { isPartRestricted, partsIn } from '../casework/parts.js';
import { ClientError } from '../errors.js';
import { createUploadKeeper, type UploadKeeper } from '../keeper.js';
import type { FileSource, HandlerCaseView, LogFinding, SendProgress } from '../models.js';
import { fetchCase, type OpenedForHandler } from './case-opening.js';
import { caseView } from './case-rows.js';
import { isToBeRenewed } from './case-members.js';
import { prepareOverview, prepareRenewal } from './case-work.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { LogWatch } from './log-watch.js';
import type { SearchIndex } from './search.js';
import type { DeskSession, SignedInState } from './session.js';

/** Seals what is to be said into a case as it stands now. */
export type Prepare = (opened: OpenedForHandler, state: SignedInState) => HandlerAppend;
/** As {@link Prepare}, null where the case is already as it should become. */
export type PrepareIfNeeded = (
  opened: OpenedForHandler,
  state: SignedInState,
) => HandlerAppend | null;

/** How something is appended to a case. */
export interface AppendOptions {
  /** Whether a case is already as it should become, for what is no entry. */
  done?: (opened: OpenedForHandler) => boolean;
  /** Whether it may go into a case that needs new keys, since it brings them. */
  mends?: boolean;
  signal?: AbortSignal | undefined;
}

/** Where one signed-in person opens cases and writes in them; its memory ends with the session. */
export interface Workplace {
  /** Fetches and opens a case, and marks nothing. */
  open(id: string): Promise<OpenedForHandler>;
  /** Keeps the keys of an opened case, so that the next opening is quick. */
  keepKeys(opened: OpenedForHandler): Promise<void>;
  /** Opens a case to read it: from now on its entries count as read. */
  view(id: string): Promise<HandlerCaseView>;
  /** Sends files ahead of the entry that will name them. */
  sendFiles(
    files: readonly FileSource[],
    onProgress: (progress: SendProgress) => void,
    signal?: AbortSignal,
  ): Promise<FileReference[]>;
  /**
   * Seals and sends; reads again and seals again when somebody else wrote in the same moment.
   *
   * @param what is to be said: the same again, after a lost answer, is not written twice.
   */
  append(
    id: string,
    what: unknown,
    prepare: Prepare,
    options?: AppendOptions,
  ): Promise<HandlerCaseView>;
  /**
   * As {@link Workplace.append} for work on many cases at once: the case is not opened to be read
   * afterwards, so nothing in it counts as read.
   *
   * @returns whether anything was written.
   */
  write(
    id: string,
    what: unknown,
    prepare: PrepareIfNeeded,
    options?: AppendOptions,
  ): Promise<boolean>;
  /** The decrypted text of cases, for the search. */
  texts(): SearchIndex;
}

/** What is kept in memory while one person is signed in. */
interface Memory {
  uploads: UploadKeeper;
  sent: SentRecords;
  /** How far each case was seen, whatever the server says was seen. */
  heads: Map<string, Head>;
  /** How far the log of each case was followed and signed. */
  logs: Map<string, AuditPlace>;
  texts: SearchIndex;
}

/** The head as it is once these entries stand. */
function headWith(head: Head | undefined, { entries }: HandlerAppend): Head | undefined {
  return entries.reduce((before, entry) => {
    const { compartment, sequence } = entry.header;
    return before && { ...before, [compartment]: { sequence, hash: recordHashOf(entry) } };
  }, head);
}

/** See {@link Workplace}. */
export function createWorkplace(
  session: DeskSession,
  watch: DirectoryWatch,
  log: LogWatch,
): Workplace {
  const { api } = session;
  const memories = new WeakMap<SignedInState, Memory>();

  function memory(): Memory {
    const state = session.signedIn();
    const here = memories.get(state) ?? {
      uploads: createUploadKeeper(api),
      sent: createSentRecords(),
      heads: new Map(),
      logs: new Map(),
      texts: new Map(),
    };
    memories.set(state, here);
    return here;
  }

  async function open(id: string): Promise<OpenedForHandler> {
    const { heads } = memory();
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

  /** Keeps what was seen; of a case that does not open as it should nothing is, and it stays unread. */
  async function keepOpened(opened: OpenedForHandler, readThrough: number | null): Promise<void> {
    if (writableOf(opened.file) !== 'yes') return;
    const state = session.signedIn();
    const { id } = opened.file;
    const place = memory().logs.get(id);
    const head =
      readThrough === null
        ? null
        : { ...headOf(opened.file, readThrough), ...(place && { log: place }) };
    const kept: CaseOpened = {
      keys: opened.newOwnKeys,
      head: head === null ? null : sealHead(state.keys.own, id, state.account.id, head),
      through: head === null ? 0 : (readThrough ?? 0),
    };
    if (kept.keys.length === 0 && kept.head === null) return;
    const path = `/api/desk/cases/${id}/opened`;
    await api.tell({ method: 'PUT', path, credential: state.credential, json: kept });
  }

  /** Follows the log of a case from where this desk signed it last; null where that fails now. */
  async function followLog({ answer, file }: OpenedForHandler): Promise<LogFinding[] | null> {
    // what the server does not show as it is gets no signature
    if (writableOf(file) === 'no') return [];
    const state = session.signedIn();
    const { logs } = memory();
    const { id } = file;
    const sealed = answer.head;
    const kept =
      sealed === null ? undefined : openHead(state.keys.own, id, state.account.id, sealed).log;
    const here = logs.get(id);
    const remembered = kept !== undefined && kept[0] > (here?.[0] ?? 0) ? kept : (here ?? null);
    if (remembered !== null) logs.set(id, remembered);
    try {
      const chain = { scope: answer.auditScope, caseId: id };
      const { findings, place } = await log.followCase(chain, remembered);
      if (place !== null) logs.set(id, place);
      return findings;
    } catch (error) {
      // the case itself can be read and worked on all the same
      if (error instanceof ClientError && error.code !== 'sign_in_needed') return null;
      throw error;
    }
  }

  /** Lets lists show of a case what its entries say, where its sealed overview says otherwise. */
  async function correctOverview(opened: OpenedForHandler): Promise<void> {
    if (!opened.misleading || writableOf(opened.file) !== 'yes') return;
    try {
      await write(opened.file.id, ['overview'], prepareOverview);
      memory().sent.forget(JSON.stringify([opened.file.id, ['overview']]));
    } catch (error) {
      // the case is shown as it is all the same; whoever opens it next tries again
      if (!(error instanceof ClientError) || error.code === 'sign_in_needed') throw error;
    }
  }

  /**
   * Makes keys that those have not who read the case no more: a guest from the day after the last, or
   * who declared a conflict. Whoever opens the case first does it.
   */
  async function withOwnKeys(opened: OpenedForHandler): Promise<OpenedForHandler> {
    const { id, faults } = opened.file;
    if (!isToBeRenewed(opened) || faults.length > 0) return opened;
    try {
      const renew: PrepareIfNeeded = (again, state) =>
        isToBeRenewed(again) ? prepareRenewal(again, state) : null;
      await write(id, ['ended'], renew, { mends: true });
      memory().sent.forget(JSON.stringify([id, ['ended']]));
      return await open(id);
    } catch (error) {
      // the server gives such a person nothing meanwhile, and the next opening tries again
      if (!(error instanceof ClientError) || error.code === 'sign_in_needed') throw error;
      return opened;
    }
  }

  async function view(id: string): Promise<HandlerCaseView> {
    const opened = await withOwnKeys(await open(id));
    const found = await followLog(opened);
    await keepOpened(opened, opened.file.dialogue.chain.records.length);
    const { dialogue, internal } = opened.file;
    const erased = [dialogue, internal].some((each) => (each?.chain.erasing.entries.size ?? 0) > 0);
    const said = internal?.entries.map(({ content }) => content) ?? [];
    // what was read here before may hold words that are gone, or restricted now
    if (erased || isPartRestricted(partsIn(said))) memory().texts.delete(id);
    await correctOverview(opened);
    return caseView(opened, found, session.signedIn().account.id);
  }

  async function write(
    id: string,
    what: unknown,
    prepare: PrepareIfNeeded,
    { done = () => false, mends = false, signal }: AppendOptions = {},
  ): Promise<boolean> {
    const state = session.signedIn();
    const { uploads, sent, heads } = memory();
    const message = JSON.stringify([id, what]);
    for (let tries = 1; ; tries += 1) {
      const opened = await persist(() => open(id), signal);
      if (sent.arrived(message, opened.file)) return true;
      if (tries > 1 && done(opened)) return false;
      const { faults, mendable } = opened.file;
      const fault = faults[0] ?? (mends ? undefined : mendable[0]);
      if (fault !== undefined) throw new ClientError(fault);
      const request = prepare(opened, state);
      if (request === null) return false;
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
        return true;
      } catch (error) {
        if (lacksFiles(error)) uploads.forget();
        const passing = error instanceof ClientError && error.temporary;
        if ((!passing && !isConflict(error)) || tries >= 5) throw error;
        if (passing) await pause(250 * 2 ** tries, signal);
      }
    }
  }

  async function append(
    id: string,
    what: unknown,
    prepare: Prepare,
    options: AppendOptions = {},
  ): Promise<HandlerCaseView> {
    await write(id, what, prepare, options);
    const after = await view(id);
    const { uploads, sent } = memory();
    uploads.forget();
    sent.forget(JSON.stringify([id, what]));
    return after;
  }

  return {
    open,
    keepKeys: (opened) => keepOpened(opened, null),
    view,
    async sendFiles(files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      const references = await memory().uploads.sendAll(files, onProgress, signal);
      onProgress({ step: 'sending' });
      return references;
    },
    append,
    async write(id, what, prepare, options) {
      const written = await write(id, what, prepare, options);
      memory().sent.forget(JSON.stringify([id, what]));
      return written;
    },
    texts: () => memory().texts,
  };
}
