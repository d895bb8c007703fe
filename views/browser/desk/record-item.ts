import { keepPrivate } from '../text-fields.js';
import { wireConfirmation } from './confirmation.js';
import { copyTemplate, element, part, show, showPart, write } from './dom.js';
import { dayText, daysBetween, today } from './days.js';
import { send } from './failures.js';
import { daysLeftText, urgency } from './inbox-row.js';
import { t } from '../strings.js';

/** What a line of a list in the case's own record says, and what can be done about it. */
export interface RecordItem {
  name: string;
  state: string;
  /** By when something is due; null where nothing is. */
  due: string | null;
  /** Sentences beneath, decrypted ones too. */
  lines: readonly string[];
  actions: readonly RecordAction[];
}

/** What can be done about a line of such a list. */
export interface RecordAction {
  label: string;
  /** What comes of it, where that is to be confirmed first; one action of a line at most. */
  sure?: string;
  run: () => void | Promise<void>;
}

/** See {@link RecordItem}. */
export function recordItem({ name, state, due, lines, actions }: RecordItem): HTMLElement {
  const item = copyTemplate('record-item');
  keepPrivate(write(item, 'name', name));
  write(item, 'state', state);
  showPart(item, 'state', state !== '');
  const dueLine = part(item, 'due');
  show(dueLine, due !== null);
  if (due !== null) {
    const left = daysBetween(today(), due);
    dueLine.textContent = t('desk.record.by', { day: dayText(due), left: daysLeftText(left) });
    dueLine.classList.add(urgency(left));
  }
  keepPrivate(part(item, 'lines')).append(
    ...lines.filter((line) => line !== '').map((line) => element('p', line, 'written')),
  );
  part(item, 'actions').append(
    ...actions.map(({ label, run, sure }) => {
      const button = element('button', label, 'quiet');
      button.type = 'button';
      // several lines have the same buttons: which is meant is said to those who do not see
      button.setAttribute('aria-label', `${label}: ${name}`);
      if (sure === undefined)
        button.addEventListener('click', () => void send(item, async () => run()));
      else button.dataset['part'] = 'ask';
      return button;
    }),
  );
  for (const { label, run, sure } of actions) {
    if (sure === undefined) continue;
    write(item, 'confirm-text', sure);
    write(item, 'confirm-do', label);
    wireConfirmation(item, 'ask', async () => run());
  }
  showPart(item, 'actions', actions.length > 0);
  return item;
}
