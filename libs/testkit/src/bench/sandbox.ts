import { performance } from 'node:perf_hooks';
import type { Flow } from '@svclab/netstack';
import { Sandbox } from '@svclab/sandbox';
import { address } from '@svclab/wire';
import { labSandbox } from '../lab-sandbox.js';
import { median, spread, type Figure } from './figures.js';

const START_US = Date.UTC(2024, 8, 28) * 1000;

async function fresh(seed: number): Promise<Sandbox> {
  const { sandbox } = await Sandbox.create({ kind: 'create', profile: 'kind', seed, startUs: START_US });
  sandbox.commit();
  return sandbox;
}

/** Sandboxes made before the measuring starts: V8 goes on optimising for about that many. */
const WARM_UP = 100;

/** How long a four-node cluster takes from nothing, in a process that has made some before, as a server's worker has. */
export async function creation(rounds = 100): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const start = performance.now();
    await fresh(round);
    if (round >= WARM_UP) times.push(performance.now() - start);
  }
  return {
    what: `Fresh kind sandbox, four nodes, created and settled (${rounds} after ${WARM_UP} to warm up), ms`,
    measured: spread(times),
    goal: { text: '≤ 20 median', met: median(times) <= 20 },
  };
}

/** Heap that one more idle sandbox costs, its share of the interpreter included: the growth of the heap over many of them, after collection. */
export async function memory(count = 60): Promise<Figure> {
  if (!globalThis.gc) throw new Error('start with node --expose-gc');
  const kept: Sandbox[] = [await fresh(1)];
  await run(kept[0]!, 'kubectl get pods | grep x');
  const heap = (): number => {
    globalThis.gc!();
    globalThis.gc!();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const rssBefore = process.memoryUsage().rss;
  for (let i = 0; i < count; i++) {
    const sandbox = await fresh(100 + i);
    await run(sandbox, 'kubectl get nodes | grep Ready');
    kept.push(sandbox);
  }
  const perSandbox = (heap() - before) / count / 1e6;
  const rss = (process.memoryUsage().rss - rssBefore) / count / 1e6;
  kept.length = 0;
  return {
    what: `Idle kind sandbox, after one shell command, heap MB (growth over ${count} sandboxes after collection; resident set alike)`,
    measured: `${perSandbox.toFixed(2)} heap, ${rss.toFixed(2)} resident`,
    goal: { text: '≤ 1.5', met: perSandbox <= 1.5 },
  };
}

/** The document's loop, and how its time divides between the simulated network and the shell around it. */
export async function labLoop(rounds = 5): Promise<Figure> {
  const totals: number[] = [];
  const shares: number[] = [];
  for (let round = 0; round < rounds + 1; round++) {
    const sandbox = await labSandbox({ seed: round });
    const { net } = sandbox.world;
    const send = net.send.bind(net);
    let inNetwork = 0;
    net.send = (...args) => {
      const start = performance.now();
      try {
        return send(...args);
      } finally {
        inNetwork += performance.now() - start;
      }
    };
    const start = performance.now();
    const shown = await run(
      sandbox,
      'kubectl exec net-pod -- zsh -c "for i in {1..1000}; do curl -s $SVC1:9000 | grep Hostname; done | sort | uniq -c"',
    );
    const total = performance.now() - start;
    const answered = [...shown.matchAll(/^ *(\d+) Hostname: webpod\d$/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
    if (answered !== 1000) throw new Error(`the loop printed\n${shown}`);
    if (round > 0) {
      totals.push(total);
      shares.push(inNetwork);
    }
  }
  return {
    what: `The document's loop of 1000 curl | grep, then sort | uniq -c, through exec (${rounds} runs), ms`,
    measured: `${spread(totals)}, of it the simulated network ${median(shares).toFixed(0)}, the shell and the rest ${(median(totals) - median(shares)).toFixed(0)}`,
    goal: { text: '≤ 1500', met: median(totals) <= 1500 },
  };
}

/** Complete HTTP exchanges through a ClusterIP, without the shell. */
export async function exchanges(count = 10_000): Promise<Figure> {
  const sandbox = await labSandbox({ seed: 1 });
  const to = `${sandbox.world.api.list(sandbox.world.api.resources.find('services')!, { namespace: 'default' }).find((service) => service.metadata.name === 'svc-clusterip')!.spec!.clusterIP as string}:9000`;
  const rate = async (trace: 'none' | 'all', n: number): Promise<number> => {
    const start = performance.now();
    const { answer } = await sandbox.execute({ kind: 'requests', from: 'pod/default/net-pod', to, count: n, trace });
    const elapsed = performance.now() - start;
    if (!answer.ok) throw new Error(answer.problem.detail);
    sandbox.abort();
    return n / (elapsed / 1000);
  };
  const flow: Flow = { ...labFlow(to), netns: 'pod/default/net-pod' };
  const sent = (trace: boolean, n: number): number => {
    sandbox.sim.beginEntry(sandbox.seq + 1);
    const start = performance.now();
    for (let i = 0; i < n; i++) sandbox.world.net.send(flow, { trace });
    const elapsed = performance.now() - start;
    sandbox.sim.abortEntry();
    return n / (elapsed / 1000);
  };
  for (let i = 0; i < 5; i++) sent(i % 2 === 1, 4000);
  await rate('none', 2000);
  sandbox.sim.beginEntry(sandbox.seq + 1);
  const bytes = JSON.stringify(sandbox.world.net.send(flow, { trace: true }).trace).length;
  sandbox.sim.abortEntry();
  const [untraced, traced] = [sent(false, count), sent(true, 3000)];
  return {
    what: `HTTP exchanges through a ClusterIP, per second per core: in the network; traced, and bytes of one trace; in one entry of ${count} with its answer and state hash`,
    measured: `${untraced.toFixed(0)}; ${traced.toFixed(0)} traced, ${bytes} bytes each; ${(await rate('none', count)).toFixed(0)} in an entry`,
    goal: { text: '≥ 40000, traced ≥ 5000', met: untraced >= 40_000 && traced >= 5000 },
  };
}

function labFlow(to: string): Pick<Flow, 'protocol' | 'destination' | 'port' | 'request'> {
  const [host, port] = to.split(':') as [string, string];
  const request = `GET / HTTP/1.1\r\nHost: ${to}\r\nUser-Agent: curl/8.7.1\r\nAccept: */*\r\n\r\n`;
  return { protocol: 'tcp', destination: address(host), port: Number(port), request };
}

async function run(sandbox: Sandbox, command: string): Promise<string> {
  const { answer } = await sandbox.execute({ kind: 'exec', command });
  if (!answer.ok) throw new Error(answer.problem.detail);
  sandbox.commit();
  return (answer.value as { stdout: string }).stdout;
}
