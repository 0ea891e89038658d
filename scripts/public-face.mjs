// How the public face of each package is: which exports, and which members of exported interfaces and classes, have a doc
// comment, and which exports nobody outside imports. `--list` names what is silent and what is not used.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { entryPoints, publicPackages, ROOT } from './workspace.mjs';

const IMPORT = /\{([^{}]*)\}\s*(?:from|= await import\()\s*'(@clip-watch\/[\w-]+)[/\w-]*'/g;

const packages = publicPackages();
const sourceOf = ({ folder }, { types }) =>
  join(ROOT, folder, types.replace('./dist/', 'src/').replace('.d.ts', '.ts'));
const { checker, program } = compile(
  packages.flatMap((each) => entryPoints(each).map((entry) => sourceOf(each, entry))),
);
const importers = findImporters();
const rows = packages.map(measure);

const share = (part, whole) => (whole === 0 ? '–' : `${part}/${whole} ${Math.floor((100 * part) / whole)} %`);
const total = (pick) => rows.reduce((sum, row) => sum + pick(row).length, 0);
const table = [...rows, undefined].map((row) => {
  const count = (key) => (row === undefined ? total((each) => each[key]) : row[key].length);
  const documented = (key, silent) => share(count(key) - count(silent), count(key));
  return {
    package: row?.name ?? 'total',
    'documented exports': documented('exports', 'silentExports'),
    'documented members': documented('members', 'silentMembers'),
    'imported by tests only': count('testOnly'),
    'not imported, named by what is': count('named'),
    'not used': count('unused'),
  };
});
console.table(table);
if (process.argv.includes('--list'))
  for (const { name, ...row } of rows)
    for (const key of ['silentExports', 'silentMembers', 'testOnly', 'named', 'unused'])
      if (row[key].length > 0) console.log(`${name} ${key}: ${row[key].join(', ')}`);

function compile(rootNames) {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(rootNames, { ...options, noEmit: true });
  return { program, checker: program.getTypeChecker() };
}

function measure(each) {
  const { name } = each.manifest;
  const symbols = entryPoints(each).flatMap((entry) => exportsOf(sourceOf(each, entry)));
  const exported = new Map(symbols.map((symbol) => [resolve(symbol), symbol.name]));
  const members = symbols.flatMap((symbol) => membersOf(symbol));
  const using = (symbol) =>
    (importers.get(name)?.get(symbol.name) ?? []).filter((file) => !isWithin(file, each.folder));
  const used = symbols.filter((symbol) => using(symbol).length > 0);
  const named = namedBy(used.map(resolve), each.folder);
  const rest = symbols.filter((symbol) => using(symbol).length === 0);
  const names = (list) => list.map((symbol) => symbol.name);
  return {
    name,
    exports: [...exported.values()],
    silentExports: names(symbols.filter((symbol) => !resolve(symbol).declarations?.some(isDocumented))),
    members,
    silentMembers: members.filter(({ declarations }) => !declarations.some(isDocumented)).map(({ name }) => name),
    testOnly: names(used.filter((symbol) => using(symbol).every(isTest))),
    named: names(rest.filter((symbol) => named.has(resolve(symbol)))),
    unused: names(rest.filter((symbol) => !named.has(resolve(symbol)))),
  };
}

function exportsOf(file) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  return module === undefined ? [] : checker.getExportsOfModule(module); // a program exports nothing
}

function resolve(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** What is private to a class is nobody's to call; that a constructor constructs needs no words. Overloads are one. */
function membersOf(symbol) {
  const nodes = (resolve(symbol).declarations ?? [])
    .filter((node) => ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node))
    .flatMap((node) => [...node.members])
    .filter((member) => member.name !== undefined && !ts.isPrivateIdentifier(member.name))
    .filter(
      (member) => !(ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Override)),
    );
  const byName = new Map();
  for (const node of nodes) {
    const name = `${symbol.name}.${node.name.getText()}`;
    byName.set(name, [...(byName.get(name) ?? []), node]);
  }
  return [...byName].map(([name, declarations]) => ({ name, declarations }));
}

/**
 * Whether it has a comment that begins with words: tags alone do not say what it is for. A comment at the top of a file is
 * the file's; one that belongs to a declaration stands right above it.
 */
function isDocumented(declaration) {
  const comment = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc).at(-1);
  if (comment?.comment === undefined) return false;
  const between = comment.getSourceFile().text.slice(comment.end, comment.parent.getStart());
  return between.split('\n').length <= 2;
}

/** Everything that the types of these symbols speak of: whoever uses one may have to name the other. */
function namedBy(symbols, folder) {
  const seen = new Set(symbols);
  const visit = (node) => {
    // What a function does is not its face.
    if (ts.isBlock(node)) return;
    if (ts.isIdentifier(node)) follow(node);
    ts.forEachChild(node, visit);
  };
  const follow = (node) => {
    const met = checker.getSymbolAtLocation(node);
    const symbol = met && resolve(met);
    if (symbol === undefined || seen.has(symbol)) return;
    if (!symbol.declarations?.some((each) => isWithin(relative(ROOT, each.getSourceFile().fileName), folder))) return;
    seen.add(symbol);
    symbol.declarations.forEach(visit);
  };
  for (const symbol of symbols) symbol.declarations?.forEach(visit);
  return seen;
}

/** By package and name: the files that import it. */
function findImporters() {
  const found = new Map();
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.mjs'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.trim().split('\n')) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, list, name] of text.matchAll(IMPORT))
      for (const imported of namesIn(list)) note(found, name, imported, file);
  }
  return found;
}

/** Of `type A, b as c,` the names of the other side. */
function namesIn(list) {
  const names = list.split(',').map((each) => /^\s*(?:type\s+)?([\w$]*)/.exec(each)[1]);
  return names.filter((name) => name !== '');
}

function note(found, name, imported, file) {
  if (!found.has(name)) found.set(name, new Map());
  const byName = found.get(name);
  byName.set(imported, [...(byName.get(imported) ?? []), file]);
}

function isWithin(file, folder) {
  return file.startsWith(`${folder}/`);
}

function isTest(file) {
  return file.startsWith('test/') || file.includes('/testing/') || file.includes('.test.');
}
