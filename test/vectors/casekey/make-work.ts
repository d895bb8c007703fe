import * as v from 'valibot';
import {
  answeredForm,
  AttachmentId,
  bodyHashOf,
  EntryContent,
  fromUtf8,
  headerBytes,
  makeEpochEntry,
  newEpochKey,
  recordHashOf,
  reporterKeys,
  sealEntry,
  sealGrant,
  sealIdentityAnswer,
  sealIdentityQuestion,
  sealOrigin,
  sealPreviousKey,
  signedBytes,
  toBase64,
  toJsonBytes,
  toWords,
  WorkId,
  type Compartment,
  type Entry,
  type EpochBody,
  type EpochKey,
  type Erases,
  type Grant,
  type IdentityAnswer,
  type IdentityQuestion,
  type Member,
  type SealedEntry,
} from '../../../crypto/private.js';
import { counting, oddText, type Vectors } from './form.js';
import {
  channelId,
  day,
  id,
  keys,
  memberOf,
  newestDirectory,
  questionnaire,
  records,
} from './make-office.js';

/*
 * One case in which everything happens that takes more than one handler, or one who is none: a recusal,
 * entries erased, also such as did something to the case, a removal agreed and declined, an identity asked for, opened, answered, and given
 * outside by consent.
 */

const words = toWords(counting(200, 16));
const reporter = reporterKeys(words);
const caseId = reporter.caseId;
const directory = newestDirectory();

const people = {
  reporter: { id: 'reporter' as const, own: reporter },
  hanna: { id: records.handlers[0].id, own: keys.handlers[0] },
  harald: { id: records.handlers[1].id, own: keys.handlers[1] },
  helene: { id: records.handlers[2].id, own: keys.handlers[2] },
  custodian: { id: records.custodian.id, own: keys.custodian },
};
type Who = keyof typeof people;

const self: Member = { id: 'reporter', ...reporter.publicKeys };
const [hanna, harald, helene] = records.handlers;
const all = [memberOf(hanna), memberOf(harald), memberOf(helene)];
const two = [memberOf(hanna), memberOf(harald)];

const entries: Entry[] = [];
const documents: (string | null)[] = [];
const grants: Grant[] = [];
const epochs = new Map<Compartment, EpochKey>();

function chainOf(compartment: Compartment): Entry[] {
  return entries.filter(({ header }) => header.compartment === compartment);
}

/** What an author saw: of the other side in the conversation, else the newest there; custodians nothing. */
function seenBy(who: Who, compartment: Compartment): Entry | undefined {
  if (who === 'custodian') return undefined;
  const dialogue = chainOf('dialogue');
  if (compartment !== 'dialogue') return dialogue.at(-1);
  return dialogue.findLast(
    ({ header }) => (header.author === 'reporter') !== (who === 'reporter'),
  );
}

function placeOf(who: Who, compartment: Compartment): Parameters<typeof sealEntry>[1] {
  const chain = chainOf(compartment);
  const last = chain.at(-1);
  const seen = seenBy(who, compartment);
  return {
    author: people[who].id,
    secretKey: people[who].own.sig.secretKey,
    sequence: chain.length + 1,
    previous: last === undefined ? null : recordHashOf(last),
    seen: seen === undefined ? null : recordHashOf(seen),
  };
}

function epochIn(compartment: Compartment): EpochKey {
  const epoch = epochs.get(compartment);
  if (epoch === undefined) throw new Error(`no epoch of ${compartment}`);
  return epoch;
}

function open(
  who: Who,
  compartment: Compartment,
  members: readonly Member[],
  more: (epoch: EpochKey) => Partial<EpochBody> = () => ({}),
): void {
  const before = epochs.get(compartment);
  const epoch = newEpochKey({ case: caseId, compartment, epoch: (before?.epoch ?? 0) + 1 });
  const previousKey = before === undefined ? null : sealPreviousKey(epoch, before);
  const body = { members: [...members], directory, previousKey, ...more(epoch) };
  entries.push(makeEpochEntry(epoch, placeOf(who, compartment), body));
  documents.push(null);
  grants.push(...members.map((member) => sealGrant(epoch, member)));
  epochs.set(compartment, epoch);
}

function say(
  who: Who,
  compartment: Compartment,
  written: EntryContent,
  erases?: Erases,
): SealedEntry {
  // with the fields in the order in which clients write them
  const content = v.parse(EntryContent, written);
  const entry = sealEntry(epochIn(compartment), placeOf(who, compartment), content, erases);
  entries.push(entry);
  documents.push(fromUtf8(toJsonBytes(content)));
  return entry;
}

const at = '2026-03-04T05:06:07.890Z';
const today = day('2026-03-04');
const file = id(AttachmentId, 201);
/** What the server took the bodies of. */
const gone: SealedEntry[] = [];
const placeIn = (entry: Entry): Erases['entries'][number] => ({
  sequence: entry.header.sequence,
  hash: recordHashOf(entry),
});

function begin(): void {
  open('reporter', 'dialogue', [self, ...all], (epoch) => ({ origin: sealOrigin(epoch, null) }));
  say('reporter', 'dialogue', {
    kind: 'report',
    at: today,
    practice: false,
    channel: channelId,
    directory,
    leftOut: [],
    language: 'en',
    category: 'fraud',
    relation: 'worker',
    text: oddText,
    answers: {},
    files: [],
    form: answeredForm(questionnaire, 'en', [
      { is: 'chosen', field: 'told', chosen: ['yes'] },
      { is: 'text', field: 'whom', text: 'Åsa' },
    ]),
  });
  open('reporter', 'identity', [self, memberOf(records.custodian)]);
  say('reporter', 'identity', {
    kind: 'identity',
    at: today,
    name: 'Юлия',
    reach: '',
    relation: '',
    text: oddText,
  });
  open('hanna', 'internal', all);
}

/** Of what the reporter wrote something goes, and of the notes nothing. */
function erase(): void {
  const key = toBase64(counting(202));
  const attached = { attachment: file, key, hash: key, chunks: 1, type: '', size: 1 };
  const content = { kind: 'message', at: today, text: 'He is ill.' } as const;
  const message = say('reporter', 'dialogue', { ...content, files: [{ ...attached, name: 'a' }] });
  const remains = say('hanna', 'dialogue', {
    kind: 'remains',
    at,
    of: message.header.sequence,
    content: { ...content, text: 'He is […].', files: [] },
  });
  const erases: Erases = {
    entries: [placeIn(message)],
    files: [file],
    remains: placeIn(remains),
  };
  const erasure = { at, id: id(WorkId, 203), ground: 'irrelevant', text: '' } as const;
  say('hanna', 'dialogue', { kind: 'erasure_proposal', ...erasure }, erases);
  say('harald', 'dialogue', { kind: 'erasure', ...erasure }, erases);
  const first = say('hanna', 'internal', { kind: 'note', at, text: 'One', files: [] });
  const second = say('helene', 'internal', { kind: 'note', at, text: 'Two', files: [] });
  const notes: Erases = { entries: [placeIn(first), placeIn(second)], files: [], remains: null };
  const other = { ...erasure, id: id(WorkId, 204), ground: 'other', text: 'Both.' } as const;
  say('harald', 'internal', { kind: 'erasure_proposal', ...other }, notes);
  say('hanna', 'internal', { kind: 'erasure_declined', at, text: 'Needed.' }, notes);
  gone.push(message);
}

/** An entry that did something loses its words: what remains of it did nothing. */
function lose(entry: SealedEntry, content: EntryContent, number: number): SealedEntry {
  const { compartment, sequence: of } = entry.header;
  const kind = compartment === 'dialogue' ? 'remains' : 'note_remains';
  const remains = say('hanna', compartment, { kind, at, of, content } as never);
  const erases: Erases = { entries: [placeIn(entry)], files: [], remains: placeIn(remains) };
  const said = { at, id: id(WorkId, number), ground: 'irrelevant', text: 'Robin asked.' } as const;
  say('hanna', compartment, { kind: 'erasure_proposal', ...said }, erases);
  gone.push(entry);
  return say('harald', compartment, { kind: 'erasure', ...said }, erases);
}

function identify(): Vectors['work']['identity'] {
  const request = id(WorkId, 205);
  const key = toBase64(counting(206));
  const asked = { fields: ['name' as const], reason: 'A witness is to be heard.' };
  say('hanna', 'internal', { kind: 'identity_request', at, id: request, ...asked, key });
  const place = { case: caseId, request };
  const question: IdentityQuestion = { v: 1, at, by: hanna.id, ...asked, key };
  const opening = say('custodian', 'identity', {
    kind: 'identity_opening',
    at,
    request,
    askedBy: hanna.id,
    ...asked,
  });
  const answer: IdentityAnswer = {
    v: 1,
    state: 'given',
    at,
    by: records.custodian.id,
    opening: recordHashOf(opening),
    identity: { name: 'Юлия', reach: null, relation: null, text: null },
  };
  const textOf = (document: unknown): string => fromUtf8(toJsonBytes(document));
  const signed = (purpose: 'identity question' | 'identity answer', document: unknown): string =>
    toBase64(signedBytes(purpose, [caseId, request, textOf(document)]));
  const { own: custodianKeys } = people.custodian;
  return {
    request,
    key,
    question: {
      ...sealIdentityQuestion(place, records.custodian, question, people.hanna.own.sig.secretKey),
      document: textOf(question),
      signed: signed('identity question', question),
    },
    answer: {
      box: sealIdentityAnswer(place, key, answer, custodianKeys.sig.secretKey),
      document: textOf(answer),
      signed: signed('identity answer', answer),
    },
  };
}

function discloseAndClose(): void {
  const disclosure = say('hanna', 'dialogue', {
    kind: 'identity_disclosure',
    at,
    id: id(WorkId, 207),
    basis: 'consent',
    to: 'Police',
    what: 'The name',
    text: 'They want to hear a witness.',
    files: [],
  });
  const about = { kind: 'consent', at: today, request: recordHashOf(disclosure) } as const;
  say('reporter', 'dialogue', { ...about, answer: 'agree' });
  say('reporter', 'dialogue', { ...about, answer: 'withdraw' });
  const closing = { kind: 'closure', at, outcome: 'minor', files: [] };
  const closure = { ...closing, text: 'Robin did it.' } as EntryContent;
  const closed = say('harald', 'dialogue', closure);
  const erasure = lose(closed, { ...closing, text: '[…] did it.' } as EntryContent, 210);
  const told = { kind: 'erasure', at, id: id(WorkId, 210), ground: 'irrelevant' } as const;
  lose(erasure, { ...told, text: '[…]' }, 211);
}

function hold(): void {
  const review = day('2026-09-01');
  const about = { reference: '', decidedBy: 'The board', scope: 'All.', review };
  const held = { kind: 'hold', at, ground: 'court', ...about } as const;
  const holding = say('hanna', 'internal', held);
  say('hanna', 'internal', { kind: 'release', at, text: 'Decided.' });
  lose(holding, { ...held, decidedBy: '[…]', scope: '[…]' }, 212);
  const contested = { id: id(WorkId, 208), ground: 'accuracy', text: 'Contested.' } as const;
  say('hanna', 'internal', { kind: 'restriction', at, ...contested, review });
  say('hanna', 'internal', { kind: 'unrestriction', at, text: 'Told.' });
  const passages = [{ field: 'text', from: 0, to: 3 }];
  const of = { compartment: 'dialogue', sequence: 2 } as const;
  const some = { of, part: { after: null, passages, files: [] }, ...contested, review };
  say('hanna', 'internal', { kind: 'part_restriction', at, ...some });
  const other = { ...some, id: id(WorkId, 210), part: null };
  say('hanna', 'internal', { kind: 'part_restriction', at, ...other });
  const told = { kind: 'part_unrestriction', at, text: 'Told.' } as const;
  say('hanna', 'internal', { ...told, id: other.id, last: false });
  say('hanna', 'internal', { ...told, id: some.id, last: true });
  const right = { id: id(WorkId, 211), ground: 'outdated', text: 'Now two.' } as const;
  const wrong = { after: null, passages };
  say('hanna', 'internal', { kind: 'correction', at, of, part: wrong, ...right });
  say('hanna', 'internal', { kind: 'decision', at, decision: 'nothing_further', text: '' });
  say('hanna', 'internal', { kind: 'still_needed', at, text: 'A claim.', review });
}

function remove(): void {
  const disposal = { decidedBy: 'The archive', archive: 'City', reference: '', text: 'Plan 3.' };
  const about = { id: id(WorkId, 209), ground: 'archive', ...disposal } as const;
  const proposal = say('hanna', 'internal', { kind: 'removal_proposal', at, ...about });
  const of = recordHashOf(proposal);
  say('harald', 'internal', { kind: 'removal', at, of, received: 'Letter 7' });
  say('hanna', 'internal', { kind: 'removal_declined', at, text: '' });
}

/** The vectors of the case. */
export function workVectors(): Vectors['work'] {
  begin();
  erase();
  open('helene', 'dialogue', [self, ...two], () => ({ recuses: true }));
  open('helene', 'internal', two);
  const identity = identify();
  discloseAndClose();
  hold();
  remove();
  return {
    words,
    entries,
    grants,
    records: entries.map((entry, index) => ({
      header: toBase64(headerBytes(entry.header)),
      hash: recordHashOf(entry),
      document: documents[index] ?? null,
    })),
    erased: gone.map((entry) => ({
      header: entry.header,
      bodyHash: toBase64(bodyHashOf(entry)),
      signature: entry.signature,
    })),
    identity,
  };
}
