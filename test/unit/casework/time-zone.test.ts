import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { datesOf, decisionsOf } from '../../../client/casework/dates.js';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { overviewOf } from '../../../client/casework/overview.js';
import { personsOf } from '../../../client/casework/persons.js';
import { addMonths, type Day, dayOf, type DialogueEntry } from '../../../crypto/private.js';
import {
  fieldMoment,
  momentOfField,
  momentText,
  today,
  useTimeZone,
} from '../../../views/browser/desk/days.js';

const HELSINKI = 'Europe/Helsinki';
const AUCKLAND = 'Pacific/Auckland';
const NEW_YORK = 'America/New_York';

/** Moments at the edge of a day, and the day that each is in each zone. */
const EDGES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['2026-03-01T21:59:59.000Z', { [HELSINKI]: '2026-03-01', [AUCKLAND]: '2026-03-02' }],
  ['2026-03-01T22:00:00.000Z', { [HELSINKI]: '2026-03-02', [NEW_YORK]: '2026-03-01' }],
  // summer time begins in Helsinki on 29 March 2026 at 01:00 UTC, and the day ends an hour earlier
  ['2026-03-29T20:59:59.000Z', { [HELSINKI]: '2026-03-29' }],
  ['2026-03-29T21:00:00.000Z', { [HELSINKI]: '2026-03-30' }],
  // and ends on 25 October
  ['2026-10-25T21:59:59.000Z', { [HELSINKI]: '2026-10-25' }],
  ['2026-10-25T22:00:00.000Z', { [HELSINKI]: '2026-10-26' }],
  // in Auckland it ends on 5 April, in New York it begins on 8 March
  ['2026-04-04T10:59:59.000Z', { [AUCKLAND]: '2026-04-04' }],
  ['2026-04-04T11:00:00.000Z', { [AUCKLAND]: '2026-04-05' }],
  ['2026-04-05T11:59:59.000Z', { [AUCKLAND]: '2026-04-05' }],
  ['2026-04-05T12:00:00.000Z', { [AUCKLAND]: '2026-04-06' }],
  ['2026-03-08T04:59:59.000Z', { [NEW_YORK]: '2026-03-07' }],
  ['2026-03-09T03:59:59.000Z', { [NEW_YORK]: '2026-03-08' }],
  ['2026-03-09T04:00:00.000Z', { [NEW_YORK]: '2026-03-09' }],
  // months, leap years and the year end where the zone is
  ['2028-02-28T22:00:00.000Z', { [HELSINKI]: '2028-02-29', [NEW_YORK]: '2028-02-28' }],
  ['2028-02-29T11:00:00.000Z', { [AUCKLAND]: '2028-03-01', [HELSINKI]: '2028-02-29' }],
  ['2026-12-31T11:00:00.000Z', { [AUCKLAND]: '2027-01-01', [NEW_YORK]: '2026-12-31' }],
];

afterEach(() => {
  useTimeZone('UTC');
});

describe('a day', () => {
  it.each(EDGES)('at %s is the one of the zone, for what was said and for today', (at, days) => {
    for (const [zone, day] of Object.entries(days)) {
      useTimeZone(zone);
      expect([zone, today(new Date(at))]).toEqual([zone, day]);
      expect(dayOf(new Date(at), zone)).toBe(day);
      const said: DialogueEntry = { kind: 'acknowledgement', at, text: 'x', files: [] };
      const overview = overviewOf(
        'x',
        { dialogue: [said], internal: [], timeZone: zone },
        day as Day,
      );
      expect(overview.acknowledgedOn).toBe(day);
    }
  });

  it('is the same for everything that is worked out of one entry', () => {
    // the evening of the last of January in New York, the first of February elsewhere
    const at = '2027-02-01T03:30:00.000Z';
    const entry = (input: CaseworkInput) => caseworkEntry(input, at);
    const task = entry({
      kind: 'task',
      id: null,
      name: 'x',
      due: '2027-03-01',
      reader: null,
      state: 'open',
    });
    const waived = entry({ kind: 'acknowledgement_waived', reason: 'declined', text: '' });
    const person = entry({
      kind: 'person',
      id: null,
      name: 'x',
      part: 'witness',
      text: '',
      state: 'present',
    });
    const said = (timeZone: string) => ({
      dialogue: [],
      internal: [task, waived, person],
      timeZone,
    });
    const seen = (zone: string): unknown[] => [
      datesOf(said(zone)).find(({ what }) => what === 'task')?.from,
      decisionsOf(said(zone)).waiver?.on,
      personsOf(said(zone)).map(({ notedOn, tellBy }) => [notedOn, tellBy]),
    ];
    expect(seen(NEW_YORK)).toEqual(['2027-01-31', '2027-01-31', [['2027-01-31', '2027-02-28']]]);
    expect(seen(HELSINKI)).toEqual(['2027-02-01', '2027-02-01', [['2027-02-01', '2027-03-01']]]);
    expect(addMonths(dayOf(new Date('2028-01-31T10:59:00Z'), AUCKLAND), 1)).toBe('2028-02-29');
  });

  it('of an entry is worked out in one place, which knows the zone', () => {
    const folder = fileURLToPath(new URL('../../../client/casework/', import.meta.url));
    const own = readdirSync(folder).filter(
      (name) => name !== 'said.ts' && /\bdayOf\b/.test(readFileSync(folder + name, 'utf8')),
    );
    expect(own).toEqual([]);
  });
});

describe('a field for day and time', () => {
  it('holds and names moments of the zone, on both sides of a change of the clocks', () => {
    for (const zone of [HELSINKI, AUCKLAND, NEW_YORK]) {
      useTimeZone(zone);
      for (const [at] of EDGES) {
        const minute = new Date(`${at.slice(0, 16)}:00.000Z`);
        expect([zone, momentOfField(fieldMoment(minute))]).toEqual([zone, minute]);
      }
    }
    useTimeZone(HELSINKI);
    expect(momentOfField('2026-07-01T10:00').toISOString()).toBe('2026-07-01T07:00:00.000Z');
    expect(momentOfField('2026-12-01T10:00').toISOString()).toBe('2026-12-01T08:00:00.000Z');
    expect(momentOfField('').getTime()).toBeNaN();
    // half past three does not exist that night
    const passed = momentOfField('2026-03-29T03:30').getTime();
    const change = Date.parse('2026-03-29T01:00:00Z');
    expect(Math.abs(passed - change)).toBeLessThanOrEqual(60 * 60_000);
  });

  it('is told as it was written', () => {
    // the page's language
    const page = { documentElement: { lang: 'en' } };
    Object.assign(globalThis, { document: page });
    useTimeZone(AUCKLAND);
    expect(momentText('2026-12-31T11:05:00.000Z')).toBe('1 Jan 2027, 00:05');
    Reflect.deleteProperty(globalThis, 'document');
  });
});
