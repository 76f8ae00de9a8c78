import { evaluateTest } from '../conditions.js';
import { ExpansionError } from '../control-flow.js';
import { complain, type Builtin } from './builtin.js';

/** `test expression`, `[ expression ]`: 0 true, 1 false, 2 for nonsense. */
export const test: Builtin = async (call) => {
  const { name, process, evaluator } = call;
  const args = [...call.args];
  if (name === '[' && args.pop() !== ']') return complain(call, "missing `]'", 2);
  try {
    return Number(!(await evaluateTest(args, process, evaluator.expander)));
  } catch (error) {
    if (error instanceof ExpansionError) return complain(call, error.message, error.status);
    throw error;
  }
};
