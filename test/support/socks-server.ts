import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** A SOCKS5 proxy on this machine that writes down what it is asked. */
export interface SocksServer {
  readonly port: number;
  /** Hosts as they were asked for, `name:port`, in order. */
  readonly asked: readonly string[];
  /** Names and secrets that were given, in order. */
  readonly identities: readonly string[];
  stop(): Promise<void>;
}

async function exactly(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(count) as Buffer | null;
    if (bytes !== null) return bytes;
    await once(socket, 'readable');
  }
}

function hostOf(type: number, bytes: Buffer): string {
  if (type === 3) return bytes.toString('ascii');
  if (type === 1) return [...bytes].join('.');
  return bytes.toString('hex');
}

/**
 * Starts one.
 *
 * @param options.lookUp where a host that was asked for really is; null refuses it (host unreachable).
 * @param options.wantsName whether it asks for a name and secret, as Tor does where one is offered.
 */
export async function startSocksServer(options: {
  readonly lookUp: (host: string) => number | null;
  readonly wantsName?: boolean;
}): Promise<SocksServer> {
  const asked: string[] = [];
  const identities: string[] = [];
  const sockets = new Set<Socket>();

  async function serve(socket: Socket): Promise<void> {
    const [, count = 0] = await exactly(socket, 2);
    const methods = [...(await exactly(socket, count))];
    if (options.wantsName === true && methods.includes(2)) {
      socket.write(Buffer.from([5, 2]));
      const [, nameLength = 0] = await exactly(socket, 2);
      const name = await exactly(socket, nameLength);
      const [secretLength = 0] = await exactly(socket, 1);
      const secret = await exactly(socket, secretLength);
      identities.push(`${name.toString()}:${secret.toString()}`);
      socket.write(Buffer.from([1, 0]));
    } else {
      socket.write(Buffer.from([5, 0]));
    }
    const [, , , type = 0] = await exactly(socket, 4);
    const length = type === 1 ? 4 : type === 4 ? 16 : ((await exactly(socket, 1))[0] ?? 0);
    const host = hostOf(type, await exactly(socket, length));
    asked.push(`${host}:${String((await exactly(socket, 2)).readUInt16BE())}`);
    const port = options.lookUp(host);
    if (port === null) {
      socket.end(Buffer.from([5, 4, 0, 1, 0, 0, 0, 0, 0, 0]));
      return;
    }
    const other = net.connect({ host: '127.0.0.1', port });
    sockets.add(other);
    other.on('error', () => socket.destroy());
    await once(other, 'connect');
    // bound to a name of its own, as the standard allows, in a piece of its own
    socket.write(Buffer.from([5, 0, 0, 3, 2]));
    socket.write(Buffer.from([0x61, 0x62, 0, 80]));
    socket.pipe(other).pipe(socket);
  }

  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    identities,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
