import type { Command, CommandContext, CommandDefinition } from '../../types.js';

/** `bash -c text [name [arguments]]`, `bash file [arguments]`, `bash -s`: a script in a shell of its own. */
const run =
  (shell: 'bash' | 'zsh' | 'sh'): Command =>
  async (context) => {
    const { flags, operands } = parse(context.args);
    if (flags.includes('c')) return runText(shell, flags, operands, context);
    const [path, ...args] = operands;
    if (path === undefined) return runInput(shell, context);
    const text = context.files.read(path.startsWith('/') ? path : `${context.cwd === '/' ? '' : context.cwd}/${path}`);
    if (text !== undefined) return context.run(text, { shell, name: path, args });
    context.stderr(shell === 'zsh' ? `zsh: can't open input file: ${path}\n` : `${shell}: ${path}: No such file or directory\n`);
    return 127;
  };

function runText(
  shell: 'bash' | 'zsh' | 'sh',
  flags: string,
  operands: readonly string[],
  context: CommandContext,
): Promise<number> | number {
  const [text, name, ...args] = operands;
  if (text === undefined) {
    context.stderr(shell === 'zsh' ? 'zsh: string expected after -c\n' : `${shell}: -c: option requires an argument\n`);
    return 2;
  }
  const options = [...flags].filter((flag) => 'eux'.includes(flag)).join('');
  return context.run(options === '' ? text : `set -${options}\n${text}`, { shell, name: name ?? shell, args });
}

async function runInput(shell: 'bash' | 'zsh' | 'sh', context: CommandContext): Promise<number> {
  const atPrompt = context.interact(shell);
  if (atPrompt) return atPrompt;
  await context.inputEnds();
  const text = context.stdin;
  if (text !== '') return context.run(text, { shell, stdin: '' });
  if (!context.stdinIsTerminal) return 0;
  context.stderr(`svclab: ${shell} with a prompt needs a terminal; run a line with ${shell} -c '…'\n`);
  return 127;
}

/** Options stand before the first operand and may be joined: `-lc`. */
function parse(args: readonly string[]): { flags: string; operands: readonly string[] } {
  let at = 0;
  let flags = '';
  for (; at < args.length && /^[-+][a-zA-Z]+$/.test(args[at]!); at++) {
    flags += args[at]!.slice(1);
    if (args[at]!.endsWith('o')) at++;
  }
  while (args[at]?.startsWith('--')) at++;
  return { flags, operands: args.slice(at) };
}

const EVERYWHERE: CommandDefinition['places'] = ['host', 'node', 'pod', 'client'];

export const shells: readonly CommandDefinition[] = [
  { names: ['bash'], places: EVERYWHERE, run: run('bash') },
  { names: ['sh', 'ash', 'dash'], places: EVERYWHERE, run: run('sh') },
  { names: ['zsh'], places: EVERYWHERE, run: run('zsh') },
];
