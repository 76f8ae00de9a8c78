import { ConnectionError } from './errors.js';

/** One event of a stream: what kind, what it says, and where to resume from. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id: string | undefined;
}

/**
 * Reads server-sent events (WHATWG HTML, "Server-sent events") from the body of a fetch: EventSource can neither send a
 * token nor a body. Data is JSON. Throws {@link ConnectionError} when the connection breaks. Leaving the loop closes it.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void, undefined> {
  let pending = '';
  for await (const text of chunks(body)) {
    pending += text;
    const blocks = pending.split('\n\n');
    pending = blocks.pop()!;
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event) yield event;
    }
  }
}

async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((error: unknown) => {
        throw new ConnectionError('the stream broke off', { cause: error });
      });
      if (done) return;
      yield decoder.decode(value, { stream: true }).replaceAll('\r\n', '\n');
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Undefined for a comment: the server's way to say that it is still there. */
function parseEvent(block: string): ServerEvent | undefined {
  let event = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  return data.length > 0 ? { event, data: JSON.parse(data.join('\n')), id } : undefined;
}
