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
  type FieldEditor,
} from './question-field.js';
import { mend, missingIn, type EditedField } from './question-structure.js';
import { listText } from './texts.js';

/** The editor of a channel's questions. */
export interface QuestionEditor {
  /** What stands in it. */
  value(): Questionnaire;
  /** What is missing before it can be signed, and opens the question that lacks it; null where nothing is. */
  problem(): string | null;
  set(questions: Questionnaire): void;
}

function newField(): EditedField {
  return { id: newPartId(), type: 'text', labels: {}, help: {}, options: [], when: null };
}

/** What is missing in one question, in words. */
function missingText(field: EditedField, languages: readonly string[]): string | null {
  const missing = missingIn(field, languages);
  if (missing === null) return null;
  const label = labelOf(field);
  if (missing.is === 'any') return t('desk.questions.any_missing', { label });
  const language = languageText(missing.language);
  return t(`desk.questions.${missing.is}_missing`, { label, language });
}

/**
 * Fills the form with the questions as they are edited, in the languages of the channel.
 *
 * @param changed hears of every change.
 * @param say tells at once what else a change did.
 */
export function questionEditor(
  form: HTMLElement,
  languages: readonly string[],
  changed: (questions: Questionnaire) => void,
  say: (text: string) => void,
): QuestionEditor {
  let edited: Questionnaire = { sections: [] };
  const sections = part(form, 'sections');
  let drawn: FieldEditor[] = [];
  /** What each question was called last, those that were removed too. */
  const names = new Map<string, string>();
  /** What became of conditions, by the question. */
  const notes = new Map<string, string>();

  const tell = (): void => {
    const all = edited.sections.flatMap(({ fields }) => fields);
    for (const field of all) names.set(field.id, labelOf(field));
    for (const { rename } of drawn) rename();
    const warned = all.filter(invites).map(labelOf);
    const text = t('desk.questions.invites', { labels: listText(warned) });
    const place = part(form, 'invites');
    // the same words again would be read out again
    if (place.textContent !== text) place.textContent = text;
    showPart(form, 'invites', warned.length > 0);
    changed(edited);
  };

  /** Takes away the conditions that can no longer be met, and notes at their questions why. */
  const mendAll = (): void => {
    for (const { fields } of edited.sections) {
      for (const { id, when } of fields) if (when !== null) notes.delete(id);
    }
    const told = mend(edited).map(({ field, on, why }) => {
      const texts = { name: names.get(field) ?? '', label: names.get(on) ?? '' };
      const text = t(`desk.questions.dropped.${why}`, texts);
      notes.set(field, text);
      return text;
    });
    if (told.length > 0) say(told.join(' '));
  };

  /**
   * Draws all again; questions that stood open stay so, and the focus goes where the work is: to a
   * question, and within it to what `within` selects.
   */
  const draw = (focus: string | null, within = 'summary'): void => {
    mendAll();
    const open = new Set(
      [...sections.querySelectorAll<HTMLDetailsElement>('details[open]')].map(
        ({ dataset }) => dataset['field'],
      ),
    );
    if (focus !== null) open.add(focus);
    const before: EditedField[] = [];
    drawn = [];
    fillList(sections, edited.sections, (section, index) => {
      const root = copyTemplate('question-section');
      const number = String(index + 1);
      write(root, 'legend', t('desk.questions.section', { number }));
      part(root, 'titles').append(
        ...textInputs(section.titles, languages, 'section_title', MOST.title),
      );
      fillList(part(root, 'fields'), section.fields, (field, at) => {
        const where = {
          languages,
          before: [...before],
          isFirst: at === 0,
          isLast: at === section.fields.length - 1,
          note: notes.get(field.id) ?? '',
        };
        const made = fieldEditor(field, where, {
          redraw: (to) => {
            draw(field.id, to);
          },
          move: (by) => {
            const [moved] = section.fields.splice(at, 1);
            if (moved !== undefined) section.fields.splice(at + by, 0, moved);
            draw(field.id);
          },
          remove: () => {
            section.fields.splice(at, 1);
            draw(section.fields[Math.max(0, at - 1)]?.id ?? null);
            if (section.fields.length === 0) {
              sections.querySelectorAll<HTMLElement>('[data-part=add-field]')[index]?.focus();
            }
          },
        });
        if (made.element instanceof HTMLDetailsElement) made.element.open = open.has(field.id);
        before.push(field);
        drawn.push(made);
        return made.element;
      });
      onClick(root, 'add-field', () => {
        const added = newField();
        section.fields.push(added);
        draw(added.id);
      });
      write(root, 'section-up', t('desk.questions.section_up', { number }));
      showPart(root, 'section-up', index > 0);
      onClick(root, 'section-up', () => {
        edited.sections.splice(index - 1, 0, ...edited.sections.splice(index, 1));
        draw(section.fields[0]?.id ?? null);
      });
      onClick(root, 'section-remove', () => {
        edited.sections.splice(index, 1);
        draw(null);
        part(form, 'add-section').focus();
      });
      return root;
    });
    showPart(form, 'add-section', edited.sections.length < MOST.sections);
    if (focus !== null) {
      sections.querySelector<HTMLElement>(`[data-field="${focus}"] ${within}`)?.focus();
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
      const found = fields.find((field) => missingIn(field, languages) !== null);
      if (found === undefined) return null;
      const place = sections.querySelector(`[data-field="${found.id}"]`);
      if (place instanceof HTMLDetailsElement) place.open = true;
      return missingText(found, languages);
    },
    set(questions) {
      edited = structuredClone(questions);
      notes.clear();
      draw(null);
    },
  };
}
