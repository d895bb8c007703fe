import {
  type Day,
  type Directory,
  identitiesOf,
  type ReaderPart,
  withSuccessors,
} from '../../crypto/private.js';
import { nobodyReads } from '../casework/consent.js';
import { ClientError } from '../errors.js';
import type { BulkResult, ExposedCase } from '../models.js';
import { grantable, newestHolders, newestMembers, stayingMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { CaseWalk, OnBulk } from './case-walk.js';
import { prepareGrant, prepareMessage } from './case-work.js';
import { closedAccounts } from './closed-accounts.js';
import { checkNamesNoCase } from './data-requests.js';
import type { DirectoryWatch } from './directory-watch.js';
import { exposureOf, hadWhenLeaving } from './membership-history.js';
import type { DeskSession } from './session.js';
import type { Workplace } from './workplace.js';

/** Words to reporters whose case could be read, by language. */
export type Notice = Readonly<Record<string, string>>;

/**
 * What follows in a handler's own cases from keys in wrong hands. All of it is worked out here, from
 * the epochs and the directory: the server learns no question, and whoever a reporter left out of a
 * case finds no trace of it.
 */
export interface ExposedDesk {
  /**
   * The cases, of those this person can open, that somebody's keys opened since a day; and those of
   * which nobody can tell, since the server does not hand them out as they are.
   */
  exposedCases(
    reader: string,
    since: string | null,
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<{ cases: ExposedCase[]; failed: BulkResult['failed'] }>;
  /** Whoever reads now in the place of somebody who left, in the same part; null for nobody. */
  successorOf(reader: string): Promise<{ id: string; name: string } | null>;
  /**
   * Gives whoever came back the cases that the keys from before had when they were renewed, of those
   * this person can open; none from which the reporter left either of them out.
   */
  giveBack(successor: string, onProgress: OnBulk, signal?: AbortSignal): Promise<BulkResult>;
  /**
   * Writes to the reporters of open cases, each in the language of the report, else in English. Where
   * one of these texts stands in a case already, by whomever, none is written again. A case that the
   * reader's keys still open fails with `keys_not_renewed`: the text says that they do not. One that
   * nobody outside reads fails with `key_not_kept`.
   */
  tellReporters(
    reader: string,
    ids: readonly string[],
    notice: Notice,
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<BulkResult>;
}

function isTold({ file }: OpenedForHandler, notice: Notice): boolean {
  const texts = Object.values(notice);
  return file.dialogue.entries.some(
    ({ author, content }) =>
      author !== 'reporter' && content.kind === 'reply' && texts.includes(content.text),
  );
}

function partIn({ readers }: Directory, id: string): ReaderPart | undefined {
  return readers.find(({ record }) => record.id === id)?.record.part;
}

/** See {@link ExposedDesk}. */
export function createExposedDesk(
  session: DeskSession,
  watch: DirectoryWatch,
  workplace: Workplace,
  walk: CaseWalk,
): ExposedDesk {
  async function successorOf(reader: string): Promise<{ id: string; name: string } | null> {
    const { directory } = await watch.current();
    const later = withSuccessors(directory, [reader]) as readonly string[];
    const part = partIn(directory, reader);
    const found = directory.readers.find(
      ({ record, state }) =>
        // who comes back as a guest, say, takes no cases over
        state === 'active' &&
        record.id !== reader &&
        record.part === part &&
        later.includes(record.id),
    );
    return found === undefined ? null : { id: found.record.id, name: found.record.name };
  }

  return {
    successorOf,

    async exposedCases(reader, since, onProgress, signal) {
      const cases: ExposedCase[] = [];
      const failed = await walk.each(
        await walk.ids(signal),
        (opened) => {
          const exposure = exposureOf(opened, reader, since as Day | null);
          if (exposure === null) return;
          const { answer, overview, file } = opened;
          cases.push({
            id: file.id,
            title: overview.title,
            receivedOn: answer.case.receivedOn,
            practice: answer.case.practice,
            state: answer.case.closedOn === null ? 'open' : 'closed',
            language: file.report?.language ?? null,
            whole: file.faults.length === 0,
            outside: nobodyReads(opened.file),
            ...exposure,
          });
        },
        onProgress,
        signal,
      );
      cases.sort((a, b) => a.receivedOn.localeCompare(b.receivedOn));
      return { cases, failed };
    },

    async giveBack(successor, onProgress, signal) {
      const { directory } = await watch.current();
      const [, ...before] = identitiesOf(directory, successor);
      // cases that somebody had as a guest were lent, until a day
      const part = partIn(directory, successor);
      const former = before.filter((id) => partIn(directory, id) === part);
      const leftIn = new Map<string, number>();
      for (const id of former) {
        const version = await watch.leftIn(id);
        if (version !== null) leftIn.set(id, version);
      }
      const me = session.signedIn().account.id;
      const closed = await closedAccounts(session);
      const isDue = (opened: OpenedForHandler): boolean =>
        [...leftIn].some(([id, version]) => hadWhenLeaving(opened, id, version)) &&
        stayingMembers(opened).some(({ id }) => id === me) &&
        grantable(opened).some(({ id }) => id === successor);
      return walk.work(
        await walk.ids(signal),
        (id) =>
          workplace.write(
            id,
            ['give back', successor],
            (opened, state) => {
              if (!isDue(opened)) return null;
              checkNamesNoCase(opened, me, closed);
              return prepareGrant(opened, state, [successor]);
            },
            {
              done: (opened) => newestMembers(opened).some((member) => member.id === successor),
              mends: true,
              signal,
            },
          ),
        onProgress,
        signal,
      );
    },

    tellReporters(reader, ids, notice, onProgress, signal) {
      return walk.work(
        ids,
        (id) =>
          workplace.write(
            id,
            ['breach', notice],
            (opened, state) => {
              if (nobodyReads(opened.file)) throw new ClientError('key_not_kept');
              const language = opened.file.report?.language ?? 'en';
              const text = notice[language] ?? notice['en'];
              if (text === undefined || isTold(opened, notice)) return null;
              if ([...newestHolders(opened)].some((holder) => holder === reader)) {
                throw new ClientError('keys_not_renewed');
              }
              const at = session.now().toISOString();
              return prepareMessage(opened, state, { kind: 'reply', at, text, files: [] }, []);
            },
            { done: (opened) => isTold(opened, notice), signal },
          ),
        onProgress,
        signal,
      );
    },
  };
}
