import type { HoldGround, RestrictionGround } from '../../../crypto/private.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { block, wireBlocked } from './blocked.js';
import { caseworkWriter, wireCaseworkForm } from './casework-form.js';
import { correctionSection } from './corrections.js';
import { dayText } from './days.js';
import type { Changed, Desk } from './desk.js';
import { copyTemplate, element, fillList, option, part, showPart, write } from './dom.js';
import { showProblem } from './failures.js';
import { partsSection } from './part-restrictions.js';

// Records, not lists, as in choices.ts
const HOLD_GROUNDS: Record<HoldGround, true> = {
  court: true,
  authority: true,
  proceedings: true,
  claim: true,
  law: true,
  other: true,
};
const RESTRICTION_GROUNDS: Record<RestrictionGround, true> = {
  accuracy: true,
  unlawful: true,
  claim: true,
  objection: true,
  other: true,
};

/** The panel of a case that says how long and how it is kept: legal hold, restriction, correction. */
export interface KeepingPanel {
  readonly panel: HTMLElement;
  /** Shows what is in force. What is being typed stays. */
  update(data: HandlerCaseView): void;
}

type Keeping = HandlerCaseView['keeping'];
type Content = EntryView['content'];

/** See {@link KeepingPanel}. */
export function keepingPanel(desk: Desk, id: string, changed: Changed): KeepingPanel {
  const panel = copyTemplate('case-keeping');
  const ground = part(panel, 'hold-ground', HTMLSelectElement);
  const why = part(panel, 'restriction-ground', HTMLSelectElement);
  for (const value of Object.keys(HOLD_GROUNDS)) {
    ground.append(option(value, t(`desk.hold.ground.${value}`)));
  }
  for (const value of Object.keys(RESTRICTION_GROUNDS)) {
    for (const list of [why, part(panel, 'part-ground')]) {
      list.append(option(value, t(`desk.restriction.ground.${value}`)));
    }
  }
  const save = caseworkWriter(desk, id, changed);

  /** The texts of a form by their parts; null, and the form says so, where a needed one is empty. */
  const fieldsOf = <Name extends string>(
    form: HTMLFormElement,
    needed: readonly Name[],
  ): Record<Name, string> | null => {
    const fields = needed.map((name) => {
      const field = part(form, name);
      const value = (field as HTMLInputElement).value.trim();
      field.setAttribute('aria-invalid', String(value === ''));
      return [name, value, field] as const;
    });
    const missing = fields.find(([, value]) => value === '');
    if (missing !== undefined) {
      showProblem(form, t('desk.keeping.missing'));
      missing[2].focus();
      return null;
    }
    return Object.fromEntries(fields.map(([name, value]) => [name, value])) as Record<Name, string>;
  };
  const wire = (name: string, make: (form: HTMLFormElement) => CaseworkInput | null): void => {
    const form = part(panel, name, HTMLFormElement);
    wireCaseworkForm(form, make, async (input) => {
      await save(input);
      form.reset();
      form.closest('details')?.removeAttribute('open');
    });
  };

  wire('hold-form', (form) => {
    const found = fieldsOf(form, ['hold-decided', 'hold-scope', 'hold-review']);
    return (
      found && {
        kind: 'hold',
        ground: ground.value as HoldGround,
        reference: part(form, 'hold-reference', HTMLInputElement).value.trim(),
        decidedBy: found['hold-decided'],
        scope: found['hold-scope'],
        review: found['hold-review'],
      }
    );
  });
  wire('release-form', (form) => {
    const found = fieldsOf(form, ['release-text']);
    return found && { kind: 'release', text: found['release-text'] };
  });
  wire('restriction-form', (form) => {
    const found = fieldsOf(form, ['restriction-text', 'restriction-review']);
    return (
      found && {
        kind: 'restriction',
        id: null,
        ground: why.value as RestrictionGround,
        text: found['restriction-text'],
        review: found['restriction-review'],
      }
    );
  });
  wire('unrestriction-form', (form) => {
    const found = fieldsOf(form, ['unrestriction-text']);
    return found && { kind: 'unrestriction', text: found['unrestriction-text'] };
  });
  const parts = partsSection(desk, panel, save);
  const corrections = correctionSection(desk, panel, save);
  wireBlocked(panel);

  return {
    panel,
    update(data) {
      const { hold, restriction } = data.keeping;
      fillList(keepPrivate(part(panel, 'hold-facts')), holdFacts(hold), factItem);
      fillList(
        keepPrivate(part(panel, 'restriction-facts')),
        restrictionFacts(restriction),
        factItem,
      );
      write(panel, 'hold-state', t(hold === null ? 'desk.hold.none' : 'desk.hold.in_force'));
      write(
        panel,
        'restriction-state',
        t(restriction === null ? 'desk.restriction.none' : 'desk.restriction.in_force'),
      );
      showPart(panel, 'release-form', hold !== null);
      write(panel, 'hold-title', t(hold === null ? 'desk.hold.new' : 'desk.hold.change'));
      write(panel, 'hold-do', t(hold === null ? 'desk.hold.do' : 'desk.save'));
      showPart(panel, 'restriction-new', restriction === null);
      showPart(panel, 'unrestriction-form', restriction !== null);
      parts.update(data);
      corrections.update(data);
      block(panel, data);
    },
  };
}

type Fact = [name: string, value: string];

function holdFacts(hold: Keeping['hold']): Fact[] {
  if (hold === null || hold === 'unknown') return [];
  return [
    [t('desk.hold.ground'), t(`desk.hold.ground.${hold.ground}`)],
    [t('desk.hold.reference_fact'), hold.reference],
    [t('desk.hold.decided'), hold.decidedBy],
    [t('desk.hold.scope'), hold.scope],
    [t('desk.hold.review'), dayText(hold.review)],
  ].filter((fact): fact is Fact => fact[1] !== '');
}

function restrictionFacts(restriction: Keeping['restriction']): Fact[] {
  if (restriction === null || restriction === 'unknown') return [];
  return [
    [t('desk.restriction.ground'), t(`desk.restriction.ground.${restriction.ground}`)],
    [t('desk.restriction.text'), restriction.text],
    [t('desk.hold.review'), dayText(restriction.review)],
  ];
}

function factItem([name, value]: Fact): HTMLElement {
  const item = element('div', '', 'fact');
  item.append(element('dt', name), keepPrivate(element('dd', value, 'written')));
  return item;
}

/** What an entry changed of hold or restriction, in a sentence. */
export function keepingLine(
  by: string,
  content: Extract<
    Content,
    {
      kind:
        | 'hold'
        | 'release'
        | 'restriction'
        | 'unrestriction'
        | 'part_restriction'
        | 'part_unrestriction';
    }
  >,
): string {
  switch (content.kind) {
    case 'hold':
      return t('desk.hold.line', {
        by,
        ground: t(`desk.hold.ground.${content.ground}`),
        decided: content.decidedBy,
        day: dayText(content.review),
      });
    case 'release':
      return t('desk.hold.line_released', { by, text: content.text });
    case 'restriction':
      return t('desk.restriction.line', {
        by,
        ground: t(`desk.restriction.ground.${content.ground}`),
        day: dayText(content.review),
      });
    case 'unrestriction':
      return t('desk.restriction.line_ended', { by, text: content.text });
    case 'part_restriction':
      return t(`desk.part.line_${content.part === null ? 'entry' : 'part'}`, {
        by,
        ground: t(`desk.restriction.ground.${content.ground}`),
        text: content.text,
        day: dayText(content.review),
      });
    case 'part_unrestriction':
      return t(`desk.part.line_ended${content.last ? '_last' : ''}`, { by, text: content.text });
  }
}
