// better-sqlite3 12 says that it wants Node 20 to 26. Newer ones than 20 use the 13 line here, so pnpm leaves this one
// out there: it would be compiled for nothing, and could not be where there is no compiler.
module.exports = {
  hooks: {
    readPackage(manifest) {
      if (manifest.name === 'better-sqlite3' && manifest.version.startsWith('12.')) manifest.engines = { node: '<22' };
      return manifest;
    },
  },
};
