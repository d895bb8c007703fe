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
 * setting but those that all share. Null where the variable is absent: then there is one.
 *
 * @throws ConfigError that says what is wrong with which.
 */
export async function loadOrganisations(env: Env): Promise<HostedOrganisation[] | null> {
  const file = env['CASEKEY_ORGANISATIONS'];
  if (!file) return null;
  const entries = await readEntries(file);
  const common = OWN.filter((variable) => env[variable]);
  if (common.length > 0) {
    throw new ConfigError(`${common.join(', ')}: belongs to each organisation in its own entry`);
  }
  const organisations: HostedOrganisation[] = [];
  for (const entry of entries) organisations.push(await readEntry(env, entry));
  checkApart(organisations);
  checkThreads(env, organisations.length);
  return organisations;
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

async function readEntry(env: Env, entry: Record<string, unknown>): Promise<HostedOrganisation> {
  const { name, alsoAt = [], ...settings } = entry;
  if (typeof name !== 'string' || !/^[a-z0-9-]{1,40}$/.test(name)) {
    throw new ConfigError('CASEKEY_ORGANISATIONS: each needs a name of a-z, 0-9 and -');
  }
  const problems = SHARED.filter((each) => each in settings).map(
    (each) => `${each} of ${name}: is the same for all organisations`,
  );
  for (const each of ['publicAddress', 'dataFolder']) {
    if (!(each in settings)) problems.push(`${each} of ${name}: is needed`);
  }
  const isHosts =
    Array.isArray(alsoAt) &&
    alsoAt.every((each) => typeof each === 'string' && /^[A-Za-z0-9.:_-]+$/.test(each));
  if (!isHosts) problems.push(`alsoAt of ${name}: must be a list of host names`);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const config = await loadConfig(env, { values: flatValues(settings), of: name });
  const further = (alsoAt as string[]).map((host) => host.toLowerCase());
  return { name, config, hosts: [new URL(config.publicAddress).host, ...further] };
}

/** No two have a name, host, database or key in common. */
function checkApart(organisations: readonly HostedOrganisation[]): void {
  const seen = new Set<string>();
  for (const { name, config, hosts } of organisations) {
    const own = new Set([`name ${name}`, ...hosts.map((host) => `host ${host}`)]);
    for (const file of [config.database, config.serverKey, config.receiptKey]) own.add(file);
    own.add(`data folder ${config.dataFolder}`);
    for (const each of own) {
      if (seen.has(each)) {
        throw new ConfigError(`CASEKEY_ORGANISATIONS: ${each} is there twice; they share nothing`);
      }
      seen.add(each);
    }
  }
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
