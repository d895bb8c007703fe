import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { Agents } from './fetch.js';

/** A SOCKS5 proxy (RFC 1928), such as Tor's. */
export interface SocksProxy {
  host: string;
  port: number;
}

/** Milliseconds in which the proxy must have reached the other side: Tor can take a minute. */
const PATIENCE = 120_000;
/** Milliseconds for which an idle connection is kept. */
const KEPT = 10_000;

const VERSION = 5;
const NO_SECRET = 0;
const NAME_AND_SECRET = 2;
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** What a proxy says that it will not do; the numbers are those of the RFC. */
function refused(answer: number): Error {
  return new Error(`the proxy refused (${String(answer)})`);
}

/** Reads exactly as many bytes as are asked for; more at once than were asked for is an error. */
function createReader(socket: net.Socket): (count: number) => Promise<Buffer> {
  let held = Buffer.alloc(0);
  return (count) =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        socket.off('data', take);
        socket.off('error', fail);
        socket.off('close', fail);
      };
      const fail = (error?: unknown): void => {
        settle();
        reject(error instanceof Error ? error : new Error('the proxy hung up'));
      };
      const take = (piece: Buffer): void => {
        held = Buffer.concat([held, piece]);
        if (held.length < count) return;
        settle();
        const wanted = held.subarray(0, count);
        held = held.subarray(count);
        resolve(wanted);
      };
      socket.on('data', take);
      socket.on('error', fail);
      socket.on('close', fail);
      take(Buffer.alloc(0));
    });
}

/** The name or address as the proxy is to look it up: names are never resolved on this machine. */
function target(host: string, port: number): Buffer {
  const bare = host.replace(/^\[|\]$/gu, '');
  const portBytes = Buffer.from([port >> 8, port & 0xff]);
  if (net.isIPv4(bare)) {
    return Buffer.from([IPV4, ...bare.split('.').map(Number), ...portBytes]);
  }
  if (net.isIPv6(bare)) {
    return Buffer.concat([Buffer.from([IPV6]), ipv6Bytes(bare), portBytes]);
  }
  const name = Buffer.from(bare, 'ascii');
  if (name.length === 0 || name.length > 255) throw new Error('no name of a host');
  return Buffer.concat([Buffer.from([NAME, name.length]), name, portBytes]);
}

function ipv6Bytes(address: string): Buffer {
  // the URL parser writes every form in hexadecimal groups
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = '', after] = groups.split('::');
  const parts = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = parts(before);
  const right = after === undefined ? [] : parts(after);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const bytes = Buffer.alloc(16);
  [...left, ...zeros, ...right].forEach((group, index) => {
    bytes.writeUInt16BE(parseInt(group, 16), index * 2);
  });
  return bytes;
}

async function greet(
  socket: net.Socket,
  read: (count: number) => Promise<Buffer>,
  identity: Buffer,
): Promise<void> {
  socket.write(Buffer.from([VERSION, 2, NO_SECRET, NAME_AND_SECRET]));
  const [version, method] = await read(2);
  if (version !== VERSION) throw new Error('no SOCKS5 proxy');
  if (method === NO_SECRET) return;
  if (method !== NAME_AND_SECRET) throw refused(method ?? 0);
  // RFC 1929
  const field = Buffer.concat([Buffer.from([identity.length]), identity]);
  socket.write(Buffer.concat([Buffer.from([1]), field, field]));
  const [, status] = await read(2);
  if (status !== 0) throw refused(status ?? 0);
}

/** Opens a connection to a host through the proxy. Throws Error where either cannot be reached. */
async function connectThrough(
  proxy: SocksProxy,
  identity: Buffer,
  host: string,
  port: number,
): Promise<net.Socket> {
  const address = target(host, port);
  const socket = net.connect({ host: proxy.host, port: proxy.port });
  // an error between two readings has no other listener, and would end the program
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(new Error('the proxy is silent')), PATIENCE);
  try {
    const read = createReader(socket);
    await greet(socket, read, identity);
    socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), address]));
    const [version, answer, , type] = await read(4);
    if (version !== VERSION) throw new Error('no SOCKS5 proxy');
    if (answer !== 0) throw refused(answer ?? 0);
    // from where the proxy asks is of no interest
    const length = type === IPV4 ? 4 : type === IPV6 ? 16 : ((await read(1))[0] ?? 0);
    await read(length + 2);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Agents whose connections go through a SOCKS5 proxy, names included: the proxy looks them up, so
 * nobody who watches this machine's look-ups learns where it turns to. Nothing goes past the proxy;
 * where it is down, requests fail.
 *
 * The name and secret that a proxy may ask for are random and new for each call: Tor gives programs
 * that name themselves differently different circuits, so two runs are not seen together.
 */
export function socksAgents(
  proxy: SocksProxy,
  options: Pick<https.AgentOptions, 'ca'> = {},
): Agents {
  const identity = Buffer.from(randomBytes(16).toString('hex'), 'ascii');
  const open = ({ host, port }: http.ClientRequestArgs): Promise<net.Socket> =>
    connectThrough(proxy, identity, host ?? '', Number(port));
  type Done = (error: Error | null, stream: Duplex) => void;
  const hand = (opening: Promise<Duplex>, done: Done | undefined): undefined => {
    opening.then(
      (stream) => done?.(null, stream),
      // Node's own type wants a stream where there is none
      (error: unknown) => (done as ((error: unknown) => void) | undefined)?.(error),
    );
  };
  class PlainAgent extends http.Agent {
    override createConnection(request: http.ClientRequestArgs, done?: Done): undefined {
      hand(open(request), done);
    }
  }
  class SecureAgent extends https.Agent {
    override createConnection(request: https.RequestOptions, done?: Done): undefined {
      const secured = open(request).then((socket) =>
        // the socket is there already, so neither path nor port is gone to
        tls.connect({ ...(request as tls.ConnectionOptions), socket }),
      );
      hand(secured, done);
    }
  }
  const kept = { keepAlive: true, timeout: KEPT };
  return { http: new PlainAgent(kept), https: new SecureAgent({ ...kept, ...options }) };
}
