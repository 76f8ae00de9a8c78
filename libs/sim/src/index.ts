export { assert, AssertionError } from './assert.js';
export { ByteReader, bytesOf, holdsBytes, textOf } from './bytes.js';
export { canonicalJson, cloneJson, type Json } from './canonical-json.js';
export { hash64, hashText, mix32, type Hash64 } from './hash.js';
export { Prng } from './prng.js';
export { err, ok, type Result } from './result.js';
export { Sim, SETTLE_LIMIT_US, type SettleReport, type WorkQueue } from './sim.js';
export {
  deltaOf,
  Store,
  Table,
  type Change,
  type Delta,
  type DeltaRecord,
  type Prepared,
  type StoreDump,
  type TableListener,
} from './store.js';
export { Timers, type Timer, type TimerHandler } from './timers.js';
