import type { CommandDefinition } from '../../types.js';

const EVERYWHERE: CommandDefinition['places'] = ['host', 'node', 'pod', 'client'];

/** `env [name=value]… [command]`, `printenv [names]`. */
export const env: CommandDefinition = {
  names: ['env'],
  places: EVERYWHERE,
  run: (context) => {
    const additions = new Map<string, string>();
    let at = 0;
    for (; at < context.args.length && context.args[at]!.includes('='); at++) {
      const [name, ...value] = context.args[at]!.split('=');
      additions.set(name!, value.join('='));
    }
    const command = context.args.slice(at);
    if (command[0]?.startsWith('-')) {
      context.stderr(`env: unsupported option ${command[0]}\n`);
      return 125;
    }
    if (command.length > 0) return context.run(command, { env: additions });
    for (const [name, value] of new Map([...context.env, ...additions])) context.stdout(`${name}=${value}\n`);
    return 0;
  },
};

export const printenv: CommandDefinition = {
  names: ['printenv'],
  places: EVERYWHERE,
  run: (context) => {
    if (context.args.length === 0) for (const [name, value] of context.env) context.stdout(`${name}=${value}\n`);
    let status = 0;
    for (const name of context.args) {
      const value = context.env.get(name);
      if (value === undefined) status = 1;
      else context.stdout(`${value}\n`);
    }
    return status;
  },
};

export const hostname: CommandDefinition = {
  names: ['hostname'],
  places: EVERYWHERE,
  run: (context) => {
    context.stdout(`${context.env.get('HOSTNAME') ?? 'localhost'}\n`);
    return 0;
  },
};

/** The terminal on standard input, which has no other name here. */
export const tty: CommandDefinition = {
  names: ['tty'],
  places: EVERYWHERE,
  run: (context) => {
    const isTerminal = context.stdinIsTerminal && context.columns !== undefined;
    context.stdout(isTerminal ? '/dev/pts/0\n' : 'not a tty\n');
    return isTerminal ? 0 : 1;
  },
};

export const whoami: CommandDefinition = {
  names: ['whoami'],
  places: EVERYWHERE,
  run: (context) => {
    context.stdout('root\n');
    return 0;
  },
};

/** `which names`. */
export const which: CommandDefinition = {
  names: ['which'],
  places: EVERYWHERE,
  run: (context) => {
    let status = 0;
    for (const name of context.args) {
      if (context.installed(name)) context.stdout(`/usr/bin/${name}\n`);
      else {
        status = 1;
        if (context.at === 'host') context.stdout(`${name} not found\n`);
      }
    }
    return status;
  },
};
