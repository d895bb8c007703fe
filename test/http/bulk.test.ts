import { afterAll, beforeAll, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import type { BulkOrder } from '../../client/desk/bulk.js';
import { reportInput } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';

// The same done in several cases that somebody chose: an entry of its own in each, what cannot be is
// named, and nothing is closed that was not read.

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
const close: BulkOrder = {
  ...{ do: 'close', outcome: 'spam', text: 'This is no report.' },
  note: 'The third one from the same printer.',
};

async function newCase(leftOut: string[] = []): Promise<{ id: string; words: string[] }> {
  const { words } = await installation.report({ leftOut });
  return { id: reporterKeys(words).caseId, words };
}

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

it('labels and assigns each case, leaves what is so already, and names who cannot read', async () => {
  const [one, two, three] = [await newCase(), await newCase(), await newCase([harald.id])];
  await hanna.desk.work(two.id, { kind: 'labels', labels: ['north', 'night'] });
  const ids = [one.id, two.id, three.id];
  const progress: number[] = [];
  const labelled = await hanna.desk.workOnChosen(ids, { do: 'label', label: 'night' }, (each) => {
    progress.push(each.done);
  });
  expect(labelled).toEqual({
    changed: [one.id, three.id],
    unchanged: [two.id],
    failed: [],
    left: [],
    ended: null,
  });
  expect(progress).toEqual([0, 1, 2, 3]);
  expect((await hanna.desk.openCase(two.id)).labels).toEqual(['north', 'night']);

  const assigned = await hanna.desk.workOnChosen(
    ids,
    { do: 'assign', reader: harald.id },
    () => undefined,
  );
  expect(assigned).toMatchObject({
    changed: [one.id, two.id],
    failed: [{ id: three.id, code: 'cannot_read_case' }],
  });
  const { rows } = await harald.desk.inbox('open');
  expect(rows.find(({ id }) => id === one.id)).toMatchObject({
    labels: ['night'],
    responsible: [harald.id],
    // work on many cases reads nothing
    unread: true,
  });
  await hanna.desk.workOnChosen([two.id], { do: 'unlabel', label: 'north' }, () => undefined);
  expect((await hanna.desk.openCase(two.id)).labels).toEqual(['night']);
});

it('closes what was read, tells each reporter, and names what is unread, held, restricted or closed', async () => {
  const cases = await Promise.all([1, 2, 3, 4, 5, 6].map(() => newCase()));
  const [read, unread, held, restricted, closed, written] = cases;
  if (!read || !unread || !held || !restricted || !closed || !written) throw new Error('cases');
  for (const { id } of [read, held, restricted, closed, written]) await hanna.desk.openCase(id);
  await hanna.desk.work(held.id, {
    kind: 'hold',
    ground: 'court',
    reference: 'T 1-26',
    decidedBy: 'The board',
    scope: 'Everything.',
    review: '2027-09-01',
  });
  await hanna.desk.work(restricted.id, {
    kind: 'restriction',
    id: null,
    ground: 'accuracy',
    text: 'A witness contests it.',
    review: '2027-09-01',
  });
  await harald.desk.reply(
    closed.id,
    { kind: 'closure', outcome: 'minor', text: 'Closed.' },
    [],
    () => undefined,
  );
  const letter = {
    ...reportInput(installation.channel, await hanna.desk.newCallerKey()),
    ...({ way: 'letter', receivedOn: '2026-02-20', key: 'not_kept' } as const),
    shown: installation.handlers.map(({ id }) => id),
  };
  const keyless = await hanna.desk.record(letter, [], () => undefined);
  await hanna.desk.openCase(keyless.id);
  // somebody writes after the list was read
  const reporter = installation.newReporter();
  await reporter.send(written.words, 'There is more.', [], () => undefined);

  const result = await hanna.desk.workOnChosen(
    [...cases.map(({ id }) => id), keyless.id],
    close,
    () => undefined,
  );
  expect(result.changed).toEqual([read.id]);
  expect(new Map(result.failed.map(({ id, code }) => [id, code]))).toEqual(
    new Map([
      [unread.id, 'case_unread'],
      [held.id, 'case_held'],
      [restricted.id, 'case_restricted'],
      [closed.id, 'already_closed'],
      [written.id, 'case_unread'],
      // whether the person was told is another matter in each
      [keyless.id, 'told_missing'],
    ]),
  );
  const told = await reporter.open(read.words);
  expect(told.entries.at(-1)).toMatchObject({
    content: { kind: 'closure', outcome: 'spam', text: 'This is no report.' },
  });
  expect(JSON.stringify(told)).not.toContain('printer');
  const after = await hanna.desk.openCase(read.id);
  expect(after).toMatchObject({ state: 'closed', outcome: 'spam' });
  const notes = after.entries.filter(({ content }) => content.kind === 'note');
  expect(notes).toMatchObject([
    { compartment: 'internal', content: { text: 'The third one from the same printer.' } },
  ]);
});

it('can be stopped and go on: what was done stands, and nothing is done twice', async () => {
  const cases = [await newCase(), await newCase(), await newCase()];
  const ids = cases.map(({ id }) => id);
  for (const id of ids) await hanna.desk.openCase(id);
  const controller = new AbortController();
  const stopped = await hanna.desk.workOnChosen(
    ids,
    close,
    ({ done }) => {
      if (done === 1) controller.abort();
    },
    controller.signal,
  );
  expect(stopped).toEqual({
    changed: ids.slice(0, 1),
    unchanged: [],
    failed: [],
    left: ids.slice(1),
    ended: 'cancelled',
  });
  const rest = await hanna.desk.workOnChosen(stopped.left, close, () => undefined);
  expect(rest).toMatchObject({ changed: ids.slice(1), left: [], ended: null });
  for (const id of ids) {
    const { entries } = await hanna.desk.openCase(id);
    expect(entries.filter(({ content }) => content.kind === 'closure')).toHaveLength(1);
  }
});
