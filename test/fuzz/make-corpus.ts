import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import {
  answeredForm,
  AttachmentId,
  readReceipt,
  receiptCommitment,
  recordHashOf,
  toBase64,
  toJsonBytes,
  writeReceipt,
  type EntryContent,
  newOverview,
} from '../../crypto/private.js';
import { contents } from '../support/casework.js';
import { makeCase, message, note, reply, reportContent } from '../support/case.js';
import { makeExport } from '../support/export.js';
import { makeOrganisation } from '../support/organisation.js';
import { allTypes } from '../support/questions.js';

/**
 * Writes the valid documents of the corpus anew, by the project's own code, with new keys. What
 * attacks found stands beside them and is not touched. Run by hand: `npx tsx test/fuzz/make-corpus.ts`.
 */
const folder = fileURLToPath(new URL('corpus/', import.meta.url));

async function keep(kind: string, name: string, document: unknown): Promise<void> {
  await mkdir(folder + kind, { recursive: true });
  await writeFile(`${folder}${kind}/${name}`, toJsonBytes(document));
}

const organisation = await makeOrganisation();
const [first, second] = organisation.readers;
if (first === undefined || second === undefined) throw new Error('two readers');
const made = makeCase(organisation);
made.say(first, reply('We read it.'));
made.say('reporter', message('One more thing.'));
made.rotate(first, 'internal', [first, second]);
made.say(first, note('Ask finance.'));
made.rotate(first, 'dialogue', [first]);
made.rotate(first, 'internal', [first]);
made.say(first, { ...contents.closure });
const opened = made.open(first);
if (opened.faults.length > 0) throw new Error(opened.faults.join());

const file = {
  attachment: 'A'.repeat(22),
  key: 'A'.repeat(43),
  hash: 'A'.repeat(43),
  chunks: 1,
  name: 'notes.txt',
  type: 'text/plain',
  size: 9,
};
const written: Record<string, EntryContent> = {
  report: reportContent(organisation, [second]),
  message: message('One more thing.'),
  ...contents,
};
for (const [name, content] of Object.entries(written))
  await keep('contents', `${name}.json`, content);
await keep('contents', 'message-with-file.json', { ...message('See the file.'), files: [file] });
await keep('contents', 'report-with-answers.json', {
  ...reportContent(organisation),
  answers: { where: { known: true, text: 'In accounting' }, when: { known: false } },
});

await keep('contents', 'report-with-own-questions.json', {
  ...reportContent(organisation),
  files: [file],
  form: answeredForm(allTypes, 'en', [
    { is: 'text', field: 'text', text: 'In accounting' },
    { is: 'files', field: 'file', files: [v.parse(AttachmentId, file.attachment)] },
    { is: 'chosen', field: 'choices', chosen: ['one', 'two'] },
    { is: 'people', field: 'person', people: [{ name: 'Berit', about: '' }] },
  ]),
});

await keep('directories', 'with-own-questions.json', {
  ...organisation.directory,
  channels: organisation.directory.channels.map((channel) => ({
    ...channel,
    questionnaire: allTypes,
  })),
});
await keep('directories', 'first.json', organisation.directory);
await keep('directories', 'with-one-who-left.json', {
  ...organisation.directory,
  version: 2,
  previous: organisation.hash,
  readers: organisation.directory.readers.map((reader, index) =>
    index === 1 ? { ...reader, state: 'left' } : reader,
  ),
});
const terms = { until: '2026-04-30', write: true, save: false };
await keep('epoch-bodies', 'with-a-guest.json', {
  members: [first.member, { ...second.member, guest: terms }],
  directory: { version: 1, hash: organisation.hash },
  previousKey: null,
});
for (const compartment of ['dialogue', 'internal'] as const) {
  const { epochs } = made.chain(compartment);
  for (const [index, { body }] of epochs.entries()) {
    await keep('epoch-bodies', `${compartment}-${String(index + 1)}.json`, body);
    if (compartment === 'dialogue' && index === 1) {
      await keep('epoch-bodies', 'recusal.json', { ...body, recuses: true });
    }
  }
}
await keep('overviews', 'new.json', newOverview({ title: 'Something', category: 'fraud' }));
await keep('overviews', 'closed.json', {
  ...newOverview({ title: 'Något …', category: 'unknown' }),
  acknowledgedOn: '2026-03-02',
  feedbackOn: '2026-03-05',
  outcome: 'spam',
});
await keep('statistics', 'closed.json', {
  tag: 'AAAAAAAAAAAAAAAAAAAAAA',
  number: 2,
  received: 2026,
  closed: 2027,
  category: 'fraud',
  relation: 'worker',
  outcome: 'substantiated',
  daysToAcknowledgement: 0,
  daysToFeedback: null,
  money: { currency: 'EUR', damage: 120_000, recovered: null },
});
await keep('statistics', 'reopened.json', {
  tag: 'AAAAAAAAAAAAAAAAAAAAAA',
  number: 3,
  received: 2026,
  closed: 2027,
  category: 'unknown',
  relation: 'not_said',
  outcome: null,
  daysToAcknowledgement: null,
  daysToFeedback: null,
  money: null,
});
const hash = organisation.hash;
await keep('heads', 'both.json', {
  dialogue: { sequence: 3, hash },
  internal: { sequence: 1, hash },
  readThrough: 2,
});
await keep('audit', 'opened.json', {
  at: '2026-03-02T10:00:00.000Z',
  action: 'opened',
  actor: null,
  details: { through: 2, note: 'x' },
});
await keep('handbooks', 'second.json', {
  v: 1,
  installation: 'CQoLDA0ODxAREhMUFRYXGA',
  number: 2,
  date: '2026-03-02',
  previous: 'rC1Ikkpvc5f821kleWtkB10qkHMfsjzR9YzHHvgLEPY',
  contents: 'rC1Ikkpvc5f821kleWtkB10qkHMfsjzR9YzHHvgLEPY',
});
await keep('handbook-contents', 'one-of-each.json', {
  v: 1,
  stages: [{ progress: 'waiting', names: { en: 'Expert asked', sv: 'Sakkunnig tillfrågad' } }],
  labels: ['Site north'],
  texts: [
    { state: 'changed', purpose: 'feedback', texts: { sv: 'Så gick det.' } },
    { state: 'removed', purpose: 'refusal' },
    { state: 'added', purpose: 'question', name: 'Places', texts: { en: 'Where? [place]' } },
  ],
});
await keep('absences', 'with-substitute.json', {
  from: '2026-03-02',
  until: '2026-03-09',
  substitute: 'CQoLDA0ODxAREhMUFRYXGA',
});
await keep('shelves', 'draft-and-filter.json', {
  v: 1,
  drafts: [
    {
      key: 'AAAA reply',
      at: '2026-03-02T10:00:00.000Z',
      draft: { kind: 'reply', text: 'We …', outcome: null, files: 0, fields: { due: '' } },
    },
    { key: 'gone', at: '2026-03-02T10:00:00.000Z', draft: null },
  ],
  filters: [
    {
      name: 'Mine',
      at: '2026-03-02T10:00:00.000Z',
      filter: {
        state: 'open',
        category: null,
        channel: null,
        status: null,
        label: null,
        unread: false,
        mine: true,
        standingIn: false,
        practice: 'all',
        query: 'north',
      },
    },
  ],
  desks: [
    { address: 'https://north.example', at: '2026-03-02T10:00:00.000Z', name: 'North' },
    { address: 'https://gone.example', at: '2026-03-02T10:00:00.000Z', name: null },
  ],
});
const reader = 'CQoLDA0ODxAREhMUFRYXGA';
const signatureOf = 'A'.repeat(86);
await keep('rosters', 'one-in-one-out.json', {
  terms: { channel: reader, since: 2, added: [reader], removed: ['AAAAAAAAAAAAAAAAAAAAAA'] },
  administrator: reader,
  administratorSignature: signatureOf,
  handler: reader,
  handlerSignature: signatureOf,
});
await keep('retentions', 'with-a-conflict.json', {
  clauses: [
    { kind: 'at_least', months: 24, anchor: 'year_end' },
    { kind: 'keep_then_delete', months: 12, anchor: 'closure' },
  ],
  wins: 'longer',
  shorter: [{ of: 'spam', months: 1, anchor: 'closure' }],
  preset: 'SE',
  decidedFor: ['SE', 'FI'],
  reason: 'Bookkeeping',
});
await keep('questionnaires', 'all-types.json', allTypes);
const asked = { fields: ['name'], reason: 'A witness is to be heard.' };
const at = '2026-03-02T10:00:00.000Z';
const key = 'A'.repeat(43);
await keep('identities', 'block.json', {
  kind: 'identity',
  at: '2026-03-02',
  name: 'Åsa',
  reach: '',
  relation: '',
  text: '',
});
await keep('identities', 'opening.json', {
  kind: 'identity_opening',
  at,
  request: reader,
  askedBy: reader,
  ...asked,
});
await keep('ceremonies', 'handlers-left.json', {
  terms: {
    v: 1,
    installation: reader,
    id: reader,
    officer: reader,
    ground: 'left',
    on: '2026-03-02',
    to: ['AAAAAAAAAAAAAAAAAAAAAA'],
    lost: [reader],
  },
  asked: { by: reader, signature: signatureOf },
  agreed: { by: 'AAAAAAAAAAAAAAAAAAAAAA', signature: signatureOf },
});
await keep('identity-questions', 'name.json', { v: 1, at, by: reader, ...asked, key });
await keep('identity-answers', 'given.json', {
  v: 1,
  state: 'given',
  at,
  by: reader,
  opening: key,
  identity: { name: 'Åsa', reach: null, relation: null, text: '' },
});
await keep('identity-answers', 'refused.json', {
  v: 1,
  state: 'refused',
  at,
  by: reader,
  reason: 'Not needed.',
});
await keep('contents', 'disclosureElsewhere.json', {
  ...contents.disclosure,
  identity: { basis: 'elsewhere', how: 'told', on: '2026-03-02', text: 'By letter.' },
});
await keep('contents', 'consent.json', {
  kind: 'consent',
  at: '2026-03-02',
  request: key,
  answer: 'withdraw',
});
const header = {
  version: 1,
  case: key,
  compartment: 'internal',
  sequence: 7,
  epoch: 2,
  author: reader,
  previous: key,
  seen: key,
  commitment: key,
  form: 'sealed',
};
await keep('headers', 'removal.json', { ...header, effect: 'propose_removal' });
await keep('headers', 'erasing.json', {
  ...header,
  effect: 'erase',
  erases: { entries: [{ sequence: 3, hash: key }], files: [reader], remains: null },
});
await keep('guest-terms', 'read-alone.json', { until: '2026-04-30', write: false, save: true });
await keep('audit-heads', 'one.json', {
  v: 1,
  kind: 'audit heads',
  installation: 'CQoLDA0ODxAREhMUFRYXGA',
  day: '2026-03-02',
  heads: [
    {
      account: 'CQoLDA0ODxAREhMUFRYXGA',
      scope: 'organisation',
      sequence: 2,
      hash: 'rC1Ikkpvc5f821kleWtkB10qkHMfsjzR9YzHHvgLEPY',
      day: '2026-01-03',
      signature:
        'ccn5BNMSvNBonI5gnOcDjDfPkBo-QlF3F5f9gvZD4K8WJHC9J2chMDl1zQ6N397c7JaRDk8Sq-tY2kmm_7NSBQ',
    },
  ],
});
const report = made.entries[1];
if (report === undefined) throw new Error('a case begins with a report');
const claim = {
  installation: organisation.directory.installation,
  day: organisation.directory.date,
  practice: false,
  commitment: receiptCommitment(made.keys.caseId, recordHashOf(report), made.keys.receiptSalt),
};
const signature = 'A'.repeat(86);
await keep(
  'receipts',
  'unsigned.json',
  readReceipt(writeReceipt(made.keys, recordHashOf(report), claim, signature)),
);
await keep('cases', 'closed.json', {
  words: made.words,
  reader: {
    id: first.record.id,
    publicKey: toBase64(first.kem.publicKey),
    secretKey: toBase64(first.kem.secretKey),
  },
  reporter: made.keys.publicKeys,
  directory: organisation.signed,
  entries: made.entries,
  grants: made.grants,
});

await mkdir(`${folder}exports`, { recursive: true });
await writeFile(`${folder}exports/whole.zip`, await (await makeExport()).archive());
