import type { Verb } from '../invocation.js';
import { apply } from './apply.js';
import { clusterInfo } from './cluster-info.js';
import { config } from './config.js';
import { create } from './create.js';
import { deleteVerb } from './delete.js';
import { describe } from './describe.js';
import { drain } from './drain.js';
import { exec } from './exec.js';
import { expose } from './expose.js';
import { get } from './get.js';
import { annotate, label } from './label.js';
import { logs } from './logs.js';
import { cordon, taint, top, uncordon } from './nodes.js';
import { patch } from './patch.js';
import { rollout } from './rollout/index.js';
import { run } from './run.js';
import { scale } from './scale.js';
import { set } from './set.js';
import { apiResources, apiVersions, version } from './version.js';
import { wait } from './wait.js';

/** Every command there is; a new one is a file here and a line in this list. */
export const VERBS: readonly Verb[] = [
  annotate,
  apiResources,
  apiVersions,
  apply,
  clusterInfo,
  config,
  cordon,
  create,
  deleteVerb,
  describe,
  drain,
  exec,
  expose,
  get,
  label,
  logs,
  patch,
  rollout,
  run,
  scale,
  set,
  taint,
  top,
  uncordon,
  version,
  wait,
];

/** Commands of the real kubectl that are refused by name. */
export const PENDING_VERBS: readonly string[] = (
  'alpha attach auth autoscale certificate completion cp debug diff edit events explain ' +
  'kustomize options plugin port-forward proxy replace'
).split(' ');
