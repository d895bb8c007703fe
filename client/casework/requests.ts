import {
  addMonths,
  type DataAnswer,
  type DataRight,
  type Day,
  isDataRequest,
  type RequestEntry,
  type RequestOutcome,
} from '../../crypto/private.js';
import type { InferOutput } from 'valibot';
import { periodEnd } from '../law/days.js';
import type { CaseDate } from './case-date.js';
import { recordedDay, type Said } from './said.js';

/** A request about data on somebody, as it stands now. */
export interface DataRequest {
  id: string;
  right: DataRight;
  by: 'anonymous_reporter' | 'named';
  /** Empty for a reporter whom nobody knows. */
  name: string;
  /** Whether the key that alone identifies an anonymous reporter was made by a handler, who saw it. */
  keyMade: boolean;
  /** How it was made sure who asks; empty for a reporter whom nobody knows, and as long as it is not. */
  identified: string;
  receivedOn: Day;
  text: string;
  state: InferOutput<typeof RequestEntry>['state'];
  /** A month after receipt, or three where that was told with reasons within the first: GDPR article 12(3). */
  due: Day;
  /** `tooLate`: told after the first month, which gives no more time. */
  extension: { on: Day; text: string; tooLate: boolean } | null;
  answer: { answer: DataAnswer; on: Day; text: string; toldOfRemedies: boolean } | null;
}

/** Whether nobody has answered it, and it was neither taken back nor moved into another case. */
export function isWaiting({ state, answer }: Pick<DataRequest, 'state' | 'answer'>): boolean {
  return state === 'made' && answer === null;
}

/** A request before it is known whether an extension was told in time. */
type Noted = Omit<DataRequest, 'due' | 'extension'> & {
  extension: Pick<NonNullable<DataRequest['extension']>, 'on' | 'text'> | null;
};

/** The request that a case is, where it is one, as it was written down first. */
function firstRequest(said: Pick<Said, 'dialogue' | 'origin'>): Noted | null {
  const receivedOn = recordedDay(said);
  const first = said.dialogue.find((content) => content.kind === 'report');
  if (!isDataRequest(said.origin) || receivedOn === null || !first?.request) return null;
  const { text, request } = first;
  const made = { by: 'named', keyMade: true, receivedOn, text, state: 'made' } as const;
  return { ...request, ...made, extension: null, answer: null };
}

/**
 * The requests in a case in the order in which they were written down: about everything the newest
 * word counts, in whatever order extension and answer were said.
 */
export function requestsOf(said: Pick<Said, 'dialogue' | 'internal' | 'origin'>): DataRequest[] {
  const requests = new Map<string, DataRequest>();
  const first = firstRequest(said);
  if (first !== null) requests.set(first.id, withDue(first));
  for (const content of said.internal) {
    if (content.kind === 'request') {
      const { id, right, by, name, identified, receivedOn, text, state } = content;
      const { extension, answer } = requests.get(id) ?? { extension: null, answer: null };
      const keyMade = said.origin?.made === 'handler';
      const facts = { id, right, by, keyMade, name, identified, receivedOn, text, state };
      requests.set(id, withDue({ ...facts, extension, answer }));
    }
    if (content.kind === 'request_extended') {
      const { on, text } = content;
      change(requests, content.request, { extension: { on, text } });
    }
    if (content.kind === 'request_answered') {
      const { answer, on, text, toldOfRemedies } = content;
      change(requests, content.request, { answer: { answer, on, text, toldOfRemedies } });
    }
  }
  return [...requests.values()];
}

/** By when a request is to be answered. */
export function requestDue(receivedOn: Day, isExtended: boolean): Day {
  return addMonths(receivedOn, isExtended ? 3 : 1);
}

function withDue({ extension, ...request }: Noted): DataRequest {
  const month = requestDue(request.receivedOn, false);
  if (extension === null) return { ...request, due: month, extension };
  const { on, text } = extension;
  // of an act of the Union: a month that ends on a weekend is not over before the Monday is
  const tooLate = on > periodEnd(month);
  const due = tooLate ? month : requestDue(request.receivedOn, true);
  return { ...request, due, extension: { on, text, tooLate } };
}

function change(
  requests: Map<string, DataRequest>,
  id: string,
  to: Pick<Noted, 'extension'> | Pick<Noted, 'answer'>,
): void {
  const before = requests.get(id);
  if (before !== undefined) requests.set(id, withDue({ ...before, ...to }));
}

/** By when requests are to be answered. */
export function requestDates(said: Said): CaseDate[] {
  return requestsOf(said)
    .filter(({ state }) => state === 'made')
    .map(({ name, due, receivedOn, answer }) => ({
      what: 'request',
      name,
      by: due,
      from: receivedOn,
      basis: 'law',
      doneOn: answer?.on ?? null,
    }));
}

/**
 * How a case ends that is a request about data: as the requests in it were answered, in part where
 * they were answered differently. Null as long as one waits, or none can be read.
 */
export function requestOutcome(requests: readonly DataRequest[]): RequestOutcome | null {
  if (requests.length === 0 || requests.some(isWaiting)) return null;
  const answers = new Set(
    requests.flatMap(({ state, answer }) => (state === 'made' && answer ? [answer.answer] : [])),
  );
  const [only] = answers;
  if (only !== undefined) return answers.size === 1 ? `request_${only}` : 'request_partly';
  return requests.some(({ state }) => state === 'moved') ? 'request_moved' : 'request_withdrawn';
}
