import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../client/api.js';
import { run } from '../../client/cli/run.js';
import type { RecordingInput } from '../../client/desk/recording.js';
import { createVisit } from '../../client/node/visit.js';
import type { HandlerCaseView } from '../../client/models.js';
import { Day, utf8, type CreateCase, type Told } from '../../crypto/private.js';
import { fileOf, randomFile, reportInput, silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { projectDist } from '../support/server.js';
import { createTestTerminal } from '../support/terminal.js';
import { canary, placesBelow, tracesIn } from '../support/traces.js';

// Reports that came another way, what was written down of them, and meetings: between a handler,
// another one, and whoever has the case key.

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
const sent: { authorized: boolean; request: CreateCase }[] = [];
const typed = new Map<string, string>();

/** A unique text, looked for at the end in everything that the server keeps. */
function unique(what: string): string {
  const text = `${what} ${randomUUID()}`;
  typed.set(what, text);
  return text;
}

const overhearing: Fetch = (address, init) => {
  if (init.method === 'POST' && address.endsWith('/api/cases')) {
    const authorized = new Headers(init.headers).has('Authorization');
    sent.push({ authorized, request: JSON.parse(String(init.body)) as CreateCase });
  }
  return fetch(address, init);
};

async function recording(change: Partial<RecordingInput> = {}): Promise<RecordingInput> {
  const words = await hanna.desk.newCallerKey();
  const how = { way: 'phone', receivedOn: '2026-02-20', key: 'handed_over' } as const;
  const shown = installation.handlers.map(({ id }) => id);
  return { ...reportInput(installation.channel, words), ...how, shown, ...change };
}

beforeAll(async () => {
  installation = await startInstallation({ through: overhearing });
  [hanna, harald] = installation.handlers;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('a report of last year that is recorded this year', () => {
  it('counts in the year of its receipt, open and closed, of which the server learns nothing', async () => {
    const { id } = await hanna.desk.record(
      await recording({ receivedOn: '2025-12-20' }),
      ...([[], silent] as const),
    );
    await hanna.desk.openCase(id);
    const of2025 = async (): Promise<unknown> =>
      (await hanna.desk.figures(null, silent)).figures.years.find(({ year }) => year === 2025);
    expect(await of2025()).toMatchObject({ received: 1, open: { received: 1 }, closed: 0 });
    const outcome = 'insufficient_information';
    await hanna.desk.reply(id, { kind: 'closure', outcome, text: 'Closed.' }, [], silent);
    expect(await of2025()).toMatchObject({ received: 1, open: { received: 0 }, closed: 0 });
    const seen = await installation.server.db('statistics').distinct('year');
    expect(seen).toEqual([{ year: 2026 }]);
  });
});

describe('a report that came another way', () => {
  it('is marked for ever as made by its handler, and its dates run from the true receipt', async () => {
    const input = await recording({ text: unique('What was said') });
    const fileName = `${unique('Name of a letter')}.txt`;
    const letter = fileOf(utf8(unique('Letter')), { name: fileName });
    const { id } = await hanna.desk.record(input, [letter], silent);
    const made = { made: 'handler', way: 'phone', receivedOn: '2026-02-20', key: 'handed_over' };
    const name = 'Hanna Handler';
    const view = await harald.desk.openCase(id);
    expect(view).toMatchObject({ receivedOn: '2026-02-20', warnings: [], fault: null });
    expect(view.origin).toMatchObject({ ...made, name });
    // a list believes the first overview nothing of this; a handler's desk seals it anew
    const rows = (await hanna.desk.inbox('open')).rows;
    expect(rows.find((row) => row.id === id)).toMatchObject({
      receivedOn: '2026-02-20',
      recorded: true,
    });
    const returned = await installation.newReporter().open(input.words);
    expect(returned.origin).toMatchObject({ ...made, name });
    expect(returned).toMatchObject({ acknowledgementBy: '2026-02-27', feedbackBy: '2026-05-20' });
    expect(returned.warnings).toEqual([]);
  });

  it('looks to the server like a report of anybody else', async () => {
    await installation.report();
    const [other, recorded] = [sent.at(-1), sent.at(-2)];
    if (other === undefined || recorded === undefined) throw new Error('nothing was sent');
    expect([other.authorized, recorded.authorized]).toEqual([false, false]);
    const sizes = ({ request }: typeof other) => ({
      fields: Object.keys(request),
      entries: request.entries.map((entry) =>
        'body' in entry ? entry.body.length : entry.ciphertext.length,
      ),
      overview: request.overview.box.length,
      grants: request.grants.length,
    });
    expect(sizes(recorded)).toEqual(sizes(other));
    const log = (await installation.administrator.desk.audit()).map(({ action }) => action);
    expect(log.filter((action) => action.includes('record'))).toEqual([]);
  });

  it('is not taken from the future, nor sealed to anybody whom its handler was not shown', async () => {
    const tomorrow = await recording({ receivedOn: '2999-01-01' });
    await expect(hanna.desk.record(tomorrow, [], silent)).rejects.toMatchObject({
      code: 'receipt_in_future',
    });
    const unasked = await recording({ shown: [hanna.id] });
    await expect(hanna.desk.record(unasked, [], silent)).rejects.toMatchObject({
      code: 'new_readers',
    });
    const unseen = await recording({ leftOut: [hanna.id] });
    await expect(hanna.desk.record(unseen, [], silent)).rejects.toMatchObject({
      code: 'leaves_out_self',
    });
  });

  it('asks and tells nobody anything through a key that nobody has, and says who reported on a handler’s word alone', async () => {
    const input = await recording({ key: 'not_kept' });
    const { id } = await hanna.desk.record(input, [], silent);
    const talk = { basis: 'obligation', to: 'Police', what: 'The name', text: 'A court.' } as const;
    await expect(hanna.desk.talkIdentity(id, talk)).rejects.toMatchObject({ code: 'key_not_kept' });
    const time = { form: 'phone', day: '2026-03-09', time: '10:00', zone: 'UTC' } as const;
    const options = [{ ...time, place: 'By phone' }];
    await expect(
      hanna.desk.tell(id, { kind: 'meeting_proposal', id: null, options, text: '' }),
    ).rejects.toMatchObject({ code: 'key_not_kept' });
    const before = await hanna.desk.openCase(id);
    expect([before.identityTalks, before.transcripts]).toEqual([[], []]);
    const on = '2026-03-02';
    const terms = { recipient: 'Police', ground: 'Order', scope: 'The name', on } as const;
    const identity = { basis: 'elsewhere', how: 'told', on, text: unique('By letter') } as const;
    const disclosure = { kind: 'disclosure', id: null, ...terms, state: 'made', identity } as const;
    const late = { ...disclosure, identity: { ...identity, on: '2026-03-03' } };
    const refused = { code: 'identity_without_basis' };
    await expect(hanna.desk.work(id, late)).rejects.toMatchObject(refused);
    const { disclosures } = await hanna.desk.work(id, disclosure);
    expect(disclosures).toMatchObject([{ recipient: 'Police', identity }]);
    const whole = { kind: 'export', id: null, form: 'whole', text: 'For the police' } as const;
    const made = { ...whole, disclosure: null, state: 'made' } as const;
    await expect(hanna.desk.recordExport(id, made, late)).rejects.toMatchObject(refused);
    await hanna.desk.recordExport(id, made, disclosure);
    // where somebody has the key, the conversation is where they are asked
    const other = await hanna.desk.record(await recording(), [], silent);
    await expect(hanna.desk.work(other.id, disclosure)).rejects.toMatchObject(refused);
  });

  it('is answered outside where nobody has a key, and counts from the day that its handler gives', async () => {
    const { id } = await hanna.desk.record(await recording({ key: 'not_kept' }), [], silent);
    const write = (
      kind: 'acknowledgement' | 'reply' | 'feedback',
      on: string | null,
    ): Promise<HandlerCaseView> =>
      hanna.desk.reply(id, { kind, text: unique(kind), ...told(on) }, [], silent);
    const told = (on: string | null): { told?: Told } =>
      on === null ? {} : { told: { on: v.parse(Day, on), way: 'phone' } };
    for (const kind of ['acknowledgement', 'reply', 'feedback'] as const) {
      await expect(write(kind, null)).rejects.toMatchObject({ code: 'told_missing' });
    }
    for (const on of ['2026-02-19', '2026-03-03', '2999-01-01']) {
      await expect(write('acknowledgement', on)).rejects.toMatchObject({ code: 'told_day' });
    }
    expect(await hanna.desk.openCase(id)).toMatchObject({ acknowledgedOn: null, status: 'new' });
    expect(await write('feedback', '2026-03-02')).toMatchObject({
      acknowledgedOn: '2026-03-02',
      feedbackOn: '2026-03-02',
    });
    // written down later, told earlier
    const facts = { acknowledgedOn: '2026-02-21', feedbackOn: '2026-03-02' };
    expect(await write('acknowledgement', '2026-02-21')).toMatchObject(facts);
    const rows = (await harald.desk.inbox('open')).rows;
    expect(rows.find((row) => row.id === id)).toMatchObject(facts);
    // where somebody has the key, the conversation is where they are told
    const other = await hanna.desk.record(await recording(), [], silent);
    const reply = { kind: 'reply', text: 'Told by phone.', ...told('2026-03-01') } as const;
    await expect(hanna.desk.reply(other.id, reply, [], silent)).rejects.toMatchObject({
      code: 'told_inside',
    });
  });

  it('is out of reach by a handler’s word where nobody has a key, until they were told, and nowhere else', async () => {
    const { id } = await hanna.desk.record(await recording({ key: 'not_kept' }), [], silent);
    const text = 'The letter has no address.';
    const word = { kind: 'acknowledgement_waived', reason: 'unreachable', text } as const;
    const row = async (): Promise<unknown> =>
      (await harald.desk.inbox('open')).rows.find((each) => each.id === id);
    const { decisions, ...view } = await hanna.desk.work(id, word);
    expect(decisions.unreachable).toMatchObject({ text, on: '2026-03-02' });
    const untold = { acknowledgedOn: null, feedbackOn: null };
    expect(view).toMatchObject({ ...untold, unreachable: true });
    expect(await row()).toMatchObject({ ...untold, unreachable: true });
    // taken back, and written down again
    const again = await hanna.desk.work(id, { ...word, reason: 'reachable', text: '' });
    expect([again.unreachable, again.decisions.unreachable]).toEqual([false, null]);
    expect(await row()).toMatchObject({ unreachable: false });
    expect(await hanna.desk.work(id, word)).toMatchObject({ unreachable: true });
    const told = { way: 'phone', on: v.parse(Day, '2026-03-01') } as const;
    const rang = { kind: 'acknowledgement', text: 'She rang.', told } as const;
    const after = await hanna.desk.reply(id, rang, [], silent);
    expect(after).toMatchObject({ unreachable: false, acknowledgedOn: '2026-03-01' });
    expect(after.decisions.unreachable).toBeNull();
    expect(await row()).toMatchObject({ unreachable: false });
    const other = await hanna.desk.record(await recording(), [], silent);
    const refused = { code: 'told_inside' };
    for (const reason of ['unreachable', 'reachable'] as const) {
      await expect(hanna.desk.work(other.id, { ...word, reason })).rejects.toMatchObject(refused);
    }
  });

  it('gives no feedback by a closure of which nobody was told where nobody has a key', async () => {
    const closure = {
      kind: 'closure',
      outcome: 'unsubstantiated',
      text: 'Nothing found.',
    } as const;
    const ids: string[] = [];
    for (let count = 0; count < 2; count += 1) {
      ids.push((await hanna.desk.record(await recording({ key: 'not_kept' }), [], silent)).id);
    }
    const [silently = '', openly = ''] = ids;
    const told = { on: v.parse(Day, '2026-03-01'), way: 'letter' } as const;
    const unsaid = await hanna.desk.reply(silently, closure, [], silent);
    expect(unsaid).toMatchObject({ state: 'closed', acknowledgedOn: null, feedbackOn: null });
    const said = await hanna.desk.reply(openly, { ...closure, told }, [], silent);
    const on = '2026-03-01';
    expect(said).toMatchObject({ state: 'closed', acknowledgedOn: on, feedbackOn: on });
    // opened again, it is still to be told what came of it, until somebody says that it was
    const reopened = await hanna.desk.reply(
      silently,
      { kind: 'reopening', text: 'New.' },
      [],
      silent,
    );
    expect(reopened.dates).toMatchObject([{ what: 'reopened_feedback', doneOn: null }]);
    // what was told before answers nothing that is found out now
    const before = { kind: 'feedback', text: 'Nothing found.', told } as const;
    const late = await hanna.desk.reply(silently, before, [], silent);
    expect(late).toMatchObject({ feedbackOn: '2026-03-01', dates: [{ doneOn: null }] });
    await hanna.desk.reply(silently, closure, [], silent);
    const again = await hanna.desk.openCase(silently);
    expect(again.dates).toEqual([]);
  });

  it('keeps minutes that were checked on paper where nobody has a key, as its handler’s word', async () => {
    const { id } = await hanna.desk.record(await recording({ key: 'not_kept' }), [], silent);
    const about = { kind: 'transcript', id: null, form: 'meeting', heldOn: '2026-02-20' } as const;
    const first = { ...about, by: '2026-03-16', text: unique('Minutes before the check') };
    const waiting = await hanna.desk.tell(id, first);
    const [minutes] = waiting.transcripts;
    if (minutes === undefined) throw new Error('nothing was written down');
    expect(minutes).toMatchObject({ state: 'waiting', newest: { paper: null, version: 1 } });
    expect(waiting.dates).toMatchObject([{ what: 'transcript', by: '2026-03-16', doneOn: null }]);
    // shown to nobody, they acknowledge nothing
    expect(waiting.acknowledgedOn).toBeNull();
    const paper = { answer: 'signed', on: v.parse(Day, '2026-03-02') } as const;
    const second = { ...first, id: minutes.id, text: unique('Minutes as signed'), paper };
    for (const on of ['2026-02-19', '2026-03-03']) {
      const wrong = { ...second, paper: { ...paper, on } };
      await expect(hanna.desk.tell(id, wrong)).rejects.toMatchObject({ code: 'told_day' });
    }
    // one that was not signed may never have been shown
    const refused = { ...second, paper: { ...paper, answer: 'not_signed' } } as const;
    const unsigned = await hanna.desk.tell(id, refused);
    expect([unsigned.acknowledgedOn, unsigned.dates]).toEqual([null, []]);
    const signed = await hanna.desk.tell(id, second);
    expect(signed.transcripts).toMatchObject([{ newest: { version: 3, answer: null, paper } }]);
    expect(signed.dates).toMatchObject([{ what: 'transcript', doneOn: '2026-03-02' }]);
    expect(signed.acknowledgedOn).toBe('2026-03-02');
    // a day that was mistaken is put right by the next version
    const earlier = { ...second, paper: { ...paper, on: v.parse(Day, '2026-03-01') } };
    expect(await hanna.desk.tell(id, earlier)).toMatchObject({ acknowledgedOn: '2026-03-01' });
    expect(await hanna.desk.tell(id, second)).toMatchObject({ acknowledgedOn: '2026-03-02' });
    const other = await hanna.desk.record(await recording(), [], silent);
    await expect(hanna.desk.tell(other.id, { ...second, id: null })).rejects.toMatchObject({
      code: 'told_inside',
    });
  });

  it('is kept from whom it leaves out, and arrives once however often it is sent', async () => {
    const input = await recording({ leftOut: [harald.id], key: 'not_kept' });
    const first = await hanna.desk.record(input, [], silent);
    const { server } = installation;
    const count = async (): Promise<number> => (await server.db('cases')).length;
    const before = await count();
    await expect(hanna.desk.record(input, [], silent)).rejects.toMatchObject({
      code: 'already_sent',
    });
    expect(await count()).toBe(before);
    await expect(harald.desk.openCase(first.id)).rejects.toMatchObject({ code: 'case_not_found' });
    const { origin } = await hanna.desk.openCase(first.id);
    expect(origin).toMatchObject({ key: 'not_kept' });
  });
});

describe('what was written down of something spoken', () => {
  it('is checked, corrected and agreed to by the key of the case, version by version', async () => {
    const { words } = await installation.report();
    const reporter = installation.newReporter();
    const { id } = await reporter.open(words);
    const told = await hanna.desk.tell(id, {
      kind: 'transcript',
      id: null,
      form: 'unrecorded_call',
      heldOn: '2026-03-01',
      by: '2026-03-16',
      text: unique('Minutes'),
    });
    const [first] = told.transcripts;
    if (first === undefined) throw new Error('nothing was told');
    expect(told.dates).toMatchObject([{ what: 'transcript', by: '2026-03-16', doneOn: null }]);
    const about = { transcript: first.id, version: 1, hash: first.newest.hash };
    const rectified = await reporter.say(words, {
      kind: 'rectification',
      ...about,
      text: unique('Rectification'),
    });
    expect(rectified.transcripts[0]?.state).toBe('rectified');
    const second = await harald.desk.tell(id, {
      kind: 'transcript',
      id: first.id,
      form: 'unrecorded_call',
      heldOn: '2026-03-01',
      by: '2026-03-20',
      text: 'Better.',
    });
    expect(second.transcripts[0]).toMatchObject({ state: 'waiting', newest: { version: 2 } });
    // an agreement to the version before is none to this one
    await reporter.say(words, { kind: 'agreement', ...about });
    expect((await hanna.desk.openCase(id)).transcripts[0]?.state).toBe('waiting');
    const { newest } = second.transcripts[0] ?? first;
    await reporter.say(words, { kind: 'agreement', ...about, version: 2, hash: newest.hash });
    const agreed = await hanna.desk.openCase(id);
    expect(agreed.transcripts[0]?.state).toBe('agreed');
    expect(agreed).toMatchObject({ origin: { made: 'reporter' }, warnings: [] });
  });

  it('is called agreed through a handler’s key where a handler made the case', async () => {
    const input = await recording();
    const { id } = await hanna.desk.record(input, [], silent);
    const told = await hanna.desk.tell(id, {
      kind: 'transcript',
      id: null,
      form: 'recorded_line',
      heldOn: '2026-02-20',
      by: '2026-03-16',
      text: 'Word by word.',
    });
    const [first] = told.transcripts;
    if (first === undefined) throw new Error('nothing was told');
    const about = { transcript: first.id, version: 1, hash: first.newest.hash };
    const view = await installation.newReporter().say(input.words, { kind: 'agreement', ...about });
    expect(view.transcripts[0]?.state).toBe('agreed_handler_key');
    const seen = await harald.desk.openCase(id);
    expect(seen.transcripts[0]?.state).toBe('agreed_handler_key');
  });
});

describe('the program without a browser', () => {
  const files: string[] = [];
  const newFile = (name: string): string => {
    const file = path.join(installation.server.dataFolder, '..', `${randomUUID()}-${name}`);
    files.push(file);
    return file;
  };
  afterEach(async () => {
    for (const file of files.splice(0)) await rm(file, { force: true });
  });

  /** The program as somebody runs it who has a case key in a file. */
  async function programWith(words: readonly string[]) {
    const keyFile = newFile('key');
    await writeFile(keyFile, words.join(' '));
    return async (...args: string[]) => {
      const terminal = createTestTerminal({});
      const exit = await run([...args, '--key-file', keyFile, '--address', installation.address], {
        terminal,
        network: () => ({ fetch: (input, init) => fetch(input, init), visit: createVisit() }),
        now: installation.clock.now,
        signal: new AbortController().signal,
        build: projectDist,
      });
      return { exit, printed: terminal.printed };
    };
  }

  it('marks each entry that came through a key which a handler made, in the copy too', async () => {
    const input = await recording({ text: 'What was said on the telephone.' });
    const { id } = await hanna.desk.record(input, [], silent);
    const minutes = { kind: 'transcript', id: null, form: 'unrecorded_call' } as const;
    const days = { heldOn: '2026-02-20', by: '2026-03-16' } as const;
    await hanna.desk.tell(id, { ...minutes, ...days, text: 'Four guards.' });
    const casekey = await programWith(input.words);
    const correction = newFile('correction');
    await writeFile(correction, 'Five guards.');
    expect((await casekey('rectify', '1', '--text-file', correction)).exit).toBe(0);
    expect((await casekey('agree', '1')).exit).toBe(0);
    await hanna.desk.reply(id, { kind: 'reply', text: 'Thank you.' }, [], silent);
    const mark = 'Through a key that a handler made';
    const { printed } = await casekey('return');
    const page = newFile('note.html');
    expect((await casekey('copy', page)).exit).toBe(0);
    const copy = await readFile(page, 'utf8');
    const archive = newFile('note.zip');
    expect((await casekey('copy', archive)).exit).toBe(0);
    const first = 'Report, written down by Hanna Handler for the person who reported';
    expect(printed).not.toContain('Your report');
    expect(copy).not.toContain('Your report');
    for (const head of [first, 'Your correction', 'You agreed']) {
      expect(printed).toMatch(new RegExp(`${head}[^\\n]*\\n *${mark}\\n`, 'u'));
      expect(
        copy
          .split('<article')
          .filter((each) => each.includes(mark))
          .join(),
      ).toContain(head);
    }
    for (const text of [printed, copy]) expect(text.split(mark)).toHaveLength(4);
    const stored = await readFile(archive, 'utf8');
    expect(stored).toContain('"state":"agreed_handler_key"');
    expect(stored).toContain('"made":"handler"');
    // of somebody whose own key it is nothing is marked
    const { words } = await installation.report();
    const own = (await (await programWith(words))('return')).printed;
    expect(own).toContain('Your report');
    expect(own).not.toContain(mark);
  });

  it('asks for other times, and declines a meeting', async () => {
    const { words } = await installation.report();
    const casekey = await programWith(words);
    const { id } = await installation.newReporter().open(words);
    const meeting = async () => (await hanna.desk.openCase(id)).meetings[0];
    expect((await casekey('meet', 'phone')).exit).toBe(0);
    // as long as nobody proposed anything there is nothing to answer
    expect((await casekey('meet', '1', 'others')).exit).toBe(2);
    for (const [word, state, told] of [
      ['others', 'other_times', 'you asked for other times'],
      ['decline', 'declined', 'you declined'],
    ] as const) {
      const option = { form: 'phone', day: '2026-03-20', time: '14:30', zone: 'UTC' } as const;
      const options = [{ ...option, place: 'We call nobody: 0123' }];
      const about = { kind: 'meeting_proposal', id: (await meeting())?.id ?? null } as const;
      await hanna.desk.tell(id, { ...about, text: '', options });
      expect((await casekey('meet', '1', word)).exit, word).toBe(0);
      expect((await meeting())?.state).toBe(state);
      expect((await casekey('return')).printed).toContain(`Meeting 1: ${told}`);
    }
  });

  it('shows what is to be checked and proposed, and answers it', async () => {
    const { words } = await installation.report();
    const casekey = await programWith(words);
    const { id } = await installation.newReporter().open(words);
    const told = { kind: 'transcript', id: null, form: 'meeting', text: 'You said so.' } as const;
    await hanna.desk.tell(id, { ...told, heldOn: '2026-03-01', by: '2026-03-16' });
    expect((await casekey('meet', 'phone')).exit).toBe(0);
    const [meeting] = (await hanna.desk.openCase(id)).meetings;
    const option = { form: 'phone', day: '2026-03-20', time: '14:30', zone: 'UTC' } as const;
    const options = [{ ...option, place: 'We call nobody: 0123' }];
    const about = { kind: 'meeting_proposal', id: meeting?.id ?? null, text: '' } as const;
    await hanna.desk.tell(id, { ...about, options });
    const shown = (await casekey('return')).printed;
    expect(shown).toContain('Transcript 1: Minutes of a meeting of 2026-03-01, version 1');
    expect(shown).toContain('[1] phone, 2026-03-20 14:30 UTC: We call nobody: 0123');
    expect((await casekey('agree', '2')).exit).toBe(2);
    expect((await casekey('agree', '1')).exit).toBe(0);
    expect((await casekey('meet', '1', 'take', '1')).exit).toBe(0);
    expect((await casekey('meet', '1', 'dance')).exit).toBe(2);
    const view = await hanna.desk.openCase(id);
    expect(view.transcripts[0]?.state).toBe('agreed');
    expect(view.meetings[0]?.state).toBe('agreed');
    const asked = {
      basis: 'consent',
      to: 'Police',
      what: 'The name',
      text: 'As a witness.',
    } as const;
    await hanna.desk.talkIdentity(id, asked);
    const question = (await casekey('return')).printed;
    expect(question).toContain('To whom: Police');
    expect(question).toContain('not answered yet: `consent 1 agree` or `consent 1 refuse`');
    expect((await casekey('consent', '1')).exit).toBe(2);
    expect((await casekey('consent', '2', 'agree')).exit).toBe(2);
    expect((await casekey('consent', '1', 'withdraw')).exit).toBe(2);
    expect((await casekey('consent', '1', 'agree')).exit).toBe(0);
    const closure = { kind: 'closure', outcome: 'minor', text: 'Closed.' } as const;
    await hanna.desk.reply(id, closure, [], silent);
    expect((await casekey('return')).printed).toContain('you agreed: `consent 1 withdraw`');
    expect((await casekey('consent', '1', 'withdraw')).exit).toBe(0);
    expect((await casekey('consent', '1', 'agree')).exit).toBe(2);
    expect((await hanna.desk.openCase(id)).identityTalks).toMatchObject([{ state: 'withdraw' }]);
  });
});

describe('a meeting', () => {
  it('is asked for, proposed, agreed on and noted, and can be called off', async () => {
    const { words } = await installation.report();
    const reporter = installation.newReporter();
    const asked = await reporter.say(words, {
      kind: 'meeting_request',
      id: null,
      form: 'in_person',
      text: unique('Wishes'),
    });
    const [wanted] = asked.meetings;
    if (wanted === undefined) throw new Error('nobody asked');
    const option = {
      form: 'in_person',
      day: '2026-03-20',
      time: '14:30',
      zone: 'Europe/Stockholm',
      place: unique('Place'),
    } as const;
    const options = [option, { ...option, time: '16:00' }];
    await hanna.desk.tell(asked.id, {
      kind: 'meeting_proposal',
      id: wanted.id,
      options,
      text: unique('Words about times'),
    });
    const [proposed] = (await reporter.open(words)).meetings;
    const view = await reporter.say(words, {
      kind: 'meeting_answer',
      id: wanted.id,
      proposal: proposed?.proposal?.hash ?? '',
      answer: 'accepted',
      chosen: 1,
      text: '',
    });
    expect(view.meetings).toMatchObject([{ state: 'agreed', agreed: { time: '16:00' } }]);
    const seen = await harald.desk.openCase(asked.id);
    expect(seen.dates).toMatchObject([{ what: 'meeting_agreed', by: '2026-03-20', basis: 'plan' }]);
    const held = { kind: 'meeting_held', id: wanted.id, on: '2026-03-20', state: 'held' } as const;
    expect((await harald.desk.work(asked.id, held)).meetings[0]?.heldOn).toBe('2026-03-20');
    await reporter.say(words, { kind: 'meeting_withdrawal', id: wanted.id, text: '' });
    const after = await hanna.desk.openCase(asked.id);
    expect(after.meetings).toMatchObject([{ state: 'withdrawn', agreed: null }]);
    expect(after.warnings).toEqual([]);
  });

  it('leaves nothing of what was said where the server could keep it', () => {
    const places = {
      ...placesBelow(installation.server.dataFolder),
      log: Buffer.from(installation.server.logged.join('\n')),
    };
    const canaries = [...typed].map(([what, text]) => canary(what, text));
    expect(canaries.length).toBeGreaterThan(7);
    expect(tracesIn(places, canaries)).toEqual([]);
  });
});

describe('a custodian who came since', () => {
  it('is sealed nothing before the handler was shown who that is', async () => {
    const before = await recording({});
    await installation.addCustodian('iris');
    await expect(hanna.desk.record(before, [], silent)).rejects.toMatchObject({
      code: 'new_readers',
    });
  });
});

describe('a channel that was closed', () => {
  it('takes nothing that a handler writes down, and no file of it is sent first', async () => {
    const { administrator, channel, server } = installation;
    await administrator.desk.closeChannel(channel, true);
    const letter = randomFile(8, 'letter.txt');
    const stored = await server.db('attachments');
    await expect(hanna.desk.record(await recording({}), [letter], silent)).rejects.toMatchObject({
      code: 'channel_closed',
    });
    expect(await server.db('attachments')).toEqual(stored);
  });
});
