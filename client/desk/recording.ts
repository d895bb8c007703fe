import * as v from 'valibot';
import {
  CaseCreated,
  caseIdOf,
  type CreateCase,
  Day,
  type FileReference,
  FirstRequest,
  type MadeKey,
  newCaseKey,
  newId,
  ReaderId,
  ready,
  type Way,
  WorkId,
} from '../../crypto/private.js';
import { persist } from '../api.js';
import { lacksFiles } from '../conflict.js';
import type { LoadedDirectory } from '../directory.js';
import { ClientError } from '../errors.js';
import { custodiansOf } from '../identity.js';
import { createUploadKeeper } from '../keeper.js';
import type { FileSource, ReportInput, SendProgress } from '../models.js';
import { audienceOf, checkRoom, prepareCase } from '../report.js';
import { fileStamp } from '../upload.js';
import { withWork } from '../work.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession } from './session.js';

/** A report that came another way, as a handler records it. */
export interface RecordingInput extends ReportInput {
  way: Exclude<Way, 'data_request'>;
  /** The true date of receipt. */
  receivedOn: string;
  key: MadeKey;
  /** Ids of the readers who were shown to be left out or not. */
  shown: string[];
}

/** Somebody's request about data on them that belongs to no case, as a handler writes it down. */
export interface DataRequestInput
  extends
    Pick<ReportInput, 'words' | 'channel' | 'language' | 'text' | 'leftOut'>,
    Pick<RecordingInput, 'receivedOn' | 'shown'>,
    Omit<FirstRequest, 'id'> {}

/** What either of them is sealed from. */
type Made = Omit<RecordingInput, 'way'> & { way: Way; request: FirstRequest | null };

/** Recording reports that came another way, and requests about data that belong to no case. */
export interface RecordingDesk {
  /** Twelve words for somebody who reported another way. */
  newCallerKey(): Promise<string[]>;
  /**
   * Makes a case as a reporter's page would, without saying who sends it, with a mark in it for ever
   * that this handler made it. May be called again with the same input after a failure: nothing is
   * stored twice.
   *
   * @throws ClientError `receipt_in_future` for a date of receipt after today, `leaves_out_self`,
   * `new_readers` where somebody reads the channel who was not shown, `channel_closed`, and
   * what a reporter's `submit` throws.
   */
  record(
    input: RecordingInput,
    files: readonly FileSource[],
    onProgress: (progress: SendProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ id: string }>;
  /**
   * Makes a case of a request about data, as {@link RecordingDesk.record} does of a report: with a mark
   * that it is no report, and with a key that nobody keeps.
   *
   * @throws ClientError `malformed` where who asks is missing or too long, and as `record`.
   */
  recordDataRequest(
    input: DataRequestInput,
    onProgress: (progress: SendProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ id: string }>;
}

/** See {@link RecordingDesk}. */
export function createRecordingDesk(session: DeskSession, watch: DirectoryWatch): RecordingDesk {
  const { api } = session;
  const uploads = createUploadKeeper(api);
  let prepared: { of: string; request: CreateCase } | null = null;

  async function currentDirectory(input: Made): Promise<LoadedDirectory> {
    const loaded = await watch.current();
    if (loaded.freshness === 'expired') throw new ClientError('directory_expired');
    // said before any file is sent; nobody reads it whom the handler had no chance to leave out
    const { channel, readers } = audienceOf(input, loaded);
    if (channel.closed === true) throw new ClientError('channel_closed');
    const custodians = custodiansOf(loaded.directory, input.channel, input.leftOut);
    const people = [...readers.map(({ record: { id } }) => id), ...custodians.map(({ id }) => id)];
    if (people.some((id) => !input.shown.includes(id))) {
      throw new ClientError('new_readers');
    }
    return loaded;
  }

  function sealed(
    input: Made,
    references: readonly FileReference[],
    loaded: LoadedDirectory,
  ): CreateCase {
    const { account, keys } = session.signedIn();
    const by = v.parse(ReaderId, account.id);
    const receivedOn = v.parse(Day, input.receivedOn);
    const { way, key } = input;
    const recorder = {
      recording: { by, way, receivedOn, key },
      secretKey: keys.sig.secretKey,
    };
    const { channel } = audienceOf(input, loaded);
    // the questions go along unanswered, so that it has the size of a report without answers
    const form =
      input.request !== null && channel.questionnaire
        ? { questions: channel.questionnaire, answers: [] }
        : (input.form ?? null);
    const filled = { ...input, form };
    return prepareCase(filled, references, loaded, session.today(), recorder, input.request);
  }

  async function make(
    of: string,
    input: Made,
    files: readonly FileSource[],
    onProgress: (progress: SendProgress) => void,
    signal: AbortSignal | undefined,
  ): Promise<{ id: string }> {
    const { account } = session.signedIn();
    const received = v.safeParse(Day, input.receivedOn);
    if (!received.success) throw new ClientError('malformed');
    if (received.output > session.today()) throw new ClientError('receipt_in_future');
    if (input.leftOut.includes(account.id)) throw new ClientError('leaves_out_self');
    onProgress({ step: 'sealing' });
    checkRoom(input);
    if (prepared?.of !== of) {
      prepared = null;
      await persist(() => currentDirectory(input), signal);
      const references = await uploads.sendAll(files, onProgress, signal);
      // files may have taken hours
      const loaded = await persist(() => currentDirectory(input), signal);
      prepared = { of, request: sealed(input, references, loaded) };
    }
    const { request } = prepared;
    onProgress({ step: 'sending' });
    try {
      const call = { method: 'POST', path: '/api/cases', json: request, signal } as const;
      await withWork(
        api,
        'report',
        (work) => persist(() => api.ask(CaseCreated, { ...call, work }), signal),
        () => {
          onProgress({ step: 'working' });
        },
        signal,
      );
    } catch (error) {
      if (error instanceof ClientError && !error.temporary && error.code !== 'cancelled') {
        // refused as it is: the next try seals anew, to the directory of then
        prepared = null;
        if (lacksFiles(error)) uploads.forget();
        // an earlier try with other words arrived although its answer was lost
        if (error.code === 'case_exists') throw new ClientError('already_sent');
      }
      throw error;
    }
    prepared = null;
    uploads.forget();
    return { id: caseIdOf(request.reporter) };
  }

  return {
    async newCallerKey() {
      await ready();
      return newCaseKey();
    },

    record(input, files, onProgress, signal) {
      const of = JSON.stringify([input, files.map(fileStamp)]);
      return make(of, { ...input, request: null }, files, onProgress, signal);
    },

    async recordDataRequest({ right, name, identified, ...input }, onProgress, signal) {
      const said = { id: newId(WorkId), right, name, identified };
      const request = v.safeParse(FirstRequest, said);
      if (!request.success) throw new ClientError('malformed');
      const made: Made = {
        ...input,
        ...{ category: 'unknown', relation: 'not_said', answers: {} },
        ...{ way: 'data_request', key: 'not_kept', request: request.output },
      };
      return make(JSON.stringify([input, right, name, identified]), made, [], onProgress, signal);
    },
  };
}
