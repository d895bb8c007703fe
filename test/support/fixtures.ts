import { randomBytes } from 'node:crypto';
import type { FileSource, ReportInput } from '../../client/models.js';
import type { Reporter } from '../../client/reporter.js';

/** A file in memory, as an upload reads it. */
export function fileOf(
  bytes: Uint8Array,
  options: { readonly name?: string; readonly type?: string; readonly lastModified?: number } = {},
): FileSource {
  return {
    name: options.name ?? 'notes.txt',
    type: options.type ?? 'text/plain',
    size: bytes.length,
    lastModified: options.lastModified ?? 1,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

/** A file of random bytes. */
export function randomFile(size: number, name = 'random.bin'): FileSource {
  const bytes = Uint8Array.from(randomBytes(size));
  return fileOf(bytes, { name, type: 'application/octet-stream' });
}

/** What a reporter might write. */
export function reportInput(
  channel: string,
  words: readonly string[],
  change: Partial<ReportInput> = {},
): ReportInput {
  return {
    words: [...words],
    channel,
    language: 'en',
    category: 'fraud',
    relation: 'worker',
    text: 'The invoices of March were paid twice.',
    answers: { where: { known: true, text: 'In accounting' }, when: { known: false } },
    leftOut: [],
    ...change,
  };
}

/** Everything a download gives, in one piece. */
export async function collect(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Uint8Array.from(Buffer.concat(all));
}

/** For callers who do not look at progress. */
export const silent = (): undefined => undefined;

/** Sends a report under a new case key; answers the key and what the reporter is told. */
export async function sendReport(
  reporter: Reporter,
  channel: string,
  options: { readonly change?: Partial<ReportInput>; readonly files?: readonly FileSource[] } = {},
): Promise<{ words: string[]; receivedOn: string }> {
  const words = await reporter.newCaseKey();
  const input = reportInput(channel, words, options.change);
  const { receivedOn } = await reporter.submit(input, options.files ?? [], silent);
  return { words, receivedOn };
}
