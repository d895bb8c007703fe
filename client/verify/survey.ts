import { persist } from '../api.js';
import { ClientError } from '../errors.js';
import type { RawAnswer, Visit } from '../node/visit.js';
import { compare, mostOf, type Difference } from './compare.js';
import { questionsFor, type Question, type Reference } from './questions.js';
import { headersOf } from './visitors.js';

/** A difference, and who was given it. */
export interface Finding {
  readonly path: string;
  readonly difference: Difference;
  /** Names of the visitors that met it. */
  readonly visitors: readonly string[];
  /** Whether every visitor that asked met it. */
  readonly everybody: boolean;
}

/** What looking at an installation from outside came to. */
export interface Survey {
  readonly addresses: number;
  readonly requests: number;
  readonly findings: readonly Finding[];
  /** Addresses for which no answer came to one visitor at least, so that nothing is known of them. */
  readonly unanswered: readonly string[];
  /** What proxies added that a release permits, as `Name: value`. */
  readonly additions: readonly string[];
}

/** How many requests are under way at once. */
const AT_ONCE = 4;
const TRIES = 3;
/** Answers of proxies and servers that have too much to do. */
const BUSY = [429, 502, 503, 504];
/** Which permitted headers are worth telling. */
const TOLD = ['alt-svc', 'server', 'via'];
const MOST_ADDITIONS = 20;

/** In an order that no server can know. */
function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = random(last + 1);
    const [a, b] = [mixed[last], mixed[other]];
    if (a !== undefined && b !== undefined) [mixed[last], mixed[other]] = [b, a];
  }
  return mixed;
}

/**
 * Asks an installation for everything a release serves, as several kinds of visitors, and compares.
 *
 * @param address its origin, without a slash at its end.
 * @param options.random a whole number below the one given.
 * @param options.progress told how many of how many requests are done.
 * @throws ClientError `network` where it cannot be reached at all, or `cancelled`.
 */
export async function survey(
  address: string,
  reference: Reference,
  visit: Visit,
  options: {
    readonly random: (below: number) => number;
    readonly progress: (done: number, all: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Survey> {
  const secure = address.startsWith('https:');
  const [first, ...others] = questionsFor(reference, { secure });
  if (first === undefined) throw new ClientError('unexpected_answer');
  const rest = shuffled(others, options.random);
  const all = rest.length + 1;
  let done = 0;
  const answered = new Map<string, Set<string>>();
  const findings = new Map<string, { path: string; difference: Difference; who: Set<string> }>();
  const unanswered = new Set<string>();
  const additions = new Set<string>();

  const ask = async ({ path, visitor, purpose, expected }: Question): Promise<RawAnswer> => {
    const answer = await visit(`${address}${path}`, headersOf(visitor, purpose), {
      most: mostOf(expected),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (BUSY.includes(answer.status)) throw new ClientError('unavailable', true);
    return answer;
  };

  const settle = async (question: Question): Promise<void> => {
    const { path, visitor } = question;
    const answer = await persist(() => ask(question), options.signal, TRIES);
    const asked = answered.get(path) ?? new Set();
    answered.set(path, asked.add(visitor.name));
    for (const [name, value] of answer.headers) {
      const isTold = TOLD.includes(name.toLowerCase()) && additions.size < MOST_ADDITIONS;
      if (isTold) additions.add(`${name}: ${value}`);
    }
    for (const difference of await compare(answer, question.expected)) {
      const key = JSON.stringify([path, difference]);
      const finding = findings.get(key) ?? { path, difference, who: new Set() };
      findings.set(key, finding);
      finding.who.add(visitor.name);
    }
  };

  const count = (): void => {
    done += 1;
    options.progress(done, all);
  };

  // alone and first: where nothing answers, nothing else is tried
  await settle(first);
  count();
  const waiting = rest.values();
  const work = async (): Promise<void> => {
    for (const question of waiting) {
      try {
        await settle(question);
      } catch (error) {
        if (!(error instanceof ClientError) || !error.temporary) throw error;
        unanswered.add(question.path);
      }
      count();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  return {
    addresses: new Set([...answered.keys(), ...unanswered]).size,
    requests: all,
    findings: [...findings.values()]
      .map(({ path, difference, who }) => ({
        path,
        difference,
        visitors: [...who].sort(),
        everybody: who.size === answered.get(path)?.size,
      }))
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    unanswered: [...unanswered].sort(),
    additions: [...additions].sort(),
  };
}
