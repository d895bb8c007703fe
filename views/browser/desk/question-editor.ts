import type { Questionnaire } from '../../../client/models.js';
import { t } from '../strings.js';
import { copyTemplate, fillList, onClick, part, showPart, write } from './dom.js';
import { languageText } from './languages.js';
import {
  fieldEditor,
  invites,
  labelOf,
  MOST,
  newPartId,
  textInputs,
  type EditedField,
} from './question-field.js';
import { listText } from './texts.js';

/** The editor of a channel's questions. */
export interface QuestionEditor {
  /** What stands in it. */
  value(): Questionnaire;
  /** What is missing before it can be signed; null where nothing is. */
  problem(): string | null;
  set(questions: Questionnaire): void;
}

function newField(): EditedField {
  return { id: newPartId(), type: 'text', labels: {}, help: {}, options: [], when: null };
}

/** Conditions on what is no longer there, or no longer asked before, fall away. */
function mend({ sections }: Questionnaire): void {
  const known = new Map<string, readonly string[]>();
  for (const field of sections.flatMap(({ fields }) => fields)) {
    const { when } = field;
    const answers = when === null ? undefined : known.get(when.field);
    if (when !== null && answers === undefined) field.when = null;
    else if (when !== null) when.any = when.any.filter((id) => answers?.includes(id));
    const own = field.options.map(({ id }) => id);
    known.set(field.id, field.type === 'yes_no' ? ['yes', 'no', 'unknown'] : own);
  }
}

/** What is missing in one question. */
function missingIn(field: EditedField, languages: readonly string[]): string | null {
  const name = labelOf(field);
  for (const each of languages) {
    const language = languageText(each);
    if (field.labels[each] === undefined) return t('desk.questions.label_missing', { language });
    const chooses = field.type === 'choice' || field.type === 'choices';
    const isNamed = field.options.every(({ labels }) => labels[each] !== undefined);
    if (chooses && (field.options.length === 0 || !isNamed)) {
      return t('desk.questions.options_missing', { label: name, language });
    }
  }
  const isOpen = field.when?.any.length === 0;
  return isOpen ? t('desk.questions.any_missing', { label: name }) : null;
}

/**
 * Fills the form with the questions as they are edited, in the languages of the channel; `changed`
 * hears of every change.
 */
export function questionEditor(
  form: HTMLElement,
  languages: readonly string[],
  changed: (questions: Questionnaire) => void,
): QuestionEditor {
  let edited: Questionnaire = { sections: [] };
  const sections = part(form, 'sections');

  const tell = (): void => {
    const all = edited.sections.flatMap(({ fields }) => fields);
    const warned = all.filter(invites).map(labelOf);
    const text = t('desk.questions.invites', { labels: listText(warned) });
    const place = part(form, 'invites');
    // the same words again would be read out again
    if (place.textContent !== text) place.textContent = text;
    showPart(form, 'invites', warned.length > 0);
    changed(edited);
  };

  /** Draws all again; questions that stood open stay so, and the focus goes where the work is. */
  const draw = (focus: string | null): void => {
    mend(edited);
    const open = new Set(
      [...sections.querySelectorAll<HTMLDetailsElement>('details[open]')].map(
        ({ dataset }) => dataset['field'],
      ),
    );
    if (focus !== null) open.add(focus);
    const before: EditedField[] = [];
    fillList(sections, edited.sections, (section, index) => {
      const root = copyTemplate('question-section');
      const number = String(index + 1);
      write(root, 'legend', t('desk.questions.section', { number }));
      part(root, 'titles').append(
        ...textInputs(section.titles, languages, 'section_title', MOST.title),
      );
      fillList(part(root, 'fields'), section.fields, (field, at) => {
        const made = fieldEditor(field, languages, [...before], {
          redraw: () => {
            draw(field.id);
          },
          move: (by) => {
            const [moved] = section.fields.splice(at, 1);
            if (moved !== undefined) section.fields.splice(Math.max(0, at + by), 0, moved);
            draw(field.id);
          },
          remove: () => {
            section.fields.splice(at, 1);
            draw(section.fields[Math.max(0, at - 1)]?.id ?? null);
          },
        });
        if (made instanceof HTMLDetailsElement) made.open = open.has(field.id);
        before.push(field);
        return made;
      });
      onClick(root, 'add-field', () => {
        const added = newField();
        section.fields.push(added);
        draw(added.id);
      });
      const up = part(root, 'up');
      up.setAttribute('aria-label', t('desk.questions.section_up', { number }));
      showPart(root, 'up', index > 0);
      onClick(root, 'up', () => {
        edited.sections.splice(index - 1, 0, ...edited.sections.splice(index, 1));
        draw(section.fields[0]?.id ?? null);
      });
      onClick(root, 'remove', () => {
        edited.sections.splice(index, 1);
        draw(null);
        part(form, 'add-section').focus();
      });
      return root;
    });
    showPart(form, 'add-section', edited.sections.length < MOST.sections);
    if (focus !== null) {
      sections.querySelector<HTMLElement>(`[data-field="${focus}"] > summary`)?.focus();
    }
    tell();
  };
  sections.addEventListener('input', tell);
  sections.addEventListener('change', tell);
  onClick(form, 'add-section', () => {
    const added = newField();
    edited.sections.push({ titles: {}, fields: [added] });
    draw(added.id);
  });

  return {
    value: () => structuredClone(edited),
    problem() {
      const fields = edited.sections.flatMap((section) => section.fields);
      const offered = fields.reduce((sum, { options }) => sum + options.length, 0);
      if (fields.length > MOST.fields) return t('desk.questions.many');
      if (offered > MOST.allOptions) return t('desk.questions.many_options');
      if (edited.sections.some((section) => section.fields.length === 0)) {
        return t('desk.questions.empty');
      }
      if (fields.length === 0) return t('desk.questions.empty');
      return (
        fields.map((field) => missingIn(field, languages)).find((each) => each !== null) ?? null
      );
    },
    set(questions) {
      edited = structuredClone(questions);
      draw(null);
    },
  };
}
