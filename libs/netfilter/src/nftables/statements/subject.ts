import type { DataType, Value } from '../data-types.js';
import { ElementIndex, printElement, readElements, withoutOverlaps, type ElementShape, type SetElement } from '../elements.js';
import type { TokenReader } from '../lexer.js';
import type { PacketContext } from '../packet-context.js';
import type { Span } from '../problem.js';
import type { Reference, Statement } from '../rule.js';
import { readSelector, type Selector } from '../selectors.js';

/** What a statement asks of a packet: one selector, or several joined by ` . `. */
export class Subject {
  readonly text: string;
  readonly types: readonly DataType[];

  private constructor(
    readonly selectors: readonly Selector[],
    private readonly at: Span,
  ) {
    this.text = selectors.map(({ text }) => text).join(' . ');
    this.types = selectors.map(({ type }) => type);
  }

  static read(reader: TokenReader, slot: number): Subject {
    const { from } = reader.here;
    const selectors = [readSelector(reader, slot)];
    while (reader.accept('.')) selectors.push(readSelector(reader, slot));
    return new Subject(selectors, { from, to: reader.last.to });
  }

  /** `undefined` when the packet lacks one of them. */
  values(context: PacketContext): Value[] | undefined {
    const values: Value[] = [];
    for (const selector of this.selectors) {
      const value = selector.read(context);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  print(values: readonly Value[]): string {
    return values.map((value, i) => this.types[i]!.print(value)).join(' . ');
  }

  /** What packet `context` has, in words, and what follows from it; only the lack of something where it lacks it. */
  tell(context: PacketContext, consequence: string): string {
    const known = this.selectors.filter((selector) => selector.modulus === undefined);
    const absent = known.find((selector) => selector.read(context) === undefined);
    if (absent) return `the packet has no ${absent.text}`;
    const found = known.map((selector) => `${selector.text} is ${selector.type.print(selector.read(context)!)}`);
    return [...found, ...(consequence === '' ? [] : [consequence])].join(', ');
  }

  /** What follows for the statement that asks. */
  get traits(): Pick<Statement, 'impliesProtocol' | 'asksAt' | 'needsConntrack' | 'numbers'> {
    const protocol = this.selectors.find((selector) => selector.protocol !== undefined)?.protocol;
    return {
      asksAt: this.at,
      ...(protocol !== undefined && { impliesProtocol: protocol }),
      ...(this.selectors.some((selector) => selector.needsConntrack) && { needsConntrack: true }),
      ...(this.selectors.some((selector) => selector.stateful) && { numbers: [0] }),
    };
  }
}

/** A set that a statement looks into: one with a name, or written on the spot. */
export interface LookedInto {
  readonly text: string;
  find(context: PacketContext, subject: Subject): SetElement | undefined;
  readonly sets?: readonly Reference[];
  readonly chains?: readonly Reference[];
  readonly anonymousSets?: number;
  /** Written on the spot with one element only, which is no set then: that element. */
  readonly only?: SetElement;
}

/** Reads `@name` or `{ … }`. */
export function readLookedInto(reader: TokenReader, subject: Subject, data?: ElementShape['data']): LookedInto {
  if (reader.at('@')) return readNamed(reader);
  const shape: ElementShape = { keyTypes: subject.types, ...(data && { data }) };
  const written = readElements(reader, shape);
  const elements = withoutOverlaps(written, shape);
  const index = new ElementIndex(elements);
  return {
    text: `{ ${elements.map((element) => printElement(element, shape)).join(', ')} }`,
    anonymousSets: 1,
    chains: written.flatMap(({ verdict, chainAt }) => (verdict && 'chain' in verdict ? [{ name: verdict.chain, at: chainAt! }] : [])),
    ...(written.length === 1 && !data && subject.types.length === 1 && { only: elements[0]! }),
    find: (context, asked) => {
      const values = asked.values(context);
      if (!values) return undefined;
      const element = index.find(values);
      context.told?.lookups.push({ set: null, key: asked.print(values), element: element ? printElement(element, shape) : null });
      return element;
    },
  };
}

function readNamed(reader: TokenReader): LookedInto {
  const { from } = reader.expect('@');
  const name = reader.word();
  return {
    text: `@${name.text}`,
    sets: [{ name: name.text, at: { from, to: name.to } }],
    find: (context, asked) => {
      const values = asked.values(context);
      const set = context.table.set(name.text);
      if (!values || !set) return undefined;
      const element = set.find(values, context.kernel.nowUs);
      context.told?.lookups.push({
        set: name.text,
        key: asked.print(values),
        element: element ? printElement(element, set.shape) : null,
      });
      return element;
    },
  };
}

/** The parts of a statement that come from the set it looks into. */
export const referencesOf = ({ sets, chains, anonymousSets }: LookedInto): Pick<Statement, 'sets' | 'chains' | 'anonymousSets'> => ({
  ...(sets && { sets }),
  ...(chains && { chains }),
  ...(anonymousSets && { anonymousSets }),
});
