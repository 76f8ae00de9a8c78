import { ok } from '@svclab/sim';
import { absoluteName, dnsResponse, isInZone, parseAddress, parseResolvConf, type Address } from '@svclab/wire';
import { failure } from '../corefile.js';
import { questionOf, type PluginContext, type PluginSetup, type ServerIdentity } from '../plugin.js';

const DNS_PORT = 53;

interface Upstream {
  readonly address: Address;
  readonly port: number;
}

/** `forward FROM TO…`: asks other servers, or those in a file such as `/etc/resolv.conf`. Source: CoreDNS `plugin/forward`. */
// Simplification: upstream servers are asked over UDP in random order, once each; the block's properties (TLS, health checks) have no effect, but `except` has.
export const forward: PluginSetup = ({ args, block, line }, context) => {
  const [from, ...to] = args;
  if (from === undefined || !to.length) return failure(line, "Wrong argument count or unexpected line ending after 'forward'");
  const targets = to.map((target) => (target.startsWith('/') ? target : upstream(target)));
  const wrong = targets.indexOf(undefined);
  if (wrong >= 0) return failure(line, `not an IP address or file: "${to[wrong]}"`);
  const zone = absoluteName(from.toLowerCase());
  const except = block.filter(([property]) => property === 'except').flatMap(([, ...zones]) => zones);
  return ok((request, next) => {
    const { name } = questionOf(request);
    if (!isInZone(name, zone) || except.some((excluded) => isInZone(name, excluded))) return next(request);
    const upstreams = targets.flatMap((target) => (typeof target === 'string' ? serversIn(target, request.server, context) : target!));
    for (const server of inRandomOrder(upstreams, context)) {
      const answer = context.exchange(request.server, server, request.message);
      if (answer?.id === request.message.id) return { ...answer, edns: undefined };
    }
    return dnsResponse(request.message, { rcode: 'SERVFAIL' });
  });
};

/** `8.8.8.8`, `dns://10.0.0.1:1053`. */
function upstream(text: string): Upstream | undefined {
  const [, host = '', port] = /^(?:dns:\/\/)?(.*?)(?::(\d+))?$/.exec(text)!;
  const address = parseAddress(host);
  return address === undefined ? undefined : { address, port: port === undefined ? DNS_PORT : Number(port) };
}

const serversIn = (path: string, server: ServerIdentity, context: PluginContext): Upstream[] =>
  parseResolvConf(context.readFile(server, path) ?? '').nameservers.map((address) => ({ address, port: DNS_PORT }));

function inRandomOrder(upstreams: readonly Upstream[], { sim }: PluginContext): readonly Upstream[] {
  if (upstreams.length < 2) return upstreams;
  const first = sim.random('coredns').below(upstreams.length);
  return [...upstreams.slice(first), ...upstreams.slice(0, first)];
}
