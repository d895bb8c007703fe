import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../client/api.js';
import {
  CreateCase,
  type Grant,
  HandlerAppend,
  isEpochEntry,
  randomBytes,
  ReporterAppend,
  reporterKeys,
  type SealedEntry,
  toBase64,
} from '../../crypto/private.js';
import { sendReport, silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { resignedBy } from '../support/case.js';

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

async function report(): Promise<{ words: string[]; id: string }> {
  const { words } = await installation.report();
  return { words, id: reporterKeys(words).caseId };
}

/** A client's way to the server on which its own requests of a kind become others. */
function altering<const S extends v.GenericSchema>(
  method: string,
  path: RegExp,
  schema: S,
  change: (request: v.InferOutput<S>) => unknown,
): Fetch {
  return async (input, init) => {
    if (init.method !== method || !path.test(new URL(input).pathname)) return fetch(input, init);
    if (typeof init.body !== 'string') throw new Error('a request without a body');
    const request = v.parse(schema, JSON.parse(init.body));
    return fetch(input, { ...init, body: JSON.stringify(change(request)) });
  };
}

/** The same entry, of noise: signed by its author, and it opens for nobody. */
function noiseFrom(words: readonly string[], entry: SealedEntry): SealedEntry {
  const noise = { ...entry, nonce: toBase64(randomBytes(24)) };
  return resignedBy(reporterKeys(words).sig.secretKey, noise, {});
}

const kindsOf = (view: { entries: { content: { kind: string } }[] }): string[] =>
  view.entries.map(({ content }) => content.kind);

describe('a reporter who sends noise', () => {
  it('stops neither the conversation nor the closing', async () => {
    const { words, id } = await report();
    const noisy = installation.newReporter(
      altering('POST', /^\/api\/case\/entries$/, ReporterAppend, (request) => ({
        ...request,
        entry: noiseFrom(words, request.entry),
      })),
    );
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
    const spoil = (grants: readonly Grant[]): Grant[] =>
      grants.map((grant) => {
        const other = grants.find(({ recipient }) => recipient === 'reporter');
        return grant.recipient === hanna.id && other !== undefined
          ? { ...other, compartment: grant.compartment, recipient: grant.recipient }
          : grant;
      });
    const hostile = await installation.signIn(
      harald,
      altering('POST', /\/entries$/, HandlerAppend, (request) => ({
        ...request,
        grants: spoil(request.grants),
      })),
    );
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
