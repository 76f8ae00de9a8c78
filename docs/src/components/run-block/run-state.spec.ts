import type { ExecEvent } from '@svclab/client';
import { type Chunk, firstLines, IDLE, kept, lineCount, reduceRun, type RunState } from './run-state.js';
import { plainText } from './plain-text.js';

const about = { sandboxId: 'a', log: 1, command: 'x', elapsedMs: 41, tab: 'here' };
const START: ExecEvent = { event: 'start', data: { execId: 'e', seq: 4, virtualTime: '2024-09-28T00:00:00.000Z' } };
const write = (text: string, stream: Chunk['stream'] = 'stdout'): ExecEvent => ({ event: stream, data: { text } });
const END: ExecEvent = { event: 'end', data: { seq: 6, exitCode: 0, virtualMs: 1200 } };
const after = (...events: ExecEvent[]): RunState =>
  events.reduce((state, event) => reduceRun(state, { type: 'event', event, about }), reduceRun(IDLE, { type: 'ask' }));

describe('a run', () => {
  it('goes from asking over output to its end', () => {
    expect(reduceRun(IDLE, { type: 'ask' })).toEqual({ phase: 'waiting' });
    expect(after(START, write('a'), write('b\n'))).toMatchObject({ phase: 'running', output: [{ stream: 'stdout', text: 'ab\n' }] });
    const trace: ExecEvent = { event: 'trace', data: { seq: 4, traceId: '4-1' } };
    expect(after(START, write('a'), trace, write('no', 'stderr'), END)).toEqual({
      phase: 'done',
      run: {
        ...about,
        output: [
          { stream: 'stdout', text: 'a' },
          { stream: 'stderr', text: 'no' },
        ],
        firstSeq: 4,
        seq: 6,
        exitCode: 0,
        virtualMs: 1200,
        traceId: '4-1',
        reason: undefined,
      },
    });
  });

  it('shows a command that is told again once', () => {
    expect(after(START, write('line 1\n'), START, write('line 1\n'), write('line 2\n'))).toMatchObject({
      output: [{ stream: 'stdout', text: 'line 1\nline 2\n' }],
    });
  });

  it('is not overwritten by what another tab did meanwhile', () => {
    const finished = after(START, END) as Extract<RunState, { phase: 'done' }>;
    const elsewhere = { ...finished.run, tab: 'there' };
    const running = after(START, write('a'));
    expect(reduceRun(running, { type: 'recall', run: elsewhere })).toBe(running);
    expect(reduceRun(finished, { type: 'recall', run: elsewhere })).toEqual({ phase: 'done', run: elsewhere });
  });

  it('remembers a long output in part', () => {
    const { run } = after(START, write('x'.repeat(30_000)), write('y', 'stderr'), END) as Extract<RunState, { phase: 'done' }>;
    expect(kept(run).output).toEqual([{ stream: 'stdout', text: 'x'.repeat(20_000) }]);
  });
});

describe('folding', () => {
  const output: Chunk[] = [
    { stream: 'stdout', text: '1\n2\n3' },
    { stream: 'stderr', text: '!\n4\n' },
  ];

  it('counts lines over all pieces', () => {
    expect([lineCount([]), lineCount(output)]).toEqual([0, 4]);
  });

  it.each([
    [1, '1'],
    [2, '1\n2'],
    [3, '1\n2\n3!'],
    [4, '1\n2\n3!\n4'],
    [9, '1\n2\n3!\n4\n'],
  ])('keeps the first %i lines', (lines, text) => {
    expect(
      firstLines(output, lines)
        .map((chunk) => chunk.text)
        .join(''),
    ).toBe(text);
  });
});

it('leaves colours and cursor moves out of what a terminal was told', () => {
  expect(plainText('\u001b[1;36meth0\u001b[0m \u001b[2Jup\r\n\u001b]0;title\u0007ok')).toBe('eth0 up\nok');
});
