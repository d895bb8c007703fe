import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AttachmentId,
  bodyHashOf,
  type Compartment,
  type Day,
  Effect,
  type Entry,
  type EntryHeader,
  epochBodyOf,
  type EpochEntry,
  type EpochKey,
  type Erases,
  type Grant,
  HandlerAppend,
  isEpochEntry,
  type Member,
  type NewEntry,
  newEpochKey,
  noteErasing,
  noteMembers,
  nothingErased,
  openGrant,
  type Party,
  ProtocolError,
  ready,
  type RecordHash,
  recordHashOf,
  ReporterAppend,
  sealGrant,
  sealPreviousKey,
  sign,
  signedFields,
  toBase64,
  toJsonBytes,
  utf8,
} from '../../crypto/private.js';
import type { ErasableChain, ErasableChains } from '../../server/records/erasures.js';
import { entryOf, entryRow } from '../../server/records/rows.js';
import { directoryKey, followChains, readEpochBodies } from '../../server/records/rules.js';
import { makeCase, type TestCase, type Writer } from '../support/case.js';
import { sayingBytes } from '../support/hostile.js';
import { makeOrganisation, type TestOrganisation } from '../support/organisation.js';

// What the server takes from a member is what every client follows: no member, however hostile, can
// make a case that others take for altered by the server, or that does not open at all.

/** Mostly what is right, 0; now and then another of the alternatives. */
const choice = fc.oneof({ weight: 40, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 13 }));

/** The highest number that a header can carry. */
const HIGHEST = Number.MAX_SAFE_INTEGER;

const at = fc.oneof(
  fc.constant('2026-03-02'),
  fc.constant('2026-03-02T10:00:00.000Z'),
  fc.string(),
);
const text = fc.oneof(fc.string(), fc.constant('Words.'));
const files = fc.oneof(fc.constant([]), fc.array(fc.jsonValue(), { maxLength: 2 }));
const contents = fc.oneof(
  fc.record({ kind: fc.constant('message'), at, text, files }),
  fc.record({
    kind: fc.constantFrom('reply', 'note', 'acknowledgement', 'feedback'),
    at,
    text,
    files,
  }),
  fc.record({
    kind: fc.constant('closure'),
    at,
    text,
    files,
    outcome: fc.constantFrom('spam', 'x'),
  }),
  fc.record({ kind: fc.constantFrom('report', 'reopening', 'decision', 'toString'), at, text }),
  fc.jsonValue(),
);
/** What stands inside a sealed entry: a document, some bytes, or too deep a nesting. */
const bytes = fc.oneof(
  { weight: 6, arbitrary: contents.map((content) => utf8(JSON.stringify(content))) },
  fc.uint8Array({ maxLength: 5000 }),
  fc.constant(utf8('['.repeat(20_000))),
);

const plan = fc.record({
  form: fc.constantFrom('sealed', 'sealed', 'sealed', 'epoch'),
  compartment: fc.constantFrom<Compartment>('dialogue', 'internal'),
  bytes,
  case: choice,
  sequence: choice,
  epoch: choice,
  author: choice,
  previous: choice,
  seen: choice,
  commitment: choice,
  effect: choice,
  cipher: choice,
  signature: choice,
  members: choice,
  keys: choice,
  directory: choice,
  back: choice,
  spelling: choice,
  /** Whether it is about erasing, and how: as an earlier entry said, or of a record. */
  erasing: fc.record({
    what: fc.oneof(
      { weight: 5, arbitrary: fc.constant(null) },
      fc.constantFrom<Effect>('propose_erasure', 'erase', 'erase', 'decline_erasure'),
    ),
    again: fc.boolean(),
    record: fc.nat({ max: 20 }),
    hash: choice,
    remains: fc.boolean(),
    files: fc.boolean(),
  }),
});
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

const step = fc.record({
  writer: fc.nat({ max: 6 }),
  plans: fc.oneof(
    fc.array(plan, { minLength: 1, maxLength: 3 }),
    // both compartments, as a change of access does it
    fc.tuple(plan, plan).map(([one, two]): Plan[] => [
      { ...one, form: 'epoch', compartment: 'dialogue' },
      { ...two, form: 'epoch', compartment: 'internal', members: one.members },
    ]),
  ),
  grants: choice,
});

/** One handler says something and proposes to erase it, and somebody does it, mostly the other. */
const erasing = fc
  .tuple(plan, fc.constantFrom(1, 2), fc.constantFrom(1, 2), fc.boolean())
  .map(([any, one, two, remains]) => {
    const right = Object.fromEntries(
      Object.entries(any).map(([name, value]) => [name, typeof value === 'number' ? 0 : value]),
    ) as Plan;
    const said = (what: Effect | null, again: boolean): Plan => ({
      ...right,
      form: 'sealed',
      compartment: 'dialogue',
      // with remains: of the entry before the one that stands for it
      erasing: { what, again, record: remains ? 1 : 0, hash: 0, remains, files: false },
    });
    const first = remains ? [said(null, false), said(null, false)] : [said(null, false)];
    return [
      { writer: one, plans: [...first, said('propose_erasure', false)], grants: 0 },
      { writer: two, plans: [said('erase', true)], grants: 0 },
    ];
  });

/** Somebody from outside is let in, accepts secrecy or not, and writes. */
const visiting = fc
  .tuple(
    plan,
    fc.constantFrom(1, 2),
    fc.boolean(),
    fc.constantFrom<Compartment>('internal', 'dialogue'),
  )
  .map(([any, members, swears, compartment]) => {
    const right = Object.fromEntries(
      Object.entries(any).map(([name, value]) => [name, typeof value === 'number' ? 0 : value]),
    ) as Plan;
    const said = (what: Effect | null, where: Compartment): Plan => ({
      ...right,
      form: 'sealed',
      compartment: where,
      erasing: { ...right.erasing, what, again: false },
    });
    const epoch = (where: Compartment): Plan => ({
      ...right,
      form: 'epoch',
      compartment: where,
      members,
    });
    return [
      { writer: 1, plans: [epoch('dialogue'), epoch('internal')], grants: 0 },
      ...(swears ? [{ writer: 5, plans: [said('accept_secrecy', 'internal')], grants: 0 }] : []),
      { writer: 5, plans: [said(null, compartment)], grants: 0 },
    ];
  });

const steps = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: step.map((each) => [each]) },
      { weight: 1, arbitrary: erasing },
      { weight: 1, arbitrary: visiting },
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((each) => each.flat());

let organisation: TestOrganisation;
/** The same after one of the handlers left. */
let later: TestOrganisation;

beforeAll(async () => {
  await ready();
  const parts = ['handler', 'handler', 'handler', 'recovery_officer', 'guest', 'auditor'] as const;
  organisation = await makeOrganisation({ parts });
  later = organisation.next((directory) => ({
    ...directory,
    readers: directory.readers.map((reader, index) =>
      index === 2 ? { ...reader, state: 'left' as const } : reader,
    ),
  }));
});

/** A case as the server holds it, with every key that was ever made. */
interface Held {
  made: TestCase;
  entries: Entry[];
  grants: Grant[];
  keys: Record<Compartment, EpochKey[]>;
}

const idOf = (writer: Writer): Party => (writer === 'reporter' ? writer : writer.record.id);

/** Who an epoch lets in; of a body that nobody can read, nobody. */
function membersOf(entry: EpochEntry): Member[] {
  try {
    return epochBodyOf(entry).members;
  } catch {
    return [];
  }
}

function chainOf(entries: readonly Entry[], compartment: Compartment) {
  const chain = entries.filter(({ header }) => header.compartment === compartment);
  const last = chain.at(-1);
  const epoch = chain.findLast(isEpochEntry);
  return {
    sequence: chain.length,
    head: last === undefined ? null : recordHashOf(last),
    epoch:
      epoch === undefined
        ? null
        : {
            number: epoch.header.epoch,
            commitment: epoch.header.commitment,
            members: membersOf(epoch),
          },
  };
}

/** The value that is right, or another of those that somebody could put in its place. */
function pick<T>(index: number, right: T, ...others: readonly T[]): T {
  return index === 0 ? right : (others[(index - 1) % others.length] ?? right);
}

/** An entry by a plan, after those that stand and those that go before it in the request. */
function makeEntry(held: Held, before: readonly Entry[], writer: Writer, wanted: Plan): NewEntry {
  const { made, keys } = held;
  const { compartment } = wanted;
  const chain = chainOf(before, compartment);
  const secretKey = (writer === 'reporter' ? made.keys : writer).sig.secretKey;
  const dialogue = before.filter(({ header }) => header.compartment === 'dialogue');
  const others = dialogue.filter(
    ({ header }) => (header.author === 'reporter') !== (writer === 'reporter'),
  );
  const newest = (compartment === 'internal' ? dialogue : others).at(-1);
  const records = before.map(recordHashOf);
  const isEpoch = wanted.form === 'epoch';
  // the highest number there is may stand before it in the request, and nothing follows that
  const after = (number: number): number => Math.min(number + 1, HIGHEST);
  const number = chain.epoch?.number ?? 0;
  const epoch = isEpoch ? after(number) : number;
  const place = { case: made.keys.caseId, compartment, epoch };
  const key = isEpoch ? newEpochKey(place) : (keys[compartment].at(-1) ?? newEpochKey(place));
  if (isEpoch) keys[compartment].push(key);
  const random = toBase64(randomBytes(32));
  const effects: (Effect | null)[] = [...Effect.options];
  const header = {
    version: 1 as const,
    case: pick(wanted.case, made.keys.caseId, random as never),
    compartment,
    sequence: pick(
      wanted.sequence,
      chain.sequence + 1,
      chain.sequence,
      chain.sequence + 2,
      HIGHEST,
    ),
    epoch: pick(wanted.epoch, epoch, after(epoch), 1, HIGHEST),
    author: pick(wanted.author, idOf(writer), 'reporter', ...organisation.readers.map(idOf)),
    previous: pick(wanted.previous, chain.head, null, ...records),
    seen: pick(
      wanted.seen,
      newest === undefined ? null : recordHashOf(newest),
      null,
      ...records,
      random as never,
    ),
    commitment: pick(
      wanted.commitment,
      isEpoch ? key.commitment : (chain.epoch?.commitment ?? key.commitment),
      random,
    ),
  };
  const signed = <E extends NewEntry>(entry: E): E => ({
    ...entry,
    signature: pick(
      wanted.signature,
      toBase64(sign(secretKey, 'entry', ...signedFields(entry))),
      toBase64(randomBytes(64)),
    ),
  });
  if (isEpoch) {
    const body = toJsonBytes({
      members: membersFor(held, compartment, wanted),
      directory: pick(
        wanted.directory,
        { version: later.directory.version, hash: later.hash },
        { version: organisation.directory.version, hash: organisation.hash },
        { version: 9, hash: later.hash },
        { version: organisation.directory.version, hash: later.hash },
      ),
      previousKey: pick(
        wanted.back,
        backOf(keys[compartment]),
        null,
        toBase64(randomBytes(104)),
        toBase64(randomBytes(72)),
      ),
    });
    const spelt = pick(
      wanted.spelling,
      body,
      utf8(JSON.stringify(JSON.parse(Buffer.from(body).toString()), null, 2)),
      wanted.bytes,
    );
    return signed({
      header: { ...header, form: 'epoch', effect: null },
      body: toBase64(spelt),
      signature: '',
    });
  }
  const { what } = wanted.erasing;
  const effect = what ?? pick(wanted.effect, null, ...effects);
  const erases = what === null || what === 'accept_secrecy' ? undefined : erasesFor(before, wanted);
  const empty = {
    header: { ...header, form: 'sealed' as const, effect, ...(erases && { erases }) },
    signature: '',
  };
  const nonce = toBase64(randomBytes(24));
  const sealed = sayingBytes({ ...empty, nonce, ciphertext: '' }, key, secretKey, wanted.bytes);
  return signed({
    ...sealed,
    nonce: pick(wanted.cipher, nonce, toBase64(randomBytes(24))),
    ciphertext: pick(
      wanted.cipher,
      sealed.ciphertext,
      toBase64(randomBytes(8192 + 16)),
      toBase64(randomBytes(5000)),
    ),
  });
}

/** What an entry says that it erases: what another said before, or some record of its compartment. */
function erasesFor(before: readonly Entry[], { compartment, erasing }: Plan): Erases | undefined {
  const chain = before.filter(({ header }) => header.compartment === compartment);
  const headers: EntryHeader[] = chain.map((entry) => entry.header);
  const earlier = headers.findLast(({ erases }) => erases !== undefined)?.erases;
  if (erasing.again && earlier !== undefined) return earlier;
  const record = chain.at(-1 - (erasing.record % Math.max(1, chain.length)));
  const last = chain.at(-1);
  if (record === undefined || last === undefined) return undefined;
  const placeOf = (entry: Entry) => ({
    sequence: entry.header.sequence,
    hash: recordHashOf(entry),
  });
  const named = placeOf(record);
  const hash = pick(erasing.hash, named.hash, toBase64(randomBytes(32)) as RecordHash);
  return {
    entries: [{ ...named, hash }],
    files: erasing.files ? [toBase64(randomBytes(16)) as AttachmentId] : [],
    remains: erasing.remains ? placeOf(last) : null,
  };
}

/** What the server's rules ask of the compartments, where an entry is about erasing. */
function erasableOf(stored: readonly Entry[], entries: readonly Entry[]): ErasableChains {
  const chains: ErasableChains = {};
  for (const { header } of entries) {
    const { compartment, erases }: EntryHeader = header;
    if (erases === undefined) continue;
    const erasing = nothingErased();
    for (const entry of stored.filter(isEpochEntry)) {
      if (epochBodyOf(entry).recuses === true) erasing.recused.add(entry.header.author);
    }
    const records: ErasableChain['records'] = new Map();
    for (const entry of stored.filter((each) => each.header.compartment === compartment)) {
      if (isEpochEntry(entry)) noteMembers(erasing, { members: membersOf(entry) });
      noteErasing(erasing, entry.header);
      records.set(entry.header.sequence, { header: entry.header, hash: recordHashOf(entry) });
    }
    chains[compartment] = { erasing, records };
  }
  return chains;
}

/** The entries as the server hands them out once these erased what they erase. */
function afterErasing(entries: readonly Entry[]): Entry[] {
  const headers: EntryHeader[] = entries.map(({ header }) => header);
  const isErased = ({ compartment, sequence }: EntryHeader): boolean =>
    headers.some(
      (each) =>
        each.effect === 'erase' &&
        each.compartment === compartment &&
        each.erases?.entries.some((named) => named.sequence === sequence) === true,
    );
  return entries.map((entry) => {
    if (!('nonce' in entry) || !isErased(entry.header)) return entry;
    const { header, signature } = entry;
    return { header, bodyHash: toBase64(bodyHashOf(entry)), signature };
  });
}

/** The way back to the key before the newest, where there is one. */
function backOf(keys: readonly EpochKey[]): string | null {
  const [before, newest] = [keys.at(-2), keys.at(-1)];
  return before === undefined || newest === undefined ? null : sealPreviousKey(newest, before);
}

/** Members of an epoch: some of the readers, in an order, with keys that are theirs or not. */
function membersFor({ made }: Held, compartment: Compartment, { members, keys }: Plan): Member[] {
  const [one, two, left, officer, outside, auditor] = organisation.readers.map(
    ({ member }) => member,
  );
  if (!one || !two || !left || !officer || !outside || !auditor) throw new Error('six readers');
  const guest = { until: '2026-04-01' as Day, write: true, save: false };
  const readers = pick(
    members,
    [one, two, officer],
    [one, two, { ...outside, guest }],
    [one, two, { ...outside, guest: { ...guest, write: false } }],
    [one, outside],
    [{ ...one, guest }, two],
    [{ ...outside, guest }],
    [one, two, auditor],
    [one],
    [officer, two],
    [one, two, left],
    [one, one],
    [{ ...one, kem: two.kem }],
    [{ ...one, sig: two.sig }],
    [],
  );
  const reporter: Member = { id: 'reporter', ...made.keys.publicKeys };
  const right = compartment === 'dialogue' ? [reporter, ...readers] : readers;
  const wrong = compartment === 'dialogue' ? readers : [reporter, ...readers];
  return pick(keys, right, wrong, right.toReversed(), [{ ...reporter, kem: one.kem }, ...readers]);
}

/** What comes with the epochs of a request: true keys, noise, too few or too many. */
function grantsFor(held: Held, entries: readonly Entry[], wanted: number): Grant[] {
  const members = entries.filter(isEpochEntry).flatMap((entry) => {
    const { compartment, epoch, commitment } = entry.header;
    const key = held.keys[compartment].find((each) => each.commitment === commitment);
    return membersOf(entry).map((member) => ({ compartment, epoch, member, key }));
  });
  const noise = members.map(({ compartment, epoch, member }) => ({
    compartment,
    epoch,
    recipient: member.id,
    kem: toBase64(randomBytes(1120)),
    box: toBase64(randomBytes(104)),
  }));
  const right = (): Grant[] =>
    members.flatMap(({ member, key }, index) =>
      key === undefined ? (noise[index] ?? []) : sealGrant(key, member),
    );
  return pick(
    wanted,
    right,
    () => noise,
    () => noise.slice(1),
    () => [...noise, ...noise],
  )();
}

/** Who accepted secrecy, as the server knows it. */
function swornIn(stored: readonly Entry[]): Set<string> {
  const headers: EntryHeader[] = stored.map(({ header }) => header);
  const words = headers.filter(({ effect }) => effect === 'accept_secrecy');
  return new Set(words.map(({ author }) => author));
}

/** What the server would store of a request, null where it refuses. */
function accepted(
  held: Held,
  writer: Writer,
  entries: NewEntry[],
  grants: Grant[],
): Entry[] | null {
  const [entry] = entries;
  const rest = { overview: null, attachments: [], statistics: [] };
  const isWellFormed =
    writer === 'reporter'
      ? v.is(ReporterAppend, { entry, attachments: [] }) && entries.length === 1
      : v.is(HandlerAppend, { entries, grants, ...rest });
  if (!isWellFormed) return null;
  const author = idOf(writer);
  const dialogue = held.entries.filter(({ header }) => header.compartment === 'dialogue');
  const records = new Map(dialogue.map((each) => [recordHashOf(each) as string, each.header]));
  const seenBy = (compartment: Compartment): number => {
    const last = held.entries.findLast(
      ({ header }) => header.compartment === compartment && header.author === author,
    );
    return records.get(last?.header.seen ?? '')?.sequence ?? 0;
  };
  const active = later.directory.readers.filter(({ state }) => state === 'active');
  const { caseId, publicKeys } = held.made.keys;
  try {
    const followed = followChains(
      {
        case: { id: caseId, organisation: later.organisation.id, reporter: publicKeys },
        chains: {
          dialogue: chainOf(held.entries, 'dialogue'),
          internal: chainOf(held.entries, 'internal'),
          identity: chainOf(held.entries, 'identity'),
        },
        author,
        writes: author === 'reporter' ? ['dialogue', 'identity'] : ['dialogue', 'internal'],
        reader: (id) => active.find(({ record }) => record.id === id)?.record ?? null,
        wasHandler: (id) =>
          later.directory.readers.some(
            ({ record }) => record.id === id && record.part === 'handler',
          ),
        person: (id) => id,
        canSignIn: () => true,
        faultInCeremony: () => 'no ceremony',
        dialogueRecords: records,
        seenBefore: {
          dialogue: seenBy('dialogue'),
          internal: seenBy('internal'),
          identity: seenBy('identity'),
        },
        recused: new Set(
          dialogue
            .filter(isEpochEntry)
            .flatMap((each) => (epochBodyOf(each).recuses === true ? each.header.author : [])),
        ),
        bodies: readEpochBodies(entries),
        directories: new Set(
          [organisation, later].map(({ directory: { version }, hash }) =>
            directoryKey({ version, hash }),
          ),
        ),
        sworn: swornIn(held.entries),
        erasable: erasableOf(held.entries, entries),
        notAlone: null,
      },
      entries,
      grants,
    );
    return followed.records.map((record) => entryOf(entryRow(record)));
  } catch (error) {
    if (error instanceof Error && error.name === 'ApiError') return null;
    throw error;
  }
}

/** Whoever opens the case finds nothing that only a server can have done, and every entry. */
function expectToOpen({ made, entries, grants }: Held): void {
  for (const who of ['reporter', ...organisation.readers] as const) {
    const opened = made.open(who, {
      entries,
      directory: later.directory,
      directories: new Map([
        [organisation.directory.version, organisation.hash],
        [later.directory.version, later.hash],
      ]),
      keyFor(place, commitment) {
        const grant = grants.findLast(
          (each) =>
            each.compartment === place.compartment &&
            each.epoch === place.epoch &&
            each.recipient === idOf(who),
        );
        if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
        return openGrant(grant, place, commitment, (who === 'reporter' ? made.keys : who).kem);
      },
    });
    expect(opened.faults).toEqual([]);
    const shown = opened.dialogue.chain.records.length;
    const notes = opened.internal?.chain.records.length ?? 0;
    const inside = who === 'reporter' ? entries.filter(isDialogue) : entries;
    expect(shown + notes).toBe(inside.length);
  }
}

function isDialogue({ header }: Entry): boolean {
  return header.compartment === 'dialogue';
}

describe('entries that the server takes from a member', () => {
  it(
    'are followed by every client, whatever their author made of them',
    { timeout: 60_000 },
    () => {
      const outcomes = { taken: 0, epochs: 0, erased: 0, sworn: 0, byGuests: 0, refused: 0 };
      fc.assert(
        fc.property(steps, (wanted) => {
          const made = makeCase(organisation);
          const keys = { dialogue: [made.epoch('dialogue')], internal: [], identity: [] };
          const held: Held = { made, entries: [...made.entries], grants: [...made.grants], keys };
          for (const { writer: number, plans, grants: given } of wanted) {
            const writer = (['reporter', ...organisation.readers] as const)[number] ?? 'reporter';
            const known = {
              dialogue: [...held.keys.dialogue],
              internal: [...held.keys.internal],
              identity: [],
            };
            const entries: NewEntry[] = [];
            for (const each of writer === 'reporter' ? plans.slice(0, 1) : plans) {
              entries.push(makeEntry(held, [...held.entries, ...entries], writer, each));
            }
            const grants = grantsFor(held, entries, given);
            const stored = accepted(held, writer, entries, grants);
            if (stored === null) {
              held.keys = known;
              outcomes.refused += 1;
              continue;
            }
            outcomes.taken += stored.length;
            outcomes.epochs += stored.filter(isEpochEntry).length;
            const guest = organisation.readers[4]?.record.id;
            outcomes.sworn += swornIn(stored).size;
            outcomes.byGuests += stored.filter(({ header }) => header.author === guest).length;
            outcomes.erased += stored.filter(({ header }) => header.effect === 'erase').length;
            held.entries = afterErasing([...held.entries, ...stored]);
            held.grants.push(...grants);
            expectToOpen(held);
          }
        }),
        { numRuns: 400, interruptAfterTimeLimit: 15_000 },
      );
      for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(0);
    },
  );
});
