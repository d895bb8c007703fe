import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Day } from '../../../crypto/private.js';
import { checkExtract, type ExtractSources } from '../../../client/casework/extract-check.js';
import { daysIn } from '../../../client/questions/readable.js';

const report =
  'Since 14 March we charge for four guards on the night shift at the harbour. On 2026-04-02, at 02:30, only two were there. I work there.';
const sources: ExtractSources = {
  reporter: [report],
  names: [],
  handlers: ['Asked finance for the invoices of the harbour.'],
  days: ['2026-05-17'],
};

const found = (extract: string, change: Partial<ExtractSources> = {}): string[] =>
  checkExtract(extract, { ...sources, ...change }).map(({ kind, text }) => `${kind}: ${text}`);

describe('the check of an extract', () => {
  it('finds nothing in nothing, nor in what a handler says in other words', () => {
    expect(found('')).toEqual([]);
    expect(found('It was said that the harbour was billed too much.')).toEqual([]);
  });

  it('names the reporter, where an identity was given out, whoever else wrote that name', () => {
    const names = ['Robin Ek'];
    expect(
      found('Robins car stood there. Mr. EK paid.', { names, handlers: ['Robin Ek'] }),
    ).toEqual(['word: Robins', 'word: EK']);
  });

  it('names what stands word for word in the texts, also with other marks and letters', () => {
    expect(found('It says: CHARGE FOR, four guards! Nothing else.')).toEqual([
      'copied: CHARGE FOR, four guards',
    ]);
    expect(found('A person said so. I work there.')).toEqual(['copied: I work there']);
  });

  it('names the days that the reporter gave as answers to the channel’s own questions', () => {
    const day = (text: string): Day => v.parse(Day, text);
    const days = daysIn({
      answers: [
        { is: 'period', field: 'when', from: day('2026-03-14'), until: day('2026-03-20') },
        { is: 'period', field: 'since', from: day('2026-01-09'), until: null },
        { is: 'text', field: 'where', text: 'At the harbour' },
      ],
    });
    expect(daysIn(undefined)).toEqual([]);
    const told = 'It was said to be so on 20 March and on 9 January, not on 15 March.';
    expect(found(told, { reporter: [], days })).toEqual(['date: 20 March', 'date: 9 January']);
  });

  it('finds any stretch of four words, and quotes it whole', () => {
    const words = report.split(' ');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: words.length - 4 }),
        fc.integer({ min: 4, max: 9 }),
        (from, length) => {
          const stretch = words.slice(from, from + length).join(' ');
          const [first] = checkExtract(`Yes: ${stretch}`, sources);
          expect(first?.kind).toBe('copied');
          expect(stretch).toContain(first?.text ?? 'nothing');
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['14.3.', 'date: 14.3'],
    ['the fourteenth, or 14 mars', 'date: 14 mars'],
    ['14. maaliskuuta', 'date: 14. maaliskuuta'],
    ['March 14th', 'date: March 14th'],
    ['4/2 or so', 'date: 4/2'],
    ['2 April', 'date: 2 April'],
    ['2027-04-02', 'date: 2027-04-02'],
    ['half past two (2.30)', 'date: 2.30'],
    ['17 May', 'date: 17 May'],
  ])('knows a date or time of the reporter as %s', (extract, expected) => {
    expect(found(extract)).toEqual([expected]);
  });

  it.each(['15 March', '2026-03-02', '12:30', '3 of 4 guards', 'May I?'])(
    'does not take %s for one',
    (extract) => {
      expect(found(extract).filter((each) => each.startsWith('date'))).toEqual([]);
    },
  );

  it('names longer words that nobody but the reporter uses in the case', () => {
    expect(found('Charges at the harbour')).toEqual([]);
    expect(found('Too many by charge')).toEqual(['word: charge']);
    expect(found('Too many by charge', { handlers: ['They charge more.'] })).toEqual([]);
  });
});
