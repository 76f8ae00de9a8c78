import { terminalTable, type Location, type Terminal } from '@svclab/shell';
import type { TerminalInput } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { noSuchPlace } from './exec.js';
import { refuse, type Outcome } from './outcome.js';

/** Something happens at a terminal; the answer tells what it shows and how it waits. */
export async function runTerminal(sandbox: Sandbox, input: TerminalInput): Promise<Outcome> {
  const { terminalId } = input;
  const terminal = input.kind === 'terminal.open' ? open(sandbox, input) : find(sandbox, terminalId);
  if ('answer' in terminal) return terminal;
  sandbox.movedOn.add(terminalId);
  const { mainProcessOf } = terminalTable(sandbox.world).get(terminalId)!;
  act(sandbox, terminal, input);
  const { output, offset, exitCode, wakeUs, busy } = await terminal.advance();
  if (exitCode === undefined) sandbox.terminals.set(terminalId, terminal);
  else {
    sandbox.terminals.delete(terminalId);
    if (mainProcessOf !== null) endContainer(sandbox, mainProcessOf, exitCode);
  }
  // Time goes on by itself while somebody sits at a terminal: nothing settles here.
  sandbox.sim.drainWork();
  const waits = { busy, ...(wakeUs !== undefined && { wakeUs }), ...(exitCode !== undefined && { exitCode }) };
  const chunks = output === '' ? [] : [{ stream: 'stdout' as const, text: output }];
  return {
    answer: { ok: true, value: { terminalId, offset, ...(exitCode !== undefined && { exitCode }) }, output: chunks, ...waits },
    transcript: { stdout: output, stderr: '', exitCode: exitCode ?? null },
  };
}

function open(sandbox: Sandbox, input: Extract<TerminalInput, { kind: 'terminal.open' }>): Terminal | Outcome {
  const { terminalId, at = 'host', columns, rows, command, mainProcessOf } = input;
  if (sandbox.shell.resumeTerminal(terminalId)) return refuse({ status: 409, title: 'Conflict', detail: `terminal ${terminalId} exists` });
  if (at !== 'host' && !sandbox.world.container(at)) return noSuchPlace(at);
  return sandbox.shell.openTerminal(terminalId, {
    at: at as Location,
    columns,
    rows,
    ...(command && { command }),
    ...(mainProcessOf && { mainProcessOf }),
  });
}

function find(sandbox: Sandbox, terminalId: string): Terminal | Outcome {
  const terminal = sandbox.terminals.get(terminalId) ?? sandbox.shell.resumeTerminal(terminalId);
  return terminal ?? refuse({ status: 404, title: 'No such terminal', detail: `terminal ${terminalId} has ended or is not known` });
}

function act(sandbox: Sandbox, terminal: Terminal, input: TerminalInput): void {
  switch (input.kind) {
    case 'terminal.open':
      return;
    case 'terminal.input':
      return terminal.type(input.text);
    case 'terminal.resize':
      return terminal.resize(input.columns, input.rows);
    case 'terminal.signal':
      return terminal.signal(input.signal);
    case 'terminal.advance':
      if (input.toUs > sandbox.sim.nowUs) sandbox.sim.advanceTo(input.toUs);
  }
}

/** Tells the kubelet that the first process of a container has ended, by the timer that it would have set itself. */
function endContainer({ world, sim }: Sandbox, container: string, exitCode: number): void {
  const [namespace = '', pod = '', name = ''] = container.split('/');
  const object = world.api.get('pods', namespace, pod);
  const names = ['initContainers', 'containers'].flatMap((member) =>
    ((object?.spec?.[member] ?? []) as { readonly name: string }[]).map((each) => each.name),
  );
  if (!object || !names.includes(name)) return;
  const key = `${namespace}/${pod}`;
  const payload = { key, uid: object.metadata.uid ?? '', stage: 'exit', container: names.indexOf(name), exitCode };
  sim.timers.set(`kubelet/${key}/${name}`, { dueUs: sim.nowUs, kind: 'kubelet.stage', payload, periodic: false });
}
