import { isIP } from 'node:net';
import * as v from 'valibot';

/** One thing an installation can decide. */
export interface Setting<Value> {
  readonly variable: string;
  /** Takes text from the environment, or a value from the file. */
  readonly schema: v.GenericSchema<unknown, Value>;
  readonly fallback: Value;
  /** The default as the documentation words it, where the value does not speak for itself. */
  readonly shown?: string;
  readonly about: string;
}

/** Keeps the type of each setting's value while the table is written down. */
function setting<Value>(value: Setting<Value>): Setting<Value> {
  return value;
}

function optional<Value>(value: Omit<Setting<Value>, 'fallback'>): Setting<Value | undefined> {
  return { ...value, fallback: undefined };
}

function wholeNumber(least: number, most: number): v.GenericSchema<unknown, number> {
  const message = `must be a whole number from ${least.toString()} to ${most.toString()}`;
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))], message),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
}

const filled = v.pipe(
  v.string('must be text'),
  v.check((text) => text.trim() !== '', 'must not be empty'),
);

const host = v.pipe(
  v.string('must be text'),
  v.regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or an IP address'),
);

const publicAddress = v.pipe(
  v.string('must be text'),
  v.transform((text) => text.replace(/\/$/, '')),
  v.check(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be an address that begins with https:// or http://',
  ),
  v.check(
    (text) => new URL(text).origin === text.toLowerCase(),
    'must name scheme and host (and port) only, such as https://report.example.org',
  ),
);

const database = v.pipe(
  filled,
  v.check(
    (text) => !/^postgres(?:ql)?:/i.test(text),
    'PostgreSQL is not supported yet: give the path of an SQLite file, or leave it out',
  ),
  v.check((text) => !/^[a-z]+:\/\//i.test(text), 'must be the path of an SQLite file'),
);

const proxies = v.pipe(
  v.union(
    [
      v.pipe(
        v.string(),
        v.transform((text) => text.split(',').map((part) => part.trim())),
      ),
      v.array(v.string()),
    ],
    'must be a list of IP addresses or networks, separated by commas',
  ),
  v.check(
    (list) =>
      list.every((each) => /^(?:loopback|linklocal|uniquelocal)$/.test(each) || isNetwork(each)),
    'must be IP addresses, networks such as 10.0.0.0/8, or loopback, linklocal, uniquelocal',
  ),
);

const timeZone = v.pipe(
  filled,
  v.check(isTimeZone, 'must be a time zone such as Europe/Stockholm'),
);

const mailAddress = v.pipe(
  v.string('must be text'),
  v.regex(/^[^\s@<>",]+@[^\s@<>",]+$/, 'must be a plain mail address'),
);

/**
 * Every setting, by its name in the file that CASEKEY_CONFIG points to. The documentation is written
 * from this table (`build/configuration.ts`).
 */
export const settings = {
  port: setting({
    variable: 'CASEKEY_PORT',
    schema: wholeNumber(0, 65_535),
    fallback: 8080,
    about: 'Port to listen on; 0 takes any free one.',
  }),
  host: setting({
    variable: 'CASEKEY_HOST',
    schema: host,
    fallback: '127.0.0.1',
    about:
      'Network address to listen on. Only this machine can connect to the default: put a proxy ' +
      'that speaks TLS, or an onion service, in front.',
  }),
  publicAddress: optional({
    variable: 'CASEKEY_PUBLIC_ADDRESS',
    schema: publicAddress,
    shown: '`http://localhost:<port>`',
    about:
      'The address people open, without a path: it stands in mail and in one-time links. Posters ' +
      'and invitations carry the address at which the desk is open when they are made. With https, ' +
      'browsers are told to use nothing else (HSTS).',
  }),
  dataFolder: setting({
    variable: 'CASEKEY_DATA_FOLDER',
    schema: filled,
    fallback: './data',
    about: 'Folder of the database. It is made if need be, for the server’s user alone.',
  }),
  database: optional({
    variable: 'CASEKEY_DATABASE',
    schema: database,
    shown: '`casekey.sqlite` in the data folder',
    about: 'Path of the SQLite file.',
  }),
  serverKey: optional({
    variable: 'CASEKEY_SERVER_KEY',
    schema: filled,
    shown: '`server.key` in the data folder',
    about:
      'Path of the key that wraps handlers’ vaults. It is made at the first start. Back it up apart ' +
      'from the database: neither is of use without the other.',
  }),
  maxFileBytes: setting({
    variable: 'CASEKEY_MAX_FILE_BYTES',
    schema: wholeNumber(65_536, 2 ** 40),
    fallback: 2 ** 30,
    about: 'The largest file a person may add, in bytes.',
  }),
  maxStorageBytes: optional({
    variable: 'CASEKEY_MAX_STORAGE_BYTES',
    schema: wholeNumber(2 ** 28, 2 ** 49),
    shown: 'what the disk has',
    about:
      'What the database may hold at most, in bytes. The last 256 MiB are kept for text: files are ' +
      'refused first, then reports, and case work goes on.',
  }),
  calmReports: setting({
    variable: 'CASEKEY_CALM_REPORTS',
    schema: wholeNumber(1, 1_000_000),
    fallback: 10,
    about:
      'Reports in about half an hour before each further one costs the sender’s device a ' +
      'calculation, a longer one the more there are; it begins at a number drawn anew, from once ' +
      'to three times as many.',
  }),
  calmUploadBytes: setting({
    variable: 'CASEKEY_CALM_UPLOAD_BYTES',
    schema: wholeNumber(2 ** 20, 2 ** 49),
    fallback: 2 ** 32,
    about: 'The same for files, in bytes announced in about half an hour.',
  }),
  trustedProxies: setting<readonly string[]>({
    variable: 'CASEKEY_TRUSTED_PROXIES',
    schema: proxies,
    fallback: [],
    shown: 'none',
    about:
      'Proxies whose X-Forwarded-For is believed, separated by commas. Addresses are used to slow ' +
      'down abuse, kept in memory only, under a keyed hash, and never logged.',
  }),
  timeZone: setting({
    variable: 'CASEKEY_TIME_ZONE',
    schema: timeZone,
    fallback: 'Europe/Stockholm',
    about:
      'Time zone of the organisation: its days, at the server and at the desk, and of the hours below.',
  }),
  mailHour: setting({
    variable: 'CASEKEY_MAIL_HOUR',
    schema: wholeNumber(0, 23),
    fallback: 8,
    about: 'Hour at which everybody with an address gets their mail each working day.',
  }),
  purgeHour: setting({
    variable: 'CASEKEY_PURGE_HOUR',
    schema: wholeNumber(0, 23),
    fallback: 3,
    about: 'Hour of the daily purge.',
  }),
  'smtp.host': optional({
    variable: 'CASEKEY_SMTP_HOST',
    schema: host,
    shown: 'no mail is sent',
    about: 'Mail server.',
  }),
  'smtp.port': setting({
    variable: 'CASEKEY_SMTP_PORT',
    schema: wholeNumber(1, 65_535),
    fallback: 587,
    about: 'Port of the mail server.',
  }),
  'smtp.user': optional({
    variable: 'CASEKEY_SMTP_USER',
    schema: filled,
    shown: 'none',
    about: 'Name to sign in to the mail server with.',
  }),
  'smtp.password': optional({
    variable: 'CASEKEY_SMTP_PASSWORD',
    schema: filled,
    shown: 'none',
    about: 'Password to sign in to the mail server with.',
  }),
  'smtp.from': optional({
    variable: 'CASEKEY_SMTP_FROM',
    schema: mailAddress,
    shown: 'none',
    about: 'Sender of the mail. Needed with a mail server.',
  }),
  'smtp.tls': setting<'starttls' | 'implicit' | 'none'>({
    variable: 'CASEKEY_SMTP_TLS',
    schema: v.picklist(['starttls', 'implicit', 'none'], 'must be one of starttls, implicit, none'),
    fallback: 'starttls',
    about:
      'How the connection to the mail server is protected: `starttls` (required, not tried), ' +
      '`implicit` (TLS from the first byte, usually port 465) or `none` (only to a mail server ' +
      'on the same machine).',
  }),
} as const;

export type SettingName = keyof typeof settings;
export type SettingValues = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value>
    ? Value
    : never;
};

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
