import { addMonths, type Day, type PersonPart } from '../../crypto/private.js';
import type { CaseDate } from './case-date.js';
import { dayIn, reportDay, type Said } from './said.js';

const TELL_MONTHS = 1;

/** What a person said in the case. */
export interface Hearing {
  id: string;
  form: 'hearing' | 'statement';
  on: Day;
  text: string;
}

/** What a handler wrote for a person in place of the case's texts. */
export interface Extract {
  id: string;
  text: string;
  /** The day on which it was written down as it is. */
  writtenOn: Day;
  givenOn: Day | null;
}

/** A person in a case as things stand now. */
export interface Person {
  id: string;
  name: string;
  part: PersonPart;
  text: string;
  /** The day on which handlers first noted the person. */
  notedOn: Day;
  /** The day from which there is a month to tell the person that data on them are kept. */
  tellFrom: Day;
  /** By when: GDPR article 14(3)(a). */
  tellBy: Day;
  /** Null as long as nothing was said of it. */
  informed: { state: 'told' | 'deferred' | 'not_owed'; day: Day; text: string } | null;
  /** In the order of their days. */
  heard: readonly Hearing[];
  extracts: readonly Extract[];
  /** When the person was told how the case ended for them. */
  outcome: { on: Day; text: string } | null;
}

/**
 * The month of GDPR article 14(3)(a) runs from obtaining the data. Whom handlers note within a month
 * of the report, the report may have named, so it runs from there; later, from the note.
 */
function obtainedOn(said: Said, notedOn: Day): Day {
  const reported = reportDay(said);
  const isNamed =
    reported !== null && reported <= notedOn && notedOn <= addMonths(reported, TELL_MONTHS);
  return isNamed ? reported : notedOn;
}

/**
 * The persons in a case in the order in which they were noted: about everything the newest word
 * counts. What is said of nobody who was noted says nothing.
 */
export function personsOf(said: Said): Person[] {
  const persons = new Map<string, Person>();
  const removed = new Set<string>();
  const heard = new Map<string, { person: string; hearing: Hearing }>();
  const extracts = new Map<string, { person: string; extract: Extract }>();
  for (const content of said.internal) {
    if (content.kind === 'person') {
      const { id, name, part, text, state } = content;
      const notedOn = dayIn(said, content);
      const tellFrom = obtainedOn(said, notedOn);
      const days = { notedOn, tellFrom, tellBy: addMonths(tellFrom, TELL_MONTHS) };
      const fresh = { ...days, informed: null, outcome: null };
      const before = persons.get(id) ?? { ...fresh, heard: [], extracts: [] };
      persons.set(id, { ...before, id, name, part, text });
      if (state === 'removed') removed.add(id);
      else removed.delete(id);
    }
    if (content.kind === 'person_informed') {
      const { state, day, text } = content;
      change(persons, content.person, { informed: { state, day, text } });
    }
    if (content.kind === 'person_outcome') {
      const { on, text } = content;
      change(persons, content.person, { outcome: { on, text } });
    }
    if (content.kind === 'person_heard') {
      const { id, person, form, on, text } = content;
      heard.set(id, { person, hearing: { id, form, on, text } });
    }
    if (content.kind === 'person_extract') {
      const { id, person, text, givenOn } = content;
      const before = extracts.get(id)?.extract;
      const writtenOn = before?.text === text ? before.writtenOn : dayIn(said, content);
      extracts.set(id, { person, extract: { id, text, writtenOn, givenOn } });
    }
  }
  return [...persons.values()]
    .filter(({ id }) => !removed.has(id))
    .map((person) => ({
      ...person,
      heard: [...heard.values()]
        .flatMap((each) => (each.person === person.id ? [each.hearing] : []))
        .sort((a, b) => a.on.localeCompare(b.on)),
      extracts: [...extracts.values()].flatMap((each) =>
        each.person === person.id ? [each.extract] : [],
      ),
    }));
}

function change(persons: Map<string, Person>, id: string, to: Partial<Person>): void {
  const before = persons.get(id);
  if (before !== undefined) persons.set(id, { ...before, ...to });
}

/** By when persons are to be told, and by when it is looked at again that one is not yet. */
export function personDates(said: Said): CaseDate[] {
  return personsOf(said).map(({ name, notedOn, tellFrom, tellBy, informed }) => {
    const told = { what: 'person_told', name, by: tellBy, from: tellFrom, basis: 'law' } as const;
    if (informed === null) return { ...told, doneOn: null };
    if (informed.state !== 'deferred') return { ...told, doneOn: informed.day };
    const { day } = informed;
    const from = notedOn < day ? notedOn : day;
    return { what: 'deferral_review', name, by: day, from, basis: 'promise', doneOn: null };
  });
}
