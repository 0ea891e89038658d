// reliability.mjs SIZE: puts what the deep or nightly run counted into its table of docs/reliability.md. The run itself
// starts it when it is over; nothing in that table is written by hand.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './workspace.mjs';

const size = process.argv[2];
if (size !== 'deep' && size !== 'nightly') throw new Error('usage: node scripts/reliability.mjs deep|nightly');
const DOCUMENT = join(ROOT, 'docs/reliability.md');

const attacks = readIfThere(`test/attacks/reports/attacks-${size}.json`);
if (attacks === undefined) {
  console.error(`docs/reliability.md stays as it is: there is no report of a ${size} run`);
  process.exit(0);
}
const text = [heading(attacks), attackTable(attacks.attacks), otherTests(), mutationTable()]
  .filter((part) => part !== undefined)
  .join('\n\n');
writeFileSync(DOCUMENT, between(readFileSync(DOCUMENT, 'utf8'), text));

function readIfThere(path) {
  const file = join(ROOT, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function heading({ minutes, versions }) {
  const { version } = readIfThere('package.json');
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  const date = new Date().toISOString().slice(0, 10);
  return `Version ${version} (${versions.join(', ')}), ${date}, Node ${process.versions.node}, ${process.platform}, ${machine}; ${minutes} minutes of attacks.`;
}

function attackTable(all) {
  const rows = all.map(({ name, promise, counts, rounds, broken, figures, control, missing }) => {
    const runs = missing !== null ? 'not run' : `${rounds} rounds, ${figures[counts] ?? 0} ${counts}`;
    const result =
      missing ?? (broken > 0 ? `**broken in ${broken} of ${rounds} rounds**` : toldFigures(figures, counts));
    return [`${name}: ${promise}`, runs, result, missing === null ? (control ?? '**did not bite**') : ''];
  });
  return table(['attack, and what must hold', 'runs', 'figures', 'control'], rows);
}

function toldFigures(figures, counts) {
  return Object.entries(figures)
    .filter(([name]) => name !== counts)
    .map(([name, value]) => `${inWords(name)} ${value}`)
    .join(', ');
}

/** `mostEndMs` → `most end ms` */
function inWords(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** The other long tests, by what their own runner reported. */
function otherTests() {
  const report = readIfThere('test/faults/reports/vitest.json');
  const tests = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  const rows = tests.filter(({ status }) => status !== 'pending').map(({ title, status }) => [title, status]);
  return size === 'deep' && rows.length > 0
    ? `Faults of the table, the drain and the decoders (\`test/faults\`), each with its control beside it:\n\n${table(['test', 'result'], rows)}`
    : undefined;
}

function mutationTable() {
  const report = size === 'nightly' ? readIfThere('reports/mutation.json') : undefined;
  if (report === undefined) return undefined;
  const rows = report.map(({ module, killed, total }) => [
    module,
    killed,
    total,
    `${((100 * killed) / total).toFixed(1)} %`,
  ]);
  return `Mutants of the pure core that the tests notice:\n\n${table(['module', 'noticed', 'mutants', 'share'], rows)}`;
}

function table(head, rows) {
  const line = (cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function between(document, content) {
  const [start, end] = [`<!-- ${size}: made by scripts/reliability.mjs -->`, `<!-- end of ${size} -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no place for the ${size} run`);
  return `${document.slice(0, from + start.length)}\n\n${content}\n\n${document.slice(to)}`;
}
