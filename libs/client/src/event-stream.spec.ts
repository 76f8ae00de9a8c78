import fc from 'fast-check';
import { ConnectionError } from './errors.js';
import { readEvents, type ServerEvent } from './event-stream.js';

const streamOf = (...chunks: Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

async function all(body: ReadableStream<Uint8Array>): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

const TEXT =
  ': still here\n\nevent: start\nid: 4\ndata: {"seq":4}\n\nevent: stdout\ndata: {"text":"파드\\n\\n두 줄"}\n\nevent:end\ndata:{}\n\n';
const EVENTS = [
  { event: 'start', data: { seq: 4 }, id: '4' },
  { event: 'stdout', data: { text: '파드\n\n두 줄' }, id: undefined },
  { event: 'end', data: {}, id: undefined },
];

describe('an event stream', () => {
  it('is read the same wherever the network cuts it', async () => {
    const bytes = new TextEncoder().encode(TEXT);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, i) => bytes.slice(edges[i], end));
        expect(await all(streamOf(...chunks))).toEqual(EVENTS);
      }),
    );
  });

  it('keeps back an event whose end has not come', async () => {
    expect(await all(streamOf(new TextEncoder().encode('event: tick\ndata: {"seq":1}\n')))).toEqual([]);
  });

  it('says when the connection breaks', async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('reset')) });
    await expect(all(broken)).rejects.toThrow(ConnectionError);
  });

  it('closes the connection when its reader leaves', async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('event: tick\ndata: {}\n\n')),
      cancel: () => void (cancelled = true),
    });
    for await (const _ of readEvents(endless)) break;
    expect(cancelled).toBe(true);
  });
});
