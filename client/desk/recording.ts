import * as v from 'valibot';
import {
  CaseCreated,
  caseIdOf,
  type CreateCase,
  Day,
  type FileReference,
  type MadeKey,
  newCaseKey,
  ReaderId,
  ready,
  type Way,
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
  way: Way;
  /** The true date of receipt. */
  receivedOn: string;
  key: MadeKey;
  /** Ids of the readers who were shown to be left out or not. */
  shown: string[];
}

/** Recording reports that came another way. */
export interface RecordingDesk {
  /** Twelve words for somebody who reported another way. */
  newCallerKey(): Promise<string[]>;
  /**
   * Makes a case as a reporter's page would, without saying who sends it, with a mark in it for ever
   * that this handler made it. May be called again with the same input after a failure: nothing is
   * stored twice.
   *
   * @throws ClientError `receipt_in_future` for a date of receipt after today, `leaves_out_self`,
   * `new_readers` where somebody reads the channel who was not shown, and
   * what a reporter's `submit` throws.
   */
  record(
    input: RecordingInput,
    files: readonly FileSource[],
    onProgress: (progress: SendProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ id: string }>;
}

/** See {@link RecordingDesk}. */
export function createRecordingDesk(session: DeskSession, watch: DirectoryWatch): RecordingDesk {
  const { api } = session;
  const uploads = createUploadKeeper(api);
  let prepared: { of: string; request: CreateCase } | null = null;

  async function currentDirectory(input: RecordingInput): Promise<LoadedDirectory> {
    const loaded = await watch.current();
    if (loaded.freshness === 'expired') throw new ClientError('directory_expired');
    // said before any file is sent; nobody reads it whom the handler had no chance to leave out
    const { readers } = audienceOf(input, loaded);
    const custodians = custodiansOf(loaded.directory, input.channel, input.leftOut);
    const people = [...readers.map(({ record: { id } }) => id), ...custodians.map(({ id }) => id)];
    if (people.some((id) => !input.shown.includes(id))) {
      throw new ClientError('new_readers');
    }
    return loaded;
  }

  function sealed(
    input: RecordingInput,
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
    return prepareCase(input, references, loaded, session.today(), recorder);
  }

  return {
    async newCallerKey() {
      await ready();
      return newCaseKey();
    },

    async record(input, files, onProgress, signal) {
      const { account } = session.signedIn();
      const received = v.safeParse(Day, input.receivedOn);
      if (!received.success) throw new ClientError('malformed');
      if (received.output > session.today()) throw new ClientError('receipt_in_future');
      if (input.leftOut.includes(account.id)) throw new ClientError('leaves_out_self');
      onProgress({ step: 'sealing' });
      checkRoom(input);
      const of = JSON.stringify([input, files.map(fileStamp)]);
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
    },
  };
}
