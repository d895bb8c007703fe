import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import {
  HandbookAnswer,
  type HandbookContents,
  randomBytes,
  toBase64,
} from '../../crypto/private.js';
import { askAs, makeHandbook, setUpDesk, signIn, type TestDesk } from '../support/desk.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer } from '../support/lying-server.js';
import { createTestClock, startTestServer } from '../support/server.js';
import { waiting } from '../support/waiting.js';

const contents: HandbookContents = {
  v: 1,
  stages: [{ progress: 'investigation', names: { en: 'Interviews', sv: 'Samtal' } }],
  labels: ['Site north'],
  texts: [
    { state: 'removed', purpose: 'refusal' },
    { state: 'changed', purpose: 'feedback', texts: { sv: 'Så gick det.' } },
    { state: 'added', purpose: 'question', name: 'Places', texts: { en: 'Where? [place]' } },
  ],
};
const other: HandbookContents = { ...contents, labels: ['Site south'] };

describe('a handbook', () => {
  let installation: Installation;
  let administrator: Desk;
  let handler: Desk;

  beforeAll(async () => {
    installation = await startInstallation();
    administrator = installation.administrator.desk;
    handler = installation.handlers[0].desk;
  });
  afterAll(async () => {
    expect(installation.server.faults).toEqual([]);
    await installation.stop();
  });

  it('is none until an administrator saves one, which handlers get as it was saved', async () => {
    expect(await handler.handbook()).toMatchObject({ number: 0, reason: null });
    expect((await handler.handbook()).contents.texts).toEqual([]);
    expect(await administrator.saveHandbook(contents)).toMatchObject({ number: 1, contents });
    expect(await handler.handbook()).toEqual({
      number: 1,
      date: installation.clock.now().toISOString().slice(0, 10),
      reason: null,
      contents,
    });
  });

  it('cannot be saved by a handler, or with more than it holds', async () => {
    await expect(handler.saveHandbook(other)).rejects.toMatchObject({ code: 'forbidden' });
    const long = { ...contents, labels: ['x'.repeat(31)] };
    await expect(administrator.saveHandbook(long)).rejects.toMatchObject({ fault: 'malformed' });
    const text = 'å'.repeat(5000);
    const texts = Array.from({ length: 40 }, (_, index) => ({
      state: 'added' as const,
      purpose: 'question' as const,
      name: String(index),
      texts: { en: text, sv: text, fi: text, nb: text },
    }));
    await expect(administrator.saveHandbook({ ...contents, texts })).rejects.toMatchObject({
      fault: 'too_long',
    });
    expect(await handler.handbook()).toMatchObject({ number: 1, contents });
  });

  it('is not taken from a server that shows an older one, another one or none', async () => {
    const path = /^\/api\/desk\/handbook/;
    const server = createLyingServer();
    let before: HandbookAnswer | null = null;
    server.lieAbout(HandbookAnswer, path, (answer) => (before ??= answer));
    const old = await installation.signIn(installation.handlers[1], server.fetch);
    await old.handbook();
    await administrator.saveHandbook(other);
    const desk = await installation.signIn(installation.handlers[1]);
    expect((await desk.handbook()).contents).toEqual(other);
    // the memory lies sealed with the server: another session knows it too
    const later = await installation.signIn(installation.handlers[1], server.fetch);
    expect(await later.handbook()).toMatchObject({
      reason: 'rolled_back',
      contents: { stages: [], labels: [], texts: [] },
    });
    const none = createLyingServer();
    none.lieAbout(HandbookAnswer, path, () => ({ handbook: null }));
    const withheld = await installation.signIn(installation.handlers[1], none.fetch);
    expect(await withheld.handbook()).toMatchObject({ reason: 'rolled_back' });
    const signer = await installation.signIn(installation.administrator, none.fetch);
    await expect(signer.saveHandbook(contents)).rejects.toMatchObject({
      code: 'handbook_rolled_back',
    });
    administrator = await installation.signIn(installation.administrator);
  });

  it('whose contents or signature do not hold counts for nothing, and says so', async () => {
    const change = (
      make: (found: NonNullable<HandbookAnswer['handbook']>) => HandbookAnswer['handbook'],
    ): Promise<Desk> => {
      const server = createLyingServer();
      server.lieAbout(HandbookAnswer, /^\/api\/desk\/handbook/, ({ handbook }) => ({
        handbook: handbook && make(handbook),
      }));
      return installation.signIn(installation.handlers[0], server.fetch);
    };
    const forged = toBase64(randomBytes(64));
    const box = toBase64(randomBytes(57 + 4096 + 16));
    const broken = [
      await change((found) => ({ ...found, handbook: { ...found.handbook, signature: forged } })),
      await change((found) => ({ ...found, box: box.slice(0, found.box.length) })),
      await change((found) => ({
        ...found,
        key: found.key && { ...found.key, box: toBase64(randomBytes(105)) },
      })),
    ];
    for (const desk of broken) {
      expect(await desk.handbook()).toMatchObject({ reason: 'broken', contents: { labels: [] } });
    }
    const unsealed = await change((found) => ({ ...found, key: null }));
    expect(await unsealed.handbook()).toMatchObject({ reason: 'not_sealed' });
    expect(await (await installation.signIn(installation.handlers[0])).handbook()).toMatchObject({
      reason: null,
      contents: other,
    });
  });

  it('is sealed anew to somebody who comes, and to nobody who left', async () => {
    const inviter = await installation.signIn(installation.handlers[0]);
    const { fragment } = await inviter.invite({ shownName: 'Nora New' });
    const nora = installation.newDesk();
    const { passphrase } = await nora.prepareJoining();
    await nora.finishJoining(fragment, { name: 'nora', role: {} });
    const [pending] = (await inviter.members()).admissions;
    await inviter.admit(waiting(pending));
    await administrator.admit(waiting(pending));
    await nora.signIn('nora', passphrase.join(' '));
    expect(await nora.handbook()).toMatchObject({ number: 3, reason: null, contents: other });
    await administrator.remove(installation.handlers[1].id);
    const keys = await installation.server.db('handbook_keys').select('recipient');
    // two handlers and the administrator
    expect(keys).toHaveLength(3);
    expect(await administrator.handbook()).toMatchObject({ number: 3, contents: other });
  });

  it('stands in the log of the organisation, without a word of what is in it', async () => {
    const lines = (await administrator.audit()).filter(
      ({ action }) => action === 'handbook_changed',
    );
    expect(lines.map(({ details }) => details)).toEqual([1, 2, 3].map((number) => ({ number })));
  });
});

describe('the server', () => {
  let work: TestDesk;
  beforeAll(async () => {
    const server = await startTestServer({ clock: createTestClock().now });
    work = await setUpDesk(server);
    await signIn(work, work.administrator);
  });
  afterAll(async () => {
    expect(work.server.faults).toEqual([]);
    await work.server.stop();
  });
  const put = async (json: unknown): Promise<string> => {
    const { status, code } = await askAs(
      work,
      work.administrator,
      'PUT',
      '/api/desk/handbook',
      json,
    );
    return [status, code].filter(Boolean).join(' ');
  };

  it('takes the next one alone, sealed to exactly the handlers of now', async () => {
    const first = await makeHandbook(work, contents);
    expect(await put({ ...first, keys: [] })).toBe('400 wrong_members');
    expect(await put({ ...first, keys: [...first.keys, ...first.keys] })).toBe('400 wrong_members');
    expect(await put({ ...first, box: toBase64(randomBytes(4169)) })).toBe('400 malformed');
    expect(await put(first)).toBe('204');
    // as after a lost answer
    expect(await put(first)).toBe('204');
    const second = await makeHandbook(work, other);
    expect(await put(second)).toBe('204');
    expect(await put(first)).toBe('409 handbook_conflict');
    const { handbook } = first;
    const signature = toBase64(randomBytes(64));
    expect(await put({ ...second, handbook: { ...handbook, signature } })).toBe('400 malformed');
  });
});
