import { FakeLab } from './testdata/fake-lab.js';

const shown = async (lab: FakeLab, line: string): Promise<string> => {
  const { stdout, stderr } = await lab.exec(line);
  return stdout + stderr;
};

describe('the lab document’s own lines', () => {
  const lab = new FakeLab();
  const lines: readonly [line: string, output: string][] = [
    ['SVC1=$(kubectl get svc svc-clusterip -o jsonpath={.spec.clusterIP})', ''],
    ['echo $SVC1', '10.200.1.52\n'],
    ['k get pod', 'kubectl get pod\n'],
    [
      'for i in control-plane worker; do echo ">> node myk8s-$i <<"; docker exec -it myk8s-$i iptables -t nat -S | grep $SVC1; echo; done',
      '>> node myk8s-control-plane <<\n-A KUBE-SERVICES -d 10.200.1.52/32 # myk8s-control-plane -t nat -S\n\n' +
        '>> node myk8s-worker <<\n-A KUBE-SERVICES -d 10.200.1.52/32 # myk8s-worker -t nat -S\n\n',
    ],
    [
      'kubectl exec -it net-pod -- zsh -c "for i in {1..100};  do curl -s $SVC1:9000 | grep Hostname; done | sort | uniq -c | sort -nr"',
      '     34 Hostname: webpod1\n     33 Hostname: webpod3\n     33 Hostname: webpod2\n',
    ],
    ['WEBPOD1=10.10.1.2 WEBPOD2=10.10.2.2', ''],
    ["for pod in $WEBPOD1 $WEBPOD2; do kubectl exec -it net-pod -- curl -s $pod | egrep 'Host|RemoteAddr' | wc -l; done", '2\n2\n'],
    ['cat <<EOT> svc.yaml\nclusterIP: $SVC1\n  sessionAffinity: None\nEOT', ''],
    [
      'cat svc.yaml | sed -e "s/sessionAffinity: None/sessionAffinity: ClientIP/" | kubectl apply -f -',
      'kubectl apply -f -\nclusterIP: 10.200.1.52\n  sessionAffinity: ClientIP\n',
    ],
    ['docker exec -it myk8s-worker sh -c \'echo "$HOSTNAME $SVC1"\'', 'myk8s-worker \n'],
  ];
  test.each(lines)('%s', async (line, output) => {
    expect(await shown(lab, line)).toBe(output);
  });
});

describe('a session', () => {
  test('keeps variables, functions, aliases, options, the directory and $?', async () => {
    const lab = new FakeLab();
    await lab.exec('x="a b"; export y=2; list=(1 2); greet() { echo "hello $1"; }; alias say=greet; mkdir d; cd d; set -o pipefail; false');
    expect(await shown(lab, 'echo $? $x $y ${list[2]} $PWD; greet you; say me; env | grep ^y=; true | false | true; echo $?')).toBe(
      '1 a b 2 2 /root/d\nhello you\nhello me\ny=2\n1\n',
    );
  });

  test('is one of its name, at its place', async () => {
    const lab = new FakeLab();
    await lab.exec('x=1', { session: 'one' });
    expect((await lab.exec('echo [$x]', { session: 'two' })).stdout).toBe('[]\n');
    expect((await lab.exec('echo [$x]', { session: 'one' })).stdout).toBe('[1]\n');
  });

  test('a record holds only what differs from a fresh shell', async () => {
    const lab = new FakeLab();
    await lab.exec('x=1; unalias k');
    expect(lab.sim.store.table('shell.sessions').get('host|default')).toEqual({
      variables: { x: { value: '1' } },
      aliases: { k: null },
      functions: {},
      options: [],
      cwd: '/root',
      status: 0,
    });
  });

  test('does not see what a script in another shell sets', async () => {
    const lab = new FakeLab();
    expect(await shown(lab, "x=1; zsh -c 'x=2; echo $x'; bash -c 'echo [$x]'; (x=3); echo $x")).toBe('2\n[]\n1\n');
  });
});

describe('zsh', () => {
  const lab = new FakeLab();
  test.each([
    ['keeps an unquoted variable whole', 'x="a  b"; for w in $x; do echo "<$w>"; done', '<a  b>\n'],
    ['splits a command substitution', 'for w in $(echo a b); do echo "<$w>"; done', '<a>\n<b>\n'],
    [
      'counts arrays from 1 and takes all of one',
      'a=(one two three); echo ${a[1]} ${a[2]} ${a[-1]}; echo $a',
      'one two three\none two three\n',
    ],
    ['runs the last stage of a pipeline itself', 'echo v | read y; echo $y', 'v\n'],
    ['gives up a line whose pattern matches nothing', 'echo *.nope; echo after', 'zsh: no matches found: *.nope\n'],
    ['reads backslashes in echo', String.raw`echo 'a\tb'`, 'a\tb\n'],
  ])('%s', async (_name, line, output) => {
    expect(await shown(lab, line)).toBe(output);
  });
});

describe('what is not there', () => {
  const lab = new FakeLab();
  test.each([
    ['foo', 'zsh: command not found: foo\n'],
    ["zsh -c 'foo'", 'zsh:1: command not found: foo\n'],
    ["bash -c 'foo'", 'bash: line 1: foo: command not found\n'],
    ["docker exec -it myk8s-worker sh -c 'foo'", 'sh: 1: foo: not found\n'],
    ["docker exec mypc sh -c 'foo'", 'sh: foo: not found\n'],
    ['iptables -S', 'zsh: command not found: iptables\n'],
    ['tcpdump -i eth0', 'svclab: tcpdump is not simulated yet\n'],
    ['vim x', 'svclab: vim is not simulated yet\n'],
    ['bash', "svclab: bash with a prompt needs a terminal; run a line with bash -c '…'\n"],
  ])('%s', async (line, message) => {
    expect(await lab.exec(line)).toEqual({ stdout: '', stderr: message, exitCode: 127 });
  });

  test.each([
    ['echo "abc', 'zsh: unmatched "\n'],
    ['for i in', "zsh: parse error near `\\n'\n"],
    ['echo )', "zsh: parse error near `)'\n"],
    ["sh -c 'if'", 'sh: 1: Syntax error: end of file unexpected\n'],
  ])('bad syntax: %s', async (line, message) => {
    expect(await lab.exec(line)).toEqual({ stdout: '', stderr: message, exitCode: 2 });
  });

  test('a place where nothing runs', async () => {
    expect(await lab.exec('ls', { at: 'pod/default/gone' })).toEqual({
      stdout: '',
      stderr: 'svclab: nothing runs at pod/default/gone\n',
      exitCode: 126,
    });
  });
});

test('a node has bash, its own files and environment; an image without a shell has nothing', async () => {
  const lab = new FakeLab({ profile: 'kind' });
  expect((await lab.exec('echo $0 $HOSTNAME $PWD', { at: 'node/myk8s-worker' })).stdout).toBe('bash myk8s-worker /\n');
  await lab.exec('echo here > /tmp/f', { at: 'node/myk8s-worker' });
  expect((await lab.exec('cat /tmp/f', { at: 'node/myk8s-worker2' })).stderr).toBe('cat: /tmp/f: No such file or directory\n');
  expect((await lab.exec('docker exec myk8s-worker cat /tmp/f')).stdout).toBe('here\n');
  expect((await lab.exec('docker exec myk8s-worker zsh -c true')).exitCode).toBe(127);
});

test('bytes that are no text, NUL and escape sequences survive JSON', async () => {
  const { stdout } = await new FakeLab().exec(String.raw`printf '\0\033[31m\xff'`);
  expect(stdout).toBe('\0\x1b[31m\xff');
  expect(JSON.parse(JSON.stringify(stdout))).toBe(stdout);
});

test('the same line on the same state gives the same output and the same state', async () => {
  const line = 'echo $RANDOM; date; awk "BEGIN { srand(); print rand() }"; printf "b\\nA\\na\\né\\n" | sort; ls -l; touch f; ls -l';
  const hosts = [
    ['UTC', 'C'],
    ['Asia/Seoul', 'ko_KR.UTF-8'],
    ['America/St_Johns', 'tr_TR.UTF-8'],
  ] as const;
  const { TZ, LANG } = process.env;
  const results: unknown[] = [];
  try {
    for (const [zone, language] of hosts) {
      process.env['TZ'] = zone;
      process.env['LANG'] = language;
      const lab = new FakeLab();
      results.push([await lab.exec(line), lab.sim.store.fullHash()]);
    }
  } finally {
    Object.assign(process.env, { TZ, LANG });
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  expect((results[0] as [{ stdout: string }])[0].stdout).toContain('Fri Sep 27 12:00:00 UTC 2024\n');
  expect((results[0] as [{ stdout: string }])[0].stdout).toContain('A\na\nb\né\n');
  expect(await new FakeLab({ seed: 2 }).exec('echo $RANDOM')).not.toEqual(await new FakeLab({ seed: 1 }).exec('echo $RANDOM'));
});
