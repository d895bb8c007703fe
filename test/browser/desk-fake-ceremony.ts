import type { CeremonyView } from '../../client/models.js';
import type { DeskApi } from '../../views/browser/desk/api.js';
import { readers } from './desk-fake-rows.js';

const handlers = readers.flatMap(({ id, name, part }) =>
  part === 'handler' ? [{ id, name }] : [],
);
let view: CeremonyView = {
  standing: null,
  officers: [{ id: 'paper', name: 'Chair of the board', usedOn: null }],
  handlers,
  me: 'anna',
};

const said = {
  ground: 'lost',
  on: '2026-11-20',
  asked: { id: 'anna', name: null },
  to: handlers.slice(0, 1),
  lost: handlers.slice(1, 2),
} as const;

/** The use of a recovery officer's paper, with a made-up one. */
export const ceremony: Pick<
  DeskApi,
  | 'ceremony'
  | 'askCeremony'
  | 'agreeCeremony'
  | 'withdrawCeremony'
  | 'openPaper'
  | 'givePaperCases'
  | 'closePaper'
> = {
  ceremony: () => Promise.resolve(view),
  askCeremony: ({ ground, to, lost }) => {
    const named = (ids: readonly string[]): typeof handlers =>
      handlers.filter(({ id }) => ids.includes(id));
    view = {
      ...view,
      standing: {
        ...said,
        ground,
        to: named(to),
        lost: named(lost),
        id: 'A'.repeat(22),
        terms: 'terms',
        officer: { id: 'paper', name: 'Chair of the board' },
        agreed: null,
        until: '2026-11-29T12:00:00.000Z',
        mayAgree: false,
      },
    };
    return Promise.resolve();
  },
  agreeCeremony: () => Promise.resolve(),
  withdrawCeremony: () => {
    view = { ...view, standing: null };
    return Promise.resolve();
  },
  openPaper: () =>
    Promise.resolve({
      ...said,
      to: [...said.to],
      lost: [...said.lost],
      officer: 'Chair of the board',
      agreed: { id: 'hanna', name: 'Hanna Ek' },
      until: '2026-11-23T12:00:00.000Z',
      cases: 3,
    }),
  givePaperCases: (onProgress) => {
    onProgress({ done: 3, of: 3 });
    return Promise.resolve({ given: 2, kept: ['nobody_may'] });
  },
  closePaper: () => Promise.resolve(),
};
