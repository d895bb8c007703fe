import { wordBeneath } from '../../../client/law/notices.js';
import type { ChannelView } from '../../../client/models.js';
import { NOTICE_KINDS, type NoticeKind, type OwnAuthority } from '../../../crypto/public.js';
import { anonymitySource, anonymityText, authoritySource, countryOf } from '../countries.js';
import { t } from '../strings.js';
import { localText, type Desk } from './desk.js';
import { copyTemplate, element, fillList, ownIds, part, showPart, write } from './dom.js';
import { countryText, languageText } from './languages.js';
import { noticeForm } from './notice-form.js';

/** What reporters read of a country, in the words of their pages, and where it comes from. */
interface CountryNotice {
  of: NoticeKind | 'protection' | 'public';
  lines: string[];
  source: string;
}

/** What reporters of a channel in this country read, an item for each of its notices. */
function countryNotices(code: string): CountryNotice[] {
  const country = countryOf(code);
  const unknown = t('desk.notices.unknown', { country: countryText(code) });
  const authority =
    country === undefined
      ? [unknown]
      : [
          country.domain === null ? country.authority : `${country.authority}, ${country.domain}`,
          ...(country.condition === null ? [] : [country.condition]),
        ];
  const going = country?.going ?? null;
  return [
    {
      of: 'authorities',
      lines: authority,
      source: country === undefined ? '' : authoritySource(country),
    },
    {
      of: 'anonymity',
      lines: [country === undefined ? unknown : anonymityText(code)],
      source: anonymitySource(code),
    },
    {
      of: 'advice',
      lines: [t('start.advice.text')],
      source: t('desk.notices.source.advice'),
    },
    {
      of: 'protection',
      lines: [t('start.protection.ban'), t('start.protection.later')],
      source: t('desk.notices.source.protection'),
    },
    {
      of: 'public',
      lines: [t('authority.public.text'), ...(going === null ? [] : [going])],
      source: t('desk.notices.source.public'),
    },
  ];
}

function authorityText({ names, url, contact, conditions }: OwnAuthority): string {
  const said = [localText(names), url, contact, localText(conditions)];
  return said.filter((text) => text !== null && text !== '').join(' · ');
}

/** What the organisation says beneath a notice, and why; where reporters do not see it, that. */
function fillOwn(item: HTMLElement, { notices, country }: ChannelView, kind: NoticeKind): void {
  const word = notices[kind];
  showPart(item, 'own', word !== undefined);
  if (word === undefined) return;
  const isShown = wordBeneath(notices, kind, country) !== null;
  const isElsewhere = word.country !== country;
  showPart(item, 'elsewhere', !isShown);
  write(
    item,
    'elsewhere',
    isElsewhere
      ? t('desk.notices.elsewhere', { country: countryText(word.country) })
      : t('desk.notices.taken_back'),
  );
  part(item, 'words').replaceChildren(
    ...Object.entries(word.words).flatMap(([language, text]) => {
      const said = element('dd', text, 'written');
      said.lang = language;
      return [element('dt', languageText(language)), said];
    }),
  );
  const added = 'added' in word ? word.added : [];
  fillList(part(item, 'added'), added, (each) => element('li', authorityText(each), 'written'));
  write(item, 'reason', t('desk.change.channel_retention.reason', { reason: word.reason }));
}

function isKind(of: CountryNotice['of']): of is NoticeKind {
  return (NOTICE_KINDS as readonly string[]).includes(of);
}

/**
 * What reporters of a channel are told of its country, from where and how sure that is, what the
 * organisation says beneath it and why, and for administrators the forms for that.
 */
export function fillNotices(desk: Desk, section: HTMLElement, channel: ChannelView): void {
  const items = countryNotices(channel.country).map(({ of, lines, source }) => {
    const item = ownIds(copyTemplate('notice-item'));
    write(item, 'title', t(`desk.notices.title.${of}`));
    fillList(part(item, 'lines'), lines, (line) => element('li', line));
    write(item, 'source', source);
    if (!isKind(of)) return item;
    fillOwn(item, channel, of);
    if (desk.account.part !== 'administrator') return item;
    const form = noticeForm(desk, channel, of, () => {
      const now = desk.directory.channels.find(({ id }) => id === channel.id);
      fillNotices(desk, section, now ?? channel);
    });
    part(item, 'change').replaceChildren(form);
    return item;
  });
  part(section, 'notices').replaceChildren(...items);
}
