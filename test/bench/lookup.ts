import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { toBase64 } from '../../crypto/private.js';
import { installOrganisation, makeOrganisation } from '../support/organisation.js';
import { makeReport } from '../support/report.js';
import { openBenchDatabase } from './database.js';
import { quantile, type Measure } from './measure.js';
import { startProcess, withFolder } from './process.js';

/** What is asked for: nothing that ever was, the same again to see the noise, and a case being purged. */
const kinds = ['unknown', 'control', 'purging'] as const;
type Kind = (typeof kinds)[number];

/** The slowest answers tell of the machine, not of the look-up. */
const KEPT = 0.9;

/**
 * Welch's t of two samples: how many standard errors their means lie apart. Beyond 4.5 they are held
 * for different, as in "dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede 2016).
 */
function welch(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [first, second].map((all) => {
    const limit = quantile(all, KEPT);
    const kept = all.filter((value) => value <= limit);
    const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
    const spread = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (kept.length - 1);
    return { mean, error: spread / kept.length };
  });
  if (a === undefined || b === undefined) return Number.NaN;
  return Math.abs(a.mean - b.mean) / Math.sqrt(a.error + b.error);
}

function asker(address: string): (token: string) => Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return (token) =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const headers = { Authorization: `Case ${token}` };
      const request = http.get(`${address}/api/case`, { agent, headers }, (response) => {
        response.resume().once('end', () => {
          const milliseconds = performance.now() - begun;
          if (response.statusCode === 404) resolve(milliseconds);
          else reject(new Error(`answered ${String(response.statusCode)}`));
        });
      });
      request.once('error', reject);
    });
}

/** Whether the time of an answer tells a key that nothing belongs to from one whose case is going. */
export const lookup: Measure = {
  name: 'lookup',
  title: 'times of answers to keys that open nothing',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      const organisation = await makeOrganisation({ parts: ['handler', 'handler'] });
      const db = await openBenchDatabase(folder);
      await installOrganisation(db, organisation);
      const server = await startProcess(folder);
      const report = makeReport(organisation);
      const sent = await fetch(`${server.address}/api/cases`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(report.request),
      });
      if (sent.status !== 201) throw new Error(`the report was answered ${String(sent.status)}`);
      // as the purge begins, see server/retention/store.ts
      await db('cases').update({ purging: 1, token_hash: null });
      await db.destroy();

      const ask = asker(server.address);
      const times: Record<Kind, number[]> = { unknown: [], control: [], purging: [] };
      const rounds = quick ? 200 : 8_000;
      try {
        for (let round = 0; round < 200; round += 1) await ask(toBase64(randomBytes(32)));
        for (let round = 0; round < rounds; round += 1) {
          // in another order each time, so that no kind always follows the same one
          const order = [...kinds].sort(() => (randomBytes(1).readUInt8() < 128 ? -1 : 1));
          for (const kind of order) {
            const token = kind === 'purging' ? report.keys.lookupToken : toBase64(randomBytes(32));
            times[kind].push(await ask(token));
          }
        }
      } finally {
        await server.stop();
      }
      say(`${String(rounds)} answers of each kind`);
      return [
        {
          name: 'lookup.t',
          label: "a case being purged against none: Welch's t",
          value: welch(times.unknown, times.purging),
          unit: '',
          limit: { most: 4.5 },
        },
        {
          name: 'lookup.noise',
          label: 'none against none',
          value: welch(times.unknown, times.control),
          unit: '',
        },
        {
          name: 'lookup.median',
          label: 'median answer',
          value: quantile(times.unknown, 0.5),
          unit: 'ms',
        },
      ];
    }),
};
