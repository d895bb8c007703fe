import { describe, expect, it } from 'vitest';
import type { HandlerCaseView } from '../../../client/models.js';
import { sourcesOf } from '../../../views/browser/desk/case-extract.js';

describe('what a text for others is compared with', () => {
  it('has what a reporter said aloud among the reporter’s own words and days', () => {
    const entry = (content: object) => ({ author: { side: 'reader' }, content });
    const view = {
      entries: [
        entry({
          ...{ kind: 'transcript', at: '2026-03-05T10:00:00.000Z', heldOn: '2026-03-02' },
          text: 'I stand at gate three.',
        }),
        entry({ kind: 'note', at: '2026-03-06T10:00:00.000Z', text: 'Ask finance.' }),
      ],
      ...{ persons: [], receivedOn: '2026-03-01', identity: { requests: [] } },
    } as unknown as HandlerCaseView;
    const { reporter, handlers, days } = sourcesOf(view);
    expect(reporter).toEqual(['I stand at gate three.']);
    expect(handlers).toEqual(['Ask finance.']);
    expect(days).toContain('2026-03-02');
  });
});
