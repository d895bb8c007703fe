import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, countRows } from '../support/api.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
const clock = createTestClock('2026-03-02T10:15:00Z');

beforeAll(async () => {
  server = await startTestServer({ clock: clock.now });
});

afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

const minutes = (count: number) => {
  clock.set(new Date(clock.now().getTime() + count * 60_000));
};

async function draftKey(id: string | null): Promise<{ id: string; key: string }> {
  const answer = await ask(server, 'POST', '/api/draft-keys', { json: { id } });
  expect([answer.status, answer.code]).toEqual([200, null]);
  return answer.json as { id: string; key: string };
}

test('a draft key is the same for its id for at least five hours, and then gone', async () => {
  const first = await draftKey(null);
  expect(Buffer.from(first.id, 'base64url')).toHaveLength(24);
  expect(Buffer.from(first.key, 'base64url')).toHaveLength(32);
  for (let hour = 0; hour < 5; hour += 1) {
    minutes(60);
    expect(await draftKey(first.id)).toEqual(first);
    await draftKey(null);
  }
  minutes(60);
  const answer = await ask(server, 'POST', '/api/draft-keys', { json: { id: first.id } });
  expect([answer.status, answer.json]).toEqual([404, { error: { code: 'draft_key_gone' } }]);
});

test('every draft has a key of its own', async () => {
  const keys = await Promise.all([1, 2, 3].map(() => draftKey(null)));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(3);
  expect(new Set(keys.map(({ id }) => id)).size).toBe(3);
});

test('a server started anew knows no key of before', async () => {
  const { id } = await draftKey(null);
  const another = await startTestServer({ clock: clock.now });
  try {
    const answer = await ask(another, 'POST', '/api/draft-keys', { json: { id } });
    expect([answer.status, answer.code]).toEqual([404, 'draft_key_gone']);
  } finally {
    await another.stop();
  }
});

test.each([
  [{}, 'malformed'],
  [{ id: 'canary' }, 'malformed'],
  [{ id: `${'A'.repeat(31)}!` }, 'malformed'],
  [{ id: null, more: 1 }, 'malformed'],
  [{ id: 'A'.repeat(32) }, 'draft_key_gone'],
])('refuses %j: %s', async (json, code) => {
  const answer = await ask(server, 'POST', '/api/draft-keys', { json });
  expect(answer.json).toEqual({ error: { code } });
});

test('nothing of a draft is stored', async () => {
  await draftKey(null);
  expect(Object.values(await countRows(server.db)).every((rows) => rows === 0)).toBe(true);
});
