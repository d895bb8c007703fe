import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { copyTemplate, fillList, ownIds, part, write } from './dom.js';
import { languageText } from './languages.js';

/** Fields for what a person does in the organisation, one for each language. */
export interface RoleFields {
  /** Shows fields for these languages; what was typed for others is kept. */
  show(languages: readonly string[]): void;
  read(): Record<string, string>;
}

/** Makes the fields inside `place`. */
export function roleFields(place: HTMLElement): RoleFields {
  const roots = new Map<string, HTMLElement>();
  let shown: readonly string[] = [];
  return {
    show(languages) {
      shown = languages;
      fillList(place, languages, (language) => {
        const root = roots.get(language) ?? ownIds(copyTemplate('role-field'));
        roots.set(language, root);
        write(root, 'label', t('desk.role.label', { language: languageText(language) }));
        keepPrivate(part(root, 'role')).lang = language;
        return root;
      });
    },
    read() {
      const roles: Record<string, string> = {};
      for (const language of shown) {
        const root = roots.get(language);
        const role = root === undefined ? '' : part(root, 'role', HTMLInputElement).value.trim();
        if (role !== '') roles[language] = role;
      }
      return roles;
    },
  };
}
