import type { ReaderPart } from '../../../crypto/private.js';
import type { DirectoryChange, DirectoryChangeLine } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { promiseText } from './channel-dates.js';
import { dayText, numberText } from './days.js';
import { localText } from './desk.js';
import { copyTemplate, element, fillList, onClick, part, showPart, write } from './dom.js';
import { report } from './failures.js';
import { countryText, languageText } from './languages.js';
import { ruleText, shorterText } from './retention.js';

/**
 * Announces what changed in the directory until the person says that it was read, at this sign-in or
 * a later one: a reader that nobody knows of would be the way into every future report.
 *
 * @param noteRead remembers that everything up to a version was read.
 */
export function showChanges(
  place: HTMLElement,
  changes: readonly DirectoryChange[],
  noteRead: (version: number) => Promise<void>,
): void {
  const newest = changes.at(-1);
  if (newest === undefined) {
    place.replaceChildren();
    return;
  }
  const box = copyTemplate('changes');
  fillList(part(box, 'versions'), changes, ({ version, date, lines }) => {
    const entry = copyTemplate('changes-version');
    write(entry, 'version', t('desk.changes.version', { version, date: dayText(date) }));
    part(entry, 'lines').replaceChildren(...lineItems(lines));
    return entry;
  });
  const byRoot = changes.some(({ lines }) =>
    lines.some((line) => line.code === 'administrator_added' && line.by === null),
  );
  showPart(box, 'by-root', byRoot);
  onClick(box, 'seen', () => {
    place.replaceChildren();
    document.getElementById('main')?.focus();
    // what could not be noted is announced once more at the next sign-in
    noteRead(newest.version).catch(report);
  });
  place.replaceChildren(box);
}

type QuestionLine = Extract<DirectoryChangeLine, { texts: string[] }>;

/** A line about questions that says nothing that must meet the eye. */
function isQuiet(line: DirectoryChangeLine): line is QuestionLine {
  return 'texts' in line && !line.invites;
}

/**
 * The lines as a list. New questions can be many, in many languages: those of a channel stand folded
 * under how many they are, but for each that seems to ask who somebody is.
 */
function lineItems(lines: readonly DirectoryChangeLine[]): HTMLElement[] {
  const items = lines.filter((line) => !isQuiet(line)).map((each) => element('li', lineText(each)));
  const quiet = lines.filter(isQuiet);
  for (const name of new Set(quiet.map(({ channel }) => localText(channel)))) {
    const changed = quiet.filter(({ channel }) => localText(channel) === name);
    const folded = element('details');
    const list = element('ul');
    list.append(...changed.map((line) => element('li', lineText(line))));
    const count = plural('desk.change.questions', changed.length, { name });
    folded.append(element('summary', count), list);
    const item = element('li');
    item.append(folded);
    items.push(item);
  }
  return items;
}

/** What one line says, in the page's language. */
function lineText(line: DirectoryChangeLine): string {
  const say = (values: Readonly<Record<string, string | number>>): string =>
    t(`desk.change.${line.code}`, values);
  switch (line.code) {
    case 'reader_added':
      return readerText(line);
    case 'reader_left':
      return say({ name: line.name });
    case 'administrator_added':
      return administratorText(line);
    case 'administrator_revoked':
      return say({ number: line.serial });
    case 'organisation_name':
      return say({ language: languageText(line.language), ...quoted(line) });
    case 'organisation_country':
      return say({
        name: localText(line.organisation),
        before: countryText(line.before),
        after: countryText(line.after),
      });
    case 'channel_added':
      return say({ name: localText(line.channel), months: numberText(line.months) });
    case 'channel_removed':
    case 'channel_published':
    case 'channel_unpublished':
    case 'receipts_on':
    case 'receipts_off':
    case 'exports_by_two':
    case 'exports_by_one':
    case 'questions_own':
    case 'questions_built_in':
    case 'channel_closed':
    case 'channel_opened':
    case 'public_body':
    case 'no_public_body':
      return say({ name: localText(line.channel) });
    case 'question_added':
    case 'question_changed':
    case 'question_removed':
    case 'questions_arranged':
      return questionText(line);
    case 'channel_moved':
      return say({
        name: localText(line.channel),
        before: localText(line.before),
        after: localText(line.after),
      });
    case 'channel_name':
      return say({
        name: localText(line.channel),
        language: languageText(line.language),
        ...quoted(line),
      });
    case 'channel_readers':
      return readersText(line);
    case 'channel_texts':
    case 'channel_about':
      return say({ name: localText(line.channel), languages: languagesText(line.languages) });
    case 'channel_country':
      return withReason(
        say({
          name: localText(line.channel),
          before: countryText(line.before),
          after: countryText(line.after),
        }),
        line.reason,
      );
    case 'channel_deadlines':
      return deadlinesText(line);
    case 'channel_notices':
      return noticesText(line);
    case 'channel_languages':
      return say({
        name: localText(line.channel),
        before: languagesText(line.before),
        after: languagesText(line.after),
      });
    case 'channel_months':
      return monthsText(line);
    case 'channel_retention':
      return retentionText(line);
    case 'receipt_key_added':
      return say({ words: line.words.join(' ') });
    case 'receipt_key_ended':
      return say({ words: line.words.join(' '), day: dayText(line.until) });
    case 'order':
      return t(`desk.change.order.${line.of}`);
    case 'nothing':
      return say({});
  }
}

const addedTexts = {
  handler: 'reader_added',
  recovery_officer: 'reader_added',
  custodian: 'custodian_added',
  guest: 'guest_added',
  auditor: 'auditor_added',
} as const satisfies Record<ReaderPart, string>;

/** Who the person is, where the person reads, who let the person in, and the words of the keys. */
function readerText(line: DirectoryChangeLine & { code: 'reader_added' }): string {
  const role = localText(line.role);
  const is = t(`desk.part.${line.part}`);
  const sentences = [
    t(`desk.change.${addedTexts[line.part]}`, {
      name: line.name,
      part: role === '' ? is : `${is}, ${role}`,
      channels: line.channels.map(localText).join(', ') || t('desk.change.none'),
    }),
    line.by === null
      ? t('desk.change.reader_by_root')
      : t('desk.change.reader_by', { name: line.by }),
    ...(line.replaces === null ? [] : [t('desk.change.reader_back', { name: line.replaces })]),
    t('desk.change.reader_words', { words: line.words.join(' ') }),
  ];
  return sentences.join(' ');
}

function administratorText(line: DirectoryChangeLine & { code: 'administrator_added' }): string {
  return [
    t('desk.team.administrator_added', { number: line.serial }),
    line.by === null
      ? t('desk.change.reader_by_root')
      : t('desk.change.reader_by', { name: line.by }),
    t('desk.change.reader_words', { words: line.words.join(' ') }),
  ].join(' ');
}

/** What is asked otherwise, in all its words, with a warning where it seems to ask who answers. */
function questionText(line: QuestionLine): string {
  const name = localText(line.channel);
  const sentences = [
    line.code === 'questions_arranged'
      ? t('desk.change.questions_arranged', { name })
      : t(`desk.change.${line.code}`, { name, label: localText(line.label) }),
    ...(line.texts.length === 0
      ? []
      : [t('desk.change.question_texts', { texts: line.texts.join(' / ') })]),
    ...(line.invites ? [t('desk.change.question_invites')] : []),
  ];
  return sentences.join(' ');
}

/** Who reads a channel now, and who is new or not there any more. */
function readersText(line: DirectoryChangeLine & { code: 'channel_readers' }): string {
  const names = (all: readonly string[]): string => all.join(', ') || t('desk.change.none');
  const name = localText(line.channel);
  return [
    t('desk.change.channel_readers', { name, readers: names(line.readers) }),
    ...(line.joining.length > 0
      ? [t('desk.change.channel_readers.joining', { readers: names(line.joining) })]
      : []),
    ...(line.leaving.length > 0
      ? [t('desk.change.channel_readers.leaving', { readers: names(line.leaving) })]
      : []),
  ].join(' ');
}

function monthsText(line: DirectoryChangeLine & { code: 'channel_months' }): string {
  const values = {
    name: localText(line.channel),
    before: numberText(line.before),
    after: numberText(line.after),
  };
  return line.after < line.before
    ? t('desk.change.channel_months.shorter', values)
    : t('desk.change.channel_months.longer', values);
}

/** A sentence, and the reason that was given for what it says. */
function withReason(text: string, reason: string): string {
  return reason === '' ? text : `${text}. ${t('desk.change.channel_retention.reason', { reason })}`;
}

/** What is promised of the dates from which day on, what was before, and why. */
function deadlinesText({
  channel,
  before,
  after,
}: DirectoryChangeLine & { code: 'channel_deadlines' }): string {
  const text = t('desk.change.channel_deadlines', {
    name: localText(channel),
    day: after === null ? '' : dayText(after.from),
    after: promiseText(after),
    before: promiseText(before),
  });
  return withReason(text, after?.reason ?? '');
}

/** What the organisation says to a notice from now on, in all its words, what it said, and why. */
function noticesText({
  channel,
  of,
  before,
  after,
  reason,
}: DirectoryChangeLine & { code: 'channel_notices' }): string {
  const said = (texts: readonly string[]): string =>
    texts.length === 0
      ? t('desk.change.none')
      : texts.map((text) => t('desk.change.quoted', { text })).join(' / ');
  const values = { name: localText(channel), after: said(after), before: said(before) };
  return withReason(t(`desk.change.channel_notices.${of}`, values), reason);
}

/** The rule as it was and is, for which cases a shorter time counts, whose rule it is, and why. */
function retentionText(line: DirectoryChangeLine & { code: 'channel_retention' }): string {
  const sentences = [
    t('desk.change.channel_retention', {
      name: localText(line.channel),
      before: ruleText(line.before),
      after: ruleText(line.after),
    }),
    ...(line.shorter.length === 0
      ? []
      : [
          t('desk.change.channel_retention.shorter', {
            terms: line.shorter.map(shorterText).join('; '),
          }),
        ]),
    ...(line.preset === null
      ? []
      : [t('desk.change.channel_retention.preset', { country: countryText(line.preset) })]),
    ...(line.reason === ''
      ? []
      : [t('desk.change.channel_retention.reason', { reason: line.reason })]),
  ];
  return sentences.join(' ');
}

function languagesText(languages: readonly string[]): string {
  return languages.map(languageText).join(', ');
}

/** A text as it was and is; where there is none, it says so. */
function quoted({ before, after }: { before: string | null; after: string | null }): {
  before: string;
  after: string;
} {
  const text = (value: string | null): string =>
    value === null ? t('desk.change.none') : t('desk.change.quoted', { text: value });
  return { before: text(before), after: text(after) };
}
