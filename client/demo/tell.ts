import { addDays, dayOf } from '../../crypto/private.js';
import type { Cast, People, ShiftedClock } from './people.js';
import type { Story, StoryStep } from './story.js';

interface Told {
  story: Story;
  words: string[];
  id: string;
}

async function reporterStep(
  people: People,
  cast: Cast,
  told: Told,
  step: Extract<StoryStep, { by: 'reporter' }>,
): Promise<void> {
  const reporter = people.newReporter();
  if ('message' in step) {
    await reporter.open(told.words);
    await reporter.send(told.words, step.message, step.files ?? [], () => undefined);
    return;
  }
  const { leftOut = [], files = [], answers = {}, ...rest } = step.report;
  told.words = await reporter.newCaseKey();
  await reporter.submit(
    {
      ...rest,
      answers,
      words: told.words,
      channel: cast.channel,
      leftOut: leftOut.map((name) => cast.readers[name]),
    },
    files,
    () => undefined,
  );
  told.id = (await reporter.open(told.words)).id;
}

async function handlerStep(
  people: People,
  cast: Cast,
  { id }: Told,
  step: Exclude<StoryStep, { by: 'reporter' }>,
): Promise<void> {
  const desk = await people.at(cast.handlers[step.by]);
  await desk.openCase(id);
  if ('note' in step) await desk.note(id, step.note, [], () => undefined);
  else if ('work' in step) {
    const today = dayOf(new Date());
    await desk.work(
      id,
      step.work(cast.readers, (days) => addDays(today, days)),
    );
  } else if ('title' in step) await desk.rename(id, step.title);
  else if ('close' in step) {
    const message = { kind: 'closure', outcome: step.close, text: step.text } as const;
    await desk.reply(id, message, [], () => undefined);
  } else {
    const message = { kind: step.write, text: step.text };
    await desk.reply(id, message, step.files ?? [], () => undefined);
  }
}

/** Longest time without a handler at the desk: reporters' clients want a newer confirmation. */
const MOST_DAYS_APART = 30;

/**
 * Lets everything in the stories happen on its day, all cases together, through the client.
 *
 * @returns the case key of each story.
 */
export async function tell(
  people: People,
  cast: Cast,
  clock: ShiftedClock,
  stories: readonly Story[],
): Promise<Map<Story, string[]>> {
  const all: Told[] = stories.map((story) => ({ story, words: [], id: '' }));
  const steps = all
    .flatMap((told) => told.story.steps.map((step) => ({ told, step })))
    .sort((a, b) => b.step.daysAgo - a.step.daysAgo);
  let atDesk = clock.daysAgo;
  for (const { told, step } of steps) {
    clock.daysAgo = step.daysAgo;
    if (step.by === 'reporter') {
      if (atDesk - step.daysAgo > MOST_DAYS_APART) {
        await (await people.at(cast.handlers.maja)).directory();
        atDesk = step.daysAgo;
      }
      await reporterStep(people, cast, told, step);
    } else {
      await handlerStep(people, cast, told, step);
      atDesk = step.daysAgo;
    }
  }
  return new Map(all.map(({ story, words }) => [story, words]));
}
