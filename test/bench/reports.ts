import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { prepareFolder } from './database.js';
import { median, quantile, type Measure } from './measure.js';
import { startHelper, startProcess, withFolder } from './process.js';
import type { DirectTask } from './reports-direct.js';
import type { PrepareTask } from './reports-prepare.js';
import type { SendResult, SendTask } from './reports-send.js';

const AT_ONCE = 64;

/** Reports sealed by the reporter's own code beforehand, as request bodies. */
export async function prepareReports(address: string, count: number): Promise<string[]> {
  const helpers = [startHelper('reports-prepare.ts'), startHelper('reports-prepare.ts')];
  try {
    const share = Math.ceil(count / helpers.length);
    const made = await Promise.all(
      helpers.map((helper) =>
        helper.ask<string[]>({ address, count: share } satisfies PrepareTask),
      ),
    );
    return made.flat().slice(0, count);
  } finally {
    for (const helper of helpers) helper.stop();
  }
}

/** 64 reporters at once, against the same rows written by knex directly. */
export const reports: Measure = {
  name: 'reports',
  title: '64 reporters at once, 2 KB reports sealed to 3 readers',
  run: ({ quick, say }) =>
    withFolder(async (folder) => {
      const rounds = quick ? 1 : 3;
      const count = quick ? 128 : 640;
      const rates: number[] = [];
      const direct: number[] = [];
      const latencies: number[] = [];
      let failures = 0;
      for (let round = 1; round <= rounds; round += 1) {
        say(`round ${String(round)} of ${String(rounds)}: ${String(count)} reports`);
        const from = path.join(folder, `server-${String(round)}`);
        const to = path.join(folder, `direct-${String(round)}`);
        await mkdir(from);
        await mkdir(to);
        await prepareFolder(from);
        const server = await startProcess(from);
        const sender = startHelper('reports-send.ts');
        try {
          const bodies = await prepareReports(server.address, count + AT_ONCE);
          const task: SendTask = { address: server.address, bodies, atOnce: AT_ONCE };
          // connections and compiled code of both sides first
          await sender.ask({ ...task, bodies: bodies.slice(count) });
          const sent = await sender.ask<SendResult>({ ...task, bodies: bodies.slice(0, count) });
          rates.push(count / sent.seconds);
          latencies.push(...sent.latencies);
          failures += sent.failures;
        } finally {
          sender.stop();
          await server.stop();
        }
        const writer = startHelper('reports-direct.ts');
        try {
          const task: DirectTask = { from, to };
          const written = await writer.ask<{ seconds: number; count: number }>(task);
          direct.push(written.count / written.seconds);
        } finally {
          writer.stop();
        }
      }
      const ratios = rates.map((rate, index) => (rate / (direct[index] ?? 1)) * 100);
      return [
        {
          name: 'reports.failures',
          label: 'failed',
          value: failures,
          unit: '',
          limit: { most: 0 },
        },
        {
          name: 'reports.ratio',
          label: 'rate against writing the rows directly',
          value: median(ratios),
          unit: '%',
          limit: { least: 40 },
        },
        { name: 'reports.rate', label: 'reports', value: median(rates), unit: '/s' },
        { name: 'reports.direct', label: 'written directly', value: median(direct), unit: '/s' },
        { name: 'reports.median', label: 'median answer', value: median(latencies), unit: 'ms' },
        {
          name: 'reports.p99',
          label: '99th percentile',
          value: quantile(latencies, 0.99),
          unit: 'ms',
        },
      ];
    }),
};
