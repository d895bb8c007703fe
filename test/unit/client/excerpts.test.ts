import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { excerptsOf } from '../../../client/desk/excerpts.js';

const LONG =
  'On Monday the director asked accounting to book the payments for consulting differently: ' +
  'every invoice was split, so that no part of it needed a second signature, and whoever asked ' +
  'was told that this had always been the custom of the house.';

/** What an excerpt shows, without what stands for the rest. */
function bare(excerpt: string): string {
  return excerpt.replace(/^… ?| ?…$/gu, '');
}

/** A text as excerpts show it. */
function onOneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

describe.each(['with a segmenter', 'without one'])('an excerpt, %s,', (engine) => {
  beforeEach(() => {
    if (engine === 'without one') vi.stubGlobal('Intl', {});
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('begins and ends with whole words', () => {
    const [excerpt = ''] = excerptsOf(LONG, ['invoice']) ?? [];
    expect(excerpt).toMatch(/^… .*every invoice was.* ?…$/u);
    expect(LONG.split(/[\s:,.]+/u)).toEqual(
      expect.arrayContaining(bare(excerpt).split(/[\s:,.]+/u)),
    );
  });

  it('has an ellipsis only where words are left out', () => {
    expect(excerptsOf('\n  Paid twice.  \n', ['paid'])).toEqual(['Paid twice.']);
    const [start = ''] = excerptsOf(LONG, ['monday']) ?? [];
    expect(start).toMatch(/^On Monday .*…$/u);
    const [end = ''] = excerptsOf(LONG, ['custom']) ?? [];
    expect(end).toMatch(/^… .* the custom of the house\.$/u);
  });

  it('shows the whole word in which letters were found', () => {
    const [excerpt = ''] = excerptsOf(`${'x '.repeat(100)}preinvoiced${' y'.repeat(100)}`, [
      'invoice',
    ]) ?? [''];
    expect(excerpt.split(' ')).toContain('preinvoiced');
  });

  it('cuts what has no borders between letters, and says that it goes on', () => {
    const [excerpt = ''] = excerptsOf(`${'😀'.repeat(301)}here${'😀'.repeat(301)}`, ['here']) ?? [];
    expect(excerpt).toMatch(/^…?😀+here😀+…?$/u);
    const endless = excerptsOf(`${'a'.repeat(400)}b${'a'.repeat(400)}`, ['b']);
    expect(endless).toEqual([`…${'a'.repeat(60)}b${'a'.repeat(60)}…`]);
  });

  it('shows words that stand together once', () => {
    expect(excerptsOf(LONG, ['invoice', 'split'])).toHaveLength(1);
    expect(excerptsOf(LONG, ['monday', 'custom'])).toHaveLength(2);
    expect(excerptsOf(LONG, ['monday', 'missing'])).toBeNull();
  });

  it('holds what was found, and says of each end truly whether something is left out', () => {
    const letter = fc.constantFrom(...Array.from('aaaeeo  \n\n.,(-😀é漢'));
    const texts = fc.array(letter, { minLength: 1, maxLength: 500 }).map((all) => all.join(''));
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({ min: 1, max: 12 }), (text, start, length) => {
        const lower = text.toLocaleLowerCase();
        const word = Array.from(lower)
          .slice(start % lower.length)
          .slice(0, length)
          .join('')
          .trim()
          .split(/\s/u)[0];
        if (word === undefined || word === '') return;
        const excerpts = excerptsOf(text, [word]) ?? [];
        expect(excerpts.length).toBeGreaterThan(0);
        const line = onOneLine(text);
        for (const excerpt of excerpts) {
          expect(excerpt.toLocaleLowerCase()).toContain(word);
          expect(excerpt).not.toMatch(/\p{Surrogate}/u);
          const shown = bare(excerpt);
          expect(line).toContain(shown);
          if (!excerpt.startsWith('…')) expect(line.startsWith(shown)).toBe(true);
          if (!excerpt.endsWith('…')) expect(line.endsWith(shown)).toBe(true);
          expect(shown === line).toBe(shown === excerpt);
        }
      }),
      { numRuns: 500 },
    );
  });
});
