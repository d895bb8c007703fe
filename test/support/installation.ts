import type { Fetch } from '../../client/api.js';
import { createDesk, type Desk } from '../../client/handler.js';
import type { FileSource, ReportInput } from '../../client/models.js';
import { createReporter, type Reporter } from '../../client/reporter.js';
import { dayOf, type InvitedPart } from '../../crypto/private.js';
import { setUpLink } from '../../server/accounts/set-up.js';
import { sendReport } from './fixtures.js';
import { createTestClock, startTestServer, type TestClock, type TestServer } from './server.js';

/** Somebody at the desk with the secrets that were printed, signed in. */
export interface InstallationPerson {
  readonly name: string;
  readonly id: string;
  readonly passphrase: string;
  readonly recoveryWords: readonly string[];
  /** A session of the person; moving the clock by half an hour ends it. */
  desk: Desk;
}

/** An installation as a person sees it after set-up: everything was done through the client. */
export interface Installation {
  readonly server: TestServer;
  readonly clock: TestClock;
  readonly address: string;
  /** Id of the only channel, which is published unless asked otherwise. */
  readonly channel: string;
  readonly rootWords: readonly string[];
  readonly fingerprint: readonly string[];
  readonly administrator: InstallationPerson;
  /** Two handlers: the one of the set-up, and one who was invited and admitted. */
  readonly handlers: readonly [InstallationPerson, InstallationPerson];
  /** A desk at which nobody is signed in. */
  newDesk(through?: Fetch): Desk;
  /** Signs a person in anew: after the clock was moved, or through another fetch. */
  signIn(person: InstallationPerson, through?: Fetch): Promise<Desk>;
  /** Invites another handler, who joins and is admitted with both signatures. */
  addHandler(name: string, shownName: string): Promise<InstallationPerson>;
  /** Invites another administrator, who joins and is admitted with both signatures. */
  addAdministrator(name: string): Promise<InstallationPerson>;
  /** Invites an identity custodian, who joins and is admitted with both signatures. */
  addCustodian(name: string, shownName?: string): Promise<InstallationPerson>;
  /**
   * Invites somebody of any part, who joins and is admitted with both signatures; where said, in the
   * place of somebody who left.
   */
  add(
    part: InvitedPart,
    name: string,
    shownName: string,
    replaces?: string | null,
  ): Promise<InstallationPerson>;
  newReporter(through?: Fetch): Reporter;
  /** Sends a report under a new case key. */
  report(
    change?: Partial<ReportInput>,
    files?: readonly FileSource[],
  ): Promise<{ words: string[]; receivedOn: string }>;
  stop(): Promise<void>;
}

/** How an installation is started. */
export interface InstallationOptions {
  readonly clock?: TestClock;
  /** Further `CASEKEY_…` settings. */
  readonly env?: Readonly<Record<string, string>>;
  readonly dist?: string;
  readonly dataFolder?: string;
  /** How clients reach the server, where nothing else is asked for. */
  readonly through?: Fetch;
  /** False leaves the channel as it is before anybody read a practice report. */
  readonly published?: boolean;
}

function inWords(words: readonly string[]): string {
  return words.join(' ');
}

/** Sets up through the desk's own engine; answers who was made. */
async function setUp(
  server: TestServer,
  newDesk: () => Desk,
): Promise<{
  administrator: Omit<InstallationPerson, 'id'>;
  handler: Omit<InstallationPerson, 'id'>;
  rootWords: string[];
  fingerprint: string[];
}> {
  const link = await setUpLink(server.db, server.config);
  const secret = link?.split('#')[1];
  if (secret === undefined) throw new Error('the installation is set up already');
  const wizard = newDesk();
  const secrets = await wizard.prepareSetUp();
  await wizard.finishSetUp(secret, {
    organisation: { names: { en: 'Example', sv: 'Exempel' }, country: 'SE' },
    languages: ['en', 'sv', 'fi', 'nb'],
    channelNames: { en: 'Reports', sv: 'Rapporter' },
    texts: { en: 'Write to us.', sv: 'Skriv till oss.' },
    administrator: { name: 'anna' },
    handler: { name: 'hanna', shownName: 'Hanna Handler', role: { en: 'Legal' } },
  });
  const person = (
    name: string,
    { passphrase, recoveryWords }: { passphrase: string[]; recoveryWords: string[] },
  ): Omit<InstallationPerson, 'id'> => ({
    name,
    passphrase: inWords(passphrase),
    recoveryWords,
    desk: newDesk(),
  });
  return {
    administrator: person('anna', secrets.administrator),
    handler: person('hanna', secrets.handler),
    rootWords: secrets.rootWords,
    fingerprint: secrets.fingerprint,
  };
}

async function signedIn(person: Omit<InstallationPerson, 'id'>): Promise<InstallationPerson> {
  const { id } = await person.desk.signIn(person.name, person.passphrase);
  return { ...person, id };
}

/** Invites somebody, who joins and is admitted with both signatures. */
async function addReader(
  handler: InstallationPerson,
  administrator: InstallationPerson,
  newDesk: () => Desk,
  {
    name,
    shownName,
    part,
    replaces = null,
  }: { name: string; shownName: string; part: InvitedPart; replaces?: string | null },
): Promise<InstallationPerson> {
  const inviter = part === 'administrator' ? administrator : handler;
  const { fragment } = await inviter.desk.invite({ shownName, part, replaces });
  const desk = newDesk();
  const { passphrase, recoveryWords } = await desk.prepareJoining();
  await desk.finishJoining(fragment, { name, role: {} });
  const [pending] = (await inviter.desk.members()).admissions;
  if (pending === undefined) throw new Error('nobody asks to be let in');
  await handler.desk.admit(pending);
  await administrator.desk.admit(pending);
  return signedIn({ name, passphrase: inWords(passphrase), recoveryWords, desk });
}

/**
 * Starts a real server and does through the client what people do at the beginning: set-up, a second
 * handler, a practice report, a handler who reads it, publishing. Passphrases are stretched no more
 * than they must.
 */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const clock = options.clock ?? createTestClock();
  const server = await startTestServer({
    clock: clock.now,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.dist === undefined ? {} : { dist: options.dist }),
    ...(options.dataFolder === undefined ? {} : { dataFolder: options.dataFolder }),
  });
  try {
    return await furnish(server, clock, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function furnish(
  server: TestServer,
  clock: TestClock,
  { published = true, through: usual = fetch }: InstallationOptions,
): Promise<Installation> {
  const address = server.url;
  const newDesk = (through = usual): Desk =>
    createDesk({ address, fetch: through, now: clock.now, stretch: 'least' });
  const newReporter = (through = usual): Reporter =>
    createReporter({
      address,
      fetch: through,
      today: () => dayOf(clock.now(), server.config.timeZone),
    });
  const { administrator: first, handler, rootWords, fingerprint } = await setUp(server, newDesk);
  const administrator = await signedIn(first);
  const hanna = await signedIn(handler);
  const harald = await addReader(hanna, administrator, newDesk, {
    name: 'harald',
    shownName: 'Harald Handler',
    part: 'handler',
  });
  const [channel] = (await administrator.desk.directory()).channels;
  if (channel === undefined) throw new Error('an installation without a channel');
  if (published) {
    await sendReport(newReporter(), channel.id, { change: { text: 'A practice report.' } });
    const [row] = (await hanna.desk.inbox('open')).rows;
    if (row === undefined) throw new Error('the practice report did not arrive');
    await hanna.desk.openCase(row.id);
    await administrator.desk.publish(channel.id);
  }
  return {
    server,
    clock,
    address,
    channel: channel.id,
    rootWords,
    fingerprint,
    administrator,
    handlers: [hanna, harald],
    newDesk,
    newReporter,
    async signIn(person, through) {
      person.desk = newDesk(through);
      await person.desk.signIn(person.name, person.passphrase);
      return person.desk;
    },
    addHandler: (name, shownName) =>
      addReader(hanna, administrator, newDesk, { name, shownName, part: 'handler' }),
    addAdministrator: (name) =>
      addReader(hanna, administrator, newDesk, { name, shownName: name, part: 'administrator' }),
    addCustodian: (name, shownName = `${name} Custodian`) =>
      addReader(hanna, administrator, newDesk, { name, shownName, part: 'custodian' }),
    add: (part, name, shownName, replaces = null) =>
      addReader(hanna, administrator, newDesk, { name, shownName, part, replaces }),
    report: (change = {}, files = []) => sendReport(newReporter(), channel.id, { change, files }),
    stop: () => server.stop(),
  };
}
