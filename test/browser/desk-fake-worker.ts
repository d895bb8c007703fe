import { htmlOf } from '../../client/archive/readable.js';
import { nextDate } from '../../client/casework/dates.js';
import { isAnswer, isFeedback } from '../../client/law/answers.js';
import type {
  AbsenceView,
  AuditLine,
  CaseRow,
  ChannelView,
  CustodyRow,
  DirectoryChange,
  DirectoryView,
  ExposedCase,
  HandbookView,
  IncidentView,
  LogFinding,
  LogVerdict,
  MembersView,
  RetentionView,
} from '../../client/models.js';
import type { Day } from '../../crypto/private.js';
import type { ChannelChange } from '../../client/desk/channel.js';
import type { BulkOrder, ChosenResult } from '../../client/desk/bulk.js';
import type { NamedFilter } from '../../client/desk/shelf.js';
import type { RecordingInput } from '../../client/desk/recording.js';
import type { DeskApi, Draft } from '../../views/browser/desk/api.js';
import { serve } from '../../views/browser/rpc.js';
import { guestApi } from './desk-fake-guest.js';
import { figuresOf } from './desk-fake-figures.js';
import { ceremony } from './desk-fake-ceremony.js';
import { handover } from './desk-fake-handover.js';
import { reviewOf } from './desk-fake-review.js';
import {
  access,
  add,
  askIdentity,
  declineProposed,
  eraseProposed,
  file,
  leftOut,
  origins,
  proposeErasure,
  renewed,
  viewOf,
} from './desk-fake-cases.js';
import { endlessPng, samplePdf, samplePng } from './desk-fake-files.js';
import { day, moment, readers, rows, scenario } from './desk-fake-rows.js';

// The desk's worker with made-up cases in place of the engine, for tests of what pages show. The
// test puts `self.scenario` in front of this script.

const monthsRule = (months: number): RetentionView['terms'][number]['rules'][number] => ({
  clauses: [{ kind: 'at_most', months, anchor: 'closure' }],
  wins: null,
});

let directory: DirectoryView = {
  version: 4,
  hash: 'A'.repeat(43),
  freshness: scenario === 'warnings' ? 'stale' : 'fresh',
  confirmedOn: day(-1),
  maxFileBytes: 2 ** 30,
  fingerprint: ['harbor', 'violin', 'copper', 'meadow', 'silent', 'garden', 'ribbon', 'planet'],
  root: 'q2vT0cJ9m1kZ8wYx3uLr5nBs7dHf4gKp6aEi0oCt2VQ',
  organisation: {
    id: 'organisation',
    names: { en: 'Northwind Security Group', sv: 'Nordvind Säkerhet' },
    country: scenario === 'administrator' ? 'PT' : 'SE',
  },
  channels: [
    {
      id: 'channel',
      organisation: 'organisation',
      names: { en: 'Reporting channel', sv: 'Rapporteringskanal', fi: 'Ilmoituskanava' },
      texts: {
        en: 'Reports are read by two people.\n\nWrite to us.',
        sv: 'Två personer läser rapporter.',
      },
      country: scenario === 'spain' ? 'ES' : scenario === 'undecided' ? 'PL' : 'SE',
      countryReason: '',
      deadlines:
        scenario === 'promise'
          ? [{ from: day(-500) as Day, ackDays: null, feedbackDays: 30, reason: 'We can.' }]
          : [],
      notices: {},
      languages: ['en', 'sv', 'fi'],
      published: scenario !== 'empty' && scenario !== 'undecided',
      retentionMonths: 24,
      retention:
        scenario === 'keeping'
          ? {
              ...monthsRule(6),
              shorter: [{ of: 'not_investigated', months: 3, anchor: 'receipt' }],
              preset: null,
              reason: 'The board decided so.',
            }
          : null,
      publicBody: true,
      receipts: false,
      exportsByTwo: scenario === 'two',
      questionnaire: null,
      about: {},
      closed: false,
      // one who can sign in, and a recovery officer's paper
      readers: scenario === 'empty' ? readers.filter(({ id }) => id !== 'omar') : readers,
    },
  ],
  people: readers,
};

let handbook: HandbookView = {
  number: 3,
  date: day(-40),
  reason: scenario === 'warnings' ? 'signer_left' : null,
  contents:
    scenario === 'warnings'
      ? { v: 1, stages: [], labels: [], texts: [] }
      : {
          v: 1,
          stages: [
            { progress: 'assessment', names: { en: 'Legal question', sv: 'Juridisk fråga' } },
            { progress: 'investigation', names: { en: 'Interviews', sv: 'Samtal' } },
          ],
          labels: ['Guards', 'Site north'],
          texts: [
            {
              state: 'changed',
              purpose: 'acknowledgement',
              texts: { sv: 'Tack. Vi har läst det du skrev och svarar senast {feedback}.' },
            },
            {
              state: 'added',
              purpose: 'question',
              name: 'Places',
              texts: { en: 'Where? [place]' },
            },
          ],
        },
};

let absences: AbsenceView[] =
  scenario === 'usual'
    ? [{ reader: 'omar', from: day(-1), until: day(6), substitute: 'hanna' }]
    : [];

let terms: RetentionView['terms'] =
  scenario === 'keeping'
    ? [
        { rules: [monthsRule(24), monthsRule(6)], from: null },
        { rules: [monthsRule(6)], from: day(60) },
      ]
    : [{ rules: [monthsRule(24)], from: null }];

const named = { en: 'Reporting channel', sv: 'Rapporteringskanal' };
const changes: DirectoryChange[] = [
  {
    version: 3,
    date: day(-9),
    lines: [
      {
        code: 'reader_added',
        name: 'Omar Lind',
        role: { en: 'Internal audit', sv: 'Internrevision' },
        part: 'handler',
        channels: [named],
        words: ['anchor', 'basket', 'candle', 'desert', 'eagle', 'fabric', 'galaxy', 'hammer'],
        by: 'Hanna Ek',
        replaces: scenario === 'wrong-hands' ? 'Omar Lind' : null,
      },
      { code: 'reader_left', name: 'Sven Alm' },
      { code: 'administrator_revoked', serial: 2 },
    ],
  },
  {
    version: 4,
    date: day(-1),
    lines: [
      { code: 'channel_months', channel: named, before: 24, after: 12 },
      {
        code: 'channel_name',
        channel: named,
        language: 'fi',
        before: null,
        after: 'Ilmoituskanava',
      },
      { code: 'channel_texts', channel: named, languages: ['en', 'sv'] },
      {
        code: 'channel_languages',
        channel: named,
        before: ['en', 'sv'],
        after: ['en', 'sv', 'fi'],
      },
      { code: 'organisation_name', language: 'en', before: 'Northwind', after: 'Northwind Group' },
      { code: 'channel_country', channel: named, before: 'NO', after: 'SE', reason: 'We moved.' },
      {
        code: 'channel_deadlines',
        channel: named,
        before: null,
        after: { from: '2026-12-01' as Day, ackDays: 1, feedbackDays: 60, reason: 'We can.' },
      },
      {
        code: 'channel_notices',
        channel: named,
        of: 'advice',
        before: [],
        after: ['The union helps.'],
        reason: 'People asked.',
      },
      { code: 'channel_published', channel: named },
    ],
  },
];

function withNotices(
  { country, notices }: ChannelView,
  change: ChannelChange['notices'] = {},
): ChannelView['notices'] {
  const said = Object.entries(change).map(([kind, word]) => [kind, { country, ...word }]);
  return { ...notices, ...(Object.fromEntries(said) as ChannelView['notices']) };
}

function withOrder(facts: CaseRow, order: BulkOrder): CaseRow {
  switch (order.do) {
    case 'label':
      return { ...facts, labels: [...facts.labels, order.label] };
    case 'unlabel':
      return { ...facts, labels: facts.labels.filter((each) => each !== order.label) };
    case 'assign':
      return { ...facts, responsible: [order.reader] };
    case 'close':
      return { ...facts, state: 'closed', closedOn: day(0), outcome: order.outcome };
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const members: MembersView = {
  accounts: [
    { id: 'anna', name: 'anna admin', part: 'administrator', state: 'active' },
    { id: 'hanna', name: 'hanna', part: 'handler', state: 'active' },
    { id: 'omar', name: 'omar', part: 'handler', state: 'active' },
    { id: 'nils', name: 'nils', part: 'handler', state: 'joined' },
  ],
  invitations: [{ id: 'invitation', shownName: 'Siv Norén', mine: true, createdOn: day(-2) }],
  admissions: [
    {
      id: 'nils',
      name: 'Nils Aalto',
      part: 'handler',
      record: 'record',
      channels: ['channel'],
      role: {},
      words: ['acid', 'bamboo', 'camera', 'dolphin', 'elbow', 'fossil', 'ginger', 'hockey'],
      authentic: scenario === 'warnings' ? false : true,
      handlerSigned: scenario === 'administrator',
      replaces: null,
      namesake: false,
    },
  ],
  administrators: [{ id: 'anna', serial: 1, name: 'anna admin' }],
  former: scenario === 'wrong-hands' ? [{ id: 'sven', name: 'Sven Alm', part: 'handler' }] : [],
  returned: [{ id: 'omar', name: 'Omar Lind' }],
};

const log: AuditLine[] = Array.from({ length: 30 }, (_, index) => ({
  sequence: index + 1,
  at: moment(index - 30),
  action:
    ['signed_in', 'directory_published', 'invited', 'unheard_of', 'locked_out'][index % 5] ?? '',
  actor: index % 5 === 4 ? null : index % 2 === 0 ? 'hanna' : 'anna',
  caseId: index % 6 === 3 ? 'a' : null,
  details: index % 5 === 1 ? { version: 4 } : {},
}));

const exposed: ExposedCase[] = (['a', 'b', 'c', 'd'] as const).map((id, index) => ({
  id,
  title:
    ['Grind 3 står öppen', 'Invoices from a company nobody knows', 'Overtime', 'A letter'][index] ??
    '',
  receivedOn: day(-40 + index),
  practice: index === 2,
  state: index === 1 ? 'closed' : 'open',
  language: ['sv', 'en', 'fi'][index] ?? null,
  entries: 7 - index,
  files: index,
  still: index === 0,
  whole: index !== 2,
  outside: index === 3,
}));

const incidents: IncidentView[] = [
  {
    id: 'AAAAAAAAAAAAAAAAAAAAAA',
    account: 'sven' as IncidentView['account'],
    name: 'Sven Alm',
    part: 'handler',
    since: day(-12) as IncidentView['since'],
    cause: 'device_lost',
    knownAt: moment(-1),
    dueAt: moment(2),
    openedAt: moment(-1),
    openedBy: 'anna' as IncidentView['openedBy'],
    openedByName: 'Anna Admin',
    lock: 'gone',
    reads: 'left',
    letIn: ['Omar Lind'],
    authority: null,
    subjects: null,
  },
  {
    id: 'BBBBBBBBBBBBBBBBBBBBBA',
    account: 'omar' as IncidentView['account'],
    name: 'Omar Lind',
    part: 'handler',
    since: null,
    cause: 'passphrase_seen',
    knownAt: moment(-60),
    dueAt: moment(-57),
    openedAt: moment(-60),
    openedBy: 'omar' as IncidentView['openedBy'],
    openedByName: 'Omar Lind',
    lock: 'locked',
    reads: 'active',
    letIn: [],
    authority: {
      decision: { state: 'notified', at: moment(-58), reference: 'IMY-2026-1234' },
      by: 'hanna' as IncidentView['account'],
      setAt: moment(-58),
    },
    subjects: { state: 'told', by: 'hanna' as IncidentView['account'], setAt: moment(-58) },
  },
];
const findings: LogFinding[] = (
  ['contradicts', 'ends_before', 'wrong_signature', 'unknown_signer', 'own_head_gone'] as const
).map((code, index) => ({
  code,
  chain: code === 'ends_before' ? 'case' : index % 2 === 0 ? 'organisation' : 'operation',
  caseId: code === 'ends_before' ? 'a' : null,
  sequence: 12 + index,
  hash: 'q2vT0cJ9m1kZ8wYx3uLr5nBs7dHf4gKp6aEi0oCt2VQ',
  day: code === 'own_head_gone' ? null : day(-9 - index),
  signer: code === 'unknown_signer' ? 'x9Yw2Qe8Rt7Ui6Op5As4Df' : 'hanna',
}));
const verdict: LogVerdict = {
  checked: 30,
  heads: 4,
  unreadable: 0,
  findings: scenario === 'warnings' ? findings : [],
};

const kit =
  'abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress actual'.split(
    ' ',
  );
const secrets = { passphrase: kit.slice(3, 10), recoveryWords: kit };

const drafts = new Map<string, Draft>();
const filters = new Map<string, NamedFilter>();
const contents = new Map<string, () => Uint8Array<ArrayBuffer>>([
  ['not what it says.png', () => new TextEncoder().encode('<svg onload="alert(1)"/>')],
  ['endless.png', endlessPng],
  ['schema-mars.pdf', samplePdf],
  ['grind 3.png', samplePng],
  [
    'anteckningar.txt',
    () => new TextEncoder().encode('Natt till tisdag: en väktare.\n<script>alert(1)</script>\n'),
  ],
]);

const custody: CustodyRow[] = [
  {
    caseId: 'night',
    request: 'first',
    channel: directory.channels[0]?.id ?? '',
    practice: false,
    askedOn: day(-1),
    openedOn: null,
    answeredOn: null,
    question: {
      at: moment(-1),
      by: 'Hanna Ek',
      fields: ['name', 'reach'],
      reason: 'The labour inspectorate wants to hear a witness.',
      namesake: false,
    },
  },
  {
    caseId: 'odd',
    request: 'second',
    channel: directory.channels[0]?.id ?? '',
    practice: false,
    askedOn: day(-2),
    openedOn: null,
    answeredOn: null,
    question: null,
  },
];

async function answerCustody(): Promise<CustodyRow[]> {
  await pause(50);
  const [first] = custody;
  if (first !== undefined) first.answeredOn = day(0);
  return custody;
}

const refuse = (code: string): never => {
  throw Object.assign(new Error(code), { code });
};

/** Pretends the case of a report that a handler recorded. */
function recordFake({ text, category, way, receivedOn, key }: RecordingInput): void {
  const facts = rows.values().next().value;
  if (facts === undefined) return;
  const fresh = { unread: true, acknowledgedOn: null, status: 'new' } as const;
  rows.set('recorded', {
    ...facts,
    ...fresh,
    id: 'recorded',
    title: text.slice(0, 60),
    category,
    receivedOn,
    recorded: true,
  });
  const name = 'Hanna Ek';
  const recordedOn = day(0);
  origins.set('recorded', {
    made: 'handler',
    way,
    key,
    name,
    recordedOn,
    receivedOn: receivedOn as never,
  });
}

const otherDesks = new Map<string, string>();

const api: DeskApi = {
  questionsSigned: () => Promise.resolve(true),
  installation: () =>
    Promise.resolve({
      installation: 'x',
      state: scenario === 'set-up' ? 'empty' : 'ready',
      organisation: scenario === 'set-up' ? null : directory.organisation.names,
    }) as never,
  prepareSetUp: () =>
    Promise.resolve({
      rootWords: kit,
      fingerprint: directory.fingerprint,
      administrator: secrets,
      handler: secrets,
    }),
  finishSetUp: async (secret, input) => {
    await pause(400);
    if (secret !== 'good') refuse('set_up_refused');
    (self as unknown as { finished: unknown }).finished = input;
  },
  signIn: async (name, passphrase, code) => {
    await pause(50);
    if (passphrase === 'wrong') refuse('sign_in_refused');
    if (name === 'code' && code !== '123456') refuse('one_time_code_needed');
    const administers =
      scenario === 'administrator' ||
      scenario === 'undecided' ||
      (scenario === 'wrong-hands' && name === 'anna');
    const others = { iris: 'custodian', lara: 'guest', rita: 'auditor' } as const;
    const handles = Object.entries(others).find(([who]) => who === name)?.[1] ?? 'handler';
    const part = administers ? 'administrator' : handles;
    const ids = { administrator: 'anna', handler: 'hanna' };
    return {
      id: part === 'administrator' || part === 'handler' ? ids[part] : name,
      name,
      part,
      oneTimeCode: false,
      mail: null,
      sendsMail: true,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
  },
  prepareRecovery: () => Promise.resolve(secrets),
  finishRecovery: () => pause(100),
  prepareChange: (passphrase) =>
    passphrase === 'wrong' ? refuse('proof_refused') : Promise.resolve(secrets),
  finishChange: () => pause(100),
  startOneTimeCode: () =>
    Promise.resolve({
      uri: 'otpauth://totp/Casekey:hanna?secret=JBSWY3DPEHPK3PXP&issuer=Casekey',
      secret: 'JBSWY3DPEHPK3PXP',
    }),
  confirmOneTimeCode: (code) =>
    code === '123456' ? Promise.resolve() : refuse('one_time_code_wrong'),
  stopOneTimeCode: (code) =>
    code === '123456' ? Promise.resolve() : refuse('one_time_code_wrong'),
  setMail: () => Promise.resolve(),
  signOut: () => Promise.resolve(),
  directory: () => Promise.resolve(directory),
  absences: () => Promise.resolve(absences),
  setAbsence: (absence) => {
    absences = [
      ...absences.filter(({ reader }) => reader !== 'hanna'),
      ...(absence === null ? [] : [{ reader: 'hanna', ...absence }]),
    ];
    return Promise.resolve(absences);
  },
  uncovered: () =>
    Promise.resolve([
      { id: 'a', title: 'Gate 3 stands open', giving: 'possible' },
      { id: 'c', title: 'Overtime', giving: 'refused' },
      { id: 'd', title: 'Night shifts', giving: 'other_channel' },
    ]),
  cover: (_, ids) => Promise.resolve({ changed: ids.length, failed: [] }),
  handbook: () => Promise.resolve(handbook),
  saveHandbook: (contents) => {
    handbook = { number: handbook.number + 1, date: day(0), reason: null, contents };
    return Promise.resolve(handbook);
  },
  noteChangesRead: () => pause(20),
  directoryChanges: () => Promise.resolve(scenario === 'warnings' ? changes : []),
  followDirectory: () => new Promise(() => undefined),
  retention: () => Promise.resolve([{ channel: 'channel', terms, shorterFrom: day(90) }]),
  previewRetention: (_channel, { clauses }) => {
    const isLonger = (clauses[0]?.months ?? 0) > 24;
    const [from, to] = [day(20) as never, day(isLonger ? 400 : 90) as never];
    return Promise.resolve({ moves: [{ closed: day(-710) as never, from, to }] });
  },
  removalWait: () =>
    Promise.resolve(scenario === 'administrator' ? { today: day(3650), until: day(3657) } : null),
  readiness: () =>
    Promise.resolve([{ channel: 'channel', readers: 3, practiceRead: scenario === 'undecided' }]),
  receiptKeyListed: () => Promise.resolve(true),
  updateChannel: (id, change) => {
    const { retention } = change;
    if (retention) {
      const rule = { clauses: retention.clauses, wins: retention.wins };
      terms = [
        { rules: [monthsRule(24), rule], from: null },
        { rules: [rule], from: day(90) },
      ];
    }
    const { deadlines: promise, notices, ...plain } = change;
    directory = {
      ...directory,
      channels: directory.channels.map((each) => {
        if (each.id !== id) return each;
        const from = day(1) as Day;
        const deadlines = promise === undefined ? each.deadlines : [{ from, ...promise }];
        return { ...each, ...plain, deadlines, notices: withNotices(each, notices) };
      }),
    };
    return Promise.resolve(directory);
  },
  publish: () => Promise.resolve(directory),
  addChannel: () => Promise.resolve({ id: 'channel', directory }),
  closeChannel: () => Promise.resolve(directory),
  rosters: () =>
    Promise.resolve(
      scenario === 'administrator'
        ? [
            {
              channel: 'channel',
              terms: 'terms',
              readers: ['Hanna Ek', 'Vera Strand'],
              joining: [],
              leaving: ['Omar Lind'],
              stayingOff: [],
              outdated: false,
              mine: false,
              handlerSigned: true,
              signers: ['Hanna Ek'],
              maySign: false,
            },
          ]
        : [],
    ),
  proposeRoster: () => Promise.resolve(),
  signRoster: () => Promise.resolve(directory),
  takeBackRoster: () => Promise.resolve(),
  refuseRoster: () => Promise.resolve(),
  inbox: (state) =>
    Promise.resolve({
      rows: [...rows.values()].filter((each) => each.state === state),
      next: null,
    }),
  more: () => Promise.resolve({ rows: [], next: null }),
  openCase: (id) => Promise.resolve(viewOf(id)),
  reply: async (id, message, files, onProgress) => {
    onProgress({ step: 'sealing' });
    for (const [index, each] of files.entries()) {
      onProgress({ step: 'file', index, files: files.length, name: each.name, sent: 1, total: 2 });
    }
    await pause(100);
    const facts = rows.get(id);
    if (facts === undefined) return refuse('case_not_found');
    const { note, ...said } = { note: '', ...message };
    if (note !== '') {
      add(id, 'internal', { kind: 'note', at: new Date().toISOString(), text: note, files: [] });
    }
    add(id, 'dialogue', {
      ...said,
      at: new Date().toISOString(),
      files: files.map(({ name, type, size }) => file(name, type, size)),
    });
    const answered = {
      ...facts,
      acknowledgedOn: facts.acknowledgedOn ?? day(0),
      feedbackOn: facts.feedbackOn ?? (isFeedback(message) ? day(0) : null),
    };
    if (isAnswer(message)) rows.set(id, answered);
    if (message.kind === 'closure') {
      rows.set(id, {
        ...answered,
        state: 'closed',
        closedOn: day(0),
        purgeOn: day(730),
        outcome: message.outcome,
      });
    }
    if (message.kind === 'reopening') {
      rows.set(id, {
        ...facts,
        state: 'open',
        closedOn: null,
        purgeOn: null,
        decisionBy: null,
        outcome: null,
      });
    }
    return viewOf(id);
  },
  tell: async (id, word) => {
    await pause(50);
    const about = word.id ?? crypto.randomUUID();
    const before = viewOf(id).transcripts.find((each) => each.id === about);
    const version = (before?.versions.length ?? 0) + 1;
    const more = word.kind === 'transcript' ? { version } : {};
    add(id, 'dialogue', { ...word, ...more, id: about, at: new Date().toISOString() });
    return viewOf(id);
  },
  newCallerKey: () => Promise.resolve(kit.slice(0, 12)),
  record: async (input, _files, onProgress) => {
    onProgress({ step: 'sealing' });
    await pause(50);
    if (input.text === 'fail') refuse('network');
    recordFake(input);
    return { id: 'recorded' };
  },
  recordDataRequest: async (_input, onProgress) => {
    onProgress({ step: 'sealing' });
    await pause(50);
    return { id: 'recorded' };
  },
  moveRequest: () => Promise.resolve(refuse('would_reveal_case')),
  note: async (id, text, _files, onProgress) => {
    onProgress({ step: 'sending' });
    await pause(50);
    add(id, 'internal', { kind: 'note', at: new Date().toISOString(), text, files: [] });
    return viewOf(id);
  },
  work: async (id, change) => {
    await pause(50);
    const made = 'id' in change && change.id === null ? { id: crypto.randomUUID() } : {};
    add(id, 'internal', { ...change, ...made, at: new Date().toISOString() });
    const { work, decisions, dates } = viewOf(id);
    const { progress, labels, responsible } = work;
    const facts = rows.get(id);
    if (facts !== undefined) {
      rows.set(id, {
        ...facts,
        status: progress ?? facts.status,
        labels: [...labels],
        responsible: [...responsible],
        feedbackExtendedTo: decisions.feedbackExtendedTo,
        acknowledgementWaived: decisions.waiver !== null,
        unreachable: decisions.unreachable !== null,
        exportWaits: viewOf(id).exports.some(
          ({ state, second }) => state === 'asked' && second === null,
        ),
        due: nextDate(dates, day(0) as Day),
      });
    }
    return viewOf(id);
  },
  recordExport: async (id, made, disclosed) => {
    const disclosure = disclosed === null ? made.disclosure : crypto.randomUUID();
    if (disclosed !== null) await api.work(id, { ...disclosed, id: disclosure });
    return api.work(id, { ...made, disclosure });
  },
  workOnChosen: async (ids, order, onProgress, signal) => {
    const result: ChosenResult = { changed: [], unchanged: [], failed: [], left: [], ended: null };
    for (const [index, id] of ids.entries()) {
      onProgress({ done: index, of: ids.length });
      await pause(scenario === 'many' ? 0 : 30);
      if (signal?.aborted === true) {
        return { ...result, left: ids.slice(index), ended: 'cancelled' };
      }
      const facts = rows.get(id);
      if (facts === undefined) continue;
      if (facts.fault !== null) result.failed.push({ id, code: facts.fault });
      else if (order.do === 'close' && id === 'h') result.failed.push({ id, code: 'case_held' });
      else {
        rows.set(id, withOrder(facts, order));
        result.changed.push(id);
      }
    }
    return result;
  },
  decideNothingFurther: (id, text) => {
    const facts = rows.get(id);
    if (facts !== undefined) rows.set(id, { ...facts, decisionBy: null });
    add(id, 'internal', {
      kind: 'decision',
      at: new Date().toISOString(),
      decision: 'nothing_further',
      text,
    });
    return Promise.resolve(viewOf(id));
  },
  proposeErasure: (id, input) => {
    proposeErasure(id, input);
    return Promise.resolve(viewOf(id));
  },
  erase: (id, proposal) => {
    eraseProposed(id, proposal);
    return Promise.resolve(viewOf(id));
  },
  declineErasure: (id, proposal, text) => {
    declineProposed(id, proposal, text);
    return Promise.resolve(viewOf(id));
  },
  rename: (id, title) => {
    const facts = rows.get(id);
    if (facts !== undefined) rows.set(id, { ...facts, title });
    return Promise.resolve(viewOf(id));
  },
  grant: (id, reader) => {
    access.set(id, [...(access.get(id) ?? []), reader]);
    return Promise.resolve(viewOf(id));
  },
  ...ceremony,
  ...handover,
  renew: async (id) => {
    await pause(50);
    renewed.add(id);
    const off = leftOut.get(id) ?? [];
    access.set(
      id,
      (access.get(id) ?? []).filter((each) => !off.includes(each)),
    );
    return viewOf(id);
  },
  revoke: (id, reader) => {
    access.set(
      id,
      (access.get(id) ?? []).filter((each) => each !== reader),
    );
    return Promise.resolve(viewOf(id));
  },
  download: async (_id, { name, size }, onReceived) => {
    onReceived(size / 2);
    await pause(20);
    return new Blob([contents.get(name)?.() ?? new Uint8Array(10)]);
  },
  exportCase: async (_id, { readable }, onProgress) => {
    onProgress(1, 2);
    await pause(20);
    return new Blob([htmlOf(readable)]);
  },
  search: (query, onProgress) => {
    onProgress(rows.size, null);
    const found = [...rows.values()].filter(({ title }) =>
      title.toLowerCase().includes(query.toLowerCase()),
    );
    const hits = found.map(({ id, title }) => ({ id, excerpts: [`… ${title} …`] }));
    return Promise.resolve({ hits, failed: 0 });
  },
  askIdentity: async (id, fields, reason) => {
    await pause(50);
    askIdentity(id, fields, reason);
    return viewOf(id);
  },
  talkIdentity: async (id, talk) => {
    await pause(50);
    const at = new Date().toISOString();
    add(id, 'dialogue', { kind: 'identity_disclosure', at, id: 'talk', ...talk, files: [] });
    return viewOf(id);
  },
  ...guestApi,
  custodyRequests: () => Promise.resolve(custody),
  openIdentity: async () => {
    await pause(50);
    const identity = {
      name: 'Robin Sand',
      reach: '',
      relation: 'Temp',
      text: '',
      at: day(-20),
    };
    return { identity };
  },
  passOnIdentity: () => answerCustody(),
  refuseIdentity: () => answerCustody(),
  members: () => Promise.resolve(members),
  invite: () => Promise.resolve({ fragment: 'x'.repeat(60) }),
  withdrawInvitation: () => Promise.resolve(),
  readInvitation: (fragment) =>
    fragment === 'used'
      ? refuse('invitation_not_found')
      : Promise.resolve({
          shownName: 'Siv Norén',
          part: 'handler',
          organisation: directory.organisation.names,
          channel: directory.channels[0]?.names ?? {},
          fingerprint: directory.fingerprint,
        }),
  prepareJoining: () => Promise.resolve({ ...secrets, words: members.admissions[0]?.words ?? [] }),
  finishJoining: async (_fragment, { name }) => {
    await pause(100);
    if (name === 'taken') refuse('name_taken');
  },
  readAppointment: (fragment) =>
    fragment === 'used'
      ? refuse('administrator_link_refused')
      : Promise.resolve({
          organisation: directory.organisation.names,
          fingerprint: directory.fingerprint,
          version: 7,
          date: day(-40),
          confirmedOn: day(-1),
          administrators: [
            { serial: 1, name: 'anna' },
            { serial: 3, name: 'boris' },
          ],
          readers: readers.map(({ name }) => name),
        }),
  prepareAppointment: (words) =>
    words[0] === 'zoo'
      ? refuse('root_refused')
      : Promise.resolve({ ...secrets, words: members.admissions[0]?.words ?? [] }),
  finishAppointment: async (name) => {
    await pause(100);
    if (name === 'taken') refuse('name_taken');
  },
  admit: () => Promise.resolve(),
  refuse: () => Promise.resolve(),
  prepareRecoveryOfficer: () => Promise.resolve({ words: kit, fingerprint: kit.slice(0, 8) }),
  proposeRecoveryOfficer: () => pause(100),
  remove: (id) => {
    if (id === 'hanna') refuse('last_holder');
    return Promise.resolve();
  },
  incidents: () => Promise.resolve(scenario === 'wrong-hands' ? incidents : []),
  openIncident: async ({ account }) => {
    await pause(50);
    if (account === 'omar' && scenario === 'wrong-hands') refuse('wrong_day');
  },
  lockAccount: () => Promise.resolve(),
  unlockAccount: () => Promise.resolve(),
  noteAuthority: () => Promise.resolve(),
  noteSubjects: () => Promise.resolve(),
  exposedCases: async (_reader, _since, onProgress) => {
    onProgress({ done: 1, of: 3 });
    await pause(100);
    return { cases: exposed, failed: [{ id: 'd', code: 'unexpected_answer' }] };
  },
  dataRequests: (onProgress) => {
    onProgress({ done: 1, of: 1 });
    const requests = [...rows.keys()].flatMap((id) => {
      const { title, practice, requests: found } = viewOf(id);
      return found.map((request) => ({ caseId: id, title, practice, own: false, request }));
    });
    return Promise.resolve({ requests, failed: [] });
  },
  figures: (_open, onProgress) => {
    onProgress({ done: 1, of: 1 });
    return Promise.resolve({ figures: figuresOf(), unreadable: scenario === 'warnings' ? 1 : 0 });
  },
  successorOf: (reader) =>
    Promise.resolve(reader === 'sven' ? { id: 'sven2', name: 'Sven Alm' } : null),
  giveBack: async (_successor, onProgress) => {
    onProgress({ done: 1, of: 3 });
    await pause(100);
    return { changed: 2, failed: [] };
  },
  tellReporters: async (_reader, ids, _notice, onProgress) => {
    onProgress({ done: 0, of: ids.length });
    await pause(100);
    return { changed: ids.length, failed: [] };
  },
  findLeavers: () =>
    scenario === 'warnings'
      ? refuse('unavailable')
      : Promise.resolve(
          scenario === 'wrong-hands' ? { cases: 3, names: ['Sven Alm'], failed: [] } : null,
        ),
  renewAll: async (onProgress, signal) => {
    for (let done = 0; done <= 3; done += 1) {
      signal?.throwIfAborted();
      onProgress({ done, of: 3 });
      await pause(100);
    }
    return { changed: 2, failed: [{ id: 'a', code: 'wrong_signature' }] };
  },
  audit: () => (scenario === 'ended' ? refuse('sign_in_needed') : Promise.resolve([...log])),
  accessReview: (onProgress) => {
    onProgress({ done: 3, of: 3 });
    return Promise.resolve(reviewOf(directory.channels[0]?.id ?? ''));
  },
  auditOf: (id) => Promise.resolve(log.filter(({ caseId }) => caseId === id)),
  signLog: () => Promise.resolve(scenario === 'warnings' ? findings.slice(0, 1) : []),
  verifyAudit: (onChain) => {
    onChain?.(3, 3);
    return Promise.resolve(verdict);
  },
  saveHeads: () => {
    const file = scenario === 'warnings' ? null : new TextEncoder().encode('{"v":1}');
    return Promise.resolve({ ...verdict, file });
  },
  checkHeads: (bytes) =>
    bytes[0] === 123 ? Promise.resolve({ ...verdict, unreadable: 2 }) : refuse('not_a_heads_file'),
  readPaper: (text) => {
    const words = text.trim().split(/\s+/);
    if (words.length !== 24) return { faults: [{ code: 'word_count', found: words.length }] };
    return { words };
  },
  readPassphrase: (text) => {
    const words = text.trim().split(/\s+/);
    if (words.length !== 7) return { faults: [{ code: 'word_count', found: words.length }] };
    return { words };
  },
  openShelf: () =>
    Promise.resolve({ drafts: [...drafts.keys()], filters: [...filters.values()], desks: [] }),
  otherDesks: () => [...otherDesks].map(([address, name]) => ({ address, name })),
  putOtherDesk: (address, name) => {
    if (name === null) otherDesks.delete(address);
    else otherDesks.set(address, name);
  },
  saveShelf: () => Promise.resolve([]),
  draftedCases: () => [],
  pruneDrafts: () => undefined,
  savedFilters: () => [...filters.values()],
  putFilter: (name, filter) => {
    if (filter === null) filters.delete(name);
    else filters.set(name, { name, filter });
  },
  draft: (id) => drafts.get(id) ?? null,
  keepDraft: (id, draft) => {
    if (draft === null) drafts.delete(id);
    else drafts.set(id, draft);
  },
};

serve(self, api);
