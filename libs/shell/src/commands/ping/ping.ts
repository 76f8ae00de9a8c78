import type { FlowResult } from '@svclab/netstack';
import { formatAddress, ICMP, type Address } from '@svclab/wire';
import { Interrupted, type CommandContext } from '../../types.js';
import { lookUp } from '../curl/name-lookup.js';
import { parsePing, type PingOptions } from './options.js';
import { roundTripText, statistics } from './statistics.js';

const ECHO_REPLY = 0;
const TIME_EXCEEDED = 11;
const UNREACHABLE = [
  'Destination Net Unreachable',
  'Destination Host Unreachable',
  'Destination Protocol Unreachable',
  'Destination Port Unreachable',
];

/** `ping` of iputils: one echo after another, until the count is reached, the deadline passes or somebody interrupts. */
export async function ping(context: CommandContext): Promise<number> {
  const parsed = parsePing(context.args);
  if ('error' in parsed) {
    context.stderr(parsed.error);
    return parsed.exitCode;
  }
  const { options } = parsed;
  const address = lookUp(context, options.destination);
  if (address === undefined) {
    context.stderr(`ping: ${options.destination}: Name or service not known\n`);
    return 2;
  }
  const run = new PingRun(context, options, address);
  try {
    return await run.run();
  } catch (error) {
    // Ctrl-C is the ordinary way to end it: the statistics still come.
    if (error instanceof Interrupted) run.finish();
    throw error;
  }
}

class PingRun {
  #sent = 0;
  #errors = 0;
  readonly #rttsUs: number[] = [];
  readonly #startUs: number;
  #lastSentUs: number;

  constructor(
    private readonly context: CommandContext,
    private readonly options: PingOptions,
    private readonly address: Address,
  ) {
    this.#startUs = this.#lastSentUs = context.world.sim.nowUs;
  }

  async run(): Promise<number> {
    const { context, options } = this;
    const { count, destination, size, intervalUs, deadlineUs } = options;
    context.stdout(`PING ${destination} (${formatAddress(this.address)}) ${size}(${size + 28}) bytes of data.\n`);
    const id = context.world.sim.random('ping').below(0x10000);
    while (this.#sent < count && context.world.sim.nowUs - this.#startUs < deadlineUs) {
      if (count === Infinity) context.endless();
      const failed = this.#echo(id);
      if (failed) {
        context.stderr(failed);
        return 2;
      }
      const nextUs = this.#lastSentUs + intervalUs - context.world.sim.nowUs;
      if (this.#sent < count && nextUs > 0) await context.sleep(nextUs);
    }
    this.finish();
    return this.#rttsUs.length ? 0 : 1;
  }

  finish(): void {
    const elapsedUs = this.#lastSentUs - this.#startUs;
    this.context.stdout(statistics(this.options.destination, this.#sent, this.#errors, this.#rttsUs, elapsedUs));
  }

  /** One request; returns what ends the program at once. */
  #echo(id: number): string | undefined {
    const { context, options, address } = this;
    const { world, at } = context;
    context.count('packet');
    this.#sent++;
    this.#lastSentUs = world.sim.nowUs;
    // Simplification: an answer that comes later than the next request goes out is not counted; only the last request is given the whole of -W.
    const waitUs = this.#sent < options.count ? Math.min(options.intervalUs, options.waitUs) : options.waitUs;
    const leftUs = this.#startUs + options.deadlineUs - this.#lastSentUs;
    const result = world.net.send({
      netns: world.netnsOf(at),
      protocol: 'icmp',
      destination: address,
      port: 0,
      connectTimeoutUs: Math.min(waitUs, leftUs),
      echo: { id, sequence: this.#sent, ttl: options.ttl, size: options.size },
    });
    if (result.errno === 'ENETUNREACH' && !result.answer) return 'ping: connect: Network is unreachable\n';
    if (result.errno === 'EPERM') {
      context.stderr('ping: sendmsg: Operation not permitted\n');
      return undefined;
    }
    this.#report(result);
    return undefined;
  }

  #report({ answer, elapsedUs }: FlowResult): void {
    if (!answer) return;
    const { context, options } = this;
    const from = formatAddress(answer.src);
    if (answer.protocol === ICMP && answer.icmpType === ECHO_REPLY) {
      this.#rttsUs.push(elapsedUs);
      if (options.quiet) return;
      context.stdout(
        `${options.size + 8} bytes from ${from}: icmp_seq=${this.#sent} ttl=${answer.ttl} time=${roundTripText(elapsedUs)} ms\n`,
      );
      return;
    }
    this.#errors++;
    if (options.quiet) return;
    const what = answer.icmpType === TIME_EXCEEDED ? 'Time to live exceeded' : (UNREACHABLE[answer.icmpCode] ?? `Packet filtered`);
    context.stdout(`From ${from} icmp_seq=${this.#sent} ${what}\n`);
  }
}
