import type { AccessView, ChannelView, DirectoryView, ReaderView } from '../models.js';
import { Failure, exitCodes, usage } from './failure.js';
import { printableLine } from './printable.js';

function sameName(a: string, b: string): boolean {
  const plain = (text: string): string =>
    text.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();
  return plain(a) === plain(b);
}

/** A text in the language asked for, else in English, else in any. */
export function inLanguage(texts: Readonly<Record<string, string>>, language: string): string {
  return texts[language] ?? texts['en'] ?? Object.values(texts)[0] ?? '';
}

/**
 * Compares the organisation's eight words with those that the person trusts. Throws Failure
 * `wrong_fingerprint`.
 */
export function checkFingerprint(
  directory: Pick<DirectoryView, 'fingerprint'>,
  expected: string | undefined,
): void {
  if (expected === undefined) return;
  const words = expected
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
  if (words.length !== directory.fingerprint.length) {
    throw usage('--fingerprint has eight words.');
  }
  if (words.join(' ') !== directory.fingerprint.join(' ')) {
    throw new Failure(
      'wrong_fingerprint',
      exitCodes.unverified,
      `The eight words of this server's organisation are others: ${directory.fingerprint.join(' ')}. Nothing was sent.`,
    );
  }
}

/** The channel that is meant. Throws Failure `usage` where it is unknown or not clear. */
export function chooseChannel(directory: DirectoryView, wanted: string | undefined): ChannelView {
  const { channels } = directory;
  const found =
    wanted === undefined
      ? channels
      : channels.filter(
          ({ id, names }) =>
            id === wanted || Object.values(names).some((name) => sameName(name, wanted)),
        );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = channels.map((channel) => printableLine(inLanguage(channel.names, 'en')));
  throw usage(`Choose a channel with --channel: ${names.join(', ')}.`);
}

/** The readers whom these names mean. Throws Failure `usage` for a name that means nobody, or two. */
export function findReaders(channel: ChannelView, names: readonly string[]): ReaderView[] {
  return names.map((name) => {
    const found = channel.readers.filter(
      (reader) => reader.id === name || sameName(reader.name, name),
    );
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const known = channel.readers.map((reader) => printableLine(reader.name)).join(', ');
    throw usage(
      found.length === 0
        ? `--leave-out: there is no such reader. Readers: ${known}.`
        : `--leave-out: several readers have this name; give one of their ids: ${found.map(({ id }) => id).join(', ')}.`,
    );
  });
}

/** A reader of a case as one line names them: whether from outside, and until when. */
export function memberLine({ name, guest }: AccessView['readers'][number]): string {
  const shown = printableLine(name);
  return guest === undefined
    ? shown
    : `${shown} (from outside the organisation, until ${guest.until})`;
}

/** What somebody of a channel does there where it is not reading reports; empty for whoever does. */
export function partNote({ part }: Pick<ReaderView, 'part'>): string {
  switch (part) {
    case 'custodian':
      return 'reads no report, and opens only what you choose to say about yourself';
    case 'guest':
      return 'from outside the organisation; reads only what a handler grants, until a day';
    case 'auditor':
      return 'reads no report, and gets some numbers about it when it is closed';
    case 'handler':
    case 'recovery_officer':
      return '';
  }
}
