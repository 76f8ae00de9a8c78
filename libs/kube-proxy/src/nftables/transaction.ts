/** An element of a set (no value) or map. */
export interface NftElement {
  /** `10.96.0.10 . udp . 53`. */
  readonly key: string;
  /** A verdict. */
  readonly value?: string;
  readonly comment?: string;
}

/** What a set or map is made with. */
export interface NftSetProperties {
  readonly type: string;
  readonly flags?: readonly string[];
  readonly timeoutSeconds?: number;
  readonly comment?: string;
}

/** How a base chain hangs in its hook. */
export interface NftBaseChain {
  readonly type: 'filter' | 'nat';
  readonly hook: string;
  readonly priority: number;
}

/** Text for `nft -f -`, one operation a line, in the words of the library that kube-proxy uses (sigs.k8s.io/knftables). */
export class Transaction {
  readonly #lines: string[] = [];

  /** `table` is family and name: `ip kube-proxy`. */
  constructor(private readonly table: string) {}

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  get size(): number {
    return this.#lines.length;
  }

  addTable(comment: string): void {
    this.#lines.push(`add table ${this.table} { comment "${comment}" ; }`);
  }

  addChain(name: string, { base, comment }: { readonly base?: NftBaseChain; readonly comment?: string } = {}): void {
    const properties = [
      ...(base ? [`type ${base.type} hook ${base.hook} priority ${base.priority} ;`] : []),
      ...(comment === undefined ? [] : [`comment "${comment}" ;`]),
    ];
    this.#lines.push(`add chain ${this.table} ${name}${properties.length > 0 ? ` { ${properties.join(' ')} }` : ''}`);
  }

  flushChain(name: string): void {
    this.#lines.push(`flush chain ${this.table} ${name}`);
  }

  deleteChain(name: string): void {
    this.#lines.push(`delete chain ${this.table} ${name}`);
  }

  addRule(chain: string, rule: string, comment?: string): void {
    this.#lines.push(`add rule ${this.table} ${chain} ${rule}${comment === undefined ? '' : ` comment "${comment}"`}`);
  }

  addSet(kind: 'set' | 'map', name: string, { type, flags = [], timeoutSeconds, comment }: NftSetProperties): void {
    const properties = [
      `type ${type} ;`,
      ...(flags.length > 0 ? [`flags ${flags.join(',')} ;`] : []),
      ...(timeoutSeconds === undefined ? [] : [`timeout ${timeoutSeconds}s ;`]),
      ...(comment === undefined ? [] : [`comment "${comment}" ;`]),
    ];
    this.#lines.push(`add ${kind} ${this.table} ${name} { ${properties.join(' ')} }`);
  }

  flushSet(kind: 'set' | 'map', name: string): void {
    this.#lines.push(`flush ${kind} ${this.table} ${name}`);
  }

  deleteSet(name: string): void {
    this.#lines.push(`delete set ${this.table} ${name}`);
  }

  addElement(container: string, { key, value, comment }: NftElement): void {
    const text = `${key}${comment === undefined ? '' : ` comment "${comment}"`}${value === undefined ? '' : ` : ${value}`}`;
    this.#lines.push(`add element ${this.table} ${container} { ${text} }`);
  }

  deleteElement(container: string, key: string): void {
    this.#lines.push(`delete element ${this.table} ${container} { ${key} }`);
  }
}
