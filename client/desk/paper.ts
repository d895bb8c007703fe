import {
  accountKeys,
  type AccountKeys,
  CaseId,
  channelReaders,
  EntryContent,
  epochBodyOf,
  faultInCeremony,
  faultInOrigin,
  faultInTerms,
  fromBase64,
  identitiesOf,
  newOverview,
  openCase,
  openGrant,
  type OpenedCase,
  openOverview,
  type Overview,
  PaperAnswer,
  PaperCase,
  type PaperEpochs,
  paperFields,
  paperSecret,
  ProtocolError,
  ready,
  sameBytes,
  sign,
  type SignedCeremony,
  toBase64,
  type Member,
  recusedIn,
  withSuccessors,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { persist } from '../api.js';
import { believed } from '../casework/overview.js';
import { hashesOf, loadDirectory, type LoadedDirectory } from '../directory.js';
import { ClientError, codeOf } from '../errors.js';
import type { PaperResult, PaperView } from '../models.js';
import { beginDraft } from './case-draft.js';
import { samePlace } from './case-opening.js';
import { stayingMembers } from './case-members.js';
import type { OnBulk } from './case-walk.js';
import { ceremonyPerson } from './ceremony.js';
import type { DeskSession } from './session.js';

/** What somebody does who holds a recovery officer's paper. Nobody is signed in. */
export interface PaperDesk {
  /**
   * Makes the paper's keys from its 24 words and fetches what was agreed; checks both signatures.
   *
   * @param fragment what stands behind `#` in the link.
   * @throws ClientError `ceremony_not_found` for another paper, or where nothing stands;
   * `ceremony_forged` where the signatures do not hold.
   */
  openPaper(fragment: string, words: readonly string[]): Promise<PaperView>;
  /**
   * Gives each case that nobody else opens to those who were named. May be stopped and called again.
   * Of each case it decrypts the keys, the report, for whom it leaves out, and the line of the list,
   * which it seals again; it hands none of that on.
   */
  givePaperCases(onProgress: OnBulk, signal?: AbortSignal): Promise<PaperResult>;
  /** Forgets the keys. */
  closePaper(): Promise<void>;
}

interface Held {
  keys: AccountKeys;
  directory: LoadedDirectory;
  proof: { id: string; proof: string };
  answer: PaperAnswer;
}

const path = '/api/desk/ceremony/paper';

function idOf(fragment: string): string {
  const id = /^#?([A-Za-z0-9_-]{22})$/.exec(fragment.trim())?.[1];
  if (id === undefined) throw new ClientError('ceremony_not_found');
  return id;
}

/** See {@link PaperDesk}. */
export function createPaperDesk(session: DeskSession): PaperDesk {
  const { api } = session;
  let held: Held | null = null;

  function forget(): void {
    if (held === null) return;
    const { seed, kem, sig, own } = held.keys;
    for (const secret of [seed, kem.secretKey, sig.secretKey, own]) secret.fill(0);
    held = null;
  }

  /** A case as the paper opens it: verified whole, decrypted only where its report is. */
  function openFor({ keys, directory }: Held, id: string, answer: PaperCase): OpenedCase {
    return openCase({
      id: v.parse(CaseId, id),
      reporter: answer.reporter,
      entries: answer.entries,
      directory: directory.directory,
      directories: hashesOf(directory),
      contents: EntryContent,
      withInternal: true,
      opens: (sequence) => sequence === REPORT,
      keyFor(place, commitment) {
        const grant = answer.grants.find(samePlace(place));
        if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
        return openGrant(grant, place, commitment, keys.kem);
      },
    });
  }

  /** Gives one case on. Throws ClientError `nobody_may` where none of those named may have it. */
  async function give(state: Held, id: string, onSending: () => void): Promise<void> {
    const answer = await api.ask(PaperCase, {
      method: 'POST',
      path: `${path}/cases/${id}`,
      json: state.proof,
    });
    const { ceremony } = state.answer;
    const { officer } = ceremony.terms;
    const file = openFor(state, id, answer);
    const [fault] = file.faults;
    if (fault !== undefined) throw new ClientError(fault);
    const overview = overviewIn(file, answer);
    const opened = { file, overview, directory: state.directory, today: session.today() };
    // which cases these are is the server's word: no key goes out of one that somebody still reads
    const origin = faultInOrigin(file, answer.case);
    if (origin !== null) throw new ClientError(origin);
    const added = receivers(opened, ceremony);
    if (added.length === 0) throw new ClientError('nobody_may');
    const draft = beginDraft(opened, { account: { id: officer }, keys: state.keys });
    draft.openEpochs([...stayingMembers(opened), ...added], { recovers: ceremony });
    const { entries, grants } = draft.request();
    const epochs = entries as PaperEpochs['entries'];
    for (const epoch of epochs) {
      const chain = file[epoch.header.compartment]?.chain;
      const before = chain?.epochs.at(-1)?.body.members ?? [];
      const { directory } = state.directory;
      if (faultInCeremony(epochBodyOf(epoch), officer, before, directory) !== null) {
        throw new ClientError('wrong_facts');
      }
    }
    const json = {
      ...state.proof,
      entries: epochs,
      grants,
      overview: draft.overview(overview),
    } satisfies PaperEpochs;
    onSending();
    await api.ask(v.strictObject({}), { method: 'POST', path: `${path}/cases/${id}/epochs`, json });
  }

  async function open(proof: Held['proof']): Promise<PaperAnswer> {
    return api.ask(PaperAnswer, { method: 'POST', path, json: proof });
  }

  return {
    async openPaper(fragment, words) {
      await ready();
      const id = idOf(fragment);
      forget();
      const { installation } = await session.place.installation();
      const directory = await loadDirectory(api, session.today());
      const keys = accountKeys(paperSecret(words, 'recovery officer seed'));
      const signature = sign(keys.sig.secretKey, 'paper', ...paperFields(installation, id));
      const proof = { id, proof: toBase64(signature) };
      const answer = await open(proof);
      const { terms } = answer.ceremony;
      const record = directory.directory.readers.find(
        (reader) => reader.record.id === terms.officer,
      )?.record;
      const isOurs =
        record !== undefined &&
        terms.id === id &&
        sameBytes(fromBase64(record.kem), keys.kem.publicKey) &&
        sameBytes(fromBase64(record.sig), keys.sig.publicKey);
      if (!isOurs) throw new ClientError('ceremony_not_found');
      if (faultInTerms(answer.ceremony, directory.directory) !== null) {
        throw new ClientError('ceremony_forged');
      }
      held = { keys, directory, proof, answer };
      const person = (of: string) => ceremonyPerson(directory.directory, of);
      return {
        officer: record.name,
        ground: terms.ground,
        on: terms.on,
        asked: person(answer.ceremony.asked.by),
        agreed: person(answer.ceremony.agreed.by),
        to: terms.to.map(person),
        lost: terms.lost.map(person),
        until: answer.until,
        cases: answer.cases.length,
      };
    },

    async givePaperCases(onProgress, signal) {
      const state = held;
      if (state === null) throw new ClientError('not_prepared');
      const { cases } = await open(state.proof);
      const result: PaperResult = { given: 0, kept: [] };
      for (const [index, id] of cases.entries()) {
        signal?.throwIfAborted();
        onProgress({ done: index, of: cases.length });
        const sent = new Set<string>();
        const noteSending = (): void => {
          sent.add(id);
        };
        try {
          await persist(() => give(state, id, noteSending), signal);
          result.given += 1;
        } catch (error) {
          if (signal?.aborted === true) throw error;
          const code = codeOf(error);
          if (sent.has(id) && code === 'case_not_found') {
            // the answer to giving it was lost: it is no longer the paper's alone
            result.given += 1;
            continue;
          }
          if (code === 'ceremony_not_found') throw error;
          result.kept.push(code);
        }
      }
      onProgress({ done: cases.length, of: cases.length });
      return result;
    },

    closePaper() {
      forget();
      return Promise.resolve();
    },
  };
}

/** Where the report stands in its conversation. */
const REPORT = 2;

type Opened = Parameters<typeof stayingMembers>[0];

/**
 * Whom a case may be given of those whom the terms name: handlers of its channel, whom its reporter did
 * not leave out and who did not declare to take no part, under whatever keys.
 */
function receivers(
  { file, directory: { directory } }: Opened,
  { terms }: SignedCeremony,
): Member[] {
  // where the report cannot be read nobody knows whom it leaves out
  if (file.report === null) return [];
  const barred = new Set<string>([
    ...file.leftOut,
    ...withSuccessors(directory, file.report.leftOut),
    ...withSuccessors(directory, recusedIn(file.dialogue.chain.epochs)),
  ]);
  const present = new Set<string>(
    file.dialogue.chain.epochs.at(-1)?.body.members.map(({ id }) => id),
  );
  return channelReaders(directory, file.report.channel).flatMap(({ record }): Member[] => {
    const { id, kem, sig } = record;
    const may =
      terms.to.includes(id) &&
      !present.has(id) &&
      !identitiesOf(directory, id).some((identity) => barred.has(identity));
    return may ? [{ id, kem, sig }] : [];
  });
}

/** The line of the list, to be sealed again; an empty one where it does not open. */
function overviewIn(file: OpenedCase, { overview: sealed }: PaperCase): Overview {
  const key = file[sealed.compartment]?.keys.get(sealed.epoch);
  try {
    if (key !== undefined) return believed(openOverview(key, sealed), sealed);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
  return newOverview({ title: '', category: file.report?.category ?? 'other' });
}
