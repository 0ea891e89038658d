import type { QuietHours } from '../api/index.js';
import { SETTING_NAMES, SETTINGS, type Settings } from '../config/settings.js';
import type { ApolloSetting } from '../config/values.js';
import { formatQuietHours } from '../host/quiet-hours.js';
import { type CommandContext, noOperands, print } from './command.js';

interface ShownSetting {
  readonly name: string;
  readonly env: string;
  readonly value: string | number | boolean | null;
  readonly source: string;
}

/** `clip-watch config`: each setting with its value and where it comes from; secrets are not shown. */
export async function showConfig(context: CommandContext): Promise<number> {
  noOperands(context);
  const { config } = context;
  const settings: ShownSetting[] = [
    { name: 'dataDir', env: 'CLIP_WATCH_DATA_DIR', value: config.dataDir, source: config.sources.dataDir },
    ...SETTING_NAMES.map((name) => ({
      name,
      env: SETTINGS[name].env,
      value: shown(name, config),
      source: config.sources[name],
    })),
  ];
  const answer = { settings, plugins: config.plugins.map((entry) => entry.package), libraries: config.libraries };
  print(context, answer, () =>
    settings.map(({ env, value, source }) => `${env.padEnd(24)} ${String(value ?? '').padEnd(32)} ${source}`),
  );
  return 0;
}

function shown(
  name: keyof Settings,
  config: Settings & { readonly sources: Readonly<Record<keyof Settings, string>> },
): ShownSetting['value'] {
  const value = config[name];
  if (config.sources[name] === 'default' && SETTINGS[name].shownFallback !== undefined)
    return SETTINGS[name].shownFallback;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (SETTINGS[name].isSecret === true) return '(set, not shown)';
  if (typeof value === 'string') return value;
  return isApollo(value) ? formatApollo(value) : isQuietHours(value) ? formatQuietHours(value) : value.join(',');
}

function isApollo(value: object): value is ApolloSetting {
  return 'embedded' in value;
}

function isQuietHours(value: object): value is QuietHours {
  return 'fromMinute' in value;
}

function formatApollo({ enabled, addresses, embedded }: ApolloSetting): string {
  return enabled ? [...addresses, ...(embedded ? ['embedded'] : [])].join(',') : 'disabled';
}
