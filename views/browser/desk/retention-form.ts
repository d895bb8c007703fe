import {
  clashes,
  type Retention,
  type RetentionAnchor,
  type RetentionClause,
  type RetentionKind,
  type RetentionPreview,
  type ShorterFor,
  type ShorterTerm,
} from '../../../crypto/private.js';
import { presetsDiffer, type RetentionPreset } from '../../../client/law/retention.js';
import type { ChannelView } from '../../../client/models.js';
import { t } from '../strings.js';
import { actLanguage, countryText } from './languages.js';
import { retentionPresets } from './country-rules.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  ownIds,
  part,
  showPart,
  write,
} from './dom.js';
import { send, showProblem } from './failures.js';
import { ruleText, shorterText } from './retention.js';

// Records, not lists, as in choices.ts
const KINDS: Record<RetentionKind, true> = {
  at_most: true,
  at_least: true,
  keep_then_delete: true,
  necessity: true,
};
const ANCHORS: Record<RetentionAnchor, true> = {
  receipt: true,
  closure: true,
  last_processing: true,
  year_end: true,
  outcome: true,
};
/** From when a shorter time runs where no act says otherwise. */
const SHORTER: Record<ShorterFor, ShorterTerm['anchor']> = {
  not_investigated: 'receipt',
  out_of_scope: 'closure',
  spam: 'closure',
};

const PLACES = ['first', 'second'] as const;
const DEFAULT: RetentionClause[] = [{ kind: 'at_most', months: 24, anchor: 'closure' }];

/** A rule that can be chosen; `clauses` null for the one that is put together here. */
interface Choice {
  readonly id: string;
  readonly label: readonly (string | Node)[];
  readonly notes: readonly string[];
  readonly clauses: RetentionClause[] | null;
  readonly shorter: readonly ShorterTerm[];
  readonly preset: string | null;
}

/** Stands in a sentence where an act's name comes, which has a language of its own. */
const ACT_PLACE = '\u0000';

function presetNotes({ reference, confidence, notes }: RetentionPreset): string[] {
  return [
    reference === '' ? t('desk.keep.no_reference') : t('desk.keep.reference', { reference }),
    t(`desk.keep.confidence.${confidence}`),
    ...notes.map((note) => t(`desk.keep.note.${note}`)),
  ];
}

function presetChoice(preset: RetentionPreset): Choice {
  const { country, act, clauses, shorter } = preset;
  const rule = ruleText({ clauses, wins: null });
  const said = t('desk.keep.of_country', { country: countryText(country), act: ACT_PLACE, rule });
  const [before = '', after = ''] = said.split(ACT_PLACE);
  const named = element('span', act);
  named.lang = actLanguage(country);
  return {
    id: country,
    label: [before, named, after],
    notes: presetNotes(preset),
    clauses,
    shorter,
    preset: country,
  };
}

/** The presets that are an organisation's: of the channel's country, then of its own. */
function presetsOf(desk: Desk, channel: ChannelView): RetentionPreset[] {
  const countries = new Set([channel.country, desk.directory.organisation.country]);
  return retentionPresets()
    .filter(({ country }) => countries.has(country))
    .sort((one) => (one.country === channel.country ? -1 : 1));
}

function choicesOf(presets: readonly RetentionPreset[], channel: ChannelView): Choice[] {
  const plain = { notes: [], shorter: [], preset: null };
  const [one, other] = presets;
  const isTwo = one !== undefined && other !== undefined && presetsDiffer(one, other) !== 'same';
  const both = isTwo ? [...one.clauses, ...other.clauses] : [];
  const { retention } = channel;
  const asIs = retention === null ? [] : [retention];
  return [
    ...asIs.map(({ clauses, wins, shorter, preset }) => ({
      id: 'as_is',
      label: [t('desk.keep.as_is', { rule: ruleText({ clauses, wins }) })],
      notes: [],
      clauses,
      shorter,
      preset,
    })),
    ...presets.map(presetChoice),
    ...(isTwo
      ? [
          {
            ...plain,
            id: 'both',
            label: [t('desk.keep.both', { rule: ruleText({ clauses: both, wins: null }) })],
            clauses: both,
            shorter: [...one.shorter, ...other.shorter].filter(
              ({ of }, index, all) => all.findIndex((each) => each.of === of) === index,
            ),
          },
        ]
      : []),
    { ...plain, id: 'default', label: [t('desk.keep.default')], clauses: DEFAULT },
    { ...plain, id: 'own', label: [t('desk.keep.own')], clauses: null },
  ];
}

/** Months in a field; null for nothing in it, and what is no such number as it was typed. */
function monthsIn(field: HTMLInputElement): number | null {
  const text = field.value.trim();
  return text === '' ? null : Number(text);
}

function areSameTerms(some: readonly ShorterTerm[], others: readonly ShorterTerm[]): boolean {
  const isAmong = (term: ShorterTerm): boolean =>
    others.some(
      ({ of, months, anchor }) =>
        of === term.of && months === term.months && anchor === term.anchor,
    );
  return some.length === others.length && some.every(isAmong);
}

function areMonths(months: number): boolean {
  return Number.isInteger(months) && months >= 1 && months <= 1200;
}

/**
 * The form by which an administrator changes how long a channel's cases are kept: which rule, why, and
 * what that moves, before it is signed. Where the rules of two countries differ nothing is chosen
 * beforehand.
 *
 * @param changed called once a rule was published.
 */
export function retentionForm(desk: Desk, channel: ChannelView, changed: () => void): HTMLElement {
  const view = ownIds(copyTemplate('retention-form'));
  const form = part(view, 'form', HTMLFormElement);
  const presets = presetsOf(desk, channel);
  const choices = choicesOf(presets, channel);
  const radios = fillChoices(form, choices, channel);
  tellConflict(form, presets, channel);
  fillOwn(form);
  const shorterFields = fillShorter(form, channel.retention?.shorter ?? []);
  part(form, 'public-body', HTMLInputElement).checked = channel.publicBody;
  const reason = part(form, 'reason', HTMLTextAreaElement);
  const wins = part(form, 'wins', HTMLSelectElement);
  wins.append(
    option('', t('desk.keep.wins_choose')),
    option('longer', t('desk.keep.wins_name.longer')),
    option('shorter', t('desk.keep.wins_name.shorter')),
  );
  let previewed: Retention | null = null;

  const chosen = (): Choice | undefined => choices.find((_, index) => radios[index]?.checked);
  const clauses = (): RetentionClause[] | null => chosen()?.clauses ?? ownClauses(form);
  const isClash = (): boolean => clashes((chosen() === undefined ? null : clauses()) ?? []);

  function read(): Retention | string {
    const choice = chosen();
    if (choice === undefined) return t('desk.keep.choose');
    const times = clauses();
    if (times === null) return t('desk.keep.months_wrong');
    const shorter = shorterFields.read(choice);
    if (shorter === null) return t('desk.keep.months_wrong');
    const which = wins.value === 'longer' || wins.value === 'shorter' ? wins.value : null;
    if (clashes(times) && which === null) return t('desk.keep.wins_missing');
    const why = reason.value.trim();
    if (why === '') return t('desk.keep.reason_missing');
    return {
      clauses: times,
      wins: clashes(times) ? which : null,
      shorter,
      // with other times it is the organisation's own, and nobody may be told otherwise
      preset: areSameTerms(shorter, choice.shorter) ? choice.preset : null,
      decidedFor: [channel.country, desk.directory.organisation.country],
      reason: why,
    };
  }

  form.addEventListener('input', (event) => {
    previewed = null;
    showPart(form, 'moves', false);
    write(form, 'rule-saved', '');
    showPart(form, 'own', chosen()?.clauses === null);
    showPart(form, 'wins-field', isClash());
    const target = event.target;
    if (target instanceof HTMLInputElement && target.type === 'radio') {
      shorterFields.fill(chosen()?.shorter ?? []);
    }
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const rule = read();
    if (typeof rule === 'string') {
      showProblem(form, rule);
      return;
    }
    void send(form, async () => {
      const preview = await desk.api.previewRetention(channel.id, rule);
      const now = desk.directory.channels.find(({ id }) => id === channel.id) ?? channel;
      showMoves(form, rule, preview, now.retention?.shorter ?? []);
      previewed = rule;
      part(form, 'moves-title').focus();
    });
  });
  onClick(form, 'rule-publish', () => {
    const rule = previewed;
    if (rule === null) return;
    const publicBody = part(form, 'public-body', HTMLInputElement).checked;
    void send(form, async () => {
      desk.directoryChanged(
        await desk.api.updateChannel(channel.id, { retention: rule, publicBody }),
      );
      previewed = null;
      showPart(form, 'moves', false);
      write(form, 'rule-saved', t('desk.keep.published'));
      changed();
    });
  });
  return view;
}

function fillChoices(
  form: HTMLElement,
  choices: readonly Choice[],
  channel: ChannelView,
): HTMLInputElement[] {
  const list = part(form, 'choices');
  return choices.map(({ label, notes }) => {
    const item = element('label', '', 'check');
    const radio = document.createElement('input');
    radio.type = 'radio';
    radio.name = `keep-${channel.id}`;
    const text = element('span');
    text.append(...label, ...notes.map((note) => element('span', ` ${note}`, 'hint')));
    item.append(radio, ' ', text);
    list.append(item);
    return radio;
  });
}

/** Says where the rules of two countries differ, or that there is none for the channel's. */
function tellConflict(
  form: HTMLElement,
  presets: readonly RetentionPreset[],
  channel: ChannelView,
): void {
  const isKnown = presets.some(({ country }) => country === channel.country);
  showPart(form, 'no-rule', !isKnown);
  write(form, 'no-rule', t('desk.keep.no_rule', { country: countryText(channel.country) }));
  const [one, other] = presets;
  if (one === undefined || other === undefined) return;
  const differ = presetsDiffer(one, other);
  if (differ === 'same') return;
  const countries = { one: countryText(one.country), other: countryText(other.country) };
  write(
    form,
    'conflict',
    differ === 'clash' ? t('desk.keep.clash', countries) : t('desk.keep.differ', countries),
  );
  showPart(form, 'conflict', true);
}

function fillOwn(form: HTMLElement): void {
  for (const place of PLACES) {
    const kind = part(form, `kind-${place}`, HTMLSelectElement);
    if (place === 'second') kind.append(option('', t('desk.keep.kind_name.none')));
    for (const value of Object.keys(KINDS)) {
      kind.append(option(value, t(`desk.keep.kind_name.${value}`)));
    }
    const anchor = part(form, `anchor-${place}`, HTMLSelectElement);
    for (const value of Object.keys(ANCHORS)) {
      anchor.append(option(value, t(`desk.keep.anchor.${value}`)));
    }
    anchor.value = 'closure';
  }
}

/** The times that were put together; null where one has no number of months. */
function ownClauses(form: HTMLElement): RetentionClause[] | null {
  const times: RetentionClause[] = [];
  for (const place of PLACES) {
    const kind = part(form, `kind-${place}`, HTMLSelectElement).value as RetentionKind | '';
    if (kind === '') continue;
    const months = monthsIn(part(form, `months-${place}`, HTMLInputElement)) ?? 0;
    if (!areMonths(months)) return null;
    const anchor = part(form, `anchor-${place}`, HTMLSelectElement).value as RetentionAnchor;
    times.push({ kind, months, anchor });
  }
  return times;
}

/** The fields of shorter times: what is in them, and how to fill them. */
interface ShorterFields {
  /** Null where a field has something else than a number of months. */
  read(choice: Choice): ShorterTerm[] | null;
  /** What somebody typed stays. */
  fill(terms: readonly ShorterTerm[]): void;
}

function fillShorter(form: HTMLElement, terms: readonly ShorterTerm[]): ShorterFields {
  const list = part(form, 'shorter');
  const fields = (Object.keys(SHORTER) as ShorterFor[]).map((of) => {
    const item = element('div', '', 'field');
    const label = element('label');
    const input = document.createElement('input');
    input.type = 'text';
    input.inputMode = 'numeric';
    input.maxLength = 4;
    input.autocomplete = 'off';
    input.id = `keep-shorter-${of}`;
    label.htmlFor = input.id;
    item.append(label, input);
    list.append(item);
    const field = { of, label, input, anchor: SHORTER[of], isTyped: false };
    input.addEventListener('input', () => {
      field.isTyped = true;
    });
    return field;
  });
  const fill = (shown: readonly ShorterTerm[]): void => {
    for (const field of fields) {
      if (field.isTyped) continue;
      const term = shown.find(({ of }) => of === field.of);
      field.anchor = term?.anchor ?? SHORTER[field.of];
      field.input.value = term?.months.toString() ?? '';
      field.label.textContent = t('desk.keep.shorter_label', {
        which: t(`desk.keep.shorter.${field.of}`),
        anchor: t(`desk.keep.anchor.${field.anchor}`),
      });
    }
  };
  ownIds(list);
  fill(terms);
  return {
    fill,
    read() {
      const found: ShorterTerm[] = [];
      for (const { of, input, anchor } of fields) {
        const months = monthsIn(input);
        if (months === null) continue;
        if (!areMonths(months)) return null;
        found.push({ of, months, anchor });
      }
      return found;
    },
  };
}

/** What each change of a shorter time does, which no day of the server shows. */
function shorterMoves(before: readonly ShorterTerm[], after: readonly ShorterTerm[]): string[] {
  const gone = before.filter(({ of }) => after.every((each) => each.of !== of));
  return [
    ...after.flatMap((term) => {
      const old = before.find(({ of }) => of === term.of);
      const isSame = old?.anchor === term.anchor;
      if (old !== undefined && isSame && old.months === term.months) return [];
      const isLater = old !== undefined && isSame && old.months < term.months;
      const text = shorterText(term);
      return isLater
        ? t('desk.keep.moves_later', { term: text })
        : t('desk.keep.moves_sooner', { term: text });
    }),
    ...gone.map(({ of }) => t('desk.keep.moves_gone', { which: t(`desk.keep.shorter.${of}`) })),
  ];
}

function showMoves(
  form: HTMLElement,
  rule: Retention,
  preview: RetentionPreview,
  before: readonly ShorterTerm[],
): void {
  write(form, 'moves-rule', ruleText(rule));
  write(
    form,
    'moves-count',
    t(preview.moves.length === 0 ? 'desk.keep.moves_none' : 'desk.keep.moves_some'),
  );
  const day = (on: string | null): string => (on === null ? t('desk.keep.no_day') : dayText(on));
  const list = part(form, 'moves-list');
  fillList(list, preview.moves, ({ closed, from, to }) =>
    element('li', t('desk.keep.move', { closed: dayText(closed), from: day(from), to: day(to) })),
  );
  fillList(part(form, 'moves-shorter'), shorterMoves(before, rule.shorter), (line) =>
    element('li', line),
  );
  showPart(form, 'moves', true);
}
