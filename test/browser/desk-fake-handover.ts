import type { OwnCase } from '../../client/models.js';
import type { DeskApi } from '../../views/browser/desk/api.js';
import { access } from './desk-fake-cases.js';
import { readers, rows, scenario } from './desk-fake-rows.js';

const handlers = readers.flatMap(({ id, name, part }) =>
  part === 'handler' ? [{ id, name }] : [],
);
const readersIn = (id: string): string[] => access.get(id) ?? ['hanna', 'vera'];

const paper = readers.filter(({ part }) => part === 'recovery_officer');

/** Three cases of the person's own: the first may be given to paper too, the last to nobody. */
function ownCases(): OwnCase[] {
  return [...rows.values()].slice(0, 3).map((row, index) => {
    const others = handlers.filter(({ id }) => id !== 'hanna' && readersIn(row.id).includes(id));
    const free = handlers.filter(({ id }) => !readersIn(row.id).includes(id));
    const may = [[...free, ...paper], free, []][index] ?? [];
    const { id, title, state, receivedOn } = row;
    return { id, title, state, receivedOn, others, paper: index > 0, grantable: may };
  });
}

/** Declaring a conflict of interest, and handing cases over, with made-up cases. */
export const handover: Pick<
  DeskApi,
  'recuse' | 'holdings' | 'takersOf' | 'findOwnCases' | 'handOver'
> = {
  takersOf: (id) =>
    Promise.resolve(
      scenario === 'wrong-hands'
        ? []
        : handlers.filter(({ id: each }) => !readersIn(id).includes(each)),
    ),
  recuse: (id) => {
    const others = handlers.some(
      ({ id: each }) => each !== 'hanna' && readersIn(id).includes(each),
    );
    if (!others) throw Object.assign(new Error(id), { code: 'last_holder' });
    rows.delete(id);
    return Promise.resolve();
  },
  holdings: () => Promise.resolve([{ reader: 'hanna', cases: 12, alone: 3, paper: 2 }]),
  findOwnCases: (onProgress) => {
    onProgress({ done: 3, of: 3 });
    return Promise.resolve({ cases: ownCases(), failed: [] });
  },
  handOver: (plan, onProgress) => {
    onProgress({ done: plan.length, of: plan.length });
    for (const { id, to } of plan) access.set(id, [...readersIn(id), ...to]);
    return Promise.resolve({ changed: plan.length, failed: [] });
  },
};
