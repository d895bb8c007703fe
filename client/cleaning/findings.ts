import type { Finding, FindingCode } from './models.js';

/** Values shown of one sort, and letters of one value. */
const VALUES = 3;
const LETTERS = 60;

/** What is found in a file, gathered while it is looked at. */
export interface Findings {
  /** Notes a trace; the value is shown to the person whose file it is. */
  add(code: FindingCode, value?: string): void;
  list(): Finding[];
}

/** Without what a page or a terminal would take for a command, and not too long. */
function shown(value: string): string {
  const plain = value.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const letters = Array.from(plain);
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS).join('')}…` : plain;
}

/** Begins with none. */
export function createFindings(): Findings {
  const found = new Map<FindingCode, Finding>();
  return {
    add(code, value = '') {
      const finding = found.get(code) ?? { code, count: 0, values: [] };
      finding.count += 1;
      const text = shown(value.slice(0, 4 * LETTERS));
      const isNew = text !== '' && !finding.values.includes(text);
      if (isNew && finding.values.length < VALUES) finding.values.push(text);
      found.set(code, finding);
    },
    list: () => [...found.values()],
  };
}

/** What a cleaner gets besides the file: where it says what it takes out and what stays in. */
export interface Report {
  removed: Findings;
  left: Findings;
}

/** Begins a report. */
export function createReport(): Report {
  return { removed: createFindings(), left: createFindings() };
}
