import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../crypto/private.js';
import { ask } from '../support/api.js';
import { changedBytes, changes, fuzz, FUZZ_TIMEOUT, kept, type Change } from '../support/fuzz.js';
import { startTestServer, type TestServer } from '../support/server.js';

// Bytes on a connection to the real server: what its parser makes of them, and what comes back.

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ patience: { request: 5_000, headers: 4_000, look: 100 } });
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

/** Everything that comes back for these bytes, until the server closes. */
async function answerTo(bytes: Uint8Array): Promise<string> {
  const socket = connect(server.config.port, '127.0.0.1');
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.end(bytes);
  await closed;
  return text;
}

const MARK = 'casekey-canary';

describe('bytes on a connection', () => {
  const requests = kept('http');

  it(
    'that were changed in any way are answered or refused, in no words of their own, and stop nothing',
    async () => {
      const inputs = fc.record({ at: fc.nat(requests.length - 1), list: changes(6) });
      const bytesOf = ({ at, list }: { at: number; list: readonly Change[] }): Uint8Array =>
        changedBytes(requests[at]?.bytes ?? utf8(''), list);
      const lines = new Set<string>();
      await fuzz(
        inputs,
        400,
        async (input) => {
          const answer = await answerTo(bytesOf(input));
          expect(answer).not.toContain(MARK);
          expect(answer).not.toMatch(/\n\s+at |node:internal|node_modules/u);
          const [line = ''] = answer.split('\r\n', 1);
          lines.add(line.slice(0, 12));
          // a connection that nobody can be answered on is closed without a word
          if (answer !== '') expect(line).toMatch(/^HTTP\/1\.1 [1234]\d\d /u);
        },
        (input) => JSON.stringify(Buffer.from(bytesOf(input)).toString('latin1')),
      );
      for (const status of [200, 400, 404]) expect(lines).toContain(`HTTP/1.1 ${String(status)}`);
      expect((await ask(server, 'GET', '/')).status).toBe(200);
      expect(server.logged.join('\n')).not.toContain(MARK);
      for (const table of ['cases', 'entries', 'attachments', 'sessions']) {
        expect(await server.db(table).select()).toEqual([]);
      }
    },
    FUZZ_TIMEOUT,
  );
});
