import type {
  HandbookContents,
  NoticeKind,
  Notices,
  Promised,
  Questionnaire,
  ReaderPart,
  Retention,
  RetentionRule,
  ShorterTerm,
} from '../../crypto/private.js';

/** A text in several languages. */
export type ByLanguage = Readonly<Record<string, string>>;

/** A person who may read reports, as the signed directory names them. */
export interface ReaderView {
  id: string;
  /** Name or role, as the organisation chose to show it. */
  name: string;
  /** What the person does there, per language; may be empty. */
  role: Record<string, string>;
  part: ReaderPart;
  /** Ids of the same person under keys from before: who left these out left this person out. */
  formerly: string[];
}

/** One reporting channel of the verified directory. */
export interface ChannelView {
  id: string;
  organisation: string;
  names: Record<string, string>;
  /** The organisation's own words to reporters, per language; paragraphs parted by blank lines. */
  texts: Record<string, string>;
  country: string;
  /** Why it follows another country's act than before; empty as long as it never did. */
  countryReason: string;
  /** What the organisation promises of the dates beyond law, the newest last. */
  deadlines: readonly Promised[];
  /** What the organisation says to the notices of its country; empty as long as it never did. */
  notices: Partial<Notices>;
  languages: string[];
  published: boolean;
  retentionMonths: number;
  /** How long cases are kept otherwise; null where it is so many months after closure. */
  retention: Retention | null;
  /** Whether a public body answers for it, which hands over to an archive. */
  publicBody: boolean;
  /** Whether reporters may take a receipt. */
  receipts: boolean;
  /** Whether a second person confirms what is taken out of a case as a file. */
  exportsByTwo: boolean;
  /** The questions it asks in place of the built-in ones; null where it asks these. */
  questionnaire: Questionnaire | null;
  /** For whom it is, in a sentence; may be empty. */
  about: Record<string, string>;
  /** Takes no reports any more. */
  closed: boolean;
  readers: ReaderView[];
}

/** The newest directory, after its signatures and its freshness were checked. */
export interface DirectoryView {
  version: number;
  hash: string;
  /** `stale`: no handler confirmed it for over 30 days (warn); `expired`: for over 90 (refuse). */
  freshness: 'fresh' | 'stale' | 'expired';
  /** Day of the newest confirmation, null where there is none. */
  confirmedOn: string | null;
  /** Eight words by which a person recognises the organisation's keys. */
  fingerprint: string[];
  /** The root's public key, base64url: what the poster's QR code carries after `#`. */
  root: string;
  /** The largest file that the server takes, in bytes. */
  maxFileBytes: number;
  organisation: { id: string; names: Record<string, string>; country: string };
  channels: ChannelView[];
  /** Everybody who could be chosen as a reader of a channel. */
  people: ReaderView[];
}

/** One version of the directory and what it changed. */
export interface DirectoryChange {
  version: number;
  date: string;
  lines: DirectoryChangeLine[];
}

/** One thing that a version changed; `before` and `after` are null where there was, or is, none. */
export type DirectoryChangeLine =
  | {
      code: 'reader_added';
      name: string;
      role: ByLanguage;
      part: ReaderView['part'];
      /** Names of the channels that the person reads. */
      channels: ByLanguage[];
      /** Eight words of the keys. */
      words: string[];
      /** The handler who let the person in; null for the root. */
      by: string | null;
      /** The name under which the same person read before, with other keys; null for somebody new. */
      replaces: string | null;
    }
  | { code: 'reader_left'; name: string }
  | { code: 'administrator_revoked'; serial: number }
  | {
      code: 'administrator_added';
      serial: number;
      /** Eight words of the keys. */
      words: string[];
      /** The handler who signed; null where it was the root. */
      by: string | null;
    }
  | {
      code: 'organisation_name';
      language: string;
      before: string | null;
      after: string | null;
    }
  | { code: 'organisation_country'; organisation: ByLanguage; before: string; after: string }
  | { code: 'channel_added'; channel: ByLanguage; months: number }
  | {
      code:
        | 'channel_removed'
        | 'channel_published'
        | 'channel_unpublished'
        | 'receipts_on'
        | 'receipts_off'
        | 'exports_by_two'
        | 'exports_by_one'
        | 'questions_own'
        | 'questions_built_in'
        | 'channel_closed'
        | 'channel_opened'
        | 'public_body'
        | 'no_public_body';
      channel: ByLanguage;
    }
  | {
      code: 'question_added' | 'question_changed' | 'question_removed';
      channel: ByLanguage;
      label: ByLanguage;
      /** All that it says now, in every language. */
      texts: string[];
      /** Whether it seems to ask reporters who they are. */
      invites: boolean;
    }
  | { code: 'questions_arranged'; channel: ByLanguage; texts: string[]; invites: boolean }
  | { code: 'channel_moved'; channel: ByLanguage; before: ByLanguage; after: ByLanguage }
  | {
      code: 'channel_name';
      channel: ByLanguage;
      language: string;
      before: string | null;
      after: string | null;
    }
  | { code: 'channel_texts' | 'channel_about'; channel: ByLanguage; languages: string[] }
  /** Names of all who read it now, of those who are new, and of those who do not any more. */
  | {
      code: 'channel_readers';
      channel: ByLanguage;
      readers: string[];
      joining: string[];
      leaving: string[];
    }
  /** `reason` is empty where none was given. */
  | { code: 'channel_country'; channel: ByLanguage; before: string; after: string; reason: string }
  /** What was promised last, before and after; null where nothing ever was. */
  | {
      code: 'channel_deadlines';
      channel: ByLanguage;
      before: Promised | null;
      after: Promised | null;
    }
  /** All that the organisation says to a notice of the country, in every language, and why. */
  | {
      code: 'channel_notices';
      channel: ByLanguage;
      of: NoticeKind;
      before: string[];
      after: string[];
      reason: string;
    }
  | { code: 'channel_languages'; channel: ByLanguage; before: string[]; after: string[] }
  | { code: 'receipt_key_added'; words: string[] }
  /** `until` is the last day that it signs for. */
  | { code: 'receipt_key_ended'; words: string[]; until: string }
  | { code: 'channel_months'; channel: ByLanguage; before: number; after: number }
  | {
      code: 'channel_retention';
      channel: ByLanguage;
      before: RetentionRule;
      after: RetentionRule;
      shorter: ShorterTerm[];
      preset: string | null;
      /** Empty where the rule is so many months after closure again. */
      reason: string;
    }
  | { code: 'order'; of: 'organisations' | 'administrators' | 'channels' | 'readers' }
  | { code: 'nothing' };

/** How long a channel's closed cases are kept. */
export interface RetentionView {
  channel: string;
  /** The rules in force, `from` null, then what is left of them; the latest of their days counts. */
  terms: { rules: RetentionRule[]; from: string | null }[];
  /** From when on a rule that removes sooner would count, were it published today. */
  shorterFrom: string;
}

/** Who is to read a channel, as long as it is proposed. */
export interface RosterView {
  channel: string;
  /** The very terms that are shown, in base64: who signs hands them back, and signs no others. */
  terms: string;
  /** Names of all who would read, of those who would be new, and of those who would not any more. */
  readers: string[];
  joining: string[];
  leaving: string[];
  /** Names of those who left the organisation, and do not read it either should they come back. */
  stayingOff: string[];
  /** Another version of the directory came since: it cannot come into force any more. */
  outdated: boolean;
  handlerSigned: boolean;
  /** Whether whoever looks signed it. */
  mine: boolean;
  /** Names of the handlers who may sign it. */
  signers: string[];
  /** Whether whoever looks is one of them. */
  maySign: boolean;
}

/**
 * What the organisation changed of the words its handlers work with. Where it cannot be used there is
 * a reason, and the built-in words stand: `signer_left`: whoever signed it is no administrator any
 * more; `broken`: signature or contents do not hold; `rolled_back`: this desk has seen a newer one, or
 * another of the same number; `not_sealed`: it was saved before this person could be among its readers.
 */
export interface HandbookView {
  /** 0 where there is none. */
  number: number;
  date: string | null;
  reason: 'signer_left' | 'broken' | 'rolled_back' | 'not_sealed' | null;
  contents: HandbookContents;
}
