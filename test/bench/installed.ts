import { createDesk } from '../../client/handler.js';
import type { ServerProcess } from './process.js';

/** A handler of a newly set-up installation, and how to sign in. */
export interface InstalledHandler {
  id: string;
  name: string;
  passphrase: string;
  channel: string;
  organisation: string;
}

/** Sets an installation up through the client, by the one-time link that the server printed. */
export async function setUpHandler(server: ServerProcess): Promise<InstalledHandler> {
  const link = await server.waitFor(/Set it up at \S+#(\S+)/u);
  const desk = createDesk({
    address: server.address,
    fetch: (input, init) => fetch(input, init),
    now: () => new Date(),
    stretch: 'least',
  });
  const { handler } = await desk.prepareSetUp();
  await desk.finishSetUp(link, {
    organisation: { names: { en: 'Example' }, country: 'SE' },
    languages: ['en'],
    channelNames: { en: 'Reports' },
    texts: { en: 'Write to us.' },
    administrator: { name: 'anna' },
    handler: { name: 'hanna', shownName: 'Hanna', role: {} },
  });
  const passphrase = handler.passphrase.join(' ');
  const { id } = await desk.signIn('hanna', passphrase);
  const directory = await desk.directory();
  await desk.signOut();
  return {
    id,
    name: 'hanna',
    passphrase,
    channel: directory.channels[0]?.id ?? '',
    organisation: directory.organisation.id,
  };
}

/** Signs in through the client and answers the Authorization header of the session. */
export async function sessionOf(
  address: string,
  { name, passphrase }: InstalledHandler,
): Promise<string> {
  let header = '';
  const desk = createDesk({
    address,
    fetch(input, init) {
      header = new Headers(init.headers).get('Authorization') ?? header;
      return fetch(input, init);
    },
    now: () => new Date(),
    stretch: 'least',
  });
  await desk.signIn(name, passphrase);
  await desk.inbox('open');
  return header;
}
