import { randomBytes as nodeBytes } from 'node:crypto';
import knex from 'knex';
import { firstIdentity, NO_IDENTITY } from '../../client/identity.js';
import {
  BOX_OVERHEAD,
  type Day,
  directoryHash,
  fromBase64,
  type Member,
  randomBytes,
  ReaderId,
  recordHashOf,
  newId,
  sealIdentityQuestion,
  toBase64,
  WorkId,
} from '../../crypto/private.js';
import { ask } from './api.js';
import {
  contents,
  startCaseWork,
  type CaseWork,
  type TestMember,
  type WorkedCase,
} from './casework.js';
import {
  admitHandler,
  admitReader,
  askAs,
  invite,
  join,
  makePerson,
  makeTestCredentials,
  newestDirectory,
  publish,
  recordOf,
  signAdmission,
  signIn,
  type TestPerson,
} from './desk.js';
import { makeMessage } from './report.js';
import type { TestClock, TestServer } from './server.js';
import { makeUpload, sendUpload, type TestUpload } from './upload.js';

/** Everybody who may ask for something that is not theirs. */
export const ASKERS = [
  'nobody',
  'stranger',
  'reporter',
  'other reporter',
  'uploader',
  'other uploader',
  'invited',
  'member',
  'left out',
  'taken off',
  'administrator',
  'custodian',
  'other custodian',
  'guest',
  'ended guest',
  'guest of another case',
  'auditor',
  'recovery',
  'signed out',
  'ended by a new passphrase',
  'run out',
  'who left',
] as const;
export type Asker = (typeof ASKERS)[number];

/** An installation with one of everything that somebody might reach for. */
export interface AccessWorld {
  readonly work: CaseWork;
  /**
   * Of `reporter`; `member` reads it, and `guest`, who may write; `taken off` once did, and
   * `ended guest`. It has a file, and its identity is sealed for `custodian` alone, who was asked.
   */
  readonly found: WorkedCase;
  /** Of `other reporter`; `guest of another case` reads it, and `taken off` still does. */
  readonly other: WorkedCase;
  readonly file: TestUpload;
  /** Whole, and in no case yet. */
  readonly upload: TestUpload;
  readonly auditScope: string;
  readonly invitation: { readonly id: string; readonly token: string };
  /** Joined, and waits for admission. */
  readonly waiting: TestPerson;
  /** Whose keys the incidents of this world are about. */
  readonly left: TestPerson;
  readonly people: Readonly<
    Record<
      | 'member'
      | 'left out'
      | 'taken off'
      | 'administrator'
      | 'custodian'
      | 'other custodian'
      | 'guest'
      | 'ended guest'
      | 'guest of another case'
      | 'auditor',
      TestPerson
    >
  >;
  /** A fresh Authorization header of somebody; '' for none. */
  authorization(asker: Asker): Promise<string>;
  /** A number that changes whenever anything at all is stored. */
  version(): Promise<number>;
  close(): Promise<void>;
}

async function recoveryToken(server: TestServer, person: TestPerson): Promise<string> {
  const { name, recoveryProof: proof } = person;
  const json = { name, proof, code: null };
  const answer = await ask(server, 'POST', '/api/desk/recovery', { json });
  return (answer.json as { token: string }).token;
}

/** A token of each kind that has ended. The clock is moved on, and back to where it was. */
async function endedTokens(
  work: CaseWork,
  person: TestPerson,
  clock: TestClock,
): Promise<Record<'signed out' | 'ended by a new passphrase' | 'run out', string>> {
  const tokenOf = async (): Promise<string> => {
    const again = { ...person };
    await signIn(work, again);
    return again.token;
  };
  const signedOut = await tokenOf();
  await askAs(work, { token: signedOut }, 'DELETE', '/api/desk/sessions');
  const other = await tokenOf();
  const changing = await tokenOf();
  const { proof } = person;
  Object.assign(person, makeTestCredentials());
  const changed = await askAs(work, { token: changing }, 'PUT', '/api/desk/account/credentials', {
    proof,
    credentials: person.credentials,
  });
  if (changed.status !== 204) throw new Error(`credentials: ${changed.text}`);
  const old = await tokenOf();
  clock.set(new Date(clock.now().getTime() + 31 * 60_000));
  return { 'signed out': signedOut, 'ended by a new passphrase': other, 'run out': old };
}

/** Somebody who was a handler and left the directory, with the token of before. */
async function whoLeft(work: CaseWork): Promise<TestPerson> {
  const left = await admitHandler(work, 'nils');
  const answer = await publish(work, (directory) => ({
    ...directory,
    readers: directory.readers.map((reader) =>
      (reader.record.id as string) === left.id ? { ...reader, state: 'left' as const } : reader,
    ),
  }));
  if (answer.status !== 204) throw new Error(`leaving: ${answer.text}`);
  return left;
}

/** A reader as epochs name one. */
async function memberOf(work: CaseWork, { id }: TestPerson): Promise<Member> {
  const { directory } = await newestDirectory(work);
  const reader = directory.readers.find(({ record }) => record.id === id);
  if (reader === undefined) throw new Error('not a reader');
  const { kem, sig } = reader.record;
  return { id: reader.record.id, kem, sig };
}

/** Seals the identity of a case's reporter, in which nothing is said, for one custodian alone. */
async function sealIdentity(
  work: CaseWork,
  found: WorkedCase,
  custodian: TestPerson,
): Promise<void> {
  const { directory, signed } = await newestDirectory(work);
  const { entries } = await found.read(work.handler);
  const newest = entries.findLast(({ header }) => header.compartment === 'dialogue');
  if (newest === undefined) throw new Error('an empty case');
  const identity = firstIdentity(
    {
      keys: found.report.keys,
      seen: recordHashOf(newest),
      custodians: [await memberOf(work, custodian)],
      directory: {
        version: directory.version,
        hash: directoryHash(fromBase64(signed.document)),
      },
    },
    NO_IDENTITY,
    '2026-03-02' as Day,
  );
  const answer = await ask(work.server, 'POST', '/api/case/identity', {
    authorization: `Case ${found.report.keys.lookupToken}`,
    json: identity,
  });
  if (answer.status !== 201) throw new Error(`identity: ${answer.text}`);
}

/** Asks the custodian of the case for its reporter's name; the request's id. */
export async function askedIdentity({
  work,
  found,
  people: { custodian },
}: Pick<AccessWorld, 'work' | 'found'> & {
  readonly people: Pick<AccessWorld['people'], 'custodian'>;
}): Promise<string> {
  const { handler } = work;
  await signIn(work, handler);
  const { id: recipient, kem } = await memberOf(work, custodian);
  const content = { ...contents.identityRequest, id: newId(WorkId) };
  const { id, at, fields, reason, key } = content;
  const question = { v: 1, at, by: handler.id as ReaderId, fields, reason, key } as const;
  const sealed = sealIdentityQuestion(
    { case: found.id, request: id },
    { kem },
    { ...question, fields: [...fields] },
    handler.keys.sig.secretKey,
  );
  const identityRequest = { id, questions: [{ recipient: recipient as ReaderId, ...sealed }] };
  const answer = await found.say(handler, content, { identityRequest });
  if (answer.status !== 201) throw new Error(`asking: ${answer.text}`);
  return id;
}

/** Lets a guest, whom the case's newest epochs name, accept to keep it secret. */
async function acceptSecrecy(
  work: CaseWork,
  found: WorkedCase,
  guest: TestPerson,
  { at, until }: { readonly at: string; readonly until: Day },
): Promise<void> {
  const sworn = (await found.draft(guest, work.handler)).say({
    kind: 'secrecy',
    at,
    until,
    text: 'I keep it secret.',
  });
  const [entry] = sworn.request.entries;
  const accepted = await askAs(work, guest, 'POST', `/api/desk/guest/cases/${found.id}/entries`, {
    entry,
    attachments: [],
  });
  if (accepted.status !== 201) throw new Error(`secrecy: ${accepted.text}`);
}

/** Gives a case to these and nobody else, with new keys. */
async function rekey(
  { handler }: CaseWork,
  found: WorkedCase,
  members: readonly TestMember[],
): Promise<void> {
  const draft = (await found.draft(handler))
    .rotate('dialogue', members)
    .rotate('internal', members);
  const overview = draft.overview('internal');
  const rotated = await found.append(handler, { ...draft.request, overview });
  if (rotated.status !== 201) throw new Error(`new keys: ${rotated.text}`);
}

/** Makes it all on a fresh server that goes by this clock. */
export async function makeAccessWorld(server: TestServer, clock: TestClock): Promise<AccessWorld> {
  const work = await startCaseWork(server);
  const leftOut = await admitHandler(work, 'lena');
  const custodian = await admitReader(work, 'iris', 'custodian');
  const otherCustodian = await admitReader(work, 'ines', 'custodian');
  const guest = await admitReader(work, 'lara', 'guest');
  const endedGuest = await admitReader(work, 'leif', 'guest');
  const otherGuest = await admitReader(work, 'levi', 'guest');
  const auditor = await admitReader(work, 'rita', 'auditor');
  const left = await whoLeft(work);
  const ended = await endedTokens(work, work.handler, clock);
  for (const person of [
    work.administrator,
    work.handler,
    work.second,
    leftOut,
    guest,
    otherGuest,
  ]) {
    await signIn(work, person);
  }
  const found = await work.report();
  const other = await work.report();
  const [file, upload, otherUpload] = [
    await makeUpload(9),
    await makeUpload(9),
    await makeUpload(9),
  ];
  for (const each of [file, upload, otherUpload]) await sendUpload(server, each);
  const said = await ask(server, 'POST', '/api/case/entries', {
    authorization: `Case ${found.report.keys.lookupToken}`,
    json: makeMessage(found.report, found.report.request.entries[1], { attachments: [file.id] }),
  });
  if (said.status !== 201) throw new Error(`file: ${said.text}`);
  const terms = { until: '2026-12-31' as Day, write: true, save: true };
  const members = [
    work.handler,
    { id: guest.id, guest: terms },
    { id: endedGuest.id, guest: { ...terms, until: '2026-03-01' as Day } },
  ];
  await rekey(work, found, members);
  const { until } = terms;
  const now = clock.now().toISOString();
  await acceptSecrecy(work, found, guest, { at: now, until });
  await rekey(work, other, [work.handler, work.second, { id: otherGuest.id, guest: terms }]);
  await acceptSecrecy(work, other, otherGuest, { at: now, until });
  await sealIdentity(work, found, custodian);
  await askedIdentity({ work, found, people: { custodian } });
  const rows = await server
    .db<{ id: string; audit_scope: string }>('cases')
    .where('id', found.id)
    .select('audit_scope');
  const waiting = makePerson('maja', 'handler');
  const record = recordOf(waiting, work.channel);
  await join(work, await invite(work, work.handler, record.name), waiting, record);
  await signAdmission(work, record);
  const invitation = await invite(work, work.administrator, 'Shown nora');
  const people = {
    member: work.handler,
    'left out': leftOut,
    'taken off': work.second,
    administrator: work.administrator,
    custodian,
    'other custodian': otherCustodian,
    guest,
    'ended guest': endedGuest,
    'guest of another case': otherGuest,
    auditor,
  };
  const constant: Partial<Record<Asker, string>> = {
    nobody: '',
    stranger: `Desk ${toBase64(randomBytes(32))}`,
    reporter: `Case ${found.report.keys.lookupToken}`,
    'other reporter': `Case ${other.report.keys.lookupToken}`,
    uploader: upload.authorization,
    'other uploader': otherUpload.authorization,
    invited: `Invitation ${invitation.token}`,
    'who left': `Desk ${left.token}`,
    ...Object.fromEntries(Object.entries(ended).map(([who, token]) => [who, `Desk ${token}`])),
  };
  const second = knex({
    client: 'sqlite3',
    connection: { filename: `${server.dataFolder}/casekey.sqlite` },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  return {
    work,
    found,
    other,
    file,
    upload,
    auditScope: rows[0]?.audit_scope ?? '',
    invitation,
    waiting,
    left,
    people,
    async authorization(asker) {
      const known = constant[asker];
      if (known !== undefined) return known;
      if (asker === 'recovery') return `Desk ${await recoveryToken(server, work.handler)}`;
      const person = people[asker as keyof typeof people];
      await signIn(work, person);
      return `Desk ${person.token}`;
    },
    async version() {
      // other connections' commits move it, whatever they wrote
      const [pragma] = await second.raw<{ data_version: number }[]>('PRAGMA data_version');
      if (pragma === undefined) throw new Error('no version');
      return pragma.data_version;
    },
    close: () => second.destroy(),
  };
}

/** A message of the case's reporter at a place that is taken: nothing is stored, whoever sends it. */
export function staleMessage({ found }: AccessWorld): unknown {
  return makeMessage(found.report, found.report.request.entries[0]);
}

/** An invitation of this person, in words of its own. */
export async function invitationOf({ work }: AccessWorld, person: TestPerson): Promise<string> {
  return (await invite(work, person, 'Shown nora')).id;
}

/** The incident of somebody who left, as the administrator started it. */
export async function incidentOf({ work, left }: AccessWorld): Promise<string> {
  const json = newIncident(left.id);
  await askAs(work, work.administrator, 'POST', '/api/desk/incidents', json);
  return json.id;
}

/** A request that starts an incident. */
export function newIncident(account: string): { id: string } & Record<string, unknown> {
  return { id: unknownId(), account, since: null, knownAt: null, cause: 'device_lost' };
}

/** A recovery officer whom the administrator proposed. */
export async function proposedOfficer({ work }: AccessWorld): Promise<string> {
  const record = officerRecord(work);
  await askAs(work, work.administrator, 'POST', '/api/desk/admissions', { record });
  return record.id;
}

/** The record of a new recovery officer. */
export function officerRecord(work: CaseWork): ReturnType<typeof recordOf> {
  const person = makePerson('officer', 'handler');
  return recordOf(person, work.channel, { part: 'recovery_officer' });
}

/** A sealed box of nothing, as large as one with `size` bytes in it. */
export function boxOf(size: number): string {
  // libsodium asks for every four bytes by themselves
  return nodeBytes(BOX_OVERHEAD + size).toString('base64url');
}

/** An id of nothing. */
export function unknownId(): string {
  return newId(ReaderId);
}
