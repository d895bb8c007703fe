import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { settings, type Setting } from '../server/settings.js';

const file = fileURLToPath(new URL('../docs/configuration.md', import.meta.url));

const introduction = `# Configuration

Casekey starts without any configuration. What an installation decides differently, it says in
environment variables, or in a JSON file that the variable \`CASEKEY_CONFIG\` names, or in both: a
variable wins over the file. An empty variable counts as absent. A wrong value or an unknown name
stops the start with a message that names it.

In the file, names with a dot are nested: \`{"port": 8443, "smtp": {"host": "mail.example.org"}}\`.

This page is written from \`server/settings.ts\` by \`npx tsx build/configuration.ts\`.
`;

/** The documentation of every setting, as Markdown. */
export function describeSettings(): string {
  const rows = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => {
    const shown = setting.shown ?? `\`${String(setting.fallback)}\``;
    return `| \`${setting.variable}\` | \`${name}\` | ${shown} | ${setting.about} |`;
  });
  return [
    introduction,
    '| variable | in the file | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = describeSettings();
  if (process.argv.includes('--check')) {
    if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
      console.error('docs/configuration.md is not current: run `npx tsx build/configuration.ts`');
      process.exitCode = 1;
    }
  } else {
    await writeFile(file, text);
  }
}
