import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openBenchDatabase } from './database.js';
import { setUpHandler } from './installed.js';
import { median, quantile, type Figure, type Measure } from './measure.js';
import { startHelper, startProcess, withFolder, type Helper } from './process.js';
import { prepareReports } from './reports.js';
import type { SendResult, SendTask } from './reports-send.js';
import { seedCases } from './seed.js';

const PER_SECOND = 15;
const SLICE_SECONDS = 4;
const SLICE = PER_SECOND * SLICE_SECONDS;
/** Longer than the two years that cases are kept. */
const CLOSED_DAYS_AGO = 800;
/** When the server looks for the first time what is due. */
const FIRST_LOOK = 60_000;
const DONE = /"event":"(job done|job put off|job failed)"/u;

interface Sent {
  failures: number;
  latencies: number[];
}

/** Sends reports at a steady rate, slice by slice, as long as it is told to. */
async function sendWhile(
  sender: Helper,
  address: string,
  bodies: string[],
  goOn: (slices: number) => boolean,
): Promise<Sent> {
  const sent: Sent = { failures: 0, latencies: [] };
  for (let slices = 0; goOn(slices) && bodies.length >= SLICE; slices += 1) {
    const task: SendTask = {
      address,
      bodies: bodies.splice(0, SLICE),
      atOnce: 64,
      perSecond: PER_SECOND,
    };
    const { failures, latencies } = await sender.ask<SendResult>(task);
    sent.failures += failures;
    sent.latencies.push(...latencies);
  }
  return sent;
}

/** Reports to send, and cases to purge: reports first, as long as there is nothing to purge. */
async function makeCases(folder: string, reports: number, count: number): Promise<string[]> {
  await mkdir(folder);
  const server = await startProcess(folder);
  try {
    const handler = await setUpHandler(server);
    const bodies = await prepareReports(server.address, reports);
    await server.stop();
    const db = await openBenchDatabase(folder);
    await seedCases(db, { count, handler, closedDaysAgo: CLOSED_DAYS_AGO, whole: true });
    // while reports were prepared today's purge may have come by already
    await db('jobs').delete();
    await db.destroy();
    // what was made up is on the disk before anything is measured
    execFileSync('sync');
    return bodies;
  } finally {
    await server.stop();
  }
}

async function closedCases(folder: string): Promise<number> {
  const db = await openBenchDatabase(folder);
  try {
    const row = await db('cases').whereNotNull('closed_day').count({ rows: '*' }).first();
    return Number(row?.['rows']);
  } finally {
    await db.destroy();
  }
}

function figuresOf(calm: Sent, during: Sent, seconds: number): Figure[] {
  const [before, meanwhile] = [quantile(calm.latencies, 0.99), quantile(during.latencies, 0.99)];
  const [calmMedian, duringMedian] = [median(calm.latencies), median(during.latencies)];
  return [
    {
      name: 'purge.failures',
      label: 'failed reports',
      value: calm.failures + during.failures,
      unit: '',
      limit: { most: 0 },
    },
    {
      name: 'purge.ratio',
      label: '99th percentile against that without the purge',
      value: meanwhile / before,
      unit: 'times',
      limit: { most: 3 },
    },
    { name: 'purge.calm', label: '99th percentile without', value: before, unit: 'ms' },
    { name: 'purge.during', label: '99th percentile during', value: meanwhile, unit: 'ms' },
    { name: 'purge.calmMedian', label: 'median without', value: calmMedian, unit: 'ms' },
    { name: 'purge.duringMedian', label: 'median during', value: duringMedian, unit: 'ms' },
    {
      name: 'purge.reports',
      label: 'reports sent during the purge',
      value: during.latencies.length,
      unit: '',
    },
    { name: 'purge.seconds', label: 'the purge took', value: seconds, unit: 's' },
  ];
}

/** The server's own purge of many cases, and how reporters feel it. */
export const purge: Measure = {
  name: 'purge',
  title: 'purge of 10,000 closed cases while reports come in',
  run: ({ quick, say }) =>
    withFolder(async (parent) => {
      const folder = path.join(parent, 'data');
      const count = quick ? 200 : 10_000;
      const calmSlices = quick ? 2 : 11;
      say(`making up ${String(count)} cases`);
      const bodies = await makeCases(folder, SLICE * (quick ? 20 : 90), count);
      // the hour of the purge is always past, and the server first looks after a minute
      const server = await startProcess(folder, { CASEKEY_PURGE_HOUR: '0' });
      const started = performance.now();
      const sender = startHelper('reports-send.ts');
      try {
        const ended = { seconds: 0, how: '' };
        const done = server.waitFor(DONE).then((how) => {
          ended.seconds = (performance.now() - started - FIRST_LOOK) / 1000;
          ended.how = how;
        });
        const { address } = server;
        await sendWhile(sender, address, bodies, (slices) => slices < 1);
        say('reports before the purge');
        const calm = await sendWhile(sender, address, bodies, (slices) => slices < calmSlices);
        const left = FIRST_LOOK - (performance.now() - started);
        if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
        say('reports during the purge');
        const during = await sendWhile(sender, address, bodies, () => ended.how === '');
        await done;
        if (ended.how !== 'job done') throw new Error(`The purge ended with: ${ended.how}`);
        await server.stop();
        const remaining = await closedCases(folder);
        if (remaining > 0) throw new Error(`${String(remaining)} cases were not purged.`);
        return figuresOf(calm, during, ended.seconds);
      } finally {
        sender.stop();
        await server.stop();
      }
    }),
};
