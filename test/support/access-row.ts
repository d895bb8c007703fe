import type { Day } from '../../crypto/private.js';
import type { AccessWorld, Asker } from './access.js';

/** What is sent, beside who asks. */
export interface Request {
  readonly path: string;
  readonly json?: unknown;
  readonly bytes?: Uint8Array | undefined;
}

/** One way of asking a route, and what each asker is told: the status, and the code of an error. */
export interface AccessRow {
  /** As Express writes it. */
  readonly route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /api/${string}`;
  /** What is asked for, where one route has several rows. */
  readonly about?: string;
  /** Made anew for every asker; what it stores meanwhile is not the asker's doing. */
  readonly request: (world: AccessWorld) => Request | Promise<Request>;
  readonly answers: Readonly<Partial<Record<Asker, string>>>;
  /** What everybody else is told. */
  readonly rest: string;
}

export const NO_SESSION = '401 sign_in_needed';
export const NOT_FOR_YOU = '403 forbidden';

export const HANDLERS = ['member', 'left out', 'taken off'] as const;
export const DESK = [...HANDLERS, 'administrator'] as const;

/** Those with an account who neither work on cases nor run the desk. */
export const BESIDE = [
  'custodian',
  'other custodian',
  'guest',
  'ended guest',
  'guest of another case',
  'auditor',
] as const;

/** The same answer to several. */
export function each(askers: readonly Asker[], answer: string): Partial<Record<Asker, string>> {
  return Object.fromEntries(askers.map((asker) => [asker, answer]));
}

/** For everybody at the desk. */
export function ofDesk(answer: string): Pick<AccessRow, 'answers' | 'rest'> {
  return { answers: each(DESK, answer), rest: NO_SESSION };
}

/** For everybody with an account. */
export function ofEverybody(answer: string): Pick<AccessRow, 'answers' | 'rest'> {
  return { answers: each([...DESK, ...BESIDE], answer), rest: NO_SESSION };
}

/** What a row says to somebody; whoever is beside the desk has no business where nothing else is said. */
export function expectedOf({ answers, rest }: AccessRow, asker: Asker): string {
  const isBeside = BESIDE.some((each) => each === asker);
  const usual = isBeside && rest === NO_SESSION ? NOT_FOR_YOU : rest;
  return answers[asker] ?? usual;
}

/** A request that is a path alone. */
export const at = (path: string) => (): Request => ({ path });
/** The day by the clock of these tests. */
export const today = '2026-03-02' as Day;
