import { complain, type Builtin } from './builtin.js';
import { assignTo } from '../parameters.js';
import { BufferOutput } from '../streams.js';

/** `echo [-neE] words`. zsh and dash read backslashes in the words without being asked, bash and busybox with `-e`. */
export const echo: Builtin = ({ args, process }) => {
  const { state, io } = process;
  let newline = true;
  let escapes = state.dialect === 'zsh' || state.isDash;
  const flags = state.isDash ? /^-n$/ : /^-[neE]+$/;
  let at = 0;
  for (; at < args.length && flags.test(args[at]!); at++) {
    for (const flag of args[at]!.slice(1)) {
      if (flag === 'n') newline = false;
      else escapes = flag === 'e';
    }
  }
  const text = args.slice(at).join(' ');
  const { text: shown, stopped } = escapes ? unescape(text) : { text, stopped: false };
  io.stdout.write(newline && !stopped ? `${shown}\n` : shown);
  return 0;
};

const NAMED: { readonly [letter: string]: string } = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** Backslash sequences as echo knows them; `\c` ends the output. */
function unescape(text: string): { text: string; stopped: boolean } {
  let stopped = false;
  const shown = text.replace(
    /\\(?:0([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|(.))|[^\\]+|\\$/gs,
    (whole, octal, hex, unicode, letter) => {
      if (stopped) return '';
      if (letter === 'c') {
        stopped = true;
        return '';
      }
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 255);
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (unicode !== undefined) return String.fromCharCode(parseInt(unicode, 16));
      return letter === undefined ? whole : (NAMED[letter] ?? whole);
    },
  );
  return { text: shown, stopped };
}

/** `printf [-v name] format words`: the text tool formats, the shell keeps the result for `-v`. */
export const printf: Builtin = async (call) => {
  const { args, process, evaluator } = call;
  const { state, io } = process;
  if (args.length === 0) return complain(call, 'usage: printf [-v var] format [arguments]', 2);
  const name = args[0] === '-v' ? args[1] : undefined;
  const output = new BufferOutput(evaluator.execution.budget.chargeStream);
  const complaints = {
    write: (text: string) => io.stderr.write(text.replace(/^printf: /gm, `${state.complaintPrefix}printf: `)),
    isTerminal: false,
  };
  const tool = { state, io: io.with(2, complaints).with(1, name === undefined ? io.stdout : output) };
  const status = await evaluator.programs.run('printf', name === undefined ? args : args.slice(2), tool, evaluator);
  if (name !== undefined) await assignTo(name, output.text, process, evaluator.expander);
  return status;
};
