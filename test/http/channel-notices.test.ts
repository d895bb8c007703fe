import { afterAll, beforeAll, expect, it } from 'vitest';
import { wordBeneath } from '../../client/law/notices.js';
import type { ChannelView } from '../../client/models.js';
import { startInstallation, type Installation } from '../support/installation.js';

// What an organisation says beneath the notices of a channel's country, in the signed directory.

let world: Installation;

const authority = {
  names: { en: 'Bank supervisor' },
  url: 'https://supervisor.example/',
  contact: null,
  conditions: { en: 'For banks.' },
};
const authorities = { words: { en: 'We are a bank.' }, added: [authority], reason: 'We are one.' };
const advice = { words: { en: 'The union helps.' }, reason: 'People asked.' };

beforeAll(async () => {
  world = await startInstallation();
});
afterAll(async () => {
  expect(world.server.faults).toEqual([]);
  await world.stop();
});

/** The channel as a reporter's client takes it from the signed directory. */
async function asReported(): Promise<ChannelView> {
  const [channel] = (await world.newReporter().directory()).channels;
  if (channel === undefined) throw new Error('no channel');
  return channel;
}

it('reaches reporters with its reason, and every desk tells it', async () => {
  const { desk } = world.administrator;
  expect((await asReported()).notices).toEqual({});
  await desk.updateChannel(world.channel, { notices: { authorities } });
  await desk.updateChannel(world.channel, { notices: { advice } });
  const { country, notices } = await asReported();
  expect(notices).toEqual({
    authorities: { country, ...authorities },
    advice: { country, ...advice },
  });
  const [hanna] = world.handlers;
  const lines = (await hanna.desk.directoryChanges()).flatMap((change) => change.lines);
  const channel = { en: 'Reports', sv: 'Rapporter' };
  expect(lines.filter(({ code }) => code === 'channel_notices')).toEqual([
    {
      code: 'channel_notices',
      channel,
      of: 'authorities',
      before: [],
      after: ['We are a bank.', 'Bank supervisor', 'https://supervisor.example/', 'For banks.'],
      reason: 'We are one.',
    },
    {
      code: 'channel_notices',
      channel,
      of: 'advice',
      before: [],
      after: ['The union helps.'],
      reason: 'People asked.',
    },
  ]);
});

it('stays with another change, and stands beneath no other country until it is said anew', async () => {
  const { desk } = world.administrator;
  const { country } = await asReported();
  await desk.updateChannel(world.channel, { receipts: true });
  expect((await asReported()).notices.advice?.reason).toBe('People asked.');
  await desk.updateChannel(world.channel, { country: 'NO', countryReason: 'We moved.' });
  const moved = await asReported();
  expect(moved.notices.advice?.country).toBe(country);
  expect(wordBeneath(moved.notices, 'advice', moved.country)).toBeNull();
  await desk.updateChannel(world.channel, { notices: { advice } });
  const anew = await asReported();
  expect(wordBeneath(anew.notices, 'advice', 'NO')).toEqual({ country: 'NO', ...advice });
  expect(wordBeneath(anew.notices, 'authorities', 'NO')).toBeNull();
});

it('is taken back with a reason', async () => {
  const nothing = { words: {}, reason: 'The union closed.' };
  await world.administrator.desk.updateChannel(world.channel, { notices: { advice: nothing } });
  const { notices, country } = await asReported();
  expect(notices.advice).toEqual({ country, ...nothing });
  expect(wordBeneath(notices, 'advice', country)).toBeNull();
});

it('is refused by the server where it leads elsewhere, hides something or says no reason', async () => {
  const { desk } = world.administrator;
  const withAuthority = (change: object): object => ({
    authorities: { ...authorities, added: [{ ...authority, ...change }] },
  });
  for (const wrong of [
    { advice: { ...advice, reason: '' } },
    { advice: { ...advice, words: { en: 'x'.repeat(601) } } },
    { advice: { ...advice, words: { en: 'a\u202eb' } } },
    { advice: { ...advice, instead: true } },
    { authorities: { ...authorities, hidden: true } },
    { authorities: { ...authorities, added: Array.from({ length: 6 }, () => authority) } },
    withAuthority({ url: 'http://supervisor.example/' }),
    withAuthority({ url: 'https://av.se@supervisor.example/' }),
    withAuthority({ url: 'javascript:alert(1)' }),
    withAuthority({ url: null }),
    withAuthority({ names: {} }),
  ]) {
    const { version } = await desk.directory();
    await expect(
      desk.updateChannel(world.channel, { notices: wrong }),
      JSON.stringify(wrong),
    ).rejects.toMatchObject({ code: 'malformed' });
    expect((await desk.directory()).version).toBe(version);
  }
});
