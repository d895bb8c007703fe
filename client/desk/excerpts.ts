/** A stretch of a text, its end not included. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** How many letters are shown on either side of what was found. */
const AROUND_LETTERS = 60;
/** How many more are looked at for the border of a word; what is longer is cut as no word is. */
const BORDER_LETTERS = 60;
/** How far one excerpt of the same word is from the next. */
const APART_LETTERS = 400;
const MOST_EXCERPTS = 3;

// Firefox has it since 125 only; spaces between words are what most languages have.
const segmenter =
  'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'word' }) : null;

/** Words, marks and spaces, between which a text may be cut. */
function piecesOf(text: string): { index: number; segment: string }[] {
  return segmenter !== null
    ? Array.from(segmenter.segment(text))
    : Array.from(text.matchAll(/\s+|\S+/gu), ({ index, 0: segment }) => ({ index, segment }));
}

/** What no line begins with, and what none ends with. */
const NEVER_FIRST = /^[\s\p{Po}\p{Pe}\p{Pf}\p{Pd}]/u;
const NEVER_LAST = /[\s\p{Ps}\p{Pi}]$/u;

/** Where no border is near, a cut that at least splits no letter of two code units. */
function betweenLetters(text: string, at: number): number {
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at + 1 : at;
}

/** What is shown around a place: words on either side, as far as they are whole. */
function around(text: string, found: Stretch): Stretch {
  const from = found.from - AROUND_LETTERS;
  const to = found.to + AROUND_LETTERS;
  const left = Math.max(0, from - BORDER_LETTERS);
  const right = Math.min(text.length, to + BORDER_LETTERS);
  const pieces = piecesOf(text.slice(left, right)).map(({ index, segment }) => ({
    from: left + index,
    to: left + index + segment.length,
    segment,
  }));
  // The edge of what was looked at is no border, unless the text ends there as well.
  const before = pieces.filter(
    (each) => each.from <= found.from && (each.from > left || left === 0),
  );
  const after = pieces.filter(
    (each) => each.to >= found.to && (each.to < right || right === text.length),
  );
  const first = before.find((each) => each.from >= from && !NEVER_FIRST.test(each.segment));
  const last = after.findLast((each) => each.to <= to && !NEVER_LAST.test(each.segment));
  const start = from <= 0 ? 0 : (first ?? before.at(-1))?.from;
  const end = to >= text.length ? text.length : (last ?? after.at(0))?.to;
  return { from: start ?? betweenLetters(text, from), to: end ?? betweenLetters(text, to) };
}

/** A stretch of a text on one line, with an ellipsis where words, or the rest of a word, are left out. */
function quoted(text: string, { from, to }: Stretch): string {
  const inWord = (at: number): boolean => /^\S\S$/u.test(text.slice(at - 1, at + 1));
  const line = text.slice(from, to).replace(/\s+/gu, ' ').trim();
  const before = /\S/u.test(text.slice(0, from)) ? (inWord(from) ? '…' : '… ') : '';
  const after = /\S/u.test(text.slice(to)) ? (inWord(to) ? '…' : ' …') : '';
  return `${before}${line}${after}`;
}

/** Whether a text holds all of some words, which are in lower case and normalised as the text is. */
export function holdsAll(text: string, words: readonly string[]): boolean {
  const lower = text.toLocaleLowerCase();
  return words.every((word) => lower.includes(word));
}

/**
 * The places in which a text holds words (in lower case, normalised as the text is), at most three;
 * null where one of the words is missing.
 */
export function excerptsOf(text: string, words: readonly string[]): string[] | null {
  const lower = text.toLocaleLowerCase();
  // A few letters are longer in lower case, and places in one text are then not those in the other.
  const shown = lower.length === text.length ? text : lower;
  const stretches: Stretch[] = [];
  for (const word of words) {
    let at = lower.indexOf(word);
    if (at === -1) return null;
    while (at !== -1 && stretches.length < MOST_EXCERPTS) {
      const found = { from: at, to: at + word.length };
      const seen = stretches.some(({ from, to }) => from <= found.from && found.to <= to);
      if (!seen) stretches.push(around(shown, found));
      at = lower.indexOf(word, at + APART_LETTERS);
    }
  }
  return stretches.map((stretch) => quoted(shown, stretch));
}
