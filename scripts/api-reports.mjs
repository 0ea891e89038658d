// The public face of each package as text, in `etc/NAME.api.md` beside its sources: a change of the face is seen in the diff.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { requireTool } from './package-tools.mjs';
import { entryPoints, ROOT } from './workspace.mjs';

const MESSAGES = {
  compilerMessageReporting: { default: { logLevel: 'error' } },
  extractorMessageReporting: {
    default: { logLevel: 'none' },
    // What a face speaks of without exporting it stands in the report, where the diff shows it.
    'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
  },
  // Doc comments are written for people and editors, not for this tool.
  tsdocMessageReporting: { default: { logLevel: 'none' } },
};

/**
 * Compares the reports of all packages with what is built, or writes them.
 * @param tell hears of a package and what is wrong with its report
 * @param folder for what is needed only meanwhile
 */
export function checkReports(packages, { write, folder, tell }) {
  const { CompilerState, Extractor, ExtractorConfig } = requireTool('@microsoft/api-extractor');
  const reports = packages.flatMap((each) =>
    entryPoints(each).map((entry) => ({ each, ...reportOf(ExtractorConfig, each, entry, folder) })),
  );
  // One compilation for all of them: it is what takes the time.
  const [first, ...others] = reports.map(({ config }) => config);
  const additionalEntryPoints = others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath);
  const compilerState = CompilerState.create(first, { additionalEntryPoints });
  for (const { each, name, config } of reports) {
    const messageCallback = (message) => {
      message.handled = true;
      if (message.logLevel === 'error') tell(each, [`${name}: ${message.text}`]);
    };
    const { apiReportChanged } = Extractor.invoke(config, { compilerState, localBuild: write, messageCallback });
    if (apiReportChanged && !write)
      tell(each, [`etc/${name} is not what is built: if that is meant, run node scripts/check-packages.mjs --write`]);
  }
}

function reportOf(ExtractorConfig, { folder: source, manifest }, { path, types }, folder) {
  const projectFolder = join(ROOT, source);
  const reportFolder = join(projectFolder, 'etc');
  const name = `${manifest.name.split('/')[1]}${path.replaceAll('/', '-')}.api.md`;
  mkdirSync(reportFolder, { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, 'package.json'),
    configObject: {
      projectFolder,
      mainEntryPointFilePath: join(projectFolder, types),
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: join(projectFolder, 'tsconfig.build.json'), skipLibCheck: true },
      apiReport: { enabled: true, reportFileName: name, reportFolder, reportTempFolder: folder },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: MESSAGES,
    },
  });
  return { name, config };
}
