import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { copyTemplate, onClick, part, showPart, write } from './dom.js';
import { act, failureText, report, showProblem } from './failures.js';
import { paperPanel, type PaperGroup, type SheetFacts } from './words.js';

/** Secrets that were made here and count nowhere yet. */
export interface NewSecrets {
  /** What they are for: every text says what counts until they do. */
  purpose: 'change' | 'recover' | 'join' | 'officer' | 'appoint';
  groups: readonly PaperGroup[];
  facts: () => SheetFacts;
  /** Sends what makes them count; called again when the person tries again. */
  send(): Promise<void>;
  /** Called once they count. Their words are gone from the page by then. */
  done(): void;
  /** Called with true while nobody can say which secrets count, with false once it is known. */
  uncertain?(uncertain: boolean): void;
}

/** Where new secrets stand on a page. */
export interface NewSecretsView {
  readonly element: HTMLElement;
  /** Sends them again if they were confirmed before; for a page that changed what goes along. */
  resume(): void;
}

/**
 * Shows new secrets, lets them be printed, asks for some of the words, and only then sends what
 * makes them count. Whatever goes wrong on the way, the text says which secrets count.
 */
export function newSecretsView(secrets: NewSecrets): NewSecretsView {
  const { purpose } = secrets;
  const view = copyTemplate('new-secrets');
  let confirmed = false;

  const send = (): void => {
    showPart(view, 'retry', false);
    showPart(view, 'not-yet', false);
    write(view, 'sending-text', t(`desk.paper.sending.${purpose}`));
    showPart(view, 'sending', true);
    secrets.uncertain?.(true);
    void act(
      view,
      async () => {
        let known = true;
        try {
          await secrets.send();
          part(view, 'panel').replaceChildren();
          secrets.done();
        } catch (error) {
          known = codeOf(error) !== 'answer_lost';
          const kept = `${failureText(error, 'sending')} ${t(`desk.paper.kept.${purpose}`)}`;
          showProblem(view, known ? kept : t(`desk.paper.unknown.${purpose}`));
          showPart(view, 'retry', true);
          report(error);
        } finally {
          showPart(view, 'sending', false);
          if (known) secrets.uncertain?.(false);
        }
      },
      'sending',
    );
  };

  write(view, 'not-yet', t(`desk.paper.waiting.${purpose}`));
  const panel = paperPanel(secrets.groups, secrets.facts, () => {
    confirmed = true;
    send();
  });
  write(panel, 'confirm', t(`desk.paper.confirm.${purpose}`));
  part(view, 'panel').replaceChildren(panel);
  onClick(view, 'retry', send);
  return {
    element: view,
    resume() {
      if (confirmed) send();
    },
  };
}
