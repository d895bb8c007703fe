import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import { newestFromReporter } from '../../client/casework/newest.js';
import {
  HandlerAppend,
  recordHashOf,
  reporterKeys,
  type RecordHash,
} from '../../crypto/private.js';
import { resignedBy } from '../support/case.js';
import { silent } from '../support/fixtures.js';
import { altering, keysOf } from '../support/hostile.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';

/*
 * A case is closed, and left as it is after its reporter wrote again, only by somebody who was shown
 * what the reporter wrote last.
 */

let installation: Installation;
let words: string[];
let id: string;
let vera: InstallationPerson;

const unread = { code: 'case_unread' };
const closing = { kind: 'closure', outcome: 'spam', text: 'Nothing to look at.' } as const;

beforeAll(async () => {
  installation = await startInstallation();
  vera = await installation.addHandler('vera', 'Vera Lind');
  ({ words } = await installation.report());
  id = reporterKeys(words).caseId;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

const write = (text: string) => installation.newReporter().send(words, text, [], silent);

async function shown(desk: Desk): Promise<string | null> {
  return newestFromReporter((await desk.openCase(id)).entries);
}

async function row(): Promise<unknown> {
  return installation.server
    .db('cases')
    .where({ id })
    .first('closed_day', 'decision_due_day', 'internal_sequence', 'dialogue_sequence');
}

/** A desk whose requests say that its author saw no more of the conversation than this. */
async function seeing(seen: RecordHash): Promise<Desk> {
  const [, person] = installation.handlers;
  const { sig } = await keysOf(installation, person);
  return installation.signIn(
    person,
    altering('POST', /\/entries$/, HandlerAppend, (request) => {
      const word = request.entries.find(({ header }) => header.effect !== null);
      if (word === undefined) return request;
      const changed = resignedBy(sig.secretKey, word, { seen });
      // what is said among handlers in the same request names the word as seen
      const [before, after] = [word, changed].map(recordHashOf);
      const entries = request.entries.map((entry) => {
        if (entry === word) return changed;
        const names = entry.header.seen === before && after !== undefined;
        return names ? resignedBy(sig.secretKey, entry, { seen: after }) : entry;
      });
      return { ...request, entries };
    }),
  );
}

describe('a closure', () => {
  it('is not said over what the reporter wrote after the page was loaded', async () => {
    const [hanna] = installation.handlers;
    const known = await shown(hanna.desk);
    await write('Wait, there is more.');
    const before = await row();
    const early = hanna.desk.reply(id, { ...closing, known, note: 'Done.' }, [], silent);
    await expect(early).rejects.toMatchObject(unread);
    expect(await row()).toEqual(before);
  });

  it('is refused by the server from a desk that says it saw less', async () => {
    const [hanna] = installation.handlers;
    const { entries } = await hanna.desk.openCase(id);
    const report = entries.find(({ content }) => content.kind === 'report')?.hash as RecordHash;
    const before = await row();
    const hostile = await seeing(report);
    await expect(hostile.reply(id, closing, [], silent)).rejects.toMatchObject(unread);
    expect(await row()).toEqual(before);
  });

  it('is said once that was shown, whatever handlers wrote meanwhile', async () => {
    const [hanna] = installation.handlers;
    const harald = await installation.signIn(installation.handlers[1]);
    const known = await shown(hanna.desk);
    await harald.reply(id, { kind: 'reply', text: 'Thank you.' }, [], silent);
    const view = await hanna.desk.reply(id, { ...closing, known }, [], silent);
    expect(view.state).toBe('closed');
  });
});

describe('the decision that nothing further follows', () => {
  it('is not taken over what the reporter wrote after the page was loaded, and the day to decide stays', async () => {
    const [hanna] = installation.handlers;
    await write('One more thing.');
    const known = await shown(hanna.desk);
    await write('And this.');
    const before = await row();
    expect(before).not.toMatchObject({ decision_due_day: null });
    await expect(hanna.desk.decideNothingFurther(id, 'Read.', known)).rejects.toMatchObject(unread);
    expect(await row()).toEqual(before);
  });

  it('is refused by the server from a desk that says it saw less', async () => {
    const [hanna] = installation.handlers;
    const { entries } = await hanna.desk.openCase(id);
    const closed = entries.findLast(({ content }) => content.kind === 'closure')?.hash;
    const before = await row();
    const hostile = await seeing(closed as RecordHash);
    const known = newestFromReporter(entries);
    await expect(hostile.decideNothingFurther(id, '', known)).rejects.toMatchObject(unread);
    expect(await row()).toEqual(before);
  });

  it('is taken once that was shown, also where somebody left and it brings new keys', async () => {
    const [hanna] = installation.handlers;
    await installation.administrator.desk.remove(vera.id);
    await hanna.desk.decideNothingFurther(id, 'Read.', await shown(hanna.desk));
    expect(await row()).toMatchObject({ decision_due_day: null });
  });
});
