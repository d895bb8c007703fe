import type { Clock } from '../clock.js';

/** Room that is kept for one file ahead of what has arrived of it. */
const AHEAD = 64 * 1024 * 1024;
/** Milliseconds without a chunk after which none is kept any more. */
const PATIENCE = 15 * 60_000;
const MOST = 10_000;

/** The files that are being sent, and the room that is kept for them. In memory alone. */
export interface UnderWay {
  /** Of all but one file. */
  bytesBesides(id: string): number;
  /** A file was announced, or a chunk of it came. */
  moved(id: string, size: number): void;
  gone(id: string): void;
}

/**
 * Makes the list. What is kept for a file is bounded in bytes and in time, so that announcing many
 * large files, and sending none of them, closes the door to nobody: each chunk is looked at anew.
 */
export function createUnderWay(clock: Clock): UnderWay {
  const files = new Map<string, { bytes: number; until: number }>();
  let kept = 0;

  const gone = (id: string): void => {
    kept -= files.get(id)?.bytes ?? 0;
    files.delete(id);
  };

  return {
    bytesBesides(id) {
      const now = clock().getTime();
      // the one that moved longest ago stands first
      for (const [other, { until }] of files) {
        if (until > now) break;
        gone(other);
      }
      return kept - (files.get(id)?.bytes ?? 0);
    },
    moved(id, size) {
      gone(id);
      const bytes = Math.min(size, AHEAD);
      kept += bytes;
      files.set(id, { bytes, until: clock().getTime() + PATIENCE });
      const [oldest] = files.keys();
      if (files.size > MOST && oldest !== undefined) gone(oldest);
    },
    gone,
  };
}
