// `node --import ./typescript-loader.mjs x.ts`: runs the rooms from their sources, so that a test needs no build and sees no stale one.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
