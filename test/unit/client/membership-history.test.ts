import { beforeAll, describe, expect, it } from 'vitest';
import { exposureOf, hadWhenLeaving } from '../../../client/desk/membership-history.js';
import type { Day, EntryContent, FileReference } from '../../../crypto/private.js';
import { makeCase, message, note, type TestCase } from '../../support/case.js';
import {
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../../support/organisation.js';

let organisation: TestOrganisation;
let hanna: TestReader;
let harald: TestReader;

beforeAll(async () => {
  organisation = await makeOrganisation();
  const [first, second] = organisation.readers;
  if (first === undefined || second === undefined) throw new Error('two readers');
  [hanna, harald] = [first, second];
});

const file: FileReference = {
  attachment: 'A'.repeat(22) as FileReference['attachment'],
  key: 'A'.repeat(43),
  hash: 'A'.repeat(43),
  chunks: 1,
  name: 'notes.txt',
  type: 'text/plain',
  size: 9,
};

const replyOn = (day: string, files: FileReference[] = []): EntryContent => ({
  kind: 'reply',
  at: `${day}T10:00:00.000Z`,
  text: 'We read it.',
  files,
});

const since = (day: string): Day => day as Day;

function exposure(
  made: TestCase,
  reader = harald,
  day: Day | null = null,
): ReturnType<typeof exposureOf> {
  return exposureOf({ file: made.open(hanna) }, reader.record.id, day);
}

/** Takes a reader off, in both compartments where there are two. */
function takeOff(made: TestCase, version?: number): void {
  const body =
    version === undefined ? {} : { body: { directory: { version, hash: organisation.hash } } };
  made.rotate(hanna, 'dialogue', [hanna], body);
}

describe('what the keys of somebody opened of a case', () => {
  it('is all of it while that person is among the readers', () => {
    const made = makeCase(organisation);
    made.say('reporter', message('One more thing.'));
    made.say(hanna, replyOn('2026-03-03', [file]));
    made.rotate(hanna, 'internal', [hanna, harald]);
    made.say(hanna, note('Ask finance.'));
    expect(exposure(made)).toEqual({ entries: 4, files: 1, still: true });
    expect(exposure(made, harald, since('2027-01-01'))).toEqual({
      entries: 4,
      files: 1,
      still: true,
    });
  });

  it('is all that stands under keys that the person made, though not for themself', () => {
    const made = makeCase(organisation);
    made.rotate(hanna, 'internal', [hanna, harald]);
    made.rotate(harald, 'dialogue', [hanna], { body: { recuses: true } });
    made.rotate(harald, 'internal', [hanna]);
    made.say('reporter', message('You can read this.'));
    expect(exposure(made)).toEqual({ entries: 2, files: 0, still: true });
    takeOff(made);
    made.rotate(hanna, 'internal', [hanna]);
    made.say('reporter', message('And not this.'));
    expect(exposure(made)).toEqual({ entries: 2, files: 0, still: false });
  });

  it('is nothing where the reporter left that person out', () => {
    expect(exposure(makeCase(organisation, { leftOut: [harald] }))).toBeNull();
  });

  it('ends with the epoch that drops that person, and holds all before', () => {
    const made = makeCase(organisation, { leftOut: [harald] });
    made.say('reporter', message('Before.'));
    // somebody let that person in: one grant opens the history
    made.rotate(hanna, 'dialogue', [hanna, harald]);
    made.say('reporter', message('Meanwhile.'));
    takeOff(made);
    made.say(hanna, replyOn('2026-03-09', [file]));
    expect(exposure(made)).toEqual({ entries: 3, files: 0, still: false });
  });

  it('is nothing since a day by which a later entry shows that it had ended', () => {
    const made = makeCase(organisation);
    takeOff(made);
    expect(exposure(made, harald, since('2026-06-01'))).toMatchObject({ still: false });
    // the reporter's own word of a day proves nothing
    made.say('reporter', { kind: 'message', at: since('2020-01-01'), text: 'Old?', files: [] });
    expect(exposure(made, harald, since('2026-06-01'))).toMatchObject({ still: false });
    made.say(hanna, replyOn('2026-05-31'));
    expect(exposure(made, harald, since('2026-06-01'))).toBeNull();
    expect(exposure(made, harald, since('2026-05-31'))).toMatchObject({ entries: 1 });
    expect(exposure(made, harald, null)).toMatchObject({ entries: 1 });
  });

  it('is, for any order of coming, going and writing, what a model of it says', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 40; round += 1) {
      const made = makeCase(organisation, random(2) === 0 ? {} : { leftOut: [harald] });
      let isIn = made.chain('dialogue').epochs[0]?.body.members.length === 3;
      let written = 1;
      let opened: number | null = isIn ? written : null;
      for (let step = random(12); step > 0; step -= 1) {
        if (random(3) === 0) {
          isIn = random(2) === 0;
          made.rotate(hanna, 'dialogue', isIn ? [hanna, harald] : [hanna]);
        } else {
          made.say(hanna, replyOn('2026-03-03'));
          written += 1;
        }
        if (isIn) opened = written;
      }
      const expected = opened === null ? null : { entries: opened, files: 0, still: isIn };
      expect(exposure(made)).toEqual(expected);
    }
  });
});

describe('the cases that somebody had when leaving', () => {
  const had = (made: TestCase, leftIn: number): boolean =>
    hadWhenLeaving({ file: made.open(hanna) }, harald.record.id, leftIn);

  it('are those with the person among the readers still, or until a renewal after that', () => {
    const made = makeCase(organisation);
    expect(had(made, 1)).toBe(true);
    takeOff(made, 1);
    expect(had(made, 1)).toBe(true);
  });

  it('are not those that were taken away before, or never given', () => {
    const made = makeCase(organisation);
    takeOff(made, 1);
    expect(had(made, 2)).toBe(false);
    expect(had(makeCase(organisation, { leftOut: [harald] }), 1)).toBe(false);
  });
});
