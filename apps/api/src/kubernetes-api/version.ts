/** What `/version` answers (apimachinery pkg/version Info). */
// Simplification: who built the real server, and when, is left out; kubectl asks for the version alone.
export function versionDocument(gitVersion: string): object {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '',
    goVersion: '',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}
