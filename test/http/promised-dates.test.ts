import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, reporterKeys, type Day } from '../../crypto/private.js';
import { startInstallation, type Installation } from '../support/installation.js';

// What an organisation promises of the dates of a channel: sooner than law, for reports to come.

let world: Installation;
let before: { words: string[]; receivedOn: string };

const idOf = (words: readonly string[]): string => reporterKeys(words).caseId;
const later = (from: string, days: number): string => addDays(from as Day, days);

/** What a reporter's page names as the two days. */
async function daysOf(words: readonly string[]): Promise<string[]> {
  const { acknowledgementBy, feedbackBy } = await world.newReporter().open(words);
  return [acknowledgementBy, feedbackBy];
}

beforeAll(async () => {
  world = await startInstallation();
  before = await world.report();
});
afterAll(async () => {
  expect(world.server.faults).toEqual([]);
  await world.stop();
});

describe('a promise', () => {
  it('counts for what comes from the next day on, and is told with its reason', async () => {
    const [hanna] = world.handlers;
    const usual = await daysOf(before.words);
    const deadlines = { ackDays: 2, feedbackDays: 30, reason: 'We can.' };
    const { channels } = await world.administrator.desk.updateChannel(world.channel, { deadlines });
    const from = later(before.receivedOn, 1);
    expect(channels[0]?.deadlines).toEqual([{ from, ...deadlines }]);
    const lines = (await hanna.desk.directoryChanges()).flatMap((change) => change.lines);
    expect(lines).toContainEqual({
      code: 'channel_deadlines',
      channel: { en: 'Reports', sv: 'Rapporter' },
      before: null,
      after: { from, ...deadlines },
    });
    const sameDay = await world.report();
    expect(await daysOf(before.words)).toEqual(usual);
    expect(await daysOf(sameDay.words)).toEqual(usual);

    world.clock.addDays(1);
    await world.signIn(hanna);
    await world.signIn(world.administrator);
    const after = await world.report();
    expect(after.receivedOn).toBe(from);
    expect(await daysOf(after.words)).toEqual([later(from, 2), later(from, 30)]);
    expect(await daysOf(before.words)).toEqual(usual);
    const { rows } = await hanna.desk.inbox('open');
    expect(rows.find(({ id }) => id === idOf(after.words))?.receivedOn).toBe(from);
  });

  it('that is taken back leaves it to those who were promised it', async () => {
    const promised = await world.report();
    const kept = await daysOf(promised.words);
    const none = { ackDays: null, feedbackDays: null, reason: 'We cannot.' };
    await world.administrator.desk.updateChannel(world.channel, { deadlines: none });
    world.clock.addDays(1);
    await world.signIn(world.administrator);
    const { words, receivedOn } = await world.report();
    expect((await daysOf(words))[0]).toBe(later(receivedOn, 7));
    expect(await daysOf(promised.words)).toEqual(kept);
  });

  it('is refused by the server where it is slower than the law, or says no reason', async () => {
    const { desk } = world.administrator;
    const promise = { ackDays: 3, feedbackDays: 60, reason: 'We can.' };
    for (const wrong of [
      { ...promise, ackDays: 7 },
      { ...promise, ackDays: 0 },
      { ...promise, ackDays: 1.5 },
      { ...promise, feedbackDays: 89 },
      { ...promise, reason: '' },
      { ...promise, more: true },
    ]) {
      const version = (await desk.directory()).version;
      await expect(
        desk.updateChannel(world.channel, { deadlines: wrong }),
        JSON.stringify(wrong),
      ).rejects.toMatchObject({ code: 'malformed' });
      expect((await desk.directory()).version).toBe(version);
    }
  });

  it('set twice on one day counts as it was set last', async () => {
    const { desk } = world.administrator;
    for (const ackDays of [5, 4]) {
      const deadlines = { ackDays, feedbackDays: null, reason: 'We can.' };
      await desk.updateChannel(world.channel, { deadlines });
    }
    const [channel] = (await desk.directory()).channels;
    expect(channel?.deadlines.map(({ ackDays }) => ackDays)).toEqual([2, null, 4]);
  });
});

it('the country of a channel changes with a reason, which goes with the next change', async () => {
  const { desk } = world.administrator;
  const change = async (country: string, countryReason?: string): Promise<unknown> => {
    const reason = countryReason === undefined ? {} : { countryReason };
    const { channels } = await desk.updateChannel(world.channel, { country, ...reason });
    return channels[0]?.countryReason;
  };
  expect(await change('ES', 'The company moved.')).toBe('The company moved.');
  expect(await change('ES')).toBe('The company moved.');
  expect(await change('SE', 'It moved back.')).toBe('It moved back.');
});
