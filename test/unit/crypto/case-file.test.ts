import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BOX_OVERHEAD } from '../../../crypto/box.js';
import { toBase64 } from '../../../crypto/bytes.js';
import { faultInOrigin, faultInState, type OpenedCase } from '../../../crypto/case-file.js';
import type { EntryContent } from '../../../crypto/content.js';
import { sealEntry } from '../../../crypto/entry.js';
import { faultInRemoval, isRemovedTooSoon } from '../../../crypto/removal.js';
import { newEpochKey, openGrant, sealGrant } from '../../../crypto/epoch.js';
import { ChannelId, newId, type Day } from '../../../crypto/ids.js';
import { randomBytes } from '../../../crypto/sodium.js';
import type { SealedEntry } from '../../../crypto/wire/entry.js';
import type { CaseFacts } from '../../../crypto/wire/reports.js';
import type { RemovalStanding } from '../../../crypto/wire/retention.js';
import { contents } from '../../support/casework.js';
import { makeCase, message, note, reply, resignedBy, type TestCase } from '../../support/case.js';
import { testDay } from '../../support/desk.js';
import {
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../../support/organisation.js';

let organisation: TestOrganisation;
let hanna: TestReader;
let harald: TestReader;
let made: TestCase;
let threeReaders: TestOrganisation;

const at = '2026-03-02T10:00:00.000Z';

beforeAll(async () => {
  organisation = await makeOrganisation();
  const [first, second] = organisation.readers;
  if (first === undefined || second === undefined) throw new Error('two readers');
  [hanna, harald] = [first, second];
  threeReaders = await makeOrganisation({ parts: ['handler', 'handler', 'handler'] });
});
beforeEach(() => {
  made = makeCase(organisation);
});

const textsOf = ({ dialogue, internal }: OpenedCase): unknown[] =>
  [...dialogue.entries, ...(internal?.entries ?? [])].map(({ content }) =>
    'text' in content ? content.text : null,
  );

const faultsOf = ({ dialogue }: OpenedCase): unknown[] =>
  dialogue.entries.map(({ content }) => (content.kind === 'unreadable' ? content.fault : null));

/** An entry that its author signs, under the right commitment, and nobody can open. */
function sayNoise(writer: 'reporter' | TestReader): SealedEntry {
  const epoch = made.epoch('dialogue');
  const place = made.place(writer, 'dialogue');
  const content = writer === 'reporter' ? message('noise') : reply('noise');
  const entry = sealEntry({ ...epoch, key: randomBytes(32) }, place, content);
  made.entries.push(entry);
  return entry;
}

describe('a case', () => {
  it('opens for its reporter and its readers, each as far as they belong to it', () => {
    made.say('reporter', message('one'));
    made.rotate(hanna, 'internal', [hanna, harald]);
    made.say(hanna, note('two'));
    made.rotate(hanna, 'dialogue', [hanna]);
    made.rotate(hanna, 'internal', [hanna]);
    made.say(hanna, reply('three'));
    made.say(hanna, note('four'));
    const texts = ['Something is wrong here.', 'one', 'three'];
    const asReporter = made.open('reporter');
    expect(asReporter.faults).toEqual([]);
    expect(textsOf(asReporter)).toEqual(texts);
    expect(asReporter.internal).toBeNull();
    const asHanna = made.open(hanna);
    expect(asHanna.faults).toEqual([]);
    expect(textsOf(asHanna)).toEqual([...texts, 'two', 'four']);
    expect(asHanna.report?.kind).toBe('report');
    // taken off: the server has no grant of the newest epoch to give
    expect(made.open(harald).mendable).toContain('missing_entry');
  });

  it('opens with the newest grant alone, history included', () => {
    made.rotate(hanna, 'dialogue', [hanna]);
    made.rotate(hanna, 'dialogue', [hanna, harald]);
    made.say('reporter', message('for all of you'));
    const newest = made.grants.filter(({ epoch }) => epoch === 3);
    made.grants.splice(0, made.grants.length, ...newest);
    const opened = made.open(harald);
    expect(opened.faults).toEqual([]);
    expect(textsOf(opened)).toEqual(['Something is wrong here.', 'for all of you']);
  });

  it('of other keys than its id is made of says so', () => {
    const other = makeCase(organisation);
    expect(made.open(hanna, { reporter: other.keys.publicKeys }).faults).toContain('wrong_case_id');
    expect(made.open(hanna, { id: other.keys.caseId }).faults).toContain('wrong_case_id');
  });

  it('to which somebody was let in whom its reporter left out says so', () => {
    made = makeCase(organisation, { leftOut: [harald] });
    expect(made.open(hanna).faults).toEqual([]);
    made.rotate(hanna, 'dialogue', [hanna, harald]);
    expect(made.open(hanna)).toMatchObject({ faults: [], mendable: ['left_out_member'] });
    // for good, but it hinders nobody once that one is out
    made.rotate(hanna, 'dialogue', [hanna]);
    expect(made.open(hanna)).toMatchObject({
      faults: [],
      mendable: [],
      notices: ['left_out_member'],
    });
    made = makeCase(organisation, { leftOut: [harald] });
    made.rotate(hanna, 'internal', [hanna, harald]);
    expect(made.open(hanna).mendable).toContain('left_out_member');
  });

  it('keeps out who was left out, also under new keys', () => {
    const [, , third] = threeReaders.readers;
    const [one, two] = threeReaders.readers;
    if (one === undefined || two === undefined || third === undefined) throw new Error('three');
    // the second left and came back as the third: what matters of it here
    const directory = {
      ...threeReaders.directory,
      readers: threeReaders.directory.readers.map((reader) => ({
        ...reader,
        ...(reader.record.id === two.record.id ? { state: 'left' as const } : {}),
        record: {
          ...reader.record,
          replaces: reader.record.id === third.record.id ? two.record.id : null,
        },
      })),
    };
    const of = { ...threeReaders, directory, readers: [one, third] };
    made = makeCase(of, { leftOut: [two] });
    // sealed to the third by the reporter's own hand: then that is what the reporter wanted
    expect(made.open(one)).toMatchObject({ leftOut: [two.record.id], mendable: [] });
    made = makeCase({ ...of, readers: [one] }, { leftOut: [two] });
    expect(made.open(one).leftOut).toEqual([two.record.id, third.record.id]);
    made.rotate(one, 'dialogue', [one, third]);
    expect(made.open(one).mendable).toEqual(['left_out_member']);
    expect(made.open('reporter').mendable).toEqual(['left_out_member']);
  });

  it('whose notes others can read than its dialogue says so', () => {
    made.rotate(hanna, 'dialogue', [hanna]);
    made.rotate(hanna, 'internal', [hanna]);
    expect(made.open(hanna).faults).toEqual([]);
    // Taken off, and yet the first to begin the notes: with a server that hides the true ones.
    const hidden = makeCase(organisation);
    hidden.rotate(harald, 'internal', [hanna, harald]);
    hidden.rotate(hanna, 'dialogue', [hanna]);
    expect(hidden.open(hanna).faults).toEqual(['wrong_epoch']);
    // Shut out of the notes alone.
    const shut = makeCase(organisation);
    shut.rotate(harald, 'internal', [harald]);
    expect(shut.open(hanna).faults).toEqual(['wrong_epoch']);
  });

  it('without a report, or with one in another place, says so', () => {
    expect(made.open(hanna, { entries: made.entries.slice(0, 1) }).faults).toEqual([
      'missing_entry',
    ]);
    const second = made.open('reporter').report;
    if (second === null) throw new Error('a report');
    made.say('reporter', second);
    const opened = made.open(hanna);
    expect(opened.faults).toEqual([]);
    expect(faultsOf(opened)).toEqual([null, 'unknown_author']);
  });

  it('that its reporter closed says so', () => {
    made.say('reporter', closure);
    expect(made.open(hanna).faults).toEqual(['wrong_effect']);
  });

  it.each<[string, (writer: TestReader) => EntryContent, 'reporter' | 'reader']>([
    ['a reply by the reporter', () => reply('x'), 'reporter'],
    ['a message by a handler', () => message('x'), 'reader'],
    ['a report by a handler', (writer) => reportFrom(writer), 'reader'],
  ])('with %s says so', (_, content, side) => {
    made.say(side === 'reporter' ? 'reporter' : hanna, content(hanna));
    const opened = made.open(hanna);
    expect(opened.faults).toEqual([]);
    expect(faultsOf(opened)).toEqual([null, 'unknown_author']);
  });

  it('with an entry that its author sealed wrongly shows all the others', () => {
    made.say('reporter', message('one'));
    sayNoise('reporter');
    made.say(hanna, reply('three'));
    for (const who of ['reporter', hanna] as const) {
      const opened = made.open(who);
      expect(opened).toMatchObject({ faults: [], mendable: [], notices: [] });
      expect(textsOf(opened)).toEqual(['Something is wrong here.', 'one', null, 'three']);
      expect(faultsOf(opened)).toEqual([null, null, 'does_not_open', null]);
    }
  });

  it('whose report cannot be read can be written in all the same', () => {
    made = makeCase(organisation, { report: false });
    sayNoise('reporter');
    made.say(hanna, closure);
    const opened = made.open(hanna);
    expect(opened).toMatchObject({ report: null, faults: [], mendable: [], notices: [] });
    expect(faultsOf(opened)).toEqual(['does_not_open', null]);
  });

  it('with a closure that nobody can read is closed', () => {
    const noise = sayNoise(hanna);
    made.entries[made.entries.length - 1] = resignedBy(hanna.sig.secretKey, noise, {
      effect: 'close',
    });
    const opened = made.open('reporter');
    expect(opened.faults).toEqual([]);
    const facts = { channel: organisation.channel.id, practice: false, closedOn: testDay };
    expect(faultInState(opened, facts as CaseFacts)).toBeNull();
  });

  it('with a way back that does not open is read by the grants of then', () => {
    made.say('reporter', message('one'));
    const noise = toBase64(randomBytes(BOX_OVERHEAD + 32));
    made.rotate(hanna, 'dialogue', [hanna, harald], { body: { previousKey: noise } });
    made.say('reporter', message('two'));
    made.rotate(hanna, 'dialogue', [hanna, harald], { body: { previousKey: null } });
    made.say(harald, reply('three'));
    for (const who of ['reporter', hanna, harald] as const) {
      const opened = made.open(who);
      expect(opened).toMatchObject({ faults: [], mendable: [], notices: [] });
      expect(textsOf(opened)).toEqual(['Something is wrong here.', 'one', 'two', 'three']);
    }
  });

  it('whose newest key somebody was not given needs new keys, and shows what is older', () => {
    made.say('reporter', message('one'));
    made.rotate(hanna, 'dialogue', [hanna, harald]);
    const foreign = newEpochKey({ case: made.keys.caseId, compartment: 'dialogue', epoch: 2 });
    made.grants.push(sealGrant(foreign, harald.member));
    made.say('reporter', message('two'));
    expect(made.open(hanna)).toMatchObject({ faults: [], mendable: [] });
    const shut = made.open(harald);
    expect(shut).toMatchObject({ faults: [], mendable: ['wrong_commitment'] });
    expect(faultsOf(shut)).toEqual([null, null, 'wrong_commitment']);
    made.rotate(harald, 'dialogue', [hanna, harald], { body: { previousKey: null } });
    made.say('reporter', message('three'));
    const mended = made.open(harald);
    expect(mended).toMatchObject({ faults: [], mendable: [] });
    expect(faultsOf(mended)).toEqual([null, null, 'wrong_commitment', null]);
    expect(textsOf(made.open(hanna))).toEqual(['Something is wrong here.', 'one', 'two', 'three']);
  });

  it('whose grant is missing or another says so, and opens nothing', () => {
    const forged = newEpochKey({ case: made.keys.caseId, compartment: 'dialogue', epoch: 1 });
    const swapped = sealGrant(forged, hanna.member);
    const opened = made.open(hanna, {
      keyFor: (place, commitment) => openGrant(swapped, place, commitment, hanna.kem),
    });
    expect(opened.mendable).toEqual(['wrong_commitment']);
    expect(faultsOf(opened)).toEqual(['wrong_commitment']);
  });
});

const closure: EntryContent = {
  kind: 'closure',
  at,
  outcome: 'unsubstantiated',
  text: 'x',
  files: [],
};

function reportFrom(_: TestReader): EntryContent {
  const { report } = made.open('reporter');
  if (report === null) throw new Error('a report');
  return report;
}

describe('what the server says of a case', () => {
  const facts = (change: Partial<CaseFacts> = {}): CaseFacts => ({
    id: made.keys.caseId,
    organisation: organisation.organisation.id,
    channel: organisation.channel.id,
    country: 'SE',
    practice: false,
    receivedOn: testDay,
    closedOn: null,
    purgeOn: null,
    ...change,
  });

  it('fits its entries', () => {
    expect(faultInOrigin(made.open(hanna), facts())).toBeNull();
    expect(faultInOrigin(made.open(hanna), facts({ practice: true }))).toBe('wrong_facts');
    expect(faultInOrigin(made.open(hanna), facts({ channel: newId(ChannelId) }))).toBe(
      'wrong_facts',
    );
  });

  it('calls it closed only where somebody closed it', () => {
    const closed = facts({ closedOn: '2026-03-02' as Day });
    expect(faultInState(made.open(hanna), closed)).toBe('wrong_facts');
    made.say(hanna, closure);
    expect(faultInState(made.open(hanna), closed)).toBeNull();
    // undecided, and so reopened by the clock
    expect(faultInState(made.open(hanna), facts())).toBeNull();
    made.say(hanna, { kind: 'reopening', at, text: 'x', files: [] });
    expect(faultInState(made.open(hanna), closed)).toBe('wrong_facts');
  });

  it('names a day of removal only where nothing holds or restricts the case', () => {
    made.say(hanna, closure);
    made.rotate(hanna, 'internal', [hanna, harald]);
    const going = facts({ closedOn: testDay, purgeOn: testDay });
    const staying = facts({ closedOn: testDay });
    const found = (): unknown[] =>
      [going, staying].map((each) => faultInState(made.open(harald), each));
    expect(found()).toEqual([null, null]);
    made.say(hanna, contents.hold);
    expect(found()).toEqual(['wrong_facts', null]);
    made.say(hanna, contents.restriction);
    made.say(hanna, contents.release);
    expect(found()).toEqual(['wrong_facts', null]);
    made.say(hanna, contents.unrestriction);
    expect(found()).toEqual([null, null]);
  });
});

describe('the day of removal that the server names', () => {
  const closedOn = '2026-03-02' as Day;
  const soon = '2026-04-01' as Day;
  const facts = (purgeOn: Day): CaseFacts => ({
    id: made.keys.caseId,
    organisation: organisation.organisation.id,
    channel: organisation.channel.id,
    country: 'SE',
    practice: false,
    receivedOn: testDay,
    closedOn,
    purgeOn,
  });
  const found = (purgeOn: Day, told: RemovalStanding | null = 'agreed'): unknown =>
    faultInRemoval(made.open(harald), facts(purgeOn), told ?? undefined, organisation.directory);

  beforeEach(() => {
    made.say(hanna, closure);
    made.rotate(hanna, 'internal', [hanna, harald]);
  });

  it('is sooner than the rule only where two agreed, and nothing undid it since', () => {
    expect([found(soon), found('2028-03-02' as Day)]).toEqual(['wrong_facts', null]);
    made.say(hanna, contents.removal_proposal);
    expect(found(soon)).toBe('wrong_facts');
    made.say(harald, contents.removal);
    expect(found(soon)).toBeNull();
    // what the reporter wrote in the identity, the server alone knows
    expect([found(soon, null), found(soon, 'proposed')]).toEqual(['wrong_facts', 'wrong_facts']);
    made.say(hanna, contents.removal_declined);
    expect(found(soon)).toBe('wrong_facts');
    agreed();
    made.say('reporter', message('Not yet.'));
    expect(found(soon)).toBe('wrong_facts');
    agreed();
    made.say(hanna, contents.hold);
    expect(found(soon)).toBe('wrong_facts');
  });

  /** Two people agree. */
  function agreed(): void {
    made.say(hanna, contents.removal_proposal);
    made.say(harald, contents.removal);
    expect(found(soon)).toBeNull();
  }

  it('is not agreed by a word that nobody proposed, or that was taken back', () => {
    made.say(harald, contents.removal);
    expect(found(soon)).toBe('wrong_facts');
    for (const undo of ['removal_declined', 'hold', 'restriction'] as const) {
      made.say(hanna, contents.removal_proposal);
      made.say(hanna, contents[undo]);
      made.say(harald, contents.removal);
      expect(found(soon)).toBe('wrong_facts');
    }
    made.say(hanna, contents.removal_proposal);
    made.say('reporter', message('Not yet.'));
    made.say(harald, contents.removal);
    expect(found(soon)).toBe('wrong_facts');
    agreed();
    // said once more, it stays so
    made.say(harald, contents.removal);
    expect(found(soon)).toBeNull();
  });

  it('is not agreed by one person, but for who alone could ever read the case', () => {
    made.say(hanna, contents.removal_proposal);
    made.say(hanna, contents.removal);
    expect(found(soon)).toBe('wrong_facts');

    made = makeCase(organisation, { leftOut: [harald] });
    made.say(hanna, closure);
    made.rotate(hanna, 'internal', [hanna]);
    made.say(hanna, contents.removal_proposal);
    made.say(hanna, contents.removal);
    const alone = (): unknown =>
      faultInRemoval(made.open(hanna), facts(soon), 'agreed', organisation.directory);
    expect(alone()).toBeNull();
    // whoever is let in later undoes nothing
    made.rotate(hanna, 'dialogue', [hanna, harald]);
    made.rotate(hanna, 'internal', [hanna, harald]);
    expect(alone()).toBeNull();
  });

  it('is not agreed with somebody who was taken off between the two words, and may be after them', () => {
    made.say(harald, contents.removal_proposal);
    const to = (readers: TestReader[]): void => {
      made.rotate(hanna, 'dialogue', readers);
      made.rotate(hanna, 'internal', readers);
    };
    to([hanna]);
    to([hanna, harald]);
    made.say(hanna, contents.removal);
    expect(found(soon)).toBe('wrong_facts');
    made.say(harald, contents.removal_proposal);
    made.say(hanna, contents.removal);
    to([hanna]);
    expect(
      faultInRemoval(made.open(hanna), facts(soon), 'agreed', organisation.directory),
    ).toBeNull();
  });

  it('leaves thirty days, but for one that clocks may differ by', () => {
    const tooSoon = (purgeOn: string): boolean =>
      isRemovedTooSoon(facts(purgeOn as Day), closedOn, organisation.directory);
    expect(['2026-03-30', '2026-03-31', '2026-04-01', '2028-03-02'].map(tooSoon)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    const ahead = isRemovedTooSoon(facts(soon), '2027-03-02' as Day, organisation.directory);
    expect(ahead).toBe(true);
  });
});
