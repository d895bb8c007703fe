import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ERASED_MARK,
  lostWords,
  textsOf,
  withoutPassages,
  withoutWords,
  type Passage,
} from '../../../client/casework/passages.js';
import type { Day, EntryContent, WorkId } from '../../../crypto/private.js';

function left(text: string, ...passages: readonly (readonly [number, number])[]): string {
  const content: EntryContent = { kind: 'message', at: '2026-03-02' as Day, text, files: [] };
  const named = passages.map(([from, to]): Passage => ({ field: 'text', from, to }));
  const cut = withoutPassages(content, named, []);
  return cut.kind === 'message' ? cut.text : 'another entry';
}

/** Half of a pair of code units. */
const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

describe('an entry that is erased whole', () => {
  const at = '2026-03-02T10:00:00.000Z';
  const option = { form: 'in_person', day: '2026-03-09' as Day, zone: 'Europe/Stockholm' } as const;
  const id = 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId;
  const proposal: EntryContent = {
    ...{ kind: 'meeting_proposal', at, id, text: '' },
    options: [
      { ...option, time: '09:00', place: 'At the home of Robin' },
      { ...option, time: '11:00', place: 'Room 4' },
    ],
  };
  const disclosure: EntryContent = {
    ...{ kind: 'disclosure', at, id, recipient: 'Police', ground: 'A hearing', scope: 'All' },
    ...{ on: '2026-03-02' as Day, state: 'made' },
    identity: { basis: 'jeopardy', text: 'Robin would warn Kim.' },
  };
  const elsewhere = { basis: 'elsewhere', how: 'told', on: '2026-03-01' as Day } as const;
  const told: EntryContent = {
    ...disclosure,
    identity: { ...elsewhere, text: 'At the home of Robin.' },
  };

  it.each([
    ['a proposal of times keeps no place', proposal, ['At the home of Robin', 'Room 4']],
    [
      'a disclosure keeps no reason why the reporter was not told',
      disclosure,
      ['Police', 'A hearing', 'All', 'Robin would warn Kim.'],
    ],
    [
      'a disclosure keeps no word of how the reporter was told elsewhere',
      told,
      ['Police', 'A hearing', 'All', 'At the home of Robin.'],
    ],
  ])('%s', (_, before, words) => {
    const after = withoutWords(before);
    if (after === null) throw new Error('nothing is left');
    expect(textsOf(before).map(({ text }) => text)).toEqual(words);
    expect(textsOf(after).map(({ text }) => text)).toEqual(words.map(() => ERASED_MARK));
    expect(lostWords(before, after)).toEqual(words);
  });

  it('keeps the other place where one goes', () => {
    const after = withoutPassages(proposal, [{ field: 'options.1', from: 15, to: 20 }], []);
    expect(textsOf(after).map(({ text }) => text)).toEqual(['At the home of […]', 'Room 4']);
    expect(lostWords(proposal, after)).toEqual(['Robin']);
    const moved = { ...proposal, options: [{ ...option, time: '10:00', place: 'Room 4' }] };
    expect(lostWords(proposal, moved as EntryContent)).toBeNull();
  });
});

describe('a passage that is erased', () => {
  it.each<[string, string, [number, number][], string]>([
    ['in the middle', 'He is ill today.', [[6, 9]], 'He is […] today.'],
    ['that is the whole text', 'He is ill.', [[0, 10]], '[…]'],
    ['of nothing', 'He is ill.', [[3, 3]], 'He is ill.'],
    ['of nothing, inside a letter', 'a😀b', [[2, 2]], 'a😀b'],
    ['from its end to its beginning', 'He is ill.', [[5, 3]], 'He is ill.'],
    [
      'at the beginning and at the end',
      'abcd',
      [
        [0, 1],
        [3, 4],
      ],
      '[…]bc[…]',
    ],
    [
      'that overlaps another, in any order',
      'abcdef',
      [
        [3, 5],
        [1, 4],
      ],
      'a[…]f',
    ],
    [
      'inside another',
      'abcdef',
      [
        [1, 5],
        [2, 3],
      ],
      'a[…]f',
    ],
    [
      'beside another',
      'abcdef',
      [
        [1, 3],
        [3, 5],
      ],
      'a[…]f',
    ],
    [
      'twice',
      'abcdef',
      [
        [1, 3],
        [1, 3],
      ],
      'a[…]def',
    ],
    ['that begins inside a pair', 'a😀b', [[2, 4]], 'a[…]'],
    ['that ends inside a pair', 'a😀b', [[0, 2]], '[…]b'],
    ['between two letters of two units', '😀😀', [[1, 3]], '[…]'],
    ['of a letter without its accent', 'Le\u0301a', [[1, 2]], 'L[…]a'],
    ['of an accent without its letter', 'Le\u0301\u0323a', [[3, 4]], 'L[…]a'],
    ['of one of several joined pictures', 'a👩\u200D💻b', [[1, 3]], 'a[…]💻b'],
    ['over the end of a line', 'one\r\ntwo\nthree', [[3, 8]], 'one[…]\nthree'],
    ['of the end of a line alone', 'one\r\ntwo', [[3, 5]], 'one[…]two'],
    ['beyond the end', 'abc', [[1, 4]], 'abc'],
    ['before the beginning', 'abc', [[-1, 2]], 'abc'],
    ['beside a mark that somebody wrote', 'a […] b', [[0, 2]], '[…][…] b'],
  ])('%s', (_, text, passages, remains) => {
    expect(left(text, ...passages)).toBe(remains);
  });

  it('never leaves anything of itself, nor half a letter, wherever it is', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 30 });
    const offset = fc.nat(40);
    const pairs = fc.array(fc.tuple(offset, offset), { maxLength: 4 });
    fc.assert(
      fc.property(texts, pairs, (text, passages) => {
        const after = left(text, ...passages);
        const inside = passages.filter(([from, to]) => from < to && to <= text.length);
        const isKept = (at: number): boolean => !inside.some(([from, to]) => from <= at && at < to);
        // whole units only, and none that was named
        expect(after).not.toMatch(HALF);
        const kept = Array.from({ length: text.length }, (__, at) => at).filter(isKept).length;
        expect(after.replaceAll(ERASED_MARK, '').length).toBeLessThanOrEqual(kept);
        if (inside.length === 0) expect(after).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
