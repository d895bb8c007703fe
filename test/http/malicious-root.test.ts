import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import {
  Appoint,
  AppointmentAnswer,
  DirectoriesAnswer,
  Directory,
  DirectoryAnswer,
  fromBase64,
  fromJsonBytes,
  newId,
  ReaderId,
  toBase64,
  toJsonBytes,
  type SignedDirectory,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { administratorLink } from '../../server/accounts/appointing.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer, type LyingServer } from '../support/lying-server.js';
import { makeOrganisation } from '../support/organisation.js';

/*
 * A server that lies to whoever makes an administrator by the root, to get more signed than that.
 */

const DIRECTORY = /^\/api\/directory$/;
const APPOINTMENT = /^\/api\/desk\/administrator$/;
const HISTORY = /^\/api\/desk\/directories\?/;

let installation: Installation;
let server: LyingServer;
/** What was sent to make an administrator. */
let posted: unknown;

beforeAll(async () => {
  installation = await startInstallation();
  server = createLyingServer((input, init) => {
    if (init.method === 'POST' && APPOINTMENT.test(new URL(input).pathname)) {
      posted = JSON.parse(init.body as string);
    }
    return fetch(input, init);
  });
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function newLink(): Promise<string> {
  const { db, config } = installation.server;
  const link = await administratorLink({ db, clock: installation.clock.now, config });
  return link?.split('#')[1] ?? '';
}

function read({ document }: SignedDirectory): Directory {
  return fromJsonBytes(Directory, fromBase64(document));
}

async function newest(): Promise<SignedDirectory> {
  const response = await fetch(`${installation.address}/api/directory`);
  return ((await response.json()) as DirectoryAnswer).directory;
}

/** Shows the page this as the newest version, with these before it. */
function show(last: SignedDirectory): void {
  server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => ({ ...honest, directory: last }));
  server.lieAbout(AppointmentAnswer, APPOINTMENT, (honest) => {
    const { version } = read(last);
    const before = honest.directories.filter((each) => read(each).version < version);
    return { ...honest, directories: [...before, last] };
  });
}

async function refusalOf(desk: Desk, link: string): Promise<string> {
  server.listen();
  try {
    await desk.readAppointment(link);
    await desk.prepareAppointment(installation.rootWords);
    return 'nothing';
  } catch (error) {
    expect(server.writes()).toEqual([]);
    const { code, fault } = error as { code?: string; fault?: string };
    return code ?? fault ?? String(error);
  }
}

describe('a server that lies to whoever has the root', () => {
  it('gets no reader signed', async () => {
    const link = await newLink();
    const honest = await newest();
    const directory = read(honest);
    const [reader] = directory.readers;
    if (reader === undefined) throw new Error('nobody reads');
    // somebody whom nobody let in
    const record = { ...reader.record, id: newId(ReaderId), name: 'Mallory' };
    const readers = [...directory.readers, { ...reader, record }];
    const document = toBase64(toJsonBytes({ ...directory, readers }));
    show({ ...honest, document });
    expect(await refusalOf(installation.newDesk(server.fetch), link)).toBe('wrong_directory');
    // a whole directory of the server's own, in the same names: its root is another
    server.tellTheTruth();
    const own = await makeOrganisation({ like: directory });
    show(own.signed);
    expect(await refusalOf(installation.newDesk(server.fetch), link)).toBe('wrong_directory');
    server.tellTheTruth();
    const first = await makeOrganisation({
      like: { ...directory, version: 1, previous: null },
    });
    server.lieAbout(DirectoryAnswer, DIRECTORY, (answer) => ({
      ...answer,
      directory: first.signed,
    }));
    server.lieAbout(AppointmentAnswer, APPOINTMENT, (answer) => ({
      ...answer,
      directories: [first.signed],
    }));
    expect(await refusalOf(installation.newDesk(server.fetch), link)).toBe('root_refused');
    // one version to everybody, and another way there
    server.tellTheTruth();
    server.lieAbout(AppointmentAnswer, APPOINTMENT, (answer) => ({
      ...answer,
      directories: answer.directories.slice(1),
    }));
    expect(await refusalOf(installation.newDesk(server.fetch), link)).toBe('directory_rolled_back');
  });

  it('gets a version that every desk refuses which saw a newer one', async () => {
    const [hanna] = installation.handlers;
    const old = await newest();
    await installation.administrator.desk.updateChannel(installation.channel, {
      texts: { en: 'Other words.' },
    });
    await hanna.desk.directory();
    show(old);
    const desk = installation.newDesk(server.fetch);
    // what is shown says how old it is
    const { version } = await desk.readAppointment(await newLink());
    expect(version).toBe(read(old).version);
    await desk.prepareAppointment(installation.rootWords);
    await expect(desk.finishAppointment('clara')).rejects.toMatchObject({
      code: 'directory_conflict',
    });
    const { directory: fork } = v.parse(Appoint, posted);
    const { readers, channels, administrators } = read(fork);
    expect({ readers, channels }).toEqual({
      readers: read(old).readers,
      channels: read(old).channels,
    });
    expect(administrators.map(({ state }) => state)).toEqual(['revoked', 'active']);
    server.tellTheTruth();
    server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => ({ ...honest, directory: fork }));
    server.lieAbout(DirectoriesAnswer, HISTORY, ({ directories }) => ({
      directories: [...directories.filter((each) => read(each).version <= version), fork],
    }));
    await expect(
      installation.signIn(hanna, server.fetch).then((lied) => lied.directory()),
    ).rejects.toMatchObject({ fault: 'directory_rolled_back' });
  });
});
