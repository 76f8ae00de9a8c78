import { formatTrace, type Flow, type FlowResult } from '@svclab/netstack';
import { formatAddress, parseAddress, type Address } from '@svclab/wire';
import { err, ok, type Result } from '@svclab/sim';
import { parseDestination, type Destination } from '../destination.js';
import type { Problem, RequestsInput, TracedRequest } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { done, refuse, settle, type Outcome } from './outcome.js';

/** Most traces that one entry keeps, whatever was asked: a trace is tens of kilobytes. */
export const MAX_TRACES = 100;
export const MAX_REQUESTS = 10_000;

export function runRequests(sandbox: Sandbox, input: RequestsInput): Outcome {
  const count = input.count ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > MAX_REQUESTS)
    return invalid('/count', `must be an integer between 1 and ${MAX_REQUESTS}`);
  const asked = flowOf(sandbox, input);
  if (!asked.ok) return refuse(asked.error);
  const { flow, destination } = asked.value;
  const wanted = input.trace ?? 'none';
  const traces: TracedRequest[] = [];
  const distribution = new Map<string, number>();
  const results = [];
  for (let i = 0; i < count; i++) {
    const traced = traces.length < MAX_TRACES && (wanted === 'all' || (wanted === 'first' && i === 0));
    const result = sandbox.world.net.send({ ...flow, ...requestText(flow, destination) }, { trace: traced });
    const hostname = /^Hostname: (.*)$/m.exec(result.response ?? '')?.[1];
    const key = hostname ?? result.outcome;
    distribution.set(key, (distribution.get(key) ?? 0) + 1);
    let traceId: string | undefined;
    if (result.trace) {
      traceId = `${sandbox.seq + 1}-${i + 1}`;
      traces.push({ traceId, trace: result.trace, text: formatTrace(result.trace) });
    }
    results.push(summaryOf(result, hostname, traceId));
  }
  settle(sandbox);
  return done({ results, distribution: Object.fromEntries([...distribution].sort(([a], [b]) => (a < b ? -1 : 1))), traces });
}

/** The flow that a request or a trace asks about, names resolved. */
export function flowOf(sandbox: Sandbox, input: Omit<RequestsInput, 'kind'>): Result<{ flow: Flow; destination: Destination }, Problem> {
  const { world } = sandbox;
  const protocol = input.protocol ?? 'tcp';
  const from = input.from;
  if (from !== 'host' && !world.container(from)) {
    const detail = from.startsWith('client/')
      ? `${from.slice(7)} is not running: start it with docker run -d --rm --name ${from.slice(7)} --network kind nicolaka/netshoot sleep infinity`
      : `"${from}" is not running here: use host, node/<name>, pod/<namespace>/<name> or client/<name>`;
    return err({ status: 422, title: 'No such source', detail, errors: [{ pointer: '/from', detail }] });
  }
  const destination = parseDestination(input.to, protocol);
  if (!destination.ok)
    return err({
      status: 422,
      title: 'Invalid destination',
      detail: destination.error,
      errors: [{ pointer: '/to', detail: destination.error }],
    });
  const address: Address | undefined = parseAddress(destination.value.host) ?? world.resolve(from, destination.value.host);
  if (address === undefined) {
    const detail = `could not resolve host ${destination.value.host} from ${from}`;
    return err({ status: 422, title: 'Unknown host', detail, errors: [{ pointer: '/to', detail }] });
  }
  const timeout = input.connectTimeoutSeconds;
  if (timeout !== undefined && !(timeout > 0 && timeout <= 300)) {
    const detail = 'must be more than 0 and at most 300';
    return err({ status: 422, title: 'Invalid time-out', detail, errors: [{ pointer: '/connectTimeoutSeconds', detail }] });
  }
  return ok({
    destination: destination.value,
    flow: {
      netns: world.netnsOf(from),
      protocol,
      destination: address,
      port: destination.value.port,
      ...(timeout === undefined ? {} : { connectTimeoutUs: Math.round(timeout * 1e6) }),
    },
  });
}

export const requestText = (flow: Flow, { path, authority }: Destination): { request?: string } =>
  flow.protocol === 'tcp' ? { request: `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: svclab/0.1\r\nAccept: */*\r\n\r\n` } : {};

const EXIT_CODES: Readonly<Record<FlowResult['outcome'], number>> = { ok: 0, refused: 7, unreachable: 7, timeout: 28, reset: 56 };

function summaryOf(result: FlowResult, hostname: string | undefined, traceId: string | undefined): object {
  return {
    outcome: result.outcome,
    ...(result.errno ? { errno: result.errno } : {}),
    exitCode: EXIT_CODES[result.outcome],
    ...(hostname === undefined ? {} : { hostname }),
    ...(result.server ? { remoteAddress: formatAddress(result.server.remote.address), remotePort: result.server.remote.port } : {}),
    sourcePort: result.local.port,
    elapsedMs: result.elapsedUs / 1000,
    ...(traceId === undefined ? {} : { traceId }),
  };
}

const invalid = (pointer: string, detail: string): Outcome =>
  refuse({ status: 422, title: 'Invalid request', detail: `${pointer.slice(1)} ${detail}`, errors: [{ pointer, detail }] });
