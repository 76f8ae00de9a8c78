import { formatTrace } from '@svclab/netstack';
import type { Execution, Location, OutputChunk } from '@svclab/shell';
import type { EntryInput, ExecInput, ExecInputPiece, TracedRequest, Transcript } from '../entry.js';
import type { RunningExecution, Sandbox } from '../sandbox.js';
import { refuse, settle, type Outcome } from './outcome.js';

/** What of an exec's input the shell needs. */
type Asked = Omit<ExecInput, 'kind'>;

export async function runExec(sandbox: Sandbox, input: ExecInput): Promise<Outcome> {
  const running = start(sandbox, input, 'exec');
  if ('answer' in running) return running;
  const { progress, told } = await runOn(sandbox, running);
  return ended(sandbox, running, { ...progress, exitCode: progress.exitCode ?? 0 }, told);
}

/** Starts a command that is shown as it runs; it may fall asleep before its end. */
export async function startExec(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'exec.start' }>): Promise<Outcome> {
  if (sandbox.executions.has(input.execId)) return refuse({ status: 409, title: 'Conflict', detail: `execution ${input.execId} exists` });
  const running = start(sandbox, input, 'paced');
  if ('answer' in running) return running;
  return goOn(sandbox, input.execId, running);
}

/** Moves virtual time to where a sleeping command wanted to be, or less far, and lets it run on. */
export async function advanceExec(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'exec.advance' }>): Promise<Outcome> {
  const running = sandbox.executions.get(input.execId);
  if (!running) return gone(input.execId);
  if (input.toUs > sandbox.sim.nowUs) sandbox.sim.advanceTo(input.toUs);
  return goOn(sandbox, input.execId, running);
}

export async function signalExec(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'exec.signal' }>): Promise<Outcome> {
  const running = sandbox.executions.get(input.execId);
  if (!running) return gone(input.execId);
  running.execution.signal(input.signal);
  return goOn(sandbox, input.execId, running);
}

export async function inputExec(sandbox: Sandbox, { execId, text, ends }: ExecInputPiece): Promise<Outcome> {
  const running = sandbox.executions.get(execId);
  if (!running) return gone(execId);
  running.execution.feed(text, ends ?? false);
  return goOn(sandbox, execId, running);
}

function start(sandbox: Sandbox, input: Asked, mode: 'exec' | 'paced'): RunningExecution | Outcome {
  const at = input.at ?? 'host';
  if (at !== 'host' && !sandbox.world.container(at)) return noSuchPlace(at);
  const execution: Execution = sandbox.shell.start(input.command, {
    at: at as Location,
    mode,
    ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
    ...(mode === 'paced' && input.openStdin && { openStdin: true }),
    ...(input.session === undefined ? {} : { session: input.session }),
  });
  return { execution, startedUs: sandbox.sim.nowUs, settle: input.settle ?? true, follow: input.trace === 'first' };
}

async function goOn(sandbox: Sandbox, execId: string, running: RunningExecution): Promise<Outcome> {
  sandbox.movedOn.add(execId);
  const { progress, told } = await runOn(sandbox, running);
  const { output, exitCode, wakeUs, awaitsInput } = progress;
  if (exitCode !== undefined) {
    sandbox.executions.delete(execId);
    return ended(sandbox, running, { output, exitCode }, told);
  }
  sandbox.executions.set(execId, running);
  sandbox.sim.drainWork();
  const value = { execId, virtualMs: (sandbox.sim.nowUs - running.startedUs) / 1000, ...told };
  const waits = { busy: true, ...(wakeUs !== undefined && { wakeUs }), ...(awaitsInput && { awaitsInput }) };
  return { answer: { ok: true, value, output, ...waits }, transcript: transcriptOf(output, null) };
}

/** What a command did until it slept or ended. */
type Progress = Awaited<ReturnType<Execution['advance']>>;
type Ended = { readonly output: readonly OutputChunk[]; readonly exitCode: number };

/** What an answer tells beside the output: the request that was followed meanwhile, if one was. */
type Told = { readonly traces?: readonly TracedRequest[] };

async function runOn(sandbox: Sandbox, running: RunningExecution): Promise<{ progress: Progress; told: Told }> {
  const { net } = sandbox.world;
  let told: Told = {};
  if (running.follow) {
    net.follower = (trace) => {
      net.follower = undefined;
      running.follow = false;
      told = { traces: [{ traceId: `${sandbox.seq + 1}-1`, trace, text: formatTrace(trace) }] };
    };
  }
  try {
    return { progress: await running.execution.advance(), told };
  } finally {
    net.follower = undefined;
  }
}

function ended(sandbox: Sandbox, running: RunningExecution, { output, exitCode }: Ended, told: Told): Outcome {
  const virtualMs = (sandbox.sim.nowUs - running.startedUs) / 1000;
  settle(sandbox, running.settle);
  const transcript = transcriptOf(output, exitCode);
  return { answer: { ok: true, value: { ...transcript, virtualMs, ...told }, output, exitCode }, transcript };
}

function transcriptOf(output: readonly OutputChunk[], exitCode: number | null): Transcript {
  const text = (stream: OutputChunk['stream']): string => {
    let joined = '';
    for (const chunk of output) if (chunk.stream === stream) joined += chunk.text;
    return joined;
  };
  return { stdout: text('stdout'), stderr: text('stderr'), exitCode };
}

export const noSuchPlace = (at: string): Outcome =>
  refuse({
    status: 404,
    title: 'No such place',
    detail: `"${at}" is no place of this sandbox`,
    errors: [{ pointer: '/at', detail: `"${at}" is not running here` }],
  });

const gone = (execId: string): Outcome =>
  refuse({ status: 404, title: 'No such execution', detail: `execution ${execId} has ended or is not known` });
