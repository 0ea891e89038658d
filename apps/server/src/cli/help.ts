import { flagOf, SETTING_NAMES, SETTINGS } from '../config/settings.js';

const USAGE = `clip-watch: search your own photos by words

  clip-watch serve [PATH…]            start the server; each PATH becomes a library
  clip-watch index PATH…              one full pass over these folders, with progress
  clip-watch search "words"           find photos   [--limit N] [--not "words"]
  clip-watch similar PATH             photos that look like this one   [--limit N]
  clip-watch status                   how much is encoded, and by what
  clip-watch failures                 what could not be encoded, and why   [--retry [REASON]]
  clip-watch explain PATH             why is this photo searchable, or not
  clip-watch library                  the libraries, and what they ask
  clip-watch library accept PATH|ID   what lies at this path now is the library
  clip-watch library away PATH|ID     the photos that are gone are away: wait for them
  clip-watch library deleted PATH|ID  they were deleted: the next scan marks them missing
  clip-watch model [pull [NAME]]      the model in use; fetch one
  clip-watch model switch             encode all photos in the encoder's other model   [--now]
  clip-watch model rollback           take that back, until the search has gone over
  clip-watch backup FILE              copy the database while it is in use
  clip-watch doctor                   is everything there that it needs
  clip-watch config                   every setting and where it comes from

Every reading command takes --json. Logs and progress go to standard error.
Settings (environment or flag; or clip-watch.json in the data folder):
`;

export function helpText(): string {
  const flags = SETTING_NAMES.map((name) => [`--${flagOf(name)}`, SETTINGS[name].env, SETTINGS[name].help] as const);
  const rows = [['--data-dir', 'CLIP_WATCH_DATA_DIR', 'where clip-watch keeps what it makes'] as const, ...flags];
  return USAGE + rows.map(([flag, env, help]) => `  ${flag.padEnd(26)} ${env.padEnd(24)} ${help}\n`).join('');
}
