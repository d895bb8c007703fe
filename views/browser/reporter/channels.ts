import type { ChannelView } from '../../../client/models.js';
import { channelCode } from '../channel-code.js';
import { byId, show } from './dom.js';
import { pickText } from './format.js';

/** The one channel that an address names; null where it names none, or more than one. */
export function namedChannel(channels: readonly ChannelView[], code: string): ChannelView | null {
  const [found, ...more] = channels.filter(({ id }) => channelCode(id) === code);
  return found === undefined || more.length > 0 ? null : found;
}

/**
 * The channels that somebody may choose: those that are published, before any is those for practice,
 * and besides the one that was asked for by its address, for practice too. None that is closed.
 *
 * @param asked id of the one that was asked for, if any.
 */
export function offeredChannels(channels: readonly ChannelView[], asked: string): ChannelView[] {
  const open = channels.filter(({ closed }) => !closed);
  const published = open.filter((channel) => channel.published);
  if (published.length === 0) return open;
  return open.filter((channel) => channel.published || channel.id === asked);
}

/** For whom each of several channels is, in the organisation's own sentence. */
export function listChannels(channels: readonly ChannelView[]): void {
  const said = channels.filter(({ about }) => Object.keys(about).length > 0);
  byId('start-channels').replaceChildren(
    ...said.map(({ names, about }) => {
      const item = document.createElement('li');
      const name = document.createElement('strong');
      const sentence = document.createElement('span');
      const [title, text] = [pickText(names), pickText(about)];
      name.textContent = title.text;
      name.lang = title.lang;
      sentence.textContent = ` ${text.text}`;
      sentence.lang = text.lang;
      item.append(name, sentence);
      return item;
    }),
  );
  show('start-channels', channels.length > 1 && said.length > 0);
}
