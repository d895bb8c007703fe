import { Agent, request } from 'node:http';
import { serveTasks } from './process.js';

/** Requests to send, so many at once. */
export interface SendTask {
  address: string;
  bodies: string[];
  atOnce: number;
  /** In place of as fast as possible: so many arrive each second, whether or not answers came. */
  perSecond?: number;
}

/** What came of it. */
export interface SendResult {
  seconds: number;
  failures: number;
  /** Milliseconds of each request, in no order. */
  latencies: number[];
}

function post(agent: Agent, address: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${address}/api/cases`,
      {
        agent,
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Length': body.length },
      },
      (response) => {
        response.resume();
        response.once('end', () => {
          resolve(response.statusCode ?? 0);
        });
        response.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

serveTasks(async ({ address, bodies, atOnce, perSecond }: SendTask): Promise<SendResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const waiting = bodies.map((body) => Buffer.from(body, 'utf8'));
  const latencies: number[] = [];
  let failures = 0;
  const send = async (body: Buffer): Promise<void> => {
    const begun = performance.now();
    const status = await post(agent, address, body).catch(() => 0);
    latencies.push(performance.now() - begun);
    if (status !== 201) failures += 1;
  };
  const started = performance.now();
  if (perSecond === undefined) {
    const lane = async (): Promise<void> => {
      for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) await send(body);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  } else {
    // arrivals do not wait for answers: a server that stalls is seen as slow by everyone who came
    const under: Promise<void>[] = [];
    for (const [index, body] of waiting.entries()) {
      const pause = started + (index * 1000) / perSecond - performance.now();
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      under.push(send(body));
    }
    await Promise.all(under);
  }
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return { seconds, failures, latencies };
});
