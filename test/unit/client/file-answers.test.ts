import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../client/cli/context.js';
import { formFrom } from '../../../client/cli/questions.js';
import type { SentFiles } from '../../../client/cli/sent-files.js';
import { allTypes } from '../../support/questions.js';

/** What `--answer` gives, with the paths that were added in this order. */
async function given(formAnswers: string[]): Promise<{ answers: unknown; added: string[] }> {
  const added: string[] = [];
  const files = {
    toSend: [],
    add(paths: readonly string[]) {
      added.push(...paths);
      return Promise.resolve(paths.map((_, index) => added.length - paths.length + index));
    },
    close: () => Promise.resolve(),
  } satisfies SentFiles;
  const context = { options: { formAnswers }, asks: false } as unknown as CommandContext;
  const { answers } = await formFrom(context, allTypes, 'en', files);
  return { answers, added };
}

describe('the program', () => {
  it('takes the paths of files as an answer, one by one', async () => {
    const { answers, added } = await given(['file=a.pdf', 'voice=talk.m4a', 'file=b.pdf']);
    expect(added).toEqual(['a.pdf', 'talk.m4a', 'b.pdf']);
    expect(answers).toEqual([
      { is: 'files', field: 'file', files: [0, 2] },
      { is: 'files', field: 'voice', files: [1] },
    ]);
  });

  it('takes no document where a recording is asked for', async () => {
    await expect(given(['voice=bill.pdf'])).rejects.toMatchObject({ code: 'usage' });
  });
});
