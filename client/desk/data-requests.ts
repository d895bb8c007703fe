import { type EntryContent, isDataRequest } from '../../crypto/private.js';
import { caseworkEntry, type CaseworkInput } from '../casework/input.js';
import { saidIn } from '../casework/said.js';
import { isWaiting, requestsOf, type DataRequest } from '../casework/requests.js';
import { workOf } from '../casework/work.js';
import { ClientError } from '../errors.js';
import type { BulkResult, HandlerCaseView } from '../models.js';
import { handlersBeside, recusedFrom, stayingMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { CaseWalk, OnBulk } from './case-walk.js';
import { prepareNote } from './case-work.js';
import type { DeskSession } from './session.js';
import type { Workplace } from './workplace.js';

/** A request about data with the case in which it is kept. */
export interface RequestInCase {
  caseId: string;
  title: string;
  practice: boolean;
  /** Whether the case is this request, and no report. */
  own: boolean;
  request: DataRequest;
}

/** The register of requests about data over all cases that this person reads. */
export interface DataRequestsDesk {
  /**
   * Opens every case and gathers the requests in it, those due first in front, the settled ones last;
   * nothing of it reaches the server. One that was moved into a case that this person reads stands
   * there alone. `failed` names the cases that could not be opened.
   */
  dataRequests(
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<{ requests: RequestInCase[]; failed: BulkResult['failed'] }>;
  /**
   * Lets a request go on in the case that it turned out to be about: it is written down there, with
   * its id, day of receipt and extension, and noted as moved here. What was done already is not done
   * twice, so that it can be called again after a failure.
   *
   * @returns the case that the request was.
   * @throws ClientError `request_settled` where it waits no more, `would_reveal_case` as
   * {@link checkReaders}, `would_tell_left_out` where somebody reads the case who was left out of the
   * request or declared a conflict in it, `case_not_found`.
   */
  moveRequest(id: string, request: string, to: string): Promise<HandlerCaseView>;
}

/**
 * Whoever reads a request about data knows who asks; that a case is named there tells them that there
 * is a report about that person, or of theirs. So only a case that all of them read is named.
 *
 * @throws ClientError `would_reveal_case`.
 */
export function checkReaders(request: OpenedForHandler, of: OpenedForHandler): void {
  const readers = new Set<string>(stayingMembers(of).map(({ id }) => id));
  if (!stayingMembers(request).every(({ id }) => readers.has(id))) {
    throw new ClientError('would_reveal_case');
  }
}

/**
 * What is moved is read by whoever reads the case that it goes to: by nobody who was left out of the
 * request, or declared a conflict in it.
 *
 * @throws ClientError `would_tell_left_out`.
 */
function checkLeftOut(request: OpenedForHandler, to: OpenedForHandler): void {
  const out = new Set<string>([...request.file.leftOut, ...recusedFrom(request)]);
  if (stayingMembers(to).some(({ id }) => out.has(id))) {
    throw new ClientError('would_tell_left_out');
  }
}

/**
 * Whoever is let into a request about data reads which cases it names, and that it went on in one, so
 * that there is a report about who asks. So nobody more is let into such a request but to leave it with
 * a reader, as somebody who goes hands over what nobody else can open.
 *
 * @param me who gives access, and may leave nobody behind; null where a guest is let in, who is no reader
 * to leave it with.
 * @param closed accounts that nobody can sign in to: the request is not left with those.
 * @throws ClientError `request_names_case`.
 */
export function checkNamesNoCase(
  opened: OpenedForHandler,
  me: string | null,
  closed: ReadonlySet<string> = new Set(),
): void {
  if (!isDataRequest(opened.file.origin)) return;
  // a link that was taken back can still be read
  const namesOne = saidIn(opened.file, opened.timeZone).internal.some(
    (said) => said.kind === 'link' || (said.kind === 'request' && said.state === 'moved'),
  );
  const others = handlersBeside(opened, me).filter(({ id }) => !closed.has(id));
  if (namesOne && others.length > 0) throw new ClientError('request_names_case');
}

/** Checks a link that somebody writes into a case; see {@link checkReaders}. */
export async function checkLink(
  workplace: Workplace,
  id: string,
  change: CaseworkInput,
): Promise<void> {
  if (change.kind !== 'link' || change.state !== 'linked') return;
  const opened = await workplace.open(id);
  if (isDataRequest(opened.file.origin)) checkReaders(opened, await workplace.open(change.case));
}

/**
 * A case that is a request ended as it was answered: no other answer is noted until it is opened again.
 *
 * @throws ClientError `request_closed`.
 */
export function checkAnswer({ answer, file }: OpenedForHandler, content: EntryContent): void {
  if (content.kind !== 'request_answered' || !isDataRequest(file.origin)) return;
  if (answer.case.closedOn !== null) throw new ClientError('request_closed');
}

/** See {@link DataRequestsDesk}. */
export function createDataRequests(
  session: DeskSession,
  walk: CaseWalk,
  workplace: Workplace,
): DataRequestsDesk {
  const saidOf = ({ file, timeZone }: OpenedForHandler) => saidIn(file, timeZone);
  const found = (opened: OpenedForHandler, id: string): DataRequest | undefined =>
    requestsOf(saidOf(opened)).find((request) => request.id === id);

  /** Writes it down unless the case says so already. */
  async function sayOnce(
    id: string,
    content: EntryContent,
    isSaid: (opened: OpenedForHandler) => boolean,
  ): Promise<void> {
    await workplace.write(id, ['move', content], (opened, state) =>
      isSaid(opened) ? null : prepareNote(opened, state, content, []),
    );
  }

  return {
    async dataRequests(onProgress, signal) {
      const requests: RequestInCase[] = [];
      const failed = await walk.each(
        await walk.ids(signal),
        ({ answer, file, overview, timeZone }) => {
          const facts = {
            caseId: file.id,
            title: overview.title,
            practice: answer.case.practice,
            own: isDataRequest(file.origin),
          };
          requests.push(
            ...requestsOf(saidIn(file, timeZone)).map((request) => ({ ...facts, request })),
          );
        },
        onProgress,
        signal,
      );
      const there = new Set(
        requests.flatMap(({ request: { id, state } }) => (state === 'moved' ? [] : id)),
      );
      const once = requests.filter(
        ({ request: { id, state } }) => state !== 'moved' || !there.has(id),
      );
      return { requests: once.sort(byUrgency), failed };
    },

    async moveRequest(id, request, to) {
      const from = await workplace.open(id);
      const asked = found(from, request);
      if (asked === undefined || !isWaiting(asked) || !isDataRequest(from.file.origin)) {
        throw new ClientError('request_settled');
      }
      const target = await workplace.open(to);
      checkReaders(from, target);
      checkLeftOut(from, target);
      const at = session.now().toISOString();
      const { right, by, name, identified, receivedOn, text, extension } = asked;
      const facts = { kind: 'request', id: request, right, by, name, identified } as const;
      const same = { ...facts, receivedOn, text };
      const there = caseworkEntry({ ...same, state: 'made' }, at);
      await sayOnce(to, there, (opened) => found(opened, request) !== undefined);
      if (extension !== null) {
        const { on, text: reasons } = extension;
        const extended = { kind: 'request_extended', request, on, text: reasons } as const;
        const isThere = (opened: OpenedForHandler): boolean =>
          (found(opened, request)?.extension ?? null) !== null;
        await sayOnce(to, caseworkEntry(extended, at), isThere);
      }
      const link = { kind: 'link', case: id, relation: 'same_matter', state: 'linked' } as const;
      await sayOnce(to, caseworkEntry(link, at), (opened) =>
        workOf(saidOf(opened)).links.some(({ caseId }) => caseId === id),
      );
      const moved = caseworkEntry({ ...same, state: 'moved' }, at);
      return workplace.append(id, ['moved', request, to], (opened, state) =>
        prepareNote(opened, state, moved, []),
      );
    },
  };
}

function byUrgency({ request: a }: RequestInCase, { request: b }: RequestInCase): number {
  const settled = (request: DataRequest): number => (isWaiting(request) ? 0 : 1);
  return settled(a) - settled(b) || a.due.localeCompare(b.due);
}
