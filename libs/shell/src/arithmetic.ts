import { ExpansionError } from './control-flow.js';
import type { ArithExpr, ArithmeticNode } from './just-bash.js';
import { assignTo, lookUp } from './parameters.js';
import type { Process } from './process.js';
import { parseArithmetic, parseScript, ScriptSyntaxError } from './syntax.js';
import type { Expander } from './words.js';

/** Variables may name variables; more than this is a circle. */
const DEEPEST = 64;

type Binary = Extract<ArithExpr, { type: 'ArithBinary' }>['operator'];

/** 64-bit signed integers that wrap, as in every shell. */
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** The value of `$((…))`; throws {@link ExpansionError}. */
export async function evaluateArithmetic(node: ArithmeticNode, process: Process, expander: Expander): Promise<bigint> {
  try {
    return await new Evaluation(process, expander).value(node.expression, 0);
  } catch (error) {
    if (!(error instanceof ArithmeticError)) throw error;
    const text = node.originalText?.trim() ?? '';
    if (process.state.dialect !== 'bash')
      throw new ExpansionError(process.state.dialect === 'zsh' ? error.message.replace(' by 0', ' by zero') : error.message);
    throw new ExpansionError(`${text}: ${error.message} (error token is "${error.token ?? /[^/%]*$/.exec(text)![0].trim()}")`);
  }
}

/** What an expression does wrong, to be told together with its text. */
class ArithmeticError extends Error {
  constructor(
    message: string,
    readonly token?: string,
  ) {
    super(message);
  }
}

class Evaluation {
  constructor(
    private readonly process: Process,
    private readonly expander: Expander,
  ) {}

  async value(node: ArithExpr, depth: number): Promise<bigint> {
    switch (node.type) {
      case 'ArithNumber':
        return wrap(BigInt(Math.trunc(node.value)));
      case 'ArithSingleQuote':
        return BigInt(node.value);
      case 'ArithVariable':
        return this.#named(node.name, depth);
      case 'ArithSpecialVar':
        return this.#named(node.name, depth);
      case 'ArithArrayElement':
        return this.#named(await this.#elementName(node, depth), depth);
      case 'ArithGroup':
      case 'ArithNested':
        return this.value(node.expression, depth);
      case 'ArithBinary':
        return this.#binary(node, depth);
      case 'ArithUnary':
        return this.#unary(node, depth);
      case 'ArithTernary':
        return this.value((await this.value(node.condition, depth)) !== 0n ? node.consequent : node.alternate, depth);
      case 'ArithAssignment':
        return this.#assignment(node, depth);
      case 'ArithCommandSubst':
        return this.#text(await this.expander.substitute(parseScript(node.command), this.process), depth);
      case 'ArithBracedExpansion':
        return this.#braced(node.content, depth);
      case 'ArithSyntaxError':
        throw new ArithmeticError(node.message.replace(/ \(error token.*$/s, ''), node.errorToken);
      default:
        throw new ExpansionError(`arithmetic: this form is not simulated yet (${node.type})`);
    }
  }

  /** A variable's text is itself an expression; empty is 0. */
  async #text(text: string, depth: number): Promise<bigint> {
    const trimmed = text.trim();
    if (trimmed === '') return 0n;
    if (/^-?(0|[1-9]\d{0,17})$/.test(trimmed)) return BigInt(trimmed);
    if (depth > DEEPEST) throw new ExpansionError(`${trimmed}: expression recursion level exceeded`);
    try {
      return await this.value(parseArithmetic(trimmed).expression, depth + 1);
    } catch (error) {
      if (error instanceof ScriptSyntaxError) throw new ExpansionError(`${trimmed}: syntax error: invalid arithmetic operator`);
      throw error;
    }
  }

  async #named(name: string, depth: number): Promise<bigint> {
    const value = await lookUp(name, this.process, this.expander);
    return value.kind === 'unset' ? 0n : this.#text(value.kind === 'scalar' ? value.text : (value.elements[0] ?? ''), depth);
  }

  async #braced(content: string, depth: number): Promise<bigint> {
    const word = parseScript(`: "\${${content}}"`).statements[0]!.pipelines[0]!.commands[0]!;
    if (word.type !== 'SimpleCommand') return 0n;
    return this.#text((await this.expander.arguments(word.args, this.process)).join(' '), depth);
  }

  async #elementName(node: Extract<ArithExpr, { type: 'ArithArrayElement' }>, depth: number): Promise<string> {
    const subscript = node.stringKey ?? (node.index ? String(await this.value(node.index, depth)) : '0');
    return `${node.array}[${subscript}]`;
  }

  async #binary({ operator, left, right }: Extract<ArithExpr, { type: 'ArithBinary' }>, depth: number): Promise<bigint> {
    const a = await this.value(left, depth);
    if (operator === '&&') return a !== 0n && (await this.value(right, depth)) !== 0n ? 1n : 0n;
    if (operator === '||') return a !== 0n || (await this.value(right, depth)) !== 0n ? 1n : 0n;
    return wrap(combine(operator, a, await this.value(right, depth)));
  }

  async #unary(node: Extract<ArithExpr, { type: 'ArithUnary' }>, depth: number): Promise<bigint> {
    const operand = await this.value(node.operand, depth);
    switch (node.operator) {
      case '-':
        return wrap(-operand);
      case '+':
        return operand;
      case '!':
        return operand === 0n ? 1n : 0n;
      case '~':
        return wrap(~operand);
      default: {
        const changed = wrap(operand + (node.operator === '++' ? 1n : -1n));
        await this.#assign(await this.#target(node.operand, depth), changed);
        return node.prefix ? changed : operand;
      }
    }
  }

  async #target(node: ArithExpr, depth: number): Promise<string> {
    if (node.type === 'ArithVariable') return node.name;
    if (node.type === 'ArithArrayElement') return this.#elementName(node, depth);
    throw new ExpansionError('attempted assignment to non-variable');
  }

  async #assignment(node: Extract<ArithExpr, { type: 'ArithAssignment' }>, depth: number): Promise<bigint> {
    const subscript = node.stringKey ?? (node.subscript ? String(await this.value(node.subscript, depth)) : undefined);
    const target = subscript === undefined ? node.variable : `${node.variable}[${subscript}]`;
    const value = await this.value(node.value, depth);
    const operator = node.operator.slice(0, -1) as Binary | '';
    const result = operator === '' ? value : wrap(combine(operator, await this.#named(target, depth), value));
    await this.#assign(target, result);
    return result;
  }

  #assign(target: string, value: bigint): Promise<void> {
    return assignTo(target, String(value), this.process, this.expander);
  }
}

function combine(operator: Binary, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0n) throw new ArithmeticError('division by 0');
      return operator === '/' ? a / b : a % b;
    case '**':
      if (b < 0n) throw new ExpansionError('exponent less than 0');
      return power(a, b);
    case '<<':
      return a << (b & 63n);
    case '>>':
      return a >> (b & 63n);
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case ',':
      return b;
    case '&&':
    case '||':
      throw new ExpansionError(`${operator}: not a plain operator`);
    default:
      return compare(operator, a, b) ? 1n : 0n;
  }
}

/** By squaring, wrapped at each step: `2 ** 1000000` must not fill the memory. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let factor = base, rest = exponent; rest > 0n; rest >>= 1n, factor = wrap(factor * factor)) {
    if (rest & 1n) result = wrap(result * factor);
  }
  return result;
}

function compare(operator: '<' | '<=' | '>' | '>=' | '==' | '!=', a: bigint, b: bigint): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '==':
      return a === b;
    case '!=':
      return a !== b;
  }
}
