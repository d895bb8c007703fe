import type {
  AuditLine,
  CaseRow,
  ChannelView,
  DirectoryChange,
  DirectoryView,
  EntryView,
  FileReference,
  HandlerCaseView,
  MembersView,
  RetentionView,
} from '../../client/models.js';
import type { DeskApi, Draft } from '../../views/browser/desk/api.js';
import { serve } from '../../views/browser/rpc.js';
import { samplePdf, samplePng } from './desk-fake-files.js';

// The desk's worker with made-up cases in place of the engine, for tests of what pages show. The
// test puts `self.scenario` in front of this script.

const { scenario } = self as unknown as { scenario: string };

type Reader = ChannelView['readers'][number];

const readers: Reader[] = [
  {
    id: 'hanna',
    name: 'Hanna Ek',
    role: { en: 'Head of legal', sv: 'Chefsjurist' },
    part: 'handler',
  },
  {
    id: 'omar',
    name: 'Omar Lind',
    role: { en: 'Internal audit', sv: 'Internrevision' },
    part: 'handler',
  },
  { id: 'vera', name: 'Vera Strand', role: {}, part: 'recovery_officer' },
];

function day(offset: number): string {
  const date = new Date();
  date.setDate(date.getDate() + offset);
  return `${date.getFullYear().toString()}-${(date.getMonth() + 1).toString().padStart(2, '0')}-${date.getDate().toString().padStart(2, '0')}`;
}

function moment(offset: number): string {
  return `${day(offset)}T09:41:00.000Z`;
}

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
    country: 'SE',
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
      country: 'SE',
      languages: ['en', 'sv', 'fi'],
      published: scenario !== 'empty',
      retentionMonths: 24,
      readers,
    },
  ],
};

let terms: RetentionView['terms'] = [{ months: 24, from: null }];

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
      { code: 'channel_country', channel: named, before: 'NO', after: 'SE' },
      { code: 'channel_published', channel: named },
    ],
  },
];

function row(change: Partial<CaseRow> & { id: string }): CaseRow {
  const received = change.receivedOn ?? day(-20);
  const from = (days: number): string => {
    const date = new Date(`${received}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + days);
    return date.toISOString().slice(0, 10);
  };
  return {
    channel: 'channel',
    practice: false,
    receivedOn: received,
    state: 'open',
    closedOn: null,
    purgeOn: null,
    decisionBy: null,
    escalated: false,
    unread: false,
    title: '',
    category: 'fraud',
    acknowledgedOn: day(-15),
    feedbackOn: null,
    acknowledgementBy: from(7),
    feedbackBy: from(91),
    feedbackLimit: from(98),
    outcome: null,
    fault: null,
    ...change,
  };
}

const closed = (on: number, purge: number): Partial<CaseRow> => ({
  state: 'closed',
  closedOn: day(on),
  purgeOn: day(purge),
  feedbackOn: day(on),
});

const rows = new Map<string, CaseRow>(
  (scenario === 'empty'
    ? []
    : [
        row({
          id: 'a',
          title: 'Invoices for guards who were never there',
          receivedOn: day(-5),
          acknowledgedOn: null,
          unread: true,
        }),
        row({
          id: 'b',
          receivedOn: day(-9),
          acknowledgedOn: null,
          category: 'harassment',
          unread: true,
        }),
        row({
          id: 'c',
          title: 'Batteries in the server room',
          category: 'work_safety',
          receivedOn: day(-84),
        }),
        row({
          id: 'd',
          title: 'Supplier pays for a holiday',
          category: 'corruption',
          unread: true,
        }),
        row({
          id: 'e',
          title: 'Alarm log changed afterwards',
          category: 'data_protection',
          ...closed(-40, 690),
          decisionBy: day(12),
          unread: true,
          outcome: 'unsubstantiated',
        }),
        row({
          id: 'f',
          title: 'Overtime is not written down',
          category: 'work_safety',
          escalated: true,
          receivedOn: day(-120),
        }),
        row({ id: 'g', fault: 'rewritten_chain', unread: true }),
        row({ id: 'h', title: 'Old extinguishers in the depot', category: 'work_safety' }),
        row({
          id: 'i',
          title: 'Trying the channel out',
          practice: true,
          category: 'other',
          feedbackOn: day(-10),
        }),
        row({ id: 'j', category: 'unknown', receivedOn: day(-30), feedbackOn: day(-2) }),
        row({
          id: 'k',
          title: 'Licence plates kept too long',
          category: 'data_protection',
          ...closed(-700, 30),
          outcome: 'substantiated',
        }),
        row({
          id: 'l',
          title: 'Discount for a relative',
          category: 'corruption',
          ...closed(-650, 80),
          outcome: 'minor',
        }),
        row({
          id: 'm',
          title: 'Waste oil behind the garage',
          category: 'environment',
          ...closed(-100, 630),
          outcome: 'partly_substantiated',
        }),
        row({ id: 'n', category: 'other', ...closed(-10, 720), outcome: 'spam' }),
        ...(scenario === 'warnings'
          ? [
              row({ id: 'lost', title: 'Keys that do not fit' }),
              row({ id: 'let-in', title: 'Let in past the reporter' }),
              row({ id: 'past', title: 'Somebody could read it', fault: 'does_not_open' }),
              row({ id: 'odd', title: 'Two that disagree', practice: true }),
            ]
          : []),
      ]
  ).map((each) => [each.id, each]),
);

function file(name: string, type: string, size: number): FileReference {
  return {
    attachment: name,
    key: '',
    hash: '',
    chunks: 1,
    name,
    type,
    size,
  } as unknown as FileReference;
}

const reporter = { side: 'reporter' } as const;
const hanna = { side: 'reader', id: 'hanna', name: 'Hanna Ek' } as const;
const omar = { side: 'reader', id: 'omar', name: 'Omar Lind' } as const;
const karin = { side: 'reader', id: 'karin', name: 'Karin Holm' } as const;

const entries = new Map<string, EntryView[]>();

/** Whom the report of a case leaves out. */
const leftOut = new Map([
  ['let-in', ['omar']],
  ['past', ['omar']],
  ['odd', ['vera']],
]);

const unreadable = (
  author: EntryView['author'],
  fault: 'does_not_open' | 'missing_entry',
): EntryView => ({
  compartment: 'dialogue',
  sequence: 6,
  hash: '',
  author,
  readOn: null,
  content: { kind: 'unreadable', fault },
});

/** What is wrong with a case, until its keys are renewed. */
function troubleOf(id: string, { fault }: CaseRow): Partial<HandlerCaseView> {
  if (id === 'lost') {
    return {
      fault: 'does_not_open',
      writable: 'after_new_keys',
      warnings: [{ code: 'does_not_open' }],
    };
  }
  if (id === 'let-in') {
    return {
      fault: 'left_out_member',
      writable: 'after_new_keys',
      warnings: [{ code: 'left_out_member' }],
    };
  }
  if (id === 'past') {
    return {
      fault: null,
      warnings: [{ code: 'left_out_member' }, { code: 'does_not_open' }],
      departed: personsOf(['vera']),
    };
  }
  if (id === 'odd') return { warnings: [{ code: 'wrong_facts' }] };
  return fault === null ? {} : { writable: 'no', warnings: [{ code: fault }] };
}

const renewed = new Set<string>();

function personsOf(ids: readonly string[]): { id: string; name: string }[] {
  return readers
    .filter((reader) => ids.includes(reader.id))
    .map(({ id: of, name }) => ({ id: of, name }));
}

/** Who could read a case from when on, by the number of its keys. */
function accessOf(id: string, allowed: readonly string[]): HandlerCaseView['access'] {
  const first = ['hanna', 'vera'];
  const past = ['let-in', 'past'].includes(id) ? [[...first, 'omar']] : [];
  const steps = [first, ...past];
  const given = id !== 'let-in' && allowed.includes('omar');
  if (renewed.has(id) || id === 'past' || given) steps.push([...allowed]);
  return steps.map((step, index) => ({
    compartment: 'dialogue',
    sequence: index === 0 ? 1 : 3 + index,
    epoch: index + 1,
    by: index === 0 ? reporter : index === 1 && past.length > 0 ? karin : hanna,
    readers: personsOf(step),
  }));
}

function entriesOf(id: string): EntryView[] {
  const found = entries.get(id);
  if (found !== undefined) return found;
  const facts = rows.get(id);
  const made: EntryView[] = [
    {
      compartment: 'dialogue',
      sequence: 2,
      hash: '',
      author: reporter,
      readOn: day(-18),
      content: {
        kind: 'report',
        at: facts?.receivedOn ?? day(-20),
        practice: false,
        channel: 'channel',
        directory: { version: 4, hash: '' },
        leftOut: leftOut.get(id) ?? (scenario === 'left-out' ? ['vera'] : []),
        language: 'sv',
        category: facts?.category ?? 'fraud',
        relation: 'contractor_staff',
        text: 'Sedan i mars fakturerar vi fyra väktare på nattskiftet vid hamnen, men bara två är där.\n\nJag har sett schemat och fakturorna. Chefen säger att ”kunden vet”, men kunden frågade mig i går varför grinden stod öppen.',
        answers: {
          where: { known: true, text: 'Hamnen, grind 3' },
          when: { known: true, text: 'Varje natt sedan mars' },
          who: { known: false },
          how: { known: true, text: 'Jag arbetar där själv' },
        },
        files: [
          file('schema-mars.pdf', 'application/pdf', 182_344),
          file('grind 3.png', 'image/png', 2_450_112),
        ],
      } as unknown as EntryView['content'],
    },
    {
      compartment: 'dialogue',
      sequence: 3,
      hash: '',
      author: hanna,
      readOn: null,
      content: {
        kind: 'acknowledgement',
        at: moment(-15),
        text: 'Thank you. I have read your report and will look into it. I will write again before the date that your page shows.',
        files: [],
      },
    },
    {
      compartment: 'dialogue',
      sequence: 5,
      hash: '',
      author: reporter,
      readOn: day(-3),
      content: {
        kind: 'message',
        at: day(-4),
        text: 'I natt var det bara en.',
        files: [
          file('anteckningar.txt', 'text/plain', 912),
          file('not what it says.png', 'image/png', 24),
        ],
      } as unknown as EntryView['content'],
    },
    {
      compartment: 'internal',
      sequence: 2,
      hash: '',
      author: omar,
      readOn: null,
      content: {
        kind: 'note',
        at: moment(-14),
        text: 'Asked finance for the invoices of the harbour contract since March, among many others.',
        files: [],
      },
    },
  ];
  if (id === 'lost') made.push(unreadable(reporter, 'does_not_open'));
  if (id === 'past') made.push(unreadable(omar, 'missing_entry'));
  if (facts?.state === 'closed') {
    made.push({
      compartment: 'dialogue',
      sequence: 6,
      hash: '',
      author: hanna,
      readOn: null,
      content: {
        kind: 'closure',
        at: moment(-40),
        outcome: facts.outcome ?? 'minor',
        text: 'We have looked at the invoices of the year. What you saw was right in part; the manager has been moved.',
        files: [],
      },
    });
  }
  entries.set(id, made);
  return made;
}

const access = new Map<string, string[]>();

function viewOf(id: string): HandlerCaseView {
  const facts = rows.get(id);
  if (facts === undefined) throw Object.assign(new Error(id), { code: 'case_not_found' });
  const allowed =
    access.get(id) ?? (id === 'let-in' ? ['hanna', 'vera', 'omar'] : ['hanna', 'vera']);
  access.set(id, allowed);
  const view: HandlerCaseView = {
    ...facts,
    unread: false,
    writable: 'yes',
    departed: [],
    entries: entriesOf(id),
    access: accessOf(id, allowed),
    readers: readers.filter((reader) => allowed.includes(reader.id)),
    grantable: personsOf(
      ['omar'].filter((each) => !allowed.includes(each) && !leftOut.get(id)?.includes(each)),
    ),
    warnings: [],
    ...(renewed.has(id) ? { fault: null } : troubleOf(id, facts)),
  };
  rows.set(id, { ...facts, unread: false });
  return view;
}

function add(id: string, compartment: 'dialogue' | 'internal', content: unknown): void {
  const list = entriesOf(id);
  list.push({
    compartment,
    sequence: list.length + 3,
    hash: '',
    author: hanna,
    readOn: null,
    content: content as EntryView['content'],
  });
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
      words: ['acid', 'bamboo', 'camera', 'dolphin', 'elbow', 'fossil', 'ginger', 'hockey'],
      authentic: scenario === 'warnings' ? false : true,
      handlerSigned: scenario === 'administrator',
    },
  ],
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

const kit =
  'abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress actual'.split(
    ' ',
  );
const secrets = { passphrase: kit.slice(3, 10), recoveryWords: kit };
if (scenario === 'many') {
  for (let number = 0; number < 3000; number += 1) {
    const id = `many-${number.toString()}`;
    rows.set(
      id,
      row({ id, title: `Case ${number.toString()}`, ...(number % 3 === 0 ? closed(-5, 700) : {}) }),
    );
  }
}

const drafts = new Map<string, Draft>();
const contents = new Map<string, () => Uint8Array<ArrayBuffer>>([
  ['not what it says.png', () => new TextEncoder().encode('<svg onload="alert(1)"/>')],
  ['schema-mars.pdf', samplePdf],
  ['grind 3.png', samplePng],
  [
    'anteckningar.txt',
    () => new TextEncoder().encode('Natt till tisdag: en väktare.\n<script>alert(1)</script>\n'),
  ],
]);

const refuse = (code: string): never => {
  throw Object.assign(new Error(code), { code });
};

const api: DeskApi = {
  installation: () =>
    Promise.resolve({
      installation: 'x',
      state: scenario === 'set-up' ? 'empty' : 'ready',
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
    const part = scenario === 'administrator' ? 'administrator' : 'handler';
    return {
      id: part === 'handler' ? 'hanna' : 'anna',
      name,
      part,
      oneTimeCode: false,
      mail: null,
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
  directoryChanges: () => Promise.resolve(scenario === 'warnings' ? changes : []),
  retention: () => Promise.resolve([{ channel: 'channel', terms, shorterFrom: day(90) }]),
  readiness: () => Promise.resolve([{ channel: 'channel', readers: 3, practiceRead: false }]),
  updateChannel: (id, change) => {
    const { retentionMonths: months } = change;
    if (months !== undefined && months < 24) {
      terms = [
        { months: 24, from: null },
        { months, from: day(90) },
      ];
    }
    directory = {
      ...directory,
      channels: directory.channels.map((each) => (each.id === id ? { ...each, ...change } : each)),
    };
    return Promise.resolve(directory);
  },
  publish: () => Promise.resolve(directory),
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
    add(id, 'dialogue', {
      ...message,
      at: new Date().toISOString(),
      files: files.map(({ name, type, size }) => file(name, type, size)),
    });
    if (message.kind === 'acknowledgement') rows.set(id, { ...facts, acknowledgedOn: day(0) });
    if (message.kind === 'feedback') rows.set(id, { ...facts, feedbackOn: day(0) });
    if (message.kind === 'closure') {
      rows.set(id, {
        ...facts,
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
  note: async (id, text, _files, onProgress) => {
    onProgress({ step: 'sending' });
    await pause(50);
    add(id, 'internal', { kind: 'note', at: new Date().toISOString(), text, files: [] });
    return viewOf(id);
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
  rename: (id, title) => {
    const facts = rows.get(id);
    if (facts !== undefined) rows.set(id, { ...facts, title });
    return Promise.resolve(viewOf(id));
  },
  grant: (id, reader) => {
    access.set(id, [...(access.get(id) ?? []), reader]);
    return Promise.resolve(viewOf(id));
  },
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
  search: (query, onProgress) => {
    onProgress(rows.size);
    const found = [...rows.values()].filter(({ title }) =>
      title.toLowerCase().includes(query.toLowerCase()),
    );
    return Promise.resolve(found.map(({ id, title }) => ({ id, excerpts: [`… ${title} …`] })));
  },
  members: () => Promise.resolve(members),
  invite: () => Promise.resolve({ fragment: 'x'.repeat(60) }),
  withdrawInvitation: () => Promise.resolve(),
  readInvitation: (fragment) =>
    fragment === 'used'
      ? refuse('invitation_not_found')
      : Promise.resolve({
          shownName: 'Siv Norén',
          organisation: directory.organisation.names,
          channel: directory.channels[0]?.names ?? {},
          fingerprint: directory.fingerprint,
        }),
  prepareJoining: () => Promise.resolve({ ...secrets, words: members.admissions[0]?.words ?? [] }),
  finishJoining: async (_fragment, { name }) => {
    await pause(100);
    if (name === 'taken') refuse('name_taken');
  },
  admit: () => Promise.resolve(),
  refuse: () => Promise.resolve(),
  prepareRecoveryOfficer: () => Promise.resolve({ words: kit, fingerprint: kit.slice(0, 8) }),
  proposeRecoveryOfficer: () => pause(100),
  remove: () => Promise.resolve(),
  audit: () => (scenario === 'ended' ? refuse('sign_in_needed') : Promise.resolve([...log])),
  verifyAudit: () =>
    Promise.resolve(
      scenario === 'warnings'
        ? { checked: 30, broken: [{ caseId: 'a', sequence: 4 }] }
        : { checked: 30, broken: [] },
    ),
  readPaper: (text) => {
    const words = text.trim().split(/\s+/);
    if (words.length !== 24) return { faults: [{ code: 'word_count', found: words.length }] };
    return { words };
  },
  draft: (id) => drafts.get(id) ?? null,
  keepDraft: (id, draft) => {
    if (draft === null) drafts.delete(id);
    else drafts.set(id, draft);
  },
};

serve(self, api);
