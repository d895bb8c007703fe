import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { newCaseKey, reporterKeys } from '../../../crypto/case-key.js';
import { caseIdOf } from '../../../crypto/record.js';
import { randomBytes, ready } from '../../../crypto/sodium.js';
import {
  fingerprintWords,
  fromWords,
  newPaperKey,
  newPassphrase,
  paperSecret,
  parseWords,
  suggestWords,
  toWords,
} from '../../../crypto/words.js';

beforeAll(ready);

const entropy = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('a case key as people type it', () => {
  const separators = [' ', '  ', '\n', ', ', '\t', ' - ', '\r\n', ' · ', '\u00a0', '.'];

  it('is read in any sensible form', () => {
    fc.assert(
      fc.property(
        entropy,
        fc.constantFrom(...separators),
        fc.boolean(),
        fc.array(fc.constantFrom('lower', 'upper', 'title', 'short', 'longer', 'wide'), {
          minLength: 12,
          maxLength: 12,
        }),
        (bytes, separator, numbered, styles) => {
          const words = toWords(bytes);
          const typed = words.map((word, index) => {
            const style = styles[index] ?? 'lower';
            const written = {
              lower: word,
              upper: word.toUpperCase(),
              title: word.charAt(0).toUpperCase() + word.slice(1),
              short: word.slice(0, 4),
              longer: word.slice(0, 5),
              // full-width letters, as some keyboards give
              wide: word.replace(/[a-z]/g, (letter) =>
                String.fromCharCode(letter.charCodeAt(0) + 0xfee0),
              ),
            }[style];
            return numbered ? `${String(index + 1)}. ${written}` : written;
          });
          const text = `  ${typed.join(separator)}\n`;
          expect(parseWords(text, 12)).toEqual({ words });
        },
      ),
    );
  });

  it('names the word that is wrong, and what it may be', () => {
    const words = toWords(new Uint8Array(16));
    const typed = words.with(3, 'abandin').join(' ');
    const parsed = parseWords(typed, 12);
    expect(parsed).toMatchObject({
      faults: [{ code: 'unknown_word', index: 3, typed: 'abandin' }],
    });
    const [fault] = 'faults' in parsed ? parsed.faults : [];
    expect(fault?.code === 'unknown_word' && fault.suggestions).toContain('abandon');
  });

  it('is not guessed from a prefix that goes wrong after four letters', () => {
    const words = toWords(new Uint8Array(16));
    expect(parseWords(words.with(0, 'abanx').join(' '), 12)).toHaveProperty('faults');
    expect(parseWords(words.with(0, 'aba').join(' '), 12)).toHaveProperty('faults');
    expect(parseWords(words.with(0, 'abandons').join(' '), 12)).toHaveProperty('faults');
  });

  it('says how many words there are', () => {
    const words = toWords(new Uint8Array(16));
    for (const count of [0, 1, 11, 13, 24]) {
      const typed = Array.from({ length: count }, () => 'abandon').join(' ');
      const parsed = parseWords(typed, 12);
      expect(parsed).toMatchObject({ faults: [{ code: 'word_count', found: count }] });
    }
    expect(parseWords(words.join(' '), 24)).toMatchObject({ faults: [{ code: 'word_count' }] });
  });

  it('is refused with a word in another place, mostly', () => {
    let passed = 0;
    fc.assert(
      fc.property(entropy, fc.nat(11), fc.nat(2047), (bytes, index, other) => {
        const words = toWords(bytes);
        const changed = words.with(index, wordlist[other] ?? '');
        const parsed = parseWords(changed.join(' '), 12);
        if (changed.join() === words.join()) return;
        if ('words' in parsed) passed += 1;
        else expect(parsed).toEqual({ faults: [{ code: 'checksum' }] });
      }),
      { numRuns: 400 },
    );
    // 4 bits of checksum: one in sixteen goes through
    expect(passed).toBeLessThan(80);
  });

  it('never throws, whatever was pasted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseWords(text, 12)).toHaveProperty('faults');
      }),
    );
    expect(parseWords('abandon '.repeat(5000), 12)).toHaveProperty('faults');
  });
});

describe('suggestions', () => {
  it('are words that begin so', () => {
    for (const prefix of ['a', 'ab', 'zo', ' AB', 'Aband']) {
      const found = suggestWords(prefix);
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThanOrEqual(6);
      expect(found.every((word) => word.startsWith(prefix.trim().toLowerCase()))).toBe(true);
    }
    expect(suggestWords('')).toEqual([]);
    expect(suggestWords('xx')).toEqual([]);
    expect(suggestWords('a', 2)).toHaveLength(2);
  });
});

describe('words', () => {
  it('hold 16 and 32 bytes and give them back', () => {
    fc.assert(
      fc.property(fc.constantFrom(16, 32), (length) => {
        const bytes = randomBytes(length);
        expect(fromWords(toWords(bytes))).toEqual(bytes);
      }),
    );
    expect(newPaperKey()).toHaveLength(24);
    expect(newCaseKey()).toHaveLength(12);
    expect(() => fromWords(['not', 'words'])).toThrow();
    expect(() => reporterKeys(newPaperKey())).toThrow(RangeError);
  });

  it('make passphrases of which every word is as likely', () => {
    const counts = new Map<string, number>();
    for (let round = 0; round < 3000; round += 1) {
      const words = newPassphrase();
      expect(words).toHaveLength(7);
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    // 21,000 words of 2,048: about ten each
    expect(counts.size).toBeGreaterThan(2000);
    expect(Math.max(...counts.values())).toBeLessThan(40);
    expect([...counts.keys()].every((word) => wordlist.includes(word))).toBe(true);
  });

  it('make fingerprints that differ with every bit of the key', () => {
    const key = randomBytes(32);
    const seen = new Set([fingerprintWords(key).join(' ')]);
    for (let bit = 0; bit < 256; bit += 1) {
      const other = key.slice();
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const words = fingerprintWords(other);
      expect(words).toHaveLength(8);
      seen.add(words.join(' '));
    }
    expect(seen.size).toBe(257);
    expect(fingerprintWords(key, key)).not.toEqual(fingerprintWords(key));
  });

  it('give another secret for each purpose', () => {
    const words = newPaperKey();
    expect(paperSecret(words, 'a')).not.toEqual(paperSecret(words, 'b'));
    expect(paperSecret(words, 'a')).toEqual(paperSecret(words, 'a'));
  });
});

describe('the keys of a case key', () => {
  it('are the same each time, and the id is theirs', () => {
    fc.assert(
      fc.property(entropy, (bytes) => {
        const keys = reporterKeys(toWords(bytes));
        expect(reporterKeys(toWords(bytes))).toEqual(keys);
        expect(caseIdOf(keys.publicKeys)).toBe(keys.caseId);
      }),
      { numRuns: 20 },
    );
  });

  it('have nothing in common with those of another', () => {
    const one = reporterKeys(toWords(new Uint8Array(16)));
    const other = reporterKeys(toWords(new Uint8Array(16).fill(1, 15)));
    expect(one.caseId).not.toBe(other.caseId);
    expect(one.lookupToken).not.toBe(other.lookupToken);
    expect(one.kem.secretKey).not.toEqual(other.kem.secretKey);
    expect(one.sig.secretKey).not.toEqual(other.sig.secretKey);
    expect(
      Buffer.from(one.kem.secretKey).includes(Buffer.from(one.sig.secretKey.slice(0, 32))),
    ).toBe(false);
  });
});
