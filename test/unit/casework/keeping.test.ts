import { beforeAll, describe, expect, it } from 'vitest';
import { datesOf } from '../../../client/casework/dates.js';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { noticesOf } from '../../../client/casework/disclosures.js';
import { keepingOf } from '../../../client/casework/keeping.js';
import { ready, type Effect, type InternalEntry } from '../../../crypto/private.js';

beforeAll(ready);

const at = '2026-03-02T10:00:00.000Z';
const said = (...inputs: CaseworkInput[]): InternalEntry[] =>
  inputs.map((input) => caseworkEntry(input, at));
const hold = {
  kind: 'hold',
  ground: 'court',
  reference: 'T 1-26',
  decidedBy: 'The board',
  scope: 'All of it.',
  review: '2026-09-01',
} as const;
const restriction = {
  kind: 'restriction',
  id: null,
  ground: 'accuracy',
  text: 'A witness contests it.',
  review: '2026-04-01',
} as const;

const nothing = { hold: null, restriction: null, parts: [], partsUnknown: false };

describe('hold and restriction', () => {
  it('stand as the newest entry has them, each by itself', () => {
    expect(keepingOf({ internal: [] })).toEqual(nothing);
    const both = said(hold, restriction, { ...hold, review: '2027-01-01' });
    expect(keepingOf({ internal: both })).toMatchObject({
      hold: { review: '2027-01-01', reference: 'T 1-26' },
      restriction: { ground: 'accuracy' },
    });
    const lifted = [...both, ...said({ kind: 'release', text: 'Decided.' })];
    expect(keepingOf({ internal: lifted })).toMatchObject({
      hold: null,
      restriction: { ground: 'accuracy' },
    });
    const free = [...lifted, ...said({ kind: 'unrestriction', text: '' })];
    expect(keepingOf({ internal: free })).toEqual(nothing);
  });

  it('are lifted and put in force by entries that nobody can read as well, as the server goes by their headers', () => {
    const noise = (effect: Effect) =>
      ({ kind: 'unreadable', fault: 'does_not_open', effect }) as const;
    const lifted = [...said(hold, restriction), noise('release'), noise('unrestrict')];
    expect(keepingOf({ internal: lifted })).toEqual(nothing);
    const again = [...lifted, noise('hold'), noise('restrict')];
    expect(keepingOf({ internal: again })).toEqual({
      ...nothing,
      hold: 'unknown',
      restriction: 'unknown',
    });
    expect(datesOf({ dialogue: [], internal: again })).toEqual([]);
  });

  it('have a day of review among the dates of the case, as long as they are in force', () => {
    const dialogue: never[] = [];
    const dates = datesOf({ dialogue, internal: said(hold, restriction) });
    expect(dates.map(({ what, by }) => [what, by])).toEqual([
      ['restriction_review', '2026-04-01'],
      ['hold_review', '2026-09-01'],
    ]);
    const after = said(hold, { kind: 'release', text: 'Decided.' });
    expect(datesOf({ dialogue, internal: after })).toEqual([]);
  });
});

describe('those to whom data were disclosed', () => {
  const disclosed = (on: string): CaseworkInput => ({
    kind: 'disclosure',
    id: null,
    recipient: 'Police',
    ground: 'Investigation.',
    scope: 'The report.',
    on,
    state: 'made',
  });

  it('are to be told of a correction and of a restriction that came after', () => {
    const of = { compartment: 'dialogue', sequence: 2 } as const;
    const internal = said(
      disclosed('2026-03-01'),
      {
        kind: 'correction',
        id: null,
        of,
        part: null,
        ground: 'inaccurate',
        text: 'It was two guards.',
      },
      restriction,
      disclosed('2026-03-03'),
    );
    const notices = noticesOf({ dialogue: [], internal });
    expect(
      notices.map(({ disclosure, change, done }) => [disclosure.on, change.what, done]),
    ).toEqual([
      ['2026-03-01', 'rectification', null],
      ['2026-03-01', 'restriction', null],
    ]);
  });
});
