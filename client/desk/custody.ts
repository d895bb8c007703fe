import * as v from 'valibot';
import {
  CaseId,
  caseIdOf,
  type ChainContext,
  CustodyCase,
  CustodyList,
  type CustodyListing,
  epochBodyOf,
  type EpochKey,
  type Identity,
  IDENTITY_FIELDS,
  type IdentityAnswer,
  IdentityEntry,
  type IdentityField,
  type IdentityQuestion,
  normaliseName,
  openCompartment,
  openGrant,
  openIdentityQuestion,
  ProtocolError,
  ReaderId,
  type RecordHash,
  recordHashOf,
  sealContent,
  sealIdentityAnswer,
  verifyChain,
  verifyEpochs,
} from '../../crypto/private.js';
import { persist } from '../api.js';
import { isConflict } from '../conflict.js';
import type { LoadedDirectory } from '../directory.js';
import { ClientError } from '../errors.js';
import { isGiven } from '../identity.js';
import type { CustodyRow, OpenedIdentity } from '../models.js';
import { hashesOfVersions, type DirectoryWatch } from './directory-watch.js';
import type { DeskSession, SignedInState } from './session.js';

/** What an identity custodian does. */
export interface CustodyDesk {
  /** Everything that was asked of this custodian: what waits first, the newest of it at the top. */
  custodyRequests(): Promise<CustodyRow[]>;
  /**
   * Opens the identity: first an entry says so, which the reporter sees, and only once the server has
   * taken it the identity is fetched. What was opened before and is still the newest opens again
   * without another entry.
   *
   * @throws ClientError `question_unclear` for a request that nobody can be held to, `not_a_reader`
   * where whoever asks does not read the case or has left, `not_sealed_to_you`, `proposal_changed`
   * where the request is not what {@link custodyRequests} showed, and what is wrong with the chain.
   */
  openIdentity(caseId: string, request: string): Promise<OpenedIdentity>;
  /**
   * Passes on some of the fields that were asked for. Throws ClientError `not_opened`,
   * `not_a_reader` where whoever asks has left, or `conflict` where the request was answered before.
   */
  passOnIdentity(caseId: string, request: string, fields: IdentityField[]): Promise<CustodyRow[]>;
  /** Refuses with a reason. Throws ClientError `conflict` where it was answered before. */
  refuseIdentity(caseId: string, request: string, reason: string): Promise<CustodyRow[]>;
}

interface Opened {
  opening: RecordHash;
  identity: OpenedIdentity['identity'];
}

/** See {@link CustodyDesk}. */
export function createCustodyDesk(session: DeskSession, watch: DirectoryWatch): CustodyDesk {
  const { api } = session;
  /** What was opened in this session, by request. */
  const opened = new WeakMap<SignedInState, Map<string, Opened>>();
  /** What was shown of each request in this session, as one string: an answer is to that alone. */
  const shown = new WeakMap<SignedInState, Map<string, string>>();

  function noteShown(row: Pick<CustodyListing, 'case' | 'request'>, said: IdentityQuestion): void {
    const state = session.signedIn();
    const known = shown.get(state) ?? new Map<string, string>();
    const key = `${row.case} ${row.request}`;
    // a request never changes: one that does is not the one that was read
    if (!known.has(key)) shown.set(state, known.set(key, JSON.stringify(said)));
  }

  async function fetchList(): Promise<CustodyListing[]> {
    const { credential } = session.signedIn();
    const path = '/api/desk/custody';
    return (await api.ask(CustodyList, { method: 'GET', path, credential })).requests;
  }

  async function fetchCase(id: string): Promise<CustodyCase> {
    const { credential } = session.signedIn();
    const path = `/api/desk/custody/${id}`;
    return persist(() => api.ask(CustodyCase, { method: 'GET', path, credential }));
  }

  function questionOf(
    listing: CustodyListing,
    { directory }: LoadedDirectory,
  ): IdentityQuestion | null {
    const place = { case: listing.case, request: listing.request };
    try {
      return openIdentityQuestion(place, session.signedIn().keys.kem, listing, (by) => {
        const reader = directory.readers.find(({ record }) => record.id === by);
        return reader?.record.part === 'handler' ? reader.record.sig : null;
      });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return null;
    }
  }

  async function rows(): Promise<CustodyRow[]> {
    const list = await fetchList();
    const loaded = await watch.current();
    const nameOf = (id: string): string =>
      loaded.directory.readers.find(({ record }) => record.id === id)?.record.name ?? id;
    const own = normaliseName(nameOf(session.signedIn().account.id));
    const found = list.map((listing): CustodyRow => {
      const question = questionOf(listing, loaded);
      if (question !== null) noteShown(listing, question);
      return {
        caseId: listing.case,
        request: listing.request,
        channel: listing.channel,
        practice: listing.practice,
        askedOn: listing.askedOn,
        openedOn: listing.openedOn,
        answeredOn: listing.answeredOn,
        question:
          question === null
            ? null
            : {
                at: question.at,
                by: nameOf(question.by),
                fields: question.fields,
                reason: question.reason,
                namesake: normaliseName(nameOf(question.by)) === own,
              },
      };
    });
    const order = (row: CustodyRow): string =>
      `${row.answeredOn === null ? '1' : '0'} ${row.question?.at ?? row.askedOn}`;
    return found.toSorted((a, b) => order(b).localeCompare(order(a)));
  }

  /** The question behind a request, which somebody who was let in has signed. */
  async function vouched(
    caseId: string,
    request: string,
  ): Promise<{ question: IdentityQuestion; loaded: LoadedDirectory }> {
    const listing = (await fetchList()).find(
      (each) => each.case === caseId && each.request === request,
    );
    if (listing === undefined) throw new ClientError('case_not_found');
    const loaded = await watch.current();
    const question = questionOf(listing, loaded);
    if (question === null) throw new ClientError('question_unclear');
    const read = shown.get(session.signedIn())?.get(`${caseId} ${request}`);
    if (read !== JSON.stringify(question)) throw new ClientError('proposal_changed');
    return { question, loaded };
  }

  /** Whoever left is told nothing more, also where nobody has taken that person off the case yet. */
  function checkThere({ by }: IdentityQuestion, { directory }: LoadedDirectory): void {
    const reader = directory.readers.find(({ record }) => record.id === by);
    if (reader?.state !== 'active') throw new ClientError('not_a_reader');
  }

  async function contextOf(
    caseId: CaseId,
    { reporter, readers, epochs }: CustodyCase,
    { directory }: LoadedDirectory,
  ): Promise<Omit<ChainContext, 'dialogue'>> {
    if (caseIdOf(reporter) !== caseId) throw new ClientError('wrong_case_id');
    const named = [...readers, ...epochs].map((entry) => epochBodyOf(entry).directory.version);
    const directories = hashesOfVersions(
      await watch.versionsSince(Math.min(directory.version, ...named)),
    );
    return { caseId, reporter, directory, directories };
  }

  /** Opens what was given out, if it ends with this custodian's own opening. */
  function readOpened(
    caseId: CaseId,
    answer: CustodyCase,
    context: Omit<ChainContext, 'dialogue'>,
    request: string,
  ): Opened | null {
    const { keys, account } = session.signedIn();
    const chain = verifyChain('identity', answer.entries, { ...context, dialogue: null });
    if (chain.fault !== null) throw new ClientError(chain.fault);
    const { entries } = openCompartment(chain, {
      id: caseId,
      contents: IdentityEntry,
      keyFor: (place, commitment) => grantKey(answer, keys.kem, place, commitment),
    });
    const last = entries.at(-1);
    if (last === undefined || (last.author as string) !== account.id) return null;
    const { content } = last;
    if (content.kind !== 'identity_opening' || content.request !== request) return null;
    const block = entries.findLast(({ author }) => author === 'reporter')?.content;
    const given = block?.kind === 'identity' && isGiven(block) ? block : null;
    return {
      opening: last.hash,
      identity:
        given === null
          ? null
          : {
              at: given.at,
              name: given.name,
              reach: given.reach,
              relation: given.relation,
              text: given.text,
            },
    };
  }

  async function open(caseId: CaseId, request: string): Promise<Opened> {
    const state = session.signedIn();
    const { question, loaded } = await vouched(caseId, request);
    checkThere(question, loaded);
    for (let tries = 1; ; tries += 1) {
      const before = await fetchCase(caseId);
      const context = await contextOf(caseId, before, loaded);
      const readers = verifyEpochs(before.readers, context);
      const asks = readers.epochs.at(-1)?.body.members.some(({ id }) => id === question.by);
      if (readers.fault !== null || asks !== true) throw new ClientError('not_a_reader');
      if (before.entries.length === before.newest.sequence) {
        const known = readOpened(caseId, before, context, request);
        if (known !== null && known.opening === before.newest.hash) return known;
      }
      const { epochs, fault } = verifyEpochs(before.epochs, context, 'identity');
      const epoch = epochs.at(-1);
      if (fault !== null) throw new ClientError(fault);
      if (epoch?.body.members.some(({ id }) => (id as string) === state.account.id) !== true) {
        throw new ClientError('not_sealed_to_you');
      }
      const { header } = epoch.entry;
      const place = { case: caseId, compartment: 'identity', epoch: header.epoch } as const;
      const key = grantKey(before, state.keys.kem, place, header.commitment);
      const entry = sealContent(
        IdentityEntry,
        key,
        {
          author: v.parse(ReaderId, state.account.id),
          secretKey: state.keys.sig.secretKey,
          sequence: before.newest.sequence + 1,
          previous: before.newest.hash,
          seen: null,
        },
        {
          kind: 'identity_opening',
          at: session.now().toISOString(),
          request: v.parse(IdentityEntry.options[1].entries.request, request),
          askedBy: question.by,
          fields: question.fields,
          reason: question.reason,
        },
      );
      try {
        await api.tell({
          method: 'POST',
          path: `/api/desk/custody/${caseId}/openings`,
          credential: state.credential,
          json: { request, entry },
        });
      } catch (error) {
        const again = error instanceof ClientError && (error.temporary || isConflict(error));
        if (!again || tries >= 5) throw error;
        continue;
      }
      const after = await fetchCase(caseId);
      const read = readOpened(caseId, after, context, request);
      if (read?.opening !== recordHashOf(entry)) throw new ClientError('truncated_chain');
      return read;
    }
  }

  async function answer(caseId: string, request: string, said: Answered): Promise<CustodyRow[]> {
    const state = session.signedIn();
    const { question } = await vouched(caseId, request);
    const by = v.parse(ReaderId, state.account.id);
    const document: IdentityAnswer = { v: 1, at: session.now().toISOString(), by, ...said };
    const place = { case: v.parse(CaseId, caseId), request };
    const box = sealIdentityAnswer(place, question.key, document, state.keys.sig.secretKey);
    await api.tell({
      method: 'POST',
      path: `/api/desk/custody/${caseId}/answers`,
      credential: state.credential,
      json: { request, box },
    });
    opened.get(state)?.delete(`${caseId} ${request}`);
    return rows();
  }

  return {
    custodyRequests: rows,

    async openIdentity(caseId, request) {
      const state = session.signedIn();
      const read = await open(v.parse(CaseId, caseId), request);
      const known = opened.get(state) ?? new Map<string, Opened>();
      opened.set(state, known.set(`${caseId} ${request}`, read));
      return { identity: read.identity };
    },

    async passOnIdentity(caseId, request, fields) {
      const read = opened.get(session.signedIn())?.get(`${caseId} ${request}`);
      if (read === undefined) throw new ClientError('not_opened');
      const { question, loaded } = await vouched(caseId, request);
      checkThere(question, loaded);
      const passed = fields.filter((field) => question.fields.includes(field));
      return answer(caseId, request, {
        state: 'given',
        opening: read.opening,
        identity: chosen(read.identity, passed),
      });
    },

    refuseIdentity: (caseId, request, reason) =>
      answer(caseId, request, { state: 'refused', reason }),
  };
}

type Answered =
  | Omit<Extract<IdentityAnswer, { state: 'given' }>, 'v' | 'at' | 'by'>
  | Omit<Extract<IdentityAnswer, { state: 'refused' }>, 'v' | 'at' | 'by'>;

/** The fields that are passed on, empty where the reporter said nothing. */
function chosen(
  identity: Identity | null,
  fields: readonly IdentityField[],
): Extract<IdentityAnswer, { state: 'given' }>['identity'] {
  const taken = (field: IdentityField): string | null =>
    fields.includes(field) ? (identity?.[field] ?? '') : null;
  const [name, reach, relation, text] = IDENTITY_FIELDS;
  return { name: taken(name), reach: taken(reach), relation: taken(relation), text: taken(text) };
}

function grantKey(
  { grants }: CustodyCase,
  keys: { publicKey: Uint8Array; secretKey: Uint8Array },
  place: { case: CaseId; compartment: EpochKey['compartment']; epoch: number },
  commitment: string,
): EpochKey {
  const grant = grants.find(({ epoch }) => epoch === place.epoch);
  if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
  return openGrant(grant, place, commitment, keys);
}
