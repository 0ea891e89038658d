import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY: string = fileURLToPath(new URL('../../../', import.meta.url));

export interface WorkspacePackage {
  /** Relative to the repository, for example `packages/db`. */
  readonly folder: string;
  readonly name: string;
  /** Workspace packages that the shipped code may import. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function workspaceNames(record: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(record ?? {})
    .filter(([, version]) => version.startsWith('workspace:'))
    .map(([name]) => name);
}

export function workspacePackages(): WorkspacePackage[] {
  const nested = ['packages', 'apps', 'test'].flatMap((group) =>
    readdirSync(join(REPOSITORY, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(group, entry.name)),
  );
  return ['proto', ...nested].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(REPOSITORY, folder, 'package.json'), 'utf8')) as Manifest;
    return {
      folder,
      name: manifest.name,
      dependencies: workspaceNames(manifest.dependencies),
      devDependencies: workspaceNames(manifest.devDependencies),
    };
  });
}

/** TypeScript sources of a folder, generated ones left out. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(node_modules|dist|gen|generated|reports)\//.test(file));
}
