/** Upper bounds of the buckets of request durations, seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Series {
  readonly labels: string;
  readonly counts: number[];
  sum: number;
  count: number;
}

/** What the server counts about itself, in Prometheus' text format. Labels hold route templates, never an id or a token. */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Series>();
  readonly #entries = new Map<string, number>();

  request(method: string, route: string, status: number, seconds: number): void {
    const labels = `method="${method}",route="${route}"`;
    increment(this.#requests, `${labels},status="${status}"`);
    let series = this.#durations.get(labels);
    if (!series) this.#durations.set(labels, (series = { labels, counts: BUCKETS.map(() => 0), sum: 0, count: 0 }));
    for (const [i, bound] of BUCKETS.entries()) if (seconds <= bound) series.counts[i]!++;
    series.sum += seconds;
    series.count++;
  }

  entry(kind: string): void {
    increment(this.#entries, `kind="${kind}"`);
  }

  /** `gauges` by name without the prefix, each with its help text. */
  text(gauges: Readonly<Record<string, { readonly help: string; readonly value: number }>>): string {
    const lines = [
      ...counter('svclab_http_requests_total', 'HTTP requests answered.', this.#requests),
      ...counter('svclab_entries_total', 'Entries appended since the start, by kind.', this.#entries),
      '# HELP svclab_http_request_duration_seconds Time from request to the end of its answer.',
      '# TYPE svclab_http_request_duration_seconds histogram',
      ...[...this.#durations.values()].flatMap(histogram),
    ];
    for (const [name, { help, value }] of Object.entries(gauges)) {
      lines.push(`# HELP svclab_${name} ${help}`, `# TYPE svclab_${name} gauge`, `svclab_${name} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

function increment(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1);
}

function counter(name: string, help: string, counts: ReadonlyMap<string, number>): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...[...counts].map(([labels, value]) => `${name}{${labels}} ${value}`)];
}

function histogram({ labels, counts, sum, count }: Series): string[] {
  const name = 'svclab_http_request_duration_seconds';
  return [
    ...BUCKETS.map((bound, i) => `${name}_bucket{${labels},le="${bound}"} ${counts[i]}`),
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}
