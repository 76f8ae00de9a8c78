import type { ConntrackArguments } from './arguments.js';
import type { EventLog, LoggedEvent } from './event-log.js';
import { eventSummary } from './tool.js';
import { passesFilter } from './filter.js';
import { formatEntry } from './format.js';
import { outputFormat, xmlEntry, xmlHead, xmlTail, type OutputFormat } from './output.js';

const LABELS = { NEW: '    [NEW]', UPDATE: ' [UPDATE]', DESTROY: '[DESTROY]' } as const;
const XML_TYPES = { NEW: 'new', UPDATE: 'update', DESTROY: 'destroy' } as const;

/** `conntrack -E`: what happened since it was last asked, for as long as somebody asks. */
export class ConntrackEventStream {
  readonly #format: OutputFormat;
  #cursor: number;
  #shown = 0;

  constructor(
    private readonly log: EventLog,
    private readonly netns: string,
    private readonly asked: ConntrackArguments,
    /** Forgets connections whose time is up: that is an event too. */
    private readonly expire: () => void,
  ) {
    this.#format = outputFormat(asked.output);
    this.#cursor = log.watch(netns);
  }

  /** What is printed before the first event. */
  get head(): string {
    return this.#format.kind === 'xml' ? xmlHead() : '';
  }

  get tail(): string {
    return this.#format.kind === 'xml' ? xmlTail() : '';
  }

  /** What the program says on standard error when it is stopped. */
  get summary(): string {
    return eventSummary(this.#shown, this.asked.table);
  }

  read(): string {
    this.expire();
    const { events, cursor } = this.log.since(this.netns, this.#cursor);
    this.#cursor = cursor;
    const { events: kinds, filter } = this.asked;
    const lines = events
      .filter(({ kind, entry }) => this.asked.table === 'conntrack' && (!kinds || kinds.includes(kind)) && passesFilter(entry, filter))
      .map((event) => formatEvent(event, this.#format));
    this.#shown += lines.length;
    return lines.join('');
  }
}

// Simplification: what a command did is told like any other event, without `[USERSPACE] portid=`.
/** One line of `conntrack -E`, 1.4.7. Of an update the state is told only when that has changed. */
export function formatEvent({ kind, withState, entry, us }: LoggedEvent, format: OutputFormat): string {
  if (format.kind === 'xml') return xmlEntry(entry, us, XML_TYPES[kind], withState);
  const text = formatEntry(entry, us, { extended: format.extended, id: format.id, state: withState, event: true });
  const stamp = format.timestamp ? `[${Math.floor(us / 1_000_000)}.${String(us % 1_000_000).padStart(6, '0')}]\t` : '';
  return `${stamp}${LABELS[kind]} ${text}\n`;
}
