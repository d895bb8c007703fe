/** A name that is to be replaced, and what stands in its place. */
export interface Replacement {
  name: string;
  instead: string;
}

/** Shorter parts of a name are words of their own too often. */
const SHORTEST_PART = 3;

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&');
}

/** A name as people write it: spaces of any length, another's ending of possession. */
function patternOf(words: readonly string[]): RegExp {
  const name = words.map(quoted).join('[\\s\\u00a0.,-]+');
  return new RegExp(`(?<![\\p{L}\\p{N}])${name}(?:['’]?s)?(?![\\p{L}\\p{N}])`, 'giu');
}

function wordsOf(name: string): string[] {
  return name.normalize('NFC').match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu) ?? [];
}

/**
 * A text with names replaced: each whole, then each of its words of three letters or more, whatever
 * its capitals. What is written in another way stays: see {@link namesLeft}.
 */
export function withoutNames(text: string, names: readonly Replacement[]): string {
  let result = text.normalize('NFC');
  const put = (pattern: RegExp, instead: string): void => {
    // a function, so that nothing in the word is taken for a sign of the pattern
    result = result.replace(pattern, () => instead);
  };
  for (const { name, instead } of names) {
    const words = wordsOf(name);
    if (words.length > 0) put(patternOf(words), instead);
  }
  for (const { name, instead } of names) {
    for (const word of wordsOf(name)) {
      if (Array.from(word).length >= SHORTEST_PART) put(patternOf([word]), instead);
    }
  }
  return result;
}

/** Scripts in which a name of two letters is a whole one, and nothing parts it from other words. */
const UNPARTED = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * The parts of these names that stand somewhere in a text still, be it inside another word. Parts of
 * two letters count as words of their own, with the same capitals.
 */
export function namesLeft(text: string, names: readonly Pick<Replacement, 'name'>[]): string[] {
  const plain = (value: string): string =>
    value.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
  const whole = plain(text);
  const words = new Set(wordsOf(text).map((word) => word.replace(/['’]?s?$/u, '')));
  for (const word of wordsOf(text)) words.add(word);
  const parts = names
    .flatMap(({ name }) => wordsOf(name))
    .filter((word) => {
      const isLong = Array.from(word).length >= SHORTEST_PART || UNPARTED.test(word);
      return isLong ? whole.includes(plain(word)) : Array.from(word).length > 1 && words.has(word);
    });
  return [...new Set(parts)];
}
