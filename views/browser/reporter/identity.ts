import type { Identity, IdentityField, ReporterCaseView } from '../../../client/models.js';
import { errorText } from '../error-text.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { addTerm, byId, onClick, show, write } from './dom.js';
import { formatDay, formatList } from './format.js';

const FIELDS = ['name', 'reach', 'relation', 'text'] as const satisfies readonly IdentityField[];

function field(name: IdentityField): HTMLInputElement | HTMLTextAreaElement {
  return byId(`identity-${name}`) as HTMLInputElement | HTMLTextAreaElement;
}

/** What somebody says of themself; null where every field is empty. */
export function readIdentity(): Identity | null {
  const value = (name: IdentityField): string => field(name).value.trim();
  const identity = {
    name: value('name'),
    reach: value('reach'),
    relation: value('relation'),
    text: value('text'),
  };
  return FIELDS.some((name) => identity[name] !== '') ? identity : null;
}

/** Writes an identity into the fields; null empties them. */
export function fillIdentity(identity: Identity | null): void {
  for (const name of FIELDS) field(name).value = identity?.[name] ?? '';
}

/** What some of the fields are called, as a list. */
export function fieldNames(fields: readonly IdentityField[]): string {
  return formatList(fields.map((name) => t(`identity.${name}`)));
}

/** Where a reporter says, corrects or takes back who they are. */
export interface IdentityForm {
  draw(view: ReporterCaseView): void;
  /** Takes everything off the page. */
  forget(): void;
}

/** Prepares the part of the page. `onSent` gets the case as it is then. */
export function createIdentityForm(
  api: Remote<ReporterApi>,
  words: () => string[],
  onSent: (view: ReporterCaseView) => void,
): IdentityForm {
  let isBusy = false;

  const draw = ({ identity, writable }: ReporterCaseView): void => {
    const { custodians, given, others } = identity;
    show('identity-none', custodians.length === 0);
    show('identity-some', custodians.length > 0);
    write('identity-who', t('identity.who', { names: formatList(custodians) }));
    const list = byId('identity-given');
    list.replaceChildren();
    write(
      'identity-state',
      given === null ? t('identity.not_given') : t('identity.given', { day: formatDay(given.at) }),
    );
    for (const name of FIELDS) {
      const text = given?.[name] ?? '';
      if (text !== '') addTerm(list, t(`identity.${name}`), text);
    }
    show('identity-given', given !== null);
    show('identity-others', others);
    show('identity-back', given !== null);
    show('identity-fold', custodians.length > 0 && writable === 'yes');
    fillIdentity(given);
  };

  const send = async (identity: Identity | null, said: string): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    show('identity-problem', false);
    show('identity-sent', false);
    try {
      onSent(await api.identify(words(), identity));
      byId('identity-fold', HTMLDetailsElement).open = false;
      write('identity-sent', said);
      byId('identity-sent').focus();
    } catch (error) {
      write('identity-problem', errorText(codeOf(error)));
    } finally {
      isBusy = false;
    }
  };

  byId('identity-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const identity = readIdentity();
    if (identity === null) write('identity-problem', t('identity.empty'));
    else void send(identity, t('identity.sent'));
  });
  onClick('identity-back', () => void send(null, t('identity.taken')));

  return {
    draw,
    forget() {
      fillIdentity(null);
      byId('identity-given').replaceChildren();
      for (const id of ['identity-who', 'identity-state']) byId(id).textContent = '';
      for (const id of ['identity-problem', 'identity-sent']) show(id, false);
      byId('identity-fold', HTMLDetailsElement).open = false;
    },
  };
}
