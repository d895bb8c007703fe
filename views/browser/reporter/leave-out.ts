import type { ChannelView, ReaderView } from '../../../client/models.js';
import { byId, clone, show, slot } from './dom.js';
import { fillReader, showAuthority } from './directory.js';

/** Who must not read the report. */
export interface LeaveOut {
  /** Ids of the channel's readers who are left out. */
  ids(): string[];
  /** All who were ticked, in whichever channel they are. */
  ticked(): string[];
  /** Those who will read it. */
  remaining(): ReaderView[];
  /** Those who will not. */
  leftOut(): ReaderView[];
  /** Those who came since the reporter first saw the list. */
  newcomers(): ReaderView[];
  /** Whether a case handler remains: the recovery officer's key lies in a safe and reads nothing. */
  somebodyReads(): boolean;
  /** Ticks these ones, in whichever channel they are. */
  tick(ids: readonly string[]): void;
  /** Shows the readers of a channel, what was ticked before still ticked. */
  show(channel: ChannelView, isNew: (reader: ReaderView) => boolean): void;
}

/** Lists the readers with a box each. Where no handler remains, the way on is closed and others shown. */
export function createLeaveOut(onChange: () => void): LeaveOut {
  let readers: ReaderView[] = [];
  let fresh: ReaderView[] = [];
  const chosen = new Set<string>();
  let country = '';
  let notices: ChannelView['notices'] = {};

  // somebody who came back under new keys stays left out
  const isChosen = ({ id, formerly }: ReaderView): boolean =>
    [id, ...formerly].some((identity) => chosen.has(identity));
  const somebodyReads = (): boolean =>
    readers.some((reader) => reader.part === 'handler' && !isChosen(reader));
  const check = (): void => {
    const isNobody = readers.length > 0 && !somebodyReads();
    if (isNobody) showAuthority(country, { notices }, 'nobody');
    show('nobody', isNobody);
    byId('readers-next', HTMLButtonElement).disabled = isNobody;
  };

  return {
    ids: () => readers.filter(isChosen).map(({ id }) => id),
    ticked: () => [...chosen],
    remaining: () => readers.filter((reader) => !isChosen(reader)),
    leftOut: () => readers.filter(isChosen),
    newcomers: () => [...fresh],
    somebodyReads,
    tick(ids) {
      for (const id of ids) chosen.add(id);
    },
    show(channel, isNew) {
      readers = channel.readers;
      fresh = readers.filter(isNew);
      ({ country, notices } = channel);
      byId('reader-boxes').replaceChildren(
        ...readers.map((reader) => {
          const item = clone('leave-out');
          fillReader(item, reader);
          slot(item, 'new').hidden = !fresh.includes(reader);
          const box = item.querySelector('input');
          if (box === null) throw new Error('No box');
          box.checked = isChosen(reader);
          box.addEventListener('change', () => {
            if (box.checked) chosen.add(reader.id);
            else for (const id of [reader.id, ...reader.formerly]) chosen.delete(id);
            check();
            onChange();
          });
          return item;
        }),
      );
      check();
    },
  };
}
