import { outsideOf, type CaseExport } from '../../../client/casework/exports.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import { newestFromReporter } from '../../../client/casework/newest.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { today } from './days.js';

type Input<K extends CaseworkInput['kind']> = Extract<CaseworkInput, { kind: K }>;

/**
 * Whether the reporter wrote after a second person said yes, that person declared a conflict, left or
 * was taken off the case since, or something was restricted, corrected or erased since a text for
 * outsiders was asked for, so that it holds no more.
 */
export function isOutdated(
  { entries, departed }: HandlerCaseView,
  { state, second, changed }: CaseExport,
): boolean {
  if (state !== 'asked') return false;
  if (changed) return true;
  if (second?.answer !== 'yes') return false;
  const went = departed.some(({ id }) => id === second.by.id);
  return second.known !== newestFromReporter(entries) || second.ended || went;
}

/** What a second person is asked; the same again, where it was asked before. */
export function askedInput(
  { form, text, outside, copy }: Pick<CaseExport, 'form' | 'text' | 'outside' | 'copy'>,
  id: string | null,
): Input<'export'> {
  return {
    ...exportInput({ form, text }, id, 'asked'),
    ...outsideOf(outside ?? {}),
    ...(copy && { copy: copy.text, attachments: [...copy.files] }),
  };
}

/** The disclosure that was asked for, as of today; null where the export stays inside. */
export function plannedDisclosure({ outside }: CaseExport): Input<'disclosure'> | null {
  if (outside === null) return null;
  return { kind: 'disclosure', id: null, ...outside, on: today(), state: 'made' };
}

/** An export as the case's record is to say it. */
export function exportInput(
  { form, text }: Pick<CaseExport, 'form' | 'text'>,
  id: string | null,
  state: Input<'export'>['state'],
  disclosure: string | null = null,
): Input<'export'> {
  return { kind: 'export', id, form, text, disclosure, state };
}
