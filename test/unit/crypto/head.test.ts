import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toBase64 } from '../../../crypto/bytes.js';
import type { OpenedCase } from '../../../crypto/case-file.js';
import { faultAgainstHead, headOf, openHead, sealHead, type Head } from '../../../crypto/head.js';
import type { CaseId, RecordHash } from '../../../crypto/ids.js';
import { randomBytes } from '../../../crypto/sodium.js';
import { makeCase, message, note, type TestCase } from '../../support/case.js';
import {
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../../support/organisation.js';
import { eachBitFlipped, faultOf } from './faults.js';

let organisation: TestOrganisation;
let hanna: TestReader;
let harald: TestReader;
let made: TestCase;

beforeAll(async () => {
  organisation = await makeOrganisation();
  const [first, second] = organisation.readers;
  if (first === undefined || second === undefined) throw new Error('two readers');
  [hanna, harald] = [first, second];
});
beforeEach(() => {
  made = makeCase(organisation);
});

describe('a head', () => {
  it('tells what was cut off and what was rewritten', () => {
    made.say('reporter', message('one'));
    made.rotate(hanna, 'internal', [hanna, harald]);
    made.say(hanna, note('two'));
    const head = headOf(made.open(hanna), 3);
    expect(faultAgainstHead(made.open(hanna), head)).toBeNull();
    made.say('reporter', message('three'));
    expect(faultAgainstHead(made.open(hanna), head)).toBeNull();

    const all = [...made.entries];
    const without = (index: number): OpenedCase =>
      made.open(hanna, { entries: all.toSpliced(index, all.length - index) });
    // without the notes, one note less, without the message
    expect(faultAgainstHead(without(3), head)).toBe('truncated_chain');
    expect(faultAgainstHead(without(4), head)).toBe('truncated_chain');
    expect(faultAgainstHead(without(2), head)).toBe('truncated_chain');
    const other = { ...head, dialogue: { ...head.dialogue, hash: random() } };
    expect(faultAgainstHead(made.open(hanna), other)).toBe('rewritten_chain');
  });

  it('has one size, and opens for its own desk and case', () => {
    const own = randomBytes(32);
    const most = Number.MAX_SAFE_INTEGER;
    const heads: Head[] = [
      { dialogue: { sequence: 1, hash: random() }, internal: null, readThrough: 0 },
      {
        dialogue: { sequence: most, hash: random() },
        internal: { sequence: most, hash: random() },
        readThrough: most,
      },
    ];
    const id = made.keys.caseId;
    const sealed = heads.map((head) => sealHead(own, id, 'me', head));
    expect(new Set(sealed.map((box) => box.length)).size).toBe(1);
    for (const [index, box] of sealed.entries()) {
      expect(openHead(own, id, 'me', box)).toEqual(heads[index]);
      expect(faultOf(() => openHead(own, id, 'you', box))).toBe('does_not_open');
      expect(faultOf(() => openHead(own, random() as string as CaseId, 'me', box))).toBe(
        'does_not_open',
      );
      expect(faultOf(() => openHead(randomBytes(32), id, 'me', box))).toBe('wrong_commitment');
      for (const flipped of eachBitFlipped(Buffer.from(box, 'base64url'))) {
        faultOf(() => openHead(own, id, 'me', toBase64(flipped)));
      }
    }
  });
});

function random(): RecordHash {
  return toBase64(randomBytes(32)) as RecordHash;
}
