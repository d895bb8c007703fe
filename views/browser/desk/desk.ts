import type {
  AbsenceView,
  AccountView,
  CaseRow,
  DirectoryView,
  HandbookView,
  HandlerCaseView,
  RetentionView,
} from '../../../client/models.js';
import type { OtherDesk } from '../../../client/desk/other-desks.js';
import type { Remote } from '../rpc.js';
import type { DeskApi } from './api.js';
import { unknownRule, type CountryRule } from '../../../client/law/country.js';
import type { DatesRule } from '../../../client/law/days.js';
import { promisedFor, type Day } from '../../../crypto/public.js';
import { NO_FILTER, type Filter } from './rows.js';

/** Where in the desk somebody is. None of it is ever written into the address. */
export type Place =
  | { view: 'inbox' }
  | { view: 'case'; id: string }
  | { view: 'people' }
  | { view: 'channel' }
  | { view: 'audit' }
  | { view: 'review' }
  | { view: 'requests' }
  | { view: 'handbook' }
  | { view: 'figures' }
  | { view: 'recording' }
  | { view: 'data-request' }
  | { view: 'incidents'; chosen?: string }
  | { view: 'handover' }
  | { view: 'conflict'; ids: readonly string[] }
  | { view: 'custody' }
  | { view: 'guest' }
  | { view: 'guest-case'; id: string }
  | { view: 'account' };

/** What the inbox remembers while other views are open. */
export interface InboxMemory {
  rows: Map<string, CaseRow>;
  /** Cases in which opening found something wrong: a page of the list could not see that. */
  faulty: Map<string, CaseRow>;
  /** Where the next page of each list starts: empty before the first, null after the last. */
  next: { open: string | null; closed: string | null };
  /** How long cases are kept now and later; null until all are loaded. */
  terms: readonly RetentionView[] | null;
  /** Null until something was loaded. */
  loadedAt: Date | null;
  filter: Filter;
  query: string;
  /** Name of the saved filter that is in use, empty for none. */
  saved: string;
  /** Case opened last, to which the focus returns. */
  last: string | null;
  /** Ids of the cases that are chosen, to do the same in each. */
  chosen: Set<string>;
}

/** What every view of the desk gets. */
export interface Desk {
  readonly api: Remote<DeskApi>;
  readonly account: AccountView;
  directory: DirectoryView;
  /** The organisation's own words, as they were seen last. */
  handbook: HandbookView;
  /** What handlers said of being away, as it was seen last. */
  absences: readonly AbsenceView[];
  readonly rules: readonly CountryRule[];
  readonly inbox: InboxMemory;
  /** What was begun and is not kept yet, or has files, which are not kept. */
  readonly unsent: Map<string, { files: number }>;
  /** Under which keys there are drafts, here or from another desk. */
  readonly drafts: Set<string>;
  /** Desks of other organisations at which this person serves. */
  otherDesks: readonly OtherDesk[];
  go(place: Place): void;
  /** Says something to a screen reader, without moving the focus. */
  say(text: string): void;
  /** Tells the navigation how many cases need somebody today. */
  setWaiting(count: number): void;
  /** Tells the shell that the directory changed. */
  directoryChanged(directory: DirectoryView): void;
  /** Tells the shell that the person wrote down other desks. */
  otherDesksChanged(desks: readonly OtherDesk[]): void;
  /** Tells the shell that the organisation's own words changed. */
  handbookChanged(handbook: HandbookView): void;
  /** Tells the shell to ask anew what is undecided about keys in wrong hands. */
  incidentsChanged(): void;
  /** Tells the shell that no case of this person has keys of people who left any more. */
  casesRenewed(): void;
  /** Wipes everything, and says why the desk was closed. */
  end(title: string, text: string): void;
}

/** Takes a case as it is after a change, and what to say of the change. */
export type Changed = (data: HandlerCaseView, said: string) => void;

/** A fresh memory for the inbox. */
export function newInboxMemory(): InboxMemory {
  return {
    rows: new Map(),
    faulty: new Map(),
    next: { open: '', closed: '' },
    terms: null,
    loadedAt: null,
    filter: NO_FILTER,
    query: '',
    saved: '',
    last: null,
    chosen: new Set(),
  };
}

/** Whether the inbox holds every case: whoever leaves the list while it loads stops its loading. */
export function isWhole({ next }: InboxMemory): boolean {
  return next.open === null && next.closed === null;
}

/** The text in the page's language, else in English, else in any it has. */
export function localText(texts: Readonly<Record<string, string>>): string {
  const found = texts[document.documentElement.lang] ?? texts['en'];
  return found ?? Object.values(texts)[0] ?? '';
}

/** What a country's act says of dates; null for a country without a row. */
export function actOf(desk: Desk, code: string): CountryRule | null {
  return desk.rules.find(({ country }) => country === code) ?? null;
}

/**
 * What a case's dates go by, whatever its channel follows and promises by now: the act of its own
 * country, and what was promised for what came on that day. Null where there is neither.
 */
export function ruleOf(
  desk: Desk,
  { country, channel, receivedOn }: Pick<CaseRow, 'country' | 'channel' | 'receivedOn'>,
): DatesRule | null {
  const rule = actOf(desk, country);
  const found = desk.directory.channels.find(({ id }) => id === channel);
  const promised = promisedFor(found?.deadlines ?? [], receivedOn as Day);
  return promised === null ? rule : { ...(rule ?? unknownRule(country)), promised };
}

/** A channel's name; empty for one that the directory no longer has. */
export function channelName(desk: Desk, channel: string): string {
  const found = desk.directory.channels.find(({ id }) => id === channel);
  return found === undefined ? '' : localText(found.names);
}
