import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { settings, type SettingName, type SettingValues } from './settings.js';

/** Outgoing mail. */
export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
  readonly tls: 'starttls' | 'implicit' | 'none';
}

/** Everything an installation decides. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Without a slash at its end. */
  readonly publicAddress: string;
  readonly dataFolder: string;
  /** Absolute path of the SQLite file. */
  readonly database: string;
  /** Absolute path of the server's key. */
  readonly serverKey: string;
  /** Beside the server's key. */
  readonly receiptKey: string;
  readonly maxFileBytes: number;
  /** What the database may hold; undefined for what the disk has. */
  readonly maxStorageBytes: number | undefined;
  /** Reports, and bytes of files, in half an hour that are not yet too much. */
  readonly calm: { readonly report: number; readonly upload: number };
  readonly trustedProxies: readonly string[];
  readonly timeZone: string;
  readonly mailHour: number;
  readonly purgeHour: number;
  readonly smtp: SmtpConfig | undefined;
}

/** A configuration that cannot be used; its message says which values are wrong and why. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Variables of this name space that are no settings of the server. */
const otherVariables = new Set(['CASEKEY_CONFIG', 'CASEKEY_CHROMIUM', 'CASEKEY_ORGANISATIONS']);

/**
 * Reads the configuration: `CASEKEY_*` variables, then the JSON file that CASEKEY_CONFIG names, then
 * the defaults. An empty variable counts as absent.
 *
 * @param own values that count before all of these, and what they are of, for messages.
 * @throws ConfigError that names every wrong value by its variable or key, never showing a secret.
 */
export async function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  own?: { readonly values: ReadonlyMap<string, unknown>; readonly of: string },
): Promise<Config> {
  const problems: string[] = [];
  const file = await readFileValues(env['CASEKEY_CONFIG']);
  const byVariable = new Map(
    Object.entries(settings).map(([name, setting]) => [setting.variable, name]),
  );
  const given = new Map<string, { value: unknown; source: string }>();
  for (const [name, value] of file) {
    if (name in settings) given.set(name, { value, source: `${name} in CASEKEY_CONFIG` });
    else problems.push(`${name} in CASEKEY_CONFIG: there is no such setting`);
  }
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('CASEKEY_') || otherVariables.has(variable) || !value) continue;
    const name = byVariable.get(variable);
    if (name === undefined) problems.push(`${variable}: there is no such setting`);
    else given.set(name, { value, source: variable });
  }

  for (const [name, value] of own?.values ?? []) {
    const source = `${name} of ${own?.of ?? ''}`;
    if (name in settings) given.set(name, { value, source });
    else problems.push(`${source}: there is no such setting`);
  }

  const values: Partial<Record<SettingName, unknown>> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const entry = given.get(name);
    if (entry === undefined) {
      values[name as SettingName] = setting.fallback;
      continue;
    }
    const result = v.safeParse(setting.schema, entry.value, { abortEarly: true });
    if (result.success) values[name as SettingName] = result.output;
    else problems.push(`${entry.source}: ${result.issues[0].message}`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  // every name was just set, from a schema of its own type or its fallback
  return compose(values as SettingValues);
}

function compose(values: SettingValues): Config {
  const dataFolder = path.resolve(values.dataFolder);
  const serverKey = path.resolve(values.serverKey ?? path.join(dataFolder, 'server.key'));
  return {
    host: values.host,
    port: values.port,
    publicAddress: values.publicAddress ?? `http://localhost:${values.port.toString()}`,
    dataFolder,
    database: path.resolve(values.database ?? path.join(dataFolder, 'casekey.sqlite')),
    serverKey,
    receiptKey: path.join(path.dirname(serverKey), 'receipt.key'),
    maxFileBytes: values.maxFileBytes,
    maxStorageBytes: values.maxStorageBytes,
    calm: { report: values.calmReports, upload: values.calmUploadBytes },
    trustedProxies: values.trustedProxies,
    timeZone: values.timeZone,
    mailHour: values.mailHour,
    purgeHour: values.purgeHour,
    smtp: composeSmtp(values),
  };
}

/** Where a connection never leaves the machine. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

function composeSmtp(values: SettingValues): SmtpConfig | undefined {
  const host = values['smtp.host'];
  const from = values['smtp.from'];
  const user = values['smtp.user'];
  const password = values['smtp.password'];
  if (host === undefined) {
    if (from ?? user ?? password) {
      throw new ConfigError('CASEKEY_SMTP_HOST: is needed when other mail settings are given');
    }
    return undefined;
  }
  if (from === undefined) {
    throw new ConfigError('CASEKEY_SMTP_FROM: is needed when CASEKEY_SMTP_HOST is given');
  }
  if ((user === undefined) !== (password === undefined)) {
    throw new ConfigError('CASEKEY_SMTP_USER and CASEKEY_SMTP_PASSWORD: give both or neither');
  }
  if (values['smtp.tls'] === 'none' && !LOOPBACK.has(host)) {
    throw new ConfigError(
      'CASEKEY_SMTP_TLS: none is for a mail server on the same machine only (localhost, 127.0.0.1 or ::1)',
    );
  }
  return { host, port: values['smtp.port'], user, password, from, tls: values['smtp.tls'] };
}

/** The file's values under flat names: `{"smtp":{"host":"x"}}` → `smtp.host`. */
async function readFileValues(file: string | undefined): Promise<Map<string, unknown>> {
  if (!file) return new Map();
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    throw new ConfigError(`CASEKEY_CONFIG: the file ${reason}`);
  }
  if (!isRecord(parsed)) throw new ConfigError('CASEKEY_CONFIG: the file holds no JSON object');
  return flatValues(parsed);
}

/** Values under flat names: `{"smtp":{"host":"x"}}` → `smtp.host`. */
export function flatValues(parsed: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(parsed)) {
    if (!isRecord(value)) values.set(name, value);
    else for (const [part, inner] of Object.entries(value)) values.set(`${name}.${part}`, inner);
  }
  return values;
}

/** Whether it is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
