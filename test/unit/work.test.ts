import { describe, expect, it } from 'vitest';
import { proofOf } from '../../client/work.js';
import { WorkChallenge, WorkProof, type WorkKind } from '../../crypto/public.js';
import { createGauge } from '../../server/work/gauge.js';
import { createMeter } from '../../server/work/meter.js';
import { createWork, type Work } from '../../server/work/service.js';
import { createTestClock } from '../support/server.js';
import * as v from 'valibot';

const clock = () => createTestClock('2026-03-02T10:00:00Z');
const later = (time: ReturnType<typeof clock>, minutes: number): void => {
  time.set(new Date(time.now().getTime() + minutes * 60_000));
};
const refused = { code: 'work_needed' };

/** Nothing drawn: every sample is the level, and the next is taken as soon as one can be. */
const chance = (): number => 0;

async function worked(work: Work, kind: WorkKind = 'report'): Promise<string> {
  return proofOf(await work.challenge(kind));
}

describe('a meter', () => {
  it('counts what came half after every half-life', () => {
    const time = clock();
    const meter = createMeter(time.now, 60_000);
    meter.add(8);
    later(time, 1);
    expect(meter.level()).toBeCloseTo(4);
    later(time, 2);
    expect(meter.level()).toBeCloseTo(1);
  });

  it('grows by nothing where the clock is set back', () => {
    const time = clock();
    const meter = createMeter(time.now, 60_000);
    meter.add(8);
    later(time, -600);
    expect(meter.level()).toBe(8);
  });
});

describe('a gauge', () => {
  const half = (): number => 0.5;

  it('tells nobody that one more came, until it rose by a drawn amount', () => {
    const time = clock();
    const meter = createMeter(time.now, 30 * 60_000);
    const gauge = createGauge(meter, time.now, 10, half);
    const told = Array.from({ length: 21 }, () => {
      const load = gauge.load(0);
      meter.add(1);
      return load;
    });
    // the mark lies anywhere from 10 to 30
    expect(told.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    expect(told[20]).toBe((20 - 2.5) / 10);
    expect(gauge.load(0)).toBe((20 - 2.5) / 10);
  });

  it('draws nothing anew for an amount that did not come', () => {
    const time = clock();
    const meter = createMeter(time.now, 30 * 60_000);
    let drawn = 0;
    const gauge = createGauge(meter, time.now, 10, () => {
      drawn += 1;
      return 0.5;
    });
    gauge.load(0);
    const before = drawn;
    expect(gauge.load(1_000)).toBe(100);
    expect(drawn).toBe(before);
  });

  it('looks again after a drawn time, and tells a drawn part less', () => {
    const time = clock();
    const meter = createMeter(time.now, 30 * 60_000);
    const gauge = createGauge(meter, time.now, 10, half);
    gauge.load(0);
    meter.add(15);
    later(time, 29);
    expect(gauge.load(0)).toBe(0);
    later(time, 1);
    expect(gauge.load(0)).toBeCloseTo((15 / 2 - 2.5) / 10);
  });
});

describe('proof of work', () => {
  const calm = { report: 3, upload: 100 };

  it('is asked of nobody while all is calm', async () => {
    const work = createWork({ clock: clock().now, calm, chance });
    for (let sent = 0; sent < 3; sent += 1) await work.spend('report', 1, null);
    await expect(work.spend('report', 1, null)).rejects.toMatchObject(refused);
  });

  it('lets through whoever did it, once', async () => {
    const work = createWork({ clock: clock().now, calm: { report: 1, upload: 100 }, chance });
    await work.spend('report', 1, null);
    const proof = await worked(work);
    await work.spend('report', 1, proof);
    await expect(work.spend('report', 1, proof)).rejects.toMatchObject(refused);
  });

  it('counts once where it comes twice at the same time', async () => {
    const work = createWork({ clock: clock().now, calm: { report: 1, upload: 100 }, chance });
    await work.spend('report', 1, null);
    const proof = await worked(work);
    const both = await Promise.allSettled([
      work.spend('report', 1, proof),
      work.spend('report', 1, proof),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is not asked any more once it is calm again', async () => {
    const time = clock();
    const work = createWork({ clock: time.now, calm, chance });
    for (let sent = 0; sent < 3; sent += 1) await work.spend('report', 1, null);
    later(time, 30);
    await work.spend('report', 1, null);
  });

  it('weighs files by their bytes', async () => {
    const work = createWork({ clock: clock().now, calm, chance });
    await work.spend('upload', 60, null);
    await work.spend('upload', 40, null);
    await expect(work.spend('upload', 1, null)).rejects.toMatchObject(refused);
    await work.spend('report', 1, null);
  });

  it('grows with what arrives, up to a bound', async () => {
    const once = { report: 1, upload: 1 };
    const work = createWork({ clock: clock().now, calm: once, firstSteps: 10, chance });
    const steps: number[] = [];
    for (let sent = 0; sent < 10; sent += 1) {
      steps.push((await work.challenge('report')).parameters.data.steps);
      await work.spend('report', 1, await worked(work));
    }
    expect(steps).toEqual([10, 10, 20, 40, 80, 160, 320, 640, 640, 640]);
  });

  it('of calm days is worth nothing in a flood', async () => {
    const work = createWork({ clock: clock().now, calm: { report: 1, upload: 100 }, chance });
    const hoarded = await Promise.all([0, 1, 2, 3, 4, 5].map(() => worked(work)));
    await work.spend('report', 1, null);
    const taken = [];
    for (const proof of hoarded) {
      taken.push(
        await work.spend('report', 1, proof).then(
          () => true,
          () => false,
        ),
      );
    }
    expect(taken).toEqual([true, true, true, false, false, false]);
  });

  it('ends with its half hour, and with the server', async () => {
    const time = clock();
    const work = createWork({ clock: time.now, calm: { report: 1, upload: 100 }, chance });
    const other = createWork({ clock: time.now, calm: { report: 1, upload: 100 }, chance });
    const proof = await worked(work);
    await other.spend('report', 1, null);
    await expect(other.spend('report', 1, proof)).rejects.toMatchObject(refused);
    later(time, 30);
    await work.spend('report', 1, null);
    await expect(work.spend('report', 1, proof)).rejects.toMatchObject(refused);
  });

  it('counts for nothing else, and not altered', async () => {
    const work = createWork({ clock: clock().now, calm: { report: 1, upload: 1 }, chance });
    await work.spend('report', 1, null);
    const altered = async (change: (proof: WorkProof) => void): Promise<string> => {
      const text = Buffer.from(await worked(work), 'base64url').toString('utf8');
      const proof = v.parse(WorkProof, JSON.parse(text));
      change(proof);
      return Buffer.from(JSON.stringify(proof)).toString('base64url');
    };
    const proofs = [
      await worked(work, 'upload'),
      await altered((proof) => (proof.challenge.parameters.data.steps = 20_000)),
      await altered((proof) => (proof.challenge.parameters.data.until += 60_000)),
      await altered((proof) => (proof.challenge.parameters.cost = 1)),
      await altered((proof) => (proof.solution.derivedKey = '0'.repeat(64))),
      '',
      'e30',
      '%',
      'A'.repeat(5_000),
    ];
    for (const proof of proofs) {
      await expect(work.spend('report', 1, proof)).rejects.toMatchObject(refused);
    }
  });

  it('asks for nothing that its own wire schema does not know', async () => {
    const work = createWork({ clock: clock().now, calm, chance });
    const challenge = await work.challenge('upload');
    expect(v.parse(WorkChallenge, challenge)).toEqual(challenge);
    expect(challenge.parameters.data).toMatchObject({ for: 'upload', steps: 200 });
  });
});
