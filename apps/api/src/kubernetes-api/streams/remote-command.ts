import { randomBytes } from 'node:crypto';
import { ByteReader, bytesOf } from '@svclab/sim';
import type { SandboxHost } from '../../engine/sandbox-host.js';
import { type ExecSink, PacedExecution } from '../../exec/paced-execution.js';
import type { RealtimeClocks } from '../../streams/realtime-clocks.js';
import { LiveTerminal } from '../../terminals/live-terminal.js';
import { statusOfError } from '../status-error.js';
import { exitStatus, failureStatus, notInImage } from './exit-status.js';
import type { RemoteStreams } from './remote-streams.js';

/** What `pods/<name>/exec` was asked for. */
export interface ExecRequest {
  readonly sandboxId: string;
  readonly namespace: string;
  /** The container, as the shell names places. */
  readonly at: string;
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** Of a terminal whose size is not told yet. */
export const USUAL_SIZE = { columns: 80, rows: 24 };

/** Everything that is piped into one command. */
const MAX_STDIN_BYTES = 8 * 2 ** 20;

interface Services {
  readonly host: SandboxHost;
  readonly clocks: RealtimeClocks;
}

/** Runs one command in a container. What it writes is sent as it comes, paced by the real clock. Never rejects. */
export async function runExec(services: Services, request: ExecRequest, streams: RemoteStreams): Promise<void> {
  const { sandboxId, namespace } = request;
  try {
    const [program] = request.command;
    const pod = request.at.split('/').slice(2).join('/');
    const { installed } = await services.host.read(sandboxId, { kind: 'kubernetes.installed', namespace, pod, program });
    if (!installed) return streams.end(failureStatus(notInImage(program, randomBytes(32).toString('hex'))));
    await (request.tty ? runOnTerminal(services, request, streams) : runPiped(services.host, request, streams));
  } catch (error) {
    const status = statusOfError(error);
    if (status.reason === 'InternalError') console.error(error);
    streams.end(failureStatus(status.message));
  }
}

async function runOnTerminal({ host, clocks }: Services, request: ExecRequest, streams: RemoteStreams): Promise<void> {
  const { sandboxId, at, command, stdin } = request;
  const terminal = new LiveTerminal(host, clocks, sandboxId, randomBytes(8).toString('hex'), {
    output: (text) => streams.write('stdout', bytesOf(text)),
    end: (exitCode, reason = '') => streams.end(exitCode === null ? failureStatus(reason) : exitStatus(exitCode)),
  });
  await terminal.open({ at, command, ...USUAL_SIZE });
  const reader = new ByteReader();
  streams.take({
    stdin: (bytes) => {
      if (stdin) terminal.type(reader.read(bytes));
    },
    stdinEnded: () => (stdin ? terminal.type('\x04') : undefined),
    resize: (columns, rows) => terminal.resize(columns, rows),
    closed: () => terminal.hangUp(),
  });
}

async function runPiped(host: SandboxHost, { sandboxId, at, command, stdin }: ExecRequest, streams: RemoteStreams): Promise<void> {
  const sink: ExecSink = {
    send(event, data) {
      if (event === 'stdout' || event === 'stderr') streams.write(event, bytesOf((data as { text: string }).text));
      if (event !== 'end') return;
      const { exitCode, reason } = data as { exitCode: number | null; reason?: string };
      streams.end(exitCode === null ? failureStatus(reason ?? '') : exitStatus(exitCode));
    },
  };
  const asked = { command: command.map(quoted).join(' '), at, ...(stdin ? { openStdin: true } : { stdin: '' }) };
  const execution = new PacedExecution(host, sandboxId, asked, sink);
  const reader = new ByteReader();
  let bytesLeft = MAX_STDIN_BYTES;
  streams.take({
    async stdin(bytes) {
      bytesLeft -= bytes.length;
      if (bytesLeft >= 0) return execution.input(reader.read(bytes), false);
      streams.end(failureStatus(`standard input is larger than the ${MAX_STDIN_BYTES} bytes that are taken here`));
      await interrupt(execution);
    },
    stdinEnded: () => execution.input(reader.end(), true),
    resize: () => undefined,
    closed: () => void interrupt(execution),
  });
  await execution.run();
}

/** Ctrl-C first, as a closing terminal would; what traps it is killed. */
async function interrupt(execution: PacedExecution): Promise<void> {
  await execution.started;
  await execution.signal('SIGINT');
  await execution.signal('SIGKILL');
}

/** One word of a command line, whatever it holds. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
