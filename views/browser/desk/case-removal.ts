import type { RemovalGround } from '../../../crypto/private.js';
import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import {
  caseworkWriter,
  foldedForm,
  neededValue,
  valueOf,
  wireCaseworkForm,
} from './casework-form.js';
import { dayText } from './days.js';
import type { Changed, Desk } from './desk.js';
import { copyTemplate, element, fillList, option, part, showPart } from './dom.js';
import { isPartRestricted } from '../../../client/casework/parts.js';
import { keepingDays } from './keeping-days.js';
import { partyText } from './parties.js';
import { channelRule, ruleText } from './retention.js';

// a Record, not a list, as in choices.ts
const GROUNDS: Record<RemovalGround, true> = {
  not_investigated: true,
  outcome: true,
  not_needed: true,
  archive: true,
};

type Content = EntryView['content'];
type Proposal = Exclude<HandlerCaseView['removal']['proposal'], 'unknown' | null>;

/** The panel of a case that says when it is removed, and lets two handlers agree to it. */
export interface RemovalPanel {
  readonly panel: HTMLElement;
  /** Shows how it stands. What is being typed stays. */
  update(data: HandlerCaseView): void;
}

/** The newest entry that proposes the removal, with its author. */
function proposalEntry({ entries }: HandlerCaseView): EntryView | undefined {
  return entries.findLast(({ content }) => content.kind === 'removal_proposal');
}

/** See {@link RemovalPanel}. */
export function removalPanel(desk: Desk, id: string, changed: Changed): RemovalPanel {
  const panel = copyTemplate('case-removal');
  const save = caseworkWriter(desk, id, changed);
  const missing = t('desk.disposal.missing');
  let shown: HandlerCaseView | null = null;

  const ground = part(panel, 'ground', HTMLSelectElement);
  const tellArchive = (): void => {
    showPart(panel, 'archive-field', ground.value === 'archive');
    showPart(panel, 'steps', ground.value === 'archive');
  };
  foldedForm(
    panel,
    'propose-form',
    (form) => {
      const archive = ground.value === 'archive';
      const decidedBy = neededValue(form, 'decided', missing);
      const name = archive && decidedBy !== null ? neededValue(form, 'archive', missing) : '';
      const text =
        decidedBy === null || name === null ? null : neededValue(form, 'propose-text', missing);
      if (decidedBy === null || name === null || text === null) return null;
      return {
        kind: 'removal_proposal',
        id: null,
        ground: ground.value as RemovalGround,
        decidedBy,
        archive: name,
        reference: valueOf(form, 'reference'),
        text,
      };
    },
    save,
  ).form.addEventListener('change', tellArchive);
  wireCaseworkForm(
    part(panel, 'confirm-form', HTMLFormElement),
    (form) => {
      const entry = shown === null ? undefined : proposalEntry(shown);
      if (entry === undefined) return null;
      const { content } = entry;
      const archive = content.kind === 'removal_proposal' && content.ground === 'archive';
      const received = archive ? neededValue(form, 'received', missing) : '';
      return received === null ? null : { kind: 'removal', of: entry.hash, received };
    },
    save,
  );
  wireCaseworkForm(
    part(panel, 'decline-form', HTMLFormElement),
    (form) => ({ kind: 'removal_declined', text: valueOf(form, 'decline-text') }),
    save,
  );
  foldedForm(
    panel,
    'keep-form',
    (form) => {
      const text = neededValue(form, 'keep-text', missing);
      const review = text === null ? null : neededValue(form, 'keep-review', missing);
      return text === null || review === null ? null : { kind: 'still_needed', text, review };
    },
    save,
  );

  return {
    panel,
    update(data) {
      shown = data;
      const channel = desk.directory.channels.find((each) => each.id === data.channel);
      fillGrounds(ground, channel?.publicBody === true);
      tellArchive();
      const { proposal, agreedOn } = data.removal;
      const lines = keepPrivate(part(panel, 'disposal-state'));
      fillList(lines, stateLines(desk, data), (line) => element('li', line));
      const known = proposal === 'unknown' ? null : proposal;
      fillList(keepPrivate(part(panel, 'removal-facts')), factsOf(known), factItem);
      const isWritable = data.writable !== 'no';
      const { hold, restriction } = data.keeping;
      const isKept = hold !== null || restriction !== null || isPartRestricted(data.keeping);
      const isFree = isWritable && !isKept;
      const waits = proposal !== null && agreedOn === null;
      showPart(panel, 'propose', data.state === 'closed' && isFree && proposal === null);
      showPart(panel, 'confirm-form', waits && known !== null && isFree && data.agreesToRemoval);
      showPart(panel, 'received-field', known?.ground === 'archive');
      showPart(panel, 'decline-form', proposal !== null && isWritable);
    },
  };
}

function fillGrounds(ground: HTMLSelectElement, isPublic: boolean): void {
  const before = ground.value;
  const offered = Object.keys(GROUNDS).filter((value) => value !== 'archive' || isPublic);
  ground.replaceChildren(
    ...offered.map((value) => option(value, t(`desk.disposal.ground.${value}`))),
  );
  ground.value = offered.includes(before) ? before : 'not_needed';
}

function stateLines(desk: Desk, data: HandlerCaseView): string[] {
  const channel = desk.directory.channels.find((each) => each.id === data.channel);
  const days = keepingDays(channel, data);
  const { proposal, agreedOn, stillNeeded } = data.removal;
  const on = (key: string, day: string | null): string[] =>
    day === null ? [] : [t(`desk.disposal.${key}`, { day: dayText(day) })];
  const isClosed = data.state === 'closed';
  return [
    ...(data.practice ? [] : [t('desk.disposal.rule', { rule: ruleText(channelRule(channel)) })]),
    ...(isClosed
      ? data.purgeOn === null
        ? [t('desk.disposal.no_day')]
        : on('day', data.purgeOn)
      : [t('desk.disposal.open')]),
    ...on('open_decide', days.open),
    ...on('review', days.review),
    ...on('shorter_outcome', days.shorter),
    ...on(uninvestigatedKey(data), days.uninvestigated),
    ...(stillNeeded === null
      ? []
      : [
          t('desk.disposal.kept', {
            on: dayText(stillNeeded.on),
            text: stillNeeded.text,
            day: dayText(stillNeeded.review),
          }),
        ]),
    ...(proposal === 'unknown' ? [t('desk.disposal.unreadable')] : proposedLine(data)),
    ...on('agreed', agreedOn),
  ];
}

/** What is to be said where the time for cases without an investigation may count. */
function uninvestigatedKey({ state, investigated }: HandlerCaseView): string {
  if (state === 'open') return 'open_uninvestigated';
  return investigated === null ? 'shorter_unknown' : 'shorter_uninvestigated';
}

function proposedLine(data: HandlerCaseView): string[] {
  const { proposal, agreedOn } = data.removal;
  const entry = proposalEntry(data);
  if (proposal === null || proposal === 'unknown' || entry === undefined) return [];
  const line = t('desk.disposal.proposed', {
    by: partyText(entry.author),
    ground: t(`desk.disposal.ground.${proposal.ground}`),
    decided: proposal.decidedBy,
  });
  return agreedOn === null && !data.agreesToRemoval ? [line, t('desk.disposal.own')] : [line];
}

type Fact = [name: string, value: string];

/** Which archive takes the case, and by which decision; what was left empty is left out. */
export function disposalFacts({
  archive,
  reference,
}: Pick<Proposal, 'archive' | 'reference'>): Fact[] {
  const facts: Fact[] = [
    [t('desk.disposal.archive_name'), archive],
    [t('desk.disposal.reference_label'), reference],
  ];
  return facts.filter(([, value]) => value !== '');
}

function factsOf(proposal: Proposal | null): Fact[] {
  if (proposal === null) return [];
  return [...disposalFacts(proposal), [t('desk.disposal.text'), proposal.text]];
}

function factItem([name, value]: Fact): HTMLElement {
  const item = element('div', '', 'fact');
  item.append(element('dt', name), keepPrivate(element('dd', value, 'written')));
  return item;
}

/** What an entry decided about removing the case, in a sentence. */
export function removalLine(
  by: string,
  content: Extract<
    Content,
    { kind: 'removal_proposal' | 'removal_declined' | 'removal' | 'still_needed' }
  >,
): string {
  switch (content.kind) {
    case 'removal_proposal':
      return t('desk.disposal.line.proposed', {
        by,
        ground: t(`desk.disposal.ground.${content.ground}`),
        decided: content.decidedBy,
        text: content.text,
      });
    case 'removal_declined':
      return t('desk.disposal.line.declined', { by, text: content.text }).trim();
    case 'removal':
      return content.received === ''
        ? t('desk.disposal.line.agreed', { by })
        : t('desk.disposal.line.agreed_archive', { by, received: content.received });
    case 'still_needed':
      return t('desk.disposal.line.still_needed', {
        by,
        day: dayText(content.review),
        text: content.text,
      });
  }
}
