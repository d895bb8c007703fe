import { readFile } from 'node:fs/promises';
import { ConfigError, flatValues, isRecord, loadConfig, type Config } from './config.js';

/** One of several organisations on an installation. */
export interface HostedOrganisation {
  /** A word for logs and messages; nobody outside sees it. */
  readonly name: string;
  readonly config: Config;
  /** Host names, with the port where it is not the usual one, at which it answers. */
  readonly hosts: readonly string[];
}

/** One whose entry in the list cannot be used. */
export interface RefusedOrganisation {
  /** Its name, or `entry 2` where it has none that can be used. */
  readonly name: string;
  /** The hosts that its entry names, as far as it does. */
  readonly hosts: readonly string[];
  /** What is wrong with it. */
  readonly problem: string;
}

/** What the list of organisations holds: one's fault is not the others'. */
export interface OrganisationList {
  readonly organisations: readonly HostedOrganisation[];
  readonly refused: readonly RefusedOrganisation[];
}

/** What all share, since one process listens. */
const SHARED = ['port', 'host', 'trustedProxies'];
/** What each has to itself: given for all, they would be one. */
const OWN = [
  'CASEKEY_DATA_FOLDER',
  'CASEKEY_DATABASE',
  'CASEKEY_SERVER_KEY',
  'CASEKEY_PUBLIC_ADDRESS',
];
/** Threads that do files and databases, where nobody says otherwise (libuv). */
const USUAL_THREADS = 4;
/** Those that are to be left where every database waits for a lock. */
const SPARE_THREADS = 2;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The organisations that the JSON file lists which CASEKEY_ORGANISATIONS names: each with `name`,
 * `publicAddress`, `dataFolder`, perhaps `alsoAt` (further hosts, such as an onion address), and any
 * setting but those that all share. Null where the variable is absent: then there is one. An entry
 * that cannot be used is refused by itself; of those that have something in common all are, since
 * nobody can tell whose it is.
 *
 * @throws ConfigError where the file, or what holds for all, is wrong, or no entry can be used.
 */
export async function loadOrganisations(env: Env): Promise<OrganisationList | null> {
  const file = env['CASEKEY_ORGANISATIONS'];
  if (!file) return null;
  const entries = await readEntries(file);
  const common = OWN.filter((variable) => env[variable]);
  if (common.length > 0) {
    throw new ConfigError(`${common.join(', ')}: belongs to each organisation in its own entry`);
  }
  checkThreads(env, entries.length);
  const read: (HostedOrganisation | RefusedOrganisation)[] = [];
  for (const [index, entry] of entries.entries()) {
    read.push(await readOrRefuse(env, entry, `entry ${(index + 1).toString()}`));
  }
  const list = keepApart(read);
  if (list.organisations.length === 0) {
    throw new ConfigError(list.refused.map(({ problem }) => problem).join('\n'));
  }
  return list;
}

async function readOrRefuse(
  env: Env,
  entry: Record<string, unknown>,
  place: string,
): Promise<HostedOrganisation | RefusedOrganisation> {
  try {
    return await readEntry(env, entry, place);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const name = isName(entry['name']) ? entry['name'] : place;
    return { name, hosts: claimedHosts(entry), problem: error.message };
  }
}

/** The hosts of an entry that cannot be used: whoever asks there is told that it is not available. */
function claimedHosts({ publicAddress, alsoAt }: Record<string, unknown>): string[] {
  const isAddress = typeof publicAddress === 'string' && URL.canParse(publicAddress);
  return [
    ...(isAddress ? [new URL(publicAddress).host] : []),
    ...(isHosts(alsoAt) ? alsoAt.map((host) => host.toLowerCase()) : []),
  ];
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9-]{1,40}$/.test(value);
}

function isHosts(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.every((each) => typeof each === 'string' && /^[A-Za-z0-9.:_-]+$/.test(each))
  );
}

async function readEntries(file: string): Promise<Record<string, unknown>[]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    throw new ConfigError(`CASEKEY_ORGANISATIONS: the file ${reason}`);
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every(isRecord)) {
    throw new ConfigError('CASEKEY_ORGANISATIONS: the file holds no list of organisations');
  }
  return parsed;
}

async function readEntry(
  env: Env,
  entry: Record<string, unknown>,
  place: string,
): Promise<HostedOrganisation> {
  const { name, alsoAt = [], ...settings } = entry;
  if (!isName(name)) {
    throw new ConfigError(`CASEKEY_ORGANISATIONS: ${place} needs a name of a-z, 0-9 and -`);
  }
  const problems = SHARED.filter((each) => each in settings).map(
    (each) => `${each} of ${name}: is the same for all organisations`,
  );
  for (const each of ['publicAddress', 'dataFolder']) {
    if (!(each in settings)) problems.push(`${each} of ${name}: is needed`);
  }
  if (!isHosts(alsoAt)) problems.push(`alsoAt of ${name}: must be a list of host names`);
  if (problems.length > 0 || !isHosts(alsoAt)) throw new ConfigError(problems.join('\n'));
  const config = await loadConfig(env, { values: flatValues(settings), of: name });
  const further = alsoAt.map((host) => host.toLowerCase());
  return { name, config, hosts: [new URL(config.publicAddress).host, ...further] };
}

/** What nobody else may have. */
function ownOf(one: HostedOrganisation | RefusedOrganisation): string[] {
  const named = [`name ${one.name}`, ...one.hosts.map((host) => `host ${host}`)];
  if (!('config' in one)) return named;
  const { database, serverKey, receiptKey, dataFolder } = one.config;
  return [...new Set([...named, database, serverKey, receiptKey, `data folder ${dataFolder}`])];
}

/** Refuses all that have a name, host, folder, database or key in common. */
function keepApart(read: readonly (HostedOrganisation | RefusedOrganisation)[]): OrganisationList {
  const count = new Map<string, number>();
  for (const own of read.flatMap(ownOf)) count.set(own, (count.get(own) ?? 0) + 1);
  const organisations: HostedOrganisation[] = [];
  const refused: RefusedOrganisation[] = [];
  for (const one of read) {
    const shared = ownOf(one).filter((own) => (count.get(own) ?? 0) > 1);
    const { name, hosts } = one;
    if (!('config' in one)) refused.push(one);
    else if (shared.length === 0) organisations.push(one);
    else {
      const what = `CASEKEY_ORGANISATIONS: ${shared.join(', ')} of ${name}`;
      refused.push({ name, hosts, problem: `${what}: is there twice; they share nothing` });
    }
  }
  return { organisations, refused };
}

/** One that waits for its database keeps a thread: enough must be left for the others. */
function checkThreads(env: Env, count: number): void {
  const given = Number(env['UV_THREADPOOL_SIZE'] ?? USUAL_THREADS);
  const needed = count + SPARE_THREADS;
  if (given >= needed) return;
  throw new ConfigError(
    `UV_THREADPOOL_SIZE: must be at least ${needed.toString()} for ${count.toString()} ` +
      'organisations, so that one whose database is locked stops no other',
  );
}
