import { addMonths, type DataRight, type Day } from '../../crypto/private.js';
import { periodEnd } from '../law/days.js';
import type { CaseDate } from './case-date.js';
import type { Said } from './said.js';

/** A request about data on somebody, as it stands now. */
export interface DataRequest {
  id: string;
  right: DataRight;
  by: 'anonymous_reporter' | 'named';
  /** Empty for a reporter whom nobody knows. */
  name: string;
  /** How it was made sure who asks; empty for a reporter whom nobody knows, and as long as it is not. */
  identified: string;
  receivedOn: Day;
  text: string;
  state: 'made' | 'withdrawn';
  /** A month after receipt, or three where that was told with reasons within the first: GDPR article 12(3). */
  due: Day;
  /** `tooLate`: told after the first month, which gives no more time. */
  extension: { on: Day; text: string; tooLate: boolean } | null;
  answer: {
    answer: 'granted' | 'partly' | 'refused';
    on: Day;
    text: string;
    toldOfRemedies: boolean;
  } | null;
}

/**
 * The requests in a case in the order in which they were written down: about everything the newest
 * word counts, in whatever order extension and answer were said.
 */
export function requestsOf({ internal }: Pick<Said, 'internal'>): DataRequest[] {
  const requests = new Map<string, DataRequest>();
  for (const content of internal) {
    if (content.kind === 'request') {
      const { id, right, by, name, identified, receivedOn, text, state } = content;
      const { extension, answer } = requests.get(id) ?? { extension: null, answer: null };
      const facts = { id, right, by, name, identified, receivedOn, text, state };
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

/** A request before it is known whether an extension was told in time. */
type Noted = Omit<DataRequest, 'due' | 'extension'> & {
  extension: Pick<NonNullable<DataRequest['extension']>, 'on' | 'text'> | null;
};

function withDue({ extension, ...request }: Noted): DataRequest {
  const month = addMonths(request.receivedOn, 1);
  if (extension === null) return { ...request, due: month, extension };
  const { on, text } = extension;
  // of an act of the Union: a month that ends on a weekend is not over before the Monday is
  const tooLate = on > periodEnd(month);
  const due = tooLate ? month : addMonths(request.receivedOn, 3);
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
