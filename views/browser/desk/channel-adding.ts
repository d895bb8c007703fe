import { t } from '../strings.js';
import { faultInTexts, readFields, textFields } from './channel-texts.js';
import { countryRules } from './country-rules.js';
import type { Desk } from './desk.js';
import { option, part } from './dom.js';
import { send, showProblem } from './failures.js';
import { countryText } from './languages.js';

/** Offers every country whose rules are known. */
export function fillCountries(select: HTMLSelectElement): void {
  const { lang } = document.documentElement;
  const countries = countryRules()
    .map(({ country }) => ({ country, name: countryText(country) }))
    .sort((a, b) => a.name.localeCompare(b.name, lang));
  for (const { country, name } of countries) select.append(option(country, name));
}

/**
 * Wires the form that adds a channel.
 *
 * @param added called with the new channel's id once it is in the directory.
 */
export function wireAdding(desk: Desk, view: HTMLElement, added: (id: string) => void): void {
  const box = part(view, 'add', HTMLDetailsElement);
  const form = part(view, 'add-form', HTMLFormElement);
  const country = part(form, 'new-country', HTMLSelectElement);
  fillCountries(country);
  country.value = desk.directory.organisation.country;
  const fill = (): ReturnType<typeof textFields> => {
    const made = textFields([document.documentElement.lang], { names: {}, texts: {}, about: {} });
    part(form, 'new-languages').replaceChildren(made.choice);
    part(form, 'new-texts').replaceChildren(made.texts);
    return made;
  };
  let fields = fill();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { languages, names, texts, about } = readFields(fields);
    const fault = faultInTexts({ languages, names });
    if (fault !== null) {
      showProblem(form, fault);
      return;
    }
    void send(form, async () => {
      const { id, directory } = await desk.api.addChannel({
        ...{ languages, names, texts, about },
        country: country.value,
      });
      desk.directoryChanged(directory);
      desk.say(t('desk.channel.added'));
      fields = fill();
      box.open = false;
      added(id);
    });
  });
}
