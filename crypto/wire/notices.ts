import * as v from 'valibot';
import { Country, Texts } from '../ids.js';
import { isShown } from '../shown-name.js';
import { TermsReason } from './deadlines.js';

/** What of a country's notices an organisation can add its own word to. */
export const NOTICE_KINDS = ['authorities', 'anonymity', 'advice'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Longest word beneath a country's notice, conditions of an authority, its name, and where it is. */
export const NOTICE_LIMITS = { word: 600, conditions: 400, name: 150, address: 300 } as const;
/** Most authorities that an organisation adds to those of the country. */
export const OWN_AUTHORITIES_LIMIT = 5;
/** Most languages in which a notice has words. */
export const NOTICE_LANGUAGES_LIMIT = 8;

/**
 * Text that is seen, in the order of its letters, as {@link isShown} has it: on one line, or on several
 * parted by `\n`.
 */
function shownText(limit: number, lines: 'one' | 'several') {
  const onOne = (text: string): string => (lines === 'one' ? text : text.replaceAll('\n', ' '));
  return v.pipe(
    v.string(),
    v.maxLength(limit),
    v.check((text) => isShown(onOne(text))),
  );
}

/** Text by language; none for a language that it is not said in. */
function shownTexts(limit: number, lines: 'one' | 'several') {
  const text = shownText(limit, lines);
  return v.pipe(
    Texts,
    v.check((texts) => Object.keys(texts).length <= NOTICE_LANGUAGES_LIMIT),
    v.check((texts) => Object.values(texts).every((each) => v.is(text, each))),
  );
}

/** A page's address as browsers write it: `https`, nobody's name or password in it. */
function isPageAddress(text: string): boolean {
  if (!/^https:\/\/[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return false;
  const { href, username, password, hostname } = new URL(text);
  // one spelling, so that what is shown is where it leads
  return (
    (href === text || href === `${text}/`) && username + password === '' && /\../.test(hostname)
  );
}

/** An authority that an organisation names beside those of the country. */
export const OwnAuthority = v.pipe(
  v.strictObject({
    names: v.pipe(
      shownTexts(NOTICE_LIMITS.name, 'one'),
      v.check((names) => Object.keys(names).length > 0),
    ),
    url: v.nullable(v.pipe(v.string(), v.maxLength(NOTICE_LIMITS.address), v.check(isPageAddress))),
    /** A postal address or a telephone number, as people write it. */
    contact: v.nullable(shownText(NOTICE_LIMITS.address, 'several')),
    conditions: shownTexts(NOTICE_LIMITS.conditions, 'several'),
  }),
  v.check(({ url, contact }) => url !== null || contact !== null),
);
export type OwnAuthority = v.InferOutput<typeof OwnAuthority>;

const noticeWord = {
  /** The country beneath whose notice it stands: beneath another's it is not shown. */
  country: Country,
  /** Plain text by language; none where the organisation says nothing any more. */
  words: shownTexts(NOTICE_LIMITS.word, 'several'),
  /** Why the organisation decided so. Everybody can read it. */
  reason: TermsReason,
};

/** What an organisation says beneath a notice of the channel's country. */
export const NoticeWord = v.strictObject(noticeWord);
export type NoticeWord = v.InferOutput<typeof NoticeWord>;

/**
 * What an organisation says to the notices of a channel's country. It stands beneath them, under the
 * organisation's name: there is no word for taking one of them away.
 */
export const Notices = v.pipe(
  v.strictObject({
    authorities: v.exactOptional(
      v.strictObject({
        ...noticeWord,
        added: v.pipe(v.array(OwnAuthority), v.maxLength(OWN_AUTHORITIES_LIMIT)),
      }),
    ),
    anonymity: v.exactOptional(NoticeWord),
    advice: v.exactOptional(NoticeWord),
  }),
  v.check((notices) => Object.keys(notices).length > 0),
);
export type Notices = v.InferOutput<typeof Notices>;
