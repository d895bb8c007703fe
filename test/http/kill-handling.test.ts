import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { ClientError } from '../../client/errors.js';
import { createDesk, type Desk } from '../../client/handler.js';
import { createReporter } from '../../client/reporter.js';
import { dayOf, reporterKeys } from '../../crypto/private.js';
import { silent } from '../support/fixtures.js';
import { startInstallation } from '../support/installation.js';
import { hurry } from '../support/lying-server.js';
import { randomMoment, startProcess } from '../support/process.js';
import { createTestClock, temporaryFolder } from '../support/server.js';
import { expectSoundIn } from '../support/sound.js';

const KILLS = 6;

type Deed = 'renewal' | 'closure' | 'reopening';
const ORDER: readonly Deed[] = ['renewal', 'closure', 'renewal', 'reopening'];

/** A case as its handler knows it: what was done to it, and what nobody knows. */
interface Worked {
  readonly words: readonly string[];
  readonly id: string;
  /** Where in the order of deeds it began. */
  readonly began: number;
  readonly done: Deed[];
  open: Deed | null;
}

const count = (deeds: readonly Deed[], wanted: Deed): number =>
  deeds.filter((deed) => deed === wanted).length;

test(
  `a case that is closed, reopened and given new keys is whole after a kill (${String(KILLS)} kills)`,
  { timeout: 120_000 },
  async () => {
    const dataFolder = await temporaryFolder();
    const clock = createTestClock(new Date());
    const installation = await startInstallation({ clock, dataFolder });
    const [hanna] = installation.handlers;
    const cases: Worked[] = [];
    // so that each deed is somewhere on its way when the first kill comes
    for (const began of [0, 1, 3]) {
      const { words } = await installation.report();
      const id = reporterKeys(words).caseId;
      const done: Deed[] = began === 3 ? ['closure'] : [];
      const closure = { kind: 'closure', outcome: 'spam', text: 'Done.' } as const;
      if (began === 3) await hanna.desk.reply(id, closure, [], silent);
      cases.push({ words, id, began: began - done.length, done, open: null });
    }
    await installation.stop();

    let server = await startProcess({ dataFolder });
    const address = server.url;
    const now = (): Date => new Date();
    let acknowledged = 0;
    let unanswered = 0;

    const signIn = async (): Promise<Desk> => {
      const desk = createDesk({ address, fetch, now, stretch: 'least' });
      await desk.signIn(hanna.name, hanna.passphrase);
      return desk;
    };
    const perform = async (desk: Desk, { id }: Worked, deed: Deed): Promise<void> => {
      if (deed === 'renewal') await desk.renew(id);
      else if (deed === 'reopening')
        await desk.reply(id, { kind: deed, text: 'Again.' }, [], silent);
      else await desk.reply(id, { kind: deed, outcome: 'spam', text: 'Done.' }, [], silent);
    };
    /** One deed after the other until the server is gone. */
    const work = async (desk: Desk, worked: Worked, isGone: () => boolean): Promise<void> => {
      while (!isGone()) {
        const deed = ORDER[(worked.began + worked.done.length) % ORDER.length] ?? 'renewal';
        worked.open = deed;
        try {
          await perform(desk, worked, deed);
        } catch (error) {
          // no answer, or one of a server that does not know the session of before
          if (error instanceof ClientError) return;
          throw error;
        }
        worked.done.push(deed);
        worked.open = null;
        acknowledged += 1;
      }
    };
    /** What is stored is all that was acknowledged, and the deed that had no answer or nothing of it. */
    const check = async (desk: Desk, worked: Worked): Promise<void> => {
      const view = await desk.openCase(worked.id);
      expect(view).toMatchObject({ fault: null, warnings: [], writable: 'yes' });
      const stored = (deed: Deed): number =>
        deed === 'renewal'
          ? view.access.filter((each) => each.compartment === 'dialogue').length - 1
          : view.entries.filter(({ content }) => content.kind === deed).length;
      const { done, open } = worked;
      for (const deed of ['renewal', 'closure', 'reopening'] as const) {
        const more = stored(deed) - count(done, deed);
        expect([0, open === deed ? 1 : 0], `${deed}, ${String(open)} open`).toContain(more);
        if (more === 1) done.push(deed);
      }
      if (open !== null) unanswered += 1;
      worked.open = null;
      const last = done.findLast((deed) => deed !== 'renewal');
      expect(view.state).toBe(last === 'closure' ? 'closed' : 'open');
      const today = () => dayOf(now());
      const seen = await createReporter({ address, fetch, today }).open(worked.words);
      expect(seen).toMatchObject({ warnings: [], writable: 'yes', state: view.state });
    };

    // whoever has no answer is not to wait until the server is back
    hurry();
    let desk = await signIn();
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        let gone = false;
        const working = Promise.all(cases.map((worked) => work(desk, worked, () => gone)));
        await randomMoment(() => acknowledged, randomInt(1, 6));
        gone = true;
        await server.kill();
        server = await startProcess({ dataFolder, port: server.port });
        await working;
        desk = await signIn();
        for (const worked of cases) await check(desk, worked);
      }
    } finally {
      vi.restoreAllMocks();
      await server.kill();
    }
    expect(acknowledged).toBeGreaterThan(0);
    expect(unanswered).toBeGreaterThan(0);
    await expectSoundIn(dataFolder);
    await rm(dataFolder, { recursive: true, force: true });
  },
);
