import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ChannelId,
  CreateCase,
  Day,
  DeskCase,
  HandlerAppend,
  isEpochEntry,
  kemKeys,
  newOverview,
  openGrant,
  ReaderId,
  type RecordHash,
  ReporterAppend,
  reporterKeys,
  sealOverview,
  toBase64,
  toJsonBytes,
  utf8,
} from '../../crypto/private.js';
import { resignedBy } from '../support/case.js';
import { sendReport, silent } from '../support/fixtures.js';
import {
  altering,
  craftReport,
  keysOf,
  noiseFrom,
  noisyReporter,
  sayingBytes,
  withholdingFrom,
} from '../support/hostile.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createLyingServer } from '../support/lying-server.js';

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
});
beforeEach(async () => {
  // a test may have left one that is hostile
  await installation.signIn(harald);
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function report(): Promise<{ words: string[]; id: string }> {
  const { words } = await installation.report();
  return { words, id: reporterKeys(words).caseId };
}

const kindsOf = (view: { entries: { content: { kind: string } }[] }): string[] =>
  view.entries.map(({ content }) => content.kind);

describe('a reporter who sends noise', () => {
  it('stops neither the conversation nor the closing', async () => {
    const { words, id } = await report();
    const noisy = installation.newReporter(noisyReporter(words));
    await noisy.send(words, 'Noise', [], silent);
    const seen = await hanna.desk.openCase(id);
    expect(seen).toMatchObject({ writable: 'yes', warnings: [], fault: null });
    expect(kindsOf(seen)).toEqual(['report', 'unreadable']);
    await hanna.desk.reply(id, { kind: 'reply', text: 'We cannot read it.' }, [], silent);
    const again = await installation.newReporter().send(words, 'Now in words.', [], silent);
    expect(kindsOf(again)).toEqual(['report', 'unreadable', 'reply', 'message']);
    const closing = { kind: 'closure', outcome: 'minor', text: 'Closed.' } as const;
    expect(await hanna.desk.reply(id, closing, [], silent)).toMatchObject({ state: 'closed' });
  });
});

describe('a handler who gives another no true key', () => {
  it('is mended by new keys, which read what was written meanwhile as far as it can be', async () => {
    const { words, id } = await report();
    await hanna.desk.reply(id, { kind: 'reply', text: 'Before.' }, [], silent);
    const hostile = await installation.signIn(harald, withholdingFrom(hanna.id));
    await hostile.renew(id);
    await installation.newReporter().send(words, 'Meanwhile.', [], silent);

    const shut = await hanna.desk.openCase(id);
    expect(shut).toMatchObject({ writable: 'after_new_keys' });
    expect(shut.warnings.length).toBeGreaterThan(0);
    expect(kindsOf(shut)).toEqual(['report', 'reply', 'unreadable']);
    await expect(
      hanna.desk.reply(id, { kind: 'reply', text: 'Never' }, [], silent),
    ).rejects.toMatchObject({ code: shut.warnings[0]?.code });

    const mended = await hanna.desk.revoke(id, harald.id);
    expect(mended).toMatchObject({ writable: 'yes', fault: null });
    await hanna.desk.note(id, 'Harald kept the keys from me.', [], silent);
    const answer = { kind: 'reply', text: 'Please write that again.' } as const;
    expect(kindsOf(await hanna.desk.reply(id, answer, [], silent))).toEqual([
      'report',
      'reply',
      'unreadable',
      'reply',
      'note',
    ]);
    const view = await installation.newReporter().open(words);
    expect(view).toMatchObject({ writable: 'yes', warnings: [] });
    expect(kindsOf(view)).toEqual(['report', 'reply', 'message', 'reply']);
    await expect(hostile.openCase(id)).rejects.toMatchObject({ code: 'case_not_found' });
  });

  it('costs the case its title at most: without one it is named by its first words again', async () => {
    const { id } = await report();
    const { title } = await hanna.desk.openCase(id);
    expect(title).not.toBe('');
    await hanna.desk.rename(id, 'A title of its own');
    const hostile = await installation.signIn(harald, withholdingFrom(hanna.id));
    await hostile.renew(id);
    expect(await hanna.desk.openCase(id)).toMatchObject({ writable: 'after_new_keys', title });
    expect(await hanna.desk.renew(id)).toMatchObject({ writable: 'yes', title });
    const { rows } = await hanna.desk.inbox('open');
    expect(rows.find((row) => row.id === id)).toMatchObject({ title, fault: null });
  });

  it('cannot close a case without its saying so to everyone', async () => {
    const { words, id } = await report();
    const hostile = await installation.signIn(
      harald,
      altering('POST', /\/entries$/, HandlerAppend, (request) => ({
        ...request,
        entries: request.entries.map((entry) =>
          isEpochEntry(entry)
            ? entry
            : { ...entry, header: { ...entry.header, effect: 'close' as const } },
        ),
      })),
    );
    await expect(
      hostile.reply(id, { kind: 'reply', text: 'All is well.' }, [], silent),
    ).rejects.toMatchObject({ code: 'wrong_signature' });
    expect(await installation.newReporter().open(words)).toMatchObject({ state: 'open' });
  });
});

describe('a handler who lifts a hold by an entry that nobody can read', () => {
  it('lets nobody believe that the case is still held', async () => {
    const { id } = await report();
    const held = await hanna.desk.work(id, {
      kind: 'hold',
      ground: 'court',
      reference: '',
      decidedBy: 'The board',
      scope: 'All of it.',
      review: '2026-09-01',
    });
    expect(held.keeping.hold).toMatchObject({ ground: 'court' });
    const { sig } = await keysOf(installation, harald);
    const hostile = await installation.signIn(
      harald,
      altering('POST', /\/entries$/, HandlerAppend, (request) => ({
        ...request,
        entries: request.entries.map((entry) =>
          isEpochEntry(entry)
            ? entry
            : resignedBy(sig.secretKey, { ...entry, nonce: toBase64(new Uint8Array(24)) }, {}),
        ),
      })),
    );
    await hostile.work(id, { kind: 'release', text: 'Nobody reads this.' });
    expect((await hanna.desk.openCase(id)).keeping.hold).toBeNull();
  });
});

const closure = { kind: 'closure', outcome: 'spam', text: 'Closed.' } as const;

/** What must be possible whatever others did: to read, renew the keys, search and close. */
async function expectWorkable(id: string): Promise<void> {
  for (const { desk } of [hanna, harald]) {
    expect(await desk.openCase(id)).toMatchObject({ writable: 'yes' });
  }
  await harald.desk.renew(id);
  await hanna.desk.search('nothing', silent);
  expect(await hanna.desk.reply(id, closure, [], silent)).toMatchObject({ state: 'closed' });
}

describe('a report that was made to stop whoever reads it', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  const cases: [string, Parameters<typeof craftReport>[1]][] = [
    ['says practice where the request says none', { report: { practice: true } }],
    [
      'names another channel than the request',
      { report: { channel: v.parse(ChannelId, toBase64(new Uint8Array(16))) } },
    ],
    [
      'is nested too deep to be read',
      {
        change: ({ request, epoch, keys }) => {
          const [first, second] = request.entries;
          const { secretKey } = keys.sig;
          return {
            ...request,
            entries: [first, sayingBytes(second, epoch, secretKey, utf8(deep))],
          };
        },
      },
    ],
    [
      'comes with a key to which nothing can be sealed',
      { kem: toBase64(new Uint8Array(1216).fill(255)) },
    ],
    [
      'comes with a key whose half is zero',
      {
        kem: toBase64(
          kemKeys(new Uint8Array(32)).publicKey.map((byte, index) => (index < 1184 ? byte : 0)),
        ),
      },
    ],
  ];
  it.each(cases)('%s', async (_, options) => {
    const { report, answer } = await craftReport(installation, options);
    expect(answer.status).toBe(201);
    await expectWorkable(report.keys.caseId);
  });

  it('leaves out everybody to whom it is sealed', async () => {
    const leftOut = [hanna, harald].map(({ id }) => v.parse(ReaderId, id));
    const { report } = await craftReport(installation, { report: { leftOut } });
    await expectWorkable(report.keys.caseId);
  });

  it('has a title that leaves no room for anything else in the list', async () => {
    const { report } = await craftReport(installation, {
      change: ({ request, epoch }) => ({
        ...request,
        overview: sealOverview(epoch, newOverview({ title: 'a'.repeat(456), category: 'fraud' })),
      }),
    });
    await expectWorkable(report.keys.caseId);
  });

  it('has days at either end of the calendar in the list', async () => {
    const fields = newOverview({ title: 'Days', category: 'fraud' });
    const due = { what: 'task', by: v.parse(Day, '0000-01-01'), days: 36_500 } as const;
    const { report } = await craftReport(installation, {
      change: ({ request, epoch }) => ({
        ...request,
        overview: sealOverview(epoch, { ...fields, due }),
      }),
    });
    const { rows } = await hanna.desk.inbox('open');
    expect(rows.find(({ id }) => id === report.keys.caseId)).toMatchObject({ fault: null });
    await expectWorkable(report.keys.caseId);
  });

  it('says of itself that it is dealt with: lists believe what it is about, and no more', async () => {
    const first = 'Nobody looks at the north gate.';
    const { report } = await craftReport(installation, {
      text: first,
      change: ({ request, epoch }) => ({
        ...request,
        overview: sealOverview(epoch, {
          title: 'Nothing to do here',
          category: 'other',
          acknowledgedOn: v.parse(Day, '2026-03-02'),
          feedbackOn: v.parse(Day, '2026-03-02'),
          outcome: 'minor',
          status: 'waiting',
          labels: ['done'],
          responsible: [v.parse(ReaderId, harald.id)],
          due: { what: 'task', by: v.parse(Day, '2030-01-01'), days: 3 },
          feedbackExtendedTo: v.parse(Day, '2030-01-01'),
          acknowledgementWaived: true,
          unreachable: true,
          receivedOn: v.parse(Day, '2020-01-01'),
          investigated: true,
          exportWaits: true,
          stillNeeded: true,
          dataRequest: false,
        }),
      }),
    });
    const id = report.keys.caseId;
    const listed = async (person: InstallationPerson) =>
      (await person.desk.inbox('open')).rows.find((row) => row.id === id);
    const untouched = {
      fault: null,
      acknowledgedOn: null,
      feedbackOn: null,
      outcome: null,
      status: 'new',
      labels: [],
      responsible: [],
      due: null,
      feedbackExtendedTo: null,
      acknowledgementWaived: false,
      unreachable: false,
      investigated: false,
      exportWaits: false,
      stillNeeded: false,
    };
    expect(await listed(hanna)).toMatchObject({ ...untouched, title: 'Nothing to do here' });
    expect(await hanna.desk.openCase(id)).toMatchObject({ ...untouched, title: first });
    // whoever opens it seals what the report says, for those who have not opened it as well
    for (const person of [hanna, harald]) {
      expect(await listed(person)).toMatchObject({ ...untouched, title: first });
    }
  });

  it('in a body nested too deep is refused with a code', async () => {
    const { answer } = await craftReport(installation, {
      change: ({ request, keys }) => {
        const [first, second] = request.entries;
        const body = toBase64(utf8(deep.slice(100_000, 300_000)));
        return {
          ...request,
          entries: [resignedBy(keys.sig.secretKey, { ...first, body }, {}), second],
        };
      },
    });
    expect([answer.status, answer.code]).toEqual([400, 'malformed']);
  });
});

describe('an overview that says otherwise than the entries', () => {
  it('is sealed anew by whoever opens the case, and by nobody where it agrees', async () => {
    const { id } = await report();
    const writes: string[] = [];
    const counting = await installation.signIn(hanna, (input, init) => {
      if (init.method === 'POST' && input.endsWith('/entries')) writes.push(input);
      return fetch(input, init);
    });
    await counting.openCase(id);
    const careless = await installation.signIn(
      harald,
      altering('POST', /\/entries$/, HandlerAppend, (request) => ({ ...request, overview: null })),
    );
    await careless.note(id, 'The notes begin.', [], silent);
    await careless.reply(id, { kind: 'acknowledgement', text: 'We look at it.' }, [], silent);
    const acknowledged = async (): Promise<string | null | undefined> =>
      (await counting.inbox('open')).rows.find((row) => row.id === id)?.acknowledgedOn;
    expect(await acknowledged()).toBeNull();
    expect(writes).toEqual([]);
    await counting.openCase(id);
    expect(await acknowledged()).toBe('2026-03-02');
    expect(writes).toHaveLength(1);
    await counting.openCase(id);
    expect(writes).toHaveLength(1);
    await installation.signIn(hanna);
  });
});

describe('an entry that clients would not follow', () => {
  it('of a reporter who names an own record as seen is refused', async () => {
    const { words, id } = await report();
    const own = (await hanna.desk.openCase(id)).entries[0]?.hash as RecordHash;
    const hostile = installation.newReporter(
      altering('POST', /^\/api\/case\/entries$/, ReporterAppend, (request) => ({
        ...request,
        entry: resignedBy(reporterKeys(words).sig.secretKey, request.entry, { seen: own }),
      })),
    );
    await expect(hostile.send(words, 'Never', [], silent)).rejects.toMatchObject({
      code: 'wrong_seen',
    });
    await expectWorkable(id);
  });

  it('of a handler who un-sees, in the dialogue or the notes, is refused', async () => {
    const { words, id } = await report();
    await harald.desk.reply(id, { kind: 'reply', text: 'One.' }, [], silent);
    await harald.desk.note(id, 'A note.', [], silent);
    await installation.newReporter().send(words, 'Two.', [], silent);
    const { sig } = await keysOf(installation, harald);
    const hostile = await installation.signIn(
      harald,
      altering('POST', /\/entries$/, HandlerAppend, (request) => ({
        ...request,
        entries: request.entries.map((entry) => resignedBy(sig.secretKey, entry, { seen: null })),
      })),
    );
    await expect(
      hostile.reply(id, { kind: 'reply', text: 'Never' }, [], silent),
    ).rejects.toMatchObject({ code: 'wrong_seen' });
    await expect(hostile.note(id, 'Never', [], silent)).rejects.toMatchObject({
      code: 'wrong_seen',
    });
    await installation.newReporter().send(words, 'Three.', [], silent);
    await installation.signIn(harald);
    await expectWorkable(id);
  });

  it('of a handler who dates it beyond any calendar is shown as unreadable', async () => {
    const { id } = await report();
    const { sig, kem } = await keysOf(installation, harald);
    const answer = await fetchCase(id);
    const [first] = answer.entries;
    const [grant] = answer.grants;
    if (first === undefined || grant === undefined) throw new Error('a case');
    const place = { case: answer.case.id, compartment: 'dialogue', epoch: 1 } as const;
    const epoch = openGrant(grant, place, first.header.commitment, kem);
    const at = '+275760-09-13T00:00:00.000Z';
    const bytes = toJsonBytes({ kind: 'acknowledgement', at, text: 'x', files: [] });
    const hostile = await installation.signIn(
      harald,
      altering('POST', /\/entries$/, HandlerAppend, (request) => ({
        ...request,
        entries: request.entries.map((entry) =>
          isEpochEntry(entry) ? entry : sayingBytes(entry, epoch, sig.secretKey, bytes),
        ),
      })),
    );
    await hostile.reply(id, { kind: 'acknowledgement', text: 'x' }, [], silent);
    expect(kindsOf(await hanna.desk.openCase(id))).toEqual(['report', 'unreadable']);
    await installation.signIn(harald);
    await expectWorkable(id);
  });

  /** A case as the server tells it to Harald. */
  async function fetchCase(id: string): Promise<DeskCase> {
    const heard: DeskCase[] = [];
    const server = createLyingServer();
    server.lieAbout(DeskCase, /^\/api\/desk\/cases\/[^/?]+$/, (answer) => {
      heard.push(answer);
      return answer;
    });
    const desk = await installation.signIn(harald, server.fetch);
    await desk.openCase(id);
    const [answer] = heard;
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }
});

// last, since it moves the clock by years
describe('noise instead of a report', () => {
  it('leaves a case that can be closed and purged', async () => {
    const words = await installation.newReporter().newCaseKey();
    const noisy = installation.newReporter(
      altering('POST', /^\/api\/cases$/, CreateCase, (request) => ({
        ...request,
        entries: [request.entries[0], noiseFrom(words, request.entries[1])],
      })),
    );
    await sendReport(noisy, installation.channel, { change: { words } });
    const id = reporterKeys(words).caseId;
    const seen = await harald.desk.openCase(id);
    expect(seen).toMatchObject({ writable: 'yes', grantable: [], fault: null });
    expect(kindsOf(seen)).toEqual(['unreadable']);
    const closing = { kind: 'closure', outcome: 'spam', text: 'Nothing in it.' } as const;
    const closed = await harald.desk.reply(id, closing, [], silent);
    expect(closed).toMatchObject({ state: 'closed', outcome: 'spam' });
    installation.clock.addDays(366 * 2 + 1);
    await installation.server.scheduler.tick();
    await installation.signIn(harald);
    await expect(harald.desk.openCase(id)).rejects.toMatchObject({ code: 'case_not_found' });
  });
});
