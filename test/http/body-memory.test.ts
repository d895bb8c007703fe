import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readInto } from '../../server/http/body.js';

/*
 * Reading a chunk frees the pieces it arrived in at once. What somebody else holds must not be among
 * them, however the connection came about.
 */

const PIECE = 64 * 1024;
const SIZE = 16 * PIECE;

let server: Server;
/** The pieces as they were handed out, in order. */
const handedOut: Buffer[] = [];

beforeAll(async () => {
  server = createServer((incoming, response) => {
    const target = new Uint8Array(SIZE);
    incoming.on('data', (piece: Buffer) => handedOut.push(piece));
    readInto(incoming, target).then(
      () => response.end(createHash('sha256').update(target).digest('hex')),
      (error: unknown) => response.destroy(error as Error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const head = [
  'PUT / HTTP/1.1',
  'Host: localhost',
  'Connection: close',
  'Content-Type: application/octet-stream',
  `Content-Length: ${String(SIZE)}`,
];

/** Gives the server a connection that is no socket, on which these buffers arrive as they are. */
async function sendOver(pieces: readonly Buffer[]): Promise<string> {
  let answer = '';
  const connection = new Duplex({
    read: () => undefined,
    write(bytes: Buffer, _encoding, done) {
      answer += bytes.toString('latin1');
      done();
    },
  });
  server.emit('connection', connection);
  connection.push(Buffer.from(`${head.join('\r\n')}\r\n\r\n`));
  for (const piece of pieces) connection.push(piece);
  await once(connection, 'finish');
  return answer;
}

/** Bytes with memory of their own, filling all of it. */
function alone(bytes: Uint8Array): Buffer {
  return Buffer.from(Uint8Array.from(bytes).buffer);
}

const body = randomBytes(SIZE);
const wanted = createHash('sha256').update(body).digest('hex');
const parts = Array.from({ length: SIZE / PIECE }, (_, index) =>
  body.subarray(index * PIECE, (index + 1) * PIECE),
);

describe('a chunk that was read leaves', () => {
  test('the buffers of a connection that is no socket with who made them', async () => {
    const pieces = parts.map(alone);
    expect(await sendOver(pieces)).toContain(wanted);
    expect(pieces.map(({ buffer }) => buffer.byteLength)).toEqual(pieces.map(() => PIECE));
    expect(Buffer.concat(pieces).equals(body)).toBe(true);
  });

  test('whatever shares memory with its pieces as it was', async () => {
    const memory = new Uint8Array(2 * SIZE);
    const pieces = parts.map((part, index) => {
      const piece = Buffer.from(memory.buffer, 2 * index * PIECE, PIECE);
      piece.set(part);
      memory.fill(7, (2 * index + 1) * PIECE, (2 * index + 2) * PIECE);
      return piece;
    });
    expect(await sendOver(pieces)).toContain(wanted);
    expect(memory).toHaveLength(2 * SIZE);
    expect(Buffer.concat(pieces).equals(body)).toBe(true);
    expect(memory.subarray(PIECE, 2 * PIECE).every((byte) => byte === 7)).toBe(true);
  });

  test('what its sender holds in the same process, and nothing of what the socket read', async () => {
    handedOut.length = 0;
    const { port } = server.address() as AddressInfo;
    const sending = request({
      host: '127.0.0.1',
      port,
      method: 'PUT',
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': SIZE },
      agent: false,
    });
    const pieces = parts.map(alone);
    for (const piece of pieces) sending.write(piece);
    sending.end();
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    expect(await text(answer)).toBe(wanted);
    expect(Buffer.concat(pieces).equals(body)).toBe(true);
    expect(handedOut.length).toBeGreaterThan(0);
    expect(handedOut.filter(({ buffer }) => buffer.byteLength > 0)).toEqual([]);
  });
});
