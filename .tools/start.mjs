// npm start: install, build, serve. Everything on one port, one line with the URL when it is ready.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { build, install, step } from './install.mjs';

install();
build();
step('');
const main = path.resolve(import.meta.dirname, '../apps/api/dist/main.js');
const server = spawn(process.execPath, [main], { stdio: 'inherit' });
// The terminal sends Ctrl-C to both; a supervisor signals only us.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.kill(signal));
server.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
