import { httpDate } from '../time/calendar.js';

/** An HTTP/1.1 request as a server reads it. */
export interface HttpRequest {
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  /** In the order they came, names as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** `undefined` when `text` is no HTTP request. */
export function parseHttpRequest(text: string): HttpRequest | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [requestLine, ...headerLines] = (end < 0 ? text : text.slice(0, end)).split('\r\n');
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) (HTTP\/1\.[01])$/.exec(requestLine!);
  if (end < 0 || !match) return undefined;
  const headers = headerLines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { method: match[1]!, target: match[2]!, protocol: match[3]!, headers, body: text.slice(end + 4) };
}

export const headerOf = (request: HttpRequest, name: string): string | undefined =>
  request.headers.find(([header]) => header.toLowerCase() === name)?.[1];

/** How Go's net/http writes an answer: the handler's own headers, then Date, Content-Length and, unless the handler gave it, Content-Type. */
export function goResponse(answer: {
  status: string;
  body: string;
  nowUs: number;
  head?: boolean;
  contentType?: string;
  headers?: string[];
}): string {
  const lines = [
    `HTTP/1.1 ${answer.status}`,
    ...(answer.headers ?? []),
    `Date: ${httpDate(answer.nowUs)}`,
    `Content-Length: ${utf8Length(answer.body)}`,
    ...(answer.body === '' || answer.headers?.some((line) => line.startsWith('Content-Type:'))
      ? []
      : [`Content-Type: ${answer.contentType ?? 'text/plain; charset=utf-8'}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${answer.head ? '' : answer.body}`;
}

/** What Go answers when it cannot parse what came; the connection ends. */
export const GO_BAD_REQUEST =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request';

/** `Accept-Encoding`: how Go names a header whatever the client wrote (`textproto.CanonicalMIMEHeaderKey`). */
export const canonicalHeader = (name: string): string =>
  name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join('-');

/** Most texts need one byte for each character, and looking for another is cheap. */
const BEYOND_ASCII = /[^\0-\x7f]/;

/** Bytes that `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  if (!BEYOND_ASCII.test(text)) return text.length;
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
