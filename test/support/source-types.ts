import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The program's own sources as the compiler knows them, reachable from some files. */
export interface Sources {
  /** Every string that can arrive as the first argument of `new <name>(…)`. */
  thrown(name: string): Set<string>;
  /** Every string that is handed to a parameter, or written to a property beside `beside`. */
  valuesOf(name: string, beside: string): Set<string>;
  /** Every property of the objects that are handed or written so. */
  keysOf(name: string, beside: string): Set<string>;
}

/**
 * Reads sources with the compiler, so that a list of what they can say follows from their types and
 * not from somebody's memory.
 *
 * @param roots files by their path in the project; what they import is read too.
 */
export function readSources(roots: readonly string[]): Sources {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram(
    roots.map((file) => path.join(root, file)),
    { ...options, noEmit: true },
  );
  const checker = program.getTypeChecker();

  const visit = (look: (node: ts.Node) => void): void => {
    const walk = (node: ts.Node): void => {
      look(node);
      ts.forEachChild(node, walk);
    };
    for (const file of program.getSourceFiles()) {
      if (!file.isDeclarationFile && !file.fileName.includes('node_modules')) walk(file);
    }
  };

  const stringsOf = (node: ts.Node, found: Set<string>): void => {
    const type = checker.getTypeAtLocation(node);
    for (const each of type.isUnion() ? type.types : [type]) {
      if (each.isStringLiteral()) found.add(each.value);
    }
  };

  /** Expressions that are handed to a parameter of a name, or written to such a property. */
  const handed = (name: string, beside: string, use: (node: ts.Node) => void): void => {
    visit((node) => {
      if (ts.isObjectLiteralExpression(node)) {
        const named = (wanted: string): ts.ObjectLiteralElementLike | undefined =>
          node.properties.find((property) => property.name?.getText() === wanted);
        const property = named(name);
        if (property !== undefined && ts.isPropertyAssignment(property) && named(beside)) {
          use(property.initializer);
        }
      }
      if (!ts.isCallExpression(node)) return;
      const parameters = checker.getResolvedSignature(node)?.getParameters() ?? [];
      parameters.forEach((parameter, index) => {
        const argument = node.arguments[index];
        if (parameter.getName() === name && argument !== undefined) use(argument);
      });
    });
  };

  return {
    thrown(name) {
      const found = new Set<string>();
      visit((node) => {
        if (!ts.isNewExpression(node) || node.expression.getText() !== name) return;
        const [first] = node.arguments ?? [];
        if (first !== undefined) stringsOf(first, found);
      });
      return found;
    },
    valuesOf(name, beside) {
      const found = new Set<string>();
      handed(name, beside, (node) => {
        stringsOf(node, found);
      });
      return found;
    },
    keysOf(name, beside) {
      const found = new Set<string>();
      handed(name, beside, (node) => {
        const type = checker.getTypeAtLocation(node);
        for (const each of type.isUnion() ? type.types : [type]) {
          for (const property of each.getProperties()) {
            const declared = property.getDeclarations() ?? [];
            if (declared.some((part) => !part.getSourceFile().isDeclarationFile)) {
              found.add(property.getName());
            }
          }
        }
      });
      return found;
    },
  };
}
