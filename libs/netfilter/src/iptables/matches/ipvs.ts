import { formatAddress, inPrefix, parsePrefix, type Prefix } from '@svclab/wire';
import type { Ipvs } from '../../ipvs/ipvs.js';
import { endpointName } from '../../ipvs/names.js';
import { bang, type MatchExtension, type OptionSet } from '../extension.js';
import { portNumber, protocolNumber } from '../names.js';
import { parameterProblem } from '../tool-error.js';

type Request = NonNullable<ReturnType<Ipvs['requestOf']>>;

/** One thing that is asked of the connection through the virtual server. */
interface Condition {
  /** As printed, without the option's dashes. */
  readonly phrase: string;
  readonly inverted: boolean;
  holds(request: Request): boolean;
}

const METHODS: { readonly [name: string]: Request['connection']['method'] } = { GATE: 'Route', IPIP: 'Tunnel', MASQ: 'Masq' };

/** `-m ipvs`: packets that the virtual server sends on to a real server (Linux: net/netfilter/xt_ipvs.c). */
// Simplification: `--vdir` is not there; only requests can be asked about.
export const ipvs: MatchExtension = {
  name: 'ipvs',
  options: [
    { name: 'ipvs', values: 0, invertible: true },
    { name: 'vproto', values: 1, invertible: true },
    { name: 'vaddr', values: 1, invertible: true },
    { name: 'vport', values: 1, invertible: true },
    { name: 'vmethod', values: 1, invertible: true },
    { name: 'vportctl', values: 1, invertible: true },
  ],
  parse(options) {
    const conditions = [protocolOf, addressOf, portOf, methodOf, controlPortOf].flatMap((read) => read(options) ?? []);
    const asksProperty = options.has('ipvs');
    if (conditions.length === 0 && !asksProperty) throw parameterProblem('IPVS: At least one option is required');
    const notIpvs = options.isInverted('ipvs');
    const print = (dashes: string): string =>
      conditions.length === 0
        ? `${bang(notIpvs)}${dashes}ipvs`
        : conditions.map(({ inverted, phrase }) => `${bang(inverted)}${dashes}${phrase}`).join(' ');
    return {
      name: 'ipvs',
      text: print('--'),
      list: () => print(''),
      test({ kernel, netns, skb }) {
        if (conditions.length === 0) return (skb.ipvsProperty === true) !== notIpvs;
        const request = kernel.ipvs.requestOf(netns, skb);
        return request !== undefined && conditions.every(({ holds, inverted }) => holds(request) !== inverted);
      },
      explain({ kernel, netns, skb }) {
        const request = kernel.ipvs.requestOf(netns, skb);
        return request
          ? `the virtual server sends it on for ${endpointName(request.connection.virtual)}`
          : 'the virtual server has nothing to do with it';
      },
    };
  },
};

function protocolOf(options: OptionSet): Condition | undefined {
  const text = options.value('vproto');
  if (text === undefined) return undefined;
  const number = protocolNumber(text);
  if (number === undefined) throw options.problem(`bad value for option "--vproto": "${text}"`);
  return condition(options, 'vproto', `vproto ${number}`, ({ connection }) => connection.protocol === number);
}

function addressOf(options: OptionSet): Condition | undefined {
  const text = options.value('vaddr');
  if (text === undefined) return undefined;
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw parameterProblem(`host/network \`${text}' not found`);
  const prefix: Prefix = parsed.value;
  const printed = formatAddress(prefix.address) + (prefix.length === 32 ? '' : `/${prefix.length}`);
  return condition(options, 'vaddr', `vaddr ${printed}`, ({ connection }) => inPrefix(connection.virtual.address, prefix));
}

function portOf(options: OptionSet): Condition | undefined {
  const port = portValue(options, 'vport');
  return port === undefined
    ? undefined
    : condition(options, 'vport', `vport ${port}`, ({ connection }) => connection.virtual.port === port);
}

function controlPortOf(options: OptionSet): Condition | undefined {
  const port = portValue(options, 'vportctl');
  return port === undefined ? undefined : condition(options, 'vportctl', `vportctl ${port}`, ({ controlPort }) => controlPort === port);
}

function methodOf(options: OptionSet): Condition | undefined {
  const text = options.value('vmethod')?.toUpperCase();
  if (text === undefined) return undefined;
  if (!Object.hasOwn(METHODS, text)) throw options.problem(`bad value for option "--vmethod": "${text}"`);
  return condition(options, 'vmethod', `vmethod ${text}`, ({ connection }) => connection.method === METHODS[text]);
}

function portValue(options: OptionSet, name: string): number | undefined {
  const text = options.value(name);
  if (text === undefined) return undefined;
  const port = portNumber(text);
  if (port === undefined) throw options.problem(`bad value for option "--${name}": "${text}"`);
  return port;
}

const condition = (options: OptionSet, name: string, phrase: string, holds: Condition['holds']): Condition => ({
  phrase,
  inverted: options.isInverted(name),
  holds,
});
