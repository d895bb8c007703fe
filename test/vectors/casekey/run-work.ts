import {
  accountKeys,
  bodyHashOf,
  DialogueEntry,
  EntryContent,
  entryKey,
  fromBase64,
  fromUtf8,
  headerBytes,
  epochBodyOf,
  isEpochEntry,
  isErasedEntry,
  openCase,
  openCompartment,
  openGrant,
  openIdentityAnswer,
  openIdentityQuestion,
  openOrigin,
  pad,
  paddedTextSize,
  recordHashOf,
  reporterKeys,
  sign,
  signedBytes,
  signedFields,
  toBase64,
  toJsonBytes,
  utf8,
  verifyChain,
  verifyDirectory,
  verifyEpochs,
  type ChainContext,
  type Compartment,
  type Entry,
  type EntryHeader,
  type Erases,
  type EpochKey,
  type EpochPlace,
  type IdentityPlace,
  type KemKeys,
  type OpenedCase,
  type ProtocolFault,
  type VerifiedChain,
  type VerifiedDirectory,
} from '../../../crypto/private.js';
import { faultWith } from './changed.js';
import { boxWith, encrypt, flipped, nonceOf, refused, same, type Check } from './checks.js';
import type { Vectors } from './form.js';

/** Everybody who takes part, with their keys, and the case as it can be opened. */
interface World {
  vectors: Vectors['work'];
  newest: VerifiedDirectory;
  context: ChainContext;
  /** Secret keys for signing by author. */
  signers: ReadonlyMap<string, Uint8Array>;
  kems: ReadonlyMap<string, KemKeys>;
  keyFor: (who: string) => (place: EpochPlace, commitment: string) => EpochKey;
  open: (who: string) => OpenedCase;
  /** The chain as it was before anything was erased, with one entry changed and all after it gone. */
  faultWith: (entry: Entry, change: Change) => ProtocolFault | null;
}

/** What is changed of an entry's header; `by` signs it then, or nobody where it is null. */
interface Change {
  header?: Partial<EntryHeader>;
  by?: string | null;
}

function worldOf({ office, work }: Vectors): World {
  const [, , three] = office.versions;
  if (three === undefined) throw new Error('three versions');
  const newest = verifyDirectory(three);
  const reporter = reporterKeys(work.words);
  const seeds = [...office.handlers, office.custodian];
  const people = newest.directory.readers.map(({ record }, index) => {
    const keys = accountKeys(fromBase64(seeds[index] ?? ''));
    return [record.id, keys] as const;
  });
  const everybody = [['reporter', reporter] as const, ...people];
  const signers = new Map<string, Uint8Array>(everybody.map(([id, { sig }]) => [id, sig.secretKey]));
  const kems = new Map<string, KemKeys>(everybody.map(([id, { kem }]) => [id, kem]));
  const directories = new Map([[newest.directory.version, newest.hash]]);
  const common = { directory: newest.directory, directories, reporter: reporter.publicKeys };
  const context = { ...common, caseId: reporter.caseId, dialogue: null };
  const keyFor: World['keyFor'] = (who) => (place, commitment) => {
    const grant = work.grants.find(
      (each) =>
        each.compartment === place.compartment &&
        each.epoch === place.epoch &&
        each.recipient === who,
    );
    const keys = kems.get(who);
    if (grant === undefined || keys === undefined) throw new Error('no such grant');
    return openGrant(grant, place, commitment, keys);
  };
  const kept = new Map(work.erased.map((entry) => [recordHashOf(entry) as string, entry]));
  const handedOut = work.entries.map((entry) => kept.get(recordHashOf(entry)) ?? entry);
  const of = (compartment: Compartment): Entry[] =>
    work.entries.filter(({ header }) => header.compartment === compartment);
  const opened = new Map<string, OpenedCase>();
  let whole: VerifiedChain | undefined;
  return {
    vectors: work,
    newest,
    context,
    signers,
    kems,
    keyFor,
    open(who) {
      const known = opened.get(who);
      if (known !== undefined) return known;
      const made = openCase({
        ...common,
        id: reporter.caseId,
        entries: handedOut,
        keyFor: keyFor(who),
        contents: who === 'reporter' ? DialogueEntry : EntryContent,
        withInternal: who !== 'reporter',
        withIdentity: who === 'reporter',
      });
      opened.set(who, made);
      return made;
    },
    faultWith(entry, { header = {}, by = entry.header.author }) {
      const { compartment } = entry.header;
      if (compartment !== 'dialogue') whole ??= verifyChain('dialogue', of('dialogue'), context);
      const dialogue = whole !== undefined && compartment !== 'dialogue' ? whole : null;
      const key = signers.get(by ?? '') ?? null;
      return faultWith(entry, { header, key }, work.entries, { ...context, dialogue });
    },
  };
}

/** Each entry as whoever knows its key and its nonce makes it. */
function runRecords({ vectors, signers, open, keyFor, newest }: World): void {
  const opened = open('reporter');
  const hanna = newest.directory.readers[0]?.record.id ?? '';
  const byHandler = open(hanna);
  const keysOf = (compartment: Compartment): ReadonlyMap<number, EpochKey> | undefined =>
    (compartment === 'internal' ? byHandler : opened)[compartment]?.keys;
  for (const [index, entry] of vectors.entries.entries()) {
    const wanted = vectors.records[index];
    const { header } = entry;
    const what = `${header.compartment} ${String(header.sequence)}`;
    same(`header of ${what}`, toBase64(headerBytes(header)), wanted?.header);
    same(`hash of ${what}`, recordHashOf(entry), wanted?.hash);
    const signer = signers.get(header.author) ?? new Uint8Array();
    const signature = toBase64(sign(signer, 'entry', ...signedFields(entry)));
    same(`signature of ${what}`, signature, entry.signature);
    if (isEpochEntry(entry) || isErasedEntry(entry)) continue;
    const epoch = keysOf(header.compartment)?.get(header.epoch);
    const bytes = utf8(wanted?.document ?? '');
    const ciphertext = encrypt(
      entryKey(epoch?.key ?? new Uint8Array(), header),
      fromBase64(entry.nonce),
      headerBytes(header),
      pad(bytes, paddedTextSize(bytes.length)),
    );
    same(`ciphertext of ${what}`, toBase64(ciphertext), entry.ciphertext);
  }
  for (const kept of vectors.erased) {
    const whole = vectors.entries.find((entry) => recordHashOf(entry) === recordHashOf(kept));
    if (whole === undefined) throw new Error('an erased entry that never was');
    same('body hash', toBase64(bodyHashOf(whole)), kept.bodyHash);
    same('signature', whole.signature, kept.signature);
  }
  const [first] = vectors.entries;
  if (first === undefined || !isEpochEntry(first)) throw new Error('a case begins with an epoch');
  const place = { case: first.header.case, compartment: 'dialogue', epoch: 1 } as const;
  const key = keyFor('reporter')(place, first.header.commitment);
  const origin = byHandler.dialogue.chain.epochs[0]?.body.origin ?? '';
  same('origin', openOrigin(key, origin, newest.directory), { made: 'reporter' });
  const document = pad(utf8('{"made":"reporter"}'), 512);
  same('origin', boxWith(nonceOf(origin), key.key, 'origin', [place.case], document), origin);
  const unknown = openOrigin(key, flipped(origin), newest.directory);
  same('a flipped origin', unknown, { made: 'unknown' });
}

/** The documents of a compartment that nobody erased, as somebody reads them. */
function read(opened: OpenedCase[Compartment], vectors: World['vectors']): void {
  if (opened === null) throw new Error('there is such a compartment');
  for (const entry of [...opened.entries, ...opened.remains]) {
    const index = vectors.entries.findIndex((each) => recordHashOf(each) === entry.hash);
    const isErased = vectors.erased.some((each) => recordHashOf(each) === entry.hash);
    if (isErased) same('text of what remains', entry.erasure?.ground, 'irrelevant');
    else {
      const document = fromUtf8(toJsonBytes(entry.content));
      same(`entry ${String(index)}`, document, vectors.records[index]?.document);
    }
  }
}

function runReaders({ vectors, newest, open }: World): void {
  const [hanna, , helene] = newest.directory.readers.map(({ record }) => record.id);
  if (hanna === undefined) throw new Error('a handler');
  for (const who of ['reporter', hanna]) {
    const opened = open(who);
    same(`what ${who} finds`, [opened.faults, opened.mendable, opened.notices], [[], [], []]);
    read(opened.dialogue, vectors);
    if (who === 'reporter') read(opened.identity, vectors);
    else read(opened.internal, vectors);
    const message = opened.dialogue.entries.find(({ erasure }) => erasure !== null)?.content;
    same('what remains', message?.kind === 'message' ? message.text : message, 'He is […].');
    const closure = opened.dialogue.entries.find(({ content }) => content.kind === 'closure');
    same('what remains of a closing', closure?.content, {
      ...{ kind: 'closure', at: '2026-03-04T05:06:07.890Z', outcome: 'minor' },
      ...{ text: '[…] did it.', files: [] },
    });
    same('the ground of that', [closure?.erasure?.ground, closure?.erasure?.text], [
      'irrelevant',
      '[…]',
    ]);
    const closings = opened.dialogue.chain.records.filter(
      ({ entry }) => entry.header.effect === 'close',
    );
    same('what closed it', closings.map(({ hash }) => hash), [closure?.hash]);
    const [recusal] = opened.dialogue.chain.epochs.slice(1);
    same('who takes no part', recusal?.entry.header.author, helene);
  }
}

function entryWith({ vectors }: World, effect: string): Entry {
  const found = vectors.entries.find(({ header }) => header.effect === effect);
  if (found === undefined) throw new Error(`no entry that does this: ${effect}`);
  return found;
}

function runErasing(world: World): void {
  const [proposal, erasure, declined] = ['propose_erasure', 'erase', 'decline_erasure'].map(
    (effect) => entryWith(world, effect),
  );
  if (proposal === undefined || erasure === undefined || declined === undefined) throw new Error();
  const { erases }: EntryHeader = proposal.header;
  if (erases === undefined) throw new Error('it names what goes');
  const { faultWith } = world;
  const [named] = erases.entries;
  if (named === undefined) throw new Error('one entry');
  const fault = (what: string, entry: Entry, change: Change, wanted: ProtocolFault | null): void => {
    same(what, faultWith(entry, change), wanted);
  };
  for (const entry of [proposal, erasure, declined]) fault('as it is', entry, {}, null);
  const fewer = { ...erases, files: [] };
  fault('not signed again', erasure, { header: { erases: fewer }, by: null }, 'wrong_signature');
  fault('other files than proposed', erasure, { header: { erases: fewer } }, 'wrong_erasure');
  const { author } = proposal.header;
  fault('by one hand', erasure, { header: { author }, by: author }, 'wrong_erasure');
  const report = { ...named, sequence: 2 };
  const wrongHash = { ...erases, entries: [report] };
  fault('another record', proposal, { header: { erases: wrongHash } }, 'wrong_erasure');
  fault('an effect without them', erasure, { header: { effect: null } }, 'wrong_effect');
  fault('declined by nobody', declined, { header: { erases } }, 'wrong_erasure');
  const { entries } = world.vectors;
  const entryAt = (compartment: Compartment, sequence: number): Entry => {
    const found = entries.find(
      ({ header }) => header.compartment === compartment && header.sequence === sequence,
    );
    if (found === undefined) throw new Error('no such entry');
    return found;
  };
  /** The proposal to erase words of an entry that did this. */
  const about = (effect: string): { entry: Entry; erases: Erases } => {
    for (const entry of entries) {
      const header: EntryHeader = entry.header;
      const first = header.effect === 'propose_erasure' ? header.erases?.entries[0] : undefined;
      if (first === undefined || header.erases === undefined) continue;
      const what = entryAt(header.compartment, first.sequence).header.effect;
      if (what === effect) return { entry, erases: header.erases };
    }
    throw new Error(`nobody erases ${effect}`);
  };
  for (const effect of ['close', 'hold', 'erase']) {
    const { entry, erases: all } = about(effect);
    fault(`words of ${effect}`, entry, {}, null);
    const nothing = { header: { erases: { ...all, remains: null } } };
    fault(`${effect} that leaves nothing`, entry, nothing, 'wrong_erasure');
  }
  const { entry: ofHold, erases: held } = about('hold');
  const release = entryWith(world, 'release');
  const both = [
    ...held.entries,
    { sequence: release.header.sequence, hash: recordHashOf(release) },
  ];
  const together = { header: { erases: { ...held, entries: both } } };
  fault('two effects that leave one entry', ofHold, together, 'wrong_erasure');
}

function runRemoval(world: World): void {
  const { faultWith } = world;
  const effects = ['propose_removal', 'remove', 'decline_removal', 'hold', 'release', 'restrict'];
  const parts = ['restrict_part', 'unrestrict_part'];
  for (const effect of [...effects, 'unrestrict', ...parts, 'nothing_further']) {
    const entry = entryWith(world, effect);
    same(effect, faultWith(entry, {}), null);
    const silent = { header: { effect: null } };
    same(`${effect}, unsigned`, faultWith(entry, { ...silent, by: null }), 'wrong_signature');
    const closing = { header: { effect: 'close' as const } };
    same(`${effect} for another`, faultWith(entry, closing), 'wrong_effect');
  }
  const byReporter = { header: { author: 'reporter' as const }, by: 'reporter' };
  same('by a reporter', faultWith(entryWith(world, 'remove'), byReporter), 'wrong_effect');
  const closure = entryWith(world, 'close');
  const removing = { header: { effect: 'remove' as const } };
  same('in the conversation', faultWith(closure, removing), 'wrong_effect');
}

function runRecusal(world: World): void {
  const { vectors, faultWith, context } = world;
  const epochs = vectors.entries.filter(isEpochEntry);
  const chain = verifyEpochs(
    epochs.filter(({ header }) => header.compartment === 'dialogue'),
    context,
  );
  same('epochs', [chain.fault, chain.epochs.map(({ body }) => body.recuses ?? false)], [
    null,
    [false, true],
  ]);
  const [first, second] = chain.epochs;
  if (first === undefined || second === undefined) throw new Error('two epochs');
  const author = world.newest.directory.readers[0]?.record.id;
  if (author === undefined) throw new Error('a handler');
  // whoever signs it must be the one who goes
  const byAnother = { header: { author }, by: author };
  same('for somebody else', faultWith(second.entry, byAnother), 'wrong_epoch');
  const { header } = second.entry;
  const withBody = (entry: typeof second.entry, body: object): ProtocolFault | null =>
    faultWith({ ...entry, body: toBase64(toJsonBytes(body)) }, {});
  same('who stays a member', withBody(second.entry, { ...second.body, members: first.body.members }), 'wrong_epoch');
  same('in the first', withBody(first.entry, { ...first.body, recuses: true }), 'wrong_epoch');
  same('in silence', withBody(second.entry, { ...second.body, recuses: undefined }), 'wrong_epoch');
  const notes = epochs.filter(({ header: { compartment } }) => compartment === 'internal');
  for (const [at, entry] of notes.entries()) {
    const body = epochBodyOf(entry);
    const members = body.members.filter(({ id }) => id !== author);
    const silently = { ...entry, body: toBase64(toJsonBytes({ ...body, members })) };
    same(`in silence, notes ${String(at)}`, faultWith(silently, byAnother), 'wrong_epoch');
  }
  same('not true', withBody(second.entry, { ...second.body, recuses: false }), 'malformed');
  same('with another origin', withBody(second.entry, { ...second.body, origin: first.body.origin }), 'wrong_epoch');
  const later = vectors.entries.findLast(({ header: { compartment } }) => compartment === 'dialogue');
  if (later === undefined || later.header.sequence <= header.sequence) throw new Error('later');
  const again = {
    // nobody un-sees: its author may have seen more by then
    header: { ...later.header, form: header.form, effect: null, erases: undefined, epoch: 3 },
    body: toBase64(toJsonBytes({ ...first.body, origin: undefined, recuses: undefined })),
    signature: second.entry.signature,
  };
  same('named again', faultWith(again, byAnother), 'wrong_epoch');
}

function runQuestion(world: World): void {
  const { vectors, newest, context, kems } = world;
  const { identity } = vectors;
  const [hanna, , , custodian] = newest.directory.readers.map(({ record }) => record);
  const own = kems.get(custodian?.id ?? '');
  if (hanna === undefined || custodian === undefined || own === undefined) throw new Error('people');
  const place: IdentityPlace = { case: context.caseId, request: identity.request };
  const other: IdentityPlace = { ...place, request: hanna.id };
  const keyOf = (id: string): string | null =>
    [hanna, custodian].find((record) => record.id === id)?.sig ?? null;
  const { question, answer, key } = identity;
  const asked = openIdentityQuestion(place, own, question, keyOf);
  same('question', fromUtf8(toJsonBytes(asked)), question.document);
  const given = openIdentityAnswer(place, key, answer.box, keyOf);
  same('answer', fromUtf8(toJsonBytes(given)), answer.document);
  for (const [purpose, { document, signed }] of [
    ['identity question', question],
    ['identity answer', answer],
  ] as const) {
    const bytes = signedBytes(purpose, [context.caseId, identity.request, document]);
    same(purpose, toBase64(bytes), signed);
  }
  const signature = toBase64(
    sign(world.signers.get(custodian.id) ?? new Uint8Array(), 'identity answer', context.caseId, identity.request, answer.document),
  );
  const padded = pad(toJsonBytes({ document: answer.document, signature }), 16 * 1024);
  const fields = [context.caseId, identity.request];
  const again = boxWith(nonceOf(answer.box), fromBase64(key), 'identity answer', fields, padded);
  same('box of the answer', again, answer.box);

  const ask = (at: IdentityPlace, keys: KemKeys, box: string, of: typeof keyOf): unknown =>
    openIdentityQuestion(at, keys, { kem: question.kem, box }, of);
  const handler = kems.get(hanna.id) ?? own;
  refused('another custodian', 'wrong_commitment', () => ask(place, handler, question.box, keyOf));
  refused('another request', 'does_not_open', () => ask(other, own, question.box, keyOf));
  refused('a flipped bit', 'does_not_open', () => ask(place, own, flipped(question.box), keyOf));
  refused('nobody who may ask', 'unknown_author', () => ask(place, own, question.box, () => null));
  refused('signed by another', 'wrong_signature', () => {
    ask(place, own, question.box, () => custodian.sig);
  });
  const reply = (at: IdentityPlace, under: string, box: string): unknown =>
    openIdentityAnswer(at, under, box, keyOf);
  refused('another key', 'wrong_commitment', () => reply(place, flipped(key), answer.box));
  refused('for another request', 'does_not_open', () => reply(other, key, answer.box));
  refused('a flipped answer', 'does_not_open', () => reply(place, key, flipped(answer.box)));
  refused('an answer signed by another', 'wrong_signature', () => {
    openIdentityAnswer(place, key, answer.box, () => hanna.sig);
  });
}

function runOpening(world: World): void {
  const { vectors, newest, context, keyFor, faultWith } = world;
  const [hanna, , , custodian] = newest.directory.readers.map(({ record }) => record);
  if (hanna === undefined || custodian === undefined) throw new Error('people');
  // as the custodian reads it, who sees nothing of the conversation
  const entries = vectors.entries.filter(({ header }) => header.compartment === 'identity');
  const chain = verifyChain('identity', entries, context);
  const opened = openCompartment(chain, {
    id: context.caseId,
    keyFor: keyFor(custodian.id),
    contents: EntryContent,
  });
  same('identity', [chain.fault, opened.lost], [null, null]);
  read(opened, vectors);
  const opening = entryWith(world, 'open_identity');
  const wrong = (header: Partial<EntryHeader>): ProtocolFault | null =>
    faultWith(opening, { header });
  same('an opening without its effect', wrong({ effect: null }), 'wrong_effect');
  same('an opening that saw the conversation', wrong({ seen: entries[0]?.header.seen ?? null }), 'reused_seen_head');
  const byHandler = { header: { author: hanna.id }, by: hanna.id };
  same('an opening by a handler', faultWith(opening, byHandler), 'not_a_member');
}

function runConsent({ vectors, signers, faultWith, newest }: World): void {
  const said = vectors.records.map(({ document }) => document ?? '');
  const at = said.findLastIndex((document) => document.startsWith('{"kind":"consent"'));
  const asked = said.findIndex((document) => document.startsWith('{"kind":"identity_disclosure"'));
  const consent = vectors.entries[at];
  if (consent === undefined || asked === -1) throw new Error('it was asked and answered');
  same('names what was asked', said[at]?.includes(vectors.records[asked]?.hash ?? '-'), true);
  same('by the reporter', consent.header.author, 'reporter');
  const hanna = newest.directory.readers[0]?.record.id ?? '';
  same('signed by a handler', faultWith(consent, { by: hanna }), 'wrong_signature');
  const other = { header: { seen: vectors.entries[0]?.header.previous ?? null } };
  same('who saw nothing any more', faultWith(consent, other), 'reused_seen_head');
  same('keys', signers.size, 5);
}

/** A case with everything that takes several people: runs every vector of it. */
export function runWork(vectors: Vectors, check: Check): void {
  let world: World | undefined;
  const run = (name: string, part: (world: World) => void): void => {
    check(name, () => {
      world ??= worldOf(vectors);
      part(world);
    });
  };
  run('a case of several people, byte by byte', runRecords);
  run('a case of several people as each opens it', runReaders);
  run('question and answer about an identity', runQuestion);
  run('what is erased, and changed', runErasing);
  run('what holds, restricts and removes, and changed', runRemoval);
  run('who takes no part, and changed', runRecusal);
  run('the opening of an identity, and changed', runOpening);
  run('consent, and changed', runConsent);
}
