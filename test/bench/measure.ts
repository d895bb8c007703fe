import os from 'node:os';

/** What a figure is held against. */
export type Limit = { readonly most: number } | { readonly least: number };

/** One figure of a measure; without a limit it only explains the others. */
export interface Figure {
  /** Stable name for `--json`: `reports.ratio`. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: Limit;
}

/** How a measure is run. */
export interface BenchOptions {
  /** Smaller amounts, to see that it runs at all; its figures say little. */
  readonly quick: boolean;
  /** Tells a person what is going on. */
  readonly say: (line: string) => void;
}

/** One row of the table: always compares within one run. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<Figure[]>;
}

/** Whether a figure keeps its limit; one without a limit always does. */
export function holds({ value, limit }: Figure): boolean {
  if (limit === undefined) return true;
  return 'most' in limit ? value <= limit.most : value >= limit.least;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a part (0 to 1) of the numbers lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** What a task returns and how many seconds it took. */
export async function timed<T>(task: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const started = performance.now();
  const result = await task();
  return { seconds: (performance.now() - started) / 1000, result };
}

/** Where figures were taken. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  /** Processes that wanted a core, averaged over the minute before. */
  loadAtStart: number;
}

/** The class of machine that figures are taken on, and how busy it was when asked. */
export function machine(): Machine {
  const cpus = os.cpus();
  return {
    processor: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.platform()} ${os.arch()}`,
    node: process.versions.node,
    loadAtStart: Math.round((os.loadavg()[0] ?? 0) * 10) / 10,
  };
}
