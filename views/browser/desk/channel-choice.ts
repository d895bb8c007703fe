import { t } from '../strings.js';
import { localText, type Desk } from './desk.js';
import { option, part, showPart } from './dom.js';

type Channel = Desk['directory']['channels'][number];

/** The field of a form that says in which channel something is written down. */
export interface ChannelChoice {
  readonly field: HTMLSelectElement;
  /** What is chosen, as the directory is now; undefined for none, or one that is not offered any more. */
  chosen(): Channel | undefined;
  /**
   * Chooses what a draft has. Where that is not offered any more nothing is chosen: another channel has
   * other readers, and belongs to somebody else.
   */
  choose(id: string): void;
  /** What to say where nothing is chosen; null where something is. */
  missing(): string | null;
}

/** Wires it: offered is what takes reports and is read by who writes. */
export function channelChoice(desk: Desk, form: HTMLElement): ChannelChoice {
  const field = part(form, 'channel', HTMLSelectElement);
  const offered = (): Channel[] =>
    desk.directory.channels.filter(
      ({ closed, readers }) => !closed && readers.some(({ id }) => id === desk.account.id),
    );
  const chosen = (): Channel | undefined => offered().find(({ id }) => id === field.value);
  for (const { id, names } of offered()) field.append(option(id, localText(names)));
  showPart(form, 'channel-field', offered().length > 1);
  return {
    field,
    chosen,
    choose(id) {
      field.value = id;
      if (field.selectedIndex !== -1) return;
      if (field.options[0]?.value !== '') {
        field.prepend(option('', t('desk.recording.channel_choose')));
      }
      field.value = '';
      showPart(form, 'channel-field', true);
    },
    missing: () => (chosen() === undefined ? t('desk.recording.channel_missing') : null),
  };
}
