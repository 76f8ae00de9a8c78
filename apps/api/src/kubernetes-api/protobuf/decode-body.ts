import protobuf from 'protobufjs/light.js';
import { badRequest, kindType, type SchemaType, type StructType } from '@svclab/kube-api';
import { StatusError } from '../status-error.js';
import { fieldNumbers } from './field-numbers.js';
import { embeddedName, MessageTypes, parseNumbers } from './message-types.js';

export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';

/** What every body begins with: "k8s" and a zero byte. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** apimachinery pkg/runtime `Unknown`: the envelope says what is in it. */
const TypeMeta = new protobuf.Type('TypeMeta')
  .add(new protobuf.Field('apiVersion', 1, 'string'))
  .add(new protobuf.Field('kind', 2, 'string'));
const Unknown = new protobuf.Type('Unknown').add(new protobuf.Field('typeMeta', 1, 'TypeMeta')).add(new protobuf.Field('raw', 2, 'bytes'));
new protobuf.Root().add(TypeMeta).add(Unknown);

const messageTypes = new MessageTypes();

/**
 * Reads what kubectl since 1.32 sends with its imperative commands (apimachinery pkg/runtime/serializer/protobuf), as the JSON it
 * would have sent before. Of a kind that is not known here its type alone is told. A body that cannot be read is a BadRequest.
 */
export function decodeProtobuf(body: Uint8Array): Record<string, unknown> {
  if (!MAGIC.equals(body.subarray(0, MAGIC.length)))
    throw new StatusError(badRequest('provided data does not appear to be a protobuf message, expected prefix 6b387300'));
  try {
    const envelope = Unknown.toObject(Unknown.decode(body.subarray(MAGIC.length))) as {
      typeMeta?: { apiVersion?: string; kind?: string };
      raw?: Uint8Array;
    };
    const { apiVersion = '', kind = '' } = envelope.typeMeta ?? {};
    const type = messageTypes.ofKind(kind);
    if (!type) return { apiVersion, kind };
    const message = type.toObject(type.decode(envelope.raw ?? new Uint8Array()), { longs: Number, bytes: String });
    return { apiVersion, kind, ...structOf(kindType(kind), message) };
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw new StatusError(badRequest(`unable to decode a protobuf body: ${(error as Error).message}`));
  }
}

/** Go sends empty text for what was not set; decoding the JSON drops it again. */
function structOf(type: StructType, message: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name, within } of parseNumbers(fieldNumbers[type.name] ?? '')) {
    const holder = within === undefined ? message : ((message[embeddedName(within)] ?? {}) as Record<string, unknown>);
    const field = type.fields.get(name);
    if (field && holder[name] !== undefined) result[name] = valueOf(field.type, holder[name]);
  }
  return result;
}

function valueOf(type: SchemaType, value: unknown): unknown {
  switch (type.kind) {
    case 'struct':
      return structOf(type, value as Record<string, unknown>);
    case 'list':
      return (value as unknown[]).map((item) => valueOf(type.element, item));
    case 'map':
      return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, valueOf(type.element, item)]));
    case 'scalar':
      return scalarOf(type.scalar, value);
  }
}

function scalarOf(scalar: string, value: unknown): unknown {
  switch (scalar) {
    case 'IntOrString': {
      const { type = 0, intVal = 0, strVal = '' } = value as { type?: number; intVal?: number; strVal?: string };
      return type === 1 ? strVal : intVal;
    }
    case 'Quantity':
      return (value as { string?: string }).string ?? '0';
    case 'Time':
    case 'MicroTime': {
      const { seconds } = value as { seconds?: number };
      return seconds === undefined ? null : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
    }
    default:
      return value;
  }
}
