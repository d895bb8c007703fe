import { TOTP, Secret } from 'otpauth';
import { setUpLink } from '../../server/accounts/set-up.js';
import type { AccountId, InstallationId } from '../../crypto/private.js';
import {
  accountKeys,
  admissionFields,
  auditHeadFields,
  BOX_OVERHEAD,
  ChannelId,
  delegationFields,
  directoryHash,
  fromBase64,
  fromJsonBytes,
  Directory,
  type HandbookContents,
  activeHandlers,
  handbookRecipients,
  newId,
  NO_HANDBOOK,
  type Absence,
  type PutAbsence,
  type PutHandbook,
  sealAbsence,
  sealHandbook,
  OrganisationId,
  randomBytes,
  ReaderId,
  ready,
  sign,
  signingKeys,
  stampFields,
  toBase64,
  toJsonBytes,
  tokenHash,
  type AccountKeys,
  type AccountPart,
  type InvitedPart,
  type AuditHead,
  type Channel,
  type Credentials,
  type Day,
  type Reader,
  type ReaderRecord,
  type SetUp,
  type SignedDirectory,
  type SigningKeys,
  type Stamp,
} from '../../crypto/private.js';
import { ask, type Answer } from './api.js';
import type { TestServer } from './server.js';

/** Somebody with an account, and all that only this person has. Nothing here was stretched. */
export interface TestPerson {
  id: string;
  name: string;
  part: AccountPart;
  keys: AccountKeys;
  proof: string;
  recoveryProof: string;
  credentials: Credentials;
  /** Of the newest session, '' before the first. */
  token: string;
}

/** An installation that was set up over HTTP. */
export interface TestDesk {
  server: TestServer;
  administrator: TestPerson;
  handler: TestPerson;
  channel: Channel;
  installation: InstallationId;
  root: SigningKeys;
}

/** The day on which test organisations are made, that of `createTestClock`. */
export const testDay = '2026-03-02' as Day;

/** Credentials of random proofs; the vaults hold nothing. */
export function makeTestCredentials(): Pick<TestPerson, 'proof' | 'recoveryProof' | 'credentials'> {
  const proof = toBase64(randomBytes(32));
  const recoveryProof = toBase64(randomBytes(32));
  return {
    proof,
    recoveryProof,
    credentials: {
      proofHash: tokenHash('login proof', proof),
      vault: toBase64(randomBytes(BOX_OVERHEAD + 32)),
      recoveryProofHash: tokenHash('recovery proof', recoveryProof),
      recoveryVault: toBase64(randomBytes(BOX_OVERHEAD + 32)),
    },
  };
}

/** Somebody new, with keys and credentials. */
export function makePerson(name: string, part: AccountPart): TestPerson {
  const id = newId(ReaderId);
  const keys = accountKeys(randomBytes(32));
  return { id, name, part, keys, ...makeTestCredentials(), token: '' };
}

/** The record under which a person reads. */
export function recordOf(
  person: TestPerson,
  channel: Channel,
  options: {
    readonly part?: ReaderRecord['part'];
    readonly shownName?: string;
    readonly replaces?: string;
  } = {},
): ReaderRecord {
  return {
    id: person.id as ReaderId,
    organisation: channel.organisation,
    channels: [channel.id],
    part: options.part ?? 'handler',
    name: options.shownName ?? `Shown ${person.name}`,
    role: { en: 'Case handler' },
    kem: toBase64(person.keys.kem.publicKey),
    sig: toBase64(person.keys.sig.publicKey),
    replaces: (options.replaces ?? null) as ReaderId | null,
  };
}

/** A set-up request with all who are in it; `change` alters the directory before it is signed. */
export async function makeSetUp(
  installation: InstallationId,
  options: {
    readonly change?: (directory: Directory) => Directory;
    readonly day?: Day;
  } = {},
): Promise<{
  request: SetUp;
  administrator: TestPerson;
  handler: TestPerson;
  channel: Channel;
  root: SigningKeys;
}> {
  await ready();
  const day = options.day ?? testDay;
  const root = signingKeys(randomBytes(32));
  const administrator = makePerson('admin', 'administrator');
  const handler = makePerson('hanna', 'handler');
  const organisation = newId(OrganisationId);
  const channel: Channel = {
    id: newId(ChannelId),
    organisation,
    names: { en: 'Reports' },
    texts: { en: 'Write to us.' },
    country: 'SE',
    languages: ['en', 'sv'],
    published: false,
    retentionMonths: 24,
    receipts: false,
  };
  const delegated = {
    id: administrator.id as AccountId,
    organisation,
    serial: 1,
    kem: toBase64(administrator.keys.kem.publicKey),
    sig: toBase64(administrator.keys.sig.publicKey),
  };
  const delegation = sign(
    root.secretKey,
    'delegation',
    ...delegationFields(installation, delegated),
  );
  const record = recordOf(handler, channel);
  const admission = sign(root.secretKey, 'admission', ...admissionFields(installation, record));
  const plain: Directory = {
    v: 1,
    installation,
    version: 1,
    date: day,
    previous: null,
    organisations: [
      { id: organisation, names: { en: 'Example' }, country: 'SE', root: toBase64(root.publicKey) },
    ],
    administrators: [
      {
        ...delegated,
        delegation: { by: 'root', signature: toBase64(delegation) },
        state: 'active',
      },
    ],
    channels: [channel],
    readers: [
      { record, admission: { by: 'root', signature: toBase64(admission) }, state: 'active' },
    ],
    receiptKeys: [],
  };
  const directory = options.change?.(plain) ?? plain;
  const signed = signDirectory(administrator, directory);
  return {
    request: {
      directory: signed,
      stamp: makeStamp(handler, signed, day),
      administrator: {
        id: administrator.id as AccountId,
        name: administrator.name,
        credentials: administrator.credentials,
      },
      handler: {
        id: handler.id as AccountId,
        name: handler.name,
        credentials: handler.credentials,
      },
    },
    administrator,
    handler,
    channel,
    root,
  };
}

/** A directory as an administrator signs it. */
export function signDirectory(administrator: TestPerson, directory: Directory): SignedDirectory {
  const document = toJsonBytes(directory);
  const signature = sign(administrator.keys.sig.secretKey, 'directory', document);
  return {
    document: toBase64(document),
    administrator: administrator.id as AccountId,
    signature: toBase64(signature),
  };
}

/** A handler's word that this directory is the newest. */
export function makeStamp(handler: TestPerson, signed: SignedDirectory, day: Day): Stamp {
  const hash = directoryHash(fromBase64(signed.document));
  const signature = sign(handler.keys.sig.secretKey, 'stamp', ...stampFields({ hash, day }));
  return { reader: handler.id as ReaderId, hash, day, signature: toBase64(signature) };
}

/** The newest entry of an audit chain as a person signs it. */
export async function newestAuditHead(
  { server }: Pick<TestDesk, 'server'>,
  person: TestPerson,
  scope: string,
  day: Day,
): Promise<AuditHead> {
  const row = await server
    .db<{ scope: string; sequence: number; hash: string }>('audit')
    .where({ scope })
    .orderBy('sequence', 'desc')
    .first('sequence', 'hash');
  return signAuditHead(person, { scope, sequence: 1, hash: '', ...row, day });
}

/** A head as a person signs it. */
export function signAuditHead(
  person: TestPerson,
  head: Omit<AuditHead, 'account' | 'signature'>,
): AuditHead {
  const signature = sign(person.keys.sig.secretKey, 'audit head', ...auditHeadFields(head));
  return { ...head, account: person.id as AccountId, signature: toBase64(signature) };
}

/** The secret of a new set-up link. */
export async function setUpSecret(server: TestServer): Promise<string> {
  const link = await setUpLink(server.db, server.config);
  return link?.split('#')[1] ?? '';
}

/** The id of a server's installation. */
export async function installationOf(server: TestServer): Promise<InstallationId> {
  const { json } = await ask(server, 'GET', '/api/desk/installation');
  return (json as { installation: InstallationId }).installation;
}

/** Sets a server up, and signs both people in. */
export async function setUpDesk(server: TestServer, day = testDay): Promise<TestDesk> {
  const installation = await installationOf(server);
  const { request, administrator, handler, channel, root } = await makeSetUp(installation, { day });
  const authorization = `Setup ${await setUpSecret(server)}`;
  const answer = await ask(server, 'POST', '/api/desk/set-up', { authorization, json: request });
  if (answer.status !== 204) throw new Error(`set-up: ${answer.text}`);
  const desk = { server, administrator, handler, channel, installation, root };
  await signIn(desk, administrator);
  await signIn(desk, handler);
  return desk;
}

/** Signs somebody in and remembers the token. */
export async function signIn(
  { server }: Pick<TestDesk, 'server'>,
  person: TestPerson,
  code: string | null = null,
): Promise<Answer> {
  const { name, proof } = person;
  const answer = await ask(server, 'POST', '/api/desk/sessions', { json: { name, proof, code } });
  if (answer.status === 201) person.token = (answer.json as { token: string }).token;
  return answer;
}

/** Asks as somebody. */
export function askAs(
  { server }: Pick<TestDesk, 'server'>,
  person: Pick<TestPerson, 'token'>,
  method: string,
  path: string,
  json?: unknown,
): Promise<Answer> {
  const authorization = `Desk ${person.token}`;
  return ask(server, method, path, { authorization, ...(json === undefined ? {} : { json }) });
}

/** The newest directory of a server. */
export async function newestDirectory({
  server,
}: Pick<TestDesk, 'server'>): Promise<{ signed: SignedDirectory; directory: Directory }> {
  const { json } = await ask(server, 'GET', '/api/directory');
  const signed = (json as { directory: SignedDirectory }).directory;
  return { signed, directory: fromJsonBytes(Directory, fromBase64(signed.document)) };
}

/** The version after the newest, with what `change` made of it, signed but not sent. */
export async function nextDirectory(
  desk: TestDesk,
  change: (directory: Directory) => Directory,
  administrator: TestPerson = desk.administrator,
): Promise<SignedDirectory> {
  const { signed, directory } = await newestDirectory(desk);
  const previous = directoryHash(fromBase64(signed.document));
  const changed = change({ ...directory, version: directory.version + 1, previous });
  return signDirectory(administrator, changed);
}

/** Makes the next version and publishes it. */
export async function publish(
  desk: TestDesk,
  change: (directory: Directory) => Directory,
): Promise<Answer> {
  const directory = await nextDirectory(desk, change);
  return askAs(desk, desk.administrator, 'POST', '/api/desk/directories', { directory });
}

/** An invitation and the token of its link. */
export async function invite(
  desk: TestDesk,
  inviter: TestPerson,
  shownName: string,
  replaces: string | null = null,
  part: InvitedPart = 'handler',
): Promise<{ id: string; token: string; answer: Answer }> {
  const id = toBase64(randomBytes(16));
  const token = toBase64(randomBytes(32));
  const answer = await askAs(desk, inviter, 'POST', '/api/desk/invitations', {
    id,
    tokenHash: tokenHash('invitation', token),
    sealedSecret: toBase64(randomBytes(BOX_OVERHEAD + 32)),
    shownName,
    channel: desk.channel.id,
    part,
    replaces,
  });
  return { id, token, answer };
}

/** Joins by an invitation. */
export function join(
  desk: TestDesk,
  invitation: { id: string; token: string },
  person: TestPerson,
  record: ReaderRecord = recordOf(person, desk.channel),
): Promise<Answer> {
  return ask(desk.server, 'POST', `/api/desk/invitations/${invitation.id}/join`, {
    authorization: `Invitation ${invitation.token}`,
    json: {
      name: person.name,
      credentials: person.credentials,
      record,
      authenticator: toBase64(randomBytes(32)),
    },
  });
}

/** A signature that admits a record. */
export function admissionBy(desk: TestDesk, signer: TestPerson, record: ReaderRecord): string {
  const fields = admissionFields(desk.installation, record);
  return toBase64(sign(signer.keys.sig.secretKey, 'admission', ...fields));
}

/** The reader that two signatures make of a record. */
export function admittedReader(
  desk: TestDesk,
  record: ReaderRecord,
  handler: TestPerson = desk.handler,
): Reader {
  return {
    record,
    admission: {
      by: 'two',
      administrator: desk.administrator.id as AccountId,
      administratorSignature: admissionBy(desk, desk.administrator, record),
      handler: handler.id as ReaderId,
      handlerSignature: admissionBy(desk, handler, record),
    },
    state: 'active',
  };
}

/** Leaves the handler's half of an admission with the server. */
export function signAdmission(
  desk: TestDesk,
  record: ReaderRecord,
  handler: TestPerson = desk.handler,
): Promise<Answer> {
  const signature = admissionBy(desk, handler, record);
  return askAs(desk, handler, 'PUT', `/api/desk/admissions/${record.id}/signature`, { signature });
}

/** Brings a second handler in, all the way, and signs in. */
export function admitHandler(desk: TestDesk, name: string): Promise<TestPerson> {
  return admitReader(desk, name, 'handler');
}

/** Brings a reader in, all the way, and signs in. */
export async function admitReader(
  desk: TestDesk,
  name: string,
  part: Exclude<InvitedPart, 'administrator'>,
): Promise<TestPerson> {
  const person = makePerson(name, part);
  const record = recordOf(person, desk.channel, { part });
  const invitation = await invite(desk, desk.administrator, record.name, null, part);
  await join(desk, invitation, person, record);
  await signAdmission(desk, record);
  const reader = admittedReader(desk, record);
  const answer = await publish(desk, (directory) => ({
    ...directory,
    readers: [...directory.readers, reader],
  }));
  if (answer.status !== 204) throw new Error(`admission: ${answer.text}`);
  await signIn(desk, person);
  return person;
}

/** The code that an authenticator shows at a moment. */
export function codeOf(secret: string, moment: Date): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: moment.getTime() });
}

/** The next handbook, as the administrator of a desk signs it. */
export async function makeHandbook(
  work: TestDesk,
  contents: HandbookContents = NO_HANDBOOK,
): Promise<PutHandbook> {
  const row = await work.server
    .db<{ number: number; hash: string }>('handbooks')
    .first('number', 'hash');
  const { directory } = await newestDirectory(work);
  const { id, keys } = work.administrator;
  return sealHandbook(contents, {
    installation: work.installation,
    account: id,
    keys,
    number: (row?.number ?? 0) + 1,
    previous: row?.hash ?? null,
    date: testDay,
    readers: handbookRecipients(directory),
  });
}

/** What a handler says of being away, as that person signs it. */
export async function makeAbsence(
  work: TestDesk,
  person: TestPerson,
  absence: Absence | null = null,
): Promise<PutAbsence> {
  const row = await work.server
    .db<{ reader: string; number: number }>('absences')
    .where({ reader: person.id })
    .first('number');
  const { directory } = await newestDirectory(work);
  return sealAbsence(absence, {
    installation: work.installation,
    reader: person.id,
    keys: person.keys,
    number: (row?.number ?? 0) + 1,
    readers: activeHandlers(directory),
  });
}
