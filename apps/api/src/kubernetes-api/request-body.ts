import { parse } from 'yaml';
import { badRequest, unsupportedMediaType } from '@svclab/kube-api';
import { mediaTypes } from './media-types.js';
import { decodeProtobuf, PROTOBUF_TYPE } from './protobuf/decode-body.js';
import { StatusError } from './status-error.js';

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';

/** Reads a body that holds an object or options, in any form that kube-apiserver takes; 415 for others. */
export function objectBody(contentType: string | undefined, body: Uint8Array | undefined): unknown {
  const type = mediaTypes(contentType)[0]?.type ?? JSON_TYPE;
  switch (type) {
    case JSON_TYPE:
      return parseJson(body);
    case YAML_TYPE:
      return parseYaml(body);
    case PROTOBUF_TYPE:
      return decodeProtobuf(body ?? new Uint8Array());
    default:
      throw new StatusError(unsupportedMediaType([JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE]));
  }
}

const PATCH_TYPES = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;

export interface PatchBody {
  readonly patchType: (typeof PATCH_TYPES)[keyof typeof PATCH_TYPES];
  readonly patch: unknown;
}

/** Reads the body of a PATCH, whose type says how it is meant; 415 for others. */
export function patchBody(contentType: string | undefined, body: Uint8Array | undefined): PatchBody {
  const type = mediaTypes(contentType)[0]?.type ?? '';
  if (!Object.hasOwn(PATCH_TYPES, type)) throw new StatusError(unsupportedMediaType(Object.keys(PATCH_TYPES)));
  const patchType = PATCH_TYPES[type as keyof typeof PATCH_TYPES];
  return { patchType, patch: patchType === 'apply' ? parseYaml(body) : parseJson(body) };
}

const textOf = (body: Uint8Array | undefined): string => Buffer.from(body ?? []).toString('utf8');

function parseJson(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(textOf(body));
  } catch (error) {
    throw new StatusError(badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`));
  }
}

/** kubectl applies JSON under the name of YAML, which it is: the quicker reader first. */
function parseYaml(body: Uint8Array | undefined): unknown {
  const text = textOf(body);
  try {
    return JSON.parse(text);
  } catch {
    // It may still be YAML.
  }
  try {
    return parse(text, { version: '1.1', maxAliasCount: 100 });
  } catch (error) {
    throw new StatusError(badRequest(`error decoding YAML: ${(error as Error).message}`));
  }
}
