import { NAMED_TEXTS, STRUCTURES, STRUCTURES_BEFORE_1_31 } from './pod-template-types.js';

type Fields = readonly { readonly goName: string; readonly key: string | undefined; readonly type: string }[];

const ZERO_TIME = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';
const RESOURCE_LIST = 'map[v1.ResourceName]resource.Quantity';
const ALIASES: Readonly<Record<string, string>> = { 'v1.ResourceList': RESOURCE_LIST };

/**
 * The text over which Kubernetes hashes a pod template: what the Go library spew prints of it with `%#v`, without methods and
 * addresses (pkg/util/hash/hash.go `DeepHashObject`). An object whose members are all unset prints differently from none at all,
 * empty lists and maps print like none: etcd does not keep them.
 */
export class TemplateDump {
  readonly #fields = new Map<string, Fields>();

  /** `before131`: as the types were up to v1.30. */
  constructor(private readonly before131: boolean) {}

  of(template: unknown): string {
    return `(v1.PodTemplateSpec)${this.#value('v1.PodTemplateSpec', template)}`;
  }

  /** A member of a structure, with the type that it is printed with. */
  #typed(type: string, value: unknown): string {
    return `(${type})${this.#value(type, value)}`;
  }

  #value(type: string, value: unknown): string {
    if (type.startsWith('*')) return value === undefined || value === null ? '<nil>' : this.#value(type.slice(1), value);
    if (type.startsWith('[]')) {
      const list = (value ?? []) as readonly unknown[];
      return list.length === 0 ? '<nil>' : `[${list.map((each) => this.#value(type.slice(2), each)).join(' ')}]`;
    }
    const named = ALIASES[type] ?? type;
    if (named.startsWith('map[')) return this.#map(named, (value ?? {}) as Readonly<Record<string, unknown>>);
    switch (named) {
      case 'string':
        return (value as string | undefined) ?? '';
      case 'bool':
        return String(value ?? false);
      case 'int32':
      case 'int64':
        return String(value ?? 0);
      case 'v1.Time':
        return ZERO_TIME;
      case 'intstr.IntOrString':
        return typeof value === 'string'
          ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
          : `{Type:(intstr.Type)0 IntVal:(int32)${(value as number | undefined) ?? 0} StrVal:(string)}`;
      case 'resource.Quantity':
        return quantity((value as string | undefined) ?? '0');
    }
    return NAMED_TEXTS.has(named) ? ((value as string | undefined) ?? '') : this.#structure(named, value);
  }

  #map(type: string, map: Readonly<Record<string, unknown>>): string {
    const keys = Object.keys(map).toSorted();
    const elementType = type.slice(type.indexOf(']') + 1);
    return keys.length === 0 ? '<nil>' : `map[${keys.map((key) => `${key}:${this.#value(elementType, map[key])}`).join(' ')}]`;
  }

  #structure(type: string, value: unknown): string {
    const members = (value ?? {}) as Readonly<Record<string, unknown>>;
    const parts = this.#fieldsOf(type).map(
      ({ goName, key, type: fieldType }) => `${goName}:${this.#typed(fieldType, key === undefined ? members : members[key])}`,
    );
    return `{${parts.join(' ')}}`;
  }

  #fieldsOf(type: string): Fields {
    const known = this.#fields.get(type);
    if (known) return known;
    const name = type.replace(/^v1\./, '');
    const text = (this.before131 ? STRUCTURES_BEFORE_1_31[name] : undefined) ?? STRUCTURES[name] ?? '';
    const fields = text.split(' ').filter(Boolean).map(parseField);
    this.#fields.set(type, fields);
    return fields;
  }
}

function parseField(text: string): Fields[number] {
  const colon = text.indexOf(':');
  const [goName = '', key] = text.slice(0, colon).split('=');
  const jsonKey = key === undefined ? goName.slice(0, 1).toLowerCase() + goName.slice(1) : key === '' ? undefined : key;
  return { goName, key: jsonKey, type: text.slice(colon + 1) };
}

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY_SUFFIXES = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** A quantity's own members: its value, and the text only where the parser has kept it (apimachinery pkg/api/resource). */
function quantity(text: string): string {
  const [, digits = '0', suffix = ''] = /^([+-]?\d+)(.*)$/.exec(text) ?? [];
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary < 0) return dumpedQuantity(BigInt(digits), DECIMAL_EXPONENTS[suffix] ?? 0, digits.endsWith('000') ? '' : text, 'DecimalSI');
  const bytes = BigInt(digits) * 1024n ** BigInt(binary + 1);
  return dumpedQuantity(bytes, 0, BigInt(digits) % 8n === 0n ? '' : text, 'BinarySI');
}

const dumpedQuantity = (value: bigint, scale: number, text: string, format: string): string =>
  `{i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}} ` +
  `d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${text} Format:(resource.Format)${format}}`;
