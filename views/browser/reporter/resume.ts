import { t } from '../strings.js';
import { show, write } from './dom.js';
import type { FormState } from './form.js';
import type { Step } from './steps.js';

/** What is kept in the tab while a report is being written. The case key never is. */
export interface ReportDraft {
  step: Step;
  form: FormState;
  leftOut: string[];
  /** The organisation's key under which they are: what was compared with a poster stays so. */
  root: string;
  /** The readers who were shown, each with the channel. */
  seen: string[];
  /** Names of the files chosen: after a reload they must be chosen again. */
  files: string[];
  /** A case key was shown, which a reload takes away. */
  keyShown: boolean;
  /** The report went out and no answer came: it may have arrived under that key. */
  departed: boolean;
}

/** Steps that a reload leads back to; those after them need the key or the files again. */
const RESUMED: readonly Step[] = ['write', 'files', 'readers'];

/** Where a draft goes on: where it was, or where what the reload took away is asked for again. */
export function resumedStep({ step, files }: ReportDraft): Step {
  const before = RESUMED.includes(step) ? step : 'readers';
  return before === 'readers' && files.length > 0 ? 'files' : before;
}

/** Says that the draft is back, and what becomes of a case key that was shown before. */
export function tellResumed({ keyShown, departed }: ReportDraft): void {
  const state = departed ? 'departed' : keyShown ? 'key' : 'text';
  write('draft-text', t(`draft.back.${state}`));
  show('draft-notice');
  if (state !== 'text') write('key-replaced', t(`key.replaced.${state}`));
}
