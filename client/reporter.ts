import {
  acknowledgementDay,
  CaseCreated,
  type CaseFacts,
  channelReaders,
  type CreateCase,
  type Day,
  feedbackDay,
  type FileReference,
  makeEpochEntry,
  type Member,
  newCaseKey,
  newEpochKey,
  newestOfOtherSide,
  openCase,
  openGrant,
  type OpenedCase,
  ProtocolError,
  ready,
  recordHashOf,
  ReporterCase,
  reporterKeys,
  type ReporterKeys,
  sealEntry,
  sealGrant,
  sealOverview,
  titleOf,
  tokenHash,
  type Report,
  type Reading,
} from '../crypto/private.js';
import { createApi, persist, type Connection, type Credential } from './api.js';
import { accessViews, entryViews } from './case-view.js';
import { directoryView, loadDirectory, type LoadedDirectory } from './directory.js';
import { download, type DownloadPlace } from './download.js';
import { fetchDraftKey, type DraftKey } from './draft.js';
import { carries, isConflict } from './conflict.js';
import { ClientError } from './errors.js';
import type {
  DirectoryView,
  FileSource,
  ReceiptView,
  ReporterCaseView,
  ReportInput,
  SendProgress,
  Warning,
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

/** Who a report is sealed to, and the request that carries it. */
function prepareCase(
  input: ReportInput,
  files: readonly FileReference[],
  loaded: LoadedDirectory,
  today: Day,
): CreateCase {
  const keys = reporterKeys(input.words);
  const { directory } = loaded;
  const channel = directory.channels.find(({ id }) => id === input.channel);
  if (channel === undefined) throw new ClientError('channel_unknown');
  const readers = channelReaders(directory, channel.id).filter(
    ({ record }) => !input.leftOut.includes(record.id),
  );
  if (readers.length === 0) throw new ClientError('nobody_left');
  const members: Member[] = [
    { id: 'reporter', ...keys.publicKeys },
    ...readers.map(({ record: { id, kem, sig } }) => ({ id, kem, sig })),
  ];
  const named = { version: directory.version, hash: loaded.hash };
  const epoch = newEpochKey({ case: keys.caseId, compartment: 'dialogue', epoch: 1 });
  const author = { author: 'reporter', secretKey: keys.sig.secretKey, seen: null } as const;
  const first = makeEpochEntry(
    epoch,
    { ...author, sequence: 1, previous: null },
    { members, directory: named, previousKey: null },
  );
  const report: Report = {
    kind: 'report',
    at: today,
    practice: !channel.published,
    channel: channel.id,
    directory: named,
    leftOut: directory.readers
      .map(({ record }) => record.id)
      .filter((id) => input.leftOut.includes(id)),
    language: input.language,
    category: input.category,
    relation: input.relation,
    text: input.text,
    answers: input.answers,
    files: [...files],
  };
  const second = sealEntry(
    epoch,
    { ...author, sequence: 2, previous: recordHashOf(first) },
    report,
  );
  return {
    version: 1,
    organisation: channel.organisation,
    channel: channel.id,
    country: channel.country,
    practice: !channel.published,
    tokenHash: tokenHash('lookup', keys.lookupToken),
    reporter: keys.publicKeys,
    entries: [first, second],
    grants: members.map((member) => sealGrant(epoch, member)),
    overview: sealOverview(epoch, {
      title: titleOf(input.text),
      category: input.category,
      acknowledgedOn: null,
      feedbackOn: null,
      outcome: null,
    }),
    attachments: files.map(({ attachment }) => attachment),
  };
}

function reporterCaseView({ facts, readings, file, directory }: Opened): ReporterCaseView {
  const entries = entryViews(file, directory.directory, readings);
  const opened = readings.map(({ day }) => day).sort();
  const warnings: Warning[] = file.faults.map((code) => ({ code }));
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
  let prepared: { of: string; request: CreateCase } | null = null;

  async function usableDirectory(): Promise<LoadedDirectory> {
    const loaded = await loadDirectory(api, connection.today());
    if (loaded.freshness === 'expired') throw new ClientError('directory_expired');
    return loaded;
  }

  async function openWith(words: readonly string[]): Promise<Opened> {
    await ready();
    const keys = reporterKeys(words);
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
      withInternal: false,
      keyFor(place, commitment) {
        const grant = answer.grants.find(
          ({ compartment, epoch }) => compartment === place.compartment && epoch === place.epoch,
        );
        if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
        return openGrant(grant, place, commitment, keys.kem);
      },
    });
    return { keys, facts: answer.case, readings: answer.readings, file, directory };
  }

  function nextEntry(opened: Opened, text: string, files: FileReference[]): unknown {
    const { dialogue } = opened.file;
    const last = dialogue.chain.records.at(-1);
    const epoch = last === undefined ? undefined : dialogue.keys.get(last.epoch.entry.header.epoch);
    const fault = opened.file.faults[0];
    if (fault !== undefined) throw new ClientError(fault);
    if (last === undefined || epoch === undefined) throw new ClientError('missing_entry');
    const place = {
      author: 'reporter',
      secretKey: opened.keys.sig.secretKey,
      sequence: last.entry.header.sequence + 1,
      previous: last.hash,
      seen: newestOfOtherSide(dialogue.chain, 'reporter'),
    } as const;
    return {
      entry: sealEntry(epoch, place, { kind: 'message', at: connection.today(), text, files }),
      attachments: files.map(({ attachment }) => attachment),
    };
  }

  return {
    async directory() {
      return directoryView(await loadDirectory(api, connection.today()));
    },

    async newCaseKey() {
      await ready();
      return newCaseKey();
    },

    async submit(input, files, onProgress, signal) {
      onProgress({ step: 'sealing' });
      const loaded = await persist(usableDirectory, signal);
      const of = JSON.stringify([input, files.map(fileStamp)]);
      if (prepared?.of !== of) {
        prepared = null;
        const references = await uploads.sendAll(files, onProgress, signal);
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
      // A handler may write in the same moment: the later of the two reads again and seals again.
      for (let tries = 1; ; tries += 1) {
        const opened = await persist(() => openWith(words), signal);
        const mine = opened.file.dialogue.entries.at(-1);
        const arrived =
          tries > 1 && mine?.author === 'reporter' && carries(mine.content, text, references);
        if (!arrived) {
          try {
            await api.tell({
              method: 'POST',
              path: '/api/case/entries',
              credential: credentialOf(opened.keys),
              json: nextEntry(opened, text, references),
              signal,
            });
          } catch (error) {
            const again = error instanceof ClientError && (error.temporary || isConflict(error));
            if (!again || tries >= 5) throw error;
            continue;
          }
        }
        uploads.forget();
        return reporterCaseView(await persist(() => openWith(words), signal));
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
