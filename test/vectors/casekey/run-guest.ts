import * as v from 'valibot';
import {
  accountKeys,
  EntryContent,
  entryKey,
  epochBodyOf,
  fromBase64,
  headerBytes,
  isEpochEntry,
  openCase,
  openCompartment,
  openContent,
  openGrant,
  pad,
  paddedTextSize,
  recordHashOf,
  reporterKeys,
  toBase64,
  toJsonBytes,
  verifyDirectory,
  type CaseInput,
  type ChainContext,
  type Entry,
  type EntryHeader,
  type EpochBody,
  type EpochEntry,
  type EpochKey,
  type EpochPlace,
  type GuestTerms,
  type OpenedCase,
  type ProtocolFault,
  type SealedEntry,
} from '../../../crypto/private.js';
import { chainWith, changedEntry, faultWith, type Changes } from './changed.js';
import { encrypt, flipped, refused, same, type Check } from './checks.js';
import type { Vectors } from './form.js';

/** The case that a guest reads, with everybody's secret signing keys. */
interface World {
  input: CaseInput;
  opened: OpenedCase;
  /** Of the conversation and of the notes. */
  contexts: { dialogue: ChainContext; internal: ChainContext };
  signers: { reporter: Uint8Array; handler: Uint8Array; guest: Uint8Array };
  /** The entries in which the guest's terms stand, of conversation and notes. */
  epochs: readonly EpochEntry[];
  guest: string;
  /** Another case's id. */
  otherCase: string;
  /** The guest accepts to keep the case secret. */
  acceptance: SealedEntry;
}

function worldOf({ case: frozen, keys }: Vectors): World {
  const newest = verifyDirectory(frozen.directory.newest.directory);
  const own = accountKeys(fromBase64(frozen.seed));
  const { entries, grants } = frozen.case;
  const keyFor = (place: EpochPlace, commitment: string): EpochKey => {
    const grant = grants.find(
      ({ compartment, epoch, recipient }) =>
        compartment === place.compartment &&
        epoch === place.epoch &&
        recipient === frozen.handler,
    );
    if (grant === undefined) throw new Error('no such grant');
    return openGrant(grant, place, commitment, own.kem);
  };
  const directories = new Map([[newest.directory.version, newest.hash]]);
  const common = { directory: newest.directory, directories, reporter: frozen.case.reporter };
  const { id } = frozen.case.case;
  const input = { ...common, id, entries, keyFor, contents: EntryContent, withInternal: true };
  const opened = openCase(input);
  const dialogue = { ...common, caseId: id, dialogue: null };
  const epochs = entries
    .filter(isEpochEntry)
    .filter((entry) => epochBodyOf(entry).members.some(({ guest }) => guest !== undefined));
  const acceptance = entries.find(({ header }) => header.effect === 'accept_secrecy');
  if (acceptance === undefined || !('ciphertext' in acceptance)) throw new Error('accepted');
  const otherCase = keys.caseKeys[0]?.caseId;
  if (otherCase === undefined) throw new Error('another case');
  return {
    input,
    opened,
    contexts: { dialogue, internal: { ...dialogue, dialogue: opened.dialogue.chain } },
    signers: {
      reporter: reporterKeys(frozen.words).sig.secretKey,
      handler: own.sig.secretKey,
      guest: accountKeys(fromBase64(frozen.guestSeed)).sig.secretKey,
    },
    epochs,
    guest: acceptance.header.author,
    otherCase,
    acceptance,
  };
}

function contextOf({ contexts }: World, { header }: Entry): ChainContext {
  return header.compartment === 'internal' ? contexts.internal : contexts.dialogue;
}

const headerWith = (change: object): Partial<EntryHeader> => change;

/** Documents that lack a field each, have one of another type each, and have one too many. */
function misshapen(document: object): [what: string, document: object][] {
  const fields = Object.keys(document);
  return [
    ...fields.map((field): [string, object] => [
      `without ${field}`,
      Object.fromEntries(Object.entries(document).filter(([name]) => name !== field)),
    ]),
    ...fields.map((field): [string, object] => [
      `with a number for ${field}`,
      { ...document, [field]: 1 },
    ]),
    ['with a field too many', { ...document, more: true }],
  ];
}

/** An epoch entry with another body, signed by its author. */
function bodyWith(entry: EpochEntry, change: object): EpochEntry {
  return { ...entry, body: toBase64(toJsonBytes({ ...epochBodyOf(entry), ...change })) };
}

function membersWith(entry: EpochEntry, id: string, guest: unknown): object[] {
  return epochBodyOf(entry).members.map((member) => {
    if (member.id !== id) return member;
    const { kem, sig } = member;
    return { id, kem, sig, ...(guest === undefined ? {} : { guest }) };
  });
}

function termsIn({ members }: EpochBody, id: string): GuestTerms {
  const terms = members.find((member) => member.id === id)?.guest;
  if (terms === undefined) throw new Error('the guest has terms');
  return terms;
}

/** The terms as they stand in one entry. */
function runTermsIn(entry: EpochEntry, world: World): void {
  const { input, signers, guest, otherCase } = world;
  const { handler } = signers;
  const context = contextOf(world, entry);
  const expectFault = (
    what: string,
    changed: Entry,
    changes: Changes,
    wanted: ProtocolFault | null,
  ): void => {
    const where = `${entry.header.compartment}: ${what}`;
    same(where, faultWith(changed, changes, input.entries, context), wanted);
  };
  const withTerms = (terms: unknown, id = guest): EpochEntry =>
    bodyWith(entry, { members: membersWith(entry, id, terms) });
  const terms = termsIn(epochBodyOf(entry), guest);
  expectFault('as they are', withTerms(terms), { key: handler }, null);

  for (const [field, value] of Object.entries({ until: '2026-05-01', write: false, save: true })) {
    const others = withTerms({ ...terms, [field]: value });
    expectFault(`another ${field}, unsigned`, others, { key: null }, 'wrong_signature');
  }
  expectFault('signed by the guest', entry, { key: signers.guest }, 'wrong_signature');
  expectFault('signed by the reporter', entry, { key: signers.reporter }, 'wrong_signature');
  const byGuest = { header: headerWith({ author: guest }), key: signers.guest };
  // who is a guest from this epoch on, was nobody before it in the conversation
  const isNew = entry.header.compartment === 'dialogue';
  expectFault('by the guest', entry, byGuest, isNew ? 'not_a_member' : 'wrong_epoch');
  for (const purpose of ['admission', 'roster', 'recording'] as const) {
    expectFault(`signed as ${purpose}`, entry, { key: handler, purpose }, 'wrong_signature');
  }
  const elsewhere = { header: headerWith({ case: otherCase }), key: handler };
  expectFault('of another case', entry, elsewhere, 'wrong_case_id');
  const { signature } = changedEntry(entry, elsewhere);
  expectFault('signed for another', { ...entry, signature }, { key: null }, 'wrong_signature');

  for (const [what, document] of misshapen(terms)) {
    expectFault(what, withTerms(document), { key: handler }, 'malformed');
  }
  const noDay = withTerms({ ...terms, until: '2026-02-30' });
  expectFault('until no day', noDay, { key: handler }, 'malformed');
  expectFault('null', withTerms(null), { key: handler }, 'malformed');

  expectFault('none', withTerms(undefined), { key: handler }, 'wrong_epoch');
  const forHandler = withTerms(terms, entry.header.author);
  expectFault('of a handler', forHandler, { key: handler }, 'wrong_epoch');
  const members = epochBodyOf(entry).members.filter(({ id }) => id !== entry.header.author);
  expectFault('alone', bodyWith(entry, { members }), { key: handler }, 'wrong_epoch');
}

function runTerms(world: World): void {
  const { input, epochs, opened, contexts, signers, guest } = world;
  same('a case without faults', opened.faults, []);
  same('in both', epochs.map(({ header }) => header.compartment), ['dialogue', 'internal']);
  for (const entry of epochs) runTermsIn(entry, world);

  const [first] = input.entries.filter(isEpochEntry);
  const [, notes] = epochs;
  if (first === undefined || notes === undefined) throw new Error('three epochs');
  const terms = termsIn(epochBodyOf(notes), guest);
  const visitor = epochBodyOf(notes).members.filter(({ id }) => id === guest);
  const begun = bodyWith(first, { members: [...epochBodyOf(first).members, ...visitor] });
  const key = signers.reporter;
  const fault = faultWith(begun, { key }, input.entries, contexts.dialogue);
  same('from the beginning', fault, 'wrong_epoch');

  // longer among the notes than in the conversation: no chain is wrong by itself
  const longer = bodyWith(notes, {
    members: membersWith(notes, guest, { ...terms, until: '2026-12-31' }),
  });
  const entries = [
    ...input.entries.filter(({ header }) => header.compartment === 'dialogue'),
    changedEntry(longer, { key: signers.handler }),
  ];
  same('other terms in the notes', openCase({ ...input, entries }).faults, ['wrong_epoch']);
}

function runAcceptance(world: World): void {
  const { input, opened, contexts, signers, otherCase, acceptance } = world;
  const { header } = acceptance;
  const expectFault = (
    what: string,
    changes: Changes,
    wanted: ProtocolFault | null,
    changed: Entry = acceptance,
  ): void => {
    same(what, faultWith(changed, changes, input.entries, contexts.internal), wanted);
  };
  const { guest, handler } = signers;
  const as = (change: object, key: Uint8Array | null = guest): Changes => ({
    header: headerWith(change),
    key,
  });
  expectFault('as it is', { key: guest }, null);
  expectFault('signed by a handler', { key: handler }, 'wrong_signature');
  const author = opened.internal?.chain.records[0]?.entry.header.author;
  expectFault('by a handler', as({ author }, handler), 'wrong_effect');
  expectFault('by nobody among its readers', as({ author: otherCase.slice(0, 22) }), 'not_a_member');
  for (const purpose of ['creation', 'export', 'recording'] as const) {
    expectFault(`signed as ${purpose}`, { key: guest, purpose }, 'wrong_signature');
  }
  expectFault('of another case', as({ case: otherCase }), 'wrong_case_id');
  const { signature } = changedEntry(acceptance, as({ case: otherCase }));
  expectFault('signed for another', { key: null }, 'wrong_signature', { ...acceptance, signature });

  // without the word that the server reads, it is a note of somebody who accepted nothing
  expectFault('without its effect', as({ effect: null }), 'not_a_member');
  expectFault('without its effect, unsigned', as({ effect: null }, null), 'wrong_signature');
  for (const effect of ['hold', 'release', 'remove', 'nothing_further']) {
    expectFault(`to ${effect}`, as({ effect }), 'wrong_effect');
  }
  expectFault('to close', as({ effect: 'close' }), 'wrong_effect');
  expectFault('of another compartment', as({ compartment: 'dialogue' }), 'wrong_compartment');
  expectFault('of another epoch', as({ epoch: header.epoch + 1 }), 'wrong_epoch');
  const commitment = flipped(header.commitment);
  expectFault('under another key', as({ commitment }), 'wrong_commitment');
  expectFault('after another entry', as({ previous: header.seen }), 'wrong_previous');
  expectFault('as a later one', as({ sequence: header.sequence + 1 }), 'missing_entry');
  expectFault('who saw nothing', as({ seen: null }), 'truncated_chain');
  for (const field of ['nonce', 'ciphertext', 'signature'] as const) {
    const changed = { ...acceptance, [field]: flipped(acceptance[field]) };
    expectFault(`with another ${field}`, { key: null }, 'wrong_signature', changed);
  }

  const last = opened.dialogue.chain.records.at(-1);
  if (last === undefined) throw new Error('a conversation');
  const moved = changedEntry(
    acceptance,
    as({
      compartment: 'dialogue',
      sequence: last.entry.header.sequence + 1,
      previous: last.hash,
      seen: last.hash,
      epoch: last.epoch.entry.header.epoch,
      commitment: last.epoch.entry.header.commitment,
    }),
  );
  const told = chainWith(moved, moved.header, input.entries, contexts.dialogue).fault;
  same('in the conversation', told, 'wrong_effect');
}

/** What a guest can seal under the header of an acceptance, that says something else. */
function runSaid(world: World): void {
  const { input, opened, contexts, signers, acceptance } = world;
  const { header } = acceptance;
  const epoch = opened.internal?.keys.get(header.epoch);
  if (epoch === undefined) throw new Error('the notes have a key');
  const found = opened.internal?.entries.find(({ hash }) => hash === recordHashOf(acceptance));
  const said = v.parse(v.looseObject({ kind: v.literal('secrecy') }), found?.content);

  const sealed = (document: object, under: EntryHeader = header): SealedEntry => {
    const bytes = toJsonBytes(document);
    const padded = pad(bytes, paddedTextSize(bytes.length));
    const { key } = epoch;
    const nonce = fromBase64(acceptance.nonce);
    const ciphertext = encrypt(entryKey(key, under), nonce, headerBytes(under), padded);
    return { ...acceptance, ciphertext: toBase64(ciphertext) };
  };
  /** What it says to whoever opens the case, where the guest signed it. */
  const read = (entry: SealedEntry): unknown => {
    const signed = changedEntry(entry, { key: signers.guest });
    const chain = chainWith(signed, header, input.entries, contexts.internal);
    same('a chain that holds', chain.fault, null);
    return openCompartment(chain, input).entries.at(-1)?.content;
  };
  const expectUnread = (what: string, entry: SealedEntry, fault: ProtocolFault): void => {
    same(what, read(entry), { kind: 'unreadable', fault, effect: 'accept_secrecy' });
  };
  same('sealed anew', sealed(said), acceptance);
  same('as it is', read(acceptance), said);
  for (const [what, document] of misshapen(said)) {
    expectUnread(what, sealed(document), 'malformed');
  }
  expectUnread('until no day', sealed({ ...said, until: '2026-02-30' }), 'malformed');
  expectUnread('without words', sealed({ ...said, text: '' }), 'malformed');
  expectUnread('at no moment', sealed({ ...said, at: '2026-03-04' }), 'malformed');
  const { at } = v.parse(v.looseObject({ at: v.string() }), said);
  const note = { kind: 'note', at, text: 'Ask accounting.', files: [] };
  expectUnread('a note', sealed(note), 'unknown_author');
  const other = { ...header, sequence: header.sequence + 1 };
  expectUnread('sealed for another place', sealed(said, other), 'does_not_open');
  const bare = { ...acceptance, header: { ...header, effect: null } };
  refused('under another header', 'does_not_open', () => openContent(EntryContent, epoch, bare));
}

/** A guest's terms and the guest's word to keep a case secret: runs every vector that is refused. */
export function runGuest(vectors: Vectors, check: Check): void {
  let world: World | undefined;
  const run = (name: string, part: (world: World) => void): void => {
    check(name, () => {
      world ??= worldOf(vectors);
      part(world);
    });
  };
  run('terms of a guest, and changed', runTerms);
  run('acceptance of secrecy, and changed', runAcceptance);
  run('what an acceptance says, and changed', runSaid);
}
