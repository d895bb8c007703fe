import { invited, practiceText, setUpInput } from './organisation.js';
import type { Cast, People, Person } from './people.js';

function personOf(name: string, secrets: { passphrase: string[] }): Person {
  return { name, passphrase: secrets.passphrase.join(' ') };
}

async function addHandler(people: People, maja: Person, administrator: Person): Promise<Person> {
  const inviter = await people.at(maja);
  const { fragment } = await inviter.invite({ shownName: invited.shownName });
  const { name, role } = invited;
  const joining = people.newDesk();
  const secrets = await joining.prepareJoining();
  await joining.finishJoining(fragment, { name, role });
  const [pending] = (await inviter.members()).admissions;
  if (pending === undefined) throw new Error('nobody asks to be let in');
  await inviter.admit(pending);
  await (await people.at(administrator)).admit(pending);
  return personOf(name, secrets);
}

/**
 * Does what people do at the beginning: set-up, an invitation, two signatures, a practice report
 * that is read, and opening the channel.
 *
 * @param secret of the one-time link.
 */
export async function setUp(people: People, secret: string): Promise<Cast> {
  const wizard = people.newDesk();
  const secrets = await wizard.prepareSetUp();
  await wizard.finishSetUp(secret, setUpInput);
  const administrator = personOf(setUpInput.administrator.name, secrets.administrator);
  const maja = personOf(setUpInput.handler.name, secrets.handler);
  const tobias = await addHandler(people, maja, administrator);

  const reporter = people.newReporter();
  const [channel] = (await reporter.directory()).channels;
  if (channel === undefined) throw new Error('there is no channel');
  await reporter.submit(
    {
      words: await reporter.newCaseKey(),
      channel: channel.id,
      language: 'en',
      category: 'other',
      relation: 'not_said',
      text: practiceText,
      answers: {},
      leftOut: [],
    },
    [],
    () => undefined,
  );
  const handler = await people.at(maja);
  const [row] = (await handler.inbox('open')).rows;
  if (row === undefined) throw new Error('the practice report did not arrive');
  await handler.openCase(row.id);
  await (await people.at(administrator)).publish(channel.id);

  const idOf = (shownName: string): string => {
    const reader = channel.readers.find((one) => one.name === shownName);
    if (reader === undefined) throw new Error('a handler is missing in the directory');
    return reader.id;
  };
  return {
    administrator,
    handlers: { maja, tobias },
    channel: channel.id,
    readers: { maja: idOf(setUpInput.handler.shownName), tobias: idOf(invited.shownName) },
  };
}
