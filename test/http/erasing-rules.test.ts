import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  recordHashOf,
  toBase64,
  type AttachmentId,
  type Entry,
  type Erases,
  type RecordHash,
  type RecordPlace,
} from '../../crypto/private.js';
import type { Answer } from '../support/api.js';
import { contents, startCaseWork, type CaseWork, type WorkedCase } from '../support/casework.js';
import { admitHandler, publish, type TestPerson } from '../support/desk.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

// What the server says to a handler's altered client that would erase otherwise than two agreed.

let server: TestServer;
let work: CaseWork;
let worked: WorkedCase;
let entries: Entry[];

beforeAll(async () => {
  server = await startTestServer({ clock: createTestClock().now });
  work = await startCaseWork(server);
});
beforeEach(async () => {
  worked = await work.report();
  await worked.say(work.handler, contents.reply);
  await worked.say(work.handler, contents.note);
  ({ entries } = await worked.read(work.handler));
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

const kinds = {
  propose: contents.erasureProposal,
  erase: contents.erasure,
  decline: contents.erasureDeclined,
} as const;

function place(compartment: 'dialogue' | 'internal', sequence: number): RecordPlace {
  const entry = entries.find(
    ({ header }) => header.compartment === compartment && header.sequence === sequence,
  );
  if (entry === undefined) throw new Error('no entry');
  return { sequence, hash: recordHashOf(entry) };
}

const only = (...named: RecordPlace[]): Erases => ({ entries: named, files: [], remains: null });

async function send(
  author: TestPerson,
  kind: keyof typeof kinds,
  erases: Erases,
  compartment: 'dialogue' | 'internal' = 'dialogue',
): Promise<Answer> {
  const draft = await worked.draft(author);
  return worked.append(author, draft.say(kinds[kind], { compartment, erases }).request);
}

const refused = (code: string) => ({ json: { error: { code } } });

/** From when whoever is left alone may erase, put to another day. */
const wait = (day: string) =>
  server.db('cases').where({ id: worked.id }).update({ alone_from_day: day });

async function bodiesLeft(): Promise<number> {
  return server
    .db('entries')
    .where({ case_id: worked.id })
    .whereNotNull('body')
    .count('* as n')
    .first<{ n: number }>()
    .then(({ n }) => n);
}

describe('one handler', () => {
  it('erases nothing alone, with or without an own proposal', async () => {
    const before = await bodiesLeft();
    const reply = only(place('dialogue', 3));
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('erasure_unconfirmed'));
    expect(await send(work.handler, 'propose', reply)).toMatchObject({ status: 201 });
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('erasure_unconfirmed'));
    expect(await bodiesLeft()).toBe(before + 1);
  });

  it('erases nothing after taking the other off the case', async () => {
    const draft = await worked.draft(work.handler);
    draft.rotate('dialogue', [work.handler]).rotate('internal', [work.handler]);
    const overview = draft.overview('internal');
    const taken = await worked.append(work.handler, { ...draft.request, overview });
    expect(taken).toMatchObject({ status: 201 });
    const reply = only(place('dialogue', 3));
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('erasure_unconfirmed'));
  });

  it('erases nothing that somebody proposed whose account was closed since', async () => {
    const reply = only(place('dialogue', 3));
    expect(await send(work.handler, 'propose', reply)).toMatchObject({ status: 201 });
    const account = () => server.db('accounts').where({ id: work.handler.id });
    await account().update({ state: 'locked' });
    expect(await send(work.second, 'erase', reply)).toMatchObject(refused('erasure_unconfirmed'));
    await account().update({ state: 'active' });
    expect(await send(work.second, 'erase', reply)).toMatchObject({ status: 201 });
  });

  it('cannot go on with what was declined', async () => {
    const reply = only(place('dialogue', 3));
    await send(work.handler, 'propose', reply);
    expect(await send(work.second, 'decline', reply)).toMatchObject({ status: 201 });
    expect(await send(work.second, 'erase', reply)).toMatchObject(refused('erasure_unconfirmed'));
    expect(await send(work.second, 'decline', reply)).toMatchObject(refused('wrong_erasure'));
  });
});

describe('an erasure', () => {
  it('names nothing that cannot be erased', async () => {
    const random = toBase64(new Uint8Array(32)) as RecordHash;
    const wrong: [Erases, 'dialogue' | 'internal'][] = [
      [only(place('dialogue', 1)), 'dialogue'],
      [only(place('dialogue', 2)), 'dialogue'],
      [only(place('internal', 1)), 'internal'],
      [only({ sequence: 3, hash: random }), 'dialogue'],
      [only({ sequence: 4, hash: random }), 'dialogue'],
      [only({ sequence: 99, hash: random }), 'dialogue'],
      [only({ ...place('dialogue', 3), sequence: 2 }), 'internal'],
      [{ ...only(place('dialogue', 3)), remains: place('dialogue', 2) }, 'dialogue'],
    ];
    for (const [erases, compartment] of wrong) {
      expect(await send(work.handler, 'propose', erases, compartment)).toMatchObject(
        refused('wrong_erasure'),
      );
    }
  });

  it('of what closed a case leaves something for ever, by which nothing is closed', async () => {
    const stored = async (): Promise<unknown> =>
      server.db('cases').where({ id: worked.id }).first('closed_day', 'active_day', 'held');
    await worked.say(work.handler, contents.closure);
    ({ entries } = await worked.read(work.handler));
    const before = await stored();
    const closing = place('dialogue', 4);
    expect(await send(work.handler, 'propose', only(closing))).toMatchObject(
      refused('wrong_erasure'),
    );
    const draft = await worked.draft(work.handler);
    draft.say(contents.remainsOfClosure);
    const remains = draft.request.entries.at(-1);
    if (remains === undefined) throw new Error('nothing remains');
    const left = { sequence: remains.header.sequence, hash: recordHashOf(remains) };
    const erases = { ...only(closing), remains: left };
    draft.say(kinds.propose, { compartment: 'dialogue', erases });
    expect(await worked.append(work.handler, draft.request)).toMatchObject({ status: 201 });
    expect(await send(work.second, 'erase', erases)).toMatchObject({ status: 201 });
    expect(await stored()).toEqual(before);
    ({ entries } = await worked.read(work.second));
    const closed = entries.filter(({ header }) => header.effect === 'close');
    expect(closed.map((entry) => ['bodyHash' in entry, recordHashOf(entry)])).toEqual([
      [true, closing.hash],
    ]);
    expect(await send(work.handler, 'propose', only(left))).toMatchObject(refused('wrong_erasure'));
  });

  it('leaves nothing that has an effect itself', async () => {
    await worked.say(work.handler, contents.hold);
    await worked.say(work.handler, contents.release);
    ({ entries } = await worked.read(work.handler));
    const erases = { ...only(place('internal', 3)), remains: place('internal', 4) };
    expect(await send(work.handler, 'propose', erases, 'internal')).toMatchObject(
      refused('wrong_erasure'),
    );
  });

  it('takes no file that was not taken up in its own part of the case', async () => {
    const attachment = 'CCCCCCCCCCCCCCCCCCCCCA' as AttachmentId;
    await server.db('attachments').insert({
      id: attachment,
      case_id: worked.id,
      compartment: 'dialogue',
      size: 65_536,
      chunks: 1,
      day: '2026-03-02',
    });
    const note = { ...only(place('internal', 2)), files: [attachment] };
    await send(work.handler, 'propose', note, 'internal');
    const before = await bodiesLeft();
    expect(await send(work.second, 'erase', note, 'internal')).toMatchObject(
      refused('attachment_not_found'),
    );
    expect(await bodiesLeft()).toBe(before);
    const row = await server
      .db('attachments')
      .where({ id: attachment })
      .first<{ case_id: string }>();
    expect(row.case_id).toBe(worked.id);
  });

  it('of two that race is done once', async () => {
    const reply = only(place('dialogue', 3));
    await send(work.handler, 'propose', reply);
    await send(work.second, 'propose', reply);
    const drafts = await Promise.all(
      [work.handler, work.second].map(async (author) => {
        const draft = await worked.draft(author);
        draft.say(kinds.erase, { compartment: 'dialogue', erases: reply });
        return { author, request: draft.request };
      }),
    );
    const answers = await Promise.all(
      drafts.map(({ author, request }) => worked.append(author, request)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await send(work.handler, 'propose', reply)).toMatchObject(refused('already_erased'));
  });
});

describe('a handler whom a declared conflict left alone', () => {
  const left = '2026-04-01';
  /** The second handler goes; the one who stays proposes to erase the reply. */
  const leave = async (): Promise<Erases> => {
    const reply = only(place('dialogue', 3));
    await send(work.second, 'propose', reply);
    const draft = await worked.draft(work.second);
    draft.rotate('dialogue', [work.handler], true).rotate('internal', [work.handler]);
    const overview = draft.overview('internal');
    const gone = await worked.append(work.second, { ...draft.request, overview });
    expect(gone).toMatchObject({ status: 201 });
    return reply;
  };
  it('erases only what they proposed themselves, and not before 30 days are over', async () => {
    const reply = await leave();
    // what the other proposed went with them
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('erasure_unconfirmed'));
    await wait('2026-03-02');
    expect(await send(work.handler, 'propose', reply)).toMatchObject({ status: 201 });
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('alone_too_early'));
    const row: unknown = await server.db('cases').where({ id: worked.id }).first();
    expect(row).toMatchObject({ alone_from_day: left });
    await wait('2026-03-02');
    expect(await send(work.handler, 'erase', reply)).toMatchObject({ status: 201 });
  });

  it('erases nothing alone while somebody else was taken off, or could be let in', async () => {
    const reply = await leave();
    await send(work.handler, 'propose', reply);
    await wait('2026-03-02');
    const third = await admitHandler(work, 'third');
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('alone_needs_another'));

    // whom the reporter left out could not be
    worked = await work.report([work.handler, work.second]);
    await worked.say(work.handler, contents.reply);
    await worked.say(work.handler, contents.note);
    ({ entries } = await worked.read(work.handler));
    const other = await leave();
    await send(work.handler, 'propose', other);
    await wait('2026-03-02');
    expect(await send(work.handler, 'erase', other)).toMatchObject({ status: 201 });

    // whoever was taken off before has declared nothing
    worked = await work.report([work.handler, work.second, third]);
    await worked.say(work.handler, contents.reply);
    await worked.say(work.handler, contents.note);
    ({ entries } = await worked.read(work.handler));
    const draft = await worked.draft(work.handler);
    const both = [work.handler, work.second];
    draft.rotate('dialogue', both).rotate('internal', both);
    const overview = draft.overview('internal');
    await worked.append(work.handler, { ...draft.request, overview });
    const last = await leave();
    await send(work.handler, 'propose', last);
    await wait('2026-03-02');
    expect(await send(work.handler, 'erase', last)).toMatchObject(refused('erasure_unconfirmed'));
  });
});

describe('a handler whose colleague an administrator took out of the directory', () => {
  const leaves = async (person: TestPerson): Promise<void> => {
    const answer = await publish(work, (directory) => ({
      ...directory,
      readers: directory.readers.map((reader) =>
        (reader.record.id as string) === person.id ? { ...reader, state: 'left' } : reader,
      ),
    }));
    expect(answer).toMatchObject({ status: 204 });
  };
  const remove = (): Promise<Answer> => worked.say(work.handler, contents.removal);
  const fromDay = async (): Promise<unknown> =>
    server.db('cases').where({ id: worked.id }).first('alone_from_day');

  it('waits as after a conflict: an own proposal, nobody else to be let in, 30 days', async () => {
    const reply = only(place('dialogue', 3));
    expect(await fromDay()).toEqual({ alone_from_day: null });
    await leaves(work.second);
    expect(await fromDay()).toEqual({ alone_from_day: '2026-04-01' });
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('erasure_unconfirmed'));
    await wait('2026-03-02');
    expect(await send(work.handler, 'propose', reply)).toMatchObject({ status: 201 });
    expect(await fromDay()).toEqual({ alone_from_day: '2026-04-01' });
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('alone_too_early'));

    await wait('2026-03-02');
    const fourth = await admitHandler(work, 'fourth');
    expect(await send(work.handler, 'erase', reply)).toMatchObject(refused('alone_needs_another'));
    // the same is so of removing the whole case
    await worked.say(work.handler, contents.closure);
    expect(await remove()).toMatchObject(refused('removal_unconfirmed'));
    const proposed = await worked.say(work.handler, contents.removal_proposal);
    expect(proposed).toMatchObject({ status: 201 });
    expect(await remove()).toMatchObject(refused('alone_needs_another'));
    await leaves(fourth);
    expect(await send(work.handler, 'erase', reply)).toMatchObject({ status: 201 });
    expect(await remove()).toMatchObject({ status: 201 });

    // at once goes only what nobody else could ever read
    worked = await work.report([work.handler]);
    await worked.say(work.handler, contents.reply);
    ({ entries } = await worked.read(work.handler));
    const own = only(place('dialogue', 3));
    expect(await send(work.handler, 'erase', own)).toMatchObject({ status: 201 });
  });
});
