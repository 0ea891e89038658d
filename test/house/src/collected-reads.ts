/** Finds reads of files that happen while a test file is collected, before any test runs and `skipIf` can help. */
import ts from 'typescript';

/** What is given to these is called later, when the tests run. Of `describe` the callback runs at once. */
const RUN_LATER = new Set(['test', 'it', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach']);

export interface CollectedRead {
  readonly line: number;
  readonly call: string;
}

/**
 * Calls of `node:fs`, direct or through functions of the same file, at the top level of a module or of a `describe`: in
 * their arguments too, as in `test.each(readdirSync(…))`. Files beside the test, named by `import.meta`, and paths that
 * are written out are let be.
 */
export function collectedReads(source: string): CollectedRead[] {
  const file = ts.createSourceFile('a.test.ts', source, ts.ScriptTarget.Latest, true);
  const readers = readingNames(file);
  const found: CollectedRead[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && !runsAtOnce(node)) return;
    if (ts.isCallExpression(node) && readers.has(calledName(node)) && !isKnownPlace(node, file)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push({ line: line + 1, call: node.getText() });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What is imported from `node:fs`, and every function of this file that calls one of these names. */
function readingNames(file: ts.SourceFile): Set<string> {
  const names = new Set(importedFrom(file, /^(node:)?fs(\/promises)?$/));
  const functions = namedFunctions(file);
  for (let before = -1; before !== names.size; ) {
    before = names.size;
    for (const [name, body] of functions) if (callsOneOf(body, names)) names.add(name);
  }
  return names;
}

function importedFrom(file: ts.SourceFile, module: RegExp): string[] {
  return file.statements.filter(ts.isImportDeclaration).flatMap(({ moduleSpecifier, importClause }) => {
    if (!ts.isStringLiteral(moduleSpecifier) || !module.test(moduleSpecifier.text)) return [];
    const bindings = importClause?.namedBindings;
    const named = bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
    const whole = bindings && ts.isNamespaceImport(bindings) ? [bindings.name.text] : [];
    return [...named, ...whole, ...(importClause?.name ? [importClause.name.text] : [])];
  });
}

function namedFunctions(file: ts.SourceFile): [name: string, body: ts.Node][] {
  const found: [string, ts.Node][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name && node.body) found.push([node.name.text, node.body]);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      if (ts.isFunctionLike(node.initializer)) found.push([node.name.text, node.initializer]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function callsOneOf(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isCallExpression(node) && names.has(calledName(node))) return true;
  return ts.forEachChild(node, (child) => callsOneOf(child, names) || undefined) ?? false;
}

/** `readFileSync` of `readFileSync(…)`, `fs` of `fs.readFileSync(…)`; nothing of `readFileSync(…).trim()`. */
function calledName({ expression }: ts.CallExpression): string {
  const callee = ts.isPropertyAccessExpression(expression) ? expression.expression : expression;
  return ts.isIdentifier(callee) ? callee.text : '';
}

/** `describe` of `describe.skipIf(…)('…', …)`. */
function firstName({ expression }: ts.CallExpression): string {
  let callee: ts.Expression = expression;
  while (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) callee = callee.expression;
  return ts.isIdentifier(callee) ? callee.text : '';
}

/** The callback of a `describe` or of `map` runs where it stands; one with a name runs when it is called. */
function runsAtOnce(node: ts.Node): boolean {
  const outer = ts.isParenthesizedExpression(node.parent) ? node.parent.parent : node.parent;
  return ts.isCallExpression(outer) && !RUN_LATER.has(firstName(outer));
}

/** A file beside the test, or one of the system's that is written out. */
function isKnownPlace(call: ts.CallExpression, file: ts.SourceFile): boolean {
  const [path] = call.arguments;
  return path !== undefined && (ts.isStringLiteral(path) || path.getText(file).includes('import.meta'));
}
