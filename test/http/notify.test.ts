import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Day } from '../../crypto/public.js';
import { momentOf } from '../../server/jobs/calendar.js';
import { composeMail } from '../../server/notify/message.js';
import { createNotifier, type Notifier } from '../../server/notify/service.js';
import { createTransport } from '../../server/notify/transport.js';
import { ask } from '../support/api.js';
import { admitHandler, askAs, setUpDesk, signIn, type TestDesk } from '../support/desk.js';
import { fillCase } from '../support/rows.js';
import { makeOrganisation } from '../support/organisation.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

/** A mail as it came over the wire. */
interface Received {
  to: string[];
  from: string;
  name: string;
  bytes: Buffer;
}

/** 2026-03-02 is a Monday; the desk's mail goes at 8, in Stockholm. */
const atEight = '2026-03-02T07:00:00Z';

let received: Received[];
let refusals: number;
let mailServer: SMTPServer;
let server: TestServer;
let desk: TestDesk;
const clock = createTestClock();

beforeEach(async () => {
  received = [];
  refusals = 0;
  mailServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (refusals > 0) {
          refusals -= 1;
          done(Object.assign(new Error('not now, hanna@example.org'), { responseCode: 451 }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          to: rcptTo.map(({ address }) => address),
          from: mailFrom === false ? '' : mailFrom.address,
          name: session.hostNameAppearsAs,
          bytes: Buffer.concat(parts),
        });
        done();
      });
    },
  });
  mailServer.listen(0, '127.0.0.1');
  await once(mailServer.server, 'listening');
  clock.set('2026-03-01T12:00:00Z');
  server = await startTestServer({
    clock: clock.now,
    env: {
      CASEKEY_TIME_ZONE: 'Europe/Stockholm',
      CASEKEY_PUBLIC_ADDRESS: 'https://desk.example.org',
      CASEKEY_SMTP_HOST: '127.0.0.1',
      CASEKEY_SMTP_PORT: String((mailServer.server.address() as AddressInfo).port),
      CASEKEY_SMTP_FROM: 'desk@example.org',
      CASEKEY_SMTP_TLS: 'none',
    },
  });
  desk = await setUpDesk(server);
});

afterEach(async () => {
  await server.stop();
  await new Promise<void>((resolve) => {
    mailServer.close(resolve);
  });
});

async function setMail(person: TestDesk['handler'], mail: string | null): Promise<void> {
  await signIn(desk, person);
  const answer = await askAs(desk, person, 'PUT', '/api/desk/account/mail', { mail });
  expect(answer.status).toBe(204);
}

async function mailsAt(moment: string): Promise<Received[]> {
  received = [];
  clock.set(moment);
  await server.scheduler.tick();
  return received;
}

describe('the daily mail', () => {
  it('is the same bytes whether or not something is new', async () => {
    await setMail(desk.handler, 'hanna@example.org');
    const [quiet] = await mailsAt(atEight);
    expect(quiet).toBeDefined();

    // the same day once more, in an installation where much has happened
    await server.db('jobs').delete();
    const organisation = await makeOrganisation();
    for (const closedDay of [null, null, '2026-02-20' as Day]) {
      const { id } = await fillCase(server.db, organisation, { closedDay });
      await server.db('access').where('case_id', id).delete();
      const row = { state: 'open', active_day: '2026-03-02', case_id: id };
      await server.db('access').insert({ reader: desk.handler.id, ...row });
    }
    await server.db('cases').whereNotNull('closed_day').update({ decision_due_day: '2026-03-03' });
    const [busy] = await mailsAt('2026-03-02T07:41:13Z');
    expect(busy?.bytes.equals(quiet?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(busy).toEqual(quiet);
  });

  it('says nothing but where the desk is, in English and Swedish', async () => {
    await setMail(desk.handler, 'hanna@example.org');
    const [mail] = await mailsAt(atEight);
    expect(mail).toMatchObject({
      to: ['hanna@example.org'],
      from: 'desk@example.org',
      name: 'desk.example.org',
    });
    const text = mail?.bytes.toString('latin1') ?? '';
    expect(text.split('\r\n\r\n')[0]?.split('\r\n')).toEqual([
      'Auto-Submitted: auto-generated',
      'From: desk@example.org',
      'To: hanna@example.org',
      'Subject: =?UTF-8?Q?Look_in_at_the_desk_/_Titta_in_p=C3=A5_h?=',
      ' =?UTF-8?Q?andl=C3=A4ggarsidan?=',
      'Message-ID: <2026-03-02@desk.example.org>',
      'Date: Mon, 02 Mar 2026 07:00:00 +0000',
      'Content-Transfer-Encoding: quoted-printable',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
    ]);
    const addresses = text.match(/https?:[^\s]+/g);
    expect(addresses).toEqual([
      'https://desk.example.org/desk/en/',
      'https://desk.example.org/desk/sv/',
    ]);
    const body = text.slice(text.indexOf('\r\n\r\n')).replaceAll(/=[0-9A-F]{2}/g, '·');
    expect(body).toContain('Det h··r meddelandet');
    expect(body).not.toMatch(/\d/);
  });

  it('goes to everybody active with an address, to nobody else', async () => {
    const second = await admitHandler(desk, 'olle');
    await setMail(desk.handler, 'hanna@example.org');
    await setMail(second, 'olle@example.org');
    await setMail(desk.administrator, 'admin@example.org');
    const mails = await mailsAt(atEight);
    const everybody = ['admin@example.org', 'hanna@example.org', 'olle@example.org'];
    expect(mails.map(({ to }) => to[0]).sort()).toEqual(everybody);
    const withoutRecipient = mails.map(({ bytes }) =>
      bytes.toString('latin1').replace(/^To: .*$/m, ''),
    );
    expect(new Set(withoutRecipient).size).toBe(1);

    await server.db('accounts').where('id', second.id).update({ state: 'removed' });
    await setMail(desk.handler, null);
    await setMail(desk.administrator, null);
    expect(await mailsAt('2026-03-03T07:00:00Z')).toEqual([]);
  });

  it('goes at its hour on Monday to Friday, once', async () => {
    await setMail(desk.handler, 'hanna@example.org');
    const days: string[] = [];
    for (let day = 2; day <= 9; day += 1) {
      for (const time of ['06:59', '07:00', '07:01', '15:00']) {
        const mails = await mailsAt(`2026-03-0${String(day)}T${time}:00Z`);
        days.push(...mails.map(() => `${String(day)} ${time}`));
      }
    }
    expect(days).toEqual(['2 07:00', '3 07:00', '4 07:00', '5 07:00', '6 07:00', '9 07:00']);
  });

  it('waits for the next day where an address is set after the hour', async () => {
    await setMail(desk.handler, 'hanna@example.org');
    await mailsAt(atEight);
    await setMail(desk.handler, 'other@example.org');
    expect(await mailsAt('2026-03-02T12:00:00Z')).toEqual([]);
    expect(await mailsAt('2026-03-03T07:00:00Z')).toMatchObject([{ to: ['other@example.org'] }]);
  });

  it('leaves the API without a trace of itself', async () => {
    await setMail(desk.handler, 'hanna@example.org');
    await mailsAt(atEight);
    const { text } = await ask(server, 'GET', '/api/directory');
    expect(text).not.toContain('hanna@example.org');
    expect(server.logged.join('')).not.toContain('example.org');
  });
});

describe('a mail server that does not take a mail', () => {
  function notifier(): Notifier {
    const { smtp, publicAddress } = server.config;
    if (smtp === undefined) throw new Error('no mail server');
    return createNotifier({
      db: server.db,
      clock: clock.now,
      timeZone: 'Europe/Stockholm',
      log: (record) => logged.push(record),
      from: smtp.from,
      publicAddress,
      plannedAt: (day) => momentOf(day, 8, 'Europe/Stockholm'),
      send: createTransport(smtp, 'desk.example.org'),
      pauses: [1, 1, 1],
    });
  }
  let logged: unknown[];

  beforeEach(async () => {
    logged = [];
    clock.set(atEight);
    await setMail(desk.handler, 'hanna@example.org');
    await signIn(desk, desk.administrator);
  });

  it('is asked a few times more', async () => {
    refusals = 3;
    expect(await notifier().run()).toBe(1);
    expect(received).toHaveLength(1);
    expect(logged).toEqual(Array(3).fill({ event: 'mail failed', code: 'EMESSAGE' }));
  });

  it('is left alone in the end, until the next day', async () => {
    refusals = 4;
    expect(await notifier().run()).toBe(0);
    expect(received).toEqual([]);
    expect(logged).toHaveLength(4);
    expect(await notifier().run()).toBe(0);
    clock.addDays(1);
    expect(await notifier().run()).toBe(1);
  });

  it('never gets a mail twice for one day, whoever restarts', async () => {
    await notifier().run();
    await notifier().run();
    expect(await Promise.all([notifier().run(), notifier().run()])).toEqual([0, 0]);
    expect(received).toHaveLength(1);
  });

  it('gets nothing in the clear where encryption was asked for', async () => {
    const { smtp } = server.config;
    if (smtp === undefined) throw new Error('no mail server');
    for (const tls of ['starttls', 'implicit'] as const) {
      const send = createTransport({ ...smtp, tls }, 'desk.example.org');
      const mail = { day: '2026-03-02' as Day, plannedAt: clock.now(), publicAddress: 'https://x' };
      const message = composeMail({ ...mail, from: 'a@example.org', to: 'b@example.org' });
      await expect(send(message)).rejects.toThrow();
    }
    expect(received).toEqual([]);
  });

  it('does not hold up the others', async () => {
    const second = await admitHandler(desk, 'olle');
    await setMail(second, 'olle@example.org');
    refusals = 4;
    expect(await notifier().run()).toBe(1);
    expect(received).toHaveLength(1);
  });
});
