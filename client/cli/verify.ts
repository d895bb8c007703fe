import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fromBase64, openRelease, ProtocolError, ready } from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { openOwnBuild } from '../node/own-build.js';
import type { Visit } from '../node/visit.js';
import type { Difference } from '../verify/compare.js';
import type { Reference } from '../verify/questions.js';
import { survey, type Finding, type Survey } from '../verify/survey.js';
import { visitors } from '../verify/visitors.js';
import type { CommandContext } from './context.js';
import { exitCodes, Failure, fileFailure, usage, type ExitCode } from './failure.js';
import type { Options } from './options.js';
import { jsonText, printableLine } from './printable.js';

type Context = Pick<CommandContext, 'options' | 'terminal' | 'signal'> & {
  readonly visit: Visit;
  readonly build: string;
};

/** Characters of a value that are shown. */
const SHOWN = 400;

/** `casekey verify`: compares an installation with a build or a signed release. */
export async function verifyInstallation(context: Context): Promise<ExitCode> {
  const { options, terminal, signal, visit, build } = context;
  await ready();
  const reference = await referenceOf(options, build);
  const result = await survey(options.address, reference, visit, {
    random: (below) => randomInt(below),
    progress: (done, all) => {
      terminal.progress(`${String(done)} of ${String(all)} requests`);
    },
    signal,
  }).catch((error: unknown) => {
    if (!(error instanceof ClientError) || !error.temporary) throw error;
    const way = options.socks === undefined ? 'Check the address.' : 'Check address and proxy.';
    const text = `The installation did not answer, so nothing is known of it. ${way}`;
    throw new Failure('network', exitCodes.network, text);
  });
  terminal.progress('');
  const { version } = reference.release;
  if (options.json) {
    const compared = options.manifest === undefined ? 'build' : 'manifest';
    terminal.print(jsonText({ version, compared, ...result }));
  } else {
    terminal.print(textOf(result, options, reference));
  }
  if (result.findings.length > 0) return exitCodes.unverified;
  return result.unanswered.length > 0 ? exitCodes.network : exitCodes.done;
}

async function referenceOf(options: Options, build: string): Promise<Reference> {
  const { manifest, releaseKey } = options;
  if (manifest === undefined || releaseKey === undefined) return openOwnBuild(build);
  const key = keyOf(releaseKey);
  const [bytes, signature] = await Promise.all([bytesOf(manifest), bytesOf(`${manifest}.sig`)]);
  try {
    return { release: openRelease(bytes, signature, key) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const text = `${printableLine(manifest)} is not what the holder of this key signed (${error.fault}): nothing was compared. Fetch it and its signature again, and check the key at another place.`;
    throw new Failure(error.fault, exitCodes.unverified, text);
  }
}

async function bytesOf(file: string): Promise<Uint8Array> {
  return readFile(file).catch(() => {
    throw fileFailure(`${printableLine(file)} cannot be read.`);
  });
}

function keyOf(text: string): Uint8Array {
  try {
    const key = fromBase64(text.trim());
    if (key.length === 32) return key;
  } catch {
    // said below
  }
  throw usage('--release-key must be a public key as `npm run release` prints it (43 letters).');
}

function shown(text: string): string {
  const line = printableLine(text);
  return line.length > SHOWN ? `${line.slice(0, SHOWN)} …` : line;
}

/** What differs, in a sentence. */
function describe({ code, header = '', got = '', at }: Difference): string {
  const name = shown(header);
  switch (code) {
    case 'status':
      return 'The status of the answer differs.';
    case 'early_answer':
      return `Another answer comes before the answer (status ${got}), which can load things.`;
    case 'header_missing':
      return `The header ${name} is missing.`;
    case 'header_added':
      return `The header ${name} is not part of the release.`;
    case 'header_repeated':
      return `The header ${name} comes more than once.`;
    case 'header_differs':
      return `The header ${name} differs, from character ${String(at)} on.`;
    case 'not_decodable':
      return 'The answer is compressed in a way that does not open.';
    case 'too_long':
      return 'The answer is far longer than it must be.';
    case 'bytes':
      return at === undefined
        ? 'The content differs.'
        : `The content differs, from byte ${String(at)} on.`;
  }
}

function findingLines({ difference, visitors: who, everybody }: Finding): string[] {
  const { expected, got, code } = difference;
  const lines = [`  ${describe(difference)}`];
  if (expected !== undefined) lines.push(`      expected  ${shown(expected)}`);
  if (got !== undefined && code !== 'early_answer') lines.push(`      got       ${shown(got)}`);
  if (!everybody) lines.push(`      only for  ${who.join('; ')}`);
  return lines;
}

function textOf(result: Survey, options: Options, { release }: Reference): string {
  const { findings, unanswered, additions, addresses, requests } = result;
  const what =
    options.manifest === undefined
      ? `the build beside this program (version ${release.version})`
      : `the signed release ${release.version}`;
  const lines: string[] = [];
  for (const path of new Set(findings.map((finding) => finding.path))) {
    lines.push(shown(path));
    for (const finding of findings) if (finding.path === path) lines.push(...findingLines(finding));
  }
  if (unanswered.length > 0) {
    lines.push(
      'No answer, so nothing is known of:',
      ...unanswered.map((path) => `  ${shown(path)}`),
    );
  }
  if (additions.length > 0) {
    lines.push('Added by a proxy, and permitted:', ...additions.map((text) => `  ${shown(text)}`));
  }
  if (lines.length > 0) lines.push('');
  const extent = `${String(addresses)} addresses, ${String(requests)} requests, as ${String(visitors.length)} kinds of visitors`;
  if (findings.length > 0) {
    lines.push(`${options.address} serves something else than ${what} (${extent}).`);
    const changed = new Set(
      findings.map(({ path }) => path).filter((path) => path in release.files),
    );
    if (changed.size > Object.keys(release.files).length / 2) {
      lines.push(
        'Most of it differs: perhaps it is of another version. Ask whoever runs it which, and build that one.',
      );
    }
  } else if (unanswered.length > 0) {
    lines.push(`Where ${options.address} answered, it serves what ${what} serves (${extent}).`);
  } else {
    lines.push(`${options.address} serves exactly what ${what} serves (${extent}).`);
  }
  lines.push('This is what it served to this machine now; it could serve others something else.');
  return lines.join('\n');
}
