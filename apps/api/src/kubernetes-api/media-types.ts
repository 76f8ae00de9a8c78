import type { IncludeObject, Representation } from '@svclab/kube-api';

interface MediaType {
  /** `application/json`, in lower case. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads `Accept` or `Content-Type`: media types in the order in which they stand. */
export function mediaTypes(header: string | undefined): readonly MediaType[] {
  return (header ?? '')
    .split(',')
    .map((text) => text.split(';').map((part) => part.trim()))
    .filter(([type]) => type)
    .map(([type, ...parameters]) => ({
      type: type!.toLowerCase(),
      parameters: new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string])),
    }));
}

const JSON_TYPES = ['application/json', 'application/*', '*/*'];

/** In which form the client wants objects; undefined where it takes none that is served here. Without `Accept` it takes JSON. */
export function representationOf(accept: string | undefined, includeObject: string | undefined): Representation | undefined {
  const wanted = mediaTypes(accept);
  if (wanted.length === 0) return { as: 'Object' };
  for (const { type, parameters } of wanted) {
    if (!JSON_TYPES.includes(type)) continue;
    switch (parameters.get('as')) {
      case undefined:
        return { as: 'Object' };
      case 'Table':
        return { as: 'Table', ...(isIncludeObject(includeObject) && { includeObject }) };
      case 'PartialObjectMetadata':
      case 'PartialObjectMetadataList':
        return { as: 'PartialObjectMetadata' };
    }
  }
  return undefined;
}

const isIncludeObject = (text: string | undefined): text is IncludeObject => text === 'None' || text === 'Metadata' || text === 'Object';
