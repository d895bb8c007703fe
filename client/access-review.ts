import type { ProtocolFault, ReaderPart } from '../crypto/private.js';

/** A point in time as far as it is known: a moment that the log names, else between two days. */
export interface ReviewPoint {
  /** The moment by the log; null where no line of it names one. */
  at: string | null;
  earliest: string;
  latest: string;
}

/** One case with its signed epochs and its log, both oldest first. */
export interface ReviewedCase {
  id: string;
  /** Day of receipt, as the server says. */
  receivedOn: string;
  epochs: readonly {
    sequence: number;
    epoch: number;
    /** `reporter`, or the reader who signed it. */
    by: string;
    /** The readers whom it names. */
    members: readonly string[];
  }[];
  log: readonly {
    sequence: number;
    at: string;
    action: string;
    actor: string | null;
    details: Readonly<Record<string, string | number>>;
  }[];
  /** Why epochs or log are not to be relied on beyond what is here; null where they are. */
  fault: ProtocolFault | 'log_broken' | null;
}

/** Somebody whom the directory names. */
export interface ReviewedPerson {
  id: string;
  part: ReaderPart;
  /** When this person left; null where not. */
  left: ReviewPoint | null;
}

/** A time through which somebody could read a case. */
export interface Tenure {
  caseId: string;
  person: string;
  from: ReviewPoint;
  /** `report`: it was sealed to this person; `paper`: to a recovery officer's paper; `given`: later. */
  why: 'report' | 'paper' | 'given';
  /** Who gave access, null where the reporter did. */
  givenBy: string | null;
  /** Null while it goes on. */
  until: ReviewPoint | null;
  /** `taken`: off the case; `left`: the organisation. Null while it goes on. */
  end: 'taken' | 'left' | null;
  endedBy: string | null;
}

/** Where the signed epochs, the directory and the log do not say the same. */
export interface ReviewContradiction {
  /** Null for what concerns no case. */
  caseId: string | null;
  code:
    | 'epoch_not_logged'
    | 'logged_twice'
    | 'logged_without_epoch'
    | 'other_actor'
    | 'moments_out_of_order'
    | 'given_after_leaving'
    | 'acted_without_access'
    | 'case_fault'
    | 'log_broken'
    | 'leaving_not_logged'
    | 'other_day';
  /** The person concerned, null where there is none. */
  person: string | null;
  /** The moment that the log names, null where it names none. */
  at: string | null;
}

/** What follows from cases and people. */
export interface ReviewedAccess {
  tenures: Tenure[];
  contradictions: ReviewContradiction[];
}

/** How the review counts days. */
export interface ReviewDays {
  /** The day of a moment. */
  dayOf(at: string): string;
  today: string;
}

/** A server's days and the log's moments may be of two time zones. */
const DAY = 24 * 60 * 60 * 1000;

function isLater(day: string, than: string): boolean {
  return Date.parse(day) - Date.parse(than) > DAY;
}

/** Whether a point is surely not after a moment. */
function begins(point: ReviewPoint, at: string, day: string): boolean {
  return point.at === null ? point.earliest <= day : point.at <= at;
}

function endsAfter(point: ReviewPoint | null, at: string, day: string): boolean {
  if (point === null) return true;
  return point.at === null ? point.latest >= day : point.at >= at;
}

/** The moments of a case's epochs, by its log; where that names none, between those it names. */
function pointsOf(
  reviewed: ReviewedCase,
  days: ReviewDays,
  tell: (code: ReviewContradiction['code'], person: string | null, at: string | null) => void,
): ReviewPoint[] {
  const { epochs, log, receivedOn } = reviewed;
  const changes = log.filter(
    ({ action, details }) => action === 'access_changed' && details['compartment'] === 'dialogue',
  );
  for (const { details, actor, at } of changes) {
    const known = epochs.some(
      ({ sequence, epoch }) => sequence === details['sequence'] && epoch === details['epoch'],
    );
    if (!known) tell('logged_without_epoch', actor, at);
  }
  const found = epochs.map((epoch, index): string | null => {
    if (index === 0) return null;
    const lines = changes.filter(
      ({ details }) => details['sequence'] === epoch.sequence && details['epoch'] === epoch.epoch,
    );
    const [line] = lines;
    if (line === undefined) {
      tell('epoch_not_logged', epoch.by, null);
      return null;
    }
    if (lines.length > 1) tell('logged_twice', epoch.by, line.at);
    if (line.actor !== epoch.by) tell('other_actor', epoch.by, line.at);
    return line.at;
  });
  // a moment before one that must have come earlier proves nothing
  let last = '';
  const moments = found.map((at, index) => {
    if (at === null) return null;
    const holds = at >= last && !isLater(receivedOn, days.dayOf(at));
    if (!holds) {
      tell('moments_out_of_order', epochs[index]?.by ?? null, at);
      return null;
    }
    last = at;
    return at;
  });
  let earliest = receivedOn;
  return moments.map((at, index) => {
    if (index === 0) return { at: null, earliest: receivedOn, latest: receivedOn };
    if (at !== null) {
      const day = days.dayOf(at);
      earliest = day;
      return { at, earliest: day, latest: day };
    }
    const next = moments.slice(index + 1).find((each) => each !== null) ?? null;
    return { at: null, earliest, latest: next === null ? days.today : days.dayOf(next) };
  });
}

/** Through which times people could read one case, by its epochs. */
function tenuresOf(
  { id, epochs }: ReviewedCase,
  points: readonly ReviewPoint[],
  people: ReadonlyMap<string, ReviewedPerson>,
): Tenure[] {
  const tenures: Tenure[] = [];
  const open = new Map<string, Tenure>();
  for (const [index, { by, members }] of epochs.entries()) {
    const from = points[index];
    if (from === undefined) break;
    for (const [person, tenure] of open) {
      if (members.includes(person)) continue;
      Object.assign(tenure, { until: from, end: 'taken', endedBy: by });
      open.delete(person);
    }
    for (const person of members) {
      if (open.has(person)) continue;
      const sealed = people.get(person)?.part === 'recovery_officer' ? 'paper' : 'report';
      const tenure: Tenure = {
        caseId: id,
        person,
        from,
        why: index === 0 ? sealed : 'given',
        givenBy: by === 'reporter' ? null : by,
        until: null,
        end: null,
        endedBy: null,
      };
      open.set(person, tenure);
      tenures.push(tenure);
    }
  }
  return tenures;
}

/**
 * Computes who could read which case through which time. Who was a member of what follows is signed;
 * when that was, the log says. Whoever left the organisation is given nothing by the server from then
 * on, whatever the epochs still say; what was read, or kept, is another matter.
 */
export function reviewAccess(
  cases: readonly ReviewedCase[],
  people: ReadonlyMap<string, ReviewedPerson>,
  days: ReviewDays,
): ReviewedAccess {
  const tenures: Tenure[] = [];
  const contradictions: ReviewContradiction[] = [];
  for (const reviewed of cases) {
    const tell = (
      code: ReviewContradiction['code'],
      person: string | null,
      at: string | null,
    ): void => {
      contradictions.push({ caseId: reviewed.id, code, person, at });
    };
    if (reviewed.fault !== null) {
      tell(reviewed.fault === 'log_broken' ? 'log_broken' : 'case_fault', null, null);
    }
    const own = tenuresOf(reviewed, pointsOf(reviewed, days, tell), people);
    for (const tenure of own) {
      const left = people.get(tenure.person)?.left ?? null;
      if (left === null) continue;
      if (tenure.from.earliest > left.latest)
        tell('given_after_leaving', tenure.person, tenure.from.at);
      else if (
        tenure.until === null ||
        tenure.until.earliest > left.latest ||
        leftFirst(left, tenure.until)
      ) {
        Object.assign(tenure, { until: left, end: 'left', endedBy: null });
      }
    }
    for (const { actor, at } of reviewed.log) {
      if (actor === null) continue;
      const day = days.dayOf(at);
      const allowed = own.some(
        ({ person, from, until }) =>
          person === actor && begins(from, at, day) && endsAfter(until, at, day),
      );
      if (!allowed) tell('acted_without_access', actor, at);
    }
    tenures.push(...own);
  }
  return { tenures, contradictions };
}

/** Whether somebody surely left before being taken off, both on one day. */
function leftFirst(left: ReviewPoint, taken: ReviewPoint): boolean {
  return left.at !== null && taken.at !== null && left.at < taken.at;
}

/** Whether somebody could read on a day: surely at some time of it, perhaps, or not. */
export function couldReadOn(
  { from, until }: Pick<Tenure, 'from' | 'until'>,
  day: string,
): 'yes' | 'perhaps' | 'no' {
  if (from.earliest > day || (until !== null && until.latest < day)) return 'no';
  const surely = from.latest <= day && (until === null || until.earliest >= day);
  return surely ? 'yes' : 'perhaps';
}
