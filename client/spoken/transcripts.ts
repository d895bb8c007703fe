import {
  type CaseOrigin,
  dayOf,
  type Day,
  type PaperCheck,
  type TranscriptForm,
} from '../../crypto/private.js';
import { nobodyReads } from '../casework/consent.js';
import type { Spoken } from './spoken.js';

/** What a reporter said to one version. */
export interface TranscriptAnswer {
  kind: 'agreed' | 'rectified';
  on: Day;
  /** What is wrong, or how it should read; empty where the reporter agreed. */
  text: string;
}

/** One version of a transcript or of minutes. */
export interface TranscriptVersion {
  version: number;
  /** Hash of its entry, which an agreement names. */
  hash: string;
  form: TranscriptForm;
  heldOn: Day;
  sentOn: Day;
  /** By when the reporter is asked to have checked it. */
  by: Day;
  text: string;
  answer: TranscriptAnswer | null;
  /** What became of it on paper, where nobody has a key to the case; null while nobody knows. */
  paper: PaperCheck | null;
}

/** A transcript, or minutes, as it stands: its newest version counts. */
export interface SpokenTranscript {
  id: string;
  /** At least one, in their order. */
  versions: readonly TranscriptVersion[];
  newest: TranscriptVersion;
  /**
   * `agreed_handler_key`: whoever agreed used a key that a handler made, so it may have been that
   * handler.
   */
  state: 'waiting' | 'rectified' | 'agreed' | 'agreed_handler_key';
}

function stateOf(
  { answer }: TranscriptVersion,
  origin: CaseOrigin | undefined,
): SpokenTranscript['state'] {
  if (answer === null) return 'waiting';
  if (answer.kind === 'rectified') return 'rectified';
  return origin?.made === 'handler' ? 'agreed_handler_key' : 'agreed';
}

/**
 * The transcripts and minutes of a case in their order. Versions count 1, 2, 3 …: one out of its turn
 * is none, but that some of those between may have been erased, or not be for me to read. An answer
 * counts for the entry that its hash names, and only if that is the version that it names; the newest
 * answer to a version counts.
 */
export function transcriptsOf({
  dialogue,
  hashes = [],
  origin,
  timeZone,
}: Spoken): SpokenTranscript[] {
  const all = new Map<string, TranscriptVersion[]>();
  let unread = 0;
  for (const [index, content] of dialogue.entries()) {
    if (content.kind === 'erased' || content.kind === 'unreadable') unread += 1;
    if (content.kind === 'transcript') {
      const { id, version, form, heldOn, by, text, at } = content;
      const paper = nobodyReads({ origin }) ? (content.paper ?? null) : null;
      const before = all.get(id) ?? [];
      const last = before.at(-1)?.version ?? 0;
      if (version <= last || version > before.length + 1 + unread) continue;
      const hash = hashes[index] ?? '';
      const sentOn = dayOf(new Date(at), timeZone);
      const said = { version, hash, form, heldOn, sentOn, by, text, answer: null, paper };
      all.set(id, [...before, said]);
    }
    if (content.kind === 'agreement' || content.kind === 'rectification') {
      const { transcript, version, hash, at: on } = content;
      const named = all.get(transcript)?.find((each) => each.version === version);
      if (named?.hash !== hash) continue;
      named.answer =
        content.kind === 'agreement'
          ? { kind: 'agreed', on, text: '' }
          : { kind: 'rectified', on, text: content.text };
    }
  }
  return [...all].flatMap(([id, versions]) => {
    const newest = versions.at(-1);
    return newest === undefined ? [] : [{ id, versions, newest, state: stateOf(newest, origin) }];
  });
}
