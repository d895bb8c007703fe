import type { CaseExport, Outside } from '../../../client/casework/exports.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import { newestFromReporter } from '../../../client/casework/newest.js';
import { newestRecords, standingFiles } from '../../../client/archive/case-json.js';
import { isPartRestricted } from '../../../client/casework/parts.js';
import { awaitingArchive } from '../../../client/casework/removals.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { codeOf } from '../rpc.js';
import { saveFile } from '../save-file.js';
import { t } from '../strings.js';
import { namesOf } from './audit-lines.js';
import { closeChoice } from './blocked.js';
import { caseworkWriter, foldedForm, neededValue, setValue } from './casework-form.js';
import { momentText, numberText, sizeText, today } from './days.js';
import type { Changed, Desk } from './desk.js';
import { basisFields, type BasisOffer } from './disclosure-basis.js';
import { element, fillList, onClick, part, show, showPart, write } from './dom.js';
import { wholeCopy } from './export-copy.js';
import { askedInput, exportInput, isOutdated, plannedDisclosure } from './export-input.js';
import { askedLines, exportState } from './export-lines.js';
import { confirmedCopy, redactedForm, type Redacted, type WrittenCopy } from './export-redacted.js';
import { report, send, showProblem } from './failures.js';
import { stillWorking } from './idle-lock.js';
import { recordMarks } from './record-marks.js';
import { recordItem, type RecordItem } from './record-item.js';

type Input<K extends CaseworkInput['kind']> = Extract<CaseworkInput, { kind: K }>;

type Shown = HandlerCaseView['exports'][number];

/** What is being saved, and how far that has come. */
interface Making {
  form: CaseExport['form'];
  text: string;
  /** Id of the export, null before anything of it stands in the record. */
  id: string | null;
  disclosure: string | null;
  /** Whether the record has it as made, so that only the file is missing. */
  recorded: boolean;
  /** Whether a second person is to be asked: what is filled in is asked, and nothing is saved. */
  asks: boolean;
  /** What was asked or taken out before, which is saved as it stands there; null where nothing was. */
  asked: CaseExport | null;
}

/** The part of the record about the case as a file. */
export function exportSection(
  desk: Desk,
  panel: HTMLElement,
  id: string,
  changed: Changed,
): (data: HandlerCaseView) => void {
  const section = part(panel, 'export-section');
  const box = part(section, 'export-make');
  const save = caseworkWriter(desk, id, changed);
  const me = desk.account.id;
  let shown: HandlerCaseView | null = null;
  let making: Making | null = null;
  let stopping: AbortController | null = null;

  const complain = (text: string): void => {
    showProblem(box, text);
  };
  const redacted = redactedForm(desk, id, part(box, 'redacted-part'), complain);
  const basis = basisFields(box);

  const offerIn = ({ removal }: HandlerCaseView): BasisOffer => {
    return {
      isWhole: making?.form === 'whole',
      mayBePast: false,
      archive: awaitingArchive(removal),
    };
  };
  const someoneElse = ({ erasesAlone }: HandlerCaseView): boolean => erasesAlone.dialogue === 'no';
  const isByTwo = (data: HandlerCaseView): boolean =>
    desk.directory.channels.find((channel) => channel.id === data.channel)?.exportsByTwo === true;
  const needsSecond = (data: HandlerCaseView): boolean => isByTwo(data) && someoneElse(data);

  const fold = foldedForm(
    section,
    'export-form',
    (form) => {
      const text = neededValue(form, 'purpose', t('desk.export.purpose_missing'));
      if (text === null || shown === null) return null;
      const chosen = part(form, 'form-redacted', HTMLInputElement).checked ? 'redacted' : 'whole';
      begin({
        ...{ form: chosen, text, id: null, disclosure: null, recorded: false },
        ...{ asks: needsSecond(shown), asked: null },
      });
      return null;
    },
    save,
  );
  const details = fold.form.closest('details');

  function begin(what: Making): void {
    if (shown === null) return;
    making = what;
    const { form, asks, asked } = what;
    showProblem(box, null);
    write(box, 'make-title', t(`desk.export.${asks ? 'make_ask' : 'make'}.${form}`));
    write(box, 'make-purpose', t('desk.export.purpose_line', { purpose: what.text }));
    showPart(box, 'whole-part', form === 'whole');
    showPart(box, 'redacted-part', form === 'redacted' && asked === null);
    const isSettled = asked !== null || what.disclosure !== null;
    showPart(box, 'outside-line', !isSettled);
    const lines = asked === null ? [] : askedLines(shown, asked);
    part(box, 'make-asked').replaceChildren(...lines.map((line) => element('p', line, 'written')));
    write(box, 'save', t(asks ? 'desk.export.ask' : 'desk.export.save'));
    const files = shown.entries.flatMap(standingFiles);
    const amount = {
      entries: numberText(shown.entries.length),
      files: numberText(files.length),
      size: sizeText(files.reduce((sum, { size }) => sum + size, 0)),
    };
    write(box, 'amount', t('desk.export.amount', amount));
    // what an archive is to take goes to that archive, and by that name
    const archive = form === 'whole' ? awaitingArchive(shown.removal) : null;
    const isOutside = form === 'redacted' || archive !== null;
    part(box, 'outside', HTMLInputElement).checked = isOutside;
    for (const field of ['recipient', 'ground', 'scope']) setValue(box, field, '');
    setValue(box, 'recipient', archive ?? '');
    basis.fill(null);
    basis.update(shown, offerIn(shown));
    showPart(box, 'whole-identity', form === 'whole');
    showPart(box, 'outside-fields', isOutside && !isSettled);
    if (form === 'redacted' && asked === null) redacted.begin(shown);
    if (details !== null) details.open = false;
    show(box, true);
    part(box, 'make-title').focus();
  }

  function end(): void {
    making = null;
    redacted.forget();
    fold.form.reset();
    show(box, false);
  }

  /** Asks a second person for what is filled in. */
  async function ask(
    { form, text }: Making,
    disclosed: Input<'disclosure'> | null,
    written: WrittenCopy | null,
  ): Promise<void> {
    // what the form's list names is an entry's own id
    const outside = disclosed as Outside | null;
    await save(askedInput({ form, text, outside, copy: written }, null));
    end();
  }

  /** The disclosure that goes with it; null where it stays inside, undefined where a field is empty. */
  function disclosureInput(): Input<'disclosure'> | null | undefined {
    if (!part(box, 'outside', HTMLInputElement).checked) return null;
    const recipient = neededValue(box, 'recipient', t('desk.disclosure.recipient_missing'));
    if (recipient === null) return undefined;
    const ground = neededValue(box, 'ground', t('desk.disclosure.ground_missing'));
    if (ground === null) return undefined;
    const scope = neededValue(box, 'scope', t('desk.export.scope_missing'));
    if (scope === null) return undefined;
    const identity = basis.read();
    if (identity === null) return undefined;
    return {
      ...{ kind: 'disclosure', id: null, recipient, ground, scope },
      ...{ on: today(), state: 'made' },
      ...(identity === 'none' ? {} : { identity }),
    };
  }

  /** Writes into the record what is not there yet; nothing is written twice where a step failed. */
  async function put(
    what: Making,
    disclosed: Input<'disclosure'> | null,
    written: WrittenCopy | null,
  ): Promise<void> {
    if (what.recorded) return;
    const known = new Set(
      (shown?.exports ?? []).flatMap((each) => (each.state === 'made' ? [each.id] : [])),
    );
    const made = exportInput(what, what.id, 'made', what.disclosure);
    const told = what.disclosure === null ? disclosed : null;
    shown = await desk.api.recordExport(id, made, told, written);
    const fresh = shown.exports.find(
      (each) => each.by.id === me && each.state === 'made' && !known.has(each.id),
    );
    what.id = fresh?.id ?? null;
    what.recorded = true;
  }

  async function make(
    what: Making,
    disclosed: Input<'disclosure'> | null,
    outside: Redacted | null,
    written: WrittenCopy | null,
    signal: AbortSignal,
  ): Promise<void> {
    await put(what, disclosed, written);
    const data = await desk.api.openCase(id);
    shown = data;
    const readable =
      outside?.readable ??
      wholeCopy(desk, data, what.text, {
        lines: await desk.api.auditOf(id),
        names: await namesOf(desk),
      });
    const progress = part(box, 'progress', HTMLProgressElement);
    const blob = await desk.api.exportCase(
      id,
      {
        export: what.id ?? '',
        readable,
        records: newestRecords(data.entries),
        files: outside?.files ?? null,
      },
      (done, of) => {
        progress.value = (100 * done) / Math.max(1, of);
        stillWorking();
      },
      signal,
    );
    // says nothing of what it holds
    saveFile(blob, `export-${today()}.zip`);
    end();
    changed(data, t('desk.export.saved'));
    write(section, 'export-done', t('desk.export.saved'));
  }

  const working = (active: boolean): void => {
    showPart(box, 'working', active);
    showPart(box, 'make-actions', !active);
    if (active) part(box, 'progress', HTMLProgressElement).value = 0;
  };

  onClick(box, 'save', async () => {
    const what = making;
    if (what === null) return;
    showProblem(box, null);
    write(section, 'export-done', '');
    const { form, asks, asked } = what;
    const written = form === 'redacted' && asked === null ? redacted.take() : null;
    if (form === 'redacted' && asked === null && written === null) {
      const anyway = asks ? 'desk.export.ask_anyway' : 'desk.export.save_anyway';
      if (redacted.looked()) write(box, 'save', t(anyway));
      return;
    }
    const filledIn = (): Input<'disclosure'> | null | undefined =>
      asked === null ? disclosureInput() : plannedDisclosure(asked);
    const disclosed = what.recorded || what.disclosure !== null ? null : filledIn();
    if (disclosed === undefined) return;
    if (asks) {
      await send(box, () => ask(what, disclosed, written));
      return;
    }
    const confirmed = asked?.copy ?? null;
    const outside =
      confirmed === null || shown === null ? written : confirmedCopy(desk, shown, confirmed);
    stopping = new AbortController();
    working(true);
    try {
      await make(what, disclosed, outside, written ?? confirmed, stopping.signal);
    } catch (error) {
      if (what.recorded) write(box, 'save', t('desk.export.save_again'));
      if (codeOf(error) !== 'cancelled') showProblem(box, error);
      report(error);
    } finally {
      stopping = null;
      working(false);
    }
  });
  onClick(box, 'stop', () => stopping?.abort());
  onClick(box, 'cancel', () => {
    const isLeft = making?.recorded === true;
    end();
    // it stands in the list, to be taken out again
    if (isLeft && shown !== null) changed(shown, t('desk.export.left'));
  });
  part(box, 'outside').addEventListener('change', () => {
    showPart(box, 'outside-fields', part(box, 'outside', HTMLInputElement).checked);
  });

  /**
   * Whether the file was saved nobody knows, and the record stays. So whoever took it out does so anew,
   * by the same disclosure where that still stands, and asks anew where a second person is needed.
   */
  const againOf = (data: HandlerCaseView, each: CaseExport): RecordItem['actions'] => {
    const { form, text, disclosure, copy } = each;
    const outside = data.disclosures.find(({ id: one }) => one === disclosure) ?? null;
    if (disclosure !== null && outside === null) return [];
    const asks = needsSecond(data);
    const lacksCopy = form === 'redacted' && copy === null;
    if (asks && lacksCopy) return [];
    // a text from before a change is written anew, or looked at by two
    if (!asks && each.changed) return [];
    const asked = { ...each, outside };
    const run = async (): Promise<void> => {
      if (asks) await save({ ...askedInput(asked, null), disclosure });
      else
        begin({
          ...{ form, text, id: null, disclosure, recorded: false, asks: false },
          asked: lacksCopy ? null : asked,
        });
    };
    return [{ label: t('desk.export.again'), run }];
  };

  const actionsOf = (data: HandlerCaseView, each: Shown): RecordItem['actions'] => {
    // what is kept back can still be ended, so that nobody waits for it
    const mayGo = mayGoOut(data, each.form);
    if (data.keeping.restriction !== null || each.state === 'withdrawn') return [];
    if (each.state === 'made') return mayGo && each.by.id === me ? againOf(data, each) : [];
    const answer = (said: 'yes' | 'no') => ({
      label: t(said === 'yes' ? 'desk.export.confirm' : 'desk.export.refuse'),
      run: () => {
        const known = said === 'yes' ? newestFromReporter(data.entries) : null;
        const word = { kind: 'export_confirmed', of: each.record, answer: said, text: '' } as const;
        return save(known === null ? word : { ...word, known });
      },
    });
    if (!each.own) return [...(each.changed || !mayGo ? [] : [answer('yes')]), answer('no')];
    // asked under keys from before: the own is asked anew, and what was asked is ended by a no
    if (each.by.id !== me) {
      const end = { label: t('desk.export.withdraw'), run: answer('no').run };
      return each.second?.answer === 'no' ? [] : [end];
    }
    const { id: known, form, text, disclosure } = each;
    const outdated = isOutdated(data, each);
    const needs = needsSecond(data);
    const mayGoOn = !each.changed && ((each.second?.answer === 'yes' && !outdated) || !needs);
    const again = {
      label: t('desk.export.ask_again'),
      run: () => save(askedInput(each, each.id)),
    };
    const goOn = {
      label: t('desk.export.continue'),
      run: () => {
        begin({
          ...{ form, text, id: known, disclosure, recorded: false, asks: false },
          asked: form === 'redacted' && each.copy === null ? null : each,
        });
      },
    };
    const withdraw = {
      label: t('desk.export.withdraw'),
      run: () => save(exportInput({ form, text }, known, 'withdrawn', disclosure)),
    };
    if (!mayGo) return [withdraw];
    return [...(mayGoOn ? [goOn] : outdated && needs ? [again] : []), withdraw];
  };

  const itemOf = (data: HandlerCaseView, each: Shown): HTMLElement => {
    const form = t(`desk.export.form.${each.form}`);
    const recipient = data.disclosures.find((one) => one.id === each.disclosure)?.recipient;
    const { second } = each;
    return recordItem({
      name: t('desk.export.by_line', { name: each.by.name, day: momentText(each.at), form }),
      state: isOutdated(data, each) ? t('desk.export.state.outdated') : exportState(each),
      due: null,
      lines: [
        t('desk.export.purpose_line', { purpose: each.text }),
        recipient === undefined ? '' : t('desk.export.outside_line', { recipient }),
        ...(each.state === 'asked' ? askedLines(data, each) : []),
        second === null
          ? ''
          : t('desk.export.second_line', {
              ...{ name: second.by.name, day: momentText(second.at) },
              answer: t(`desk.export.second.${second.answer}`),
            }),
        ...recordMarks(data, each.id),
      ],
      actions: actionsOf(data, each),
    });
  };

  return (data) => {
    shown = data;
    basis.update(data, offerIn(data));
    const restricted = data.keeping.restriction !== null;
    const { exports } = data;
    fillList(part(section, 'exports'), exports.toReversed(), (each) => itemOf(data, each));
    showPart(section, 'no-exports', exports.length === 0);
    showPart(
      section,
      'export-known',
      exports.some(({ state }) => state === 'made'),
    );
    showPart(section, 'export-restricted', restricted);
    showPart(section, 'export-fold', !restricted);
    if (making !== null && !mayGoOut(data, making.form)) end();
    const inPart = isPartRestricted(data.keeping);
    showPart(section, 'export-part', inPart && !restricted);
    closeChoice(part(section, 'form-whole', HTMLInputElement), inPart);
    if (inPart) part(section, 'form-redacted', HTMLInputElement).checked = true;
    showPart(section, 'export-two', isByTwo(data) && !restricted);
    write(section, 'export-two', t(needsSecond(data) ? 'desk.export.two' : 'desk.export.alone'));
  };
}

/** Whether a restriction of the case, or in it, keeps no such export back. */
function mayGoOut({ keeping }: HandlerCaseView, form: Making['form']): boolean {
  if (keeping.restriction !== null) return false;
  return form === 'redacted' || !isPartRestricted(keeping);
}
