import type { ChannelView, DirectoryView, ReaderView } from '../../../client/models.js';
import { wordBeneath } from '../../../client/law/notices.js';
import { authoritySource, countryOf, type Country } from '../countries.js';
import { errorText, isPassing } from '../error-text.js';
import { plural, t } from '../strings.js';
import { byId, clone, fillSlot, show, slot, write } from './dom.js';
import { hasReport } from './draft.js';
import { pickText, writeText } from './format.js';
import { showOwnWord } from './own-word.js';

/** Who sets the dates in this country, as a sentence. */
function basisText(code: string): string {
  const country = countryOf(code);
  if (country === undefined) return t('basis.general');
  const { name, act, basis, leeway } = country;
  const text = t(`basis.${basis}`, { country: name, act });
  return withSource(leeway === undefined ? text : `${text} ${leeway}`, country);
}

/**
 * Who sets the dates of what a channel got, or gets, on a day; and what the organisation promised beyond.
 *
 * @param country the one whose act the channel followed on that day.
 */
export function datesText(country: string, channel: ChannelView | null, day: string): string {
  const promised = promisedOn(channel, day);
  const own = (['ack', 'feedback'] as const).flatMap((what) => {
    const days = promised?.[`${what}Days`] ?? null;
    return days === null ? [] : [plural(`basis.own.${what}`, days)];
  });
  return [basisText(country), ...own].join(' ');
}

/** What a channel's organisation promises for what it gets on a day. */
export function promisedOn(
  channel: Pick<ChannelView, 'deadlines'> | null,
  day: string,
): ChannelView['deadlines'][number] | undefined {
  return channel?.deadlines.findLast(({ from }) => from <= day);
}

/** Where what is said of a country's dates comes from, unless that itself says that nobody knows. */
function withSource(text: string, { basis, sure }: Country): string {
  if (basis === 'unsure' || sure === 'L') return text;
  return `${text} ${t(sure === 'M' ? 'anonymity.medium' : 'source.law')}`;
}

/** Writes a country's authority and its conditions into `#<place>-list` and `#<place>-condition`. */
export function showAuthority(
  code: string,
  channel: Pick<ChannelView, 'notices'> | null,
  place: 'authority' | 'nobody' = 'authority',
): void {
  showOwnWord(`${place}-own`, wordBeneath(channel?.notices ?? {}, 'authorities', code));
  const country = countryOf(code);
  const list = byId(`${place}-list`);
  list.replaceChildren();
  if (country === undefined) return;
  const item = clone('authority');
  fillSlot(item, 'name', country.authority);
  fillSlot(item, 'domain', country.domain);
  fillSlot(item, 'source', authoritySource(country));
  list.append(item);
  const condition = byId(`${place}-condition`);
  condition.textContent = country.condition ?? '';
  condition.hidden = country.condition === null;
}

/** Whether reports are sealed to somebody: custodians, guests and auditors read none by themselves. */
export function readsReports({ part }: ReaderView): boolean {
  return part === 'handler' || part === 'recovery_officer';
}

/** A reader's name and what the person does, the parts explained that are not plain. */
export function fillReader(item: HTMLElement, reader: ReaderView): void {
  fillSlot(item, 'name', reader.name);
  const role = slot(item, 'role');
  const isOfficer = reader.part === 'recovery_officer';
  if (isOfficer) role.textContent = t('reader.officer');
  else if (reader.part === 'custodian') role.textContent = t('reader.custodian');
  else if (reader.part === 'guest') role.textContent = t('reader.guest');
  else if (reader.part === 'auditor') role.textContent = t('reader.auditor');
  else if (!writeText(role, reader.role)) role.remove();
}

/**
 * Offers the channels in the list of this id where there is something to choose. Calls back with the
 * chosen one, now if there is one and later. Where nobody said which of several, or what was chosen is
 * not offered, nothing is chosen: no report goes to readers whom nobody named.
 *
 * @param before what was chosen elsewhere in the document or named by the address, if anything.
 */
export function chooseChannel(
  list: 'start-channel' | 'channel',
  channels: readonly ChannelView[],
  onChoice: (channel: ChannelView) => void,
  before = '',
): void {
  const select = byId(list, HTMLSelectElement);
  const choose = (): void => {
    const channel = channels.find(({ id }) => id === select.value);
    if (channel !== undefined) onChoice(channel);
  };
  select.replaceChildren(
    ...channels.map(({ id, names }) => {
      const option = document.createElement('option');
      option.value = id;
      option.textContent = pickText(names).text;
      return option;
    }),
  );
  const isOnly = channels.length === 1 && before === '';
  const known = channels.find(({ id }) => isOnly || id === before)?.id;
  if (known === undefined) {
    const none = new Option(t('start.channel.choose'), '');
    none.disabled = true;
    select.prepend(none);
  }
  select.value = known ?? '';
  select.onchange = choose;
  show(`${list}-field`, channels.length > 1 || known === undefined);
  choose();
}

/** The organisation's name in the bar at the top. */
export function showPlace({ organisation }: DirectoryView): void {
  writeText(byId('place'), organisation.names);
}

/** What stands in the way of writing, if anything: the signed list cannot be relied on. */
export type Obstacle = 'expired' | 'untrusted' | 'unset' | 'closed' | 'unreachable' | 'broken';

/** Sorts an error of loading the directory. */
export function obstacleOf(code: string): Obstacle {
  if (code === 'worker_failed') return 'broken';
  if (code === 'not_set_up') return 'unset';
  return isPassing(code) ? 'unreachable' : 'untrusted';
}

/**
 * Says plainly in one part of the document why nothing can be written now; `again` offers another
 * try where one may help.
 */
export function showObstacle(
  part: 'directory' | 'form',
  obstacle: Obstacle,
  code: string,
  again: () => void,
): void {
  const titles = {
    expired: 'directory.expired.title',
    untrusted: 'directory.untrusted.title',
    unset: 'directory.unset.title',
    closed: 'directory.closed.title',
    unreachable: 'directory.unreachable.title',
    broken: 'directory.broken.title',
  } as const;
  const text = {
    expired: () => t('directory.expired.text'),
    untrusted: () => t('directory.untrusted.text'),
    unset: () => t('directory.unset.text'),
    closed: () => t('directory.closed.text'),
    unreachable: () => errorText(code),
    broken: () => errorText(code),
  }[obstacle]();
  write(`${part}-problem-title`, t(titles[obstacle]));
  write(`${part}-problem-text`, text);
  show(`${part}-problem`);
  if (part === 'form') show('form-problem-kept', hasReport());
  const button = byId(`${part}-again`, HTMLButtonElement);
  button.hidden = obstacle !== 'unreachable';
  button.onclick = () => {
    show(`${part}-problem`, false);
    again();
  };
}
