import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../client/api.js';
import type { Desk } from '../../client/handler.js';
import { DirectoriesAnswer, KeepMemory } from '../../crypto/private.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer } from '../support/lying-server.js';

let installation: Installation;
/** Every sealed memory that a desk sent. */
const memories: string[] = [];

const overheard: Fetch = (address, init) => {
  if (init.method === 'PUT' && address.endsWith('/account/memory')) {
    memories.push(v.parse(KeepMemory, JSON.parse(init.body as string)).memory);
  }
  return fetch(address, init);
};

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** Somebody who signs in, by a server that may lie; nothing of an earlier session is left. */
function signIn(through: Fetch = overheard): Promise<Desk> {
  return installation.signIn(installation.handlers[0], through);
}

async function unread(desk: Desk): Promise<number[]> {
  return (await desk.directoryChanges()).map(({ version }) => version);
}

async function changeTexts(text: string): Promise<void> {
  await installation.administrator.desk.updateChannel(installation.channel, {
    texts: { en: text },
  });
}

describe('a change of the directory', () => {
  it('is announced at every sign-in until somebody has read it', async () => {
    // the second handler, and the publishing
    expect(await unread(await signIn())).toEqual([2, 3]);
    const desk = await signIn();
    expect(await unread(desk)).toEqual([2, 3]);
    await desk.noteChangesRead(3);
    expect(await unread(desk)).toEqual([]);
    expect(await unread(await signIn())).toEqual([]);
  });

  it('is kept apart from those that came later, or while the desk was open', async () => {
    const desk = await signIn();
    await changeTexts('One.');
    await desk.inbox('open');
    await changeTexts('Two.');
    await desk.inbox('open');
    expect(await unread(desk)).toEqual([4, 5]);
    // the browser crashes
    const again = await signIn();
    expect(await again.directoryChanges()).toMatchObject([
      { version: 4, lines: [{ code: 'channel_texts' }] },
      { version: 5, lines: [{ code: 'channel_texts' }] },
    ]);
    await again.noteChangesRead(4);
    expect(await unread(await signIn())).toEqual([5]);
    // one that was not read on the page is not counted as read
    await changeTexts('Three.');
    await again.noteChangesRead(5);
    expect(await unread(await signIn())).toEqual([6]);
    await again.noteChangesRead(4);
    expect(await unread(await signIn())).toEqual([6]);
  });

  it('is remembered in a memory that is as long whatever it holds', async () => {
    await (await signIn()).noteChangesRead(6);
    expect(memories.length).toBeGreaterThan(5);
    expect(new Set(memories.map(({ length }) => length)).size).toBe(1);
    expect(new Set(memories).size).toBe(memories.length);
  });

  it('is not lost to a server that leaves versions out which nobody has read about', async () => {
    await changeTexts('Four.');
    await (await signIn()).inbox('open');
    const server = createLyingServer();
    server.lieAbout(DirectoriesAnswer, /^\/api\/desk\/directories/, ({ directories }) => ({
      directories: directories.slice(-1),
    }));
    const desk = await signIn(server.fetch);
    await expect(desk.directoryChanges()).rejects.toMatchObject({
      fault: 'directory_rolled_back',
    });
    expect(await unread(await signIn())).toEqual([7]);
  });

  it('stays announced where what was read could not be kept', async () => {
    let refuse = false;
    const desk = await signIn((address, init) =>
      refuse && address.endsWith('/account/memory')
        ? Promise.resolve(Response.json({ error: { code: 'internal' } }, { status: 500 }))
        : fetch(address, init),
    );
    expect(await unread(desk)).toEqual([7]);
    refuse = true;
    await expect(desk.noteChangesRead(7)).rejects.toMatchObject({ code: 'internal' });
    expect(await unread(desk)).toEqual([7]);
    refuse = false;
    await desk.noteChangesRead(7);
    expect(await unread(await signIn())).toEqual([]);
  });
});
