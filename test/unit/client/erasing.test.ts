import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedForHandler } from '../../../client/desk/case-opening.js';
import { type ErasureProposal, proposalsIn } from '../../../client/desk/erasure-proposals.js';
import {
  type AttachmentId,
  type Day,
  type Entry,
  type EntryContent,
  type Erases,
  type FileReference,
  randomBytes,
  recordHashOf,
  type RecordPlace,
  toBase64,
  type WorkId,
} from '../../../crypto/private.js';
import { makeCase, message, reply, type TestCase } from '../../support/case.js';
import {
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../../support/organisation.js';

/* What the second of two desks finds in a proposal, where the first one was altered. */

const at = '2026-03-02T10:00:00.000Z';
const id = 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId;

let organisation: TestOrganisation;
let hanna: TestReader;
let harald: TestReader;
let made: TestCase;

beforeAll(async () => {
  organisation = await makeOrganisation();
  const [first, second] = organisation.readers;
  if (first === undefined || second === undefined) throw new Error('two');
  [hanna, harald] = [first, second];
});
beforeEach(() => {
  made = makeCase(organisation);
});

const placeOf = (entry: Entry): RecordPlace => ({
  sequence: entry.header.sequence,
  hash: recordHashOf(entry),
});

function fileNamed(name: string): FileReference {
  return {
    attachment: toBase64(randomBytes(16)) as AttachmentId,
    key: toBase64(randomBytes(32)),
    hash: toBase64(randomBytes(32)),
    chunks: 1,
    name,
    type: 'text/plain',
    size: 10,
  };
}

function withFiles(content: EntryContent, files: FileReference[]): EntryContent {
  return { ...content, files } as EntryContent;
}

function propose(writer: TestReader, erases: Erases): void {
  const content = { kind: 'erasure_proposal', at, id, ground: 'other', text: '' } as const;
  made.say(writer, content, {}, { compartment: 'dialogue', erases });
}

/** What stands against the newest proposal, at the desk of the other handler. */
function found(): ErasureProposal['fault'] | undefined {
  const { directory } = organisation;
  const opened = {
    ...{ file: made.open(harald), directory: { directory }, timeZone: 'UTC' },
  } as unknown as OpenedForHandler;
  return proposalsIn(opened, harald.record.id).at(-1)?.fault;
}

describe('a proposal', () => {
  it('that takes a file of the reporter along with a handler’s own reply is told', () => {
    const evidence = fileNamed('ledger.txt');
    made.say('reporter', withFiles(message('See the ledger.'), [evidence]));
    const own = made.say(hanna, withFiles(reply('See our logo.'), [evidence]));
    propose(hanna, { entries: [placeOf(own)], files: [evidence.attachment], remains: null });
    expect(found()).toBe('unfaithful');
    propose(hanna, { entries: [placeOf(own)], files: [], remains: null });
    expect(found()).toBeNull();
  });

  it('that erases an entry and leaves its file lying there for nobody is told', () => {
    const file = fileNamed('private.txt');
    const said = made.say('reporter', withFiles(message('Private.'), [file]));
    propose(hanna, { entries: [placeOf(said)], files: [], remains: null });
    expect(found()).toBe('unfaithful');
    propose(hanna, { entries: [placeOf(said)], files: [file.attachment], remains: null });
    expect(found()).toBeNull();
  });

  it('that takes an answer about the identity, or what a disclosure rests on, is told', () => {
    made.rotate(hanna, 'internal', organisation.readers);
    const asked = made.say(hanna, {
      kind: 'identity_disclosure',
      at,
      id,
      basis: 'consent',
      to: 'Police',
      what: 'Name',
      text: 'Why',
      files: [],
    });
    const request = recordHashOf(asked);
    const day = '2026-03-03' as Day;
    const answer = { kind: 'consent', at: day, request, answer: 'withdraw' } as const;
    propose(hanna, { entries: [placeOf(made.say('reporter', answer))], files: [], remains: null });
    expect(found()).toBe('proof');
    // nothing went out on the question, and without it nothing can
    propose(hanna, { entries: [placeOf(asked)], files: [], remains: null });
    expect(found()).toBeNull();
    made.say(hanna, {
      ...{ kind: 'disclosure', at, id, recipient: 'Police', ground: 'A hearing', scope: 'All' },
      ...{ on: day, state: 'made', identity: { basis: 'consent', entry: id } },
    });
    expect(found()).toBe('proof');
  });

  it('can be confirmed however many copies of the words somebody made before', () => {
    const said = made.say('reporter', message('Private.'));
    const copies = Array.from({ length: 21 }, () => {
      const content = message('Pri[…]') as never;
      const copy = made.say(hanna, { kind: 'remains', at, of: 3, content });
      propose(hanna, { entries: [placeOf(said)], files: [], remains: placeOf(copy) });
      return placeOf(copy);
    });
    const content = message('[…]') as never;
    const remains = made.say(hanna, { kind: 'remains', at, of: 3, content });
    const entries = [placeOf(said), ...copies.slice(-19)];
    propose(hanna, { entries, files: [], remains: placeOf(remains) });
    expect(found()).toBeNull();
  });
});
