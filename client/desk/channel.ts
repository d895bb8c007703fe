import * as v from 'valibot';
import {
  addDays,
  type AnsweredForm,
  askedIn,
  type Channel,
  ChannelId,
  type Day,
  DEADLINES_LIMIT,
  type Directory,
  newId,
  type NoticeKind,
  type Notices,
  type Promised,
  Questionnaire,
  questionnaireHash,
  Readiness,
  ReceiptKeyAnswer,
  receiptKeyInUse,
  type Retention,
  RetentionAnswer,
  RetentionPreview,
  type RetentionRule,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { directoryView } from '../directory.js';
import type { DirectoryChange, DirectoryView, RemovalWait, RetentionView } from '../models.js';
import { publishChange } from './directory-edit.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession } from './session.js';
import { RETENTION_MONTHS } from './set-up.js';

/** What an administrator can change about a channel. */
export type ChannelChange = Partial<
  Pick<Channel, 'names' | 'texts' | 'languages' | 'retentionMonths' | 'receipts' | 'country'>
> & {
  /** For whom it is, in a sentence by language. */
  about?: Channel['texts'];
  /** Whether a second person confirms what is taken out of a case as a file. */
  exportsByTwo?: boolean;
  /** The channel's own questions; null for the built-in ones. */
  questionnaire?: Questionnaire | null;
  /** How long cases are kept, and why; null for `retentionMonths` alone. */
  retention?: Retention | null;
  /** Whether a public body answers for it. */
  publicBody?: boolean;
  /** Why it follows another country's act from now on; goes with `country`. */
  countryReason?: string;
  /** What is promised for reports received from tomorrow on. */
  deadlines?: Omit<Promised, 'from'>;
  /** What the organisation says to notices of the country from now on; those not named stay. */
  notices?: Partial<{ [Kind in NoticeKind]: Omit<NonNullable<Notices[Kind]>, 'country'> }>;
};

/** What an administrator says of a channel that is to be added. */
export type NewChannel = Pick<Channel, 'names' | 'texts' | 'languages' | 'country'> &
  Pick<ChannelChange, 'about'>;

/** Whether a channel can be opened to reporters, and what is missing. */
export interface ReadinessView {
  channel: string;
  readers: number;
  practiceRead: boolean;
}

/** The organisation's channel and its directory. */
export interface ChannelDesk {
  directory(): Promise<DirectoryView>;
  /** What changed in the directory and was not read yet: announced until {@link noteChangesRead}. */
  directoryChanges(): Promise<DirectoryChange[]>;
  /** To be called once the person has read what changed up to this version. */
  noteChangesRead(version: number): Promise<void>;
  /**
   * Calls back with each newer directory that this desk comes upon whatever it does, and with what the
   * person has not read about: others publish while a desk is open.
   */
  followDirectory(
    tell: (directory: DirectoryView, changes: readonly DirectoryChange[]) => void,
  ): void;
  readiness(): Promise<ReadinessView[]>;
  /** How long closed cases are kept, by channel: a shorter time counts only after some months. */
  retention(): Promise<RetentionView[]>;
  /** What a rule would move of a channel's closed cases, were it published today. */
  previewRetention(channel: string, rule: RetentionRule): Promise<RetentionPreview>;
  /** Whether removing closed cases waits; null where it does not. */
  removalWait(): Promise<RemovalWait | null>;
  /** Whether the server's key for receipts is the one that the directory lists as in use. */
  receiptKeyListed(): Promise<boolean>;
  /** Where receipts are switched on, the server's key for them is listed with it. */
  updateChannel(id: string, change: ChannelChange): Promise<DirectoryView>;
  publish(id: string): Promise<DirectoryView>;
  /** Whether these are the questions that some version of the directory had for the channel. */
  questionsSigned(id: string, form: AnsweredForm, language: string): Promise<boolean>;
  /** Adds a channel that nobody reads yet and that is not published. Answers its id too. */
  addChannel(input: NewChannel): Promise<{ id: string; directory: DirectoryView }>;
  /** Closes a channel to new reports, or opens it again to practice, from where it is published anew. */
  closeChannel(id: string, closed: boolean): Promise<DirectoryView>;
}

/** See {@link ChannelDesk}. */
export function createChannelDesk(session: DeskSession, watch: DirectoryWatch): ChannelDesk {
  async function receiptKey(method: 'GET' | 'POST'): Promise<string | null> {
    const { credential } = session.signedIn();
    const path = '/api/desk/receipt-key';
    return (await session.api.ask(ReceiptKeyAnswer, { method, path, credential })).sig;
  }

  async function changeChannel(
    id: string,
    change: ChannelChange & { published?: boolean; closed?: boolean },
  ): Promise<DirectoryView> {
    const sig = change.receipts === true ? await receiptKey('POST') : null;
    const loaded = await publishChange(session, watch, (before) => ({
      ...before,
      receiptKeys: sig === null ? before.receiptKeys : withReceiptKey(before, sig, session.today()),
      channels: before.channels.map((channel) =>
        channel.id === id ? withChange(channel, change, session.today()) : channel,
      ),
    }));
    return directoryView(loaded);
  }

  function askRetention(): Promise<RetentionAnswer> {
    const { credential } = session.signedIn();
    const path = '/api/desk/retention';
    return session.api.ask(RetentionAnswer, { method: 'GET', path, credential });
  }

  return {
    directory: async () => directoryView(await watch.current()),
    directoryChanges: () => watch.changes(),
    noteChangesRead: (version) => watch.noteRead(version),
    followDirectory(tell) {
      watch.follow((newest, changes) => {
        tell(directoryView(newest), changes);
      });
    },
    async readiness() {
      const { credential } = session.signedIn();
      const path = '/api/desk/readiness';
      return (await session.api.ask(Readiness, { method: 'GET', path, credential })).channels;
    },
    async retention() {
      const { channels, shorterFrom } = await askRetention();
      return channels.map(({ channel, terms }) => ({ channel, terms, shorterFrom }));
    },
    async previewRetention(channel, { clauses, wins }) {
      const { credential } = session.signedIn();
      return session.api.ask(RetentionPreview, {
        method: 'POST',
        path: '/api/desk/retention/preview',
        json: { channel, rule: { clauses, wins } },
        credential,
      });
    },
    removalWait: async () => (await askRetention()).waits,
    async receiptKeyListed() {
      const [sig, { directory }] = await Promise.all([receiptKey('GET'), watch.current()]);
      return sig !== null && receiptKeyInUse(directory) === sig;
    },
    updateChannel: changeChannel,
    publish: (id) => changeChannel(id, { published: true }),
    async questionsSigned(id, form, language) {
      const asks = ({ directory }: { directory: Directory }): boolean => {
        const asked = directory.channels.find((channel) => channel.id === id)?.questionnaire;
        if (asked === undefined || questionnaireHash(asked) !== form.hash) return false;
        return JSON.stringify(askedIn(asked, language)) === JSON.stringify(form.sections);
      };
      return asks(await watch.current()) || (await watch.history()).some(asks);
    },
    async addChannel({ about, ...input }) {
      const id = newId(ChannelId);
      const loaded = await publishChange(session, watch, (before) => {
        const [organisation] = before.organisations;
        if (organisation === undefined) throw new ClientError('wrong_directory');
        const channel: Channel = {
          id,
          organisation: organisation.id,
          ...input,
          published: false,
          retentionMonths: RETENTION_MONTHS,
          receipts: false,
        };
        const added = withChange(channel, { about: about ?? {} }, session.today());
        return { ...before, channels: [...before.channels, added] };
      });
      return { id, directory: directoryView(loaded) };
    },
    closeChannel: (id, closed) => changeChannel(id, { published: false, closed }),
  };
}

function withChange(
  channel: Channel,
  change: ChannelChange & { published?: boolean; closed?: boolean },
  today: Day,
): Channel {
  const { exportsByTwo, about, closed, questionnaire, retention, publicBody, ...more } = change;
  const { countryReason, deadlines, notices, ...plain } = more;
  const { questionnaire: asked, retention: ruleBefore, ...own } = channel;
  const { countryReason: reasonBefore, deadlines: promisesBefore, ...others } = own;
  const { exportsByTwo: byTwo, about: sentence, closed: shut, publicBody: body, ...rest } = others;
  const isMoved = plain.country !== undefined && plain.country !== channel.country;
  const why = isMoved ? countryReason : reasonBefore;
  const promises =
    deadlines === undefined ? promisesBefore : withPromise(promisesBefore ?? [], deadlines, today);
  const questions = questionnaire === undefined ? asked : questionnaire;
  const now = {
    exportsByTwo: exportsByTwo ?? byTwo === true,
    about: about ?? sentence ?? {},
    closed: closed ?? shut === true,
    publicBody: publicBody ?? body === true,
  };
  // who sets the months alone means them alone
  const kept = plain.retentionMonths === undefined ? (ruleBefore ?? null) : null;
  const rule = retention === undefined ? kept : retention;
  return {
    ...rest,
    ...plain,
    ...(why === undefined ? {} : { countryReason: why }),
    ...(promises === undefined ? {} : { deadlines: promises }),
    ...(notices === undefined ? {} : { notices: withNotices(channel, notices) }),
    ...(rule === null ? {} : { retentionMonths: rule.clauses[0]?.months ?? 24, retention: rule }),
    ...(now.publicBody ? { publicBody: true as const } : {}),
    ...(now.exportsByTwo ? { exportsByTwo: true as const } : {}),
    ...(Object.keys(now.about).length > 0 ? { about: now.about } : {}),
    ...(now.closed ? { closed: true as const } : {}),
    ...(questions ? { questionnaire: v.parse(Questionnaire, questions) } : {}),
  };
}

/**
 * A channel's promises with one that counts for what is received from tomorrow on, so that no report
 * that is there already is held to it, and each that is keeps the promise of then.
 */
function withPromise(
  before: readonly Promised[],
  promise: Omit<Promised, 'from'>,
  today: Day,
): Promised[] {
  const from = addDays(today, 1);
  const kept = before.filter((each) => each.from < from);
  return [...kept, { from, ...promise }].slice(-DEADLINES_LIMIT);
}

/** What is said to the notices of the channel's country, those that were not named as before. */
function withNotices(
  { notices, country }: Channel,
  { authorities, anonymity, advice }: NonNullable<ChannelChange['notices']>,
): Notices {
  return {
    ...notices,
    ...(authorities && { authorities: { country, ...authorities } }),
    ...(anonymity && { anonymity: { country, ...anonymity } }),
    ...(advice && { advice: { country, ...advice } }),
  };
}

/** The keys for receipts with this one in use: that of before ends today, and stays for its receipts. */
function withReceiptKey(before: Directory, sig: string, today: Day): Directory['receiptKeys'] {
  if (receiptKeyInUse(before) === sig) return before.receiptKeys;
  const ended = before.receiptKeys.map((key) => ({ ...key, until: key.until ?? today }));
  return [...ended, { sig, until: null }];
}
