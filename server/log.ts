import { dayOf, type Clock } from './clock.js';

/**
 * All that may ever be logged. There is no field for an address, a URL, a header, a name or a text,
 * and no time finer than the day.
 */
export interface LogRecord {
  /** What happened, in a fixed word or two: `started`, `request failed`. */
  readonly event: string;
  /** A stable code out of our own tables, or the name or code of a system error. */
  readonly code?: string;
  /** Route pattern such as `/api/cases/:case`, never the address asked for. */
  readonly route?: string;
  /** Random id shown to the person who met the error, to find this line by. */
  readonly incident?: string;
  readonly counts?: Readonly<Record<string, number>>;
  /** Which of several organisations, by the word that the configuration gives it. */
  readonly organisation?: string;
}

export type Log = (record: LogRecord) => void;

const harmless = /^[\w .,:*/-]{1,100}$/;

/**
 * A log that writes one JSON object a line. Fields it does not know are dropped and values that look
 * like anything but a word of ours are replaced, whatever the caller's types allowed.
 *
 * @param write where lines go; standard output unless told.
 */
export function createLog(
  clock: Clock,
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  const word = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : harmless.test(value) ? value : 'unprintable';
  return (record) => {
    const counts = Object.entries(record.counts ?? {}).filter(
      ([name, count]) => harmless.test(name) && Number.isFinite(count),
    );
    const line = {
      day: dayOf(clock()),
      event: word(record.event),
      code: word(record.code),
      route: word(record.route),
      incident: word(record.incident),
      organisation: word(record.organisation),
      ...(counts.length > 0 ? { counts: Object.fromEntries(counts) } : {}),
    };
    write(`${JSON.stringify(line)}\n`);
  };
}
