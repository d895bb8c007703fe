import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import type { Fetch } from '../../client/api.js';
import { ClientError } from '../../client/errors.js';
import type { KeptDraft, SavedFilter } from '../../client/desk/shelf-contents.js';
import { BOX_OVERHEAD, KeepShelf, reporterKeys, SHELF_BYTES } from '../../crypto/private.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';

// Drafts and saved filters: sealed for one person in one box of one size, and back at another desk.

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;

const draft = (text: string): KeptDraft => ({
  kind: 'reply',
  text,
  outcome: null,
  files: 2,
  fields: { way: 'phone' },
});
const filter: SavedFilter = {
  state: 'open',
  category: 'fraud',
  channel: null,
  status: null,
  label: 'north',
  unread: true,
  mine: true,
  standingIn: false,
  practice: 'without',
  query: 'gate',
};

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

it('comes back at another desk, for the same person alone', async () => {
  expect(await hanna.desk.openShelf()).toEqual({ drafts: [], filters: [], desks: [] });
  hanna.desk.putDraft('recording', draft('Begun on the phone.'));
  hanna.desk.putFilter('North', filter);
  hanna.desk.putOtherDesk('https://south.example', 'South AB');
  expect(await hanna.desk.saveShelf()).toEqual([]);
  const other = await installation.signIn(hanna);
  expect(await other.openShelf()).toEqual({
    drafts: ['recording'],
    filters: [{ name: 'North', filter }],
    desks: [{ address: 'https://south.example', name: 'South AB' }],
  });
  expect(other.keptDraft('recording')).toEqual(draft('Begun on the phone.'));
  expect(await harald.desk.openShelf()).toEqual({ drafts: [], filters: [], desks: [] });
});

it('is as long whatever it holds, and sent whether anything changed or not', async () => {
  const boxes: number[] = [];
  const numbers: number[] = [];
  const watching: Fetch = (address, init) => {
    if (init.method === 'PUT' && address.endsWith('/account/shelf')) {
      const { number, box } = v.parse(KeepShelf, JSON.parse(init.body as string));
      boxes.push(box.length);
      numbers.push(number);
    }
    return fetch(address, init);
  };
  const desk = await installation.signIn(harald, watching);
  await desk.saveShelf();
  await desk.saveShelf();
  for (let count = 0; count < 12; count += 1) {
    desk.putDraft(`draft ${count.toString()}`, draft('x'.repeat(count * 900)));
    desk.putFilter(`filter ${count.toString()}`, filter);
  }
  await desk.saveShelf();
  for (const { name } of desk.savedFilters()) desk.putFilter(name, null);
  await desk.saveShelf();
  expect(numbers).toEqual([1, 2, 3, 4]);
  expect(new Set(boxes)).toEqual(new Set([Math.ceil(((BOX_OVERHEAD + SHELF_BYTES) * 4) / 3)]));
  const rows = await installation.server.db('shelves').select<{ box: Buffer }[]>('box');
  expect(new Set(rows.map(({ box }) => box.length))).toEqual(new Set([BOX_OVERHEAD + SHELF_BYTES]));
});

it('loses nothing where one person writes at two desks', async () => {
  const one = await installation.signIn(hanna);
  const two = await installation.signIn(hanna);
  await one.openShelf();
  await two.openShelf();
  one.putDraft('one', draft('at the first'));
  two.putDraft('two', draft('at the second'));
  two.putDraft('recording', null);
  await Promise.all([one.saveShelf(), two.saveShelf(), one.saveShelf(), one.saveShelf()]);
  await one.saveShelf();
  const third = await installation.signIn(hanna);
  expect((await third.openShelf()).drafts.sort()).toEqual(['one', 'two']);
});

it('lets drafts of cases go that are not this person’s any more, and keeps newer ones', async () => {
  const { words } = await installation.report();
  const { caseId } = reporterKeys(words);
  const gone = reporterKeys((await installation.report()).words).caseId;
  const desk = await installation.signIn(hanna);
  await desk.openShelf();
  for (const key of [caseId, gone, `${gone} note`, 'recording']) desk.putDraft(key, draft('here'));
  expect(desk.draftedCases().sort()).toEqual([caseId, gone].sort());
  desk.pruneDrafts([caseId], '2000-01-01T00:00:00.000Z');
  expect(desk.keptDraft(gone)).not.toBeNull();
  desk.pruneDrafts([caseId], '2999-01-01T00:00:00.000Z');
  expect(
    [caseId, gone, `${gone} note`, 'recording'].map((key) => desk.keptDraft(key) !== null),
  ).toEqual([true, false, false, true]);
});

it('is never saved over what does not open, nor sealed once somebody signed out', async () => {
  const desk = await installation.signIn(harald);
  const rows = installation.server.db('shelves');
  const before = await rows
    .clone()
    .where('account', harald.id)
    .first<{ number: number; box: Buffer }>();
  await rows
    .clone()
    .where('account', harald.id)
    .update({ box: Buffer.alloc(before.box.length, 7) });
  desk.putDraft('recording', draft('newer'));
  await expect(desk.openShelf()).rejects.toMatchObject({ code: 'shelf_unreadable' });
  await expect(desk.saveShelf()).rejects.toMatchObject({ code: 'shelf_unreadable' });
  expect(await rows.clone().where('account', harald.id).first('number')).toEqual({
    number: before.number,
  });
  await rows.clone().where('account', harald.id).update({ box: before.box });
  await desk.saveShelf();

  // the second save waits for the first, and by then nobody is signed in
  const first = desk.saveShelf();
  const second = desk.saveShelf();
  const leaving = desk.signOut();
  await expect(second).rejects.toBeInstanceOf(ClientError);
  await Promise.allSettled([first, leaving]);
  const again = await installation.signIn(harald);
  expect((await again.openShelf()).drafts).toContain('recording');
});

it('ends with the account', async () => {
  await installation.administrator.desk.remove(harald.id);
  const left = await installation.server.db('shelves').pluck<string[]>('account');
  expect(left).not.toContain(harald.id);
  expect(left).toContain(hanna.id);
});
