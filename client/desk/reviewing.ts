import {
  CaseAccess,
  type CaseId,
  caseIdOf,
  type CaseListing,
  channelPeople,
  type Day,
  daysBetween,
  type DirectoryHash,
  firstBrokenLink,
  type ReaderId,
  type VerifiedDirectory,
  verifyEpochs,
} from '../../crypto/private.js';
import {
  reviewAccess,
  type ReviewContradiction,
  type ReviewedCase,
  type ReviewPoint,
} from '../access-review.js';
import { persist } from '../api.js';
import { ClientError } from '../errors.js';
import type { AccessReview, AuditLine, ReviewCaseView, ReviewPersonView } from '../models.js';
import { auditLines } from './audit.js';
import { openListing } from './case-rows.js';
import type { OnBulk } from './case-walk.js';
import type { DirectoryWatch } from './directory-watch.js';
import { everyListing, type Listings } from './listings.js';
import type { LogWatch } from './log-watch.js';
import type { DeskSession } from './session.js';

/** Who could read which case on any day. */
export interface ReviewDesk {
  /**
   * Looks through every case that this person can open: its signed epochs and its log, not what is
   * written in it, so that it counts as no opening. May be stopped.
   */
  accessReview(onProgress: OnBulk, signal?: AbortSignal): Promise<AccessReview>;
}

type Contradict = (
  code: ReviewContradiction['code'],
  person: string | null,
  at: string | null,
) => void;

/** When a version of the directory came, by its signed day and by the log. */
function pointOf(
  { directory }: VerifiedDirectory,
  line: AuditLine | undefined,
  person: string,
  tell: Contradict,
  dayOf: (moment: string) => Day,
): ReviewPoint {
  const signed = directory.date;
  if (line === undefined) {
    tell('leaving_not_logged', person, null);
    return { at: null, earliest: signed, latest: signed };
  }
  const day = dayOf(line.at);
  // the server takes a version of yesterday, or of tomorrow where a zone is ahead
  if (Math.abs(daysBetween(signed, day)) <= 1) return { at: line.at, earliest: day, latest: day };
  tell('other_day', person, line.at);
  const [earliest, latest] = day < signed ? [day, signed] : [signed, day];
  return { at: null, earliest, latest };
}

/** Opens and ends the person's times in each channel as this version has it. */
function followChannels(
  person: ReviewPersonView,
  directory: VerifiedDirectory['directory'],
  admitted: ReviewPersonView['channels'][number]['by'],
): void {
  for (const { id, roster } of directory.channels) {
    const reads = channelPeople(directory, id).some(({ record }) => record.id === person.id);
    const open = person.channels.find(({ channel, until }) => channel === id && until === null);
    if (!reads && open !== undefined) open.until = directory.date;
    if (!reads || open !== undefined) continue;
    const isAdded = roster?.terms.added.some((added) => added === person.id) === true;
    const by = isAdded
      ? { administrator: roster.administrator, handler: roster.handler }
      : admitted;
    person.channels.push({ channel: id, from: directory.date, by, until: null });
  }
}

/** Everybody whom the directories name, from letting in to leaving. */
function peopleOf(
  history: readonly VerifiedDirectory[],
  log: readonly AuditLine[],
  tell: Contradict,
  dayOf: (moment: string) => Day,
): ReviewPersonView[] {
  const people = new Map<ReaderId, ReviewPersonView>();
  for (const version of history) {
    const { directory } = version;
    for (const { record, admission, state } of directory.readers) {
      const by =
        admission.by === 'root'
          ? null
          : { administrator: admission.administrator, handler: admission.handler };
      const person = people.get(record.id) ?? {
        id: record.id,
        name: record.name,
        part: record.part,
        left: null,
        channels: [],
      };
      people.set(record.id, person);
      followChannels(person, directory, by);
      if (state === 'active' || person.left !== null) continue;
      const line = log.find(
        ({ action, details }) =>
          action === 'reader_left' &&
          details['reader'] === record.id &&
          details['version'] === directory.version,
      );
      person.left = pointOf(version, line, record.id, tell, dayOf);
    }
  }
  return [...people.values()];
}

/** See {@link ReviewDesk}. */
export function createReviewDesk(
  session: DeskSession,
  watch: DirectoryWatch,
  listings: Listings,
  log: LogWatch,
): ReviewDesk {
  async function allListings(signal: AbortSignal | undefined): Promise<CaseListing[]> {
    const found = new Map<string, CaseListing>();
    const patient: Listings = (...page) => persist(() => listings(...page), signal);
    for await (const listing of everyListing(patient, signal)) found.set(listing.case.id, listing);
    return [...found.values()];
  }

  async function reviewed(
    id: CaseId,
    newest: VerifiedDirectory,
    directories: ReadonlyMap<number, DirectoryHash>,
  ): Promise<ReviewedCase> {
    const { credential, account } = session.signedIn();
    const path = `/api/desk/cases/${id}/access`;
    const answer = await session.api.ask(CaseAccess, { method: 'GET', path, credential });
    const entries = await log.entries(answer.auditScope);
    const { reporter } = answer;
    const { directory } = newest;
    const { epochs, fault } = verifyEpochs(answer.epochs, {
      caseId: id,
      reporter,
      directory,
      directories,
    });
    const reads = epochs.at(-1)?.body.members.some((member) => member.id === account.id) === true;
    const broken = firstBrokenLink(entries);
    return {
      id,
      receivedOn: answer.case.receivedOn,
      epochs: epochs.map(({ entry: { header }, body }) => ({
        sequence: header.sequence,
        epoch: header.epoch,
        by: header.author,
        members: body.members.flatMap((member) => (member.id === 'reporter' ? [] : member.id)),
      })),
      log: auditLines(id, broken === null ? entries : entries.slice(0, broken - 1)),
      fault:
        (caseIdOf(reporter) === id && answer.case.id === id ? fault : 'wrong_case_id') ??
        // whoever is shown the case is a member of its newest epoch: else that is withheld
        (reads ? (broken === null ? null : 'log_broken') : 'wrong_epoch'),
    };
  }

  return {
    async accessReview(onProgress, signal) {
      const state = session.signedIn();
      const newest = await watch.current();
      const history = await watch.history();
      const directories = new Map(history.map(({ directory, hash }) => [directory.version, hash]));
      const contradictions: ReviewContradiction[] = [];
      const organisation = await log.entries('organisation');
      const broken = firstBrokenLink(organisation);
      const tell: Contradict = (code, person, at) => {
        contradictions.push({ caseId: null, code, person, at });
      };
      if (broken !== null) tell('log_broken', null, null);
      const people = peopleOf(history, auditLines(null, organisation), tell, (moment) =>
        session.dayOf(moment),
      );
      const found = state.account.part === 'handler' ? await allListings(signal) : [];
      const cases: ReviewedCase[] = [];
      const views: ReviewCaseView[] = [];
      for (const [index, listing] of found.entries()) {
        signal?.throwIfAborted();
        onProgress({ done: index, of: found.length });
        try {
          const { id } = listing.case;
          cases.push(await persist(() => reviewed(id, newest, directories), signal));
          const {
            title,
            channel,
            practice,
            receivedOn,
            state: open,
            fault,
          } = openListing(state, listing);
          views.push({ id, title, channel, practice, receivedOn, state: open, fault });
        } catch (error) {
          // taken from this person, or purged, meanwhile
          if (!(error instanceof ClientError && error.code === 'case_not_found')) throw error;
        }
      }
      onProgress({ done: found.length, of: found.length });
      const result = reviewAccess(cases, new Map(people.map((person) => [person.id, person])), {
        dayOf: (at) => session.dayOf(at),
        today: session.today(),
      });
      return {
        today: session.today(),
        people,
        cases: views,
        tenures: result.tenures,
        contradictions: [...contradictions, ...result.contradictions],
      };
    },
  };
}
