import { assert } from '@svclab/sim';
import { coreTypes } from './core-types.js';
import { groupTypes } from './group-types.js';
import { networkingTypes } from './networking-types.js';
import { podTypes } from './pod-types.js';

/**
 * Types by name. A text is another name for that type (Go: `type Protocol string`);
 * an object lists the fields of a structure.
 */
export interface TypeDeclarations {
  readonly [name: string]: string | FieldDeclarations;
}

/**
 * A field is `type`, then flags:
 * - `*T` is a pointer: kept when it is zero, absent when not given; `T` alone is dropped when zero, as Go's `omitempty` does;
 * - `T!` is written even when zero (no `omitempty`);
 * - ` key=name` merges a list element by element in a strategic merge patch; ` merge` merges a list of plain values;
 * - ` retain`: `kubectl apply` clears members (of each element) that the manifest does not name, once it changes any;
 * - ` keys=a,b`: in server-side apply an element is told apart by these members, where that is not the key of patches;
 * - ` atomic`: server-side apply gives the whole value to one owner.
 *
 * Types are `string bool int32 int64 IntOrString Quantity Time MicroTime bytes object`
 * (the last: any members), `[]T`, `map[string]T` and declared names.
 */
export interface FieldDeclarations {
  readonly [field: string]: string;
}

export type ScalarName = 'string' | 'bool' | 'int32' | 'int64' | 'IntOrString' | 'Quantity' | 'Time' | 'MicroTime' | 'bytes' | 'object';

/** `goName` is what messages call the type: `[]v1.ServicePort`. */
export type SchemaType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarName; readonly goName: string }
  | { readonly kind: 'list'; readonly element: SchemaType; readonly goName: string }
  | { readonly kind: 'map'; readonly element: SchemaType; readonly goName: string }
  | StructType;

export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly goName: string;
  /** Server-side apply gives the whole structure to one owner (`+structType=atomic`). */
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, SchemaField>;
  /** Fields that are written even when the input lacks them. */
  readonly always: readonly (readonly [name: string, field: SchemaField])[];
}

export interface SchemaField {
  readonly type: SchemaType;
  readonly pointer: boolean;
  readonly omitEmpty: boolean;
  /** Lists of objects: the member that identifies an element in a strategic merge patch. */
  readonly mergeKey?: string;
  /** Lists of plain values: merged as a set in a strategic merge patch. */
  readonly mergeValues?: boolean;
  /** patchStrategy `retainKeys`. */
  readonly retainKeys?: boolean;
  /** Server-side apply: the members that identify an element (`+listMapKey`), where they are others than {@link mergeKey}. */
  readonly listKeys?: readonly string[];
  /** Server-side apply: the value is whole (`+mapType=atomic`). */
  readonly atomic?: boolean;
}

const scalarGoNames: Readonly<Record<ScalarName, string>> = {
  string: 'string',
  bool: 'bool',
  int32: 'int32',
  int64: 'int64',
  IntOrString: 'intstr.IntOrString',
  Quantity: 'resource.Quantity',
  Time: 'v1.Time',
  MicroTime: 'v1.MicroTime',
  bytes: '[]uint8',
  object: 'map[string]interface {}',
};

/** Structures that name something: another name is another whole (`+structType=atomic` in k8s.io/api). */
const ATOMIC_STRUCTS = [
  'KeySelector',
  'LabelSelector',
  'LocalObjectReference',
  'ObjectFieldSelector',
  'ObjectReference',
  'OwnerReference',
  'ResourceFieldSelector',
  'TypedLocalObjectReference',
];

const STRUCT_SCALARS: readonly ScalarName[] = ['Time', 'MicroTime', 'Quantity'];

const declarations: TypeDeclarations = { ...coreTypes, ...podTypes, ...groupTypes, ...networkingTypes };
const compiled = new Map<string, SchemaType>();

/** The type of a declared name, compiled on first use. */
export function schemaType(name: string): SchemaType {
  const known = compiled.get(name);
  if (known) return known;
  const declared = declarations[name];
  assert(declared !== undefined, `no type ${name} in the schema`);
  if (typeof declared === 'string') {
    const alias = { ...parseType(declared), goName: `v1.${name}` } as SchemaType;
    compiled.set(name, alias);
    return alias;
  }
  const fields = new Map<string, SchemaField>();
  const always: [string, SchemaField][] = [];
  const type: StructType = {
    kind: 'struct',
    name: name.replace(/^Slice(?=EndpointPort$)/, ''),
    goName: `v1.${name}`,
    atomic: ATOMIC_STRUCTS.includes(name),
    fields,
    always,
  };
  // Known before its fields are: types may contain themselves.
  compiled.set(name, type);
  for (const [fieldName, text] of Object.entries(declared)) {
    const field = parseField(text);
    fields.set(fieldName, field);
    if (!field.omitEmpty) always.push([fieldName, field]);
  }
  return type;
}

/** The structure of a served kind: `Service`, `Pod` … */
export function kindType(kind: string): StructType {
  const type = schemaType(kind);
  assert(type.kind === 'struct', `${kind} is no structure`);
  return type;
}

function parseField(text: string): SchemaField {
  const [notation = '', ...flags] = text.split(' ');
  const pointer = notation.startsWith('*');
  const always = notation.endsWith('!');
  const type = parseType(notation.slice(pointer ? 1 : 0, always ? -1 : undefined));
  // Go's omitempty leaves out no structures, and these scalars are structures to Go.
  const neverEmpty = !pointer && (type.kind === 'struct' || (type.kind === 'scalar' && STRUCT_SCALARS.includes(type.scalar)));
  const valueOf = (name: string): string | undefined => flags.find((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1);
  const key = valueOf('key');
  const keys = valueOf('keys')?.split(',');
  return {
    type,
    pointer,
    omitEmpty: !always && !neverEmpty,
    ...(key !== undefined && { mergeKey: key }),
    ...(flags.includes('merge') && { mergeValues: true }),
    ...(flags.includes('retain') && { retainKeys: true }),
    ...(keys && { listKeys: keys }),
    ...(flags.includes('atomic') && { atomic: true }),
  };
}

function parseType(notation: string): SchemaType {
  if (notation.startsWith('[]')) {
    const element = parseType(notation.slice(2));
    return { kind: 'list', element, goName: `[]${element.goName}` };
  }
  if (notation.startsWith('map[string]')) {
    const element = parseType(notation.slice('map[string]'.length));
    return { kind: 'map', element, goName: `map[string]${element.goName}` };
  }
  if (Object.hasOwn(scalarGoNames, notation)) {
    const scalar = notation as ScalarName;
    return { kind: 'scalar', scalar, goName: scalarGoNames[scalar] };
  }
  return schemaType(notation);
}
