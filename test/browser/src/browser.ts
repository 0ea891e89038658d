import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env.CLIP_WATCH_TEST_CHROMIUM ?? '/usr/bin/chromium';

/** False, after a loud word on standard error, when there is no Chromium to test with. */
export function hasChromium(): boolean {
  if (existsSync(CHROMIUM)) return true;
  process.stderr.write(
    `\n*** SKIPPED: ${CHROMIUM} is not here, so no page is tested in a browser. ***\n` +
      '*** Install chromium, or name it in CLIP_WATCH_TEST_CHROMIUM. ***\n\n',
  );
  return false;
}

/** The distribution's Chromium, without a window. The caller closes it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox', '--disable-gpu'] });
}
