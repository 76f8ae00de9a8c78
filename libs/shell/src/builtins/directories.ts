import { resolvePath } from '../globbing.js';
import { complain, type Builtin } from './builtin.js';

/** `cd [directory]`, `cd -`. */
export const cd: Builtin = (call) => {
  const { process, evaluator } = call;
  const { state, io } = process;
  const target = call.args.find((arg) => !/^-[LP]$/.test(arg)) ?? state.text('HOME') ?? '/';
  const path = target === '-' ? (state.text('OLDPWD') ?? state.cwd) : resolvePath(state.cwd, target);
  if (target === '-' && state.dialect !== 'zsh' && state.text('OLDPWD') === undefined) return complain(call, 'OLDPWD not set');
  const files = evaluator.programs.files(state.at);
  if (files.list(path) === undefined) {
    const reason = files.exists(path) ? 'Not a directory' : 'No such file or directory';
    return complain(call, state.dialect === 'zsh' ? `${reason.toLowerCase()}: ${target}` : `${target}: ${reason}`);
  }
  state.assign('OLDPWD', state.cwd);
  state.cwd = path;
  if (target === '-') io.stdout.write(`${path}\n`);
  return 0;
};

export const pwd: Builtin = ({ process }) => {
  process.io.stdout.write(`${process.state.cwd}\n`);
  return 0;
};
