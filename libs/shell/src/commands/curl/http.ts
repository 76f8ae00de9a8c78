import type { CurlOptions } from './options.js';
import type { Url } from './url.js';

export interface Response {
  readonly status: number;
  /** `1.1`. */
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Status line and headers with their line ends, as received. */
  readonly head: string;
  readonly body: string;
}

/** The request as curl writes it: its own headers in its order, then yours, then those of a body (lib/http.c). */
export function writeRequest(url: Url, options: CurlOptions, userAgent: string): string {
  const body = options.data.join('&');
  const sendsBody = options.data.length > 0 && !options.getWithData;
  const method = options.method ?? (options.head ? 'HEAD' : sendsBody ? 'POST' : 'GET');
  const query = options.getWithData && body ? `${url.path.includes('?') ? '&' : '?'}${body}` : '';
  const own: (readonly [string, string])[] = [
    ['Host', url.authority],
    ['User-Agent', options.userAgent ?? userAgent],
    ['Accept', '*/*'],
  ];
  const custom = options.headers.map(splitHeader);
  const given = new Set(custom.map(([name]) => name.toLowerCase()));
  const bodyHeaders: (readonly [string, string])[] = sendsBody
    ? [
        ['Content-Length', String(utf8Length(body))],
        ['Content-Type', 'application/x-www-form-urlencoded'],
      ]
    : [];
  const host = custom.find(([name]) => name.toLowerCase() === 'host');
  const lines = [
    ...(host ? [host] : own.slice(0, 1)),
    ...own.slice(1).filter(([name, text]) => !given.has(name.toLowerCase()) && text !== ''),
    ...custom.filter((header) => header !== host && header[1] !== ''),
    ...bodyHeaders.filter(([name]) => !given.has(name.toLowerCase())),
  ].map(([name, text]) => `${name}: ${text}\r\n`);
  return `${method} ${url.path}${query} HTTP/1.1\r\n${lines.join('')}\r\n${sendsBody ? body : ''}`;
}

/** `Name: value`; `Name:` takes a header away, `Name;` sends it empty. */
function splitHeader(header: string): readonly [string, string] {
  const at = header.indexOf(':');
  return at < 0 ? [header.replace(/;$/, ''), header.endsWith(';') ? ' ' : ''] : [header.slice(0, at), header.slice(at + 1).trim()];
}

/** `undefined` when the answer is no HTTP. */
export function readResponse(text: string): Response | undefined {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end + 4);
  const [statusLine = '', ...lines] = head.split('\r\n').filter((line) => line !== '');
  const status = /^HTTP\/(\d(?:\.\d)?) (\d{3})/.exec(statusLine);
  if (!status) return undefined;
  const headers = lines.map((line): readonly [string, string] => {
    const at = line.indexOf(':');
    return [line.slice(0, at), line.slice(at + 1).trim()];
  });
  const raw = end < 0 ? '' : text.slice(end + 4);
  const chunked = /chunked/i.test(headerValue({ headers }, 'transfer-encoding') ?? '');
  return { status: Number(status[2]), version: status[1]!, headers, head, body: chunked ? dechunk(raw) : raw };
}

export const headerValue = ({ headers }: Pick<Response, 'headers'>, name: string): string | undefined =>
  headers.find(([key]) => key.toLowerCase() === name)?.[1];

function dechunk(raw: string): string {
  let body = '';
  for (let at = 0; ;) {
    const lineEnd = raw.indexOf('\r\n', at);
    const size = lineEnd < 0 ? 0 : parseInt(raw.slice(at, lineEnd), 16);
    if (!size) return body;
    body += raw.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 4 + size;
  }
}

/** Bytes of a text on the wire. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
