import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toBase64, utf8 } from '../../../crypto/bytes.js';
import type { EntryContent } from '../../../crypto/content.js';
import { withoutWords } from '../../../client/casework/passages.js';
import { faultInState } from '../../../crypto/case-file.js';
import type { OpenedEntry } from '../../../crypto/compartment.js';
import { ProtocolError } from '../../../crypto/errors.js';
import type { AttachmentId, Day, RecordHash, WorkId } from '../../../crypto/ids.js';
import { bodyHashOf, headerBytes, recordHashOf } from '../../../crypto/record.js';
import { randomBytes } from '../../../crypto/sodium.js';
import type { Reader } from '../../../crypto/wire/directory.js';
import type { CaseFacts } from '../../../crypto/wire/reports.js';
import type {
  Compartment,
  Effect,
  Entry,
  EntryHeader,
  Erases,
  RecordPlace,
  SealedEntry,
} from '../../../crypto/wire/entry.js';
import {
  makeCase,
  message,
  note,
  reply,
  reportContent,
  resignedBy,
  type TestCase,
  type Writer,
} from '../../support/case.js';
import { sayingBytes } from '../../support/hostile.js';
import {
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../../support/organisation.js';

const at = '2026-03-02T10:00:00.000Z';
const id = 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId;
const file = 'BBBBBBBBBBBBBBBBBBBBBA' as AttachmentId;

let organisation: TestOrganisation;
let hanna: TestReader;
let harald: TestReader;
let officer: TestReader;
let made: TestCase;
let said: SealedEntry;

beforeAll(async () => {
  organisation = await makeOrganisation({ parts: ['handler', 'handler', 'recovery_officer'] });
  const [first, second, third] = organisation.readers;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three');
  [hanna, harald, officer] = [first, second, third];
});
beforeEach(() => {
  made = makeCase(organisation);
  said = made.say('reporter', message('Kim Berg has an illness.'));
});

const placeOf = (entry: Entry): RecordPlace => ({
  sequence: entry.header.sequence,
  hash: recordHashOf(entry),
});

const contentFor = {
  propose_erasure: { kind: 'erasure_proposal', at, id, ground: 'irrelevant', text: '' },
  erase: { kind: 'erasure', at, id, ground: 'irrelevant', text: 'It was private.' },
  decline_erasure: { kind: 'erasure_declined', at, text: '' },
} satisfies Partial<Record<Effect, EntryContent>>;

function about(
  writer: Writer,
  effect: keyof typeof contentFor,
  named: Entry | Erases,
  compartment: Compartment = 'dialogue',
): SealedEntry {
  const erases =
    'header' in named ? { entries: [placeOf(named)], files: [], remains: null } : named;
  return made.say(writer, contentFor[effect], {}, { compartment, erases });
}

/** The entries as a server hands them out that erased these. */
function without(...erased: Entry[]): Entry[] {
  return made.entries.map((entry) => {
    if (!erased.includes(entry) || !('nonce' in entry)) return entry;
    const { header, signature } = entry;
    return { header, bodyHash: toBase64(bodyHashOf(entry)), signature };
  });
}

/** The directory with other readers. */
const directoryWith = (change: (reader: Reader) => Reader) => ({
  ...organisation.directory,
  readers: organisation.directory.readers.map(change),
});

const faultsOf = (entries: Entry[] = made.entries) =>
  (['reporter', hanna, officer] as const).map((who) => made.open(who, { entries }).faults);
const none = [[], [], []];
const refused = Array.from({ length: 3 }, () => ['wrong_erasure']);

describe('a handler whom a declared conflict left alone', () => {
  const recuses = { body: { recuses: true as const } };

  it('erases what they proposed themselves, and nothing else, in the notes too', () => {
    made.rotate(hanna, 'internal', [hanna, harald, officer]);
    const noted = made.say(hanna, note('A name.'));
    about(harald, 'propose_erasure', said);
    made.rotate(harald, 'dialogue', [hanna, officer], recuses);
    made.rotate(harald, 'internal', [hanna, officer]);
    const before = [...made.entries];
    about(hanna, 'erase', said);
    expect(faultsOf()).toEqual(refused);
    made.entries.splice(0, made.entries.length, ...before);
    about(hanna, 'propose_erasure', said);
    about(hanna, 'erase', said);
    about(hanna, 'propose_erasure', noted, 'internal');
    about(hanna, 'erase', noted, 'internal');
    expect(faultsOf(without(said, noted))).toEqual(none);
  });

  it('does not while somebody is there who was only taken off', () => {
    made.rotate(hanna, 'dialogue', [hanna, officer]);
    about(hanna, 'propose_erasure', said);
    about(hanna, 'erase', said);
    expect(faultsOf()).toEqual(refused);
  });
});

describe('an erased entry', () => {
  it('keeps its record hash and its signature, and says nothing to anybody', () => {
    about(hanna, 'propose_erasure', said);
    about(harald, 'erase', said);
    made.say('reporter', message('Thank you.'));
    const entries = without(said);
    expect(entries.map(recordHashOf)).toEqual(made.entries.map(recordHashOf));
    expect(faultsOf(entries)).toEqual(none);
    for (const who of ['reporter', hanna, officer] as const) {
      const opened = made.open(who, { entries });
      const entry = opened.dialogue.entries.find(({ sequence }) => sequence === 3);
      expect(entry).toMatchObject({
        author: 'reporter',
        content: { kind: 'erased' },
        erasure: {
          author: harald.record.id,
          at,
          ground: 'irrelevant',
          text: 'It was private.',
          alone: false,
        },
      });
      expect(JSON.stringify(opened)).not.toContain('Kim Berg');
      expect(opened.dialogue.entries.at(-1)?.content).toMatchObject({ text: 'Thank you.' });
    }
  });

  it('stays erased where a server hands out the old body', () => {
    about(hanna, 'propose_erasure', said);
    about(harald, 'erase', said);
    expect(faultsOf()).toEqual(none);
    const opened = made.open(hanna);
    expect(JSON.stringify(opened.dialogue.entries)).not.toContain('Kim Berg');
  });

  it('shows what remains of it, which two people saw', () => {
    const content = { ...message('[…] has an illness.') } as never;
    const remains = made.say(hanna, { kind: 'remains', at, of: 3, content });
    const erases = { entries: [placeOf(said)], files: [file], remains: placeOf(remains) };
    about(hanna, 'propose_erasure', erases);
    const before = made.open('reporter').dialogue.entries;
    expect(before.find(({ sequence }) => sequence === 3)?.content).toMatchObject({
      text: 'Kim Berg has an illness.',
    });
    about(harald, 'erase', erases);
    const { dialogue, faults } = made.open('reporter', { entries: without(said) });
    expect(faults).toEqual([]);
    expect(dialogue.entries.find(({ sequence }) => sequence === 3)).toMatchObject({
      content: { kind: 'message', text: '[…] has an illness.' },
      erasure: { files: 1 },
    });
    // it is shown once, at its place
    expect(dialogue.entries.filter(({ content: { kind } }) => kind === 'remains')).toEqual([]);
  });

  it('is not called erased where nobody has the key to what remains of it', () => {
    const content = message('[…] has an illness.') as never;
    const remains = made.say(hanna, { kind: 'remains', at, of: 3, content });
    const erases = { entries: [placeOf(said)], files: [], remains: placeOf(remains) };
    about(hanna, 'propose_erasure', erases);
    about(harald, 'erase', erases);
    const { dialogue } = made.open(hanna, {
      entries: without(said),
      keyFor() {
        throw new ProtocolError('missing_entry', 'grant');
      },
    });
    expect(dialogue.entries.find(({ sequence }) => sequence === 3)?.content).toEqual({
      kind: 'unreadable',
      fault: 'missing_entry',
      effect: null,
    });
  });

  it('says nothing where whoever erased it left noise, which nobody can read', () => {
    const content = message('[…] has an illness.') as never;
    const proper = made.say(hanna, { kind: 'remains', at, of: 3, content });
    const key = made.epoch('dialogue');
    const noise = sayingBytes(proper, key, hanna.sig.secretKey, utf8('noise'));
    made.entries.splice(made.entries.indexOf(proper), 1, noise);
    const erases = { entries: [placeOf(said)], files: [], remains: placeOf(noise) };
    about(hanna, 'propose_erasure', erases);
    about(harald, 'erase', erases);
    const { dialogue, faults } = made.open('reporter', { entries: without(said) });
    expect(faults).toEqual([]);
    expect(dialogue.entries.find(({ sequence }) => sequence === 3)).toMatchObject({
      content: { kind: 'erased' },
      erasure: { ground: 'irrelevant' },
    });
  });

  it('can lose more of what remains, and all of it', () => {
    const first = made.say(hanna, {
      kind: 'remains',
      at,
      of: 3,
      content: message('One.') as never,
    });
    const erases = { entries: [placeOf(said)], files: [], remains: placeOf(first) };
    about(hanna, 'propose_erasure', erases);
    about(harald, 'erase', erases);
    const next = made.say(harald, {
      kind: 'remains',
      at,
      of: 3,
      content: message('Two.') as never,
    });
    const again = { entries: [placeOf(first)], files: [], remains: placeOf(next) };
    about(harald, 'propose_erasure', again);
    about(hanna, 'erase', again);
    const shown = (entries: Entry[]) =>
      made
        .open('reporter', { entries })
        .dialogue.entries.map(({ sequence, content }) => [
          sequence,
          content.kind,
          'text' in content ? content.text : null,
        ]);
    expect(shown(without(said, first))).toContainEqual([3, 'message', 'Two.']);
    about(hanna, 'propose_erasure', next);
    about(harald, 'erase', next);
    expect(faultsOf(without(said, first, next))).toEqual(none);
    expect(shown(without(said, first, next))).toContainEqual([3, 'erased', null]);
  });

  it('can stand among handlers, where its reporter sees nothing of it', () => {
    made.rotate(hanna, 'internal', organisation.readers);
    const written = made.say(hanna, note('Private matters of Kim Berg.'));
    about(hanna, 'propose_erasure', written, 'internal');
    about(harald, 'erase', written, 'internal');
    expect(faultsOf(without(written))).toEqual(none);
    expect(made.open(hanna, { entries: without(written) }).internal?.entries[0]).toMatchObject({
      content: { kind: 'erased' },
    });
  });

  it('that is a report always leaves something, by which its reader can be kept out', () => {
    const report = made.entries[1];
    if (report === undefined) throw new Error('a report');
    about(hanna, 'propose_erasure', report);
    expect(faultsOf()).toEqual(refused);
  });

  it('that is a report leaves something however often it loses words', () => {
    const report = made.entries[1];
    if (report === undefined) throw new Error('a report');
    const content = { ...reportContent(organisation, []), text: '[…]' } as never;
    const remains = made.say(hanna, { kind: 'remains', at, of: 2, content });
    const erases = { entries: [placeOf(report)], files: [], remains: placeOf(remains) };
    about(hanna, 'propose_erasure', erases);
    about(harald, 'erase', erases);
    expect(faultsOf(without(report))).toEqual(none);
    about(hanna, 'propose_erasure', remains);
    expect(faultsOf(without(report))).toEqual(refused);
  });

  it('that is a report goes on to name whom its reporter left out', () => {
    made = makeCase(organisation, { leftOut: [harald] });
    const report = made.entries[1];
    if (report === undefined) throw new Error('a report');
    const left = reportContent(organisation, [harald]);
    const content = { ...left, text: '[…]' } as never;
    const remains = made.say(hanna, { kind: 'remains', at, of: 2, content });
    about(hanna, 'erase', { entries: [placeOf(report)], files: [], remains: placeOf(remains) });
    const opened = made.open(hanna, { entries: without(report) });
    expect(opened.faults).toEqual([]);
    expect(opened.report).toMatchObject({ text: '[…]' });
    expect(opened.leftOut).toEqual([harald.record.id]);
  });
});

describe('an entry with an effect', () => {
  const review = '2026-09-01' as Day;
  const closure: EntryContent = {
    ...{ kind: 'closure', at, outcome: 'minor', text: 'Robin did it.', files: [] },
  };
  const hold: EntryContent = {
    ...{ kind: 'hold', at, ground: 'court', reference: 'Robin', decidedBy: 'Robin' },
    ...{ scope: 'What Robin did.', review },
  };
  const of = { compartment: 'dialogue', sequence: 2 } as const;
  const part = { at, id, of, part: null, ground: 'claim', review } as const;
  const disposal = { decidedBy: 'Robin', archive: '', reference: '', text: 'Robin asks.' };
  const kinds: [string, EntryContent][] = [
    ['closure', closure],
    ['reopening', { kind: 'reopening', at, text: 'Robin spoke.', files: [] }],
    ['decision', { kind: 'decision', at, decision: 'nothing_further', text: 'Robin left.' }],
    ['hold', hold],
    ['release', { kind: 'release', at, text: 'Robin won.' }],
    ['restriction', { kind: 'restriction', at, id, ground: 'claim', text: 'Robin asks.', review }],
    ['unrestriction', { kind: 'unrestriction', at, text: 'Robin was told.' }],
    ['part_restriction', { ...part, kind: 'part_restriction', text: 'Robin asks.' }],
    [
      'part_unrestriction',
      { kind: 'part_unrestriction', at, id, text: 'Robin was told.', last: true },
    ],
    ['removal_proposal', { kind: 'removal_proposal', at, id, ground: 'not_needed', ...disposal }],
    ['removal_declined', { kind: 'removal_declined', at, text: 'Robin asks.' }],
    ['removal', { kind: 'removal', at, of: 'A'.repeat(43) as RecordHash, received: 'From Robin' }],
  ];
  const compartmentOf = ({ header }: Entry): Compartment => header.compartment;

  beforeEach(() => {
    made.rotate(hanna, 'internal', organisation.readers);
  });

  /** Proposes that something stands in the place of an entry. */
  function leave(entry: Entry, content: EntryContent, of = entry.header.sequence): Erases {
    const compartment = compartmentOf(entry);
    const kind = compartment === 'dialogue' ? 'remains' : 'note_remains';
    const remains = made.say(hanna, { kind, at, of, content } as EntryContent);
    const erases = { entries: [placeOf(entry)], files: [], remains: placeOf(remains) };
    about(hanna, 'propose_erasure', erases, compartment);
    return erases;
  }

  function left(content: EntryContent): EntryContent {
    const left = withoutWords(content);
    if (left === null) throw new Error('something stays');
    return left;
  }

  const shown = (who: Writer, entry: Entry, entries: Entry[]): OpenedEntry | undefined => {
    const { dialogue, internal } = made.open(who, { entries });
    const chain = compartmentOf(entry) === 'dialogue' ? dialogue : internal;
    return chain?.entries.find(({ sequence }) => sequence === entry.header.sequence);
  };

  it.each(kinds)('loses its words and nothing else: %s', (_, content) => {
    const entry = made.say(hanna, content);
    const { effect } = entry.header;
    expect(effect).not.toBeNull();
    about(harald, 'erase', leave(entry, left(content)), compartmentOf(entry));
    const entries = without(entry);
    expect(faultsOf(entries)).toEqual(none);
    const opened = made.open(hanna, { entries });
    expect(JSON.stringify(opened)).not.toContain('Robin');
    expect(shown(hanna, entry, entries)).toMatchObject({
      hash: recordHashOf(entry),
      content: left(content),
      erasure: { author: harald.record.id },
    });
    // it did this once, and what stands in its place did nothing
    const chains = [opened.dialogue.chain, ...(opened.internal ? [opened.internal.chain] : [])];
    const same = chains.flatMap(({ records }) =>
      records.filter((record) => record.entry.header.effect === effect),
    );
    expect(same.map(({ hash }) => hash)).toEqual([recordHashOf(entry)]);
    const kept = [...opened.dialogue.entries, ...(opened.internal?.entries ?? [])];
    expect(kept.filter((each) => each.content.kind === content.kind)).toHaveLength(1);
  });

  it('is closed as before, for the reporter and for handlers', () => {
    const facts = { closedOn: '2026-03-02' as Day, purgeOn: null } as CaseFacts;
    const entry = made.say(hanna, closure);
    about(harald, 'erase', leave(entry, left(closure)));
    for (const who of ['reporter', hanna] as const) {
      const opened = made.open(who, { entries: without(entry) });
      expect(faultInState(opened, facts)).toBeNull();
    }
  });

  it('opens no case anew, and closes none, by what stands in its place', () => {
    const entry = made.say(hanna, closure);
    const erases = leave(entry, left(closure));
    made.say(hanna, { kind: 'reopening', at, text: 'We look again.', files: [] });
    about(harald, 'erase', erases);
    const opened = made.open('reporter', { entries: without(entry) });
    expect(opened.faults).toEqual([]);
    const facts = { closedOn: '2026-03-02' as Day, purgeOn: null } as CaseFacts;
    expect(faultInState(opened, facts)).toBe('wrong_facts');
  });

  it('never goes without something in its place, nor what stands there afterwards', () => {
    const entry = made.say(hanna, closure);
    const erases = leave(entry, left(closure));
    about(harald, 'erase', erases);
    expect(faultsOf(without(entry))).toEqual(none);
    const until = made.entries.length;
    const place = erases.remains;
    if (place === null) throw new Error('something stands there');
    about(hanna, 'propose_erasure', { entries: [place], files: [], remains: null });
    expect(faultsOf(without(entry))).toEqual(refused);
    made.entries.length = until;
    const remains = made.entries.find((each) => recordHashOf(each) === place.hash);
    if (remains === undefined) throw new Error('something stands there');
    const again = leave(remains, left(closure), entry.header.sequence);
    about(harald, 'erase', again);
    expect(faultsOf(without(entry, remains))).toEqual(none);
    expect(shown('reporter', entry, without(entry, remains))?.content).toEqual(left(closure));
  });

  it('shares what stands in its place with no other', () => {
    const first = made.say(hanna, closure);
    const second = made.say(hanna, { kind: 'reopening', at, text: 'x', files: [] });
    const remains = made.say(hanna, { kind: 'remains', at, of: 4, content: closure as never });
    about(hanna, 'propose_erasure', {
      entries: [placeOf(first), placeOf(second)],
      files: [],
      remains: placeOf(remains),
    });
    expect(faultsOf()).toEqual(refused);
  });

  it('stands in the place of none', () => {
    const entry = made.say(hanna, closure);
    const other = made.say(hanna, closure);
    about(hanna, 'propose_erasure', {
      entries: [placeOf(entry)],
      files: [],
      remains: placeOf(other),
    });
    expect(faultsOf()).toEqual(refused);
  });

  it.each<[string, EntryContent, EntryContent]>([
    ['of another effect', hold, { kind: 'release', at, text: '[…]' }],
    ['without an effect', closure, reply('[…]')],
  ])('has its effect all the same where what remains is %s', (_, before, after) => {
    const entry = made.say(hanna, before);
    about(harald, 'erase', leave(entry, after), compartmentOf(entry));
    const entries = without(entry);
    expect(faultsOf(entries)).toEqual(none);
    expect(shown(hanna, entry, entries)?.content).toEqual({
      kind: 'unreadable',
      fault: 'malformed',
      effect: entry.header.effect,
    });
  });

  it('that erases loses the words about its ground, and is told with the ground all the same', () => {
    about(hanna, 'propose_erasure', said);
    const erasure = about(harald, 'erase', said);
    const content = left(contentFor.erase);
    about(harald, 'erase', leave(erasure, content));
    const entries = without(said, erasure);
    expect(faultsOf(entries)).toEqual(none);
    expect(shown('reporter', said, entries)?.erasure).toMatchObject({
      author: harald.record.id,
      at,
      ground: 'irrelevant',
      text: '[…]',
    });
    expect(shown(hanna, erasure, entries)?.content).toEqual(content);
  });

  it('is missed where a server withholds its words and nobody erased them', () => {
    const entry = made.say(hanna, closure);
    expect(faultsOf(without(entry))[0]).toEqual(['missing_entry']);
  });
});

describe('what remains of an entry', () => {
  it.each<[string, () => EntryContent]>([
    ['of another entry', () => ({ kind: 'remains', at, of: 2, content: message('x') as never })],
    [
      'that its author could not have said',
      () => ({ kind: 'remains', at, of: 3, content: reply('x') as never }),
    ],
    ['that is no such thing', () => reply('It says this now.')],
  ])('is not shown where it is one %s', (_, make) => {
    const remains = made.say(hanna, make());
    const erases = { entries: [placeOf(said)], files: [], remains: placeOf(remains) };
    about(hanna, 'propose_erasure', erases);
    about(harald, 'erase', erases);
    const opened = made.open('reporter', { entries: without(said) });
    expect(opened.faults).toEqual([]);
    expect(opened.dialogue.entries.find(({ sequence }) => sequence === 3)).toMatchObject({
      content: { kind: 'erased' },
    });
  });

  it('does not hide what a handler wrote, by being named so', () => {
    const written = made.say(hanna, reply('A threat.'));
    about(hanna, 'propose_erasure', {
      entries: [placeOf(said)],
      files: [],
      remains: placeOf(written),
    });
    const shown = made.open('reporter').dialogue.entries.map(({ content }) => content);
    expect(shown).toContainEqual(reply('A threat.'));
  });
});

describe('an erasure that does not count', () => {
  it('is that of one handler alone', () => {
    about(hanna, 'erase', said);
    expect(faultsOf()).toEqual(refused);
    expect(faultsOf(without(said))[0]).toEqual(['missing_entry']);
  });

  it('is one that the same handler proposed', () => {
    about(hanna, 'propose_erasure', said);
    about(hanna, 'erase', said);
    expect(faultsOf()).toEqual(refused);
  });

  it('is one that the same person proposed under keys from before', async () => {
    const three = await makeOrganisation({ parts: ['handler', 'handler', 'handler'] });
    const [before, now] = three.readers;
    if (before === undefined || now === undefined) throw new Error('three');
    made = makeCase(three);
    said = made.say('reporter', message('What happened.'));
    about(before, 'propose_erasure', said);
    about(now, 'erase', said);
    expect(made.open('reporter').faults).toEqual([]);
    const { directory } = three;
    const readers = directory.readers.map((reader): Reader => {
      if (reader.record.id === before.record.id) return { ...reader, state: 'left' };
      if (reader.record.id !== now.record.id) return reader;
      return { ...reader, record: { ...reader.record, replaces: before.record.id } };
    });
    const opened = made.open('reporter', { directory: { ...directory, readers } });
    expect(opened.faults).toEqual(['wrong_erasure']);
  });

  it('is that of a handler who took the others off the case before', () => {
    made.rotate(hanna, 'dialogue', [hanna]);
    about(hanna, 'erase', said);
    expect(made.open(hanna).faults).toEqual(['wrong_erasure']);
  });

  it('is one whose proposal somebody declined', () => {
    about(hanna, 'propose_erasure', said);
    about(hanna, 'decline_erasure', said);
    about(harald, 'erase', said);
    expect(faultsOf()).toEqual(refused);
  });

  it('is one that a recovery officer proposed or made', () => {
    about(officer, 'propose_erasure', said);
    expect(faultsOf()).toEqual(refused);
  });

  it('is one of something else than was proposed', () => {
    const other = made.say('reporter', message('More.'));
    about(hanna, 'propose_erasure', said);
    about(harald, 'erase', other);
    expect(faultsOf()).toEqual(refused);
  });

  it('is one that leaves less than was proposed', () => {
    const content = message('[…]') as never;
    const remains = made.say(hanna, { kind: 'remains', at, of: 3, content });
    const erases = { entries: [placeOf(said)], files: [], remains: placeOf(remains) };
    about(hanna, 'propose_erasure', erases);
    about(harald, 'erase', { ...erases, remains: null });
    expect(faultsOf()).toEqual(refused);
  });

  it('is one that takes other words than the own for what remains', () => {
    const content = message('[…]') as never;
    const remains = made.say(harald, { kind: 'remains', at, of: 3, content });
    about(hanna, 'propose_erasure', {
      entries: [placeOf(said)],
      files: [],
      remains: placeOf(remains),
    });
    expect(faultsOf()).toEqual(refused);
  });

  it('is the second one of the same entry, or of the same file', () => {
    const other = made.say('reporter', message('More.'));
    const erases = { entries: [placeOf(said)], files: [file], remains: null };
    about(hanna, 'propose_erasure', erases);
    about(harald, 'erase', erases);
    const until = made.entries.length;
    about(hanna, 'propose_erasure', said);
    expect(faultsOf()).toEqual(refused);
    made.entries.length = until;
    about(hanna, 'propose_erasure', { entries: [placeOf(other)], files: [file], remains: null });
    expect(faultsOf()).toEqual(refused);
  });

  it.each<[string, (wrong: () => Entry[]) => RecordPlace | undefined]>([
    ['an epoch', (all) => all().map(placeOf)[0]],
    ['an entry with an effect, and leaves nothing', (all) => all().map(placeOf)[4]],
    ['an entry that erases or proposes to, and leaves nothing', (all) => all().map(placeOf)[3]],
    ['a later entry', (all) => ({ sequence: 9, hash: all().map(placeOf)[2]?.hash as RecordHash })],
    ['itself', () => ({ sequence: 6, hash: toBase64(randomBytes(32)) as RecordHash })],
    ['a wrong hash', () => ({ sequence: 3, hash: toBase64(randomBytes(32)) as RecordHash })],
  ])('is one that names %s', (_, named) => {
    about(hanna, 'propose_erasure', said);
    made.say(hanna, { kind: 'closure', at, outcome: 'spam', text: 'x', files: [] });
    const place = named(() => made.entries);
    if (place === undefined) throw new Error('no place');
    expect(faultsOf()).toEqual(none);
    about(hanna, 'propose_erasure', { entries: [place], files: [], remains: null });
    expect(faultsOf()).toEqual(refused);
  });

  it('is one that names an entry of another compartment', () => {
    made.rotate(hanna, 'internal', organisation.readers);
    made.say(hanna, note('One.'));
    about(hanna, 'propose_erasure', said, 'internal');
    expect(made.open(hanna).faults).toEqual(['wrong_erasure']);
    expect(made.open('reporter').faults).toEqual([]);
  });

  it.each<[Effect | null, boolean]>([
    ['erase', false],
    ['propose_erasure', false],
    ['close', true],
    [null, true],
  ])('is one with the effect %s that names something: %s', (effect, names) => {
    const last = about(hanna, 'propose_erasure', said);
    const header = { ...last.header, effect };
    if (!names) delete header.erases;
    made.entries[made.entries.length - 1] = resignedBy(
      hanna.sig.secretKey,
      { ...last, header },
      {},
    );
    expect(faultsOf()).toEqual(Array.from({ length: 3 }, () => ['wrong_effect']));
  });
});

describe('a server', () => {
  it('that withholds a body which nobody erased is found out', () => {
    made.say(hanna, reply('We read it.'));
    const found = made.open('reporter', { entries: without(said) });
    expect(found.faults).toEqual(['missing_entry']);
    expect(found.dialogue.entries.map(({ sequence }) => sequence)).toEqual([2]);
  });

  it('that withholds a body which was only proposed to be erased is found out', () => {
    about(hanna, 'propose_erasure', said);
    expect(faultsOf(without(said))[0]).toEqual(['missing_entry']);
  });

  it('that withholds the erasure and the body is found out', () => {
    about(hanna, 'propose_erasure', said);
    about(harald, 'erase', said);
    expect(faultsOf(without(said).slice(0, -1))[0]).toEqual(['missing_entry']);
  });

  it('that puts the hash of other words in the place of a body is found out', () => {
    about(hanna, 'propose_erasure', said);
    about(harald, 'erase', said);
    const entries = without(said).map((entry) =>
      'bodyHash' in entry ? { ...entry, bodyHash: toBase64(randomBytes(32)) } : entry,
    );
    expect(faultsOf(entries)[0]).toEqual(['wrong_signature']);
  });
});

describe('a handler who could always read alone', () => {
  it('erases alone, and everybody is told so', () => {
    made = makeCase(organisation, { leftOut: [harald] });
    said = made.say('reporter', message('Kim Berg has an illness.'));
    about(hanna, 'erase', said);
    const { faults, dialogue } = made.open('reporter', { entries: without(said) });
    expect(faults).toEqual([]);
    // and everybody is told so, since what is left rests on one person's word
    expect(dialogue.entries.find(({ sequence }) => sequence === 3)?.erasure?.alone).toBe(true);
  });

  it('does so under new keys too, which are nobody else', () => {
    const [before, now] = organisation.readers;
    if (before === undefined || now === undefined) throw new Error('two');
    about(now, 'erase', said);
    const directory = directoryWith((reader) => {
      if (reader.record.id === before.record.id) return { ...reader, state: 'left' };
      if (reader.record.id !== now.record.id) return reader;
      return { ...reader, record: { ...reader.record, replaces: before.record.id } };
    });
    expect(made.open('reporter', { entries: without(said), directory }).faults).toEqual([]);
  });
});

describe('a handler whose colleagues left', () => {
  it('erases what they proposed themselves, and nothing at once', () => {
    const directory = directoryWith((reader) =>
      reader.record.id === harald.record.id ? { ...reader, state: 'left' } : reader,
    );
    const faults = (...gone: Entry[]) =>
      made.open('reporter', { entries: without(...gone), directory }).faults;
    const before = [...made.entries];
    about(hanna, 'erase', said);
    expect(faults()).toEqual(['wrong_erasure']);
    made.entries.splice(0, made.entries.length, ...before);
    about(hanna, 'propose_erasure', said);
    about(hanna, 'erase', said);
    expect(faults(said)).toEqual([]);
    // and not where the colleague is there
    expect(made.open('reporter').faults).toEqual(['wrong_erasure']);
  });
});

describe('the bytes of a header', () => {
  it('are what they were where nothing is erased, and others for every other erasure', () => {
    const { header } = about(hanna, 'propose_erasure', said);
    const bytes = (erases?: Erases): string => {
      const plain: EntryHeader = { ...header };
      delete plain.erases;
      return toBase64(headerBytes(erases === undefined ? plain : { ...plain, erases }));
    };
    const one = placeOf(said);
    const two = { sequence: 4, hash: one.hash };
    const all: (Erases | undefined)[] = [
      undefined,
      { entries: [one], files: [], remains: null },
      { entries: [one], files: [], remains: two },
      { entries: [one, two], files: [], remains: null },
      { entries: [one], files: [file], remains: null },
      { entries: [two], files: [file], remains: null },
    ];
    expect(new Set(all.map(bytes)).size).toBe(all.length);
    const frame = Buffer.from(bytes(), 'base64url');
    // version 1 with eleven fields and nothing after them
    expect(Buffer.from(bytes(all[1]), 'base64url').subarray(0, frame.length)).toEqual(frame);
  });
});
