import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { wordBeneath } from '../../../client/law/notices.js';
import {
  Notices,
  NOTICE_KINDS,
  NOTICE_LANGUAGES_LIMIT,
  NOTICE_LIMITS,
  OWN_AUTHORITIES_LIMIT,
  toJsonBytes,
  type NoticeWord,
  type OwnAuthority,
} from '../../../crypto/private.js';

const authority: OwnAuthority = {
  names: { en: 'Bank supervisor' },
  url: 'https://supervisor.example/report?to=1',
  contact: 'Box 1\n123 45 Example',
  conditions: {},
};
const word: NoticeWord = { country: 'SE', words: { en: 'We are a bank.' }, reason: 'We had to.' };
const withAuthority = (change: object): unknown => ({
  authorities: { ...word, added: [{ ...authority, ...change }] },
});
const isTaken = (notices: unknown): boolean => v.is(Notices, notices);

/** Text of so many bytes as text can have at this length. */
const longest = (limit: number): string => 'ก'.repeat(limit);
const inAll = (limit: number, more = 0): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: NOTICE_LANGUAGES_LIMIT + more }, (_, at) => [
      `a${String.fromCharCode(97 + at)}`,
      longest(limit),
    ]),
  );

describe('what an organisation says to the notices of a country', () => {
  it('is taken as it stands: words, authorities, or nothing any more with a reason', () => {
    expect(isTaken({ anonymity: word })).toBe(true);
    expect(isTaken({ advice: { ...word, words: {} } })).toBe(true);
    expect(isTaken(withAuthority({}))).toBe(true);
    expect(isTaken(withAuthority({ url: null }))).toBe(true);
    expect(isTaken(withAuthority({ contact: null }))).toBe(true);
    expect(isTaken({ authorities: { ...word, added: [], words: {} } })).toBe(true);
  });

  it('has a reason, a known notice, and no word for taking one of the country away', () => {
    for (const wrong of [
      {},
      { advice: { ...word, reason: '' } },
      { advice: { ...word, reason: 'x'.repeat(2001) } },
      { advice: { country: 'SE', words: word.words } },
      { advice: { ...word, country: 'sweden' } },
      { advice: { ...word, added: [] } },
      { authorities: word },
      { protection: word },
      ...['hidden', 'hide', 'replaces', 'instead'].map((name) => ({
        authorities: { ...word, added: [], [name]: true },
      })),
    ]) {
      expect(isTaken(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });

  it.each([
    'http://supervisor.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    '//supervisor.example/',
    'supervisor.example',
    'https://user@supervisor.example/',
    'https://user:word@supervisor.example/',
    'https://av.se@supervisor.example/',
    'https://SUPERVISOR.example/',
    'https://supervisor.example/a/../b',
    'https://supervisor.example/ with space',
    'https://суд.example/',
    'https://localhost/',
    'https:///path',
    'https://supervisor.example:443/',
    `https://supervisor.example/${'x'.repeat(NOTICE_LIMITS.address)}`,
    '',
  ])('takes no address like %s', (url) => {
    expect(isTaken(withAuthority({ url }))).toBe(false);
  });

  it('takes an address of a site without the stroke at its end', () => {
    expect(isTaken(withAuthority({ url: 'https://supervisor.example' }))).toBe(true);
  });

  it('takes no authority without a name, or that nobody can reach', () => {
    for (const wrong of [
      { names: {} },
      { names: { en: '' } },
      { names: { en: ' ' } },
      { names: { en: 'Two\nlines' } },
      { names: { english: 'Supervisor' } },
      { url: null, contact: null },
      { contact: '' },
      { conditions: { en: '' } },
    ]) {
      expect(isTaken(withAuthority(wrong)), JSON.stringify(wrong)).toBe(false);
    }
  });

  it('takes no text that cannot be seen or that turns the direction of writing', () => {
    for (const text of [
      '',
      ' ',
      '\u200b',
      '\u2800',
      'a\u202eb',
      'a\u2066b',
      'a\u0000b',
      'a\tb',
      'a\rb',
    ]) {
      expect(isTaken({ advice: { ...word, words: { en: text } } }), JSON.stringify(text)).toBe(
        false,
      );
    }
    expect(isTaken({ advice: { ...word, words: { en: 'Two\n\nparts' } } })).toBe(true);
  });

  it('stays small: the largest of all has at most 135 kB, and nothing may be larger', () => {
    const most: NoticeWord = {
      country: 'SE',
      words: inAll(NOTICE_LIMITS.word),
      reason: longest(2000),
    };
    const large: OwnAuthority = {
      names: inAll(NOTICE_LIMITS.name),
      url: `https://a.example/${'x'.repeat(NOTICE_LIMITS.address - 18)}`,
      contact: longest(NOTICE_LIMITS.address),
      conditions: inAll(NOTICE_LIMITS.conditions),
    };
    const added = Array.from({ length: OWN_AUTHORITIES_LIMIT }, () => large);
    const all = { authorities: { ...most, added }, anonymity: most, advice: most };
    expect(isTaken(all)).toBe(true);
    expect(toJsonBytes(all).length).toBeLessThan(135_000);
    for (const wrong of [
      { ...all, authorities: { ...most, added: [...added, large] } },
      { ...all, advice: { ...most, words: inAll(1, 1) } },
      { ...all, advice: { ...most, words: { en: longest(NOTICE_LIMITS.word + 1) } } },
      withAuthority({ names: { en: longest(NOTICE_LIMITS.name + 1) } }),
      withAuthority({ names: inAll(1, 1) }),
      withAuthority({ contact: longest(NOTICE_LIMITS.address + 1) }),
      withAuthority({ conditions: { en: longest(NOTICE_LIMITS.conditions + 1) } }),
    ]) {
      expect(isTaken(wrong)).toBe(false);
    }
  });
});

describe('what stands beneath a notice', () => {
  it('is there for the country for which it was said, and for no other', () => {
    expect(wordBeneath({ advice: word }, 'advice', 'SE')).toEqual(word);
    expect(wordBeneath({ advice: word }, 'advice', 'NO')).toBeNull();
    expect(wordBeneath({ advice: word }, 'anonymity', 'SE')).toBeNull();
  });

  it('is nothing where nothing was ever said, or it was taken back', () => {
    const nothing = { ...word, words: {} };
    for (const kind of NOTICE_KINDS) expect(wordBeneath({}, kind, 'SE')).toBeNull();
    expect(wordBeneath({ advice: nothing }, 'advice', 'SE')).toBeNull();
    const authorities = { ...nothing, added: [] };
    expect(wordBeneath({ authorities }, 'authorities', 'SE')).toBeNull();
    const named = { ...nothing, added: [authority] };
    expect(wordBeneath({ authorities: named }, 'authorities', 'SE')).toEqual(named);
  });
});
