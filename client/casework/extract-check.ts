/** What an extract must not carry over, as far as a program can see it. */
export interface ExtractFinding {
  /**
   * `copied`: several words as they stand in the reporter's texts; `date`: a date or a time of day
   * that stands there; `word`: a word that of all who write in the case only the reporter uses, or
   * a part of the reporter's name; `restricted`: words as they stand where the case is restricted.
   */
  kind: 'copied' | 'date' | 'word' | 'restricted';
  /** As it stands in the extract. */
  text: string;
}

/** What a case holds, as far as an extract is compared with it. */
export interface ExtractSources {
  /** Everything that the reporter wrote. */
  reporter: readonly string[];
  /** What the reporter is called, where an identity was given out. */
  names: readonly string[];
  /** Everything that handlers wrote. */
  handlers: readonly string[];
  /** What is restricted of either. */
  restricted?: readonly string[];
  /** The days on which the reporter wrote, and those that answers name, `2026-03-02`. */
  days: readonly string[];
}

interface Token {
  word: string;
  from: number;
  to: number;
}

/** So many words in their order are a copy, and no chance. */
const COPIED_WORDS = 4;
/** Shorter words are everybody's. */
const OWN_WORD_LETTERS = 6;
/** Shorter parts of a name begin too many words. */
const NAME_LETTERS = 3;
/** More of them help nobody. */
const MOST_WORDS = 20;
/** Languages in which months are recognised by name. */
const MONTH_LANGUAGES = ['en', 'sv', 'fi', 'nb', 'da', 'de', 'fr', 'es', 'it', 'nl', 'pl'];

function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+/gu), ({ index, 0: found }) => ({
    word: found.normalize('NFC').toLocaleLowerCase(),
    from: index,
    to: index + found.length,
  }));
}

function runsOf(tokens: readonly Token[]): string[] {
  const last = tokens.length - COPIED_WORDS;
  return Array.from({ length: Math.max(0, last + 1) }, (_, at) =>
    tokens
      .slice(at, at + COPIED_WORDS)
      .map(({ word }) => word)
      .join(' '),
  );
}

function sentencesOf(text: string): string[] {
  return text.split(/[.!?\n]+/u).map((each) =>
    tokensOf(each)
      .map(({ word }) => word)
      .join(' '),
  );
}

/** The longest stretches of the extract that stand in one of the texts, or a whole sentence of it. */
function copiedIn(extract: string, texts: readonly string[]): Token[][] {
  const known = new Set(texts.flatMap((text) => runsOf(tokensOf(text))));
  const tokens = tokensOf(extract);
  const copied = new Set<number>();
  for (const [at, run] of runsOf(tokens).entries()) {
    if (!known.has(run)) continue;
    for (let each = at; each < at + COPIED_WORDS; each += 1) copied.add(each);
  }
  const stretches: Token[][] = [];
  for (const [at, token] of tokens.entries()) {
    if (!copied.has(at)) continue;
    const last = stretches.at(-1);
    if (last !== undefined && copied.has(at - 1)) last.push(token);
    else stretches.push([token]);
  }
  return stretches;
}

function shortSentences(extract: string, texts: readonly string[]): string[] {
  const known = new Set(texts.flatMap(sentencesOf));
  return extract
    .split(/[.!?\n]+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => {
      const words = tokensOf(sentence).map(({ word }) => word);
      return words.length > 1 && words.length < COPIED_WORDS && known.has(words.join(' '));
    });
}

/** The stretches of the extract that are restricted: copied, or short and there as a whole. */
function restrictedIn(extract: string, texts: readonly string[]): Token[][] {
  const tokens = tokensOf(extract);
  const short = texts
    .map((text) => tokensOf(text).map(({ word }) => word))
    .filter(({ length }) => length > 0 && length < COPIED_WORDS)
    .flatMap((words) =>
      tokens.flatMap((_, at) => {
        const stretch = tokens.slice(at, at + words.length);
        return words.every((word, index) => stretch[index]?.word === word) ? [stretch] : [];
      }),
    );
  return [...copiedIn(extract, texts), ...short];
}

/** Whether a text says again what is restricted, which no text that is given out may. */
export function saysRestricted(text: string, restricted: readonly string[]): boolean {
  return restrictedIn(text, restricted).length > 0;
}

let monthNames: ReadonlyMap<string, number> | undefined;

/** Months by every name and short form they have, as they stand in a date. */
function months(): ReadonlyMap<string, number> {
  if (monthNames !== undefined) return monthNames;
  const names = new Map<string, number>();
  for (const language of MONTH_LANGUAGES) {
    for (const month of ['long', 'short'] as const) {
      for (const form of [{ month }, { day: 'numeric', month }] as const) {
        const format = new Intl.DateTimeFormat(language, { ...form, timeZone: 'UTC' });
        for (let number = 1; number <= 12; number += 1) {
          const parts = format.formatToParts(new Date(Date.UTC(2026, number - 1, 15)));
          const name = parts.find(({ type }) => type === 'month')?.value ?? '';
          const word = name.replace(/\.$/u, '').normalize('NFC').toLocaleLowerCase();
          if (word.length > 2 && !names.has(word)) names.set(word, number);
        }
      }
    }
  }
  monthNames = names;
  return names;
}

interface Mention {
  /** Every date or time that it can mean. */
  keys: string[];
  text: string;
}

function mentionsIn(text: string): Mention[] {
  const found: Mention[] = [];
  const add = (whole: string, keys: readonly (string | null)[]): void => {
    const sure = keys.filter((key) => key !== null);
    if (sure.length > 0) found.push({ keys: sure, text: whole.trim() });
  };
  for (const match of text.matchAll(/\b\d{4}-(\d{1,2})-(\d{1,2})\b/gu)) {
    add(match[0], [dayKey(match[2], match[1])]);
  }
  for (const match of text.matchAll(
    /(?<![\d-])(\d{1,2})[./-](\d{1,2})(?![\d-])(?:[./-]\d{2,4})?/gu,
  )) {
    const [whole, one, two] = match;
    add(whole, [dayKey(one, two), dayKey(two, one), timeKey(one, two)]);
  }
  for (const match of text.matchAll(/(?<!\d)(\d{1,2}):(\d{2})(?!\d)/gu)) {
    add(match[0], [timeKey(match[1], match[2])]);
  }
  const tokens = tokensOf(text);
  for (const [at, { word, from, to }] of tokens.entries()) {
    const month = months().get(word);
    if (month === undefined) continue;
    for (const other of [tokens[at - 1], tokens[at - 2], tokens[at + 1]]) {
      if (other === undefined) continue;
      const digits = /^(\d{1,4})(?:st|nd|rd|th|e|a)?$/u.exec(other.word)?.[1];
      if (digits === undefined) continue;
      const whole = text.slice(Math.min(from, other.from), Math.max(to, other.to));
      const isYear = digits.length === 4;
      if (isYear && other !== tokens[at + 1]) continue;
      add(whole, [
        isYear ? `month ${month.toString()} ${digits}` : dayKey(digits, month.toString()),
      ]);
    }
  }
  return found;
}

function dayKey(day: string | undefined, month: string | undefined): string | null {
  const [d, m] = [Number(day), Number(month)];
  return d >= 1 && d <= 31 && m >= 1 && m <= 12 ? `day ${d.toString()} ${m.toString()}` : null;
}

function timeKey(hour: string | undefined, minute: string | undefined): string | null {
  const [h, m] = [Number(hour), Number(minute)];
  if (minute?.length !== 2 || h > 23 || m > 59) return null;
  return `time ${h.toString()} ${m.toString()}`;
}

/**
 * Compares an extract for a person in a case with what the reporter wrote: what was copied word for
 * word, dates and times that stand there, words that only the reporter uses, and what is restricted.
 * That nothing is found does not mean that nobody can tell who reported.
 */
export function checkExtract(extract: string, sources: ExtractSources): ExtractFinding[] {
  const findings = new Map<string, ExtractFinding>();
  const add = (kind: ExtractFinding['kind'], text: string): void => {
    const finding = { kind, text: text.replace(/\s+/gu, ' ') };
    findings.set(JSON.stringify(finding).toLocaleLowerCase(), finding);
  };
  const copied = copiedIn(extract, sources.reporter);
  for (const stretch of copied) add('copied', extract.slice(stretch[0]?.from, stretch.at(-1)?.to));
  for (const sentence of shortSentences(extract, sources.reporter)) add('copied', sentence);
  for (const stretch of restrictedIn(extract, sources.restricted ?? [])) {
    add('restricted', extract.slice(stretch[0]?.from, stretch.at(-1)?.to));
  }

  const known = new Set(
    [...sources.reporter, ...sources.days].flatMap((text) =>
      mentionsIn(text).flatMap(({ keys }) => keys),
    ),
  );
  for (const { keys, text } of mentionsIn(extract)) {
    if (keys.some((key) => known.has(key))) add('date', text);
  }

  const wordsIn = (texts: readonly string[]): Set<string> =>
    new Set(texts.flatMap((text) => tokensOf(text).map(({ word }) => word)));
  const [reporters, others] = [wordsIn(sources.reporter), wordsIn(sources.handlers)];
  const told = new Set(copied.flat().map(({ from }) => from));
  const names = wordsIn(sources.names);
  const beginnings = [...names].filter((word) => word.length >= NAME_LETTERS);
  const own = tokensOf(extract).filter(
    ({ word, from }) =>
      !told.has(from) &&
      (names.has(word) ||
        beginnings.some((part) => word.startsWith(part)) ||
        (word.length >= OWN_WORD_LETTERS &&
          /\p{L}/u.test(word) &&
          reporters.has(word) &&
          !others.has(word))),
  );
  for (const word of [...new Set(own.map((token) => token.word))].slice(0, MOST_WORDS)) {
    const token = own.find((each) => each.word === word);
    add('word', extract.slice(token?.from, token?.to));
  }
  return [...findings.values()];
}
