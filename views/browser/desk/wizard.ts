import type { Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { DeskApi } from './api.js';
import { readFields, textFields } from './channel-texts.js';
import { countryRules } from './country-rules.js';
import { element, onClick, option, part, show, showPart, write } from './dom.js';
import { localText } from './desk.js';
import { act, send, showProblem } from './failures.js';
import { countryText, languageText } from './languages.js';
import { carrySecret, guardLeaving } from './link-secret.js';
import { roleFields } from './role-fields.js';
import { fillWords, paperPanel } from './words.js';

const STEPS = [
  'start',
  'organisation',
  'root',
  'administrator',
  'handler',
  'finish',
  'done',
] as const;
type Step = (typeof STEPS)[number];

/** What is missing in a step, and where. */
interface Fault {
  text: string;
  at: HTMLElement;
}

/**
 * The set-up: everything is made and typed here, nothing is sent before the last step, and going
 * back loses nothing, since all steps stay in the page.
 */
export async function openWizard(api: Remote<DeskApi>, secret: string): Promise<void> {
  const page = document.body;
  const section = (step: Step): HTMLElement => part(page, `step-${step}`);
  const confirmed = new Set<Step>();
  let at: Step = 'start';

  const go = (step: Step): void => {
    at = step;
    for (const each of STEPS) show(section(each), each === step);
    for (const mark of page.querySelectorAll<HTMLElement>('[data-mark]')) {
      const index = STEPS.indexOf(mark.dataset['mark'] as Step);
      mark.classList.toggle('past', index < STEPS.indexOf(step));
      if (mark.dataset['mark'] === step) mark.setAttribute('aria-current', 'step');
      else mark.removeAttribute('aria-current');
    }
    if (step === 'finish') summarise();
    if (step === 'handler') roles.show(readFields(fields).languages);
    window.scrollTo(0, 0);
    const heading = section(step).querySelector('h1');
    heading?.focus();
  };

  const languageLinks = carrySecret(secret);
  guardLeaving(() => at !== 'start' && at !== 'done');
  const problem = (error: unknown): void => {
    showProblem(section('start'), error);
  };
  const opened = await act(section('start'), async () => {
    const { state } = await api.installation();
    if (state === 'ready') {
      showPart(page, 'already', true);
      throw Object.assign(new Error('already set up'), { code: 'already_set_up' });
    }
  });
  if (!opened) return;
  if (secret === '') {
    problem(t('desk.set_up.no_secret'));
    return;
  }

  const country = part(page, 'country', HTMLSelectElement);
  const language = document.documentElement.lang;
  const countries = countryRules()
    .map((rule) => ({ code: rule.country, name: countryText(rule.country) }))
    .sort((a, b) => a.name.localeCompare(b.name, language));
  for (const { code, name } of countries) country.append(option(code, name));
  const fields = textFields([language], { organisation: {}, names: {}, texts: {} });
  part(page, 'languages').replaceChildren(fields.choice);
  part(page, 'texts').replaceChildren(fields.texts);
  const roles = roleFields(part(page, 'roles'));
  const value = (name: string): string => part(page, name, HTMLInputElement).value.trim();

  const prepared = await api.prepareSetUp().catch((error: unknown) => {
    problem(error);
    return null;
  });
  if (prepared === null) return;
  /** One thing to do at a time: going on stands out once the words are confirmed. */
  const waitFor = (step: 'root' | 'administrator' | 'handler'): (() => void) => {
    const next = part(section(step), 'next');
    next.classList.remove('primary');
    return () => {
      confirmed.add(step);
      next.classList.add('primary');
      showProblem(section(step), null);
    };
  };
  const organisation = (): string => localText(readFields(fields).organisation);
  fillWords(part(page, 'fingerprint'), prepared.fingerprint);
  part(page, 'root-paper').replaceChildren(
    paperPanel(
      [{ kind: 'root', words: prepared.rootWords, fingerprint: prepared.fingerprint, asked: 4 }],
      () => ({ organisation: organisation(), name: null }),
      waitFor('root'),
    ),
  );
  for (const who of ['administrator', 'handler'] as const) {
    const { passphrase, recoveryWords } = prepared[who];
    part(page, `${who}-paper`).replaceChildren(
      paperPanel(
        [
          { kind: 'passphrase', words: passphrase, asked: 2 },
          { kind: 'kit', words: recoveryWords, asked: 3 },
        ],
        () => ({ organisation: organisation(), name: value(`${who}-name`) }),
        waitFor(who),
      ),
    );
  }

  const unconfirmed = (step: 'root' | 'administrator' | 'handler'): Fault | null => {
    if (confirmed.has(step)) return null;
    return { text: t('desk.set_up.confirm_first'), at: part(page, `${step}-paper`) };
  };

  /** What is still missing in a step, in words; null where it is complete. */
  const missing = (step: Step): Fault | null => {
    switch (step) {
      case 'organisation':
        return organisationFault();
      case 'root':
        return unconfirmed('root');
      case 'administrator':
        return (
          empty('administrator-name', 'desk.set_up.name_missing') ?? unconfirmed('administrator')
        );
      case 'handler':
        return handlerFault();
      case 'start':
      case 'finish':
      case 'done':
        return null;
    }
  };

  const empty = (name: string, key: string): Fault | null =>
    value(name) === '' ? { text: t(key), at: part(page, name) } : null;

  const organisationFault = (): Fault | null => {
    if (country.value === '') return { text: t('desk.set_up.country_missing'), at: country };
    const typed = readFields(fields);
    const [first] = fields.sets;
    if (typed.languages.length === 0) {
      return { text: t('desk.channel.language_missing'), at: first?.box ?? country };
    }
    for (const { language: each, box, root } of fields.sets) {
      if (!box.checked) continue;
      const names = { language: languageText(each) };
      if (typed.organisation[each] === undefined) {
        return {
          text: t('desk.set_up.organisation_missing', names),
          at: part(root, 'organisation'),
        };
      }
      if (typed.names[each] === undefined) {
        return { text: t('desk.channel.name_missing', names), at: part(root, 'channel') };
      }
    }
    return null;
  };

  const handlerFault = (): Fault | null => {
    const plain = (text: string): string =>
      text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
    const isSame = plain(value('handler-name')) === plain(value('administrator-name'));
    return (
      empty('handler-name', 'desk.set_up.name_missing') ??
      (isSame ? { text: t('desk.set_up.same_name'), at: part(page, 'handler-name') } : null) ??
      empty('handler-shown-name', 'desk.set_up.shown_name_missing') ??
      unconfirmed('handler')
    );
  };

  const summarise = (): void => {
    const typed = readFields(fields);
    const list = new Intl.ListFormat(language);
    const facts: [string, string][] = [
      [t('desk.set_up.sum.organisation'), Object.values(typed.organisation).join(' / ')],
      [t('desk.set_up.sum.country'), countryText(country.value)],
      [t('desk.set_up.sum.languages'), list.format(typed.languages.map(languageText))],
      [t('desk.set_up.sum.channel'), Object.values(typed.names).join(' / ')],
      [t('desk.set_up.sum.administrator'), value('administrator-name')],
      [t('desk.set_up.sum.handler'), `${value('handler-shown-name')} (${value('handler-name')})`],
      [t('desk.set_up.sum.fingerprint'), prepared.fingerprint.join(' ')],
    ];
    part(page, 'summary').replaceChildren(
      ...facts.flatMap(([name, text]) => [element('dt', name), element('dd', text)]),
    );
  };

  for (const step of STEPS) {
    const index = STEPS.indexOf(step);
    const next = section(step).querySelector('[data-part="next"]');
    if (next !== null) {
      next.addEventListener('click', () => {
        const fault = missing(step);
        showProblem(section(step), fault?.text ?? null);
        if (fault !== null) focusFault(fault.at);
        const following = STEPS[index + 1];
        if (fault === null && following !== undefined) go(following);
      });
      // what was said to be missing may be there now: it is looked at again on going on
      section(step).addEventListener('input', () => {
        showProblem(section(step), null);
      });
    }
    section(step)
      .querySelector('[data-part="previous"]')
      ?.addEventListener('click', () => {
        showProblem(section(step), null);
        go(STEPS[index - 1] ?? 'start');
      });
  }

  onClick(page, 'finish', () =>
    send(section('finish'), async () => {
      const typed = readFields(fields);
      const button = part(page, 'finish', HTMLButtonElement);
      button.disabled = true;
      showPart(page, 'finishing', true);
      try {
        await api.finishSetUp(secret, {
          organisation: { names: typed.organisation, country: country.value },
          languages: typed.languages,
          channelNames: typed.names,
          texts: typed.texts,
          administrator: { name: value('administrator-name') },
          handler: {
            name: value('handler-name'),
            shownName: value('handler-shown-name'),
            role: roles.read(),
          },
        });
        // what opened the installation is not needed again
        for (const name of ['root-paper', 'administrator-paper', 'handler-paper']) {
          part(page, name).replaceChildren();
        }
        go('done');
      } finally {
        button.disabled = false;
        showPart(page, 'finishing', false);
      }
    }),
  );
  part(page, 'begin', HTMLButtonElement).disabled = false;
  write(page, 'preparing', '');
  onClick(page, 'begin', () => {
    languageLinks.hide();
    go('organisation');
  });
}

/** Goes to the field itself, or in a panel of words to what is to be done there next. */
function focusFault(at: HTMLElement): void {
  const inside = [...at.querySelectorAll<HTMLElement>('input, button.primary')];
  (inside.find((each) => each.offsetParent !== null) ?? at).focus();
}
