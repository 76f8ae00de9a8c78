import type { Chapter } from '../types.js';
import { en } from './en.js';
import { ko } from './ko.js';
import { stay } from './stay.js';
import { steps } from './steps.js';
import { takeOut } from './take-out.js';

/** One address for three pods: the rules that make it, and what changes them. */
export const clusterip: Chapter = {
  id: 'clusterip',
  profile: 'kind',
  steps,
  setup: ['web-pods', 'client', 'service', 'address'],
  checks: [takeOut, stay],
  texts: { en, ko },
};
