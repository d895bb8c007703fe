import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A real SMTP server on loopback that keeps what it is given. */
export interface MailServer {
  readonly port: number;
  /** Every message as it came, headers and body. */
  readonly messages: readonly { to: string[]; raw: string }[];
  /** `CASEKEY_…` settings that make a server send its mail here. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts it on a free port; no encryption, no sign-in. */
export async function startMailServer(): Promise<MailServer> {
  const messages: { to: string[]; raw: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        messages.push({ to, raw: Buffer.concat(parts).toString('utf8') });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    messages,
    env: {
      CASEKEY_SMTP_HOST: '127.0.0.1',
      CASEKEY_SMTP_PORT: String(port),
      CASEKEY_SMTP_FROM: 'casekey@example.org',
      CASEKEY_SMTP_TLS: 'none',
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  };
}
