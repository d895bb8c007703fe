import type { Page } from 'playwright-core';
import {
  openGrant,
  recordHashOf,
  reporterKeys,
  sealEntry,
  type CaseFacts,
  type Entry,
  type HandlerMessage,
  type Reading,
  type ReporterCase,
} from '../../crypto/private.js';
import type { TestReader } from './organisation.js';

/** What a reader writes, without what goes without saying. */
export type TestAnswer = HandlerMessage & { by: TestReader };

/** A case as its server would answer it after readers wrote in it: signed and sealed by them. */
export function withAnswers(
  answer: ReporterCase,
  words: readonly string[],
  contents: readonly TestAnswer[],
): ReporterCase {
  const keys = reporterKeys(words);
  const grant = answer.grants.at(-1);
  const last = answer.entries.at(-1);
  if (grant === undefined || last === undefined) throw new Error('an empty case');
  const { compartment, epoch, commitment } = last.header;
  const place = { case: keys.caseId, compartment, epoch };
  const key = openGrant(grant, place, commitment, keys.kem);
  const own = answer.entries.findLast(({ header }) => header.author === 'reporter');
  const entries: Entry[] = [...answer.entries];
  for (const { by, ...content } of contents) {
    const previous = entries.at(-1) ?? last;
    entries.push(
      sealEntry(
        key,
        {
          author: by.record.id,
          secretKey: by.sig.secretKey,
          sequence: previous.header.sequence + 1,
          previous: recordHashOf(previous),
          seen: own === undefined ? null : recordHashOf(own),
        },
        content,
      ),
    );
  }
  return { ...answer, entries };
}

/** Lets the page see the case as `change` makes it, from now on. */
export async function changeCase(
  page: Page,
  change: (answer: ReporterCase) => ReporterCase,
): Promise<void> {
  await page.context().route('**/api/case', async (route) => {
    const response = await route.fetch();
    if (!response.ok()) {
      await route.fulfill({ response });
      return;
    }
    await route.fulfill({ response, json: change((await response.json()) as ReporterCase) });
  });
}

/** A case with other facts or readings than the server tells. */
export function withFacts(
  answer: ReporterCase,
  facts: Partial<CaseFacts>,
  readings: readonly Reading[] = answer.readings,
): ReporterCase {
  return { ...answer, case: { ...answer.case, ...facts }, readings: [...readings] };
}
