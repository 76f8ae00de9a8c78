import type { LogEntry } from '@svclab/client';
import { countsOf, deeds } from './time-line.js';

const entry = (seq: number, input: Record<string, unknown>, transcript: LogEntry['transcript'] = null): LogEntry =>
  ({ seq, kind: input['kind'], input, transcript }) as unknown as LogEntry;
const wrote = (stdout: string, exitCode: number | null = 0): LogEntry['transcript'] => ({ stdout, stderr: '', exitCode });

describe('the time line', () => {
  it('says of each entry what was asked', () => {
    const log = [
      entry(8, { kind: 'object.delete', resource: 'pods', namespace: 'default', name: 'webpod3' }),
      entry(7, { kind: 'requests', from: 'pod/default/net-pod', to: 'svc:9000', count: 100 }),
      entry(6, { kind: 'tick', advanceMs: 250 }),
      entry(5, { kind: 'clock', advanceSeconds: 60 }),
      entry(4, { kind: 'revert', toSeq: 2 }),
      entry(3, {
        kind: 'manifests',
        text: 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n---\nkind: Pod\nmetadata:\n  name: a\n',
      }),
      entry(2, { kind: 'exec', command: 'kubectl get pods\nkubectl get nodes' }, wrote('')),
      entry(1, { kind: 'create', profile: 'kind' }),
    ];
    expect(deeds(log).map(({ seq, kind, effect }) => [seq, kind, effect])).toEqual([
      [8, 'objects', 'delete pods webpod3'],
      [7, 'requests', '100 × pod/default/net-pod → svc:9000'],
      [5, 'clock', 'clock +60 s'],
      [4, 'revert', 'revert to 2'],
      [3, 'objects', 'apply Service/web Pod/a'],
      [2, 'command', 'kubectl get pods …'],
      [1, 'cluster', 'create kind'],
    ]);
  });

  it('takes the entries of a long command together, and leaves out what began before the page', () => {
    const log = [
      entry(9, { kind: 'exec.signal', execId: 'b', signal: 'SIGINT' }, wrote('^C', 130)),
      entry(8, { kind: 'exec.advance', execId: 'b', toUs: 1 }, wrote('two\n', null)),
      entry(7, { kind: 'exec.start', execId: 'b', command: 'while true; do date; done' }, wrote('one\n', null)),
      entry(6, { kind: 'exec.advance', execId: 'a', toUs: 1 }, wrote('end', 0)),
    ];
    expect(deeds(log)).toEqual([
      { kind: 'command', effect: 'while true; do date; done', firstSeq: 7, seq: 9, stdout: 'one\ntwo\n^C', exitCode: 130 },
    ]);
  });
});

it.each([
  ['cat <<EOT > a.yaml\nkind: Pod\nEOT\nkubectl apply -f a.yaml', '… kubectl apply -f a.yaml'],
  ['kubectl exec -it net-pod -- curl -s 10.200.1.1:9000', 'net-pod: curl -s 10.200.1.1:9000'],
  ['docker exec myk8s-worker iptables -t nat -S', 'myk8s-worker: iptables -t nat -S'],
  ['kubectl exec -n kube-system x -- date', 'kubectl exec -n kube-system x -- date'],
  ['kubectl apply -f - <<EOT\nkind: Pod\nEOT', 'kubectl apply -f - <<EOT …'],
])('says of %j what it comes to', (command, effect) => {
  expect(deeds([entry(1, { kind: 'exec', command }, wrote(''))])).toMatchObject([{ effect }]);
});

it('finds counts in an output that is nothing else', () => {
  expect(countsOf('     36 Hostname: webpod1\n     32 Hostname: webpod2\n')).toEqual({ webpod1: 36, webpod2: 32 });
  expect(countsOf('     36 Hostname: webpod1\nTotal\n')).toBeUndefined();
  expect(countsOf('3 items\n')).toBeUndefined();
  expect(countsOf('')).toBeUndefined();
});
