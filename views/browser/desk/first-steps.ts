import type { DirectoryView } from '../../../client/models.js';
import { channelCode } from '../channel-code.js';
import { t } from '../strings.js';
import { part, copyTemplate, onClick, showPart, write } from './dom.js';
import type { Desk } from './desk.js';
import { report } from './failures.js';
import { fillWords } from './words.js';

/**
 * What the inbox teaches while the channel is not published, or nobody has reported yet: how it
 * becomes known and used.
 *
 * @param empty whether no report at all has come in.
 */
export function firstSteps(desk: Desk, empty: boolean): HTMLElement {
  const view = copyTemplate('first-steps');
  write(view, 'title', t(empty ? 'desk.first.title' : 'desk.first.title_practice'));
  const { directory } = desk;
  write(view, 'address', reportAddress(document.documentElement.lang));
  fillWords(part(view, 'fingerprint'), directory.fingerprint);
  onClick(view, 'to-people', () => {
    desk.go({ view: 'people' });
  });
  onClick(view, 'to-channel', () => {
    desk.go({ view: 'channel' });
  });
  const channel = directory.channels[0];
  showPart(view, 'publish-done', channel?.published === true);
  // a recovery officer's paper is a reader that replaces no handler
  const handlers = channel?.readers.filter((reader) => reader.part === 'handler') ?? [];
  showPart(view, 'reader-done', handlers.length >= 2);
  void desk.api.readiness().then((channels) => {
    showPart(
      view,
      'practice-done',
      channels.some(({ practiceRead }) => practiceRead),
    );
  }, report);
  return view;
}

/** Where people report, in a language. */
export function reportAddress(language: string): string {
  return `${location.origin}/${language}/`;
}

/** Where people report to one of several channels; the address of all where there is only one. */
export function channelAddress(
  { channels }: Pick<DirectoryView, 'channels'>,
  channel: string,
  language: string,
): string {
  const address = reportAddress(language);
  return channels.length > 1 ? `${address}#${channelCode(channel)}` : address;
}

/** The same with the root key, by which the browser checks that the list of readers is the right one. */
export function linkWithRoot(directory: DirectoryView, address: string): string {
  return `${address}${address.includes('#') ? '.' : '#'}${directory.root}`;
}
