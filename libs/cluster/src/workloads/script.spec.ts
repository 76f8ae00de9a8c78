import { runCommand, type ScriptEvent } from './script.js';

const VIEW = {
  hostname: 'webpod1',
  env: { NAME: 'lab' },
  exists: (path: string) => path === '/tmp/healthy',
  date: (us: number) => `t=${us / 1_000_000}`,
};

/** The first events in short: lines as they are, waits as `+seconds`, the end as `!code`. */
function life(argv: readonly string[], most = 8): string[] {
  const words: string[] = [];
  for (const event of runCommand(argv, VIEW)) {
    words.push(short(event));
    if (words.length === most || words.at(-1) === '+Infinity') break;
  }
  return words;
}

const short = (event: ScriptEvent): string =>
  event.kind === 'line' ? event.text : event.kind === 'wait' ? `+${event.us / 1_000_000}` : `!${event.code}`;

describe("a container's own command", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['stays', ['tail', '-f', '/dev/null'], ['+Infinity']],
    ['sleeps and ends', ['sleep', '1m'], ['+60', '!0']],
    ['says something and ends', ['echo', 'hello', 'world'], ['hello world', '!0']],
    ['is a shell that has nothing to read', ['zsh'], ['!0']],
    ['is a script', ['sh', '-c', 'echo "a; b" && sleep 2; exit 3'], ['a; b', '+2', '!3']],
    ['ends as its last word did', ['sh', '-c', 'true; false'], ['!1']],
    ['goes on after a failure that is caught', ['sh', '-c', 'false || echo caught'], ['caught', '!0']],
    ['does not go on after one that is not', ['sh', '-c', 'false && echo never'], ['!1']],
    ['turns in a loop', ['sh', '-c', 'while true; do date; sleep 1; done'], ['t=0', '+1', 't=1', '+1', 't=2', '+1', 't=3', '+1']],
    [
      'counts',
      ['sh', '-c', 'for i in 1 2; do echo $i of $NAME on $(hostname); done; echo done'],
      ['1 of lab on webpod1', '2 of lab on webpod1', 'done', '!0'],
    ],
    ['counts with seq', ['bash', '-c', 'for i in $(seq 3); do echo $i; done'], ['1', '2', '3', '!0']],
    ['would turn for ever in one moment', ['sh', '-c', 'while true; do echo x; done'], ['+Infinity']],
    ['looks whether a file is there', ['cat', '/tmp/healthy'], ['!0']],
    ['misses a file', ['test', '-f', '/tmp/other'], ['!1']],
    ['writes elsewhere', ['sh', '-c', 'echo quiet > /tmp/x; echo loud'], ['loud', '!0']],
    ['is no program that is known', ['/usr/bin/java', '-jar', 'x'], ['+Infinity']],
    ['replaces its shell', ['sh', '-c', 'exec sleep 5; echo never'], ['+5', '!0']],
  ])('%s', (_, argv, expected) => expect(life(argv)).toEqual(expected));
});
