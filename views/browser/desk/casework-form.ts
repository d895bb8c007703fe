import type { CaseworkInput } from '../../../client/casework/input.js';
import { t } from '../strings.js';
import type { Desk } from './desk.js';
import { send, showProblem } from './failures.js';
import type { Changed } from './writing.js';

/** What a form says; null where a field has to be filled in first, which it has said itself. */
export type MakeInput = (form: HTMLFormElement) => CaseworkInput | null;

/** Writes what handlers say of their work into a case, and shows the case as it is then. */
export function caseworkWriter(
  desk: Desk,
  id: string,
  changed: Changed,
): (input: CaseworkInput) => Promise<void> {
  return async (input) => {
    changed(await desk.api.work(id, input), t('desk.work.saved'));
  };
}

/** Makes a form of a panel say one thing when it is sent. */
export function wireCaseworkForm(
  form: HTMLFormElement,
  make: MakeInput,
  write: (input: CaseworkInput) => Promise<void>,
): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    const input = make(form);
    if (input !== null) void send(form, () => write(input));
  });
}
