import { dayOf } from '../../crypto/private.js';
import { createReporter } from '../../client/reporter.js';
import { serveTasks } from './process.js';
import { textOfLength } from './text.js';

/** What is to be prepared. */
export interface PrepareTask {
  address: string;
  count: number;
}

// Seals reports with the reporter's own code and catches each as it is sent.
serveTasks(async ({ address, count }: PrepareTask): Promise<string[]> => {
  const bodies: string[] = [];
  const directory = await (await fetch(`${address}/api/directory`)).text();
  const reporter = createReporter({
    address,
    today: () => dayOf(new Date()),
    fetch(_input, init) {
      if (init.method === 'GET') return Promise.resolve(new Response(directory));
      bodies.push(init.body as string);
      return Promise.resolve(Response.json({ receivedOn: dayOf(new Date()) }, { status: 201 }));
    },
  });
  const [channel] = (await reporter.directory()).channels;
  for (let index = 0; index < count; index += 1) {
    await reporter.submit(
      {
        words: await reporter.newCaseKey(),
        channel: channel?.id ?? '',
        language: 'en',
        category: 'work_safety',
        relation: 'worker',
        text: textOfLength(2000),
        answers: {},
        leftOut: [],
      },
      [],
      () => undefined,
    );
  }
  return bodies;
});
