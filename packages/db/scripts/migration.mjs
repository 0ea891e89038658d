// `node scripts/migration.mjs check` says whether the migrations give the schema (exit 2 when not);
// `node scripts/migration.mjs new NAME` writes the SQL that is missing. Triggers are added to that file by hand.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diffSchema, MIGRATION_LOCK } from './schema-engine.mjs';

const schemaFolder = fileURLToPath(new URL('../prisma/sqlite', import.meta.url));
const migrationsFolder = join(schemaFolder, 'migrations');
const [command, name] = process.argv.slice(2);

function refuseUsage() {
  process.stderr.write('usage: node scripts/migration.mjs check | new NAME (lower-case words joined by _)\n');
  process.exit(2);
}

function writeMigration(sql) {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrationsFolder, `${stamp}_${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(migrationsFolder, 'migration_lock.toml'), MIGRATION_LOCK);
  writeFileSync(join(folder, 'migration.sql'), sql);
  process.stdout.write(`${folder}/migration.sql\n`);
}

if (command !== 'check' && !(command === 'new' && /^[a-z][a-z0-9_]*$/.test(name ?? ''))) refuseUsage();
const sql = await diffSchema({ schemaFolder, migrationsFolder });
if (sql === null) process.stdout.write('the migrations give the schema\n');
else if (command === 'new') writeMigration(sql);
else {
  process.stdout.write(sql);
  process.exitCode = 2;
}
