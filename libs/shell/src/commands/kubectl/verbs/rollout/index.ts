import type { Verb } from '../../invocation.js';
import { history } from './history.js';
import { pause, restart, resume } from './template-changes.js';
import { status } from './status.js';
import { undo } from './undo.js';

export const rollout: Verb = {
  name: 'rollout',
  summary: 'Manage the rollout of a resource',
  subcommands: [history, pause, restart, resume, status, undo],
};
