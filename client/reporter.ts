import * as v from 'valibot';
import {
  acknowledgementDay,
  CaseCreated,
  type CreateCase,
  type Day,
  feedbackDay,
  promisedFor,
  type FileReference,
  type Identity,
  newCaseKey,
  ready,
  RecordHash,
  recordHashOf,
  type ReporterConsent,
  reporterKeys,
  type ReporterSaying,
} from '../crypto/private.js';
import { createApi, pause, persist, type Connection } from './api.js';
import { audienceOf, checkRoom, hasNewReader, prepareCase } from './report.js';
import { createShownDirectories, directoryView, type LoadedDirectory } from './directory.js';
import { download, type DownloadPlace } from './download.js';
import { fetchDraftKey, type DraftKey } from './draft.js';
import { createSentRecords, isConflict, lacksFiles } from './conflict.js';
import { ClientError } from './errors.js';
import type {
  DirectoryView,
  FileSource,
  ReceiptOffer,
  ReceiptView,
  ReporterCaseView,
  ReportInput,
  SendProgress,
} from './models.js';
import { NO_IDENTITY, nextIdentity, saysIdentity } from './identity.js';
import { createUploadKeeper } from './keeper.js';
import { createReceipts } from './receipt.js';
import { reporterSaying, type ReporterWord } from './spoken/input.js';
import {
  createReporterCases,
  credentialOf,
  nextEntry,
  type OpenedForReporter,
  reporterCaseView,
  reportOf,
} from './reporter-case.js';
import { fileStamp } from './upload.js';
import { withWork } from './work.js';

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
  /** Answers whether the identity may be given to somebody; `request` is the hash of the question. */
  consent(
    words: readonly string[],
    request: string,
    answer: ReporterConsent['answer'],
    signal?: AbortSignal,
  ): Promise<ReporterCaseView>;
  /** Says something about a transcript or a meeting. Throws ClientError as `send` and `malformed`. */
  say(
    words: readonly string[],
    word: ReporterWord,
    signal?: AbortSignal,
  ): Promise<ReporterCaseView>;
  /**
   * Says who the reporter is from now on; null takes it back, as far as nobody has opened it. May be
   * called again after a failure.
   *
   * @throws ClientError `no_custodian`, `too_long`.
   */
  identify(
    words: readonly string[],
    identity: Identity | null,
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

/**
 * Connects a reporter to an installation. `today` gives the reporter's own calendar day; no finer
 * time is ever used. A failed `submit` or `send` may be called again with the same input: what the
 * server confirmed is not sent twice, and nothing is stored twice.
 */
export function createReporter(connection: Connection & { today: () => Day }): Reporter {
  const api = createApi(connection);
  const uploads = createUploadKeeper(api);
  const sent = createSentRecords();
  const directories = createShownDirectories(api, connection.today);
  const cases = createReporterCases(api, directories);
  const askReceipt = createReceipts(api, () => directories.load());
  let prepared: { of: string; request: CreateCase; loaded: LoadedDirectory } | null = null;
  /** The directory whose readers the page shows. */
  let shown: LoadedDirectory | null = null;

  async function viewOf(opened: OpenedForReporter): Promise<ReporterCaseView> {
    const report = reportOf(opened);
    // nothing is to be kept of a case that does not verify
    const receipt: ReceiptOffer =
      report === null ? { state: 'none' } : await askReceipt(report, opened.directory);
    return reporterCaseView(opened, receipt);
  }

  async function usableDirectory(input: ReportInput): Promise<LoadedDirectory> {
    const loaded = await directories.load();
    if (loaded.freshness === 'expired') throw new ClientError('directory_expired');
    // Nobody reads a report whom its reporter had no chance to leave out.
    if (shown !== null && hasNewReader(input, shown, loaded)) {
      throw new ClientError('readers_changed');
    }
    // Practice that would count, or a report that would count as practice, is not what was meant.
    const chosen = loaded.directory.channels.find(({ id }) => id === input.channel);
    if (chosen?.closed === true) throw new ClientError('channel_closed');
    const publishedIn = ({ directory }: LoadedDirectory): boolean | undefined =>
      directory.channels.find(({ id }) => id === input.channel)?.published;
    if (shown !== null && publishedIn(shown) !== publishedIn(loaded)) {
      throw new ClientError(publishedIn(loaded) === true ? 'practice_over' : 'practice_only');
    }
    // Said before any file is sent.
    audienceOf(input, loaded);
    return loaded;
  }

  /**
   * Writes the next entry. `message` tells it from others: what was sent before in the same words is
   * not sent again.
   */
  async function write(
    words: readonly string[],
    message: unknown,
    saying: ReporterSaying,
    references: readonly FileReference[],
    signal: AbortSignal | undefined,
  ): Promise<ReporterCaseView> {
    const { caseId } = reporterKeys(words);
    const same = JSON.stringify([caseId, message]);
    // A handler may write in the same moment: the later of the two reads again and seals again.
    for (let tries = 1; ; tries += 1) {
      const opened = await persist(() => cases.open(words), signal);
      if (!sent.arrived(same, opened.file)) {
        const entry = nextEntry(opened, saying);
        sent.note(same, [entry]);
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
        cases.noteSent(entry);
      }
      const after = await persist(() => cases.open(words), signal);
      // files that wait for the next message stay
      if (references.length > 0) uploads.forget();
      sent.forget(same);
      return await viewOf(after);
    }
  }

  return {
    async directory() {
      shown = await directories.load();
      return directoryView(shown);
    },

    async newCaseKey() {
      await ready();
      return newCaseKey();
    },

    async submit(input, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      checkRoom(input);
      const of = JSON.stringify([input, files.map(fileStamp)]);
      if (prepared?.of !== of) {
        prepared = null;
        let loaded = await persist(() => usableDirectory(input), signal);
        const references = await uploads.sendAll(files, onProgress, signal);
        // Files may have taken hours.
        if (files.length > 0) loaded = await persist(() => usableDirectory(input), signal);
        const request = prepareCase(input, references, loaded, connection.today());
        prepared = { of, request, loaded };
      }
      const { request, loaded } = prepared;
      onProgress({ step: 'sending' });
      try {
        const call = { method: 'POST', path: '/api/cases', json: request, signal } as const;
        const answer = await withWork(
          api,
          'report',
          (work) => persist(() => api.ask(CaseCreated, { ...call, work }), signal),
          () => {
            onProgress({ step: 'working' });
          },
          signal,
        );
        prepared = null;
        uploads.forget();
        const keys = reporterKeys(input.words);
        const received = {
          keys,
          credential: credentialOf(keys),
          channel: input.channel,
          record: recordHashOf(request.entries[1]),
          receivedOn: answer.receivedOn,
          practice: request.practice,
        };
        const { channels } = loaded.directory;
        const channel = channels.find(({ id }) => id === input.channel);
        const promised = promisedFor(channel?.deadlines ?? [], answer.receivedOn);
        return {
          receivedOn: answer.receivedOn,
          acknowledgementBy: acknowledgementDay(answer.receivedOn, promised?.ackDays),
          feedbackBy: feedbackDay(answer.receivedOn, promised?.feedbackDays),
          receipt: await askReceipt(received, loaded),
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
      return viewOf(await cases.open(words));
    },

    async send(words, text, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      await ready();
      const references = await uploads.sendAll(files, onProgress, signal);
      onProgress({ step: 'sending' });
      const saying = { kind: 'message', at: connection.today(), text, files: references } as const;
      return write(words, [text, references], saying, references, signal);
    },

    async say(words, word, signal) {
      await ready();
      const saying = reporterSaying(word, connection.today());
      return write(words, word, saying, [], signal);
    },

    async consent(words, request, answer, signal) {
      await ready();
      const asked = v.parse(RecordHash, request);
      const at = connection.today();
      const saying = { kind: 'consent', at, request: asked, answer } as const;
      return write(words, [asked, answer, at], saying, [], signal);
    },

    async identify(words, identity, signal) {
      await ready();
      const said = identity ?? NO_IDENTITY;
      for (let tries = 1; ; tries += 1) {
        const opened = await persist(() => cases.open(words), signal);
        // an earlier try arrived although its answer was lost
        if (tries > 1 && saysIdentity(opened.file, said)) return await viewOf(opened);
        const { keys, file, facts, directory } = opened;
        const about = { keys, file, channel: facts.channel, directory };
        const json = nextIdentity(about, said, connection.today());
        try {
          const credential = credentialOf(keys);
          const path = '/api/case/identity';
          await api.tell({ method: 'POST', path, credential, json, signal });
          return await viewOf(await persist(() => cases.open(words), signal));
        } catch (error) {
          const again = error instanceof ClientError && (error.temporary || isConflict(error));
          if (!again || tries >= 5) throw error;
          if (error.temporary) await pause(250 * 2 ** tries, signal);
        }
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
