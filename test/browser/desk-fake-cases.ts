import { caseworkOf } from '../../client/casework/casework.js';
import { exportsOf } from '../../client/casework/exports.js';
import type { Said } from '../../client/casework/said.js';
import type {
  CaseRow,
  EntryView,
  FileReference,
  HandlerCaseView,
  IdentityField,
} from '../../client/models.js';
import type { EntryPlaceInput } from '../../client/desk/erasable.js';
import type { ErasureInput } from '../../client/desk/erasing.js';
import { decide, propose, proposalsOf } from './desk-fake-erasing.js';
import { day, moment, readers, rows, scenario } from './desk-fake-rows.js';

// What stands in the made-up cases that the fake worker of the desk pretends.

/** A file as an entry names it. */
export function file(name: string, type: string, size: number): FileReference {
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

/** Nothing of an entry was erased. */
const intact = { erasure: null, erasedFiles: [] };

const entries = new Map<string, EntryView[]>();

/** Whom the report of a case leaves out. */
export const leftOut = new Map([
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
  ...intact,
  content: { kind: 'unreadable', fault, effect: null },
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
      departed: readersOf(['vera']),
    };
  }
  if (id === 'odd') return { warnings: [{ code: 'wrong_facts' }] };
  return fault === null ? {} : { writable: 'no', warnings: [{ code: fault }] };
}

/** Cases whose keys were renewed. */
export const renewed = new Set<string>();

function readersOf(ids: readonly string[]): { id: string; name: string }[] {
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
    readers: readersOf(step),
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
      ...intact,
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
      ...intact,
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
      ...intact,
      content: {
        kind: 'message',
        at: day(-4),
        text: 'I natt var det bara en.',
        files: [
          file('anteckningar.txt', 'text/plain', 912),
          file('not what it says.png', 'image/png', 24),
          file('endless.png', 'image/png', 33),
        ],
      } as unknown as EntryView['content'],
    },
    {
      compartment: 'internal',
      sequence: 2,
      hash: '',
      author: omar,
      readOn: null,
      ...intact,
      content: {
        kind: 'note',
        at: moment(-14),
        text: 'Asked finance for the invoices of the harbour contract since March, among many others.',
        files: [],
      },
    },
  ];
  if (id === 'lost') made.push(unreadable(reporter, 'does_not_open'));
  if (id === 'past') {
    made.push(unreadable(omar, 'missing_entry'));
    const at = moment(-3);
    const said = { at, ground: 'irrelevant', text: '' } as const;
    const erasure = { ...said, sequence: 8, author: hanna, files: 0, alone: false };
    made.push({ ...unreadable(reporter, 'missing_entry'), sequence: 7, erasure });
  }
  if (facts?.state === 'closed') {
    made.push({
      compartment: 'dialogue',
      sequence: 6,
      hash: '',
      author: hanna,
      readOn: null,
      ...intact,
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

/** Who reads a case now, by its id. */
export const access = new Map<string, string[]>();

function saidOf(id: string): Said {
  const of = (wanted: EntryView['compartment']): Said['internal'] =>
    entriesOf(id).flatMap(({ compartment, content }) => (compartment === wanted ? [content] : []));
  const hashes = entriesOf(id).flatMap(({ compartment, hash }) =>
    compartment === 'dialogue' ? [hash] : [],
  );
  return { dialogue: of('dialogue'), internal: of('internal'), hashes };
}

const custodian = { id: 'iris', name: 'Iris Falk' };

/** What was asked about reporters' identities, by case. */
const asked = new Map<string, HandlerCaseView['identity']['requests']>([
  [
    'night',
    [
      {
        id: 'first',
        at: moment(-2),
        by: 'Hanna Ek',
        fields: ['name', 'reach'],
        reason: 'The labour inspectorate wants to hear a witness.',
        state: 'given',
        answer: {
          at: moment(-1),
          by: custodian.name,
          identity: { name: 'Robin Sand', reach: '', relation: null, text: null },
          reason: null,
        },
      },
    ],
  ],
]);

function identityOf(id: string): HandlerCaseView['identity'] {
  return { custodians: [custodian], onlyOneself: false, requests: asked.get(id) ?? [] };
}

/** Notes that the custodian was asked. */
export function askIdentity(id: string, fields: IdentityField[], reason: string): void {
  const request = { id: 'next', at: moment(0), by: 'Hanna Ek', fields, reason, answer: null };
  asked.set(id, [...identityOf(id).requests, { ...request, state: 'waiting' }]);
}

/** Cases that a handler made, by their ids. */
export const origins = new Map<string, HandlerCaseView['origin']>();

/** Guests of cases, by their ids. */
export const guests = new Map<string, HandlerCaseView['readers']>();

function guestsOf(id: string): HandlerCaseView['readers'] {
  return guests.get(id) ?? [];
}

function grantableGuestsOf(id: string): { id: string; name: string }[] {
  const here = guestsOf(id).some((each) => each.id === 'lara');
  return here ? [] : [{ id: 'lara', name: 'Lara Berg' }];
}

/** A case as the engine would show it; it counts as read then. */
export function viewOf(id: string): HandlerCaseView {
  const facts = rows.get(id);
  if (facts === undefined) throw Object.assign(new Error(id), { code: 'case_not_found' });
  const allowed =
    access.get(id) ??
    (id === 'let-in' || scenario === 'two' ? ['hanna', 'vera', 'omar'] : ['hanna', 'vera']);
  access.set(id, allowed);
  const said = saidOf(id);
  const view: HandlerCaseView = {
    ...facts,
    unread: false,
    ...caseworkOf(said),
    requestOutcome: null,
    identity: identityOf(id),
    erasures: proposalsOf(id),
    erasesAlone: { dialogue: 'no', internal: 'no' },
    agreesToRemoval: false,
    origin: origins.get(id) ?? { made: 'reporter' },
    writable: 'yes',
    log: [],
    departed: [],
    entries: entriesOf(id),
    // one count goes through the conversation and the notes here
    exports: exportsOf(entriesOf(id), {
      seen: (sequence) => sequence,
      staysSince: (_, each) => allowed.includes(each),
      person: (each) => each,
    }).map((each) => ({ ...each, own: each.by.id === hanna.id })),
    access: accessOf(id, allowed),
    readers: [...readers.filter((reader) => allowed.includes(reader.id)), ...guestsOf(id)],
    grantable: readersOf(
      ['omar'].filter((each) => !allowed.includes(each) && !leftOut.get(id)?.includes(each)),
    ),
    grantableGuests: grantableGuestsOf(id),
    recused: [],
    warnings: [],
    ...(renewed.has(id) ? { fault: null } : troubleOf(id, facts)),
  };
  rows.set(id, { ...facts, unread: false });
  return view;
}

/** Proposes to erase something. */
export function proposeErasure(id: string, input: ErasureInput): void {
  propose(id, entriesOf(id), input);
  const { ground, text } = input;
  const at = new Date().toISOString();
  add(id, input.compartment, { kind: 'erasure_proposal', at, id: 'e', ground, text });
}

/** Erases what was proposed. */
export function eraseProposed(id: string, place: EntryPlaceInput): void {
  const proposal = decide(id, place);
  if (proposal === null) return;
  const { compartment, ground, text, of, files } = proposal;
  const at = new Date().toISOString();
  const entry = entriesOf(id).find(
    (each) => each.compartment === compartment && each.sequence === of,
  );
  if (entry !== undefined) {
    entry.content = proposal.remains ?? { kind: 'erased' };
    const mark = { sequence: 101, author: hanna, at, ground, text, files: files.length };
    entry.erasure = { ...mark, alone: false };
  }
  add(id, compartment, { kind: 'erasure', at, id: 'e', ground, text });
}

/** Declines what was proposed. */
export function declineProposed(id: string, place: EntryPlaceInput, text: string): void {
  decide(id, place);
  add(id, place.compartment, { kind: 'erasure_declined', at: new Date().toISOString(), text });
}

/** Adds what a handler wrote. */
export function add(
  id: string,
  compartment: 'dialogue' | 'internal',
  content: unknown,
  author: EntryView['author'] = hanna,
): void {
  const list = entriesOf(id);
  list.push({
    compartment,
    sequence: list.length + 3,
    hash: `hash ${String(list.length)}`,
    author,
    readOn: null,
    ...intact,
    content: content as EntryView['content'],
  });
}
