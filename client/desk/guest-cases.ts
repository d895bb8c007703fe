import * as v from 'valibot';
import {
  CaseId,
  caseIdOf,
  type ChainContext,
  type EntryContent,
  entryIsSignedBy,
  type EpochEntry,
  epochBodyOf,
  type FileReference,
  GuestCase,
  GuestList,
  type GuestTerms,
  memberTerms,
  openGrant,
  ReaderId,
  type RecordHash,
  type SealedEntry,
  sealEntry,
  verifyEpochs,
} from '../../crypto/private.js';
import { persist } from '../api.js';
import { isConflict } from '../conflict.js';
import { ClientError } from '../errors.js';
import type { FileSource, GuestCaseView, GuestRow, SendProgress } from '../models.js';
import { openAnswer, type OpenedForHandler } from './case-opening.js';
import { newestMembers } from './case-members.js';
import { caseView } from './case-rows.js';
import { hashesOfVersions, type DirectoryWatch } from './directory-watch.js';
import type { DeskSession } from './session.js';
import type { Workplace } from './workplace.js';

/** What somebody from outside the organisation does with the cases that a handler granted. */
export interface GuestDesk {
  /** The cases that may be read now. */
  guestCases(): Promise<GuestRow[]>;
  /**
   * How far a grant goes, as a handler signed it: what a guest is shown before accepting.
   *
   * @throws ClientError `access_ended`, `not_sealed_to_you`, and what is wrong with the epochs.
   */
  grantedTerms(id: string): Promise<GuestTerms>;
  /**
   * Writes among the notes that the case is kept secret, in these words; only from then on the server
   * hands out what is in it.
   *
   * @param shown the terms that the guest read.
   * @throws ClientError as {@link GuestDesk.grantedTerms}, or `terms_changed` where others hold by now.
   */
  acceptSecrecy(id: string, shown: GuestTerms, text: string): Promise<GuestCaseView>;
  /** Opens a case to read it. Throws ClientError `secrecy_not_accepted`, or `access_ended`. */
  openGuestCase(id: string): Promise<GuestCaseView>;
  /** Writes a note. Throws ClientError `read_only` where the grant does not allow it. */
  guestNote(
    id: string,
    text: string,
    files: FileSource[],
    onProgress: (progress: SendProgress) => void,
    signal?: AbortSignal,
  ): Promise<GuestCaseView>;
}

/** A grant as a handler signed it, before its guest accepted secrecy. */
interface Granted {
  answer: v.InferOutput<typeof GuestCase>;
  terms: GuestTerms;
  /** The notes' newest epoch. */
  notes: EpochEntry;
  /** Record of the conversation's newest epoch, which let the guest in. */
  seen: RecordHash;
}

/** Times that an entry is sealed anew where somebody else wrote in the same moment. */
const TRIES = 5;

/** See {@link GuestDesk}. */
export function createGuestDesk(
  session: DeskSession,
  watch: DirectoryWatch,
  workplace: Workplace,
): GuestDesk {
  const { api } = session;
  const base = '/api/desk/guest/cases';

  async function fetchCase(id: string): Promise<v.InferOutput<typeof GuestCase>> {
    const { credential } = session.signedIn();
    const path = `${base}/${id}`;
    return persist(() => api.ask(GuestCase, { method: 'GET', path, credential }));
  }

  /** Sends an entry; answers false where it has to be sealed behind what somebody else wrote. */
  async function send(
    id: string,
    entry: SealedEntry,
    attachments: readonly string[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { credential } = session.signedIn();
    const path = `${base}/${id}/entries`;
    try {
      const json = { entry, attachments };
      await api.tell({ method: 'POST', path, credential, json, signal });
      return true;
    } catch (error) {
      const again = error instanceof ClientError && (error.temporary || isConflict(error));
      if (!again) throw error;
      return false;
    }
  }

  /** Opens what the server gave out, if the guest's own word that it is kept secret is in it. */
  async function open(id: string): Promise<OpenedForHandler> {
    const { case: facts, reporter, grants, opened } = await fetchCase(id);
    if (opened === null) throw new ClientError('secrecy_not_accepted');
    const answer = {
      case: facts,
      decisionBy: null,
      escalated: false,
      reporter,
      ...opened,
      grants,
      keys: [],
      // guests are told nothing of it: the signed entries alone say
      removal: 'agreed' as const,
      identity: { epochs: [], requests: [] },
      auditScope: '',
      head: null,
    };
    const file = await openAnswer(session, watch, id, answer, null);
    checkTerms(file);
    const me = session.signedIn().account.id;
    if (file.file.internal?.chain.sworn.has(me) !== true) throw new ClientError('truncated_chain');
    return file;
  }

  /** Throws ClientError `not_a_member`, or `access_ended`, whatever the server hands out. */
  function checkTerms(opened: OpenedForHandler): NonNullable<GuestCaseView['terms']> {
    const me = session.signedIn().account.id;
    const terms = newestMembers(opened).find(({ id }) => (id as string) === me)?.guest;
    if (terms === undefined) throw new ClientError('not_a_member');
    if (terms.until < opened.today) throw new ClientError('access_ended');
    return terms;
  }

  function viewOf(opened: OpenedForHandler): GuestCaseView {
    const me = session.signedIn().account.id;
    return { data: caseView(opened, [], me), terms: checkTerms(opened) };
  }

  /** What a handler granted, by the epochs alone: nothing else is there to be read yet. */
  async function readGrant(id: CaseId): Promise<Granted> {
    const { account } = session.signedIn();
    const answer = await fetchCase(id);
    const { reporter, epochs } = answer;
    if (caseIdOf(reporter) !== id) throw new ClientError('wrong_case_id');
    const { directory } = await watch.current();
    const named = epochs.map((entry) => epochBodyOf(entry).directory.version);
    const directories = hashesOfVersions(
      await watch.versionsSince(Math.min(directory.version, ...named)),
    );
    const context: Omit<ChainContext, 'dialogue'> = {
      caseId: id,
      reporter,
      directory,
      directories,
    };
    const inOf = (compartment: string): EpochEntry[] =>
      epochs.filter(({ header }) => header.compartment === compartment);
    const readers = verifyEpochs(inOf('dialogue'), context);
    const granted = readers.epochs.at(-1);
    const notes = inOf('internal').at(-1);
    if (readers.fault !== null) throw new ClientError(readers.fault);
    if (granted === undefined || notes === undefined) throw new ClientError('missing_entry');
    const { members } = granted.body;
    const terms = members.find(({ id: each }) => (each as string) === account.id)?.guest;
    if (terms === undefined) throw new ClientError('not_sealed_to_you');
    if (terms.until < session.today()) throw new ClientError('access_ended');
    checkNotes(notes, members);
    return { answer, terms, notes, seen: granted.hash };
  }

  /** The entry that accepts secrecy under the terms that were shown. */
  async function sealSecrecy(id: CaseId, shown: GuestTerms, text: string): Promise<SealedEntry> {
    const state = session.signedIn();
    const { answer, terms, notes, seen } = await readGrant(id);
    const { until, write, save } = terms;
    if (until !== shown.until || write !== shown.write || save !== shown.save) {
      throw new ClientError('terms_changed');
    }
    const { grants, newest } = answer;
    const { epoch, commitment } = notes.header;
    const grant = grants.find((each) => each.compartment === 'internal' && each.epoch === epoch);
    if (grant === undefined) throw new ClientError('not_sealed_to_you');
    const place = { case: id, compartment: 'internal', epoch } as const;
    const key = openGrant(grant, place, commitment, state.keys.kem);
    return sealEntry(
      key,
      {
        author: v.parse(ReaderId, state.account.id),
        secretKey: state.keys.sig.secretKey,
        sequence: newest.sequence + 1,
        previous: newest.hash,
        // the entry that let the guest in is all of the conversation that a guest has seen
        seen,
      },
      { kind: 'secrecy', at: session.now().toISOString(), until, text },
    );
  }

  return {
    async guestCases() {
      const { credential } = session.signedIn();
      const { cases } = await api.ask(GuestList, { method: 'GET', path: base, credential });
      const today = session.today();
      return cases
        .filter(({ terms }) => terms.until >= today)
        .map(({ case: facts, terms, accepted }) => ({
          id: facts.id,
          channel: facts.channel,
          practice: facts.practice,
          receivedOn: facts.receivedOn,
          closedOn: facts.closedOn,
          accepted,
          ...terms,
        }));
    },

    async grantedTerms(id) {
      return (await readGrant(v.parse(CaseId, id))).terms;
    },

    async acceptSecrecy(id, shown, text) {
      const caseId = v.parse(CaseId, id);
      for (let tries = 1; ; tries += 1) {
        if (await send(id, await sealSecrecy(caseId, shown, text), [])) break;
        // a lost answer: then the entry is there
        if ((await fetchCase(id)).opened !== null) break;
        if (tries >= TRIES) throw new ClientError('conflict');
      }
      return viewOf(await open(id));
    },

    async openGuestCase(id) {
      return viewOf(await open(id));
    },

    async guestNote(id, text, files, onProgress, signal) {
      const references = await workplace.sendFiles(files, onProgress, signal);
      const at = session.now().toISOString();
      for (let tries = 1; ; tries += 1) {
        const opened = await open(id);
        if (!checkTerms(opened).write) throw new ClientError('read_only');
        const arrived = opened.file.internal?.entries.some(
          ({ content }) => content.kind === 'note' && content.at === at && content.text === text,
        );
        if (arrived === true) return viewOf(opened);
        if (tries > TRIES) throw new ClientError('conflict');
        const entry = noteEntry(opened, { kind: 'note', at, text, files: references });
        await send(
          id,
          entry,
          references.map(({ attachment }: FileReference) => attachment),
          signal,
        );
      }
    },
  };

  function noteEntry(opened: OpenedForHandler, content: EntryContent): SealedEntry {
    const state = session.signedIn();
    const { file } = opened;
    const fault = file.faults[0] ?? file.mendable[0];
    if (fault !== undefined) throw new ClientError(fault);
    const last = file.internal?.chain.records.at(-1);
    const key = file.internal?.keys.get(file.internal.chain.epochs.length);
    const seen = file.dialogue.chain.records.at(-1);
    if (last === undefined || key === undefined || seen === undefined) {
      throw new ClientError('missing_entry');
    }
    return sealEntry(
      key,
      {
        author: v.parse(ReaderId, state.account.id),
        secretKey: state.keys.sig.secretKey,
        sequence: last.entry.header.sequence + 1,
        previous: last.hash,
        seen: seen.hash,
      },
      content,
    );
  }
}

/** The notes' newest epoch is of one who reads the case, and for its readers; else `wrong_epoch`. */
function checkNotes(notes: EpochEntry, readers: ReturnType<typeof epochBodyOf>['members']): void {
  const author = readers.find(({ id, guest }) => id === notes.header.author && guest === undefined);
  const terms = (members: typeof readers): string =>
    members
      .filter(({ id }) => id !== 'reporter')
      .map(memberTerms)
      .sort()
      .join('\n');
  const fits =
    author !== undefined &&
    entryIsSignedBy(notes, author.sig) &&
    terms(epochBodyOf(notes).members) === terms(readers);
  if (!fits) throw new ClientError('wrong_epoch');
}
