import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestRecords } from '../../client/archive/case-json.js';
import type { ErasureInput } from '../../client/desk/erasing.js';
import type { HandlerCaseView } from '../../client/models.js';
import { reporterKeys } from '../../crypto/private.js';
import { composeRetention } from '../../server/tasks.js';
import { randomFile, silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';

/*
 * One entry of a closed case, and words of another, are restricted. They are covered, nothing of them is
 * changed, erased or given out, and nothing removes the case until the last of them ends.
 */

let installation: Installation;
let words: string[];
let id: string;

type Part = Parameters<Installation['handlers'][0]['desk']['work']>[1];

const disputed = 'Berta Brandt countersigned the invoices.';
const about = {
  kind: 'part_restriction',
  id: null,
  ground: 'accuracy',
  text: 'She says that she was away.',
  review: '2026-09-01',
} as const;

beforeAll(async () => {
  installation = await startInstallation();
  ({ words } = await installation.report());
  id = reporterKeys(words).caseId;
  const [hanna] = installation.handlers;
  await hanna.desk.note(id, disputed, [], silent);
  const closure = { kind: 'closure', outcome: 'unsubstantiated', text: 'Nothing found.' } as const;
  await hanna.desk.reply(id, closure, [], silent);
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** Goes to a day; both handlers sign in anew. */
async function on(day: string): Promise<void> {
  installation.clock.set(`${day}T10:00:00Z`);
  for (const person of installation.handlers) {
    const desk = await installation.signIn(person);
    await desk.inbox('closed');
  }
}

async function purged(): Promise<number> {
  const { server, clock } = installation;
  const retention = composeRetention({ config: server.config, db: server.db, clock: clock.now });
  return (await retention.run())?.purged.cases ?? 0;
}

function noteIn({ entries }: HandlerCaseView): HandlerCaseView['entries'][number] {
  const note = entries.find(({ content, restricted }) =>
    [content.kind, restricted?.content.kind].includes('note'),
  );
  if (note === undefined) throw new Error('the note');
  return note;
}

const ends = (restriction: string | undefined): Part => ({
  kind: 'part_unrestriction',
  id: restriction ?? '',
  text: 'She was told.',
  last: false,
});

describe('an entry that is restricted', () => {
  it('is covered at every desk, found by no search, and takes the day of removal away', async () => {
    const [hanna, harald] = installation.handlers;
    expect((await hanna.desk.search('countersigned', silent)).hits).toHaveLength(1);
    const { sequence } = noteIn(await hanna.desk.openCase(id));
    const of = { compartment: 'internal', sequence } as const;
    await on('2026-04-01');
    const data = await hanna.desk.work(id, { ...about, of, part: null });
    expect(noteIn(data).content).toMatchObject({ kind: 'note', text: '[■■■]' });
    expect(noteIn(data).restricted?.content).toMatchObject({ text: disputed });
    const theirs = await harald.desk.openCase(id);
    expect(theirs.warnings).toEqual([]);
    expect(theirs.keeping.parts).toMatchObject([{ ground: 'accuracy', text: about.text }]);
    expect(theirs.purgeOn).toBeNull();
    expect((await installation.newReporter().open(words)).purgeOn).toBeNull();
    for (const { desk } of [hanna, harald]) {
      expect((await desk.search('countersigned', silent)).hits).toEqual([]);
      expect((await desk.search('She says', silent)).hits).toHaveLength(1);
    }
  });

  it('is neither corrected nor erased, and keeps the case from going whole or sooner', async () => {
    const [hanna, harald] = installation.handlers;
    const { sequence } = noteIn(await hanna.desk.openCase(id));
    const of = { compartment: 'internal', sequence } as const;
    const refused = { code: 'part_restricted' };
    const correction = { kind: 'correction', id: null, of, ground: 'inaccurate' } as const;
    await expect(
      hanna.desk.work(id, { ...correction, part: null, text: 'She was away.' }),
    ).rejects.toMatchObject(refused);
    await expect(
      hanna.desk.proposeErasure(id, {
        ...of,
        ...{ whole: true, passages: [], files: [], ground: 'request', text: '' },
      }),
    ).rejects.toMatchObject(refused);
    const outward = { kind: 'export', id: null, text: 'For counsel.', disclosure: null } as const;
    await expect(
      hanna.desk.recordExport(id, { ...outward, form: 'whole', state: 'made' }, null),
    ).rejects.toMatchObject(refused);
    await hanna.desk.recordExport(id, { ...outward, form: 'redacted', state: 'made' }, null);
    const disposal = { decidedBy: 'The board', archive: '', reference: '', text: 'Not needed.' };
    await expect(
      harald.desk.work(id, {
        kind: 'removal_proposal',
        id: null,
        ground: 'not_needed',
        ...disposal,
      }),
    ).rejects.toMatchObject(refused);
  });

  it('is said again in nothing that is given out, by hand or by an altered page', async () => {
    const [hanna] = installation.handlers;
    const refused = { code: 'part_restricted' };
    const text = 'It was said that berta brandt countersigned the invoices.';
    const { persons } = await hanna.desk.work(id, {
      ...{ kind: 'person', id: null, name: 'Berta', part: 'concerned', text: '' },
      state: 'present',
    });
    const [person] = persons;
    const extract = { kind: 'person_extract', id: null, person: person?.id ?? '' } as const;
    await expect(hanna.desk.work(id, { ...extract, text, givenOn: null })).rejects.toMatchObject(
      refused,
    );
    const outward = { kind: 'export', id: null, text: 'For counsel.', disclosure: null } as const;
    const asked = { ...outward, form: 'redacted', state: 'asked' } as const;
    await expect(
      hanna.desk.work(id, { ...asked, copy: text, attachments: [] }),
    ).rejects.toMatchObject(refused);
    const made = { ...outward, form: 'redacted', state: 'made' } as const;
    const before = (await hanna.desk.openCase(id)).entries.length;
    await expect(
      hanna.desk.recordExport(id, made, null, { text, files: [] }),
    ).rejects.toMatchObject(refused);
    expect((await hanna.desk.openCase(id)).entries).toHaveLength(before);
    const recorded = await hanna.desk.recordExport(id, made, null, { text: 'Other.', files: [] });
    const said = recorded.entries.at(-1)?.content;
    const entry = {
      kind: 'entry',
      head: 'About',
      fromReporter: false,
      language: '',
      text,
    } as const;
    const none = { facts: [], remarks: [], files: [] };
    const blocks = [{ ...entry, ...none }];
    const order = {
      ...{ export: said?.kind === 'export' ? said.id : '', files: [] },
      ...{ readable: { language: 'en', title: 'Text', blocks } },
      records: newestRecords(recorded.entries),
    };
    const pieces = hanna.desk.exportCase(id, order, () => undefined);
    await expect(pieces[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
  });

  it('lets everything else go on', async () => {
    const [hanna] = installation.handlers;
    await hanna.desk.rename(id, 'Another title');
    const report = { compartment: 'dialogue', sequence: 2 } as const;
    const passages = [{ field: 'text', from: 0, to: 4 }];
    const data = await hanna.desk.work(id, {
      ...{ kind: 'correction', id: null, of: report, part: { after: null, passages } },
      ...{ ground: 'outdated', text: 'It was so in March.' },
    });
    expect(data.entries.at(-1)?.content).toMatchObject({ kind: 'correction', part: { passages } });
    const erasing = { whole: false, passages, files: [], ground: 'irrelevant', text: '' } as const;
    const { erasures } = await hanna.desk.proposeErasure(id, { ...report, ...erasing });
    for (const each of erasures) await hanna.desk.declineErasure(id, each, '');
  });

  it('is not changed by an erasure that was proposed before', async () => {
    const [hanna, harald] = installation.handlers;
    const report = { compartment: 'dialogue', sequence: 2 } as const;
    const passages = [{ field: 'text', from: 0, to: 4 }];
    const { erasures } = await hanna.desk.proposeErasure(id, {
      ...{ ...report, whole: false, passages, files: [], ground: 'irrelevant', text: '' },
    });
    const [proposal] = erasures;
    if (proposal === undefined) throw new Error('what was proposed');
    expect(JSON.stringify(proposal.remains)).toContain('text');
    const part = { after: null, passages, files: [] };
    const data = await harald.desk.work(id, { ...about, of: report, part });
    const shown = data.entries.find(({ content }) => content.kind === 'report');
    expect(shown?.content).toMatchObject({ text: expect.stringContaining('[■■■]') as string });
    // what would be left of it has words that are covered now
    expect(data.erasures).toMatchObject([{ sequence: proposal.sequence, remains: null }]);
    await expect(harald.desk.erase(id, proposal, '')).rejects.toMatchObject({
      code: 'part_restricted',
    });
    await hanna.desk.declineErasure(id, proposal, '');
  });

  it('is told to those who had the data before, and has its day of review among the dates', async () => {
    const [hanna] = installation.handlers;
    const { dates, keeping } = await hanna.desk.openCase(id);
    expect(keeping.parts).toHaveLength(2);
    expect(dates.filter(({ what }) => what === 'restriction_review')).toHaveLength(2);
  });
});

describe('a correction of a file', () => {
  it('names a file of its entry that is not restricted, and no other', async () => {
    const [hanna] = installation.handlers;
    const bill = randomFile(100, 'bill.pdf');
    const sent = await installation.report({ text: 'The bill is with it.' }, [bill]);
    const other = reporterKeys(sent.words).caseId;
    const { entries } = await hanna.desk.openCase(other);
    const report = entries.find(({ content }) => content.kind === 'report');
    if (report?.content.kind !== 'report') throw new Error('the report');
    const files = report.content.files.map(({ attachment }) => attachment);
    const of = { compartment: 'dialogue', sequence: report.sequence } as const;
    const correct = (named: string[]) =>
      hanna.desk.work(other, {
        ...{ kind: 'correction', id: null, of, ground: 'outdated', text: 'Replaced in May.' },
        part: { after: null, passages: [], files: named },
      });
    const { entries: after } = await correct(files);
    expect(after.at(-1)?.content).toMatchObject({ kind: 'correction', part: { files } });
    await expect(correct(['A'.repeat(22)])).rejects.toMatchObject({ code: 'case_changed' });
    const part = { after: null, passages: [], files };
    const { keeping } = await hanna.desk.work(other, { ...about, of, part });
    await expect(correct(files)).rejects.toMatchObject({ code: 'part_restricted' });
    await hanna.desk.work(other, ends(keeping.parts[0]?.id));
  });
});

describe('the title of a case', () => {
  it('is made anew of a report that is covered, and again once that is not covered any more', async () => {
    const [hanna] = installation.handlers;
    const report = { text: 'Berta Brandt signed them. Nobody else did.' };
    const other = reporterKeys((await installation.report(report)).words).caseId;
    const title = async (): Promise<string> => (await hanna.desk.openCase(other)).title;
    const whole = await title();
    const { entries } = await hanna.desk.openCase(other);
    const { sequence } = entries.find(({ content }) => content.kind === 'report') ?? {};
    const of = { compartment: 'dialogue', sequence: sequence ?? 0 } as const;
    const part = (from: number, to: number): Part => {
      const passages = [{ field: 'text', from, to }];
      return { ...about, of, part: { after: null, passages, files: [] } };
    };
    await hanna.desk.work(other, part(0, 12));
    expect(await title()).toMatch(/^\[■■■\] signed them/u);
    const { keeping } = await hanna.desk.work(other, part(26, 32));
    expect(await title()).toBe('[■■■] signed them. [■■■] else did.');
    const [one, second] = keeping.parts;
    await hanna.desk.work(other, ends(one?.id));
    expect(await title()).toBe('Berta Brandt signed them. [■■■] else did.');
    await hanna.desk.work(other, ends(second?.id));
    expect(await title()).toBe(whole);
    // a title of one's own stays, as long as it shares no word with what is covered
    await hanna.desk.rename(other, 'Invoices of May');
    const { keeping: again } = await hanna.desk.work(other, part(0, 12));
    expect(await title()).toBe('Invoices of May');
    await hanna.desk.work(other, ends(again.parts[0]?.id));
    expect(await title()).toBe('Invoices of May');
    await hanna.desk.rename(other, 'About Berta');
    const { keeping: last } = await hanna.desk.work(other, part(0, 12));
    expect(await title()).toMatch(/^\[■■■\] signed them/u);
    await hanna.desk.work(other, ends(last.parts[0]?.id));
    expect(await title()).toBe(whole);
  });
});

describe('the title of a case of which something else is erased', () => {
  it('is made anew without what is restricted', async () => {
    const [hanna, harald] = installation.handlers;
    const report = { text: 'Carla Cramer signed them.' };
    const other = reporterKeys((await installation.report(report)).words).caseId;
    const { entries } = await hanna.desk.openCase(other);
    const { sequence = 0 } = entries.find(({ content }) => content.kind === 'report') ?? {};
    const part = { after: null, passages: [{ field: 'text', from: 0, to: 12 }], files: [] };
    await hanna.desk.work(other, { ...about, of: { compartment: 'dialogue', sequence }, part });
    const noted = await hanna.desk.note(other, 'Who signed is known.', [], silent);
    const { compartment, sequence: at } = noteIn(noted);
    const { erasures } = await hanna.desk.proposeErasure(other, {
      ...{ compartment, sequence: at, whole: true, passages: [], files: [] },
      ...{ ground: 'irrelevant', text: '' },
    } as ErasureInput);
    const [proposal] = erasures;
    if (proposal === undefined) throw new Error('what was proposed');
    await harald.desk.erase(other, proposal, '');
    const { rows } = await hanna.desk.inbox('open');
    expect(rows.find(({ id: each }) => each === other)?.title).toBe('[■■■] signed them.');
  });
});

describe('the time until the case is removed', () => {
  it('stands still as long as one is left, whoever ends them at the same time', async () => {
    await on('2029-04-01');
    expect(await purged()).toBe(0);
    const [hanna, harald] = installation.handlers;
    const { parts } = (await hanna.desk.openCase(id)).keeping;
    const [one, other] = parts;
    // two people, two restrictions, at once: whoever comes second ends the last
    await Promise.all([hanna.desk.work(id, ends(one?.id)), harald.desk.work(id, ends(other?.id))]);
    const data = await hanna.desk.openCase(id);
    expect(data.warnings).toEqual([]);
    expect(data.keeping).toMatchObject({ parts: [], partsUnknown: false });
    const said = data.entries.flatMap(({ content }) =>
      content.kind === 'part_unrestriction' ? [content.last] : [],
    );
    expect(said).toEqual([false, true]);
    expect(noteIn(data).content).toMatchObject({ text: disputed });
    // the 1096 days from 2026-04-01 to 2029-04-01 did not count
    expect(data.purgeOn).toBe('2031-03-03');
    expect((await hanna.desk.search('countersigned', silent)).hits).toHaveLength(1);
  });

  it('stands still for two restrictions that were put in force at the same time, until both ended', async () => {
    const [hanna, harald] = installation.handlers;
    const { sequence } = noteIn(await hanna.desk.openCase(id));
    const part = { ...about, of: { compartment: 'internal', sequence }, part: null } as const;
    await Promise.all([hanna.desk.work(id, part), harald.desk.work(id, part)]);
    const [one, other] = (await hanna.desk.openCase(id)).keeping.parts;
    expect(other).toBeDefined();
    const after = await hanna.desk.work(id, ends(one?.id));
    expect(after.purgeOn).toBeNull();
    expect(noteIn(after).content).toMatchObject({ text: '[■■■]' });
    // both end the same: one of them is told that it ended already
    const results = await Promise.allSettled(
      [hanna, harald].map(({ desk }) => desk.work(id, ends(other?.id))),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const failed = results.find((each) => each.status === 'rejected');
    expect(failed?.reason).toMatchObject({ code: 'already_decided' });
    expect((await harald.desk.openCase(id)).purgeOn).toBe('2031-03-03');
    await on('2031-03-02');
    expect(await purged()).toBe(0);
    await on('2031-03-03');
    expect(await purged()).toBe(1);
  });
});
