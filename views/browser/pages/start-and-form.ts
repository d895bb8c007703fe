import type { DirectoryView } from '../../../client/models.js';
import { connect, type Connection } from '../reporter/api.js';
import { obstacleOf, showObstacle } from '../reporter/directory.js';
import { byId, show } from '../reporter/dom.js';
import { guardPage } from '../reporter/guard.js';
import { runStart, showStartFailure, takeFragment } from '../reporter/start.js';
import { startWriting, type Writing } from '../reporter/writing.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';

/** Where the form is shown at once; where it is shown after the start, the address says so too. */
const formAddress = byId('to-form', HTMLAnchorElement).pathname;

function isFormShown(): boolean {
  return !byId('form-part').hidden;
}

/** The bar as the form's own page has it: the languages' links then take the draft along. */
function turnBar(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a')) {
    link.href = new URL(`write${link.hash}`, link.href).href;
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.ways a:not([hreflang])')) {
    if (link.pathname === formAddress) {
      link.setAttribute('aria-current', 'page');
      link.hash = '';
    } else link.removeAttribute('aria-current');
  }
}

/**
 * Puts the form in the place of the start. The address changes in place, so that the history has no
 * entry more and a reload, or a tab that the system threw away, comes back to the form and its draft.
 */
function turnToForm(): void {
  show('start-part', false);
  show('form-part');
  document.title = t('write.title');
  history.replaceState(null, '', formAddress);
  turnBar();
  // until the form's heading is there, the focus must be somewhere that stays
  byId('content').focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

function isPlain(event: MouseEvent): boolean {
  return !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

function run({ api, end }: Connection): void {
  let writing: Writing | undefined;
  let loading: Promise<DirectoryView> | undefined;
  /** Start and form share one answer; after a failure, or when told so, it is asked for again. */
  const directory = (anew = false): Promise<DirectoryView> => {
    if (anew) loading = undefined;
    loading ??= api.directory().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };

  guardPage(() => {
    writing?.forget();
    end();
  });
  // an entry of the history can be older than the change of part: `#content` at the start, say
  window.addEventListener('popstate', () => {
    if ((location.pathname === formAddress) === isFormShown()) return;
    void Promise.resolve(writing?.flush()).finally(() => {
      location.reload();
    });
  });

  const fragment = takeFragment();
  if (isFormShown()) {
    writing = startWriting(api, directory, { channel: '', fragment, focus: false });
    return;
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a')) {
    if (link.pathname !== formAddress) continue;
    link.addEventListener('click', (event) => {
      if (writing !== undefined || !isPlain(event)) return;
      event.preventDefault();
      const channel = byId('start-channel', HTMLSelectElement).value;
      turnToForm();
      writing = startWriting(api, directory, { channel, fragment, focus: true });
    });
  }
  runStart(api, directory, fragment);
}

try {
  run(connect());
} catch (error) {
  const code = codeOf(error);
  guardPage(() => undefined);
  if (isFormShown()) showObstacle('form', obstacleOf(code), code, () => undefined);
  else showStartFailure(code);
  if (code === 'unexpected') throw error;
}
