import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendReport } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation({ published: false });
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('a report begun while the channel was for practice', () => {
  it('does not become a real one because the channel was published meanwhile', async () => {
    const { administrator, handlers, channel } = installation;
    const [hanna] = handlers;
    await sendReport(installation.newReporter(), channel);
    const late = installation.newReporter();
    await late.directory();
    const [practised] = (await hanna.desk.inbox('open')).rows;
    await hanna.desk.openCase(practised?.id ?? '');
    await administrator.desk.publish(channel);
    await expect(sendReport(late, channel)).rejects.toMatchObject({ code: 'practice_over' });
    expect((await hanna.desk.inbox('open')).rows).toHaveLength(1);
    // shown the channel as it is now, the reporter may go on
    await late.directory();
    await sendReport(late, channel);
    const rows = (await hanna.desk.inbox('open')).rows;
    expect(rows.map(({ practice }) => practice).sort()).toEqual([false, true]);
  });
});
