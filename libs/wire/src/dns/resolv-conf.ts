import { parseAddress, type Address } from '../address.js';
import { absoluteName } from './name.js';

/** What a stub resolver reads in `/etc/resolv.conf` (resolv.conf(5)). */
export interface ResolvConf {
  readonly nameservers: readonly Address[];
  /** Without final dots. */
  readonly search: readonly string[];
  readonly ndots: number;
  /** How long one server is waited for, and how often the list is gone through. */
  readonly timeoutMs: number;
  readonly attempts: number;
}

const MAX_NAMESERVERS = 3;

/** What cannot be read is skipped, as libc does; the last `search` or `domain` counts. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: Address[] = [];
  let search: string[] = [];
  const options = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [word, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    const address = parseAddress(values[0] ?? '');
    if (word === 'nameserver' && address !== undefined && nameservers.length < MAX_NAMESERVERS) nameservers.push(address);
    else if (word === 'search') search = values.map((domain) => domain.replace(/\.$/, ''));
    else if (word === 'domain') search = values.slice(0, 1);
    else if (word === 'options') for (const [, name, value] of values.join(' ').matchAll(/(\w+):(\d+)/g)) options.set(name!, Number(value));
  }
  const option = (name: string, usual: number, most: number): number => Math.min(options.get(name) ?? usual, most);
  return {
    nameservers,
    search,
    ndots: option('ndots', 1, 15),
    timeoutMs: option('timeout', 5, 30) * 1000,
    attempts: option('attempts', 2, 5),
  };
}

/**
 * The absolute names that a lookup tries, one after another: with fewer dots than `ndots` the search list first,
 * else the name as it is first. A final dot: that name alone. Source: glibc `resolv/res_query.c`.
 */
export function searchCandidates(name: string, { search, ndots }: Pick<ResolvConf, 'search' | 'ndots'>): string[] {
  if (name.endsWith('.')) return [name];
  const asIs = absoluteName(name);
  const searched = search.map((domain) => absoluteName(domain === '' ? name : `${name}.${domain}`));
  return dots(name) < ndots ? [...searched, asIs] : [asIs, ...searched];
}

const dots = (name: string): number => name.split('.').length - 1;
