import { namedFiles } from '../../../client/archive/case-json.js';
import type {
  ReadableBlock,
  ReadableCopy,
  ReadableEntry,
} from '../../../client/archive/readable.js';
import type {
  AnsweredForm,
  AuditLine,
  EntryView,
  HandlerCaseView,
} from '../../../client/models.js';
import { readAnswers, type ReportFiles, unanswered } from '../../../client/questions/readable.js';
import { t } from '../strings.js';
import { shownFileName } from '../file-name.js';
import { answerWords } from '../questions/words.js';
import { auditText, type Names } from './audit-lines.js';
import { accessText, reportLanguage } from './case-entries.js';
import { unreadableText } from './case-faults.js';
import { madeTexts } from './case-notices.js';
import { linesOf } from './case-persons.js';
import { correctionTexts } from './corrections.js';
import { firstFacts, requestLines, requestName, requestState } from './request-words.js';
import { stepsOf } from './case-timeline.js';
import { readerName } from './case-work.js';
import { subjectText } from './choices.js';
import { dayText, momentText, sizeText, today } from './days.js';
import { disposalFacts } from './case-removal.js';
import { channelName, localText, ruleOf, type Desk } from './desk.js';
import { basisLine } from './disclosure-basis.js';
import { exportState } from './export-lines.js';
import { caseTitle, responsibleNames, statusText } from './inbox-row.js';
import { languageText } from './languages.js';
import { keptOutNames } from './left-out.js';
import { authorText, isThroughMadeKey, kindText } from './parties.js';
import { paperLine, spokenLines, transcriptName, transcriptState } from './spoken-lines.js';
import { listText } from './texts.js';
import { erasureText } from './case-erasure.js';
import { workLine } from './work-lines.js';

const QUESTIONS = ['where', 'when', 'who', 'how', 'more'] as const;

type Facts = [name: string, value: string][];

function factsOf(desk: Desk, data: HandlerCaseView): Facts {
  const report = data.entries.find(({ content }) => content.kind === 'report')?.content;
  const facts: Facts = [
    [t('desk.facts.received'), dayText(data.receivedOn)],
    [t('desk.facts.channel'), channelName(desk, data.channel)],
    [t('desk.facts.category'), subjectText(data)],
    [t('desk.export.doc.state'), statusText(data)],
  ];
  if (report?.kind === 'report' && !data.dataRequest) {
    facts.push([t('desk.facts.relation'), t(`relation.${report.relation}`)]);
    facts.push([t('desk.facts.language'), languageText(report.language)]);
  }
  const leftOut = keptOutNames(desk, data);
  if (leftOut.length > 0) facts.push([t('desk.facts.left_out'), listText(leftOut)]);
  const responsible = responsibleNames(desk, data);
  if (responsible.length > 0) facts.push([t('desk.facts.responsible'), listText(responsible)]);
  if (data.labels.length > 0) facts.push([t('desk.facts.labels'), listText(data.labels)]);
  if (data.outcome !== null) facts.push([t('desk.facts.outcome'), t(`outcome.${data.outcome}`)]);
  if (data.purgeOn !== null) facts.push([t('desk.export.doc.purge'), dayText(data.purgeOn)]);
  return facts;
}

/** The channel's own questions as they were asked, those without an answer too. */
function formFacts(form: AnsweredForm | undefined, files: ReportFiles): Facts {
  if (form === undefined) return [];
  return [
    ...readAnswers(form, answerWords(dayText), files).map(({ label, value }): [string, string] => [
      label,
      value,
    ]),
    ...unanswered(form).map((label): [string, string] => [label, t('questions.none')]),
  ];
}

/** What an entry says beside its sentence and its text. */
function detailsOf(data: HandlerCaseView, { content, erasedFiles }: EntryView): Facts {
  if (content.kind === 'report' && data.dataRequest) return firstFacts(content);
  if (content.kind === 'report') {
    const builtIn = QUESTIONS.flatMap((question): Facts => {
      const answer = content.answers[question];
      if (answer === undefined) return [];
      const value = answer.known ? answer.text : t('desk.answer.unknown');
      return [[t(`desk.answer.${question}`), value]];
    });
    return [...builtIn, ...formFacts(content.form, { files: content.files, erased: erasedFiles })];
  }
  if (content.kind === 'closure') {
    return [[t('desk.facts.outcome'), t(`outcome.${content.outcome}`)]];
  }
  if (content.kind === 'disclosure') {
    const told = basisLine(content, data);
    const basis: Facts = told === '' ? [] : [[t('desk.disclosure.identity'), told]];
    return [
      [t('desk.disclosure.ground'), content.ground],
      [t('desk.disclosure.scope'), content.scope],
      ...basis,
    ];
  }
  if (content.kind === 'identity_disclosure') {
    return [
      [t('desk.export.doc.question'), t(`desk.consent.basis.${content.basis}`)],
      [t('desk.consent.to'), content.to],
      [t('desk.consent.what'), content.what],
    ];
  }
  if (content.kind === 'identity_request') {
    return [[t('desk.identity.reason'), content.reason]];
  }
  if (content.kind === 'removal_proposal') return disposalFacts(content);
  if (content.kind === 'hold') {
    return [
      [t('desk.hold.reference_fact'), content.reference],
      [t('desk.hold.scope'), content.scope],
    ];
  }
  if (content.kind === 'request' && content.identified !== '') {
    return [[t('desk.request.identified'), content.identified]];
  }
  return [];
}

/** What the reporter answered, and to which question. */
function consentLines({ identityTalks }: HandlerCaseView, { content }: EntryView): string[] {
  if (content.kind !== 'consent') return [];
  const asked = identityTalks.find(({ hash }) => hash === content.request);
  return [
    t(`desk.consent.said.${content.answer}`),
    ...(asked === undefined
      ? []
      : [`${t('desk.consent.to')}: ${asked.to}`, `${t('desk.consent.what')}: ${asked.what}`]),
  ];
}

/** That whoever wrote an entry may have been the handler who made the key. */
function keyLines(data: HandlerCaseView, entry: EntryView): string[] {
  return isThroughMadeKey(data, entry) ? [t('desk.made.key_tag')] : [];
}

/** Where the files of a case lie in the archive, in the order in which its entries name them. */
function paths(data: HandlerCaseView): (file: object) => string | null {
  const named = new Map<object, string>(
    namedFiles(data.entries).map(({ file, path }) => [file, path]),
  );
  return (file) => named.get(file) ?? null;
}

function entryOf(
  desk: Desk,
  data: HandlerCaseView,
  entry: EntryView,
  pathOf: (file: object) => string | null,
): ReadableEntry {
  const { content, author, readOn } = entry;
  const fromReporter = author.side === 'reporter';
  const who = authorText(data, entry);
  const line = workLine(desk, data, entry, otherCase);
  const attached = 'files' in content ? content.files : [];
  const files = attached.filter(({ attachment }) => !entry.erasedFiles.includes(attachment));
  const erasure = erasureText(entry);
  const erased = erasure === null ? [] : [erasure];
  const kind = line ?? kindText(data, entry);
  const key = keyLines(data, entry);
  const base = {
    kind: 'entry',
    fromReporter,
    language: fromReporter ? reportLanguage(data) : '',
    facts: detailsOf(data, entry),
    files: files.map((file) => ({
      name: shownFileName(file.name),
      size: sizeText(file.size),
      path: pathOf(file),
    })),
  } as const;
  if (content.kind === 'unreadable') {
    const head = t('desk.export.doc.unread', { who, kind });
    return {
      ...base,
      head,
      text: '',
      remarks: [...key, unreadableText(content.fault, entry), ...erased],
    };
  }
  if (content.kind === 'erased') {
    const head = t('desk.export.doc.unread', { who, kind });
    return { ...base, head, text: '', remarks: [...key, ...erased] };
  }
  const head = t('desk.export.doc.entry', { who, when: momentText(content.at), kind });
  const opened = readOn === null ? [] : [t('desk.export.doc.opened', { day: dayText(readOn) })];
  const remarks = [
    ...key,
    ...spokenLines(data, entry),
    ...consentLines(data, entry),
    ...correctionTexts(data, entry),
    ...erased,
    ...opened,
  ];
  return { ...base, head, text: 'text' in content ? content.text : '', remarks };
}

function compartment(
  desk: Desk,
  data: HandlerCaseView,
  which: EntryView['compartment'],
): ReadableBlock[] {
  const pathOf = paths(data);
  const access = data.access.filter((change) => change.compartment === which);
  const blocks: { sequence: number; block: ReadableBlock }[] = [
    ...data.entries
      .filter((entry) => entry.compartment === which)
      .map((entry) => ({
        sequence: entry.sequence,
        block: entryOf(desk, data, entry, pathOf),
      })),
    ...access.map((change, index) => ({
      sequence: change.sequence,
      block: { kind: 'text', text: accessText(access[index - 1] ?? null, change) } as const,
    })),
  ];
  return blocks.sort((a, b) => a.sequence - b.sequence).map(({ block }) => block);
}

/**
 * Another case by the first letters of its id, as `case.json` has it: its title is the beginning of
 * what its reporter wrote, and whoever gets this file may be whom that reporter left out.
 */
function otherCase(id: string): string {
  return t('desk.export.doc.other_case', { id: id.slice(0, 6) });
}

function workLines(data: HandlerCaseView): string[] {
  const { tasks, links } = data.work;
  return [
    ...tasks.map(({ name, state, due, reader }) => {
      const line = t('desk.export.doc.task', { name, state: t(`desk.work.task_state.${state}`) });
      const more = [due === null ? '' : dayText(due), readerName(data, reader)];
      return [line, ...more.filter((each) => each !== '')].join(' · ');
    }),
    ...links.map(({ caseId, relation }) =>
      t('desk.export.doc.link', {
        relation: t(`desk.work.relation.${relation}`),
        other: otherCase(caseId),
      }),
    ),
  ];
}

function recordLines(data: HandlerCaseView): string[] {
  const requests = data.requests.map((request) =>
    [`${requestName(request)} (${requestState(request)})`, ...requestLines(request)].join('\n'),
  );
  const disclosures = data.disclosures.map((disclosure) =>
    [
      `${disclosure.recipient}, ${dayText(disclosure.on)}`,
      t('desk.disclosure.ground_line', { ground: disclosure.ground }),
      t('desk.disclosure.scope_line', { scope: disclosure.scope }),
      basisLine(disclosure, data),
    ]
      .filter((line) => line !== '')
      .join('\n'),
  );
  const notices = data.notices.map(({ disclosure: { recipient }, change, done }) => {
    const name = t('desk.told_on.name', {
      recipient,
      change: t(`desk.told_on.change.${change.what}`),
      day: dayText(change.on),
    });
    const told = done === null ? t('desk.told_on.open') : t(`desk.told_on.state.${done.state}`);
    return `${name} (${told})${done === null ? '' : `\n${dayText(done.on)} ${done.text}`}`;
  });
  const exports = data.exports.map((each) => {
    const form = t(`desk.export.form.${each.form}`);
    const line = t('desk.export.by_line', { name: each.by.name, day: momentText(each.at), form });
    const purpose = t('desk.export.purpose_line', { purpose: each.text });
    return `${line} (${exportState(each)})\n${purpose}`;
  });
  return [...requests, ...disclosures, ...notices, ...exports];
}

/** Where the check of each transcript and minutes stands, and what an agreement to it is worth. */
function transcriptLines({ transcripts }: HandlerCaseView): string[] {
  return transcripts.map((each) => {
    const line = `${transcriptName(each.newest)} (${transcriptState(each, today())})`;
    const isWeaker = each.newest.paper === null && each.state === 'agreed_handler_key';
    const more = isWeaker ? t('desk.transcript.handler_key_line') : paperLine(each.newest);
    return more === '' ? line : `${line}\n${more}`;
  });
}

function section(heading: string, blocks: readonly ReadableBlock[]): ReadableBlock[] {
  const none = { kind: 'text', text: t('desk.export.doc.none') } as const;
  return [{ kind: 'heading', text: heading }, ...(blocks.length === 0 ? [none] : blocks)];
}

function list(lines: readonly string[]): ReadableBlock[] {
  return lines.length === 0 ? [] : [{ kind: 'list', lines }];
}

/**
 * All that a handler sees of a case as a readable copy, in the page's language.
 *
 * @param purpose what the copy is made for.
 */
export function wholeCopy(
  desk: Desk,
  data: HandlerCaseView,
  purpose: string,
  log: { lines: readonly AuditLine[]; names: Names },
): ReadableCopy {
  const title = caseTitle({ ...data, fault: null });
  const organisation = localText(desk.directory.organisation.names);
  const me = data.readers.find(({ id }) => id === desk.account.id)?.name ?? desk.account.name;
  const lead = { name: me, day: dayText(today()), organisation, purpose };
  const steps = stepsOf(data, ruleOf(desk, data), today());
  const persons = data.persons.map((person) =>
    [
      `${person.name} (${t(`desk.person.part.${person.part}`)})`,
      ...linesOf(person),
      ...person.extracts.map(({ text }) => text),
    ]
      .filter((line) => line !== '')
      .join('\n'),
  );
  return {
    language: document.documentElement.lang,
    title: t('desk.export.doc.title', { title }),
    blocks: [
      { kind: 'warning', text: t('desk.export.doc.confidential') },
      { kind: 'text', text: t('desk.export.doc.lead', lead) },
      { kind: 'text', text: t('desk.export.doc.trust') },
      ...(data.practice ? [{ kind: 'text', text: t('desk.export.doc.practice') } as const] : []),
      ...(madeTexts(data) ?? []).map(
        (text, index) => ({ kind: index === 0 ? 'warning' : 'text', text }) as const,
      ),
      ...section(t('desk.export.doc.facts'), [{ kind: 'facts', facts: factsOf(desk, data) }]),
      ...section(t('desk.export.doc.dates'), [
        {
          kind: 'facts',
          facts: steps.map(({ name, day, note }): [string, string] => [
            dayText(day),
            note === '' ? name : `${name} (${note})`,
          ]),
        },
      ]),
      ...section(t('desk.export.doc.conversation'), compartment(desk, data, 'dialogue')),
      ...section(t('desk.export.doc.notes'), [
        ...list(workLines(data)),
        ...compartment(desk, data, 'internal'),
      ]),
      ...section(t('desk.transcript.title'), list(transcriptLines(data))),
      ...section(t('desk.export.doc.persons'), list(persons)),
      ...section(t('desk.export.doc.record'), list(recordLines(data))),
      ...section(t('desk.export.doc.access'), list(data.readers.map(({ name }) => name))),
      ...section(
        t('desk.export.doc.trail'),
        list(log.lines.map((line) => auditText(line, log.names))),
      ),
    ],
  };
}
