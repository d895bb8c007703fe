import { NOTICE_LIMITS, OWN_AUTHORITIES_LIMIT, type OwnAuthority } from '../../../crypto/public.js';
import { t } from '../strings.js';
import { copyTemplate, onClick, ownIds, part, show, write } from './dom.js';
import { isPlain, noticeTexts, typedIn, type NoticeTexts } from './notice-texts.js';

/** The fields for authorities that an organisation names beside those of the country. */
export interface AuthorityFields {
  /** What the fields hold; a sentence where something is missing or cannot be published. */
  read(): OwnAuthority[] | string;
}

/** An address as browsers write it; null for what is none that may stand here. */
function pageAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, username, password, href } = new URL(text);
  if (protocol !== 'https:' || username + password !== '' || !hostname.includes('.')) return null;
  return href.length > NOTICE_LIMITS.address ? null : href;
}

interface Row {
  root: HTMLElement;
  read(): OwnAuthority | string;
}

function authorityRow(
  languages: readonly string[],
  authority: OwnAuthority | null,
  removed: (row: Row) => void,
): Row {
  const root = ownIds(copyTemplate('notice-authority'));
  const texts = (
    name: 'names' | 'conditions',
    lines: 'one' | 'several',
    limit: number,
  ): NoticeTexts['read'] => {
    const label = (language: string): string => t(`desk.notices.${name}`, { language });
    const made = noticeTexts(languages, authority?.[name] ?? {}, { limit, lines, label });
    part(root, name).replaceChildren(...made.fields);
    return made.read;
  };
  const names = texts('names', 'one', NOTICE_LIMITS.name);
  const conditions = texts('conditions', 'several', NOTICE_LIMITS.conditions);
  const url = part(root, 'url', HTMLInputElement);
  const contact = part(root, 'contact', HTMLTextAreaElement);
  url.value = authority?.url ?? '';
  contact.value = authority?.contact ?? '';
  const row: Row = {
    root,
    read() {
      const own = {
        names: names(),
        url: typedIn(url) === '' ? null : pageAddress(typedIn(url)),
        contact: typedIn(contact) === '' ? null : typedIn(contact),
        conditions: conditions(),
      };
      if (Object.keys(own.names).length === 0) return t('desk.notices.name_missing');
      if (own.url === null && typedIn(url) !== '') return t('desk.notices.url_wrong');
      if (own.url === null && own.contact === null) return t('desk.notices.address_missing');
      const all = [...Object.values(own.names), ...Object.values(own.conditions)];
      const isAllPlain = [...all, ...(own.contact === null ? [] : [own.contact])].every(isPlain);
      return isAllPlain ? own : t('desk.notices.sign_wrong');
    },
  };
  onClick(root, 'remove', () => {
    removed(row);
  });
  return row;
}

/** Makes the fields in the form's part for them, filled with those that there are. */
export function authorityFields(
  form: HTMLElement,
  languages: readonly string[],
  authorities: readonly OwnAuthority[],
): AuthorityFields {
  const list = part(form, 'added');
  const button = part(form, 'add-authority', HTMLButtonElement);
  let rows: Row[] = [];
  const draw = (): void => {
    list.replaceChildren(...rows.map(({ root }) => root));
    for (const [at, { root }] of rows.entries()) {
      write(root, 'legend', t('desk.notices.authority', { number: at + 1 }));
    }
    show(button, rows.length < OWN_AUTHORITIES_LIMIT);
  };
  const add = (authority: OwnAuthority | null): Row => {
    const row = authorityRow(languages, authority, (gone) => {
      rows = rows.filter((each) => each !== gone);
      draw();
      (rows.at(-1)?.root ?? button).focus();
    });
    rows.push(row);
    return row;
  };
  for (const authority of authorities) add(authority);
  draw();
  onClick(form, 'add-authority', () => {
    const { root } = add(null);
    draw();
    root.focus();
  });
  return {
    read() {
      const found: OwnAuthority[] = [];
      for (const row of rows) {
        const authority = row.read();
        if (typeof authority === 'string') return authority;
        found.push(authority);
      }
      return found;
    },
  };
}
