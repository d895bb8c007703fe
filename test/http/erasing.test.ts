import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  HandlerAppend,
  recordHashOf,
  reporterKeys,
  utf8,
  type Entry,
  type RecordPlace,
} from '../../crypto/private.js';
import { caseText } from '../../client/cli/show.js';
import type { ErasureInput } from '../../client/desk/erasing.js';
import type { HandlerCaseView } from '../../client/models.js';
import { resignedBy } from '../support/case.js';
import { collect, fileOf, silent } from '../support/fixtures.js';
import { searchRaw } from '../support/forensic.js';
import { altering, keysOf } from '../support/hostile.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { waiting } from '../support/waiting.js';

/*
 * Two handlers erase words and files of a case; its reporter returns. What was erased is nowhere any
 * more, and everybody can still verify the case.
 */

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function newCase(text: string): Promise<{ words: string[]; id: string }> {
  const { words } = await installation.report({ text });
  return { words, id: reporterKeys(words).caseId };
}

const why = { ground: 'irrelevant', text: 'It was private.' } as const;

function whole(sequence: number, compartment: 'dialogue' | 'internal' = 'dialogue'): ErasureInput {
  return { compartment, sequence, whole: true, passages: [], files: [], ...why };
}

function passage(
  sequence: number,
  text: string,
  words: string,
  files: string[] = [],
): ErasureInput {
  const from = text.indexOf(words);
  const passages = words === '' ? [] : [{ field: 'text', from, to: from + words.length }];
  return { compartment: 'dialogue', sequence, whole: false, passages, files, ...why };
}

async function erase(id: string, input: ErasureInput): Promise<HandlerCaseView> {
  const { erasures } = await hanna.desk.proposeErasure(id, input);
  const proposal = erasures.at(-1);
  if (proposal === undefined) throw new Error('nothing waits');
  return harald.desk.erase(id, proposal, '');
}

/** Bodies of the entries of a case as the database has them. */
async function bodies(id: string): Promise<Map<string, Buffer>> {
  const rows = await installation.server
    .db('entries')
    .where({ case_id: id })
    .whereNotNull('body')
    .select<{ compartment: string; sequence: number; body: Buffer }[]>();
  return new Map(rows.map((row) => [`${row.compartment} ${String(row.sequence)}`, row.body]));
}

function found(bytes: Buffer | undefined): number {
  if (bytes === undefined) throw new Error('no body');
  return searchRaw(installation.server.config.database, [bytes]).windowsFound(1);
}

const shown = ({ entries }: Pick<HandlerCaseView, 'entries'>, sequence: number) =>
  entries.find((entry) => entry.compartment === 'dialogue' && entry.sequence === sequence);

describe('a whole entry', () => {
  let words: string[];
  let id: string;

  beforeAll(async () => {
    ({ words, id } = await newCase('Invoices do not fit.'));
    await installation.newReporter().send(words, 'Kim Berg has an illness.', [], silent);
  });

  it('is erased by a second handler and no earlier, in the file and its journal too', async () => {
    const before = await bodies(id);
    const proposed = await hanna.desk.proposeErasure(id, whole(3));
    expect(proposed.erasures).toMatchObject([{ of: 3, mine: true, remains: null, fault: null }]);
    expect(shown(proposed, 3)?.content).toMatchObject({ text: 'Kim Berg has an illness.' });
    const [own] = proposed.erasures;
    if (own === undefined) throw new Error('nothing waits');
    await expect(hanna.desk.erase(id, own, '')).rejects.toMatchObject({
      code: 'erasure_unconfirmed',
    });
    expect(found(before.get('dialogue 3'))).toBeGreaterThan(0);
    const { erasures } = await harald.desk.openCase(id);
    const [proposal] = erasures;
    if (proposal === undefined) throw new Error('nothing waits');
    expect(proposal).toMatchObject({ mine: false, by: hanna.id, ...why });
    const after = await harald.desk.erase(id, proposal, '');
    expect(found(before.get('dialogue 3'))).toBe(0);
    expect(found(before.get('dialogue 2'))).toBeGreaterThan(0);
    expect(after.erasures).toEqual([]);
    expect(after.warnings).toEqual([]);
    expect(shown(after, 3)).toMatchObject({
      content: { kind: 'erased' },
      erasure: { author: { id: harald.id }, ...why, files: 0 },
    });
  });

  it('is shown as erased to its reporter, who can go on writing', async () => {
    const view = await installation.newReporter().open(words);
    expect(view.warnings).toEqual([]);
    expect(view.entries.map(({ sequence, content: { kind } }) => [sequence, kind])).toEqual([
      [2, 'report'],
      [3, 'erased'],
    ]);
    expect(view.entries[1]?.erasure).toMatchObject({ ground: 'irrelevant', text: why.text });
    expect(JSON.stringify(view)).not.toContain('Kim Berg');
    const after = await installation.newReporter().send(words, 'Thank you.', [], silent);
    expect(after.warnings).toEqual([]);
  });

  it('is found by no search, not even at a desk that had read it', async () => {
    const search = async (text: string) => (await hanna.desk.search(text, silent)).hits;
    expect(await search('invoices')).toHaveLength(1);
    expect(await search('illness')).toEqual([]);
  });

  it('is not erased twice, also where two do it in the same moment', async () => {
    await expect(hanna.desk.proposeErasure(id, whole(3))).rejects.toMatchObject({
      code: 'already_erased',
    });
    await installation.newReporter().send(words, 'And this.', [], silent);
    const { entries } = await hanna.desk.openCase(id);
    const sequence = entries.findLast(({ author }) => author.side === 'reporter')?.sequence ?? 0;
    const { erasures } = await hanna.desk.proposeErasure(id, whole(sequence));
    const [proposal] = erasures;
    if (proposal === undefined) throw new Error('nothing waits');
    const desks = [harald.desk, await installation.signIn(harald)];
    const results = await Promise.allSettled(desks.map((desk) => desk.erase(id, proposal, '')));
    const codes = results.map((each) =>
      each.status === 'fulfilled' ? 'done' : (each.reason as { code: string }).code,
    );
    expect(codes.sort()).toEqual(['already_decided', 'done']);
    expect((await hanna.desk.openCase(id)).warnings).toEqual([]);
  });

  it('of the handlers’ own is erased where its reporter sees nothing of it', async () => {
    const before = (await installation.newReporter().open(words)).entries.length;
    const noted = await hanna.desk.note(id, 'His brother drinks.', [], silent);
    const { sequence } = noted.entries.at(-1) ?? { sequence: 0 };
    const after = await erase(id, whole(sequence, 'internal'));
    expect(JSON.stringify(after.entries)).not.toContain('His brother drinks.');
    expect((await installation.newReporter().open(words)).entries).toHaveLength(before);
  });
});

describe('a passage', () => {
  const text = 'The guard Kim Berg, who is ill, wrote four hours.';
  let words: string[];
  let id: string;

  beforeAll(async () => {
    ({ words, id } = await newCase(text));
  });

  it('goes, the rest stays, and the title is another where it told of it', async () => {
    const before = await bodies(id);
    const proposed = await hanna.desk.proposeErasure(id, passage(2, text, 'Kim Berg, who is ill,'));
    expect(proposed.erasures).toMatchObject([
      { of: 2, remains: { kind: 'report', text: 'The guard […] wrote four hours.' } },
    ]);
    const [proposal] = proposed.erasures;
    if (proposal === undefined) throw new Error('nothing waits');
    const after = await harald.desk.erase(id, proposal, '');
    expect(shown(after, 2)?.content).toMatchObject({ text: 'The guard […] wrote four hours.' });
    expect(found(before.get('dialogue 2'))).toBe(0);
    expect(after.title).toBe('The guard […] wrote four hours.');
    const { rows } = await hanna.desk.inbox('open');
    expect(rows.find((row) => row.id === id)?.title).not.toContain('Kim');
    expect(after.warnings).toEqual([]);
    const view = await installation.newReporter().open(words);
    expect(view.entries[0]?.content).toMatchObject({ text: 'The guard […] wrote four hours.' });
    expect(view.warnings).toEqual([]);
  });

  it('that was overlooked goes with what remained before', async () => {
    const before = await bodies(id);
    const left = 'The guard […] wrote four hours.';
    const after = await erase(id, passage(2, left, 'four'));
    expect(shown(after, 2)?.content).toMatchObject({ text: 'The guard […] wrote […] hours.' });
    expect(found(before.get('dialogue 3'))).toBe(0);
    const again = await erase(id, whole(2));
    expect(shown(again, 2)?.content).toMatchObject({ kind: 'report', text: '[…]', answers: {} });
    expect(again.warnings).toEqual([]);
  });

  it('leaves no copy of the words where a colleague had declined another proposal', async () => {
    const said = 'One two three.';
    await installation.newReporter().send(words, said, [], silent);
    const { entries } = await hanna.desk.openCase(id);
    const sequence = entries.findLast(({ content }) => content.kind === 'message')?.sequence ?? 0;
    const first = await hanna.desk.proposeErasure(id, passage(sequence, said, 'one'.slice(1)));
    const [proposal] = first.erasures;
    if (proposal === undefined) throw new Error('nothing waits');
    const declined = await harald.desk.declineErasure(id, proposal, 'It matters.');
    expect(declined.erasures).toEqual([]);
    await expect(hanna.desk.erase(id, proposal, '')).rejects.toMatchObject({
      code: 'already_decided',
    });
    const before = await bodies(id);
    const copies = [...before].filter(([place]) => Number(place.split(' ')[1]) >= sequence);
    const after = await erase(id, whole(sequence));
    expect(shown(after, sequence)?.content).toEqual({ kind: 'erased' });
    const left = await bodies(id);
    const gone = copies.filter(([place]) => !left.has(place));
    // the message, and what was to stand in its place
    expect(gone).toHaveLength(2);
    for (const [, bytes] of gone) expect(found(bytes)).toBe(0);
  });

  it('of which nothing was chosen is not proposed', async () => {
    await expect(hanna.desk.proposeErasure(id, passage(2, '', ''))).rejects.toMatchObject({
      code: 'nothing_to_erase',
    });
  });
});

describe('a proposal that nobody can confirm', () => {
  const said = 'One two three.';
  let own: { words: string[]; id: string };
  let id: string;

  beforeEach(async () => {
    own = await newCase(said);
    ({ id } = own);
  });

  it('since another copy of the words came after it erases nothing, and the newer one takes both', async () => {
    const before = await bodies(id);
    const older = waiting(
      (await hanna.desk.proposeErasure(id, passage(2, said, 'two'))).erasures[0],
    );
    const { erasures } = await harald.desk.proposeErasure(id, passage(2, said, 'three'));
    expect(erasures.map(({ mine, fault }) => [mine, fault])).toEqual([
      [false, 'outdated'],
      [true, null],
    ]);
    const proposed = await bodies(id);
    await expect(harald.desk.erase(id, older, '')).rejects.toMatchObject({
      code: 'erasure_outdated',
    });
    expect(await bodies(id)).toEqual(proposed);
    const declined = await harald.desk.declineErasure(id, older, 'There is a newer one.');
    const after = await hanna.desk.erase(id, waiting(declined.erasures[0]), '');
    expect(shown(after, 2)?.content).toMatchObject({ text: 'One two […].' });
    expect(found(before.get('dialogue 2'))).toBe(0);
    expect(after.warnings).toEqual([]);
  });

  it('since it would erase more than it says erases nothing, and can be declined', async () => {
    const { words } = own;
    for (const text of ['Private.', 'The guards.']) {
      await installation.newReporter().send(words, text, [], silent);
    }
    const other = waiting(shown(await hanna.desk.openCase(id), 4));
    const { sig } = await keysOf(installation, hanna);
    const more = { sequence: 4, hash: other.hash } as RecordPlace;
    const altered = altering('POST', /\/entries$/, HandlerAppend, (request) => ({
      ...request,
      entries: request.entries.map((entry) => {
        const { header } = entry;
        if (header.form !== 'sealed' || header.erases === undefined) return entry;
        const { erases } = header;
        const change = { erases: { ...erases, entries: [...erases.entries, more] } };
        return resignedBy(sig.secretKey, entry, change);
      }),
    }));
    const desk = installation.newDesk(altered);
    await desk.signIn(hanna.name, hanna.passphrase);
    await desk.proposeErasure(id, whole(3));
    const before = await bodies(id);
    const proposal = waiting((await harald.desk.openCase(id)).erasures[0]);
    expect(proposal).toMatchObject({ by: hanna.id, fault: 'unfaithful' });
    await expect(harald.desk.erase(id, proposal, '')).rejects.toMatchObject({
      code: 'erasure_unfaithful',
    });
    expect(await bodies(id)).toEqual(before);
    const after = await harald.desk.declineErasure(id, proposal, 'It says something else.');
    expect(after.erasures).toEqual([]);
    expect(shown(after, 4)?.content).toMatchObject({ text: 'The guards.' });
  });
});

describe('a file', () => {
  it('goes with its name and every chunk, and the other stays', async () => {
    const files = [
      fileOf(utf8('Paid twice.'), { name: 'invoice.txt' }),
      fileOf(utf8('Kim is ill.'), { name: 'diagnosis.txt' }),
    ];
    const { words } = await installation.report({ text: 'See the files.' }, files);
    const id = reporterKeys(words).caseId;
    const { entries } = await hanna.desk.openCase(id);
    const [report] = entries;
    const attached = report && 'files' in report.content ? report.content.files : [];
    const [invoice, diagnosis] = attached;
    if (invoice === undefined || diagnosis === undefined) throw new Error('two files');
    const chunks = await installation.server
      .db('chunks')
      .where({ attachment: diagnosis.attachment })
      .pluck<Buffer[]>('data');
    expect(chunks.length).toBeGreaterThan(0);
    const after = await erase(id, passage(2, 'See the files.', '', [diagnosis.attachment]));
    expect(shown(after, 2)).toMatchObject({
      content: { text: 'See the files.', files: [{ name: 'invoice.txt' }] },
      erasure: { files: 1 },
    });
    for (const chunk of chunks) expect(found(chunk)).toBe(0);
    expect(await installation.server.db('attachments').pluck('id')).not.toContain(
      diagnosis.attachment,
    );
    await expect(collect(harald.desk.download(id, diagnosis, silent))).rejects.toMatchObject({
      code: 'attachment_not_found',
    });
    expect(await collect(harald.desk.download(id, invoice, silent))).toEqual(utf8('Paid twice.'));
    const view = await installation.newReporter().open(words);
    expect(JSON.stringify(view)).not.toContain('diagnosis.txt');
    expect(view.warnings).toEqual([]);
  });
});

describe('recipients of a disclosure', () => {
  it('are to be told of what was erased after', async () => {
    const { words, id } = await newCase('Something.');
    await installation.newReporter().send(words, 'Private.', [], silent);
    const day = installation.clock.now().toISOString().slice(0, 10);
    const disclosure = {
      kind: 'disclosure',
      id: null,
      recipient: 'Police',
      ground: 'Investigation',
      scope: 'All',
      on: day,
      state: 'made',
    } as const;
    await hanna.desk.work(id, disclosure);
    const { notices } = await erase(id, whole(3));
    expect(notices).toMatchObject([
      { disclosure: { recipient: 'Police' }, change: { what: 'erasure', on: day }, done: null },
    ]);
  });
});

describe('a case that is held or restricted', () => {
  const hold = {
    kind: 'hold',
    ground: 'court',
    reference: '',
    decidedBy: 'The board',
    scope: 'All.',
    review: '2026-09-01',
  } as const;
  const restriction = {
    kind: 'restriction',
    id: null,
    ground: 'accuracy',
    text: 'Contested.',
    review: '2026-09-01',
  } as const;

  it('loses nothing, and what was proposed waits or is declined', async () => {
    const { words, id } = await newCase('Something.');
    await installation.newReporter().send(words, 'Private.', [], silent);
    const { erasures } = await hanna.desk.proposeErasure(id, whole(3));
    const [proposal] = erasures;
    if (proposal === undefined) throw new Error('nothing waits');
    await hanna.desk.work(id, hold);
    await expect(harald.desk.erase(id, proposal, '')).rejects.toMatchObject({ code: 'case_held' });
    await hanna.desk.work(id, { kind: 'release', text: 'Over.' });
    await hanna.desk.work(id, restriction);
    await expect(harald.desk.erase(id, proposal, '')).rejects.toMatchObject({
      code: 'case_restricted',
    });
    expect((await harald.desk.declineErasure(id, proposal, '')).erasures).toEqual([]);
  });

  it('and one that is closed loses what two agree on', async () => {
    const { id } = await newCase('Something private.');
    const closure = { kind: 'closure', outcome: 'spam', text: 'Nothing.' } as const;
    await hanna.desk.reply(id, closure, [], silent);
    const after = await erase(id, passage(2, 'Something private.', 'private'));
    expect(after.state).toBe('closed');
    expect(shown(after, 2)?.content).toMatchObject({ text: 'Something […].' });
  });
});

describe('what is left of an erased entry', () => {
  it('is told with the erasure where it cannot be read, and nobody is asked for it again', async () => {
    const { words, id } = await newCase('Kim Berg takes money.');
    await erase(id, passage(2, 'Kim Berg takes money.', 'Kim Berg'));
    const view = await installation.newReporter().open(words);
    const entries = view.entries.map((entry) =>
      entry.sequence === 2
        ? {
            ...entry,
            content: { kind: 'unreadable', fault: 'missing_entry', effect: null } as const,
          }
        : entry,
    );
    const text = caseText({ ...view, entries });
    expect(text).toContain('what was left of it was sealed wrongly, or you have no key to it');
    expect(text).toMatch(
      /\n {4}Part of this entry was erased on .* by Harald Handler: it had nothing to do with/u,
    );
  });

  it('has the record hash that it had, so that what refers to it still fits', async () => {
    const { words, id } = await newCase('Something.');
    await installation.newReporter().send(words, 'Private.', [], silent);
    const before = (await hanna.desk.openCase(id)).entries.map(({ hash }) => hash);
    const { entries } = await erase(id, whole(3));
    expect(entries.map(({ hash }) => hash).slice(0, before.length)).toEqual(before);
    const rows = await installation.server
      .db('entries')
      .where({ case_id: id, compartment: 'dialogue', sequence: 3 })
      .select<{ header: string; record_hash: string; body_hash: string; signature: Buffer }[]>();
    const [row] = rows;
    if (row === undefined) throw new Error('no row');
    const left = {
      header: JSON.parse(row.header) as Entry['header'],
      bodyHash: row.body_hash,
      signature: row.signature.toString('base64url'),
    } as Entry;
    expect(recordHashOf(left)).toBe(row.record_hash);
  });
});
