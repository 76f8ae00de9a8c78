import { IpSetError } from '../../ipset/error.js';
import type { PacketSide } from '../../ipset/set-types.js';
import type { OptionSet, RuleContext, TargetExtension } from '../extension.js';
import { parseSides } from '../set-sides.js';
import { parameterProblem } from '../tool-error.js';

interface SetChange {
  readonly option: 'add-set' | 'del-set';
  readonly name: string;
  readonly sidesText: string;
  readonly sides: readonly PacketSide[];
}

const MOST_TIMEOUT_SECONDS = 0xffffffff;

/** `-j SET`: puts a packet's address into a set, or takes it out (Linux: net/netfilter/xt_set.c, `set_target`). */
// Simplification: `--map-set` is not there; no set of the simulator keeps marks or priorities.
export const set: TargetExtension = {
  name: 'SET',
  options: [
    { name: 'add-set', values: 2 },
    { name: 'del-set', values: 2 },
    { name: 'exist', values: 0 },
    { name: 'timeout', values: 1 },
  ],
  parse(options) {
    const changes = (['add-set', 'del-set'] as const).flatMap((option) => parseChange(options, option) ?? []);
    if (changes.length === 0) throw parameterProblem("You must specify either `--add-set' or `--del-set' or `--map-set'");
    const timeoutSeconds = options.number('timeout', 0, MOST_TIMEOUT_SECONDS);
    const exist = options.has('exist');
    const phrases = [
      ...changes.map(({ option, name, sidesText }) => `${option} ${name} ${sidesText}`),
      ...(exist ? ['exist'] : []),
      ...(timeoutSeconds === undefined ? [] : [`timeout ${timeoutSeconds}`]),
    ];
    return {
      name: 'SET',
      text: phrases.map((phrase) => `--${phrase}`).join(' '),
      list: () => phrases.join(' '),
      ipsets: changes.map(({ name }) => name),
      apply: (context) => {
        for (const change of changes) carryOut(context, change, exist, timeoutSeconds);
        return 'continue';
      },
    };
  },
};

function parseChange(options: OptionSet, option: SetChange['option']): SetChange | undefined {
  const given = options.get(option);
  if (!given) return undefined;
  const [name, sidesText] = given.values as readonly [string, string];
  return { option, name, sidesText, sides: parseSides(sidesText) };
}

function carryOut(
  { kernel: { ipsets }, netns, packet }: RuleContext,
  change: SetChange,
  exist: boolean,
  timeoutSeconds: number | undefined,
): void {
  const { name, sides, option } = change;
  const set = ipsets.get(netns, name);
  const key = set && ipsets.elementOf(set, packet, sides);
  if (!set || key === undefined) return;
  if (option === 'del-set') {
    ipsets.remove(netns, name, key);
    return;
  }
  try {
    // The packet that puts it there is the first that counts (IP_SET_INIT_KEXT).
    const element = { packets: 1, bytes: packet.length, ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
    ipsets.add(netns, name, key, ipsets.fresh(set, element), exist);
  } catch (error) {
    // A full set takes no more, and the packet goes on.
    if (!(error instanceof IpSetError)) throw error;
  }
}
