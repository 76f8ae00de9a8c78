import { createWebApplication } from '../web-application.js';
import type { Engine } from '../app.module.js';
import { buildDocument } from './document.js';

/**
 * Prints the OpenAPI document without serving anything: the routes are known from their decorators, so the
 * controllers get an engine that nobody will ask.
 */
const unasked = { store: {}, host: {}, tokens: {}, metrics: {}, state: {}, streams: {} } as unknown as Engine;
const app = await createWebApplication(unasked, 1);
process.stdout.write(`${JSON.stringify(buildDocument(app), null, 2)}\n`);
await app.close();
