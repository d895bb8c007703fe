import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { SocksProxy } from '../node/socks.js';
import { usage } from './failure.js';

/** The commands. */
export const commands = [
  'report',
  'reply',
  'attach',
  'agree',
  'rectify',
  'meet',
  'consent',
  'return',
  'read',
  'copy',
  'receipt',
  'verify',
  'verify-export',
] as const;
export type CommandName = (typeof commands)[number];

const everywhere = {
  address: { type: 'string' },
  fingerprint: { type: 'string' },
  'key-file': { type: 'string' },
  socks: { type: 'string' },
  json: { type: 'boolean', default: false },
  yes: { type: 'boolean', short: 'y', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

const writing = {
  'text-file': { type: 'string' },
  file: { type: 'string', short: 'f', multiple: true, default: [] },
  'keep-metadata': { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

const reporting = {
  channel: { type: 'string' },
  language: { type: 'string' },
  category: { type: 'string' },
  relation: { type: 'string' },
  where: { type: 'string' },
  when: { type: 'string' },
  who: { type: 'string' },
  how: { type: 'string' },
  more: { type: 'string' },
  answer: { type: 'string', multiple: true, default: [] },
  'leave-out': { type: 'string', multiple: true, default: [] },
} as const satisfies ParseArgsConfig['options'];

const reading = { out: { type: 'string' } } as const satisfies ParseArgsConfig['options'];

const verifying = {
  manifest: { type: 'string' },
  'release-key': { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const keeping = { receipt: { type: 'string' } } as const satisfies ParseArgsConfig['options'];

const checking = {
  directory: { type: 'string' },
  'with-key': { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

const all = {
  ...everywhere,
  ...writing,
  ...reporting,
  ...reading,
  ...keeping,
  ...checking,
  ...verifying,
};

/** Which options a command has besides those of all. */
const allowed: Readonly<Record<CommandName, readonly string[]>> = {
  report: [...Object.keys(writing), ...Object.keys(reporting), ...Object.keys(keeping)],
  reply: Object.keys(writing),
  attach: ['text-file', 'keep-metadata'],
  agree: [],
  rectify: ['text-file'],
  meet: ['text-file'],
  consent: [],
  return: Object.keys(keeping),
  read: Object.keys(reading),
  copy: [],
  receipt: Object.keys(checking),
  verify: Object.keys(verifying),
  'verify-export': [],
};

/** The optional questions of a report. */
export const questions = ['where', 'when', 'who', 'how', 'more'] as const;

/** What the arguments say. */
export interface Options {
  command: CommandName;
  /** Empty for what is checked by files alone. */
  address: string;
  fingerprint: string | undefined;
  keyFile: string | undefined;
  json: boolean;
  yes: boolean;
  textFile: string | undefined;
  files: string[];
  /** Send files as they are. */
  keepMetadata: boolean;
  channel: string | undefined;
  language: string | undefined;
  category: string | undefined;
  relation: string | undefined;
  answers: Partial<Record<(typeof questions)[number], string>>;
  /** Answers to a channel's own questions, each `FIELD=ANSWER`. */
  formAnswers: string[];
  leaveOut: string[];
  out: string;
  /** The proxy that everything goes through. */
  socks: SocksProxy | undefined;
  /** A release's manifest, in place of the build beside the program. */
  manifest: string | undefined;
  releaseKey: string | undefined;
  /** The file to keep a receipt in. */
  receipt: string | undefined;
  /** A file with the directory by which a receipt is checked. */
  directory: string | undefined;
  /** Whether to show that the receipt is of the report of a case key. */
  withKey: boolean;
  /**
   * Files to attach, numbers of files to read, the copy to write, what to check (a receipt, an
   * export) or to answer.
   */
  rest: string[];
}

/** Hosts for which http is as good as https: this machine, and onion services. */
function isOwn(host: string): boolean {
  return (
    ['localhost', '127.0.0.1', '[::1]'].includes(host) ||
    host.endsWith('.localhost') ||
    host.endsWith('.onion')
  );
}

/** The origin of an address, without a slash at its end. */
function originOf(address: string | undefined): string {
  if (address === undefined) throw usage('--address is missing: where the installation is.');
  if (!URL.canParse(address)) throw usage('--address must be like https://reports.example.org');
  const url = new URL(address);
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isOwn(url.hostname));
  if (!safe)
    throw usage('--address must begin with https:// (http:// only on this machine or for .onion).');
  if (url.username !== '' || url.password !== '') throw usage('--address must hold no password.');
  return url.origin;
}

/** `HOST:PORT`, an IPv6 address in brackets. */
function proxyOf(text: string | undefined): SocksProxy | undefined {
  if (text === undefined) return undefined;
  const [, host, port] = /^([\w.-]+|\[[0-9a-f:]+\]):(\d{1,5})$/iu.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw usage('--socks must be HOST:PORT, such as 127.0.0.1:9050 for Tor.');
  }
  return { host: host.replace(/^\[|\]$/gu, ''), port: Number(port) };
}

/**
 * Reads the arguments; null where help is asked for. Throws Failure `usage` that names what is wrong.
 */
export function parseOptions(args: readonly string[]): Options | null {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: all, allowPositionals: true, strict: true });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : 'The arguments cannot be read.');
  }
  const { values, positionals } = parsed;
  const [name, ...further] = positionals;
  if (values.help || (name === undefined && args.length === 0) || name === 'help') return null;
  const command = commands.find((one) => one === name);
  if (command === undefined)
    throw usage(`There is no such command. Commands: ${commands.join(', ')}.`);
  const { [command]: own } = allowed;
  for (const [option, value] of Object.entries(values)) {
    if (value === false || (Array.isArray(value) && value.length === 0)) continue;
    if (!(option in everywhere) && !own.includes(option)) {
      throw usage(`--${option} is no option of ${command}.`);
    }
  }
  // the address is all that verify is about
  const isBare = command === 'verify' && values.address === undefined && further.length === 1;
  const rest = isBare ? [] : further;
  const wordy: readonly CommandName[] = [
    'attach',
    'read',
    'copy',
    'receipt',
    'verify-export',
    'agree',
    'rectify',
    'meet',
    'consent',
  ];
  const takesWords = wordy.includes(command);
  if (rest.length > 0 && !takesWords) {
    throw usage(
      command === 'verify'
        ? 'verify takes one address.'
        : `${command} takes no further words: a case key or a text never stands in the arguments.`,
    );
  }
  if ((values.manifest === undefined) !== (values['release-key'] === undefined)) {
    throw usage(
      '--manifest and --release-key go together: a manifest counts by who signed it, and by that alone.',
    );
  }
  if (rest.length === 0 && command === 'attach') throw usage('attach wants the files to send.');
  if ((command === 'agree' || command === 'rectify') && rest.length !== 1) {
    throw usage(`${command} wants the number of a transcript, as return shows it.`);
  }
  if (command === 'meet' && (rest.length === 0 || rest.length > 3)) {
    throw usage('meet wants in_person, phone or video, or the number of a meeting and an answer.');
  }
  if (command === 'consent' && rest.length !== 2) {
    throw usage('consent wants the number of a question, as return shows it, and an answer.');
  }
  if (command === 'copy' && rest.length !== 1) {
    throw usage('copy wants the file to write: `casekey copy FILE --address URL`.');
  }
  if (command === 'receipt' && rest.length !== 1) {
    throw usage('receipt wants the file with the receipt: `casekey receipt FILE --address URL`.');
  }
  if (command === 'verify-export' && (rest.length !== 1 || values.address !== undefined)) {
    throw usage('verify-export wants one file, and asks no server: `casekey verify-export FILE`.');
  }
  const isFile = values.directory !== undefined || command === 'verify-export';
  const isOffline = isFile && values.address === undefined;
  const address = isOffline ? '' : originOf(isBare ? further[0] : values.address);
  const socks = proxyOf(values.socks);
  if (!isOffline && new URL(address).hostname.endsWith('.onion') && socks === undefined) {
    throw usage(
      'An .onion address is reached through Tor: add --socks 127.0.0.1:9050 (Tor Browser: 9150). Without it, whoever answers this machine’s look-ups of names would learn the address.',
    );
  }
  const answers: Options['answers'] = {};
  for (const question of questions) {
    const value = values[question];
    if (value !== undefined) answers[question] = value;
  }
  return {
    command,
    address,
    fingerprint: values.fingerprint,
    keyFile: values['key-file'],
    json: values.json,
    yes: values.yes,
    textFile: values['text-file'],
    files: command === 'attach' ? rest : values.file,
    keepMetadata: values['keep-metadata'],
    channel: values.channel,
    language: values.language,
    category: values.category,
    relation: values.relation,
    answers,
    formAnswers: values.answer,
    leaveOut: values['leave-out'],
    out: values.out ?? '.',
    socks,
    manifest: values.manifest,
    releaseKey: values['release-key'],
    receipt: values.receipt,
    directory: values.directory,
    withKey: values['with-key'] || (command === 'receipt' && values['key-file'] !== undefined),
    rest,
  };
}
