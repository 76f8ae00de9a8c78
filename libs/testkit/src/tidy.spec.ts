import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** House rules that decay unless a test holds them. */
const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Which rooms each room may import. An arrow that is not here needs an ADR first. */
const PURE = ['sim', 'wire', 'netfilter', 'netstack', 'kube-api', 'kube-controllers', 'kube-proxy', 'coredns', 'cluster'];
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  sim: [],
  wire: ['sim'],
  netfilter: ['sim', 'wire'],
  netstack: ['sim', 'wire', 'netfilter'],
  'kube-api': ['sim', 'wire'],
  'kube-controllers': ['sim', 'wire', 'kube-api'],
  'kube-proxy': ['sim', 'wire', 'kube-api'],
  coredns: ['sim', 'wire', 'kube-api'],
  cluster: ['sim', 'wire', 'netfilter', 'netstack', 'kube-api', 'kube-controllers', 'kube-proxy', 'coredns'],
  shell: ['sim', 'wire', 'netfilter', 'netstack', 'kube-api', 'cluster'],
  sandbox: ['sim', 'wire', 'netstack', 'kube-api', 'cluster', 'shell'],
  client: [],
  labs: ['kube-api', 'netfilter', 'netstack', 'sandbox'],
  testkit: [...PURE, 'shell', 'sandbox', 'labs'],
  api: ['sim', 'kube-api', 'sandbox', 'labs'],
};

/** Below the shell nothing may look at the host: each pattern with what to use instead. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bDate\b(?!:)/, 'sim.nowUs'],
  [/\bMath\.random\b/, 'sim.random'],
  [/\bperformance\.now\b/, 'sim.nowUs'],
  [/\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/, 'sim.timers'],
  [/\bPromise\b|\basync\b|\bawait\b/, 'synchronous code'],
  [/\bfrom 'node:|\brequire\(|\bprocess\./, 'nothing of the host'],
  [/\bcrypto\b\./, 'sim.random or a pure hash'],
  [/\blocaleCompare\b|\bIntl\b|\btoLocale\w+/, 'code-unit order'],
  [/\bWeakRef\b|\bFinalizationRegistry\b/, 'nothing: collection is observable'],
  [/\bMath\.(?:sin|cos|tan|exp|log|log2|log10|pow|cbrt|sinh|cosh|tanh)\b/, 'integer arithmetic: these differ between engines'],
];

/** Files that may be longer than the limit, each with its reason. */
const MAX_LINES = 600;
const LONG_FILES: Readonly<Record<string, string>> = {};

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file && existsSync(path.join(ROOT, file)));
/** Hand-written TypeScript; generated clients are not ours to shorten. */
const sources = tracked.filter(
  (file) => /^(?:libs|apps)\/[^/]+\/(?:src|test)\/.*\.ts$/.test(file) && !/\/prisma-client\/|\.d\.ts$/.test(file),
);
const roomOf = (file: string): string => file.split('/')[1]!;
const isSpec = (file: string): boolean => file.endsWith('.spec.ts') || file.includes('/test/') || file.includes('/testdata/');
const text = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Source without comments and strings' contents, so that prose about a banned thing is no breach. */
const code = (file: string): string =>
  text(file)
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1');

function importsOf(file: string): string[] {
  return [...code(file).matchAll(/^(?:import|export)\b[^;'"]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    (match) => (match[1] ?? match[2] ?? match[3])!,
  );
}

describe('tidy', () => {
  it('keeps to the top level that the project was given', () => {
    const visible = readdirSync(ROOT).filter(
      (name) => !name.startsWith('.') && !['node_modules', 'dist', 'build', 'coverage'].includes(name),
    );
    const allowed = [
      'apps',
      'libs',
      'prisma',
      'docs',
      'nx.json',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'jest.config.mjs',
      'README.md',
      'LICENSE',
      'CONTRIBUTING.md',
      'prisma.config.ts',
    ];
    expect(visible.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('knows every room', () => {
    const rooms = readdirSync(path.join(ROOT, 'libs')).concat(readdirSync(path.join(ROOT, 'apps')));
    expect(rooms.filter((room) => !(room in ARROWS))).toEqual([]);
  });

  it('lets arrows run one way, through doors only', () => {
    const breaches: string[] = [];
    for (const file of sources) {
      const room = roomOf(file);
      for (const target of importsOf(file)) {
        const ours = /^@svclab\/([^/]+)(\/.*)?$/.exec(target);
        if (ours) {
          if (ours[2]) breaches.push(`${file} imports ${target}: rooms are entered through their door`);
          else if (ours[1] !== room && !ARROWS[room]!.includes(ours[1]!) && !(isSpec(file) && ['testkit', 'client'].includes(ours[1]!)))
            breaches.push(`${file} imports ${target}: ${room} may not`);
        } else if (target.startsWith('.')) {
          const resolved = path.normalize(path.join(path.dirname(file), target));
          if (!resolved.startsWith(file.split('/').slice(0, 2).join('/'))) breaches.push(`${file} reaches out of its room: ${target}`);
        }
      }
    }
    expect(breaches).toEqual([]);
  });

  it('declares in package.json what each room imports', () => {
    const missing: string[] = [];
    for (const file of sources.filter((name) => !isSpec(name))) {
      const [group, room] = file.split('/');
      const manifest = JSON.parse(text(`${group}/${room}/package.json`)) as { dependencies?: Record<string, string> };
      for (const target of importsOf(file)) {
        if (target.startsWith('.') || target.startsWith('node:')) continue;
        const name = target
          .split('/')
          .slice(0, target.startsWith('@') ? 2 : 1)
          .join('/');
        if (name !== `@svclab/${room}` && !(name in (manifest.dependencies ?? {}))) missing.push(`${file}: ${name}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('keeps the host out of everything below the shell', () => {
    const breaches: string[] = [];
    for (const file of sources.filter((name) => name.startsWith('libs/') && PURE.includes(roomOf(name)) && !isSpec(name))) {
      for (const [index, line] of code(file).split('\n').entries()) {
        const bare = line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\$]|\\.)*`/g, (literal) =>
          literal.startsWith("'node:") ? literal : "''",
        );
        for (const [pattern, instead] of BANNED)
          if (pattern.test(bare)) breaches.push(`${file}:${index + 1} ${line.trim()} (use ${instead})`);
      }
    }
    expect(breaches).toEqual([]);
  });

  it('keeps every file short enough to hold in the head', () => {
    const long = sources
      .map((file) => [file, text(file).split('\n').length - 1] as const)
      .filter(([file, lines]) => lines > MAX_LINES && !(file in LONG_FILES))
      .map(([file, lines]) => `${file}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  it('names files in kebab-case and by what they hold', () => {
    const bad = sources.filter((file) => {
      const name = path.basename(file).replace(/(?:\.spec)?\.ts$/, '');
      return !/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(name) || /^(?:utils?|helpers?|manager|common|misc)$/.test(name);
    });
    expect(bad).toEqual([]);
  });

  it('names no machine and no tool that outsiders do not have', () => {
    const breaches = tracked
      .filter(
        (file) => /\.(?:ts|mjs|json|md|sh|yaml|yml|prisma|sql)$|\.ci\/run$/.test(file) && !/package-lock\.json$|tidy\.spec\.ts$/.test(file),
      )
      .filter((file) => /\/work\/|\.\.\/shared\b|farm-(?:studio|bench)|\/tmp\/brief/.test(text(file)));
    expect(breaches).toEqual([]);
  });

  it('marks every deliberate lie in a form the docs can list', () => {
    const bad: string[] = [];
    for (const file of sources.filter((name) => !name.endsWith('tidy.spec.ts'))) {
      for (const [index, line] of text(file).split('\n').entries()) {
        if (
          /simplification/i.test(line) &&
          /\/\/|\*/.test(line) &&
          /\bSimplif\w+:/i.test(line) &&
          !/(?:\/\/|\*) Simplification: \S/.test(line)
        )
          bad.push(`${file}:${index + 1}`);
      }
    }
    expect(bad).toEqual([]);
  });
});
