import { parseAddress, formatAddress } from '@svclab/wire';
import { CurlError } from './curl-error.js';

export interface Url {
  readonly scheme: 'http' | 'https';
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** With query, without fragment. */
  readonly path: string;
  /** As the Host header has it: without the scheme's own port. */
  readonly authority: string;
  readonly text: string;
}

const PORTS = { http: 80, https: 443 } as const;

/** `host`, `host:port/path`, `http://…`. Throws curl's own complaints (lib/urlapi.c). */
export function parseUrl(text: string): Url {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([^/?#]*)([^#]*)/.exec(text)!;
  const scheme = (match[1] ?? 'http').toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') throw new CurlError(1, `Protocol "${scheme}" not supported`);
  const hostPort = match[2]!.slice(match[2]!.lastIndexOf('@') + 1);
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(hostPort);
  if (!parts) throw new CurlError(3, 'URL rejected: Port number was not a decimal number between 0 and 65535');
  const [, hostText = '', portText] = parts;
  if (hostText === '') throw new CurlError(3, 'URL rejected: No host part in the URL');
  if (/[\s"<>\\^`{|}]/.test(hostText)) throw new CurlError(3, 'URL rejected: Bad hostname');
  if (portText !== undefined && portText !== '' && !(/^\d{1,5}$/.test(portText) && Number(portText) <= 65535)) {
    throw new CurlError(3, 'URL rejected: Port number was not a decimal number between 0 and 65535');
  }
  const host = hostText.replace(/^\[(.*)\]$/, '$1');
  const port = portText ? Number(portText) : PORTS[scheme];
  const rest = match[3] || '/';
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  const authority = port === PORTS[scheme] ? hostText : `${hostText}:${port}`;
  return { scheme, host, port, path, authority, text: `${scheme}://${hostText}${portText ? `:${portText}` : ''}${path}` };
}

/** Where a `Location` header leads from `base`. */
export function follow(base: Url, location: string): Url {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(location)) return parseUrl(location);
  const directory = base.path.replace(/[?].*$/, '').replace(/[^/]*$/, '');
  return parseUrl(`${base.scheme}://${base.authority}${location.startsWith('/') ? location : directory + location}`);
}

/** The host as curl puts it beside an address: `10.10.1.2 (10.10.1.2)`. */
export function canonicalHost(host: string): string {
  const literal = parseAddress(host);
  return literal === undefined ? host : formatAddress(literal);
}
