import * as v from 'valibot';
import {
  Absence,
  AbsencesAnswer,
  absenceHolds,
  channelPeople,
  type Directory,
  activeHandlers,
  openAbsence,
  ProtocolError,
  type SealedAbsence,
  sealAbsence,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { AbsenceView, BulkResult, UncoveredCase } from '../models.js';
import { workOf } from '../casework/work.js';
import { saidIn } from '../casework/said.js';
import { grantable, newestMembers, stayingMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { CaseWalk, OnBulk } from './case-walk.js';
import { closedAccounts } from './closed-accounts.js';
import { prepareGrant } from './case-work.js';
import { checkNamesNoCase } from './data-requests.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession } from './session.js';
import type { Workplace } from './workplace.js';

/** Who is away, and who stands in. It gives nobody access to anything. */
export interface AbsenceDesk {
  /** What handlers said of being away, as far as this person can open it. */
  absences(): Promise<AbsenceView[]>;
  /**
   * Says from when to when this person is away and who stands in; null for being there.
   *
   * @throws ClientError `malformed` for days that do not follow, or a substitute who reads none of
   * this person's channels.
   */
  setAbsence(
    absence: { from: string; until: string; substitute: string | null } | null,
  ): Promise<AbsenceView[]>;
  /**
   * Open cases that the substitute cannot open: those for which this person is responsible, and those
   * for which nobody is who reads them and can sign in, and that no other such handler reads.
   */
  uncovered(substitute: string, onProgress: OnBulk, signal?: AbortSignal): Promise<UncoveredCase[]>;
  /** Gives the substitute access to these cases, one after the other. */
  cover(
    substitute: string,
    ids: readonly string[],
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<BulkResult>;
}

/** Whether somebody is another handler who reads a channel of this reader's. */
function maySubstitute(directory: Directory, reader: string, substitute: string): boolean {
  const { readers, channels } = directory;
  const of = (id: string) =>
    readers.find(
      ({ record, state }) => record.id === id && record.part === 'handler' && state === 'active',
    )?.record;
  const [one, other] = [of(reader), of(substitute)];
  return (
    reader !== substitute &&
    one !== undefined &&
    other !== undefined &&
    channels.some(({ id }) => {
      const people = channelPeople(directory, id).map(({ record }) => record.id);
      return people.includes(one.id) && people.includes(other.id);
    })
  );
}

/** Whether somebody can be given a case; why not only where the directory says so to everybody. */
function givingOf(opened: OpenedForHandler, reader: string): UncoveredCase['giving'] {
  if (grantable(opened).some(({ id }) => id === reader)) return 'possible';
  const people = channelPeople(opened.directory.directory, opened.answer.case.channel);
  return people.some(({ record }) => record.id === reader) ? 'refused' : 'other_channel';
}

/** See {@link AbsenceDesk}. */
export function createAbsenceDesk(
  session: DeskSession,
  watch: DirectoryWatch,
  workplace: Workplace,
  walk: CaseWalk,
): AbsenceDesk {
  async function fetchSealed(): Promise<SealedAbsence[]> {
    const { credential } = session.signedIn();
    const path = '/api/desk/absences';
    return (await session.api.ask(AbsencesAnswer, { method: 'GET', path, credential })).absences;
  }

  /** What cannot be opened, or was not signed by whose it is, is left out: it decides nothing. */
  function viewOf(sealed: SealedAbsence, directory: Directory): AbsenceView | null {
    const { keys, installation } = session.signedIn();
    const reader = directory.readers.find(({ record }) => record.id === sealed.reader);
    if (reader?.state !== 'active') return null;
    try {
      if (!absenceHolds(installation, reader.record.sig, sealed)) return null;
      const said = openAbsence(sealed, installation, keys);
      if (said === null) return null;
      const { from, until, substitute } = said;
      const known = substitute !== null && maySubstitute(directory, sealed.reader, substitute);
      return { reader: sealed.reader, from, until, substitute: known ? substitute : null };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return null;
    }
  }

  async function absences(): Promise<AbsenceView[]> {
    if (session.signedIn().account.part !== 'handler') return [];
    const sealed = await fetchSealed();
    const { directory } = await watch.current();
    return sealed.flatMap((each) => viewOf(each, directory) ?? []);
  }

  return {
    absences,
    async setAbsence(absence) {
      const { credential, account, keys, installation } = session.signedIn();
      const { directory } = await watch.current();
      const parsed = v.safeParse(v.nullable(Absence), absence);
      const substitute = absence?.substitute ?? null;
      const known = substitute === null || maySubstitute(directory, account.id, substitute);
      if (!parsed.success || !known) throw new ClientError('malformed');
      const before = (await fetchSealed()).find(({ reader }) => reader === account.id);
      const json = sealAbsence(parsed.output, {
        installation,
        reader: account.id,
        keys,
        number: (before?.number ?? 0) + 1,
        readers: activeHandlers(directory),
      });
      await session.api.tell({ method: 'PUT', path: '/api/desk/absence', credential, json });
      return absences();
    },

    async uncovered(substitute, onProgress, signal) {
      const { account } = session.signedIn();
      const closed = await closedAccounts(session);
      const found: UncoveredCase[] = [];
      await walk.each(
        await walk.ids(signal),
        (opened) => {
          const { answer, file, overview, timeZone } = opened;
          const staying = stayingMembers(opened).filter(({ id }) => !closed.has(id));
          const { responsible } = workOf(saidIn(file, timeZone));
          const answering = responsible.filter((one) => staying.some(({ id }) => id === one));
          const handlers = activeHandlers(opened.directory.directory);
          const others = staying.some(
            ({ id }) => id !== account.id && handlers.some((handler) => handler.id === id),
          );
          const isMine =
            answering.length === 0 ? !others : answering.some((id) => id === account.id);
          const has = newestMembers(opened).some(({ id }) => id === substitute);
          if (!isMine || has || answer.case.closedOn !== null) return;
          const giving = givingOf(opened, substitute);
          found.push({ id: file.id, title: overview.title, giving });
        },
        onProgress,
        signal,
      );
      return found;
    },

    async cover(substitute, ids, onProgress, signal) {
      const closed = await closedAccounts(session);
      return walk.work(
        ids,
        (id) =>
          workplace.write(
            id,
            ['grant', substitute],
            (opened, state) => {
              checkNamesNoCase(opened, state.account.id, closed);
              return prepareGrant(opened, state, [substitute]);
            },
            { done: (opened) => newestMembers(opened).some((each) => each.id === substitute) },
          ),
        onProgress,
        signal,
      );
    },
  };
}
