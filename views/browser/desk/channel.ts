import type { ReadinessView } from '../../../client/desk/channel.js';
import type { ChannelView } from '../../../client/models.js';
import { t } from '../strings.js';
import { channelQuestions } from './channel-questions.js';
import { faultInTexts, readFields, textFields } from './channel-texts.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { localText, type Desk } from './desk.js';
import { act, report, send, showProblem } from './failures.js';
import { wireConfirmation } from './confirmation.js';
import { fillCountries, wireAdding } from './channel-adding.js';
import { fillDates } from './channel-dates.js';
import { fillNotices } from './channel-notices.js';
import { fillChannelReaders } from './channel-readers.js';
import { channelAddress, linkWithRoot } from './first-steps.js';
import { countryText, languageText } from './languages.js';
import { posterElement } from './poster.js';
import { printSheet } from './print.js';
import { fillTerms, shorterText } from './retention.js';
import { needsDecision, tellDecision } from './retention-decision.js';
import { retentionForm } from './retention-form.js';
import { fillWords } from './words.js';

/** The channel as reporters meet it: state, address, poster; for administrators also its texts. */
export function channelView(desk: Desk): HTMLElement {
  const view = copyTemplate('channel');
  const select = part(view, 'which', HTMLSelectElement);
  const draw = (chosen: string): void => {
    const { channels } = desk.directory;
    select.replaceChildren(...channels.map(({ id, names }) => option(id, localText(names))));
    const [first] = channels;
    const channel = channels.find(({ id }) => id === chosen) ?? first;
    showPart(view, 'which-field', channels.length > 1);
    if (channel === undefined) return;
    select.value = channel.id;
    part(view, 'channels').replaceChildren(channelSection(desk, channel, view));
  };
  select.addEventListener('change', () => {
    draw(select.value);
  });
  void act(view, async () => {
    try {
      // somebody else may have published while this desk was open
      desk.directoryChanged(await desk.api.directory());
    } finally {
      draw(select.value);
    }
  });
  const administrator = desk.account.part === 'administrator';
  showPart(view, 'add', administrator);
  if (administrator) {
    wireAdding(desk, view, (added) => {
      draw(added);
      part(view, 'heading').focus();
      window.scrollTo(0, 0);
    });
  }
  return view;
}

function channelSection(desk: Desk, channel: ChannelView, view: HTMLElement): HTMLElement {
  const section = copyTemplate('channel-section');
  const administrator = desk.account.part === 'administrator';
  write(section, 'name', localText(channel.names));
  write(section, 'country', countryText(channel.country));
  const again = (): void => {
    section.replaceWith(channelSection(desk, currentOf(desk, channel), view));
    part(view, 'heading').focus();
  };
  const steps = fillPublication(desk, section, channel, again);
  fillClosing(desk, section, channel, again);
  fillChannelReaders(desk, section, channel, again);
  fillPoster(desk, section, channel);
  fillDates(desk, section, channel);
  fillNotices(desk, section, channel);
  fillRetention(desk, section, channel);
  part(section, 'questions').replaceChildren(channelQuestions(desk, channel));
  showPart(section, 'settings', administrator);
  if (administrator) {
    wireSettings(desk, section, channel, steps);
    wireRetention(desk, section, channel, steps);
  }
  return section;
}

/** How long closed cases are kept, why, and for administrators the form that changes it. */
function fillRetention(desk: Desk, section: HTMLElement, channel: ChannelView): void {
  const { retention } = currentOf(desk, channel);
  void desk.api.retention().then((all) => {
    const found = all.find((each) => each.channel === channel.id);
    if (found !== undefined) fillTerms(part(section, 'terms'), found);
  }, report);
  fillList(part(section, 'shorter-terms'), retention?.shorter ?? [], (term) =>
    element('li', shorterText(term)),
  );
  write(section, 'retention-why', retention === null ? '' : whyText(retention));
  tellDecision(desk, section, currentOf(desk, channel));
}

function whyText({ preset, reason }: NonNullable<ChannelView['retention']>): string {
  const why = `${t('desk.keep.why')}: ${reason}`;
  if (preset === null) return why;
  const country = countryText(preset);
  return `${t('desk.change.channel_retention.preset', { country })} ${why}`;
}

/** The form for how long cases are kept; once it was published, `steps` tells anew what is missing. */
function wireRetention(
  desk: Desk,
  section: HTMLElement,
  channel: ChannelView,
  steps: () => void,
): void {
  const form = retentionForm(desk, currentOf(desk, channel), () => {
    fillRetention(desk, section, channel);
    steps();
  });
  part(section, 'retention-change').replaceChildren(form);
}

function currentOf(desk: Desk, channel: ChannelView): ChannelView {
  return desk.directory.channels.find(({ id }) => id === channel.id) ?? channel;
}

/** Whether it takes reports at all; for administrators also what closes and opens it. */
function fillClosing(
  desk: Desk,
  section: HTMLElement,
  channel: ChannelView,
  changed: () => void,
): void {
  const administrator = desk.account.part === 'administrator';
  showPart(section, 'closed', channel.closed);
  showPart(section, 'closing', administrator && !channel.closed);
  showPart(section, 'reopen', administrator);
  const turn = async (closed: boolean, said: string): Promise<void> => {
    desk.directoryChanged(await desk.api.closeChannel(channel.id, closed));
    desk.say(t(said));
    changed();
  };
  wireConfirmation(part(section, 'closing'), 'close', () => turn(true, 'desk.channel.closed_now'));
  const box = part(section, 'closed');
  onClick(box, 'reopen', () => send(box, () => turn(false, 'desk.channel.opened_now')));
}

/**
 * Whether it is published, or what is missing until it can be. That it was decided how long cases are
 * kept is this page's condition alone: the server knows no acts of countries.
 *
 * @returns what tells anew what is missing.
 */
function fillPublication(
  desk: Desk,
  section: HTMLElement,
  channel: ChannelView,
  published: () => void,
): () => void {
  const administrator = desk.account.part === 'administrator';
  const isOpen = channel.published || channel.closed;
  showPart(section, 'published', channel.published);
  showPart(section, 'unpublished', !isOpen);
  if (isOpen) return () => undefined;
  const box = part(section, 'unpublished');
  const button = part(box, 'publish', HTMLButtonElement);
  show(button, administrator);
  showPart(box, 'only-administrator', !administrator);
  button.disabled = true;
  const missingTexts = channel.languages.filter(
    (language) => (channel.texts[language] ?? '').trim() === '',
  );
  let ready: ReadinessView | undefined;
  const draw = (): void => {
    const steps: [string, boolean][] = [
      ['readers', (ready?.readers ?? 0) >= 2],
      ['practice', ready?.practiceRead === true],
      ['keeping', !needsDecision(desk, currentOf(desk, channel))],
      ['texts', missingTexts.length === 0],
    ];
    fillList(part(box, 'steps'), steps, ([name, done]) => {
      const item = element('li', t(`desk.publish.${name}`), done ? 'done' : 'open');
      item.append(
        element('span', ` ${t(done ? 'desk.publish.done' : 'desk.publish.missing')}`, 'mark'),
      );
      return item;
    });
    // texts of the organisation's own are advised, not demanded
    button.disabled = !steps.every(([name, done]) => done || name === 'texts');
  };
  void desk.api.readiness().then((all) => {
    ready = all.find((each) => each.channel === channel.id);
    draw();
  }, report);
  button.addEventListener('click', () => {
    void send(box, async () => {
      desk.directoryChanged(await desk.api.publish(channel.id));
      desk.say(t('desk.publish.now'));
      published();
    });
  });
  return draw;
}

function fillPoster(desk: Desk, section: HTMLElement, channel: ChannelView): void {
  const select = part(section, 'poster-language', HTMLSelectElement);
  for (const language of channel.languages) select.append(option(language, languageText(language)));
  const preferred = document.documentElement.lang;
  if (channel.languages.includes(preferred)) select.value = preferred;
  const draw = (): void => {
    const address = channelAddress(desk.directory, channel.id, select.value);
    write(section, 'address', address);
    showPart(section, 'address-own', isOwnMachine(new URL(address).hostname));
    write(section, 'link', linkWithRoot(desk.directory, address));
    part(section, 'poster').replaceChildren(posterElement(desk.directory, channel, select.value));
  };
  select.addEventListener('change', draw);
  fillWords(part(section, 'fingerprint'), desk.directory.fingerprint);
  onClick(section, 'print', () => {
    printSheet(posterElement(desk.directory, channel, select.value));
  });
  onClick(section, 'copy', async () => {
    await navigator.clipboard.writeText(part(section, 'link').textContent);
    desk.say(t('desk.channel.copied'));
  });
  draw();
}

function wireSettings(
  desk: Desk,
  section: HTMLElement,
  channel: ChannelView,
  steps: () => void,
): void {
  const form = part(section, 'settings', HTMLFormElement);
  const fields = textFields(channel.languages, {
    names: channel.names,
    texts: channel.texts,
    about: channel.about,
  });
  const country = part(form, 'country-choice', HTMLSelectElement);
  fillCountries(country);
  country.value = channel.country;
  const why = part(form, 'country-reason', HTMLTextAreaElement);
  const isMoved = (): boolean => country.value !== currentOf(desk, channel).country;
  country.addEventListener('change', () => {
    showPart(form, 'country-reason-field', isMoved());
  });
  const receipts = part(form, 'receipts', HTMLInputElement);
  receipts.checked = channel.receipts;
  const exports = part(form, 'exports-by-two', HTMLInputElement);
  exports.checked = channel.exportsByTwo;
  tellReceiptKey(desk, form, channel.receipts);
  part(form, 'languages').replaceChildren(fields.choice);
  part(form, 'texts').replaceChildren(fields.texts);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { languages, names, texts, about } = readFields(fields);
    const fault = faultInTexts({ languages, names });
    if (fault !== null) {
      showProblem(form, fault);
      return;
    }
    const countryReason = why.value.trim();
    if (isMoved() && countryReason === '') {
      showProblem(form, t('desk.terms.country_reason_missing'));
      return;
    }
    void send(form, async () => {
      const change = {
        ...{ languages, names, texts, about },
        country: country.value,
        ...(isMoved() && { countryReason }),
        receipts: receipts.checked,
        exportsByTwo: exports.checked,
      };
      desk.directoryChanged(await desk.api.updateChannel(channel.id, change));
      write(form, 'saved', t('desk.channel.saved'));
      const changed = currentOf(desk, channel);
      write(section, 'name', localText(changed.names));
      write(section, 'country', countryText(changed.country));
      tellReceiptKey(desk, form, changed.receipts);
      fillPoster(desk, replacePosterPart(section), changed);
      if (languages.join() !== channel.languages.join()) {
        part(section, 'questions').replaceChildren(channelQuestions(desk, changed));
      }
      why.value = '';
      showPart(form, 'country-reason-field', false);
      fillDates(desk, section, changed);
      fillNotices(desk, section, changed);
      // for another country other rules are offered, and it has to be decided anew
      if (changed.country !== channel.country) {
        wireRetention(desk, section, changed, steps);
        tellDecision(desk, section, changed);
        steps();
      }
    });
  });
  form.addEventListener('input', () => {
    write(form, 'saved', '');
  });
}

/** Says so where receipts are on but the server has another key than the one that is listed. */
function tellReceiptKey(desk: Desk, form: HTMLElement, isOn: boolean): void {
  showPart(form, 'receipt-key-other', false);
  if (!isOn) return;
  void desk.api.receiptKeyListed().then((isListed) => {
    showPart(form, 'receipt-key-other', !isListed);
  }, report);
}

/** Whether an address leads nowhere but to the computer on which it is opened. */
function isOwnMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

/** A fresh poster part, since its list of languages may have changed. */
function replacePosterPart(section: HTMLElement): HTMLElement {
  const fresh = part(copyTemplate('channel-section'), 'poster-part');
  part(section, 'poster-part').replaceWith(fresh);
  return fresh;
}
