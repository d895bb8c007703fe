import { describe, expect, it } from 'vitest';
import { entriesJson } from '../../../client/archive/case-json.js';
import type { EntryView } from '../../../client/models.js';

const SECRET = 'a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U';

describe('the entries of an export for machines', () => {
  it('say nothing that opens what lies elsewhere, and all the rest', () => {
    const at = '2026-03-02T10:00:00.000Z';
    const file = { name: 'a.txt', type: 'text/plain', size: 1, attachment: 'x', key: SECRET };
    const said = [
      { kind: 'note', at, text: 'Look.', files: [file] },
      { kind: 'identity_request', at, id: 'x', fields: ['name'], reason: 'Why.', key: SECRET },
    ] as unknown as EntryView['content'][];
    const entries = said.map((content) => ({
      ...{ compartment: 'internal', sequence: 1, hash: 'h', readOn: null, content },
      author: { side: 'reader', id: 'hanna', name: 'Hanna' },
    })) as unknown as EntryView[];
    const text = JSON.stringify(entriesJson(entries, []));
    expect(text).not.toContain(SECRET);
    for (const kept of ['Look.', 'a.txt', 'Why.', '"fields":["name"]'])
      expect(text).toContain(kept);
  });
});
