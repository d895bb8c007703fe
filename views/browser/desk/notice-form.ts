import type { ChannelChange } from '../../../client/desk/channel.js';
import type { ChannelView } from '../../../client/models.js';
import { NOTICE_LIMITS, type NoticeKind } from '../../../crypto/public.js';
import { t } from '../strings.js';
import type { Desk } from './desk.js';
import { copyTemplate, ownIds, part, showPart } from './dom.js';
import { send, showProblem } from './failures.js';
import { authorityFields } from './notice-authorities.js';
import { isPlain, noticeTexts } from './notice-texts.js';

/** What is published of a notice, but for the country, which is the channel's. */
type Said = NonNullable<NonNullable<ChannelChange['notices']>['authorities']>;

/**
 * The form by which an administrator says something beneath a notice of the channel's country, or
 * takes it back, with a reason.
 *
 * @param changed called once that was published.
 */
export function noticeForm(
  desk: Desk,
  channel: ChannelView,
  kind: NoticeKind,
  changed: () => void,
): HTMLElement {
  const view = ownIds(copyTemplate('notice-form'));
  const form = part(view, 'form', HTMLFormElement);
  const before = channel.notices[kind];
  const words = noticeTexts(channel.languages, before?.words ?? {}, {
    limit: NOTICE_LIMITS.word,
    lines: 'several',
    label: (language) => t(`desk.notices.word.${kind}`, { language }),
  });
  part(form, 'words').replaceChildren(...words.fields);
  showPart(form, 'authorities', kind === 'authorities');
  const added = channel.notices.authorities?.added ?? [];
  const authorities =
    kind === 'authorities' ? authorityFields(form, channel.languages, added) : null;
  const reason = part(form, 'reason', HTMLTextAreaElement);

  function read(): Said | string {
    const named = authorities?.read() ?? [];
    if (typeof named === 'string') return named;
    const said = words.read();
    if (!Object.values(said).every(isPlain)) return t('desk.notices.sign_wrong');
    const isSame =
      JSON.stringify([said, named]) ===
        JSON.stringify([before?.words ?? {}, authorities && added]) &&
      before?.country === channel.country;
    const isNothing = before === undefined && Object.keys(said).length + named.length === 0;
    if (isSame || isNothing) return t('desk.notices.same');
    const why = reason.value.trim();
    return why === '' ? t('desk.keep.reason_missing') : { words: said, added: named, reason: why };
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const said = read();
    if (typeof said === 'string') {
      showProblem(form, said);
      return;
    }
    const { added: named, ...word } = said;
    const notices =
      kind === 'authorities' ? { authorities: { ...word, added: named } } : { [kind]: word };
    void send(form, async () => {
      desk.directoryChanged(await desk.api.updateChannel(channel.id, { notices }));
      desk.say(t('desk.keep.published'));
      changed();
    });
  });
  return view;
}
