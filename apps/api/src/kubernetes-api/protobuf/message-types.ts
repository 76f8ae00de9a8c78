import protobuf from 'protobufjs/light.js';
import { kindType, type SchemaType, type StructType } from '@svclab/kube-api';
import { fieldNumbers } from './field-numbers.js';

/** Scalars that are messages on the wire, and what is in them (apimachinery `generated.proto` of resource, intstr and meta/v1). */
const WRAPPED: Readonly<Record<string, Readonly<Record<string, readonly [number: number, type: string]>>>> = {
  IntOrString: { type: [1, 'int64'], intVal: [2, 'int32'], strVal: [3, 'string'] },
  Quantity: { string: [1, 'string'] },
  Time: { seconds: [1, 'int64'], nanos: [2, 'int32'] },
  MicroTime: { seconds: [1, 'int64'], nanos: [2, 'int32'] },
};

/** Fields that Go embeds lie in a message of their own: this is its name, with its number. */
export const embeddedName = (number: number): string => `embedded${number}`;

export interface NumberedField {
  readonly name: string;
  readonly number: number;
  /** Number of the message around it, where there is one. */
  readonly within?: number;
}

/** `name=1 2(hostPath=1 emptyDir=2)` */
export function parseNumbers(text: string): NumberedField[] {
  const fields: NumberedField[] = [];
  for (const [, within, group, single] of text.matchAll(/(\d+)\(([^)]*)\)|(\w+=\d+)/g)) {
    for (const [, name, number] of (group ?? single!).matchAll(/(\w+)=(\d+)/g))
      fields.push({ name: name!, number: Number(number), ...(within !== undefined && { within: Number(within) }) });
  }
  return fields;
}

/** Message types of the kinds, made of the schema and the field numbers when they are first needed. */
export class MessageTypes {
  readonly #root = new protobuf.Root();
  readonly #known = new Set<string>();

  constructor() {
    for (const [name, fields] of Object.entries(WRAPPED)) {
      const type = new protobuf.Type(name);
      for (const [field, [number, scalar]] of Object.entries(fields)) type.add(new protobuf.Field(field, number, scalar));
      this.#root.add(type);
    }
  }

  /** Undefined for a kind whose field numbers are not known. */
  ofKind(kind: string): protobuf.Type | undefined {
    if (fieldNumbers[kind] === undefined) return undefined;
    this.#addStruct(kindType(kind));
    return this.#root.lookupType(kind);
  }

  #addStruct(struct: StructType): void {
    if (this.#known.has(struct.name)) return;
    // Known before its fields are: types may contain themselves.
    this.#known.add(struct.name);
    const type = new protobuf.Type(struct.name);
    this.#root.add(type);
    const embedded = new Map<number, protobuf.Type>();
    for (const { name, number, within } of parseNumbers(fieldNumbers[struct.name] ?? '')) {
      const field = this.#field(name, number, struct.fields.get(name)?.type);
      if (!field) continue;
      if (within === undefined) {
        type.add(field);
        continue;
      }
      let wrapper = embedded.get(within);
      if (!wrapper) {
        wrapper = new protobuf.Type(`${struct.name}Embedded${within}`);
        embedded.set(within, wrapper);
        this.#root.add(wrapper);
        type.add(new protobuf.Field(embeddedName(within), within, wrapper.name));
      }
      wrapper.add(field);
    }
  }

  #field(name: string, number: number, type: SchemaType | undefined): protobuf.FieldBase | undefined {
    const element = type?.kind === 'list' || type?.kind === 'map' ? type.element : type;
    const typeName = element && this.#typeName(element);
    if (typeName === undefined) return undefined;
    if (type!.kind === 'map') return new protobuf.MapField(name, number, 'string', typeName);
    return new protobuf.Field(name, number, typeName, type!.kind === 'list' ? 'repeated' : undefined);
  }

  // Simplification: parts of pods that the schema leaves open (affinity, rare volumes) are not read from protobuf bodies; no imperative command of kubectl sends them.
  #typeName(type: SchemaType): string | undefined {
    if (type.kind === 'scalar') return type.scalar === 'object' ? undefined : type.scalar;
    if (type.kind !== 'struct') return undefined;
    this.#addStruct(type);
    return type.name;
  }
}
