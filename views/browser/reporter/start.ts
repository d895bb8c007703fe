import type { ChannelView, DirectoryView } from '../../../client/models.js';
import { wordBeneath } from '../../../client/law/notices.js';
import { anonymitySource, anonymityText, countryOf } from '../countries.js';
import { retentionText } from './retention.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import { readFragment } from '../channel-code.js';
import type { ReporterApi } from './api.js';
import { listChannels, namedChannel, offeredChannels } from './channels.js';
import {
  chooseChannel,
  datesText,
  promisedOn,
  fillReader,
  obstacleOf,
  showAuthority,
  showObstacle,
  showPlace,
} from './directory.js';
import { byId, clone, show, write } from './dom.js';
import { formatDay, today, writeText } from './format.js';
import { showOwnWord } from './own-word.js';

/** What the address said after `#`. */
export type Fragment = ReturnType<typeof readFragment>;

/**
 * What stood after `#`: a poster's QR code carries the root key there, and where there are several
 * channels the digits of one. It leaves the address.
 */
export function takeFragment(): Fragment {
  const { hash } = location;
  const fragment = readFragment(hash);
  if (fragment.code === '' && fragment.root === '') return fragment;
  history.replaceState(null, '', location.pathname);
  // another language, or the form in a tab of its own, is for the same channel and the same poster
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a, a[href$=write]')) {
    link.hash = hash;
  }
  return fragment;
}

/** Nothing can be written while the readers are not known for certain. */
function allowWriting(isAllowed: boolean): void {
  for (const id of ['to-form', 'to-form-below']) byId(id).hidden = !isAllowed;
}

function comparePoster(fragment: string, root: string): void {
  if (fragment === '') return;
  const isSame = fragment === root;
  write('poster', t(isSame ? 'poster.same' : 'poster.other'));
  byId('poster').classList.toggle('signal', !isSame);
  if (!isSame) allowWriting(false);
}

function drawReaders({ readers }: ChannelView): void {
  byId('readers').replaceChildren(
    ...readers.map((reader) => {
      const item = clone('reader');
      fillReader(item, reader);
      return item;
    }),
  );
  show('readers');
}

/** Writes text where there is any, and hides its place where there is none. */
function writeSome(id: string, text: string): void {
  write(id, text);
  show(id, text !== '');
}

function drawCountry({ country: code, notices }: ChannelView): void {
  const country = countryOf(code);
  writeSome('anonymity', anonymityText(code));
  writeSome('anonymity-source', anonymitySource(code));
  for (const kind of ['anonymity', 'advice'] as const) {
    showOwnWord(`${kind}-own`, wordBeneath(notices, kind, code));
  }
  write('authority-country-title', t('authority.country', { country: country?.name ?? code }));
  showAuthority(code, { notices });
  const isAny = country !== undefined || wordBeneath(notices, 'authorities', code) !== null;
  show('authority-country', isAny);
  writeSome('public-condition', country?.going ?? '');
  if (country === undefined) return;
  // a place on a page that is the same for everybody; no server is told of it
  byId('rights-link', HTMLAnchorElement).hash = code;
  write('act', t('start.data.act', { country: country.name, act: country.act }));
}

function drawChannel(channel: ChannelView): void {
  show('start-practice', !channel.published);
  drawReaders(channel);
  const hasText = writeText(byId('own-words-text'), channel.texts);
  show('own-words', hasText);
  const retention = retentionText(channel);
  write('retention', retention);
  write('data-retention', retention);
  drawCountry(channel);
  write('basis', datesText(channel.country, channel, today()));
}

/** The dates of a report that is sent today. */
async function drawDates(api: Remote<ReporterApi>, channel: ChannelView): Promise<void> {
  const promised = promisedOn(channel, today());
  const dates = await api.dates(promised?.ackDays ?? null, promised?.feedbackDays ?? null);
  const said = (day: string): string => t('start.today', { day: formatDay(day) });
  write('date-ack', said(dates.acknowledgementBy));
  write('date-feedback', said(dates.feedbackBy));
}

function draw(
  directory: DirectoryView,
  { code, root }: Fragment,
  chosen: (channel: ChannelView) => void,
): void {
  showPlace(directory);
  const named = namedChannel(directory.channels, code);
  const offered = offeredChannels(directory.channels, named?.id ?? '');
  show('channel-gone', named?.closed === true);
  listChannels(offered);
  show('who-readers');
  if (offered.length > 0) chooseChannel('start-channel', offered, chosen, named?.id);
  else {
    allowWriting(false);
    showObstacle('directory', 'closed', '', () => undefined);
  }
  const { confirmedOn, freshness } = directory;
  write(
    'directory-checked',
    confirmedOn === null
      ? t('directory.checked')
      : t('directory.confirmed', { day: formatDay(confirmedOn) }),
  );
  byId('fingerprint').replaceChildren(
    ...directory.fingerprint.map((word) => {
      const item = document.createElement('li');
      item.textContent = word;
      return item;
    }),
  );
  show('keys');
  if (freshness === 'stale') {
    write('directory-problem-title', t('directory.stale.title'));
    write('directory-problem-text', t('directory.stale.text'));
    show('directory-problem');
  }
  if (freshness === 'expired') {
    allowWriting(false);
    showObstacle('directory', 'expired', '', () => undefined);
  }
  comparePoster(root, directory.root);
}

/** Says that nothing can be written, and why, where not even the worker could be started. */
export function showStartFailure(code: string): void {
  allowWriting(false);
  show('directory-waiting', false);
  showObstacle('directory', obstacleOf(code), code, () => undefined);
}

/**
 * Fills the start: who reads, the dates, the country's law and authority, the keys' words.
 *
 * @param directory the verified directory; asks for it again after a failure.
 */
export function runStart(
  api: Remote<ReporterApi>,
  directory: () => Promise<DirectoryView>,
  fragment: Fragment,
): void {
  const load = async (): Promise<void> => {
    show('directory-waiting');
    allowWriting(true);
    try {
      const found = await directory();
      if (found.channels.length === 0) {
        allowWriting(false);
        showObstacle('directory', 'unset', '', () => undefined);
        return;
      }
      draw(found, fragment, (channel) => {
        drawChannel(channel);
        void drawDates(api, channel);
      });
    } catch (error) {
      const code = codeOf(error);
      const obstacle = obstacleOf(code);
      if (obstacle !== 'unreachable') allowWriting(false);
      showObstacle('directory', obstacle, code, () => void load());
    } finally {
      show('directory-waiting', false);
    }
  };
  void load();
}
