import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BOX_OVERHEAD } from '../../../crypto/box.js';
import { toBase64 } from '../../../crypto/bytes.js';
import {
  verifyChain,
  verifyEpochs,
  type ChainContext,
  type VerifiedChain,
} from '../../../crypto/chain.js';
import type { DirectoryHash, RecordHash } from '../../../crypto/ids.js';
import { toJsonBytes } from '../../../crypto/json.js';
import { epochBodyOf, isEpochEntry, recordHashOf } from '../../../crypto/record.js';
import { randomBytes } from '../../../crypto/sodium.js';
import type { Compartment, Entry, EntryHeader } from '../../../crypto/wire/entry.js';
import {
  makeCase,
  message,
  note,
  reply,
  resignedBy,
  type TestCase,
  type Writer,
} from '../../support/case.js';
import {
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../../support/organisation.js';

let organisation: TestOrganisation;
let hanna: TestReader;
let harald: TestReader;
let officer: TestReader;
let made: TestCase;

const random = (): string => toBase64(randomBytes(32));

beforeAll(async () => {
  organisation = await makeOrganisation({ parts: ['handler', 'handler', 'recovery_officer'] });
  const [first, second, third] = organisation.readers;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three');
  [hanna, harald, officer] = [first, second, third];
});
beforeEach(() => {
  made = makeCase(organisation);
});

function contextOf(change: Partial<ChainContext> = {}): ChainContext {
  const { directory, hash } = organisation;
  return {
    caseId: made.keys.caseId,
    reporter: made.keys.publicKeys,
    directory,
    directories: new Map([[directory.version, hash]]),
    dialogue: null,
    ...change,
  };
}

function verify(
  entries: readonly Entry[] = made.entries,
  change: Partial<ChainContext> = {},
  compartment: Compartment = 'dialogue',
): VerifiedChain {
  const own = entries.filter(({ header }) => header.compartment === compartment);
  const dialogue = entries.filter(({ header }) => header.compartment === 'dialogue');
  const context = contextOf(change);
  const other = compartment === 'internal' ? verifyChain('dialogue', dialogue, context) : null;
  return verifyChain(compartment, own, { ...context, dialogue: other });
}

function secretOf(writer: Writer): Uint8Array {
  return (writer === 'reporter' ? made.keys : writer).sig.secretKey;
}

/** The entries with the last one's header changed, and signed again by its author. */
function lastResigned(writer: Writer, header: Partial<EntryHeader>): Entry[] {
  const last = made.entries.at(-1);
  if (last === undefined) throw new Error('no entry');
  return made.entries.with(-1, resignedBy(secretOf(writer), last, header));
}

describe('an honest chain', () => {
  it('holds through messages, new readers and readers taken off', () => {
    made.say('reporter', message('one'));
    made.say(hanna, reply('two'));
    made.rotate(hanna, 'internal', [hanna, harald, officer]);
    made.say(harald, note('among us'));
    made.rotate(harald, 'dialogue', [harald, officer]);
    made.say('reporter', message('three'));
    made.say(harald, reply('four'));
    const dialogue = verify();
    expect(dialogue.fault).toBeNull();
    expect(dialogue.records).toHaveLength(7);
    expect(dialogue.epochs).toHaveLength(2);
    expect(verify(made.entries, {}, 'internal')).toMatchObject({ fault: null });
    expect(dialogue.records.map(({ hash }) => hash)).toEqual(
      made.entries.filter(({ header }) => header.compartment === 'dialogue').map(recordHashOf),
    );
  });

  it('may have no notes, but no dialogue is a missing one', () => {
    expect(verify([], {}, 'internal').fault).toBeNull();
    expect(verify([]).fault).toBe('missing_entry');
  });
});

describe('a reader who takes no part any more', () => {
  const recuses = { body: { recuses: true as const } };

  it('signs the epoch that drops them, and is named by none after it', () => {
    made.rotate(harald, 'dialogue', [hanna, officer], recuses);
    expect(verify().fault).toBeNull();
    made.rotate(hanna, 'dialogue', [hanna]);
    expect(verify().fault).toBeNull();
    made.rotate(hanna, 'dialogue', [hanna, harald]);
    const dialogue = verify();
    expect(dialogue.fault).toBe('wrong_epoch');
    expect(dialogue.epochs).toHaveLength(3);
    const epochs = dialogue.records.map(({ entry }) => entry).filter(isEpochEntry);
    const again = made.entries.filter(isEpochEntry);
    expect(verifyEpochs(epochs, contextOf()).fault).toBeNull();
    expect(verifyEpochs(again, contextOf()).fault).toBe('wrong_epoch');
  });

  it('says it for nobody else, in the dialogue alone, and not as a member', () => {
    made.rotate(harald, 'dialogue', [harald, officer], recuses);
    expect(verify().fault).toBe('wrong_epoch');
    made = makeCase(organisation);
    made.rotate(hanna, 'internal', [hanna, harald, officer]);
    made.rotate(harald, 'internal', [hanna, officer], recuses);
    expect(verify(made.entries, {}, 'internal').fault).toBe('wrong_epoch');
  });

  it('leaves the case to a handler: a paper in a safe is none', () => {
    made.rotate(harald, 'dialogue', [officer], recuses);
    expect(verify().fault).toBe('wrong_epoch');
  });
});

describe('an epoch that does not name whoever makes it', () => {
  const recuses = { body: { recuses: true as const } };

  it('is none of the conversation, but for a declared conflict', () => {
    made.rotate(harald, 'dialogue', [hanna, officer]);
    const dialogue = verify();
    expect([dialogue.fault, dialogue.epochs.length]).toEqual(['wrong_epoch', 1]);
    const epochs = made.entries.filter(isEpochEntry);
    expect(verifyEpochs(epochs, contextOf()).fault).toBe('wrong_epoch');
  });

  it('is none of the notes, but for the one that comes with a declared conflict', () => {
    made.rotate(hanna, 'internal', [hanna, harald, officer]);
    made.rotate(harald, 'internal', [hanna, officer]);
    expect(verify(made.entries, {}, 'internal').fault).toBe('wrong_epoch');

    made = makeCase(organisation);
    made.rotate(hanna, 'internal', [hanna, harald, officer]);
    made.rotate(harald, 'dialogue', [hanna, officer], recuses);
    made.rotate(harald, 'internal', [hanna, officer]);
    expect(verify(made.entries, {}, 'internal').fault).toBeNull();
  });

  it('does not begin the notes, whoever of the readers of then declared what', () => {
    const seen = made.chain('dialogue').records.at(-1)?.hash ?? null;
    made.rotate(harald, 'dialogue', [hanna, officer], recuses);
    made.rotate(harald, 'internal', [hanna, officer], { place: { seen } });
    expect(verify(made.entries, {}, 'internal').fault).toBe('wrong_epoch');
  });
});

describe('a chain that was tampered with', () => {
  beforeEach(() => {
    made.say('reporter', message('one'));
    made.say(hanna, reply('two'));
    made.say('reporter', message('three'));
  });

  it('names a missing entry, wherever it is missing', () => {
    for (let index = 0; index < made.entries.length - 1; index += 1) {
      const chain = verify(made.entries.toSpliced(index, 1));
      expect(chain.fault).toBe('missing_entry');
      expect(chain.records).toHaveLength(index);
    }
  });

  it('names entries in another order, or twice', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
        const entries = order.flatMap((index) => made.entries[index] ?? []);
        const kept = order.findIndex((value, index) => value !== index);
        const chain = verify(entries);
        expect(chain.fault).toBe(kept === -1 ? null : 'missing_entry');
        expect(chain.records).toHaveLength(kept === -1 ? 5 : kept);
      }),
    );
    const [first] = made.entries;
    if (first === undefined) throw new Error('no entry');
    expect(verify([...made.entries, first]).fault).toBe('missing_entry');
    expect(verify(made.entries.flatMap((entry) => [entry, entry])).fault).toBe('missing_entry');
  });

  it('names an entry of another case, though its place would fit', () => {
    const other = makeCase(organisation, {});
    other.say('reporter', message('one'));
    for (const index of [0, 1, 2]) {
      const strange = other.entries[index];
      if (strange === undefined) throw new Error('no entry');
      expect(verify(made.entries.with(index, strange)).fault).toBe('wrong_case_id');
    }
  });

  it('names what was changed and signed again by its own author', () => {
    const faults = (header: Partial<EntryHeader>): unknown =>
      verify(lastResigned('reporter', header)).fault;
    expect(faults({ sequence: 6 })).toBe('missing_entry');
    expect(faults({ sequence: 4 })).toBe('missing_entry');
    expect(faults({ previous: random() as RecordHash })).toBe('wrong_previous');
    expect(faults({ previous: null })).toBe('wrong_previous');
    expect(faults({ epoch: 2 })).toBe('wrong_epoch');
    expect(faults({ commitment: random() })).toBe('wrong_commitment');
    expect(faults({ compartment: 'internal' })).toBeNull();
    const chain = verifyChain(
      'dialogue',
      lastResigned('reporter', { compartment: 'internal' }),
      contextOf(),
    );
    expect(chain.fault).toBe('wrong_compartment');
  });

  it('names what was changed and not signed again', () => {
    const last = made.entries.at(-1);
    if (last === undefined || !('nonce' in last)) throw new Error('a sealed entry');
    const ciphertext = last.ciphertext.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'));
    const other = { ...last, ciphertext };
    expect(verify(made.entries.with(-1, other)).fault).toBe('wrong_signature');
    const reply = made.entries[3];
    if (reply === undefined) throw new Error('no entry');
    // an author who is a member, under another member's signature
    const taken = resignedBy(secretOf(harald), reply, {});
    expect(verify(made.entries.with(3, taken)).fault).toBe('wrong_signature');
    const asReporter = resignedBy(secretOf(hanna), reply, { author: 'reporter' });
    expect(verify(made.entries.with(3, asReporter)).fault).not.toBeNull();
  });

  it('names a signature that is no base64url', () => {
    const last = made.entries.at(-1);
    if (last === undefined) throw new Error('no entry');
    expect(verify(made.entries.with(-1, { ...last, signature: '!' })).fault).toBe('malformed');
  });

  it('shows what stands before the fault', () => {
    const last = made.entries[3];
    if (last === undefined) throw new Error('no entry');
    const broken = made.entries.with(3, { ...last, signature: toBase64(new Uint8Array(64)) });
    expect(verify(broken)).toMatchObject({ fault: 'wrong_signature', records: { length: 3 } });
  });
});

describe('heads that were seen', () => {
  it('may be null until there is one, and no more afterwards', () => {
    expect(made.say('reporter', message('one')).header.seen).toBeNull();
    made.say(hanna, reply('two'));
    made.say('reporter', message('three'));
    expect(verify().fault).toBeNull();
    made.say('reporter', message('four'), { seen: null });
    expect(verify().fault).toBe('reused_seen_head');
  });

  it('must be the other side’s', () => {
    const own = made.say('reporter', message('one'));
    made.say('reporter', message('two'), { seen: recordHashOf(own) });
    expect(verify().fault).toBe('reused_seen_head');
  });

  it('must be in the chain', () => {
    made.say('reporter', message('one'), { seen: random() as RecordHash });
    expect(verify().fault).toBe('truncated_chain');
  });

  it('never go back', () => {
    const first = made.say(hanna, reply('one'));
    made.say(hanna, reply('two'));
    made.say('reporter', message('three'));
    made.say('reporter', message('four'), { seen: recordHashOf(first) });
    expect(verify().fault).toBe('reused_seen_head');
  });
});

describe('epochs', () => {
  it('begin with one of the reporter', () => {
    const [epoch, report] = made.entries;
    if (epoch === undefined || report === undefined) throw new Error('two entries');
    const first = resignedBy(secretOf('reporter'), report, { sequence: 1, previous: null });
    expect(verify([first]).fault).toBe('wrong_epoch');
    const stolen = resignedBy(secretOf(hanna), epoch, { author: hanna.record.id });
    expect(verify([stolen]).fault).toBe('wrong_epoch');
    expect(verify([resignedBy(secretOf(hanna), epoch, {})]).fault).toBe('wrong_signature');
    expect(verify([resignedBy(secretOf('reporter'), epoch, { epoch: 2 })]).fault).toBe(
      'wrong_epoch',
    );
  });

  it('come from a handler among the members', () => {
    const refused = (writer: Writer): unknown => {
      const entry = made.rotate(writer, 'dialogue', [hanna, harald]);
      const { fault } = verify();
      made = makeCase(organisation);
      return { fault, epoch: entry.header.epoch };
    };
    expect(refused(harald)).toEqual({ fault: null, epoch: 2 });
    expect(refused('reporter')).toMatchObject({ fault: 'wrong_epoch' });
    expect(refused(officer)).toMatchObject({ fault: 'wrong_epoch' });
  });

  it('that a reader opens who was taken off are refused', () => {
    made.rotate(hanna, 'dialogue', [hanna]);
    made.rotate(harald, 'dialogue', [hanna, harald]);
    expect(verify().fault).toBe('not_a_member');
  });

  it('that somebody opens who never read the case are refused', () => {
    made = makeCase(organisation, { leftOut: [harald] });
    made.rotate(harald, 'dialogue', [harald]);
    expect(verify().fault).toBe('not_a_member');
  });

  it('end what was written under the one before', () => {
    const before = made.epoch('dialogue');
    made.rotate(hanna, 'dialogue', [hanna]);
    const late = resignedBy(secretOf('reporter'), made.say('reporter', message('late')), {
      epoch: 1,
      commitment: before.commitment,
    });
    expect(verify(made.entries.with(-1, late)).fault).toBe('wrong_epoch');
  });

  it('let nobody write who is no member any more', () => {
    made.rotate(hanna, 'dialogue', [hanna]);
    made.say(harald, reply('still here'));
    expect(verify().fault).toBe('not_a_member');
  });

  it('count on by one', () => {
    made.rotate(hanna, 'dialogue', [hanna]);
    expect(verify(lastResigned(hanna, { epoch: 3 })).fault).toBe('wrong_epoch');
    expect(verify(lastResigned(hanna, { epoch: 1 })).fault).toBe('wrong_epoch');
  });

  it.each([
    ['the reporter', () => [hanna.member]],
    ['the reporter’s own keys', () => [{ ...hanna.member, id: 'reporter' as const }]],
    [
      'the right key for a reader',
      () => [
        { id: 'reporter' as const, ...made.keys.publicKeys },
        { ...hanna.member, kem: harald.member.kem },
      ],
    ],
    [
      'the right signing key for a reader',
      () => [
        { id: 'reporter' as const, ...made.keys.publicKeys },
        { ...hanna.member, sig: harald.member.sig },
      ],
    ],
    [
      'a reader whom the directory knows',
      () => [
        { id: 'reporter' as const, ...made.keys.publicKeys },
        { ...hanna.member, id: 'AAAAAAAAAAAAAAAAAAAAAA' as never },
      ],
    ],
    [
      'each member once',
      () => [{ id: 'reporter' as const, ...made.keys.publicKeys }, hanna.member, hanna.member],
    ],
  ])('have %s', (_, members) => {
    made.rotate(hanna, 'dialogue', [hanna], { body: { members: members() } });
    expect(verify().fault).toBe('wrong_epoch');
  });

  it('have a way back from the second on, where their author had the key', () => {
    made.rotate(hanna, 'dialogue', [hanna], { body: { previousKey: null } });
    expect(verify().fault).toBeNull();
  });

  it('have no way back from the first', () => {
    made = makeCase(organisation, { report: false });
    const [first] = made.entries;
    if (first === undefined || !isEpochEntry(first)) throw new Error('an epoch');
    const body = {
      ...epochBodyOf(first),
      previousKey: toBase64(new Uint8Array(BOX_OVERHEAD + 32)),
    };
    const forged = { ...first, body: toBase64(toJsonBytes(body)) };
    made.entries[0] = resignedBy(made.keys.sig.secretKey, forged, {});
    expect(verify().fault).toBe('wrong_epoch');
  });

  it('name a directory that is known, and the right one of its number', () => {
    const named = (version: number, hash = random()): unknown => {
      made = makeCase(organisation);
      made.rotate(hanna, 'dialogue', [hanna], {
        body: { directory: { version, hash: hash as DirectoryHash } },
      });
      return verify().fault;
    };
    expect(named(1, organisation.hash)).toBeNull();
    expect(named(2)).toBe('directory_rolled_back');
    expect(named(1)).toBe('wrong_directory');
    made = makeCase(organisation);
    // of a version it cannot check, a client says nothing
    expect(verify(made.entries, { directories: new Map() }).fault).toBeNull();
  });

  it('say things in one way', () => {
    made.rotate(hanna, 'dialogue', [hanna], { body: { more: 1 } as never });
    expect(verify().fault).toBe('malformed');
  });

  it('belong to the keys that the case id is made of', () => {
    const { publicKeys } = makeCase(organisation).keys;
    expect(verify(made.entries, { reporter: publicKeys }).fault).toBe('wrong_signature');
  });
});

describe('notes', () => {
  it('are begun by a handler who reads the dialogue', () => {
    made.rotate(officer, 'internal', [hanna]);
    expect(verify(made.entries, {}, 'internal').fault).toBe('wrong_epoch');
    made = makeCase(organisation, { leftOut: [harald] });
    made.rotate(harald, 'internal', [harald]);
    expect(verify(made.entries, {}, 'internal').fault).toBe('not_a_member');
    made = makeCase(organisation);
    made.rotate('reporter', 'internal', [hanna]);
    expect(verify(made.entries, {}, 'internal').fault).toBe('wrong_epoch');
  });

  it('never have the reporter among their members', () => {
    made.rotate(hanna, 'internal', [hanna], {
      body: { members: [{ id: 'reporter', ...made.keys.publicKeys }, hanna.member] },
    });
    expect(verify(made.entries, {}, 'internal').fault).toBe('wrong_epoch');
  });

  it('tell that the dialogue was cut off', () => {
    made.say('reporter', message('one'));
    made.rotate(hanna, 'internal', [hanna]);
    const [first, second, , epoch] = made.entries;
    if (first === undefined || second === undefined || epoch === undefined) throw new Error('four');
    expect(verify([first, second, epoch], {}, 'internal').fault).toBe('truncated_chain');
  });

  it('always name a head of the dialogue, and never an older one than before', () => {
    const old = made.say('reporter', message('one'));
    made.say('reporter', message('two'));
    made.rotate(hanna, 'internal', [hanna]);
    made.say(hanna, note('x'), { seen: recordHashOf(old) });
    expect(verify(made.entries, {}, 'internal').fault).toBe('reused_seen_head');
    made = makeCase(organisation);
    made.rotate(hanna, 'internal', [hanna]);
    made.say(hanna, note('x'), { seen: null });
    expect(verify(made.entries, {}, 'internal').fault).toBe('truncated_chain');
  });
});
