import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  makeEpochEntry,
  newEpochKey,
  recordHashOf,
  sealEntry,
  sealGrant,
  sealOverview,
  sealPreviousKey,
  toBase64,
  type Compartment,
  type NewEntry,
  type EntryContent,
  type EpochBody,
  type EpochEntry,
  type EpochKey,
  type Grant,
  type Member,
  type RecordHash,
  type SealedEntry,
  newOverview,
} from '../../crypto/private.js';
import { createDirectories } from '../../server/directory/versions.js';
import { ApiError } from '../../server/http/errors.js';
import { type DirectoryLookup, directoryLookup } from '../../server/records/directory.js';
import type { AccessRow, CaseRow } from '../../server/records/rows.js';
import {
  appendEntries,
  changeCase,
  keepOverview,
  readEntries,
  readGrants,
} from '../../server/records/service.js';
import { ask, fingerprintOf } from '../support/api.js';
import {
  installOrganisation,
  makeOrganisation,
  type TestOrganisation,
  type TestReader,
} from '../support/organisation.js';
import { makeReport, resigned, type TestReport } from '../support/report.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let organisation: TestOrganisation;
let [ann, bo, cy]: TestReader[] = [];
let report: TestReport;

beforeAll(async () => {
  organisation = await makeOrganisation({
    parts: ['handler', 'handler', 'handler', 'recovery_officer'],
  });
  server = await startTestServer({ clock: createTestClock().now });
  await installOrganisation(server.db, organisation);
  [ann, bo, cy] = organisation.readers;
});

beforeEach(async () => {
  // sealed to Ann, Bo and the recovery officer; Cy was left out
  report = makeReport(organisation, {
    members: (all) => all.filter(({ id }) => id !== reader(cy).record.id),
  });
  await ask(server, 'POST', '/api/cases', { json: report.request });
});

afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

function reader(one: TestReader | undefined): TestReader {
  if (one === undefined) throw new Error('no such reader');
  return one;
}

/** A chain as a handler's client would write it on. */
interface Writer {
  epoch: EpochKey;
  sequence: number;
  previous: RecordHash | null;
}

function dialogue(): Writer {
  const previous = recordHashOf(report.request.entries[1]);
  return { epoch: report.epoch, sequence: 2, previous };
}

function note(
  writer: Writer,
  author: TestReader,
  seen = writer.epoch.compartment === 'internal' ? dialogue().previous : null,
): SealedEntry {
  const at = '2026-03-02T10:00:00.000Z';
  const place = { author: author.record.id, secretKey: author.sig.secretKey, seen };
  const kind = writer.epoch.compartment === 'dialogue' ? 'reply' : 'note';
  const content: EntryContent = { kind, at, text: 'Thank you.', files: [] };
  return sealEntry(
    writer.epoch,
    { ...place, sequence: writer.sequence + 1, previous: writer.previous },
    content,
  );
}

function reporterMember(): Member {
  return { id: 'reporter', ...report.keys.publicKeys };
}

/** Those readers whom the report was sealed to. */
function membersOfReport(): Member[] {
  return report.body.members.filter(({ id }) => id !== 'reporter');
}

function nextEpoch(
  writer: Writer | null,
  compartment: Compartment,
  author: TestReader,
  members: Member[],
  change: Partial<EpochBody> = {},
  seen = compartment === 'internal' ? dialogue().previous : null,
): { entry: EpochEntry; grants: Grant[]; writer: Writer } {
  const number = (writer?.epoch.epoch ?? 0) + 1;
  const epoch = newEpochKey({ case: report.keys.caseId, compartment, epoch: number });
  const body = {
    members,
    directory: { version: organisation.directory.version, hash: organisation.hash },
    previousKey: writer === null ? null : sealPreviousKey(epoch, writer.epoch),
    ...change,
  };
  const entry = makeEpochEntry(
    epoch,
    {
      author: author.record.id,
      secretKey: author.sig.secretKey,
      sequence: (writer?.sequence ?? 0) + 1,
      previous: writer?.previous ?? null,
      seen,
    },
    body,
  );
  return {
    entry,
    grants: members.map((member) => sealGrant(epoch, member)),
    writer: { epoch, sequence: entry.header.sequence, previous: recordHashOf(entry) },
  };
}

const directories = createDirectories();

async function caseRow(): Promise<CaseRow> {
  const row = await server.db<CaseRow>('cases').where({ id: report.keys.caseId }).first();
  if (row === undefined) throw new Error('no case');
  return row;
}

/** Everybody whom the directory names can sign in. */
function lookupOf(
  newest: NonNullable<Awaited<ReturnType<typeof directories.newest>>>,
): DirectoryLookup {
  const open = newest.directory.readers.map(({ record }) => record.id);
  return directoryLookup(directories, newest, undefined, new Set<string>(open));
}

/** Appends as the desk does; answers the code where it is refused. */
async function append(
  author: TestReader,
  entries: readonly NewEntry[],
  grants: readonly Grant[] = [],
): Promise<string> {
  const before = await fingerprintOf(server.db);
  try {
    await server.db.transaction(async (trx) => {
      const row = await trx<CaseRow>('cases').where({ id: report.keys.caseId }).first();
      const newest = await directories.newest(trx);
      if (row === undefined || newest === null) throw new Error('not there');
      const lookup = lookupOf(newest);
      await appendEntries(trx, row, author.record.id, entries, grants, lookup);
    });
    return 'stored';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect(await fingerprintOf(server.db)).toBe(before);
    return error.code;
  }
}

async function readersWithAccess(): Promise<unknown[]> {
  const where = { case_id: report.keys.caseId };
  const rows = await server.db<AccessRow>('access').where(where);
  return rows.map((row) => row.reader).sort();
}

const ids = (...readers: (TestReader | undefined)[]) =>
  readers.map((one) => reader(one).record.id).sort();
const members = (...readers: (TestReader | undefined)[]) =>
  readers.map((one) => reader(one).member);

describe('a handler', () => {
  test('answers, and opens the internal notes', async () => {
    const answer = note(dialogue(), reader(ann));
    const newest = recordHashOf(answer);
    const internal = nextEpoch(null, 'internal', reader(ann), membersOfReport(), {}, newest);
    const first = note(internal.writer, reader(ann), newest);
    expect(await append(reader(ann), [answer, internal.entry, first], internal.grants)).toBe(
      'stored',
    );
    expect(await caseRow()).toMatchObject({
      dialogue_sequence: 3,
      dialogue_epoch: 1,
      internal_sequence: 2,
      internal_epoch: 1,
      reporter_sequence: 2,
    });
    const { caseId } = report.keys;
    expect(await readEntries(server.db, caseId, ['dialogue', 'internal'])).toEqual([
      ...report.request.entries,
      answer,
      internal.entry,
      first,
    ]);
    expect(await readEntries(server.db, caseId, ['dialogue'])).toHaveLength(3);
    const own = [...report.request.grants, ...internal.grants].filter(
      ({ recipient }) => recipient === reader(bo).record.id,
    );
    expect(await readGrants(server.db, caseId, reader(bo).record.id)).toEqual(own);
  });

  test('lets another handler in, and takes one off', async () => {
    const [, , , officer] = organisation.readers;
    const wider = nextEpoch(dialogue(), 'dialogue', reader(ann), [
      reporterMember(),
      ...members(ann, bo, cy, officer),
    ]);
    expect(await append(reader(ann), [wider.entry], wider.grants)).toBe('stored');
    expect(await readersWithAccess()).toEqual(ids(ann, bo, cy, officer));
    // what Cy writes is taken under the new epoch
    const answer = note(wider.writer, reader(cy));
    expect(await append(reader(cy), [answer])).toBe('stored');
    const narrower = nextEpoch(
      { ...wider.writer, sequence: 4, previous: recordHashOf(answer) },
      'dialogue',
      reader(cy),
      [reporterMember(), ...members(cy, officer)],
    );
    expect(await append(reader(cy), [narrower.entry], narrower.grants)).toBe('stored');
    expect(await readersWithAccess()).toEqual(ids(cy, officer));
    expect(await append(reader(ann), [note(narrower.writer, reader(ann))])).toBe('not_a_member');
    const outdated = note({ ...narrower.writer, epoch: wider.writer.epoch }, reader(ann));
    expect(await append(reader(ann), [outdated])).toBe('epoch_outdated');
  });

  test('keeps an overview under the newest epoch only', async () => {
    const wider = nextEpoch(dialogue(), 'dialogue', reader(ann), [
      reporterMember(),
      ...members(ann, bo),
    ]);
    const overview = newOverview({ title: 'A', category: 'fraud' });
    const sealed = (epoch: EpochKey) => sealOverview(epoch, overview);
    const keep = (epoch: EpochKey) =>
      server.db.transaction(async (trx) => {
        const newest = await directories.newest(trx);
        if (newest === null) throw new Error('not set up');
        const appended = await appendEntries(
          trx,
          await trx<CaseRow>('cases').where({ id: report.keys.caseId }).first().then(present),
          reader(ann).record.id,
          [wider.entry],
          wider.grants,
          lookupOf(newest),
        );
        await keepOverview(trx, appended, sealed(epoch));
      });
    await expect(keep(report.epoch)).rejects.toMatchObject({ code: 'epoch_outdated' });
    await keep(wider.writer.epoch);
    const row: unknown = await server
      .db('overviews')
      .where({ case_id: report.keys.caseId })
      .first('epoch', 'commitment');
    expect(row).toEqual({ epoch: 2, commitment: wider.writer.epoch.commitment });
  });

  test('closes a case, and it moves in everybody’s list', async () => {
    await server.db.transaction(async (trx) => {
      const row = await trx<CaseRow>('cases')
        .where({ id: report.keys.caseId })
        .first()
        .then(present);
      await changeCase(trx, row, {
        closed_day: '2026-03-05' as CaseRow['closed_day'],
        active_day: '2026-03-05',
      });
    });
    const places: unknown[] = await server
      .db('access')
      .where({ case_id: report.keys.caseId })
      .distinct('state', 'active_day');
    expect(places).toEqual([{ state: 'closed', active_day: '2026-03-05' }]);
  });
});

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing');
  return value;
}

describe('a handler’s entry is refused', () => {
  test('from somebody who was left out: not_a_member', async () => {
    expect(await append(reader(cy), [note(dialogue(), reader(cy))])).toBe('not_a_member');
    const epoch = nextEpoch(dialogue(), 'dialogue', reader(cy), [
      reporterMember(),
      ...members(ann, bo, cy),
    ]);
    expect(await append(reader(cy), [epoch.entry], epoch.grants)).toBe('not_a_member');
    const internal = nextEpoch(null, 'internal', reader(cy), members(cy));
    expect(await append(reader(cy), [internal.entry], internal.grants)).toBe('not_a_member');
  });

  test('in another’s name: wrong_author and wrong_signature', async () => {
    const entry = note(dialogue(), reader(bo));
    expect(await append(reader(ann), [entry])).toBe('wrong_author');
    expect(await append(reader(bo), [resigned(reader(ann).sig.secretKey, entry, {})])).toBe(
      'wrong_signature',
    );
  });

  test('for an epoch that a recovery officer opens: not_a_member', async () => {
    const [, , , officer] = organisation.readers;
    const epoch = nextEpoch(dialogue(), 'dialogue', reader(officer), [
      reporterMember(),
      ...members(ann, officer),
    ]);
    expect(await append(reader(officer), [epoch.entry], epoch.grants)).toBe('not_a_member');
  });

  test('for an epoch that leaves the reporter out: wrong_members', async () => {
    const epoch = nextEpoch(dialogue(), 'dialogue', reader(ann), members(ann, bo));
    expect(await append(reader(ann), [epoch.entry], epoch.grants)).toBe('wrong_members');
  });

  test('for internal notes that the reporter could read: wrong_members', async () => {
    const internal = nextEpoch(null, 'internal', reader(ann), [
      reporterMember(),
      ...members(ann, bo),
    ]);
    expect(await append(reader(ann), [internal.entry], internal.grants)).toBe('wrong_members');
  });

  test('for a second first epoch of the internal notes: sequence_taken', async () => {
    const first = nextEpoch(null, 'internal', reader(ann), membersOfReport());
    const second = nextEpoch(null, 'internal', reader(bo), membersOfReport());
    expect(await append(reader(ann), [first.entry], first.grants)).toBe('stored');
    expect(await append(reader(bo), [second.entry], second.grants)).toBe('sequence_taken');
  });

  test('for an epoch that comes twice or leaves one out: epoch_outdated', async () => {
    const all = [reporterMember(), ...members(ann, bo)];
    const first = nextEpoch(dialogue(), 'dialogue', reader(ann), all);
    expect(await append(reader(ann), [first.entry], first.grants)).toBe('stored');
    const again = nextEpoch({ ...first.writer, epoch: report.epoch }, 'dialogue', reader(ann), all);
    expect(await append(reader(ann), [again.entry], again.grants)).toBe('epoch_outdated');
    const ahead = nextEpoch(
      { ...first.writer, epoch: { ...first.writer.epoch, epoch: 7 } },
      'dialogue',
      reader(ann),
      all,
    );
    expect(await append(reader(ann), [ahead.entry], ahead.grants)).toBe('epoch_outdated');
  });

  test('for a way back from the first epoch of the notes: wrong_epoch', async () => {
    const previousKey = sealPreviousKey(report.epoch, report.epoch);
    const epoch = nextEpoch(null, 'internal', reader(ann), membersOfReport(), { previousKey });
    expect(await append(reader(ann), [epoch.entry], epoch.grants)).toBe('wrong_epoch');
  });

  test('for notes that not all readers of the dialogue could read: wrong_members', async () => {
    const internal = nextEpoch(null, 'internal', reader(ann), members(ann, bo));
    expect(await append(reader(ann), [internal.entry], internal.grants)).toBe('wrong_members');
    const all = nextEpoch(null, 'internal', reader(ann), membersOfReport());
    expect(await append(reader(ann), [all.entry], all.grants)).toBe('stored');
    const fewer = nextEpoch(dialogue(), 'dialogue', reader(ann), [
      reporterMember(),
      ...members(ann, bo),
    ]);
    expect(await append(reader(ann), [fewer.entry], fewer.grants)).toBe('wrong_members');
  });

  test('for grants that are not the members’: grants_do_not_fit', async () => {
    const { entry, grants, writer } = nextEpoch(dialogue(), 'dialogue', reader(ann), [
      reporterMember(),
      ...members(ann, bo),
    ]);
    const stranger = sealGrant(writer.epoch, reader(cy).member);
    expect(await append(reader(ann), [entry], grants.slice(1))).toBe('grants_do_not_fit');
    expect(await append(reader(ann), [entry], [...grants, stranger])).toBe('grants_do_not_fit');
    expect(await append(reader(ann), [entry], [...grants.slice(1), stranger])).toBe(
      'grants_do_not_fit',
    );
    expect(await append(reader(ann), [], grants)).toBe('grants_do_not_fit');
  });

  test('for a record seen among the internal notes: seen_unknown', async () => {
    const internal = nextEpoch(null, 'internal', reader(ann), membersOfReport());
    expect(await append(reader(ann), [internal.entry], internal.grants)).toBe('stored');
    const entry = note(internal.writer, reader(ann), recordHashOf(internal.entry));
    expect(await append(reader(ann), [entry])).toBe('seen_unknown');
    const honest = note(internal.writer, reader(ann), recordHashOf(report.request.entries[1]));
    expect(await append(reader(ann), [honest])).toBe('stored');
  });

  test('whole, where one of several is wrong', async () => {
    const good = note(dialogue(), reader(ann));
    const internal = nextEpoch(
      null,
      'internal',
      reader(ann),
      membersOfReport(),
      {},
      recordHashOf(good),
    );
    const bad = resigned(
      reader(ann).sig.secretKey,
      note(internal.writer, reader(ann), recordHashOf(good)),
      {
        header: { commitment: toBase64(new Uint8Array(32)) },
      },
    );
    expect(await append(reader(ann), [good, internal.entry, bad], internal.grants)).toBe(
      'wrong_commitment',
    );
    expect(await append(reader(ann), [good, internal.entry], internal.grants)).toBe('stored');
  });
});
