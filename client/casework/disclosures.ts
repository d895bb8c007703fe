import { addMonths, type Day, type DisclosureEntry } from '../../crypto/private.js';
import type { CaseDate } from './case-date.js';
import type { ChangeSource, DataChange } from './data-change.js';
import { erasureChanges } from './erasures.js';
import { keepingChanges } from './keeping.js';
import { requestsOf } from './requests.js';
import type { Said } from './said.js';

/** What was disclosed to somebody outside. */
export interface Disclosure {
  id: string;
  recipient: string;
  ground: string;
  scope: string;
  on: Day;
  /** On what it rests that it told who the reporter is; absent where it did not. */
  identity?: NonNullable<DisclosureEntry['identity']>;
}

/** A recipient who is, or was, to be told of a change. */
export interface Notice {
  disclosure: Disclosure;
  change: DataChange;
  /** Null as long as it is to be done. */
  done: { state: 'told' | 'not_possible'; on: Day; text: string } | null;
}

/** What requests that were granted, wholly or in part, changed. */
const requestedChanges: ChangeSource = (said) =>
  requestsOf(said).flatMap(({ id, right, state, answer }) => {
    const isGranted = answer?.answer === 'granted' || answer?.answer === 'partly';
    if (state !== 'made' || !isGranted) return [];
    if (right === 'access' || right === 'objection') return [];
    return [{ id, what: right, on: answer.on }];
  });

/** Every subject that changes data on somebody; a new one adds its reducer here. */
const SOURCES: readonly ChangeSource[] = [requestedChanges, keepingChanges, erasureChanges];

/** What was disclosed, the earliest first; what was noted by mistake is not here. */
export function disclosuresOf({ internal }: Pick<Said, 'internal'>): Disclosure[] {
  const made = new Map<string, Disclosure>();
  for (const content of internal) {
    if (content.kind !== 'disclosure') continue;
    const { id, recipient, ground, scope, on, state, identity } = content;
    const told = identity === undefined ? {} : { identity };
    if (state === 'made') made.set(id, { id, recipient, ground, scope, on, ...told });
    else made.delete(id);
  }
  return [...made.values()].sort((a, b) => a.on.localeCompare(b.on));
}

/** Who is to be told of which change: everybody to whom something went until its day. */
export function noticesOf(said: Said): Notice[] {
  const told = new Map<string, Notice['done']>();
  const key = (disclosure: string, of: string): string => `${disclosure} ${of}`;
  for (const content of said.internal) {
    if (content.kind !== 'recipient_told') continue;
    const { disclosure, state, on, text } = content;
    told.set(key(disclosure, content.change), { state, on, text });
  }
  const disclosures = disclosuresOf(said);
  return SOURCES.flatMap((source) => source(said)).flatMap((change) =>
    disclosures
      .filter(({ on }) => on <= change.on)
      .map((disclosure) => ({
        disclosure,
        change,
        done: told.get(key(disclosure.id, change.id)) ?? null,
      })),
  );
}

/** By when recipients are to be told; the law names no day, so that it is what handlers plan. */
export function noticeDates(said: Said): CaseDate[] {
  return noticesOf(said).map(({ disclosure, change, done }) => ({
    what: 'recipient_told',
    name: disclosure.recipient,
    by: addMonths(change.on, 1),
    from: change.on,
    basis: 'plan',
    doneOn: done?.on ?? null,
  }));
}
