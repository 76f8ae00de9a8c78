import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import { type ExecSink, PacedExecution } from '../../exec/paced-execution.js';
import type { SandboxHost } from '../../engine/sandbox-host.js';
import { statusOfError } from '../status-error.js';
import { Channels } from './channels.js';
import { exitStatus, failureStatus, notInImage } from './exit-status.js';

/** What `pods/<name>/exec` was asked for. */
export interface ExecRequest {
  readonly sandboxId: string;
  readonly namespace: string;
  readonly pod: string;
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly stdin: boolean;
  readonly tty: boolean;
}

const SHELLS = ['sh', 'bash', 'zsh'];

/** Runs one command in a pod over an open WebSocket. What it writes is sent as it comes, paced by the real clock. */
export async function runExec(host: SandboxHost, request: ExecRequest, socket: WebSocket): Promise<void> {
  const { sandboxId, namespace, pod, command } = request;
  const channels = new Channels(socket, request.tty);
  // A broken connection is told by its close as well.
  socket.on('error', () => undefined);
  try {
    const [program] = command;
    const { installed } = await host.read(sandboxId, { kind: 'kubernetes.installed', namespace, pod, program });
    if (!installed) return channels.end(failureStatus(notInImage(program, randomBytes(32).toString('hex'))));
    if (isPrompt(request)) return channels.end(failureStatus('a shell with a prompt is not served here yet: give it a command with -c'));
    // Simplification: a command is started when its input has ended; with a terminal, where it never ends, it gets none.
    const stdin = request.stdin && !request.tty ? await channels.stdin : undefined;
    if (socket.readyState !== socket.OPEN) return;
    await runPaced(host, request, stdin, channels, socket);
  } catch (error) {
    channels.end(failureStatus(statusOfError(error).message));
  }
}

/** A shell that would wait for what somebody types. */
function isPrompt({ command, stdin, tty }: ExecRequest): boolean {
  const [program, ...args] = command;
  return stdin && tty && SHELLS.includes(program.slice(program.lastIndexOf('/') + 1)) && args.every((arg) => /^-[il]+$/.test(arg));
}

async function runPaced(
  host: SandboxHost,
  { sandboxId, namespace, pod, command }: ExecRequest,
  stdin: string | undefined,
  channels: Channels,
  socket: WebSocket,
): Promise<void> {
  const sink: ExecSink = {
    send(event, data) {
      if (event === 'stdout' || event === 'stderr') channels.write(event, (data as { text: string }).text);
      if (event !== 'end') return;
      const { exitCode, reason } = data as { exitCode: number | null; reason?: string };
      channels.end(exitCode === null ? failureStatus(reason ?? '') : exitStatus(exitCode));
    },
  };
  const asked = { command: command.map(quoted).join(' '), at: `pod/${namespace}/${pod}`, ...(stdin !== undefined && { stdin }) };
  const execution = new PacedExecution(host, sandboxId, asked, sink);
  // Ctrl-C first, as a closing terminal would; what traps it is killed.
  socket.once('close', () => void execution.signal('SIGINT').then(() => execution.signal('SIGKILL')));
  await execution.run();
}

/** One word of a command line, whatever it holds. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
