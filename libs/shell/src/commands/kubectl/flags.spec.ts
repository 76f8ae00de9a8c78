import { KubectlError } from './errors.js';
import { bool, int, parseFlags, pending, string, strings, type FlagSpec } from './flags.js';

const specs: readonly FlagSpec[] = [
  string('output', '', 'o'),
  string('namespace', '', 'n'),
  bool('stdin', '', 'i'),
  bool('tty', '', 't'),
  strings('filename', '', 'f'),
  int('tail', ''),
  string('dry-run', '', undefined, 'unchanged'),
  ...pending('bool', 'server-side'),
];

const parse = (line: string) => parseFlags(line === '' ? [] : line.split(' '), specs, 'kubectl get');

test.each(['-oyaml', '-o=yaml', '-o yaml', '--output yaml', '--output=yaml'])('%s names the output format', (line) => {
  const { flags, args } = parse(`pods ${line} web`);
  expect(flags.string('output')).toBe('yaml');
  expect(args).toEqual(['pods', 'web']);
});

test('shorthands stand together, the last one may take the rest', () => {
  const { flags, args, dashAt } = parse('-itn kube-system net-pod -- curl -s x');
  expect([flags.bool('stdin'), flags.bool('tty'), flags.string('namespace')]).toEqual([true, true, 'kube-system']);
  expect(args).toEqual(['net-pod', 'curl', '-s', 'x']);
  expect(dashAt).toBe(1);
});

test('lists are repeated, or separated by commas', () => {
  expect(parse('-f a.yaml,b.yaml -f c.yaml').flags.strings('filename')).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
});

test('a flag with a value of its own takes none from the next word', () => {
  const { flags, args } = parse('--dry-run client --stdin=false');
  expect(flags.string('dry-run')).toBe('unchanged');
  expect(flags.bool('stdin', true)).toBe(false);
  expect(args).toEqual(['client']);
});

test.each([
  ['--foo', 'unknown flag: --foo'],
  ['--foo=x', 'unknown flag: --foo'],
  ['-z', "unknown shorthand flag: 'z' in -z"],
  ['-iz', "unknown shorthand flag: 'z' in -iz"],
  ['--namespace', 'flag needs an argument: --namespace'],
  ['-n', "flag needs an argument: 'n' in -n"],
  ['--stdin=maybe', 'invalid argument "maybe" for "-i, --stdin" flag: strconv.ParseBool: parsing "maybe": invalid syntax'],
  ['--tail=x', 'invalid argument "x" for "--tail" flag: strconv.ParseInt: parsing "x": invalid syntax'],
])('%s: %s', (line, message) => {
  expect(() => parse(line)).toThrow(new KubectlError(`error: ${message}\nSee 'kubectl get --help' for usage.`));
});

test('a flag that only the real kubectl has is refused by name', () => {
  expect(() => parse('--server-side')).toThrow(new KubectlError('error: --server-side is not simulated yet'));
});
