import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import {
  answerTo,
  HTTP_REQUEST,
  serverIn,
  UDP_REQUEST,
  type AgentReply,
  type AgentRequest,
  type ClientSpec,
  type ExchangeResult,
  type ServerSpec,
  type ToolOutput,
  type ToolSpec,
} from './agent-protocol.js';

/** Runs inside one network namespace (`ip netns exec`): serves, asks and runs tools there. Ends when its stdin does. */

// Before other work of a busy machine: a server that is late acknowledges first what it else does in one segment.
os.setPriority(os.constants.priority.PRIORITY_HIGHEST);

/** Served connections that are still open. */
const served = new Set<net.Socket>();
let follower: ChildProcess | undefined;
let eventLines: string[] = [];

async function perform(request: AgentRequest): Promise<unknown> {
  switch (request.do) {
    case 'serve':
      await Promise.all(request.servers.map((server) => serve(server, request.netns)));
      return undefined;
    case 'exchange':
      return EXCHANGES[request.client.protocol](request.client);
    case 'tool':
      return runTool(request.tool);
    case 'follow':
      return follow();
    case 'events': {
      const lines = eventLines;
      eventLines = [];
      return lines;
    }
    case 'quiet':
      return becomeQuiet();
  }
}

// ---- Servers ----

function serve({ protocol, address, port }: ServerSpec, netns: string): Promise<void> {
  const host = address || '0.0.0.0';
  return new Promise((resolve, reject) => {
    if (protocol === 'tcp') {
      const server = net.createServer((socket) => {
        const remote = `${socket.remoteAddress}:${socket.remotePort}`;
        served.add(socket);
        socket.on('close', () => served.delete(socket));
        socket.setEncoding('latin1');
        socket.on('data', (text) => socket.write(answerTo(String(text), netns, remote)));
        socket.on('error', () => socket.destroy());
      });
      server.on('error', reject).listen(port, host, () => resolve());
    } else {
      const socket = createSocket('udp4', (message, { address: from, port: fromPort }) => {
        // An answer that a rule forbids is nobody's concern here.
        socket.send(answerTo(message.toString('latin1'), netns, `${from}:${fromPort}`), fromPort, from, () => {});
      });
      socket.on('error', reject).bind(port, host, () => resolve());
    }
  });
}

/** States of /proc/net/tcp in which a kernel may yet send something that nobody asked for. */
const RESTLESS_STATES: readonly string[] = ['01', '02', '03', '04', '08', '09', '0B'];
const QUIET_TURNS = 100;
const QUIET_TURN_MS = 25;

async function becomeQuiet(): Promise<void> {
  for (const socket of served) socket.resetAndDestroy();
  for (let turn = 0; turn < QUIET_TURNS && (await isRestless()); turn++) await delay(QUIET_TURN_MS);
}

async function isRestless(): Promise<boolean> {
  const [, ...lines] = (await readFile('/proc/self/net/tcp', 'utf8')).trimEnd().split('\n');
  return lines.some((line) => RESTLESS_STATES.includes(line.trim().split(/\s+/)[3]!));
}

// ---- Clients ----

const EXCHANGES: { readonly [protocol in ClientSpec['protocol']]: (client: ClientSpec) => Promise<ExchangeResult> } = {
  tcp: tcpExchange,
  udp: udpExchange,
  icmp: icmpExchange,
};

const OUTCOMES: { readonly [errno: string]: ExchangeResult['outcome'] } = {
  ECONNREFUSED: 'refused',
  EPERM: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOPROTOOPT: 'unreachable',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
};

const failed = (errno: string): Pick<ExchangeResult, 'outcome' | 'errno'> => ({ outcome: OUTCOMES[errno] ?? 'timeout', errno });

function tcpExchange({ destination, port, sourcePort, timeoutMs }: ClientSpec): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: destination, port, localPort: sourcePort, family: 4 });
    const result = { outcome: 'timeout' as ExchangeResult['outcome'], errno: '', local: '', server: '' };
    let answer = '';
    // A reset ends what would otherwise be retransmitted for minutes.
    const timer = setTimeout(() => (socket.connecting ? socket.destroy() : socket.resetAndDestroy()), timeoutMs);
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write(HTTP_REQUEST));
    socket.on('data', (text) => {
      answer += text;
      const server = serverIn(answer);
      if (server === undefined) return;
      Object.assign(result, { outcome: 'ok', server, local: socket.localAddress ?? '' });
      socket.end();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => Object.assign(result, failed(error.code ?? String(error))));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}

function udpExchange({ destination, port, sourcePort, timeoutMs }: ClientSpec): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4' });
    let done = false;
    const finish = (result: Pick<ExchangeResult, 'outcome'> & Partial<ExchangeResult>): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      socket.close(() => resolve({ errno: '', local: '', server: '', ...result }));
    };
    const fail = (error: NodeJS.ErrnoException): void => finish(failed(error.code ?? String(error)));
    const timer = setTimeout(() => finish({ outcome: 'timeout' }), timeoutMs);
    socket.on('error', fail);
    socket.on('message', (message) => finish({ outcome: 'ok', server: serverIn(message.toString('latin1')) ?? '' }));
    socket.bind(sourcePort, '0.0.0.0', () => {
      socket.connect(port, destination, (error?: Error) => {
        if (error) return fail(error);
        socket.send(UDP_REQUEST, (problem) => problem && fail(problem));
      });
    });
  });
}

/** What ping prints, as the errno that TCP would have for the same ICMP error (icmp_err_convert). */
const PING_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/Network is unreachable|Destination Net Unreachable|Destination Net Prohibited/, 'ENETUNREACH'],
  [/Destination Host|Packet filtered|Time to live exceeded/, 'EHOSTUNREACH'],
  [/Destination Port Unreachable/, 'ECONNREFUSED'],
  [/Destination Protocol Unreachable/, 'ENOPROTOOPT'],
];

async function icmpExchange({ destination, sourcePort, timeoutMs, ttl }: ClientSpec): Promise<ExchangeResult> {
  const argv = ['ping', '-n', '-c', '1', '-W', String(timeoutMs / 1000), '-e', String(sourcePort), '-s', '56'];
  const { stdout, stderr } = await runTool({ argv: [...argv, ...(ttl === undefined ? [] : ['-t', String(ttl)]), destination] });
  const nothing = { errno: '', local: '', server: '' };
  if (/ bytes from /.test(stdout)) return { ...nothing, outcome: 'ok' };
  const problem = PING_ERRORS.find(([pattern]) => pattern.test(stdout + stderr));
  return problem ? { ...nothing, ...failed(problem[1]) } : { ...nothing, outcome: 'timeout' };
}

// ---- Tools ----

function runTool({ argv, stdin = '' }: ToolSpec): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 255, stdout, stderr }));
    // A tool that stops early does not read the rest.
    child.stdin.on('error', () => {}).end(stdin);
  });
}

/** Follows the connections of this namespace. Ready when it has seen an event of its own making. */
function follow(): Promise<void> {
  return new Promise((resolve, reject) => {
    follower = spawn('conntrack', ['-E'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } });
    follower.on('error', reject);
    createInterface({ input: follower.stdout! }).on('line', (line) => eventLines.push(line));
    // conntrack says nothing when it is ready; its socket is open a few milliseconds after it started.
    setTimeout(resolve, 100);
  });
}

const reply = (answer: AgentReply): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const request = JSON.parse(line) as AgentRequest;
    perform(request).then(
      (ok) => reply({ id: request.id, ok: ok ?? null }),
      (error: Error) => reply({ id: request.id, error: error.message }),
    );
  })
  .on('close', () => {
    follower?.kill();
    process.exit(0);
  });
