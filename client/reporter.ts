import {
  acknowledgementDay,
  CaseCreated,
  type CaseFacts,
  type CreateCase,
  type Day,
  type Entry,
  faultAgainstHead,
  faultInFacts,
  feedbackDay,
  type FileReference,
  type Head,
  headOf,
  newCaseKey,
  newestOfOtherSide,
  openCase,
  type OpenedCase,
  openGrant,
  ProtocolError,
  type Reading,
  ready,
  recordHashOf,
  ReporterCase,
  reporterKeys,
  type ReporterKeys,
  sealEntry,
} from '../crypto/private.js';
import { createApi, pause, persist, type Connection, type Credential } from './api.js';
import { accessViews, entryViews, warningsOf, writableOf } from './case-view.js';
import { audienceOf, hasNewReader, prepareCase } from './report.js';
import { directoryView, hashesOf, loadDirectory, type LoadedDirectory } from './directory.js';
import { download, type DownloadPlace } from './download.js';
import { fetchDraftKey, type DraftKey } from './draft.js';
import { createSentRecords, isConflict, lacksFiles } from './conflict.js';
import { ClientError } from './errors.js';
import type {
  DirectoryView,
  FileSource,
  ReceiptView,
  ReporterCaseView,
  ReportInput,
  SendProgress,
} from './models.js';
import { createUploadKeeper } from './keeper.js';
import { fileStamp } from './upload.js';

/** What a reporter's page, the command-line client and the tests can do. */
export interface Reporter {
  directory(): Promise<DirectoryView>;
  newCaseKey(): Promise<string[]>;
  submit(
    input: ReportInput,
    files: readonly FileSource[],
    onProgress: (progress: SendProgress) => void,
    signal?: AbortSignal,
  ): Promise<ReceiptView>;
  open(words: readonly string[]): Promise<ReporterCaseView>;
  send(
    words: readonly string[],
    text: string,
    files: readonly FileSource[],
    onProgress: (progress: SendProgress) => void,
    signal?: AbortSignal,
  ): Promise<ReporterCaseView>;
  download(
    words: readonly string[],
    file: FileReference,
    onReceived: (bytes: number) => void,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  draftKey(id: string | null): Promise<DraftKey>;
}

/** An opened case with what was needed to open it, for writing on. */
interface Opened {
  keys: ReporterKeys;
  facts: CaseFacts;
  readings: readonly Reading[];
  file: OpenedCase;
  directory: LoadedDirectory;
}

function credentialOf(keys: ReporterKeys): Credential {
  return { scheme: 'Case', token: keys.lookupToken };
}

function reporterCaseView({ facts, readings, file, directory }: Opened): ReporterCaseView {
  const entries = entryViews(file, directory.directory, readings);
  const opened = readings.map(({ day }) => day).sort();
  const warnings = warningsOf(file);
  if (directory.freshness !== 'fresh') {
    warnings.push({
      code: directory.freshness === 'stale' ? 'directory_stale' : 'directory_expired',
    });
  }
  return {
    id: facts.id,
    channel: directoryView(directory).channels.find(({ id }) => id === facts.channel) ?? null,
    practice: facts.practice,
    receivedOn: facts.receivedOn,
    state: facts.closedOn === null ? 'open' : 'closed',
    closedOn: facts.closedOn,
    purgeOn: facts.purgeOn,
    openedOn: opened.at(-1) ?? null,
    acknowledgementBy: acknowledgementDay(facts.receivedOn),
    feedbackBy: feedbackDay(facts.receivedOn),
    entries,
    access: accessViews(file, directory.directory),
    writable: writableOf(file),
    warnings,
  };
}

/**
 * Connects a reporter to an installation. `today` gives the reporter's own calendar day; no finer
 * time is ever used. A failed `submit` or `send` may be called again with the same input: what the
 * server confirmed is not sent twice, and nothing is stored twice.
 */
export function createReporter(connection: Connection & { today: () => Day }): Reporter {
  const api = createApi(connection);
  const uploads = createUploadKeeper(api);
  const sent = createSentRecords();
  /** How far each case was seen; in memory only, since a reporter's device keeps nothing. */
  const heads = new Map<string, Head>();
  let prepared: { of: string; request: CreateCase } | null = null;
  /** The directory whose readers the page shows. */
  let shown: LoadedDirectory | null = null;

  async function usableDirectory(input: ReportInput): Promise<LoadedDirectory> {
    const loaded = await loadDirectory(api, connection.today());
    if (loaded.freshness === 'expired') throw new ClientError('directory_expired');
    // Nobody reads a report whom its reporter had no chance to leave out.
    if (shown !== null && hasNewReader(input, shown, loaded)) {
      throw new ClientError('readers_changed');
    }
    // Said before any file is sent.
    audienceOf(input, loaded);
    return loaded;
  }

  async function openWith(words: readonly string[]): Promise<Opened> {
    await ready();
    const keys = reporterKeys(words);
    // Of before the question, so that answers that overtake each other are no fault.
    const head = heads.get(keys.caseId);
    const answer = await api.ask(ReporterCase, {
      method: 'GET',
      path: '/api/case',
      credential: credentialOf(keys),
    });
    if (answer.case.id !== keys.caseId) throw new ClientError('wrong_case_id');
    const directory = await loadDirectory(api, connection.today());
    const file = openCase({
      id: keys.caseId,
      reporter: keys.publicKeys,
      entries: answer.entries,
      directory: directory.directory,
      directories: hashesOf(directory),
      withInternal: false,
      keyFor(place, commitment) {
        const grant = answer.grants.find(
          ({ compartment, epoch }) => compartment === place.compartment && epoch === place.epoch,
        );
        if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
        return openGrant(grant, place, commitment, keys.kem);
      },
    });
    const fault =
      (head === undefined ? null : faultAgainstHead(file, head)) ??
      (file.faults.length > 0 ? null : faultInFacts(file, answer.case));
    if (fault !== null) file.faults.push(fault);
    if (file.faults.length === 0) keepHead(keys.caseId, headOf(file, 0));
    return { keys, facts: answer.case, readings: answer.readings, file, directory };
  }

  function keepHead(caseId: string, head: Head): void {
    const before = heads.get(caseId)?.dialogue.sequence ?? 0;
    if (head.dialogue.sequence > before) heads.set(caseId, head);
  }

  function nextEntry(opened: Opened, text: string, files: FileReference[]): Entry {
    const { dialogue } = opened.file;
    const last = dialogue.chain.records.at(-1);
    const epoch = last === undefined ? undefined : dialogue.keys.get(last.epoch.entry.header.epoch);
    const { faults, mendable } = opened.file;
    const fault = faults[0] ?? mendable[0];
    if (fault !== undefined) throw new ClientError(fault);
    if (last === undefined || epoch === undefined) throw new ClientError('missing_entry');
    const place = {
      author: 'reporter',
      secretKey: opened.keys.sig.secretKey,
      sequence: last.entry.header.sequence + 1,
      previous: last.hash,
      seen: newestOfOtherSide(dialogue.chain, 'reporter'),
    } as const;
    return sealEntry(epoch, place, { kind: 'message', at: connection.today(), text, files });
  }

  return {
    async directory() {
      shown = await loadDirectory(api, connection.today());
      return directoryView(shown);
    },

    async newCaseKey() {
      await ready();
      return newCaseKey();
    },

    async submit(input, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      const of = JSON.stringify([input, files.map(fileStamp)]);
      if (prepared?.of !== of) {
        prepared = null;
        let loaded = await persist(() => usableDirectory(input), signal);
        const references = await uploads.sendAll(files, onProgress, signal);
        // Files may have taken hours.
        if (files.length > 0) loaded = await persist(() => usableDirectory(input), signal);
        prepared = { of, request: prepareCase(input, references, loaded, connection.today()) };
      }
      const { request } = prepared;
      onProgress({ step: 'sending' });
      try {
        const answer = await persist(
          () => api.ask(CaseCreated, { method: 'POST', path: '/api/cases', json: request, signal }),
          signal,
        );
        prepared = null;
        uploads.forget();
        return {
          receivedOn: answer.receivedOn,
          acknowledgementBy: acknowledgementDay(answer.receivedOn),
          feedbackBy: feedbackDay(answer.receivedOn),
        };
      } catch (error) {
        if (error instanceof ClientError && !error.temporary && error.code !== 'cancelled') {
          // Refused as it is: the next try seals anew, to the directory of then.
          prepared = null;
          if (lacksFiles(error)) uploads.forget();
          // An earlier try with other words arrived although its answer was lost.
          if (error.code === 'case_exists') throw new ClientError('already_sent');
        }
        throw error;
      }
    },

    async open(words) {
      return reporterCaseView(await openWith(words));
    },

    async send(words, text, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      await ready();
      const references = await uploads.sendAll(files, onProgress, signal);
      onProgress({ step: 'sending' });
      const { caseId } = reporterKeys(words);
      const message = JSON.stringify([caseId, text, references]);
      // A handler may write in the same moment: the later of the two reads again and seals again.
      for (let tries = 1; ; tries += 1) {
        const opened = await persist(() => openWith(words), signal);
        if (!sent.arrived(message, opened.file)) {
          const entry = nextEntry(opened, text, references);
          sent.note(message, [entry]);
          try {
            await api.tell({
              method: 'POST',
              path: '/api/case/entries',
              credential: credentialOf(opened.keys),
              json: { entry, attachments: references.map(({ attachment }) => attachment) },
              signal,
            });
          } catch (error) {
            if (lacksFiles(error)) uploads.forget();
            const again = error instanceof ClientError && (error.temporary || isConflict(error));
            if (!again || tries >= 5) throw error;
            if (error.temporary) await pause(250 * 2 ** tries, signal);
            continue;
          }
          const { sequence } = entry.header;
          const dialogue = { sequence, hash: recordHashOf(entry) };
          keepHead(caseId, { dialogue, internal: null, readThrough: 0 });
        }
        const after = await persist(() => openWith(words), signal);
        uploads.forget();
        sent.forget(message);
        return reporterCaseView(after);
      }
    },

    async *download(words, file, onReceived, signal) {
      await ready();
      const place: DownloadPlace = {
        path: `/api/case/attachments/${file.attachment}`,
        credential: credentialOf(reporterKeys(words)),
      };
      yield* download(api, place, file, onReceived, signal);
    },

    draftKey: (id) => fetchDraftKey(api, id),
  };
}
