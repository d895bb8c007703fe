import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';

/** Which libsodium: the standard one, or the larger one that has Argon2id. */
export type Flavour = '' | '-sumo';

const fileModule = fileURLToPath(new URL('../views/browser/sodium-file.ts', import.meta.url));

function packageFile(name: string, ...place: string[]): string {
  return fileURLToPath(
    new URL(['../node_modules', name, 'dist', ...place].join('/'), import.meta.url),
  );
}

/**
 * How bundles for browsers without WebAssembly get libsodium: its CommonJS build, which carries a
 * JavaScript fallback (the ESM build needs WebAssembly), without the WebAssembly that it carries too
 * and that these browsers cannot run.
 */
export function commonJsSodium(
  flavour: Flavour,
): Pick<BuildOptions, 'alias'> & { plugins: Plugin[] } {
  const file = (name: string, module: string) =>
    packageFile(`${name}${flavour}`, `modules${flavour}`, module);
  const alias = {
    'libsodium-wrappers': file('libsodium-wrappers', 'libsodium-wrappers.js'),
    [`libsodium-wrappers${flavour}`]: file('libsodium-wrappers', 'libsodium-wrappers.js'),
    [`libsodium${flavour}`]: file('libsodium', `libsodium${flavour}.js`),
  };
  const plugin: Plugin = {
    name: 'sodium-fallback',
    setup(build) {
      build.onLoad({ filter: /[/\\]libsodium(-sumo)?\.js$/ }, async ({ path: found }) => ({
        contents: withoutCode(await readFile(found, 'utf8')).script,
        loader: 'js',
      }));
    },
  };
  return { alias, plugins: [plugin] };
}

/** libsodium's ESM build, and the WebAssembly that it carried as text. */
export interface SodiumParts {
  readonly script: string;
  readonly code: Uint8Array;
}

/**
 * Takes the WebAssembly out of the script that carries it as base64. What is left can start with
 * code handed to it only.
 *
 * @throws Error where the script is not built as expected: without this one constant, with more
 * than one, with one that is no WebAssembly, or without Emscripten's way to hand code to it.
 */
export function takeApart(script: string): SodiumParts {
  const parts = withoutCode(script);
  if (!/\b(\w+)\.instantiateWasm\?new Promise\(.{1,40}\1\.instantiateWasm\(/u.test(script)) {
    throw new Error('libsodium: expected it to take WebAssembly that is handed to it');
  }
  return parts;
}

function withoutCode(script: string): SodiumParts {
  const constants = [...script.matchAll(/"(AGFzbQ[A-Za-z0-9+/]+={0,2})"/gu)];
  const [constant] = constants;
  const text = constant?.[1] ?? '';
  const code = Uint8Array.from(Buffer.from(text, 'base64'));
  if (constants.length !== 1 || constant === undefined || !WebAssembly.validate(code)) {
    throw new Error('libsodium: expected exactly one module of WebAssembly in base64');
  }
  return { script: script.replace(constant[0], '""'), code };
}

/** As {@link takeApart}, of the package. */
export async function readSodium(flavour: Flavour): Promise<SodiumParts> {
  const name = `libsodium${flavour}`;
  return takeApart(
    await readFile(packageFile(name, `modules${flavour}-esm`, `${name}.mjs`), 'utf8'),
  );
}

/**
 * Has bundles fetch libsodium's WebAssembly from a file of its own (views/browser/sodium-file.ts).
 * Whichever wrappers they import, they get those of this flavour.
 *
 * @param script what is left of libsodium without it.
 * @param file where it will be.
 */
export function sodiumPlugin(
  flavour: Flavour,
  script: string,
  file: { readonly href: string; readonly integrity: string },
): Plugin {
  const wrappers = packageFile(
    `libsodium-wrappers${flavour}`,
    `modules${flavour}-esm`,
    'libsodium-wrappers.mjs',
  );
  const [href, integrity] = [JSON.stringify(file.href), JSON.stringify(file.integrity)];
  const modules: Readonly<Record<string, string>> = {
    wrappers: `import sodium from ${JSON.stringify(wrappers)};
      import { file } from 'sodium:file';
      export default file.before(sodium);`,
    raw: `import factory from 'sodium:script';
      import { file } from 'sodium:file';
      export default (options) => file.start(factory, options);`,
    file: `import { sodiumFile } from ${JSON.stringify(fileModule)};
      export const file = sodiumFile(${href}, ${integrity});`,
    script,
  };
  const namespace = 'sodium';
  return {
    name: 'sodium-file',
    setup(build) {
      build.onResolve({ filter: /^libsodium(-wrappers)?(-sumo)?$/ }, (wanted) => ({
        path: wanted.path.startsWith('libsodium-wrappers') ? 'wrappers' : 'raw',
        namespace,
      }));
      build.onResolve({ filter: /^sodium:/ }, (wanted) => ({
        path: wanted.path.slice('sodium:'.length),
        namespace,
      }));
      build.onLoad({ filter: /^/, namespace }, (wanted) => ({
        contents: modules[wanted.path] ?? '',
        resolveDir: path.dirname(fileModule),
      }));
    },
  };
}
