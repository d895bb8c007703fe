import {
  type Ending,
  type EntryContent,
  type FileReference,
  type HandlerMessage,
  type IdentityField,
  type IdentityRequestEntry,
  newId,
  randomBytes,
  toBase64,
  type Told,
  WorkId,
} from '../../crypto/private.js';
import { entryViews } from '../case-view.js';
import { caseworkEntry, type CaseworkInput } from '../casework/input.js';
import { newestFromReporter } from '../casework/newest.js';
import { checkUnreachable } from '../casework/dates.js';
import { saidIn } from '../casework/said.js';
import { handlerSaying, idOf, type HandlerWord } from '../casework/words.js';
import { ClientError } from '../errors.js';
import { download } from '../download.js';
import type { CaseRow, FileSource, HandlerCaseView, SendProgress } from '../models.js';
import type { OpenedForHandler } from './case-opening.js';
import { openListing } from './case-rows.js';
import { createCaseSharing, type CaseSharing } from './case-sharing.js';
import {
  prepareIdentityRequest,
  prepareMessage,
  prepareNote,
  prepareNotes,
  prepareTitle,
} from './case-work.js';
import {
  prepareDecline,
  prepareErasure,
  prepareErasureProposal,
  type ErasureInput,
} from './erasing.js';
import type { EntryPlaceInput } from './erasable.js';
import { checkRemoval } from './removing.js';
import { checkAnswer, checkLink } from './data-requests.js';
import type { DirectoryWatch } from './directory-watch.js';
import { checkExportable, checkExportAnswer, checkGivenOut } from './exporting.js';
import type { Listings } from './listings.js';
import { checkDisclosure, checkOutward } from './outward.js';
import { checkUnrestricted } from './restriction.js';
import { createSearch, type Search } from './search.js';
import {
  checkCorrection,
  checkNotReplacing,
  preparePartEnd,
  preparePartRestriction,
} from './parts.js';
import type { DeskSession } from './session.js';
import type { Workplace } from './workplace.js';

/**
 * What a handler writes to the reporter; the time is added when it is sealed. The note of a closure is
 * the comment for the file: it stays among handlers, and is said in the same request. `known` is what
 * the reporter said last as the page showed it ({@link newestFromReporter}); absent without a page.
 * `told`: how the person was told, where nobody has a key to the case, and only there.
 */
export type HandlerInput = { text: string; told?: Told } & (
  | { kind: 'acknowledgement' | 'reply' | 'feedback' | 'reopening' }
  | { kind: 'closure'; outcome: Ending; note?: string; known?: string | null }
);

/** What a reporter is asked or told about giving the identity to somebody. */
export type IdentityTalkInput = Omit<
  Extract<HandlerMessage, { kind: 'identity_disclosure' }>,
  'kind' | 'at' | 'id' | 'files'
>;

type OnProgress = (progress: SendProgress) => void;

/** The case work of a signed-in handler. */
export interface CaseDesk extends CaseSharing {
  /** The first page of the list, newest activity first. */
  inbox(state: 'open' | 'closed'): Promise<{ rows: CaseRow[]; next: string | null }>;
  /** The page after one that named `next`. */
  more(state: 'open' | 'closed', next: string): Promise<{ rows: CaseRow[]; next: string | null }>;
  openCase(id: string): Promise<HandlerCaseView>;
  /**
   * Writes to the reporter.
   *
   * @throws ClientError `case_unread` for a closure where the reporter wrote more than `known`; and as
   * `checkTold` does.
   */
  reply(
    id: string,
    message: HandlerInput,
    files: readonly FileSource[],
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<HandlerCaseView>;
  /**
   * Says something else to the reporter: a transcript to be checked, times for a meeting.
   *
   * @throws ClientError as `handlerSaying` does, and as `checkTold` does.
   */
  tell(id: string, word: HandlerWord): Promise<HandlerCaseView>;
  note(
    id: string,
    text: string,
    files: readonly FileSource[],
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<HandlerCaseView>;
  /**
   * Leaves a case closed whose reporter wrote again.
   *
   * @param known what the reporter said last as the page showed it: see {@link newestFromReporter}.
   * @throws ClientError `case_unread` where the reporter wrote more.
   */
  decideNothingFurther(id: string, text: string, known: string | null): Promise<HandlerCaseView>;
  /**
   * Writes down where the work on the case stands now. Whether the end of a restriction of a part is the
   * last is worked out as it is written.
   *
   * @throws ClientError as `caseworkEntry` and `checkLink` do, and `part_restricted` for what would change something
   * restricted.
   */
  work(id: string, change: CaseworkInput): Promise<HandlerCaseView>;
  /**
   * Writes down that a case is taken out as a file, together with the disclosure by which that goes
   * outside: both stand in the case afterwards, or neither does.
   *
   * @param disclosed a new disclosure, which takes the place of the one that `made` names; null where
   * the file stays inside, or `made` names one that stands there.
   * @param copy the text for outsiders, and the ids of its files, where it was not asked for before;
   * null for none.
   * @throws ClientError as `work` does.
   */
  recordExport(
    id: string,
    made: Extract<CaseworkInput, { kind: 'export' }>,
    disclosed: Extract<CaseworkInput, { kind: 'disclosure' }> | null,
    copy?: { text: string; files: readonly string[] } | null,
  ): Promise<HandlerCaseView>;
  /**
   * Asks the custodians for some of what the reporter said of themself.
   *
   * @throws ClientError `no_custodian` where nobody could open it.
   */
  askIdentity(id: string, fields: IdentityField[], reason: string): Promise<HandlerCaseView>;
  /**
   * Proposes to erase an entry, passages or files of it; done at once where nobody else could ever
   * read there.
   *
   * @throws ClientError as `prepareErasureProposal` does.
   */
  proposeErasure(id: string, input: ErasureInput): Promise<HandlerCaseView>;
  /** Erases for good what another handler proposed. Throws ClientError as `prepareErasure` does. */
  erase(id: string, proposal: EntryPlaceInput, text: string): Promise<HandlerCaseView>;
  /** Declines a proposal, or takes one's own back. Throws ClientError `already_decided`. */
  declineErasure(id: string, proposal: EntryPlaceInput, text: string): Promise<HandlerCaseView>;
  /**
   * Asks the reporter to agree that somebody outside is told, or says why the law demands it.
   *
   * @throws ClientError `key_not_kept` where nobody could read it.
   */
  talkIdentity(id: string, talk: IdentityTalkInput): Promise<HandlerCaseView>;
  rename(id: string, title: string): Promise<HandlerCaseView>;
  download(
    id: string,
    file: FileReference,
    onReceived: (bytes: number) => void,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  search: Search['search'];
}

/** Throws ClientError `case_unread` where the reporter said more than whoever decides was shown. */
function checkShown({ file, directory }: OpenedForHandler, known: string | null): void {
  const newest = newestFromReporter(entryViews(file, directory.directory, []));
  if (newest !== known) throw new ClientError('case_unread');
}

/** See {@link CaseDesk}. */
export function createCaseDesk(
  session: DeskSession,
  watch: DirectoryWatch,
  workplace: Workplace,
  listings: Listings,
): CaseDesk {
  const { api } = session;
  async function page(
    state: 'open' | 'closed',
    after: string | null,
  ): Promise<{ rows: CaseRow[]; next: string | null }> {
    const signedIn = session.signedIn();
    await watch.current();
    const { listings: found, next } = await listings(state, after);
    return { rows: found.map((listing) => openListing(signedIn, listing)), next };
  }

  const search = createSearch({
    listings,
    open: (id) => workplace.open(id),
    keep: (opened) => workplace.keepKeys(opened),
    texts: () => workplace.texts(),
  });

  const recordExport: CaseDesk['recordExport'] = async (id, made, disclosed, copy = null) => {
    const at = session.now().toISOString();
    const disclosure = disclosed && caseworkEntry(disclosed, at);
    const named = disclosure === null ? made.disclosure : disclosure.id;
    const content = caseworkEntry({ ...made, disclosure: named }, at);
    return workplace.append(id, ['export', made, disclosed], (opened, state) => {
      if (disclosure !== null) checkDisclosure(opened, disclosure);
      const said = disclosure === null ? [content] : [disclosure, content];
      checkExportable(opened, content.id, said, state.account.id);
      if (copy !== null) checkGivenOut(opened, copy.text, copy.files);
      checkOutward(opened, content, disclosure);
      return prepareNotes(opened, state, said);
    });
  };

  return {
    ...createCaseSharing(session, workplace),

    inbox: (state) => page(state, null),
    more: (state, next) => page(state, next),
    openCase: (id) => workplace.view(id),

    async reply(id, message, files, onProgress, signal) {
      const references = await workplace.sendFiles(files, onProgress, signal);
      const { note, known, ...said } = { note: '', known: undefined, ...message };
      const content = { ...said, at: session.now().toISOString(), files: references };
      return workplace.append(
        id,
        [message, references],
        (opened, state) => {
          if (known !== undefined) checkShown(opened, known);
          return prepareMessage(opened, state, content, references, note);
        },
        { signal },
      );
    },

    tell(id, word) {
      const about = idOf(word);
      const at = session.now().toISOString();
      return workplace.append(id, ['tell', word], (opened, state) => {
        const content = handlerSaying(word, about, at, saidIn(opened.file, opened.timeZone));
        checkNotReplacing(opened, content);
        return prepareMessage(opened, state, content, []);
      });
    },

    async note(id, text, files, onProgress, signal) {
      const references = await workplace.sendFiles(files, onProgress, signal);
      const at = session.now().toISOString();
      const content: EntryContent = { kind: 'note', at, text, files: references };
      return workplace.append(
        id,
        ['note', text, references],
        (opened, state) => prepareNote(opened, state, content, references),
        { signal },
      );
    },

    decideNothingFurther(id, text, known) {
      const at = session.now().toISOString();
      const content: EntryContent = { kind: 'decision', at, decision: 'nothing_further', text };
      return workplace.append(
        id,
        ['nothing_further', text],
        (opened, state) => {
          checkShown(opened, known);
          return prepareNote(opened, state, content, []);
        },
        { done: (opened) => opened.answer.decisionBy === null },
      );
    },

    async work(id, change) {
      if (change.kind === 'export' && change.state === 'made') {
        return recordExport(id, change, null);
      }
      const content = caseworkEntry(change, session.now().toISOString());
      await checkLink(workplace, id, change);
      return workplace.append(id, ['work', change], (opened, state) => {
        if (content.kind === 'correction' || content.kind === 'person_extract') {
          checkUnrestricted(opened);
        }
        if (content.kind === 'person_extract') checkGivenOut(opened, content.text, []);
        if (content.kind === 'export' && content.copy !== undefined) {
          checkGivenOut(opened, content.copy, content.attachments ?? []);
        }
        checkNotReplacing(opened, content);
        checkAnswer(opened, content);
        if (content.kind === 'acknowledgement_waived') {
          checkUnreachable(saidIn(opened.file, opened.timeZone), content);
        }
        if (content.kind === 'correction') checkCorrection(opened, content);
        if (content.kind === 'part_restriction') {
          return preparePartRestriction(opened, state, content);
        }
        if (content.kind === 'part_unrestriction') return preparePartEnd(opened, state, content);
        if (content.kind === 'removal') checkRemoval(opened, content);
        if (content.kind === 'disclosure') checkDisclosure(opened, content);
        if (content.kind === 'export_confirmed') {
          checkExportAnswer(opened, content, state.account.id);
        }
        return prepareNote(opened, state, content, []);
      });
    },

    recordExport,

    async askIdentity(id, fields, reason) {
      const content: IdentityRequestEntry = {
        kind: 'identity_request',
        at: session.now().toISOString(),
        id: newId(WorkId),
        fields,
        reason,
        key: toBase64(randomBytes(32)),
      };
      return workplace.append(id, ['identity', content.id], (opened, state) => {
        checkUnrestricted(opened);
        return prepareIdentityRequest(opened, state, content);
      });
    },

    proposeErasure(id, input) {
      const entry = { at: session.now().toISOString(), id: newId(WorkId) };
      return workplace.append(id, ['propose_erasure', input, entry.id], (opened, state) =>
        prepareErasureProposal(opened, state, input, entry),
      );
    },

    erase(id, proposal, text) {
      const entry = { at: session.now().toISOString(), newId: newId(WorkId), text };
      return workplace.append(id, ['erase', proposal], (opened, state) =>
        prepareErasure(opened, state, proposal, entry),
      );
    },

    declineErasure(id, proposal, text) {
      const entry = { at: session.now().toISOString(), text };
      return workplace.append(id, ['decline_erasure', proposal], (opened, state) =>
        prepareDecline(opened, state, proposal, entry),
      );
    },

    async talkIdentity(id, talk) {
      const content: HandlerMessage = {
        kind: 'identity_disclosure',
        at: session.now().toISOString(),
        id: newId(WorkId),
        ...talk,
        files: [],
      };
      return workplace.append(id, ['talk', content.id], (opened, state) => {
        return prepareMessage(opened, state, content, []);
      });
    },

    rename: (id, title) =>
      workplace.append(
        id,
        ['title', title],
        (opened, state) => {
          checkUnrestricted(opened);
          return prepareTitle(opened, state, title);
        },
        {
          done: (opened) => opened.overview.title === title,
        },
      ),

    async *download(id, file, onReceived, signal) {
      const { credential, account } = session.signedIn();
      const base = account.part === 'guest' ? '/api/desk/guest/cases' : '/api/desk/cases';
      const path = `${base}/${id}/attachments/${file.attachment}`;
      yield* download(api, { path, credential }, file, onReceived, signal);
    },

    search: (query, onRead, signal) => search.search(query, onRead, signal),
  };
}
