import type { CaseRow, ChannelView } from '../../client/models.js';
import type { Day } from '../../crypto/public.js';

// The list of made-up cases that the fake worker of the desk pretends.

/** What the test wants to be pretended. */
export const { scenario } = self as unknown as { scenario: string };

type Reader = ChannelView['readers'][number];

/** Who reads reports. */
export const readers: Reader[] = [
  {
    id: 'hanna',
    name: 'Hanna Ek',
    role: { en: 'Head of legal', sv: 'Chefsjurist' },
    part: 'handler',
    formerly: [],
  },
  {
    id: 'omar',
    name: 'Omar Lind',
    role: { en: 'Internal audit', sv: 'Internrevision' },
    part: 'handler',
    formerly: [],
  },
  { id: 'vera', name: 'Vera Strand', role: {}, part: 'recovery_officer', formerly: [] },
];

/** The day so many days from now. */
export function day(offset: number): string {
  const date = new Date();
  date.setDate(date.getDate() + offset);
  return `${date.getFullYear().toString()}-${(date.getMonth() + 1).toString().padStart(2, '0')}-${date.getDate().toString().padStart(2, '0')}`;
}

/** A time on that day. */
export function moment(offset: number): string {
  return `${day(offset)}T09:41:00.000Z`;
}

function row(change: Partial<CaseRow> & { id: string }): CaseRow {
  return {
    channel: 'channel',
    country: scenario === 'spain' ? 'ES' : scenario === 'administrator' ? 'PT' : 'SE',
    practice: false,
    receivedOn: day(-20),
    state: 'open',
    closedOn: null,
    purgeOn: null,
    counted: null,
    decisionBy: null,
    escalated: false,
    recorded: false,
    dataRequest: false,
    unread: false,
    opened: true,
    title: '',
    category: 'fraud',
    acknowledgedOn: day(-15),
    feedbackOn: null,
    acknowledgementWaived: false,
    unreachable: false,
    exportWaits: false,
    stillNeeded: false,
    feedbackExtendedTo: null,
    investigated: false,
    outcome: null,
    status: change.acknowledgedOn === null ? 'new' : 'acknowledged',
    labels: [],
    responsible: [],
    due: null,
    fault: null,
    ...change,
  };
}

const closed = (on: number, purge: number): Partial<CaseRow> => ({
  state: 'closed',
  receivedOn: day(on - 30),
  acknowledgedOn: day(on - 25),
  counted: {
    received: day(on - 30) as Day,
    closed: day(on) as Day,
    processed: day(on) as Day,
    paused: 0,
    pausedSince: 0,
  },
  closedOn: day(on),
  purgeOn: day(purge),
  feedbackOn: day(on),
});

/** Every case of the list, by its id. */
export const rows = new Map<string, CaseRow>(
  (scenario === 'empty'
    ? []
    : [
        row({
          id: 'a',
          title: 'Invoices for guards who were never there',
          receivedOn: day(-5),
          acknowledgedOn: null,
          unread: true,
        }),
        row({
          id: 'b',
          receivedOn: day(-9),
          acknowledgedOn: null,
          category: 'harassment',
          opened: false,
          unread: true,
        }),
        row({
          id: 'c',
          title: 'Batteries in the server room',
          category: 'work_safety',
          receivedOn: day(-84),
          acknowledgedOn: day(-80),
        }),
        row({
          id: 'd',
          title: 'Supplier pays for a holiday',
          category: 'corruption',
          unread: true,
          // from before the channel followed the act of another country
          ...(scenario === 'spain' && { country: 'FR' }),
        }),
        row({
          id: 'e',
          title: 'Alarm log changed afterwards',
          category: 'data_protection',
          ...closed(-40, 690),
          decisionBy: day(12),
          unread: true,
          outcome: 'unsubstantiated',
        }),
        row({
          id: 'f',
          title: 'Overtime is not written down',
          category: 'work_safety',
          escalated: true,
          receivedOn: day(-120),
          acknowledgedOn: day(-114),
        }),
        row({ id: 'g', fault: 'rewritten_chain', unread: true }),
        row({
          id: 'h',
          title: 'Old extinguishers in the depot',
          category: 'work_safety',
          responsible: ['omar'],
        }),
        row({
          id: 'i',
          title: 'Trying the channel out',
          practice: true,
          category: 'other',
          feedbackOn: day(-10),
        }),
        row({
          id: 'j',
          category: 'unknown',
          receivedOn: day(-30),
          acknowledgedOn: day(-25),
          feedbackOn: day(-2),
        }),
        row({
          id: 'k',
          title: 'Licence plates kept too long',
          category: 'data_protection',
          ...closed(-700, 30),
          outcome: 'substantiated',
        }),
        row({
          id: 'l',
          title: 'Discount for a relative',
          category: 'corruption',
          ...closed(-650, 80),
          outcome: 'minor',
        }),
        row({
          id: 'm',
          title: 'Waste oil behind the garage',
          category: 'environment',
          ...closed(-100, 630),
          outcome: 'partly_substantiated',
        }),
        row({ id: 'n', category: 'other', ...closed(-10, 720), outcome: 'spam' }),
        ...(scenario === 'warnings'
          ? [
              row({ id: 'lost', title: 'Keys that do not fit' }),
              row({ id: 'let-in', title: 'Let in past the reporter' }),
              row({ id: 'past', title: 'Somebody could read it', fault: 'does_not_open' }),
              row({ id: 'odd', title: 'Two that disagree', practice: true }),
            ]
          : []),
      ]
  ).map((each) => [each.id, each]),
);

if (scenario === 'many') {
  for (let number = 0; number < 3000; number += 1) {
    const id = `many-${number.toString()}`;
    rows.set(
      id,
      row({ id, title: `Case ${number.toString()}`, ...(number % 3 === 0 ? closed(-5, 700) : {}) }),
    );
  }
}
