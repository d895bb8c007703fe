import { parseArgs } from 'node:util';
import { holds, machine, type Figure, type Measure } from './measure.js';
import { desk } from './desk.js';
import { inbox } from './inbox.js';
import { lookup } from './lookup.js';
import { organisations } from './organisations.js';
import { pages } from './pages.js';
import { purge } from './purge.js';
import { reports } from './reports.js';
import { sealing } from './sealing.js';
import { firstSearches, search } from './search.js';
import { start } from './start.js';
import { upload } from './upload.js';
import { printTable } from './table.js';

const measures: readonly Measure[] = [
  reports,
  upload,
  pages,
  inbox,
  desk,
  search,
  firstSearches,
  purge,
  sealing,
  start,
  organisations,
  lookup,
];

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
});

const unknown = values.only.find((name) => !measures.some((measure) => measure.name === name));
if (unknown !== undefined) {
  const names = measures.map(({ name }) => name).join(', ');
  console.error(`There is no measure ${unknown}: there are ${names}.`);
  process.exit(2);
}

const where = machine();
const results: { measure: Measure; figures: Figure[] }[] = [];
for (const measure of measures) {
  if (values.only.length > 0 && !values.only.includes(measure.name)) continue;
  console.error(`${measure.name}: ${measure.title}`);
  const say = (line: string): void => {
    console.error(`  ${line}`);
  };
  results.push({ measure, figures: await measure.run({ quick: values.quick, say }) });
}

const all = results.flatMap(({ figures }) => figures);
const missed = all.filter((figure) => !holds(figure));
if (values.json) {
  console.log(
    JSON.stringify({
      machine: where,
      figures: Object.fromEntries(all.map(({ name, value }) => [name, value])),
      limits: Object.fromEntries(
        all.flatMap(({ name, limit }) => (limit === undefined ? [] : [[name, limit]])),
      ),
      missed: missed.map(({ name }) => name),
    }),
  );
} else {
  printTable(results, where);
}
process.exit(values.strict && missed.length > 0 ? 1 : 0);
