import {
  makeEpochEntry,
  newEpochKey,
  recordHashOf,
  sealEntry,
  sealGrant,
  sealOverview,
  sealPreviousKey,
  directoryHash,
  fromBase64,
  isInternal,
  newOverview,
  sign,
  signedFields,
  toBase64,
  type AttachmentId,
  type CaseId,
  type Compartment,
  type Day,
  type DeskCase,
  type Entry,
  type EntryContent,
  type EntryPlace,
  type EpochKey,
  type Erases,
  type Grant,
  type GuestTerms,
  type HandlerAppend,
  type Member,
  type NewEntry,
  type ReaderId,
  type RecordHash,
  type SealedEntry,
  type SealedOverview,
  type WorkId,
} from '../../crypto/private.js';
import { ask, type Answer } from './api.js';
import {
  admitHandler,
  askAs,
  newestDirectory,
  publish,
  setUpDesk,
  type TestDesk,
  type TestPerson,
} from './desk.js';
import { makeReport, type TestReport } from './report.js';
import type { TestServer } from './server.js';

/** A desk with two handlers and a published channel; every request can be altered. */
export interface CaseWork extends TestDesk {
  readonly second: TestPerson;
  /** Sends a report to these handlers. */
  report(readers?: readonly TestPerson[], practice?: boolean): Promise<WorkedCase>;
}

/** A case with the keys that its members have. */
export interface WorkedCase {
  readonly id: CaseId;
  readonly report: TestReport;
  /**
   * Entries, grants and overview of a request, sealed as an honest client does.
   *
   * @param by a handler who reads the case, where the author is none.
   */
  draft(author: TestPerson, by?: TestPerson): Promise<Draft>;
  append(author: TestPerson, request: Partial<HandlerAppend>): Promise<Answer>;
  /** Seals one entry and sends it, with what belongs to its kind. */
  say(author: TestPerson, content: EntryContent, more?: Partial<HandlerAppend>): Promise<Answer>;
  read(reader: TestPerson): Promise<DeskCase>;
}

/** What an entry about erasing names, and where it stands. */
export interface Erasing {
  readonly compartment: Compartment;
  readonly erases: Erases;
}

/** Who is to belong to an epoch, and for a guest how far. */
export interface TestMember {
  readonly id: string;
  readonly guest?: GuestTerms;
}

/** A request in the making. */
export interface Draft {
  readonly request: HandlerAppend;
  /** `erasing` is what an entry about erasing names, and where it stands. */
  say(content: EntryContent, erasing?: Erasing): Draft;
  /** Opens the next epoch of a compartment; perhaps as who declares a conflict with it. */
  rotate(compartment: Compartment, readers: readonly TestMember[], recuses?: boolean): Draft;
  overview(compartment?: Compartment): SealedOverview;
}

export const at = '2026-03-02T10:00:00.000Z';
const WORK = 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId;
/** Contents of each kind that a handler writes. */
export const contents = {
  reply: { kind: 'reply', at, text: 'We read it.', files: [] },
  feedback: { kind: 'feedback', at, text: 'We acted.', files: [] },
  reopening: { kind: 'reopening', at, text: 'We look again.', files: [] },
  closure: { kind: 'closure', at, outcome: 'unsubstantiated', text: 'We close it.', files: [] },
  transcript: {
    kind: 'transcript',
    at,
    id: WORK,
    form: 'unrecorded_call',
    version: 1,
    heldOn: '2026-03-01' as Day,
    by: '2026-03-16' as Day,
    text: 'You said that invoices were too high.',
  },
  meetingProposal: {
    kind: 'meeting_proposal',
    at,
    id: WORK,
    options: [
      {
        form: 'in_person',
        day: '2026-03-09' as Day,
        time: '14:30',
        zone: 'Europe/Stockholm',
        place: 'Library, room 3',
      },
    ],
    text: '',
  },
  meetingCancellation: { kind: 'meeting_cancellation', at, id: WORK, text: '' },
  meetingHeld: { kind: 'meeting_held', at, id: WORK, on: '2026-03-09' as Day, state: 'held' },
  identityDisclosure: {
    kind: 'identity_disclosure',
    at,
    id: WORK,
    basis: 'consent',
    to: 'Police',
    what: 'The name',
    text: 'They want to hear a witness.',
    files: [],
  },
  note: { kind: 'note', at, text: 'Ask finance.', files: [] },
  secrecy: { kind: 'secrecy', at, until: '2026-04-30' as Day, text: 'I keep it secret.' },
  decision: { kind: 'decision', at, decision: 'nothing_further', text: '' },
  identityRequest: {
    kind: 'identity_request',
    at,
    id: WORK,
    fields: ['name'],
    reason: 'A witness is to be heard.',
    key: 'A'.repeat(43),
  },
  progress: { kind: 'progress', at, progress: 'assessment', detail: 'First look', text: '' },
  labels: { kind: 'labels', at, labels: ['north'] },
  responsible: { kind: 'responsible', at, readers: [], text: '' },
  task: {
    kind: 'task',
    at,
    id: WORK,
    name: 'Ask finance.',
    due: '2026-03-09' as Day,
    reader: null,
    state: 'open',
  },
  link: { kind: 'link', at, case: 'A'.repeat(43) as CaseId, relation: 'follows', state: 'linked' },
  person: {
    kind: 'person',
    at,
    id: WORK,
    name: 'Kim Berg',
    part: 'concerned',
    text: '',
    state: 'present',
  },
  personInformed: {
    kind: 'person_informed',
    at,
    person: WORK,
    state: 'deferred',
    day: '2026-06-01' as Day,
    text: 'Evidence could be lost.',
  },
  personHeard: {
    kind: 'person_heard',
    at,
    id: WORK,
    person: WORK,
    form: 'hearing',
    on: '2026-03-09' as Day,
    text: 'Saw nothing.',
  },
  personExtract: {
    kind: 'person_extract',
    at,
    id: WORK,
    person: WORK,
    text: 'It was said that invoices were too high.',
    givenOn: null,
  },
  personOutcome: { kind: 'person_outcome', at, person: WORK, on: '2026-04-01' as Day, text: '' },
  disclosure: {
    kind: 'disclosure',
    at,
    id: WORK,
    recipient: 'Police',
    ground: 'Criminal investigation.',
    scope: 'The report without its files.',
    on: '2026-03-09' as Day,
    state: 'made',
  },
  recipientTold: {
    kind: 'recipient_told',
    at,
    disclosure: WORK,
    change: WORK,
    state: 'told',
    on: '2026-03-10' as Day,
    text: '',
  },
  request: {
    kind: 'request',
    at,
    id: WORK,
    right: 'access',
    by: 'named',
    name: 'Kim Berg',
    identified: 'Passport shown.',
    receivedOn: '2026-03-02' as Day,
    text: '',
    state: 'made',
  },
  requestExtended: {
    kind: 'request_extended',
    at,
    request: WORK,
    on: '2026-03-20' as Day,
    text: 'Many files.',
  },
  requestAnswered: {
    kind: 'request_answered',
    at,
    request: WORK,
    answer: 'partly',
    on: '2026-04-01' as Day,
    text: 'Not what shows who reported.',
    toldOfRemedies: true,
  },
  money: { kind: 'money', at, currency: 'EUR', damage: 120_000, recovered: 5000 },
  counted: { kind: 'counted', at, tag: 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId, number: 1 },
  extension: { kind: 'extension', at, by: '2026-08-31' as Day, text: 'Abroad.' },
  acknowledgement_waived: {
    kind: 'acknowledgement_waived',
    at,
    reason: 'declined',
    text: 'Said so.',
  },
  further_feedback: {
    kind: 'further_feedback',
    at,
    askedOn: '2026-03-02' as Day,
    months: 3,
    state: 'asked',
  },
  confirmation: {
    kind: 'confirmation',
    at,
    id: 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId,
    askedOn: '2026-03-02' as Day,
    by: '2026-03-09' as Day,
    state: 'asked',
  },
  hold: {
    kind: 'hold',
    at,
    ground: 'court',
    reference: 'T 1-26',
    decidedBy: 'The board',
    scope: 'All of it.',
    review: '2026-09-01' as Day,
  },
  release: { kind: 'release', at, text: 'The court has decided.' },
  restriction: {
    kind: 'restriction',
    at,
    id: WORK,
    ground: 'accuracy',
    text: 'A witness contests it.',
    review: '2026-04-01' as Day,
  },
  unrestriction: { kind: 'unrestriction', at, text: 'The witness was told.' },
  correctionOfFile: {
    kind: 'correction',
    at,
    id: WORK,
    of: { compartment: 'dialogue', sequence: 2 },
    part: { after: null, passages: [], files: ['A'.repeat(22) as AttachmentId] },
    ground: 'outdated',
    text: 'The bill was replaced in May.',
  },
  correction: {
    kind: 'correction',
    at,
    id: WORK,
    of: { compartment: 'dialogue', sequence: 2 },
    part: { after: null, passages: [{ field: 'text', from: 0, to: 4 }] },
    ground: 'inaccurate',
    text: 'It was two guards.',
  },
  part_restriction: {
    kind: 'part_restriction',
    at,
    id: WORK,
    of: { compartment: 'internal', sequence: 2 },
    part: { after: 4, passages: [{ field: 'text', from: 0, to: 4 }], files: [] },
    ground: 'accuracy',
    text: 'A witness contests it.',
    review: '2026-04-01' as Day,
  },
  part_unrestriction: {
    kind: 'part_unrestriction',
    at,
    id: WORK,
    text: 'The witness was told.',
    last: true,
  },
  removal_proposal: {
    kind: 'removal_proposal',
    at,
    id: WORK,
    ground: 'archive',
    decidedBy: 'The head of the archive',
    archive: 'City archive',
    reference: 'G 3',
    text: 'By the plan for disposal.',
  },
  removal_declined: { kind: 'removal_declined', at, text: 'Not yet.' },
  removal: { kind: 'removal', at, of: 'A'.repeat(43) as RecordHash, received: 'Letter 7' },
  still_needed: { kind: 'still_needed', at, text: 'A claim.', review: '2026-09-01' as Day },
  export: {
    kind: 'export',
    at,
    id: WORK,
    form: 'whole',
    text: 'For the prosecutor.',
    disclosure: WORK,
    state: 'made',
  },
  exportConfirmed: {
    kind: 'export_confirmed',
    at,
    of: 'A'.repeat(43) as RecordHash,
    answer: 'no',
    text: 'Ask the reporter first.',
  },
  remains: {
    kind: 'remains',
    at,
    of: 3,
    content: { kind: 'message', at: '2026-03-02' as Day, text: 'He said […].', files: [] },
  },
  noteRemains: {
    kind: 'note_remains',
    at,
    of: 3,
    content: { kind: 'note', at, text: 'Ask […].', files: [] },
  },
  remainsOfClosure: {
    kind: 'remains',
    at,
    of: 4,
    content: { kind: 'closure', at, outcome: 'unsubstantiated', text: '[…] left.', files: [] },
  },
  noteRemainsOfHold: {
    kind: 'note_remains',
    at,
    of: 4,
    content: {
      kind: 'hold',
      at,
      ground: 'court',
      reference: '',
      decidedBy: '[…]',
      scope: '[…]',
      review: '2026-09-01' as Day,
    },
  },
  erasureProposal: {
    kind: 'erasure_proposal',
    at,
    id: WORK,
    ground: 'irrelevant',
    text: 'Private.',
  },
  erasure: { kind: 'erasure', at, id: WORK, ground: 'irrelevant', text: 'Private.' },
  erasureDeclined: { kind: 'erasure_declined', at, text: 'It matters.' },
} satisfies Record<string, EntryContent>;

/** A sealed entry with another header, signed by its author again: it no longer opens. */
export function signedAnew(
  entry: SealedEntry,
  change: Partial<SealedEntry['header']>,
  secretKey: Uint8Array,
): SealedEntry {
  const changed = { ...entry, header: { ...entry.header, ...change } };
  const signature = toBase64(sign(secretKey, 'entry', ...signedFields(changed)));
  return { ...changed, signature };
}

const nothing: HandlerAppend = {
  entries: [],
  grants: [],
  overview: null,
  attachments: [],
  statistics: [],
};

function memberOf(person: TestMember, { directory }: { directory: Directories }): Member {
  const reader = directory.readers.find(({ record }) => record.id === person.id);
  if (reader === undefined) throw new Error('not a reader');
  const { id, kem, sig } = reader.record;
  return { id, kem, sig, ...(person.guest && { guest: person.guest }) };
}

type Directories = Awaited<ReturnType<typeof newestDirectory>>['directory'];

/** Sets a server up for case work: two handlers, and a channel that was practised and published. */
export async function startCaseWork(server: TestServer): Promise<CaseWork> {
  const desk = await setUpDesk(server);
  const second = await admitHandler(desk, 'olle');
  const report = async (
    readers: readonly TestPerson[] = [desk.handler, second],
    practice = false,
  ): Promise<WorkedCase> => sendReport(desk, readers, practice);
  const practised = await report([desk.handler, second], true);
  await askAs(desk, desk.handler, 'PUT', `/api/desk/cases/${practised.id}/opened`, {
    keys: [],
    head: null,
    through: 2,
  });
  const answer = await publish(desk, (directory) => ({
    ...directory,
    channels: directory.channels.map((channel) => ({ ...channel, published: true })),
  }));
  if (answer.status !== 204) throw new Error(`publishing: ${answer.text}`);
  return { ...desk, second, report };
}

async function sendReport(
  desk: TestDesk,
  readers: readonly TestPerson[],
  practice: boolean,
): Promise<WorkedCase> {
  const { directory, signed } = await newestDirectory(desk);
  const hash = directoryHash(fromBase64(signed.document));
  const [channel] = directory.channels;
  if (channel === undefined) throw new Error('no channel');
  const members = readers.map((person) => memberOf(person, { directory }));
  const made = makeReport(
    { channel, directory, hash, readers: members.map((member) => ({ member })) },
    {},
  );
  if (made.request.practice !== practice) throw new Error('the channel says otherwise');
  const sent = await ask(desk.server, 'POST', '/api/cases', { json: made.request });
  if (sent.status !== 201) throw new Error(`report: ${sent.text}`);
  return workedCase(desk, made);
}

function workedCase(desk: TestDesk, report: TestReport): WorkedCase {
  const id = report.keys.caseId;
  /** Newest key of each compartment, as any member has it. */
  const keys = new Map<Compartment, EpochKey>([['dialogue', report.epoch]]);
  const path = `/api/desk/cases/${id}`;

  const worked: WorkedCase = {
    id,
    report,

    async read(reader) {
      const answer = await askAs(desk, reader, 'GET', path);
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json as DeskCase;
    },

    async draft(author, by = author) {
      const { entries } = await worked.read(by);
      const { directory, signed } = await newestDirectory(desk);
      const named = {
        version: directory.version,
        hash: directoryHash(fromBase64(signed.document)),
      };
      return makeDraft(author, entries, keys, {
        id,
        directory: named,
        reporter: { id: 'reporter', ...report.keys.publicKeys },
        member: (person) => memberOf(person, { directory }),
      });
    },

    append: (author, request) =>
      askAs(desk, author, 'POST', `${path}/entries`, { ...nothing, ...request }),

    async say(author, content, more = {}) {
      const draft = await worked.draft(author);
      if (isInternal(content) && !keys.has('internal')) {
        const { directory } = await newestDirectory(desk);
        const reading = new Set(report.body.members.map((member) => member.id as string));
        const readers = directory.readers.flatMap(({ record }) =>
          reading.has(record.id) ? [{ id: record.id }] : [],
        );
        draft.rotate('internal', readers);
      }
      return worked.append(author, { ...draft.say(content).request, ...more });
    },
  };
  return worked;
}

interface DraftContext {
  readonly id: CaseId;
  readonly directory: { version: number; hash: ReturnType<typeof directoryHash> };
  readonly reporter: Member;
  readonly member: (person: TestMember) => Member;
}

function makeDraft(
  author: TestPerson,
  known: readonly Entry[],
  keys: Map<Compartment, EpochKey>,
  { id, directory, reporter, member }: DraftContext,
): Draft {
  const entries: NewEntry[] = [];
  const grants: Grant[] = [];
  const chainOf = (compartment: Compartment): Entry[] =>
    [...known, ...entries].filter(({ header }) => header.compartment === compartment);
  const place = (compartment: Compartment): EntryPlace => {
    const chain = chainOf(compartment);
    const last = chain.at(-1);
    const dialogue = chainOf('dialogue');
    const isTheirs = ({ header }: Entry): boolean => header.author === 'reporter';
    const newest = compartment === 'dialogue' ? dialogue.findLast(isTheirs) : dialogue.at(-1);
    return {
      author: author.id as ReaderId,
      secretKey: author.keys.sig.secretKey,
      sequence: (last?.header.sequence ?? 0) + 1,
      previous: last === undefined ? null : recordHashOf(last),
      seen: newest === undefined ? null : recordHashOf(newest),
    };
  };
  const keyOf = (compartment: Compartment): EpochKey => {
    const key = keys.get(compartment);
    if (key === undefined) throw new Error('no epoch');
    return key;
  };
  const draft: Draft = {
    get request() {
      return { ...nothing, entries: [...entries], grants: [...grants] };
    },
    say(content, erasing) {
      const compartment = erasing?.compartment ?? (isInternal(content) ? 'internal' : 'dialogue');
      entries.push(sealEntry(keyOf(compartment), place(compartment), content, erasing?.erases));
      return draft;
    },
    rotate(compartment, readers, recuses = false) {
      const before = keys.get(compartment) ?? null;
      const key = newEpochKey({ case: id, compartment, epoch: (before?.epoch ?? 0) + 1 });
      const members = [
        ...(compartment === 'dialogue' ? [reporter] : []),
        ...readers.map((person) => member(person)),
      ];
      const previousKey = before === null ? null : sealPreviousKey(key, before);
      const body = { members, directory, previousKey, ...(recuses && { recuses: true as const }) };
      entries.push(makeEpochEntry(key, place(compartment), body));
      grants.push(...members.map((each) => sealGrant(key, each)));
      keys.set(compartment, key);
      return draft;
    },
    overview: (compartment = 'dialogue') =>
      sealOverview(keyOf(compartment), newOverview({ title: 'Something', category: 'fraud' })),
  };
  return draft;
}
