/** What one element keeps beside its key. Absent members: the set was made without that extension. */
export interface ElementRecord {
  /** When it goes; absent in a set with time-outs: never. */
  expiresUs?: number;
  packets?: number;
  bytes?: number;
  readonly comment?: string;
  /** Of a set with networks: an exception from a larger network. */
  readonly nomatch?: true;
}

export type SetTypeName = 'hash:ip' | 'hash:ip,port' | 'hash:ip,port,ip' | 'hash:ip,port,net' | 'hash:net' | 'bitmap:port';

/** One set. Table `nf.ipsets`, key = `<netns>|<name>`. */
export interface IpSetRecord {
  readonly type: SetTypeName;
  /** Its place in listings: the lowest that was free when it was made. */
  readonly index: number;
  /** Only hashes. */
  readonly hash?: { readonly size: number; readonly maxElements: number; readonly bucketSize: number; readonly initval: number };
  /** Only bitmaps: first and last port. */
  readonly range?: readonly [number, number];
  /** Seconds that an element stays unless it says otherwise; absent: elements stay. */
  readonly timeoutSeconds?: number;
  readonly counters?: true;
  readonly comment?: true;
  /** By the element's text. */
  readonly elements: { [element: string]: ElementRecord };
}
